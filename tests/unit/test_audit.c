#include "tests/unit/log_fixture.h"

/* ---- what is written ---- */

static void
writes_the_push_entry(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref refs[1] = { ref_update("refs/heads/main", '1', '2') };
	struct rw_audit_push p = simple_push(f, refs, false);
	const struct rw_str rules[] = { RW_STR_LIT("signed") }, signers[] = { RW_STR_LIT("alice") };
	const struct rw_str paths[] = { RW_STR_LIT("a/b.yaml"), RW_STR_LIT("\xff") };
	struct rw_audit_entry e;
	uint64_t index;
	char *c;

	p.findings = RW_STR_LIT("[{\"rule\":\"signed\"}]");
	p.n_findings = 1;
	p.rule = rules;
	p.n_rules = 1;
	p.signer = signers;
	p.n_signers = 1;
	p.path = paths;
	p.n_paths = 2;
	p.policy_digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	begin(f);
	must(rw_audit_push(f->l, &p, &index, err));
	assert_int_equal(index, 0);
	must(rw_audit_get(f->l, f->a, 0, &e, err));
	assert_int_equal(e.kind, RW_ENTRY_PUSH);
	assert_int_equal(e.time, p.now);
	c = rw_arena_strndup(f->a, e.body.p, e.body.n);
	/* Commitments are salted, the rest is known to the byte. */
	assert_true(rw_str_has_prefix(e.body, "{\"account\":{\"c\":\""));
	assert_non_null(strstr(c, "\"},\"commits\":[],\"config\":null,\"error\":null,\"findings\":{\"count\":1,"
	    "\"rules\":[\"signed\"],\"sha256\":\""));
	assert_non_null(strstr(c, "\"},\"kind\":\"push\",\"paths\":[\"a/b.yaml\",{\"b64\":\"/w==\"}],\"policy\":\"aaaa"));
	assert_non_null(strstr(c, "\"refs\":[{\"name\":\"refs/heads/main\","
	    "\"new\":\"2222222222222222222222222222222222222222\",\"notice\":null,"
	    "\"old\":\"1111111111111111111111111111111111111111\",\"tainted\":[]}],"
	    "\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"signers\":[{\"c\":\""));
	assert_non_null(strstr(c, "\"time\":\"2027-01-15T08:00:00.000Z\",\"transport\":\"ssh\",\"v\":1,"
	    "\"verdict\":\"refuse\",\"version\":\"0.1.0\"}"));
	assert_null(strstr(c, "alice"));
	commit(f);
}

static void
refuses_what_it_could_not_verify(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref r = ref_update("refs/heads/main", '1', '2');
	struct rw_audit_push p = simple_push(f, &r, true);
	struct rw_audit_field field = { .name = "kind", .str = RW_STR_LIT("x") };
	uint64_t index;

	must_fail(rw_audit_push(f->l, &p, &index, err), RW_E_USAGE, "no transaction");
	begin(f);
	p.repo_id = RW_STR_LIT("");
	must_fail(rw_audit_push(f->l, &p, &index, err), RW_E_USAGE, "without id");
	p.repo_id = RW_STR_LIT("r1");
	p.policy_digest = "short";
	must_fail(rw_audit_push(f->l, &p, &index, err), RW_E_PARSE, "policy");
	p.policy_digest = NULL;
	p.now = -1;
	must_fail(rw_audit_push(f->l, &p, &index, err), RW_E_USAGE, "time");
	must_fail(rw_audit_event(f->l, RW_ENTRY_PUSH, f->now, NULL, 0, &index, err), RW_E_USAGE, "push");
	must_fail(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, &field, 1, &index, err), RW_E_INTERNAL, "entry");
	must_fail(rw_audit_event(f->l, RW_ENTRY_BYPASS, f->now, NULL, 0, &index, err), RW_E_PARSE, "by is missing");
	rw_log_rollback(f->l);
	begin(f);
	must(rw_audit_size(f->l, &index, err));
	assert_int_equal(index, 0);
	commit(f);
}

static void
spills_what_does_not_fit(void **state)
{
	static const size_t counts[] = { 1, 100, 1000 };
	struct fixture *f = *state;
	static struct rw_audit_ref refs[1000];
	static char names[1000][64];

	for (size_t i = 0; i < RW_ARRAY_LEN(refs); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "refs/heads/a-branch-of-some-length-%zu", i);
		refs[i] = ref_update(names[i], '0', '7');
		refs[i].notice = RW_STR_LIT("{\"commit\":null}");
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(counts); i++) {
		struct rw_audit_push p = simple_push(f, refs, true);
		struct rw_audit_entry e;
		uint64_t index;

		print_message("# %zu refs\n", counts[i]);
		p.n_refs = counts[i];
		begin(f);
		must(rw_audit_push(f->l, &p, &index, err));
		commit(f);
		must(rw_audit_get(f->l, f->a, index, &e, err));
		assert_true(e.body.n <= RW_LIMIT_ENTRY_BYTES);
		assert_int_equal(memmem(e.body.p, e.body.n, "\"refs\":{\"count\":", 16) != NULL, counts[i] > 1);
	}
}

static void
plain_events_sort_their_members(void **state)
{
	struct fixture *f = *state;
	const struct rw_audit_field fields[] = {
		{ .name = "zeta", .type = RW_FIELD_INT, .integer = 7 },
		{ .name = "by", .str = RW_STR_LIT("init") },
		{ .name = "what", .type = RW_FIELD_JSON, .str = RW_STR_LIT("{\"a\":[1]}") },
	};
	struct rw_audit_entry e;

	begin(f);
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, fields, 3, &f->index, err));
	commit(f);
	must(rw_audit_get(f->l, f->a, f->index, &e, err));
	assert_true(rw_str_eqz(e.body, "{\"by\":\"init\",\"kind\":\"config\",\"time\":\"2027-01-15T08:00:00.000Z\","
	    "\"v\":1,\"what\":{\"a\":[1]},\"zeta\":7}"));
}

static void
keeps_push_certificates(void **state)
{
	static const uint8_t payload[32] = { 7 }, other[32] = { 8 };
	struct fixture *f = *state;
	struct rw_audit_ref r = ref_update("refs/heads/main", '0', 'a');
	struct rw_audit_push p = simple_push(f, &r, false);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	struct rw_audit_report report;
	struct rw_audit_entry e;
	uint64_t index, plain, used;

	begin(f);
	p.certificate = RW_STR_LIT("certificate version 0.1\nby \xff\n");
	must(rw_audit_push(f->l, &p, &plain, err));		/* nobody asked for it: it may come again */
	must(rw_audit_push(f->l, &p, &index, err));
	assert_int_equal(index, plain + 2);
	p.certificate_payload = payload;
	must(rw_audit_push(f->l, &p, &index, err));
	commit(f);
	must(rw_audit_certificate_used(f->l, payload, &used, err));
	assert_int_equal(used, index);
	must(rw_audit_certificate_used(f->l, other, &used, err));
	assert_true(used == UINT64_MAX);

	begin(f);
	must_fail(rw_audit_push(f->l, &p, &used, err), RW_E_EXISTS, "used before");
	{
		struct rw_error err = RW_ERROR_INIT;

		assert_false(rw_log_commit(f->l, &err));
	}
	must(rw_audit_get(f->l, f->a, index, &e, err));
	must(rw_audit_expand(f->l, &e, &b, err));
	assert_non_null(strstr(b.data, "{\"certificate\":{\"b64\":\"Y2VydGlmaWNhdGUgdmVyc2lvbiAwLjEKYnkg/wo=\"},\"entry\":"));
	must(rw_audit_get(f->l, f->a, index + 1, &e, err));
	assert_int_equal(e.kind, RW_ENTRY_CERTIFICATE);
	assert_non_null(memmem(e.body.p, e.body.n, "\"payload\":\"0700", 15));
	must(rw_audit_verify(f->l, f->a, &report, err));
	assert_int_equal(report.n_problems, 0);
}

static void
says_when_the_clock_steps_back(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *name; int64_t step; uint64_t entries; } rows[] = {
		{ "forward", 60000, 1 }, { "five seconds back", -5000, 1 }, { "more than that", -5001, 2 },
	};
	uint64_t before, after;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].name);
		begin(f);
		must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &before, err));
		f->now += rows[i].step;
		must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &after, err));
		commit(f);
		assert_int_equal(after, before + rows[i].entries);
		if (rows[i].entries == 2) {
			struct rw_audit_entry e;

			must(rw_audit_get(f->l, f->a, before + 1, &e, err));
			assert_int_equal(e.kind, RW_ENTRY_CLOCK);
			assert_non_null(memmem(e.body.p, e.body.n, "\"previous\":\"2027-01-15T08:00:55.000Z\"", 37));
		}
	}
}

static void
keeps_repositories_and_baselines(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref tips[2] = { ref_update("refs/heads/main", '0', 'a'), ref_update("refs/tags/v1", '0', 'b') };
	const struct rw_audit_repo *repos;
	struct rw_audit_repo repo;
	const struct rw_str *ids;
	size_t n;

	must_fail(rw_audit_repo_by_id(f->l, f->a, RW_STR_LIT("r1"), &repo, err), RW_E_NOT_FOUND, "install");
	must_fail(rw_audit_baseline_tips(f->l, f->a, RW_STR_LIT("r1"), &ids, &n, err), RW_E_NOT_FOUND, "r1");
	begin(f);
	must(rw_audit_baseline(f->l, f->now, RW_STR_LIT("r1"), RW_STR_LIT("old"), RW_STR_LIT("/a"), tips, 1, &f->index, err));
	must(rw_audit_baseline(f->l, f->now, RW_STR_LIT("r1"), RW_STR_LIT("shop"), RW_STR_LIT("/b"), tips, 2, &f->index, err));
	must(rw_audit_baseline(f->l, f->now, RW_STR_LIT("r2"), RW_STR_LIT("empty"), RW_STR_LIT("/c"), NULL, 0, &f->index, err));
	commit(f);
	must(rw_audit_repos(f->l, f->a, &repos, &n, err));
	assert_int_equal(n, 2);
	assert_true(rw_str_eqz(repos[0].name, "shop") && rw_str_eqz(repos[0].path, "/b"));
	must(rw_audit_repo_by_id(f->l, f->a, RW_STR_LIT("r2"), &repo, err));
	assert_true(rw_str_eqz(repo.name, "empty"));
	must(rw_audit_baseline_tips(f->l, f->a, RW_STR_LIT("r1"), &ids, &n, err));
	assert_int_equal(n, 2);
	assert_true(rw_str_eq(ids[1], rw_str(tips[1].new_id)));
	must(rw_audit_baseline_tips(f->l, f->a, RW_STR_LIT("r2"), &ids, &n, err));
	assert_int_equal(n, 0);
}

static void
remembers_taints_and_first_sight(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref r = ref_update("refs/heads/main", '0', '2');
	const struct rw_str rule = RW_STR_LIT("signed"), repo = RW_STR_LIT("r1");
	struct rw_str commits[2] = { rw_str(r.new_id), RW_STR_LIT("3333333333333333333333333333333333333333") };
	struct rw_audit_push p = simple_push(f, &r, false);
	rw_time first;

	r.tainted_by = &rule;
	r.n_tainted_by = 1;
	p.new_commit = commits;
	p.n_new_commits = 2;
	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	commit(f);
	/* A refused push leaves nothing to trust. */
	assert_int_equal(rw_audit_first_seen(f->l, repo, commits[0]), RW_TIME_NONE);
	assert_false(rw_audit_is_tainted(f->l, repo, r.name, rule));
	first = p.now = f->now++;
	p.accepted = true;
	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	p.now = f->now++;
	must(rw_audit_push(f->l, &p, &f->index, err));
	commit(f);
	assert_int_equal(rw_audit_first_seen(f->l, repo, commits[1]), first);
	assert_int_equal(rw_audit_first_seen(f->l, RW_STR_LIT("r2"), commits[1]), RW_TIME_NONE);
	assert_true(rw_audit_is_tainted(f->l, repo, r.name, rule));
	assert_false(rw_audit_is_tainted(f->l, repo, r.name, RW_STR_LIT("other")));
	assert_false(rw_audit_is_tainted(f->l, repo, RW_STR_LIT("refs/heads/x"), rule));
}

/*
 * The same ref twice in one accept fails behind the entry itself; whoever commits all the same keeps nothing.
 */
static void
a_failure_halfway_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_ref refs[2] = { ref_update("refs/heads/main", '0', '1'), ref_update("refs/heads/main", '0', '2') };
	struct rw_audit_push p = simple_push(f, refs, true);
	uint64_t size;

	p.n_refs = 2;
	begin(f);
	must_fail(rw_audit_push(f->l, &p, &f->index, err), RW_E_CORRUPT, "UNIQUE");
	must_fail(rw_log_commit(f->l, err), RW_E_INTERNAL, "nothing was kept");
	must(rw_audit_size(f->l, &size, err));
	assert_int_equal(size, 0);
	(void)push_one(f, "refs/heads/main", '0', '1', true);
	must(rw_audit_size(f->l, &size, err));
	assert_int_equal(size, 1);
}

/* ---- settling ---- */

struct world {
	char tip;			/* '?': cannot tell */
	bool alive;
};

static bool
world_tip(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	const struct world *w = ctx;

	(void)repo;
	(void)ref;
	if (w->tip == '?')
		return false;
	set_id(ret_hex, w->tip);
	return true;
}

static bool
world_alive(void *ctx, const struct rw_audit_process *p)
{
	const struct world *w = ctx;

	assert_int_equal(p->pid, 4242);
	assert_string_equal(p->boot, "boot");
	return w->alive;
}

/*
 * A story: what is recorded (base), what was accepted in that order ("ab": from a to b), what post-receive
 * says moved, where the ref is now, and what must be appended: 'A' applied, 'N' not-applied, 'B' bypass, each
 * with its old and new value.
 */
static const struct story {
	const char *name;
	char base;
	const char *accepts, *moved;
	char tip;
	bool alive;
	const char *appended;
	size_t pending;
} stories[] = {
	{ "post-receive names it", 'a', "ab", "ab", '-', true, "Aab", 0 },
	{ "post-receive names nothing of ours", 'a', "ab", "de", '-', true, "", 1 },
	{ "post-receive never ran, the ref moved", 'a', "ab", "", 'b', false, "Aab", 0 },
	{ "moved, and its process still runs", 'a', "ab", "", 'b', true, "Aab", 0 },
	{ "did not move, may still", 'a', "ab", "", 'a', true, "", 1 },
	{ "did not move, never will", 'a', "ab", "", 'a', false, "Nab", 0 },
	{ "cannot tell now", 'a', "ab", "", '?', false, "", 1 },
	{ "created", '0', "0a", "", 'a', false, "A0a", 0 },
	{ "deleted", 'a', "a0", "", '0', false, "Aa0", 0 },
	{ "a chain: the later one proves the earlier", 'a', "abbc", "", 'c', false, "AabAbc", 0 },
	{ "a chain by post-receive of the later", 'a', "abbc", "bc", '-', true, "AabAbc", 0 },
	{ "a chain whose end did not happen", 'a', "abbc", "", 'b', false, "AabNbc", 0 },
	{ "there and back again", 'a', "abba", "", 'a', false, "AabAba", 0 },
	{ "two raced, the first won", 'a', "abac", "", 'b', false, "AabNac", 0 },
	{ "two raced, the second won", 'a', "abac", "", 'c', false, "AacNab", 0 },
	{ "two raced, the loser may still act", 'a', "abac", "", 'c', true, "Aac", 1 },
	{ "the same twice: the newest is meant", 'a', "abab", "ab", '-', true, "Aab", 1 },
	{ "the same twice, by the tip", 'a', "abab", "", 'b', false, "AabNab", 0 },
	{ "delete of what is absent", '0', "00", "", '0', false, "N00", 0 },
	{ "no move at all", 'a', "aa", "", 'a', false, "Naa", 0 },
	{ "no move, and git says so", 'a', "aa", "aa", 'a', true, "Aaa", 0 },
	{ "the ref was moved behind our back before", 'a', "de", "", 'e', false, "BadAde", 0 },
	{ "the same, named by post-receive", 'a', "de", "de", '-', true, "BadAde", 0 },
	{ "moved behind our back to elsewhere", 'a', "ab", "", 'f', false, "Nab", 0 },
	{ "a later accept begins where an applied one ended", 'a', "abcdbc", "", 'c', false, "AabAbcNcd", 0 },
	{ "order of happening is not order of acceptance", 'd', "dedffd", "", 'e', false, "AdfAfdAde", 0 },
};

static void
check_appended(struct fixture *f, uint64_t from, const char *want)
{
	char got[64] = "";
	uint64_t size;

	must(rw_audit_size(f->l, &size, err));
	for (uint64_t i = from; i < size; i++) {
		const struct rw_json_value *v;
		struct rw_audit_entry e;
		size_t n = strlen(got);

		must(rw_audit_get(f->l, f->a, i, &e, err));
		must(rw_json_parse(f->a, e.body, &v, err));
		got[n] = e.kind == RW_ENTRY_APPLIED ? 'A' : e.kind == RW_ENTRY_NOT_APPLIED ? 'N' :
		    e.kind == RW_ENTRY_BYPASS ? 'B' : '?';
		got[n + 1] = rw_json_get_str(f->a, v, "old").p[0];
		got[n + 2] = rw_json_get_str(f->a, v, "new").p[0];
	}
	assert_string_equal(got, want);
}

static void
settle(struct fixture *f, const struct story *s, struct rw_settle *st)
{
	struct world w = { s->tip, s->alive };
	struct rw_audit_ref moved = ref_update("refs/heads/main", s->moved[0], s->moved[0] == '\0' ? '\0' : s->moved[1]);

	*st = (struct rw_settle){ .now = f->now++, .by = "hook", .repo_id = RW_STR_LIT("r1"), .ctx = &w,
	    .tip = s->tip == '-' ? NULL : world_tip, .alive = world_alive, .moved = &moved,
	    .n_moved = s->moved[0] != '\0' };
	begin(f);
	must(rw_audit_settle(f->l, st, err));
	commit(f);
}

static void
settles(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(stories); i++) {
		const struct story *s = &stories[i];
		struct rw_settle st;
		struct fixture *f;
		void *own = NULL;
		uint64_t from;
		size_t n;

		print_message("# %s\n", s->name);
		(void)fixture_setup(&own);
		f = own;
		(void)baseline_one(f, "refs/heads/main", s->base);
		for (const char *a = s->accepts; *a != '\0'; a += 2)
			(void)push_one(f, "refs/heads/main", a[0], a[1], true);
		from = f->index + 1;
		settle(f, s, &st);
		check_appended(f, from, s->appended);
		must(rw_audit_pending(f->l, RW_STR_LIT("r1"), &n, err));
		assert_int_equal(n, s->pending);
		assert_int_equal(st.still_pending, s->pending);
		/* Again: nothing new. */
		settle(f, s, &st);
		check_appended(f, from, s->appended);
		(void)fixture_teardown(&own);
	}
}

/*
 * The tip is what was accepted, but it had been that before: an accept that lost a race against its twin is
 * no move.
 */
static void
an_outdated_twin_is_not_applied(void **state)
{
	struct fixture *f = *state;
	const struct story first = { "", 'a', "", "ab", '-', true, "", 0 }, then = { "", 'b', "", "", 'b', false, "", 0 };
	struct rw_settle st;
	uint64_t from;

	(void)baseline_one(f, "refs/heads/main", 'a');
	(void)push_one(f, "refs/heads/main", 'a', 'b', true);
	settle(f, &first, &st);
	assert_int_equal(st.applied, 1);
	from = push_one(f, "refs/heads/main", 'a', 'b', true) + 1;
	settle(f, &then, &st);
	check_appended(f, from, "Nab");
}

/* A repository that nobody registered has no recorded value, and no alarm is made of that. */
static void
settles_without_a_baseline(void **state)
{
	struct fixture *f = *state;
	const struct story s = { "", '0', "", "", 'b', false, "", 0 };
	struct rw_settle st;

	(void)push_one(f, "refs/heads/main", 'a', 'b', true);
	settle(f, &s, &st);
	check_appended(f, f->index + 1, "Aab");
}

/*
 * More accepts of one ref than are looked at together: what is left out may explain the tip, so nothing is
 * given up.
 */
static void
settles_very_many_accepts_of_one_ref(void **state)
{
	static const size_t counts[] = { 1024, 1025, 1100 };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(counts); i++) {
		struct world w = { 'e', false };
		struct rw_settle s = { .by = "hook", .ctx = &w, .tip = world_tip, .alive = world_alive };
		struct fixture *f;
		void *own = NULL;

		print_message("# %zu accepts\n", counts[i]);
		(void)fixture_setup(&own);
		f = own;
		begin(f);
		for (size_t k = 0; k < counts[i]; k++) {
			struct rw_audit_ref r = { .name = RW_STR_LIT("refs/heads/main") };
			struct rw_audit_push p = simple_push(f, &r, true);

			(void)snprintf(r.old_id, sizeof(r.old_id), "%040zx", k);
			(void)snprintf(r.new_id, sizeof(r.new_id), "%040zx", k + 1);
			if (k + 1 == counts[i])
				set_id(r.new_id, 'e');
			must(rw_audit_push(f->l, &p, &f->index, err));
		}
		s.now = f->now;
		must(rw_audit_settle(f->l, &s, err));
		assert_int_equal(s.not_applied, 0);
		assert_int_equal(s.applied + s.still_pending, counts[i]);
		assert_int_equal(s.still_pending == 0, counts[i] <= 1024);
		must(rw_audit_settle(f->l, &s, err));
		assert_int_equal(s.not_applied + s.still_pending, 0);
		commit(f);
		(void)fixture_teardown(&own);
	}
}

static void
refused_pushes_are_settled_already(void **state)
{
	struct fixture *f = *state;
	size_t n;

	(void)push_one(f, "refs/heads/main", '0', 'b', false);
	must(rw_audit_pending(f->l, RW_STR_LIT(""), &n, err));
	assert_int_equal(n, 0);
	(void)push_one(f, "refs/heads/main", '0', 'b', true);
	must(rw_audit_pending(f->l, RW_STR_LIT(""), &n, err));
	assert_int_equal(n, 1);
	must(rw_audit_pending(f->l, RW_STR_LIT("r2"), &n, err));
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
		T(writes_the_push_entry),
		T(refuses_what_it_could_not_verify),
		T(spills_what_does_not_fit),
		T(plain_events_sort_their_members),
		T(keeps_push_certificates),
		T(says_when_the_clock_steps_back),
		T(keeps_repositories_and_baselines),
		T(remembers_taints_and_first_sight),
		T(a_failure_halfway_leaves_nothing),
		cmocka_unit_test(settles),
		T(an_outdated_twin_is_not_applied),
		T(settles_without_a_baseline),
		cmocka_unit_test(settles_very_many_accepts_of_one_ref),
		T(refused_pushes_are_settled_already),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
