#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "refwall/error.h"

static void
empty_views(void **state)
{
	struct rw_str none = { NULL, 0 };

	(void)state;
	assert_true(rw_str_eq(none, RW_STR_LIT("")));
	assert_true(rw_str_eqz(none, ""));
	assert_true(rw_str_has_prefix(none, ""));
	assert_false(rw_str_has_prefix(none, "a"));
	assert_true(rw_str_has_suffix(none, ""));
	assert_false(rw_str_has_suffix(none, "a"));
	assert_int_equal(rw_str_cmp(none, none), 0);
	assert_int_equal(rw_str(NULL).n, 0);
}

static void
order(void **state)
{
	static const struct { const char *name; struct rw_str a, b; int want; } rows[] = {
		{ "equal", RW_STR_LIT("ab"), RW_STR_LIT("ab"), 0 },
		{ "shorter first", RW_STR_LIT("a"), RW_STR_LIT("ab"), -1 },
		{ "nothing first", RW_STR_LIT(""), RW_STR_LIT("\0"), -1 },
		{ "bytes are unsigned", RW_STR_LIT("\x7f"), RW_STR_LIT("\x80"), -1 },
		{ "NUL is a byte", RW_STR_LIT("a\0b"), RW_STR_LIT("a\0c"), -1 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		int ab = rw_str_cmp(rows[i].a, rows[i].b), ba = rw_str_cmp(rows[i].b, rows[i].a);

		print_message("# %s\n", rows[i].name);
		assert_int_equal((ab > 0) - (ab < 0), rows[i].want);
		assert_int_equal((ba > 0) - (ba < 0), -rows[i].want);
	}
}

static void
prefix_and_suffix(void **state)
{
	struct rw_str s = RW_STR_LIT("refs/heads/main");

	(void)state;
	assert_true(rw_str_has_prefix(s, "refs/heads/"));
	assert_false(rw_str_has_prefix(s, "refs/heads/main/x"));
	assert_true(rw_str_has_suffix(s, "/main"));
	assert_false(rw_str_has_suffix(s, "/mai"));
}

static void
ownership(void **state)
{
	rw_autofree char *a = strdup("x");
	rw_autofree char *b = rw_steal(&a);
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_null(a);
	assert_string_equal(b, "x");
	errno = EDOM;
	rw_closep(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(errno, EDOM);
	rw_closep(&fd);
}

static void
error_is_set(void **state)
{
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	assert_false(rw_fail(&e, RW_E_PARSE, "%s: line %d", "a.yaml", 7));
	assert_int_equal(e.code, RW_E_PARSE);
	assert_string_equal(e.msg, "a.yaml: line 7");
	assert_false(rw_fail_prefix(&e, "policy %s", "x"));
	assert_int_equal(e.code, RW_E_PARSE);
	assert_string_equal(e.msg, "policy x: a.yaml: line 7");
	assert_false(rw_fail(&e, RW_E_CONFIG, "again: %s\n\n", e.msg));
	assert_string_equal(e.msg, "again: policy x: a.yaml: line 7");
	errno = ENOENT;
	assert_false(rw_fail_errno(&e, "%s", "f"));
	assert_int_equal(e.code, RW_E_IO);
	assert_string_equal(e.msg, "f: No such file or directory");
	assert_int_equal(errno, ENOENT);
	assert_false(rw_fail_nomem(&e));
	assert_int_equal(e.code, RW_E_NOMEM);
}

/* A message is cut between characters, wherever the bound falls. */
static void
error_is_cut(void **state)
{
	struct rw_error e = RW_ERROR_INIT;
	char text[2048];

	(void)state;
	for (size_t lead = 0; lead < 4; lead++) {
		size_t n = lead;

		memset(text, 'a', lead);
		while (n + 4 < sizeof(text)) {
			memcpy(text + n, "\xf0\x9f\x94\x92", 4);
			n += 4;
		}
		text[n] = '\0';
		rw_fail(&e, RW_E_IO, "%s", text);
		assert_int_equal((strlen(e.msg) - lead) % 4, 0);
		assert_true(strlen(e.msg) >= sizeof(e.msg) - 4);
	}
	memset(text, 'b', 1100);
	text[sizeof(e.msg) - 1] = '\0';
	rw_fail(&e, RW_E_IO, "%s", text);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	rw_fail_prefix(&e, "x");
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	assert_memory_equal(e.msg, "x: bbb", 6);
}

static void
error_names(void **state)
{
	(void)state;
	assert_string_equal(rw_error_name(RW_E_NONE), "none");
	assert_string_equal(rw_error_name(RW_E_INTERNAL), "internal");
	assert_string_equal(rw_error_name(RW_E_MAX), "unknown");
	for (unsigned i = 0; i < RW_E_MAX; i++)
		assert_non_null(rw_error_name((enum rw_error_code)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_views),
		cmocka_unit_test(order),
		cmocka_unit_test(prefix_and_suffix),
		cmocka_unit_test(ownership),
		cmocka_unit_test(error_is_set),
		cmocka_unit_test(error_is_cut),
		cmocka_unit_test(error_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
