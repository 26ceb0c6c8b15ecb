/* What a verdict holds besides its findings, and the judging of files without a push. */
#include "tests/unit/gitrepo.h"

#include "refwall/hash.h"
#include "refwall/judge.h"

static struct rw_policy *
load(struct gitrepo *g, const char *rules)
{
	rw_autofree char *text = NULL;
	struct rw_policy *p = NULL;
	char path[600];

	assert_true(
	    asprintf(&text,
		"version: 1\nidentities:\n  alice: {accounts: [alice], emails: [alice@example.com], "
		"keys: [{ssh: %s}]}\n"
		"  bob: {accounts: [bob], emails: [bob@example.com]}\nrules:\n%s",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQKvhmvPM4mVcFqUvDlDcKdJ0rqxSMmGNQFTPSRX+KE",
		rules) > 0);
	snprintf(path, sizeof(path), "%s/policy.yaml", g->dir);
	assert_ok(g, rw_file_write(path, rw_str(text), 0600, false, &g->err));
	assert_ok(g, rw_policy_load(path, &p, &g->err));
	return p;
}

static void
judge(struct gitrepo *g, struct rw_repo *repo, const struct rw_policy *p, struct rw_ref_update *u, size_t n,
    const char *account, struct rw_verdict *ret)
{
	struct rw_judge_input in = { .repo = repo,
		.policy = p,
		.push = { u, n },
		.repo_name = RW_STR_LIT("shop"),
		.account = rw_str(account),
		.now = 1800000000000,
		.n_threads = 1 };

	assert_ok(g, rw_judge_push(&in, g->arena, ret, &g->err));
}

static struct rw_ref_update
move(struct gitrepo *g, const char *ref, const char *old, const char *new)
{
	struct rw_ref_update u = { .name = rw_str(ref) };

	if (old != NULL)
		u.old_id = gitrepo_id(g, "r", old);
	if (new != NULL)
		u.new_id = gitrepo_id(g, "r", new);
	return u;
}

static void
test_kinds(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_policy struct rw_policy *p =
	    load(g, "  - {name: w, refs: [refs/heads/a], mode: warn, updates: [create]}\n");
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_verdict v;

	gitrepo_do(g,
	    "git init -q -b a r; cd r; echo 1 >x; git add x; git commit -qm 'the subject'; echo 2 >x; mkdir d; "
	    "echo 3 >d/y; git add .; git commit -qm two; git branch b HEAD~1; git branch c; git branch d; "
	    "git commit -q --allow-empty -m three; git branch e; git reset -q --hard HEAD~1");
	repo = gitrepo_open(g, "r/.git");
	struct rw_ref_update u[] = {
		move(g, "refs/heads/b", "b", "a"),
		move(g, "refs/heads/a", "a", "b"),
		move(g, "refs/heads/c", "c", NULL),
		move(g, "refs/heads/new", NULL, "b"),
		move(g, "refs/heads/d", "d", "d"),
		move(g, "refs/heads/far", NULL, "e"),
	};

	judge(g, repo, p, u, RW_ARRAY_LEN(u), "bob", &v);
	assert_true(v.accepted);
	assert_int_equal(v.pusher, rw_policy_by_name(p, RW_STR_LIT("bob")));
	assert_int_equal(v.n_updates, 6);
	assert_int_equal(v.update[0].kind, RW_UPDATE_FAST_FORWARD);
	assert_int_equal(v.update[0].n_commits, 1);
	assert_int_equal(v.update[0].n_changes, 2);
	assert_string_equal(v.update[0].change[0].path.p, "d/y");
	assert_int_equal(v.update[0].change[0].old_mode, 0);
	assert_string_equal(v.update[0].change[1].path.p, "x");
	assert_memory_equal(v.update[0].author_email.p, "alice@example.com", 17);
	assert_int_equal(v.update[0].author_time, 1700000000000);
	assert_int_equal(v.update[1].kind, RW_UPDATE_REWIND);
	assert_int_equal(v.update[1].n_warned, 1);
	assert_memory_equal(v.update[1].warned[0].p, "w", 1);
	assert_false(v.update[1].refused);
	assert_memory_equal(v.update[1].subject.p, "the subject", 11);
	assert_int_equal(v.update[2].kind, RW_UPDATE_DELETE);
	assert_true(rw_oid_is_zero(&v.update[2].tip));
	assert_int_equal(v.update[3].kind, RW_UPDATE_CREATE);
	assert_int_equal(v.update[3].n_commits, 0);
	assert_int_equal(v.update[3].n_changes, 0);
	assert_int_equal(v.update[4].kind, RW_UPDATE_NONE);
	assert_int_equal(v.update[5].kind, RW_UPDATE_CREATE);
	assert_int_equal(v.n, 1);
	assert_true(v.finding[0].warn);
	assert_memory_equal(v.finding[0].rule.p, "w", 1);
}

static void
test_input(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_policy struct rw_policy *p = load(g, "  - {name: w, updates: [create]}\n");
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_verdict v;
	static struct rw_ref_update many[RW_LIMIT_PUSH_REFS + 1];

	gitrepo_do(g, "git init -q -b a r; cd r; git commit -q --allow-empty -m one");
	repo = gitrepo_open(g, "r/.git");
	struct rw_ref_update twice[] = { move(g, "refs/heads/x", NULL, "a"),
		move(g, "refs/heads/x", NULL, "a") };
	struct rw_ref_update odd[] = { move(g, "refs/heads/..", NULL, "a") };
	struct rw_judge_input in = { .repo = repo, .policy = p, .repo_name = RW_STR_LIT("shop"), .now = 1 };
	const struct { const char *name; struct rw_push push; enum rw_error_code code; } rows[] = {
		{ "nothing", { NULL, 0 }, RW_E_USAGE },
		{ "a ref twice", { twice, 2 }, RW_E_PARSE },
		{ "no ref name", { odd, 1 }, RW_E_PARSE },
		{ "too many refs", { many, RW_LIMIT_PUSH_REFS + 1 }, RW_E_LIMIT },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].name);
		in.push = rows[i].push;
		v.accepted = true;
		assert_fails(g, rw_judge_push(&in, g->arena, &v, &g->err), rows[i].code);
		assert_false(v.accepted);
	}
}

/* As many refs as there may be, all new, none like another. */
static void
test_many_refs(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_policy struct rw_policy *p = load(g, "  - {name: w, updates: [create]}\n");
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_verdict v;
	static struct rw_ref_update many[RW_LIMIT_PUSH_REFS];

	gitrepo_do(g, "git init -q -b a r; cd r; git commit -q --allow-empty -m one");
	repo = gitrepo_open(g, "r/.git");
	for (size_t i = 0; i < RW_ARRAY_LEN(many); i++)
		many[i] = move(g, "refs/heads/x", NULL, i == 0 ? "a" : NULL);
	for (size_t i = 0; i < RW_ARRAY_LEN(many); i++) {
		many[i].name = rw_str(rw_arena_printf(g->arena, "refs/heads/n%zu", i));
		many[i].new_id = many[0].new_id;
	}
	judge(g, repo, p, many, RW_ARRAY_LEN(many), "alice", &v);
	assert_true(v.accepted);
	assert_int_equal(v.n_updates, RW_LIMIT_PUSH_REFS);
}

/* More findings than are kept: the rest is counted, and refuses. */
static void
test_many_findings(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_policy struct rw_policy *p = load(g, "  - {name: f, files: {names: [\"*.x\"]}}\n");
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_verdict v;

	gitrepo_do(g,
	    "git init -q -b a r; cd r; git commit -q --allow-empty -m one; for i in $(seq 1005); do echo $i >$i.x; done; "
	    "git add .; git commit -qm many; git branch b; git reset -q --hard HEAD~1");
	repo = gitrepo_open(g, "r/.git");
	struct rw_ref_update u[] = { move(g, "refs/heads/a", "a", "b") };

	judge(g, repo, p, u, 1, "alice", &v);
	assert_false(v.accepted);
	assert_int_equal(v.n, RW_LIMIT_FINDINGS);
	assert_int_equal(v.n_dropped, 1005 - RW_LIMIT_FINDINGS);
	assert_true(v.update[0].refused);
}

/* ---- files ---- */

static bool
read_file(void *ctx, const struct rw_file *f, size_t max, struct rw_buf *ret, struct rw_error *err)
{
	(void)ctx;
	(void)max;
	if (f->handle == NULL)
		return rw_fail(err, RW_E_LIMIT, "too large");
	rw_buf_puts(ret, f->handle);
	return rw_buf_ok(ret, "file", err);
}

#define CONFIG_MAP "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

static void
test_files(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_policy struct rw_policy *p = load(g,
	    "  - {name: signed, signed: {by: [alice]}}\n"
	    "  - {name: m, refs: [refs/heads/main], paths: [apps/**], manifests: {}, secrets: encrypted}\n"
	    "  - {name: other, refs: [refs/heads/other], files: {max-size: 1}}\n");
	struct rw_verdict v;
	static char good[] = CONFIG_MAP, bad[] = "a: b: c\n", attributes[] = "*.yaml filter=x\n",
	    secret[] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {x: eA==}\n";
	const struct rw_file good_files[] = {
		{ RW_STR_LIT("apps/a.yaml"), 0100644, good }, { RW_STR_LIT("docs/b.yaml"), 0100644, bad }
	};
	const struct rw_file bad_files[] = {
		{ RW_STR_LIT(".gitattributes"), 0100644, attributes },
		{ RW_STR_LIT("apps/a.yaml"), 0100644, bad },
		{ RW_STR_LIT("apps/b.yaml"), 0120000, good },
		{ RW_STR_LIT("apps/c.yaml"), 0100644, NULL },
		{ RW_STR_LIT("apps/s.yaml"), 0100644, secret },
	};
	static const struct { const char *check, *path; uint32_t line;
	} wanted[] = {
		{ "tree", ".gitattributes", 1 },
		{ "manifests", "apps/a.yaml", 1 },
		{ "tree", "apps/b.yaml", 0 },
		{ "manifests", "apps/c.yaml", 0 },
		{ "secrets", "apps/s.yaml", 4 },
	};
	struct rw_judge_files in = { .policy = p,
		.repo_name = RW_STR_LIT("shop"),
		.ref = RW_STR_LIT("refs/heads/main"),
		.as = RW_IDENTITY_NONE,
		.file = good_files,
		.n_files = RW_ARRAY_LEN(good_files),
		.read = read_file };

	assert_ok(g, rw_judge_files(&in, g->arena, &v, &g->err));
	assert_true(v.accepted);
	assert_int_equal(v.n, 0);
	in.file = bad_files;
	in.n_files = RW_ARRAY_LEN(bad_files);
	assert_ok(g, rw_judge_files(&in, g->arena, &v, &g->err));
	assert_false(v.accepted);
	assert_int_equal(v.n, RW_ARRAY_LEN(wanted));
	for (size_t i = 0; i < v.n; i++) {
		print_message("# %s\n", wanted[i].path);
		assert_string_equal(v.finding[i].check, wanted[i].check);
		assert_string_equal(v.finding[i].path.p, wanted[i].path);
		assert_int_equal(v.finding[i].line, wanted[i].line);
		assert_int_equal(v.finding[i].ref.n, 0);
	}
}

static int
crypto(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	return rw_crypto_init(&err) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_kinds), GITREPO_TEST(test_input), GITREPO_TEST(test_many_refs),
		GITREPO_TEST(test_many_findings), GITREPO_TEST(test_files),
	};

	return cmocka_run_group_tests_name("judge_verdict", tests, crypto, NULL);
}
