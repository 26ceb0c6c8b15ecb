/* What a verdict looks like: text for the pusher, JSON for the log. */
#include "tests/unit/unit.h"

#include "refwall/judge.h"

static const struct rw_ref_update update = { .name = { "refs/heads/main", 15 } };
static const struct rw_judged_update refused = { .update = &update,
	.kind = RW_UPDATE_FAST_FORWARD,
	.refused = true };

static const struct rw_finding full = { .rule = { "who signs", 9 },
	.check = "signed",
	.ref = { "refs/heads/main", 15 },
	.commit = { { 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 } },
	.path = { "a\xff.yaml", 7 },
	.line = 3,
	.col = 5,
	.field = "spec.x",
	.text = "by Alice, wrong",
	.found = "Alice",
	.wanted = "Bob",
	.mend = "git x",
	.message = "note",
	.help = "look",
	.neutral = "wrong",
	.personal = true };

static void
text_of(const struct rw_verdict *v, bool gitlab, size_t max, struct rw_buf *ret)
{
	struct rw_report_options o = { .repo_name = RW_STR_LIT("shop"),
		.entry = 7,
		.check_range = "a..b",
		.gitlab = gitlab };

	*ret = (struct rw_buf)RW_BUF_INIT(max);
	rw_report_text(v, &o, ret);
}

static void
test_text(void **state)
{
	const struct rw_verdict v = { .finding = &full, .n = 1, .update = &refused, .n_updates = 1 };
	rw_auto_buf struct rw_buf b;

	(void)state;
	text_of(&v, false, 65536, &b);
	assert_string_equal(rw_buf_cstr(&b),
	    "refwall: refused refs/heads/main of shop (1 finding, log entry 7)\n"
	    "\n"
	    "signed: a\\xff.yaml:3:5 spec.x: by Alice, wrong\n"
	    "  found   Alice\n"
	    "  wanted  Bob\n"
	    "  mend    git x\n"
	    "  rule    who signs\n"
	    "  note    note\n"
	    "  help    look\n"
	    "\n"
	    "try again without pushing: refwall check --policy FILE --repo . a..b\n");
}

static void
test_gitlab(void **state)
{
	const struct rw_verdict v = { .finding = &full, .n = 1, .update = &refused, .n_updates = 1 };
	rw_auto_buf struct rw_buf b;
	const char *line;
	size_t lines = 0;

	(void)state;
	text_of(&v, true, 65536, &b);
	for (line = rw_buf_cstr(&b); *line != '\0'; line = strchr(line, '\n') + 1, lines++)
		assert_int_equal(strncmp(line, "GL-HOOK-ERR: ", 13), 0);
	assert_int_equal(lines, 11);
}

static void
test_accepted(void **state)
{
	const struct rw_verdict v = { .accepted = true, .update = &refused, .n_updates = 1 };
	rw_auto_buf struct rw_buf b;

	(void)state;
	text_of(&v, false, 65536, &b);
	assert_string_equal(rw_buf_cstr(&b), "refwall: accepted refs/heads/main of shop (log entry 7)\n");
}

/* A report is never lost to its own length: what does not fit is counted. */
static void
test_bounds(void **state)
{
	static char longest[4000];
	static struct rw_finding many[RW_LIMIT_FINDINGS];
	struct rw_verdict v = { .finding = many, .n_dropped = 5, .update = &refused, .n_updates = 1 };
	static const struct { size_t n, max; } rows[] = {
		{ RW_LIMIT_FINDINGS_SHOWN, 1u << 20 },
		{ RW_LIMIT_FINDINGS_SHOWN + 1, 1u << 20 },
		{ RW_LIMIT_FINDINGS, 1u << 20 },
		{ RW_LIMIT_FINDINGS, 8192 },
		{ RW_LIMIT_FINDINGS, 2048 },
	};

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	for (size_t i = 0; i < RW_ARRAY_LEN(many); i++) {
		many[i] = full;
		many[i].text = i < 20 ? "short" : longest;
		many[i].found = i % 2 == 0 ? longest : NULL;
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b;

		print_message("# %zu findings in %zu bytes\n", rows[i].n, rows[i].max);
		v.n = rows[i].n;
		text_of(&v, i % 2 == 0, rows[i].max, &b);
		assert_false(b.failed);
		assert_true(b.len > 0 && b.len <= RW_LIMIT_REPORT_BYTES && b.len <= rows[i].max);
		assert_non_null(strstr(rw_buf_cstr(&b), " more findings\n"));
		assert_non_null(strstr(rw_buf_cstr(&b), "try again"));
	}
}

static void
test_json(void **state)
{
	const struct rw_verdict v = { .finding = &full, .n = 1 };
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(65536);

	(void)state;
	rw_report_json(&v, true, &b);
	assert_string_equal(rw_buf_cstr(&b),
	    "[{\"check\":\"signed\",\"col\":5,"
	    "\"commit\":\"ab0102030405060708090a0b0c0d0e0f10111213\",\"field\":\"spec.x\",\"found\":\"Alice\","
	    "\"help\":\"look\",\"line\":3,\"mend\":\"git x\",\"message\":\"note\",\"path\":{\"b64\":\"Yf8ueWFtbA==\"},"
	    "\"ref\":\"refs/heads/main\",\"rule\":\"who signs\",\"text\":\"by Alice, wrong\",\"wanted\":\"Bob\","
	    "\"warn\":false}]");
	rw_buf_clear(&b);
	rw_report_json(&v, false, &b);
	assert_null(strstr(rw_buf_cstr(&b), "Alice"));
	assert_null(strstr(rw_buf_cstr(&b), "Bob"));
	assert_non_null(strstr(rw_buf_cstr(&b), "\"text\":\"wrong\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text), cmocka_unit_test(test_gitlab), cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
