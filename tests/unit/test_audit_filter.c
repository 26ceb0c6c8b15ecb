#include "refwall/store_entry.h"
#include "tests/unit/log_fixture.h"

/* ---- the textual form: pure ---- */

static const struct {
	const char *name, *value;
	const char *complaint;		/* NULL: taken */
} texts[] = {
	{ "repo", "shop", NULL }, { "ref", "refs/heads/main", NULL }, { "account", "alice", NULL },
	{ "signer", "alice", NULL }, { "verdict", "accept", NULL }, { "verdict", "refuse", NULL },
	{ "verdict", "accepted", "wanted accept or refuse" }, { "rule", "main is append-only", NULL },
	{ "path", "a/b", NULL }, { "path", "", "no value" }, { "commit", "abcdef0", NULL }, { "commit", "ABCDEF0", NULL },
	{ "commit", "abcdef", "7 to 64" }, { "commit", "abcdefg", "hexadecimal" }, { "kind", "push", NULL },
	{ "kind", "pusch", "did you mean push" }, { "kind", "zzzzzzzz", "no such kind" },
	{ "since", "2026-11-22T08:30:00Z", NULL }, { "since", "2026-11-22", NULL }, { "until", "yesterday", "wanted a time" },
	{ "after", "0", NULL }, { "after", "-1", "log index" }, { "before", "12", NULL }, { "before", "x", "log index" },
	{ "before", "9007199254740992", "log index" }, { "order", "asc", NULL }, { "order", "desc", NULL },
	{ "order", "up", "asc or desc" }, { "limit", "1", NULL }, { "limit", "500", NULL }, { "limit", "501", "1 to 500" },
	{ "limit", "0", "1 to 500" }, { "acount", "alice", "did you mean account" }, { "x\ny", "z", "x\\x0ay" },
	{ "commit", "\x1b[31mx", "\\x1b" },
};

static void
reads_the_textual_form(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(texts); i++) {
		struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;
		struct rw_str name = rw_str(texts[i].name), value = rw_str(texts[i].value);

		print_message("# %zu\n", i);
		if (texts[i].complaint == NULL)
			must(rw_audit_filter_set(a, &f, name, value, err));
		else
			must_fail(rw_audit_filter_set(a, &f, name, value, err), RW_E_USAGE, texts[i].complaint);
	}
}

static void
fills_the_filter(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);
	struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;

	(void)state;
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("commit"), RW_STR_LIT("ABCDEF0"), err));
	assert_true(rw_str_eqz(f.commit, "abcdef0"));
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("order"), RW_STR_LIT("desc"), err));
	assert_true(f.descending);
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("order"), RW_STR_LIT("asc"), err));
	assert_false(f.descending);
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("limit"), RW_STR_LIT("7"), err));
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("before"), RW_STR_LIT("9"), err));
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("until"), RW_STR_LIT("1970-01-02"), err));
	must(rw_audit_filter_set(a, &f, RW_STR_LIT("kind"), RW_STR_LIT("not-applied"), err));
	assert_true(f.limit == 7 && f.before == 9 && f.until == 86400000 && f.kind == RW_ENTRY_NOT_APPLIED);
}

/* ---- searching, held against looking at every entry ---- */

#define ENTRIES 700

struct fact {
	enum rw_entry_kind kind;
	rw_time time;
	char repo, account, rule, path, commit, verdict;
	bool signer, ref;
};

static struct fact facts[ENTRIES];

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % sides;
}

/*
 * Repeatable: 700 entries of few values, so that every combination of filters has hits or has none for a
 * reason.
 */
static int
search_setup(void **state)
{
	uint32_t seed = 7;
	struct fixture *f;

	(void)fixture_setup(state);
	f = *state;
	begin(f);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct fact *x = &facts[i];
		char repo[2] = { (char)('p' + dice(&seed, 3)), 0 }, account[2] = { (char)('a' + dice(&seed, 4)), 0 };
		char rule[2] = { (char)('r' + dice(&seed, 3)), 0 }, path[2] = { (char)('x' + dice(&seed, 2)), 0 };
		struct rw_str rules = rw_str(rule), paths = rw_str(path), signer = RW_STR_LIT("signer");
		struct rw_audit_ref r = ref_update("refs/heads/main", '0', (char)('a' + dice(&seed, 6)));
		struct rw_audit_push p;

		/* Some index rows are moved on by the end, some are recent. */
		if (i % 90 == 89) {
			commit(f);
			begin(f);
		}
		memset(x, 0, sizeof(*x));
		/* Time wanders, also back, but never so far that a clock entry comes between. */
		f->now += (int64_t)dice(&seed, 20000) - 4000;
		x->time = f->now;
		if (dice(&seed, 5) == 0) {
			x->kind = RW_ENTRY_CONFIG;
			must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &f->index, err));
			assert_int_equal(f->index, i);
			continue;
		}
		memset(r.new_id + 1, r.new_id[0] % 2 == 0 ? '1' : '2', 39);
		p = simple_push(f, &r, dice(&seed, 2) == 0);
		p.now = x->time;
		p.repo_id = p.repo_name = rw_str(repo);
		p.account = rw_str(account);
		x->signer = dice(&seed, 3) == 0;
		p.signer = &signer;
		p.n_signers = x->signer;
		p.rule = &rules;
		p.n_rules = p.n_findings = 1;
		p.path = &paths;
		p.n_paths = 1;
		x->kind = RW_ENTRY_PUSH;
		x->repo = repo[0];
		x->account = account[0];
		x->rule = rule[0];
		x->path = path[0];
		x->commit = r.new_id[0];
		x->ref = true;
		x->verdict = p.accepted ? 'a' : 'r';
		must(rw_audit_push(f->l, &p, &f->index, err));
		assert_int_equal(f->index, i);
	}
	commit(f);
	return 0;
}

static bool
letter(struct rw_str want, char have)
{
	return want.n == 0 || want.p[0] == have;
}

static bool
matches(const struct rw_audit_filter *f, size_t i)
{
	const struct fact *x = &facts[i];

	return (f->kind == RW_ENTRY_NONE || f->kind == x->kind) && letter(f->repo, x->repo) && letter(f->account, x->account) &&
	    letter(f->rule, x->rule) && letter(f->path, x->path) && letter(f->commit, x->commit) &&
	    letter(f->verdict, x->verdict) && (f->signer.n == 0 || (x->signer && f->signer.p[0] == 's')) &&
	    (f->ref.n == 0 || (x->ref && f->ref.p[11] == 'm')) &&
	    (f->since == RW_TIME_NONE || x->time >= f->since) && (f->until == RW_TIME_NONE || x->time < f->until) &&
	    i >= f->after && i < f->before;
}

/* All pages of a filter against what looking at every entry finds. */
static void
compare(struct fixture *f, struct rw_audit_filter q)
{
	size_t want = 0, seen = 0;
	uint64_t next;
	bool more = true;

	for (size_t i = 0; i < ENTRIES; i++)
		want += matches(&q, i);
	q.ret_next = &next;
	while (more) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
		const struct rw_audit_entry *e;
		struct rw_audit_filter once = q;
		uint64_t last = q.descending ? q.before : q.after;
		size_t n;

		must(rw_audit_list(f->l, a, &q, &e, &n, &more, err));
		assert_true(n <= q.limit);
		for (size_t k = 0; k < n; k++) {
			assert_true(matches(&once, (size_t)e[k].index));
			assert_true(k == 0 || (q.descending ? e[k].index < e[k - 1].index : e[k].index > e[k - 1].index));
			assert_true(q.descending ? e[k].index < last : e[k].index >= last);
		}
		seen += n;
		/* The next page also starts behind the last index, for who does not ask for ret_next. */
		if (more && n > 0)
			assert_true(q.descending ? next <= e[n - 1].index : next > e[n - 1].index);
		if (q.descending)
			q.before = next;
		else
			q.after = next;
	}
	assert_int_equal(seen, want);
}

static void
finds_what_is_there(void **state)
{
	static const char *const names[] = { "repo", "account", "rule", "path", "commit", "verdict", "signer", "ref", "kind" };
	static const char *const values[][3] = {
		{ "p", "q", "s" }, { "a", "b", "z" }, { "r", "s", "z" }, { "x", "y", "z" },
		{ "a222222", "b111111111111111111111111111111111111111", "c111111" }, { "accept", "refuse", "refuse" },
		{ "signer", "signer", "nobody" }, { "refs/heads/main", "refs/heads/main", "refs/heads/x" },
		{ "push", "config", "token" },
	};
	struct fixture *f = *state;
	uint32_t seed = 1;

	for (int i = 0; i < 400; i++) {
		struct rw_audit_filter q = RW_AUDIT_FILTER_INIT;

		for (uint32_t k = dice(&seed, 4); k > 0; k--) {
			uint32_t which = dice(&seed, RW_ARRAY_LEN(names));

			must(rw_audit_filter_set(f->a, &q, rw_str(names[which]), rw_str(values[which][dice(&seed, 3)]), err));
		}
		if (dice(&seed, 2) == 0)
			q.since = facts[dice(&seed, ENTRIES)].time;
		if (dice(&seed, 2) == 0)
			q.until = facts[dice(&seed, ENTRIES)].time;
		if (dice(&seed, 3) == 0)
			q.after = dice(&seed, ENTRIES + 10);
		if (dice(&seed, 3) == 0)
			q.before = dice(&seed, ENTRIES + 10);
		q.descending = dice(&seed, 2) == 0;
		q.limit = 1 + dice(&seed, 60);
		/* Fixed letters of commits: a is even or odd as its byte is. */
		if (q.commit.n > 0 && !(q.commit.p[1] == (q.commit.p[0] % 2 == 0 ? '1' : '2')))
			q.commit = RW_STR_LIT("");
		compare(f, q);
	}
}

static void
bounds_of_a_page(void **state)
{
	static const struct { const char *name; size_t limit; bool ok; } rows[] = {
		{ "none", 0, false }, { "one", 1, true }, { "the most", RW_LIMIT_PAGE, true },
		{ "one more", RW_LIMIT_PAGE + 1, false },
	};
	struct fixture *f = *state;
	const struct rw_audit_entry *e;
	size_t n;
	bool more;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_audit_filter q = RW_AUDIT_FILTER_INIT;

		print_message("# %s\n", rows[i].name);
		q.limit = rows[i].limit;
		if (!rows[i].ok) {
			must_fail(rw_audit_list(f->l, f->a, &q, &e, &n, &more, err), RW_E_USAGE, "limit");
			continue;
		}
		must(rw_audit_list(f->l, f->a, &q, &e, &n, &more, err));
		assert_int_equal(n, rows[i].limit);
		assert_true(more);
	}
}

/*
 * Two filters that each have half of the log and never meet: bounded work, and the search goes on where it
 * stopped.
 */
static void
work_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_filter q = RW_AUDIT_FILTER_INIT;
	const struct rw_audit_entry *e;
	uint64_t next = 0, pages = 0;
	size_t n;
	bool more = true;

	begin(f);
	for (uint64_t i = 0; i < 2 * RW_LIMIT_AUDIT_PROBES; i++) {
		struct rw_store_entry row = { .index = i, .time = f->now, .kind = RW_STR_LIT("config"), .body = RW_STR_LIT("{}") };

		must(rw_store_entry_add(f->l, &row, err));
		must(rw_store_key_add(f->l, i % 2 == 0 ? RW_KEY_REPO : RW_KEY_ACCOUNT, RW_STR_LIT("x"), i, err));
	}
	commit(f);
	q.repo = q.account = RW_STR_LIT("x");
	q.ret_next = &next;
	while (more) {
		must(rw_audit_list(f->l, f->a, &q, &e, &n, &more, err));
		assert_int_equal(n, 0);
		assert_true(!more || next > q.after);
		q.after = next;
		pages++;
	}
	assert_true(pages > 1 && pages < 6);
	/* Without a place to say so, the search runs to its end. */
	q.after = 0;
	q.ret_next = NULL;
	must(rw_audit_list(f->l, f->a, &q, &e, &n, &more, err));
	assert_true(n == 0 && !more);
}

/* ---- what is shown ---- */

static void
list_all(struct fixture *f, const char *format, struct rw_buf *out)
{
	const struct rw_audit_format *fmt = rw_audit_format_find(rw_str(format));
	struct rw_audit_filter q = RW_AUDIT_FILTER_INIT;
	const struct rw_audit_entry *e;
	size_t n;
	bool more;

	assert_non_null(fmt);
	must(rw_audit_list(f->l, f->a, &q, &e, &n, &more, err));
	fmt->begin(out);
	for (size_t i = 0; i < n; i++)
		must(fmt->entry(f->l, &e[i], i == 0, out, err));
	fmt->end(out);
}

static void
shows_entries(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref r = ref_update("refs/heads/main", '1', '2');
	struct rw_audit_push p = simple_push(f, &r, false);
	struct rw_str rules[2] = { RW_STR_LIT("signed"), RW_STR_LIT("=cmd|' /C calc'!A0") };
	struct rw_str signers[2] = { RW_STR_LIT("alice"), RW_STR_LIT("bo\"b") };
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(1 << 20), csv = RW_BUF_INIT(1 << 20), json = RW_BUF_INIT(1 << 20);
	rw_auto_buf struct rw_buf nd = RW_BUF_INIT(1 << 20);
	const struct rw_json_value *v;

	p.account = RW_STR_LIT("=1+1\nx");
	p.rule = rules;
	p.n_rules = p.n_findings = 2;
	p.findings = RW_STR_LIT("[{\"rule\":\"signed\"}]");
	p.signer = signers;
	p.n_signers = 2;
	p.error = RW_STR_LIT("could not");
	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, p.now, NULL, 0, &f->index, err));
	commit(f);

	list_all(f, "text", &text);
	assert_string_equal(rw_buf_cstr(&text),
	    "0 2027-01-15T08:00:00.000Z push refuse shop refs/heads/main 111111111111 222222222222 account==1+1\\x0ax "
	    "signers=alice bo\"b rules=signed, =cmd|' /C calc'!A0 error=could not\n"
	    "1 2027-01-15T08:00:00.000Z config\n");

	list_all(f, "csv", &csv);
	assert_string_equal(rw_buf_cstr(&csv),
	    "index,time,kind,verdict,repo,ref,old,new,account,signers,rules,push,by,error\r\n"
	    "\"0\",\"2027-01-15T08:00:00.000Z\",\"push\",\"refuse\",\"shop\",\"refs/heads/main\","
	    "\"1111111111111111111111111111111111111111\",\"2222222222222222222222222222222222222222\","
	    "\"'=1+1\\x0ax\",\"alice bo\"\"b\",\"signed, =cmd|' /C calc'!A0\",\"\",\"\",\"could not\"\r\n"
	    "\"1\",\"2027-01-15T08:00:00.000Z\",\"config\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\r\n");

	list_all(f, "ndjson", &nd);
	assert_true(rw_str_has_suffix(rw_buf_str(&nd), ",\"opened\":{}}\n"));
	assert_non_null(strstr(rw_buf_cstr(&nd), ",\"findings\":[{\"rule\":\"signed\"}],\"index\":0,\"leaf\":\""));
	assert_non_null(strstr(rw_buf_cstr(&nd), "\"opened\":{\"account\":\"=1+1\\nx\",\"signers\":[\"alice\",\"bo\\\"b\"]}}\n"));
	assert_non_null(strstr(rw_buf_cstr(&nd), ",\"findings\":null,\"index\":1,\"leaf\":\""));
	must(rw_json_parse(f->a, (struct rw_str){ nd.data, (size_t)(strchr(nd.data, '\n') - nd.data) }, &v, err));

	list_all(f, "json", &json);
	assert_true(rw_str_has_prefix(rw_buf_str(&json), "[{\"entry\":{\"account\":"));
	assert_true(rw_str_has_suffix(rw_buf_str(&json), "}]\n"));
	assert_null(rw_audit_format_find(RW_STR_LIT("xml")));
}

/* ---- what fan-out reads ---- */

static bool
tip_of(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	(void)ctx;
	(void)repo;
	set_id(ret_hex, ref.p[ref.n - 1]);
	return true;
}

static void
reads_applied_refs_by_cursor(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref refs[3] = { ref_update("refs/heads/a", '0', 'a'), ref_update("refs/heads/b", '0', 'b'),
	    ref_update("refs/heads/c", '0', 'd') };
	struct rw_audit_push p = simple_push(f, refs, true);
	struct rw_settle s = { .now = f->now, .by = "hook", .tip = tip_of };
	const struct rw_audit_applied *x;
	uint64_t next, n_erased;
	size_t n;

	must(rw_audit_applied_from(f->l, f->a, 0, 10, &x, &n, &next, err));
	assert_true(n == 0 && next == 0);
	p.n_refs = 3;
	refs[1].notice = RW_STR_LIT("{\"commit\":{}}");
	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	must(rw_audit_settle(f->l, &s, err));
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &f->index, err));
	commit(f);
	assert_int_equal(s.applied, 2);
	assert_int_equal(s.still_pending, 1);
	must(rw_audit_applied_from(f->l, f->a, 0, 1, &x, &n, &next, err));
	assert_int_equal(n, 1);
	assert_int_equal(next, 2);
	assert_true(x[0].index == 1 && x[0].push == 0 && rw_str_eqz(x[0].ref, "refs/heads/a") && x[0].notice.n == 0);
	assert_true(rw_str_eqz(x[0].account, "alice") && rw_str_eqz(x[0].repo_id, "r1") && rw_str_eqz(x[0].repo_name, "shop"));
	must(rw_audit_applied_from(f->l, f->a, next, 10, &x, &n, &next, err));
	assert_int_equal(n, 1);
	assert_int_equal(next, 4);
	assert_true(rw_str_eqz(x[0].ref, "refs/heads/b") && rw_str_eqz(x[0].notice, "{\"commit\":{}}"));
	assert_true(rw_str_eq(x[0].new_id, rw_str(refs[1].new_id)) && rw_str_eq(x[0].old_id, rw_str(refs[1].old_id)));
	must(rw_audit_applied_from(f->l, f->a, next, 10, &x, &n, &next, err));
	assert_true(n == 0 && next == 4);
	begin(f);
	must(rw_audit_erase(f->l, f->now, RW_STR_LIT("alice"), &n_erased, err));
	commit(f);
	must(rw_audit_applied_from(f->l, f->a, 0, 10, &x, &n, &next, err));
	assert_true(n == 2 && x[0].account.n == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_textual_form),
		cmocka_unit_test(fills_the_filter),
		cmocka_unit_test_setup_teardown(finds_what_is_there, search_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(bounds_of_a_page, search_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(work_is_bounded, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(shows_entries, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(reads_applied_refs_by_cursor, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
