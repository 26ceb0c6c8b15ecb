/* A second judgement of the same commits computes nothing again, unless the policy's keys changed. */
#include "tests/unit/gitrepo.h"

#include "refwall/judge.h"

#define COMMITS 5

/* What a log would keep: of one set of keys. */
struct memory {
	uint8_t key_set[32];
	struct rw_sig_memo memo[2 * COMMITS];
	size_t n, asked;
};

static void
recall(void *ctx, const uint8_t key_set[32], struct rw_sig_memo *memo, size_t n)
{
	struct memory *m = ctx;

	m->asked += n;
	for (size_t i = 0; i < n && memcmp(key_set, m->key_set, 32) == 0; i++) {
		for (size_t k = 0; k < m->n; k++) {
			if (memcmp(memo[i].object, m->memo[k].object, 32) == 0) {
				memcpy(memo[i].key, m->memo[k].key, 32);
				memo[i].known = true;
			}
		}
	}
}

static void
keep(struct memory *m, const struct rw_verdict *v)
{
	assert_true(v->n_memos <= RW_ARRAY_LEN(m->memo));
	memcpy(m->key_set, v->key_set, 32);
	memcpy(m->memo, v->memo, v->n_memos * sizeof(*v->memo));
	m->n = v->n_memos;
}

/* keys: of alice, then of bob, as "key1 key2"; options: of alice's keys; more: further lines of the policy. */
static struct rw_policy *
law(struct gitrepo *g, const char *alice, const char *options, const char *more)
{
	struct rw_policy *p = NULL;
	char path[600];

	free(gitrepo_sh(g,
	    "{ echo 'version: 1'; echo 'identities:'; echo '  alice:'; echo '    emails: [alice@example.com]'; echo '    keys:'; "
	    "for k in %s; do echo \"      - {ssh: \\\"$(cut -d' ' -f1,2 $k.pub)\\\"%s}\"; done; echo '%s'; "
	    "echo 'rules:'; echo '  - {name: signed, refs: [refs/heads/p/*], signed: {by: [alice]}}'; } >policy.yaml",
	    alice, options, more));
	snprintf(path, sizeof(path), "%s/policy.yaml", g->dir);
	assert_ok(g, rw_policy_load(path, &p, &g->err));
	return p;
}

static void
judge(struct gitrepo *g, struct rw_repo *repo, const struct rw_policy *p, const char *ref, struct memory *m,
    struct rw_verdict *ret)
{
	struct rw_ref_update u = { .name = rw_str(ref), .new_id = gitrepo_id(g, "r", "main") };
	struct rw_judge_input in = { .repo = repo, .policy = p, .push = { &u, 1 }, .repo_name = RW_STR_LIT("shop"),
		.now = 1800000000000, .rehearse = true, .as = RW_IDENTITY_NONE, .n_threads = 2, .ctx = m,
		.recall = m == NULL ? NULL : recall };

	assert_ok(g, rw_judge_push(&in, g->arena, ret, &g->err));
}

static void
test_second_judgement(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_repo struct rw_repo *repo = NULL;
	struct memory m = { .n = 0 };
	struct rw_verdict v;

	gitrepo_do(g, "for k in one two; do ssh-keygen -q -t ed25519 -N '' -C $k -f $k; done; git init -q -b main r; cd r; "
	    "git config gpg.format ssh; git config user.signingkey $D/one; "
	    "for i in 1 2 3 4 5; do git commit -q -S --allow-empty -m $i; done; cp $D/one.pub $D/list");
	repo = gitrepo_open(g, "r/.git");
	rw_auto_policy struct rw_policy *p = law(g, "one", "", "");

	print_message("# nobody remembers\n");
	judge(g, repo, p, "refs/heads/p/a", NULL, &v);
	assert_true(v.accepted);
	assert_int_equal(v.n_memos + v.n_recalled, 0);
	print_message("# nothing is known yet\n");
	judge(g, repo, p, "refs/heads/p/a", &m, &v);
	assert_true(v.accepted);
	assert_int_equal(m.asked, COMMITS);
	assert_int_equal(v.n_memos, COMMITS);
	assert_int_equal(v.n_recalled, 0);
	keep(&m, &v);
	print_message("# all is known\n");
	judge(g, repo, p, "refs/heads/p/b", &m, &v);
	assert_true(v.accepted);
	assert_int_equal(v.n_memos, 0);
	assert_int_equal(v.n_recalled, COMMITS);
	assert_int_equal(v.n_new_commits, COMMITS);
	assert_int_equal(v.n_signers, 1);

	const struct {
		const char *name, *alice, *options, *more;
		bool accepted;
		size_t n_memos, n_recalled;
	} rows[] = {
		{ "a key more", "one two", "", "", true, COMMITS, 0 },
		{ "the key is gone", "two", "", "", false, 0, 0 },
		{ "the key's time is over", "one", ", until: 2024-01-01T00:00:00Z", "", false, 0, COMMITS },
		{ "the key is revoked", "one", "", "revoked: [list]", false, 0, 0 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_policy struct rw_policy *other = law(g, rows[i].alice, rows[i].options, rows[i].more);

		print_message("# %s\n", rows[i].name);
		judge(g, repo, other, "refs/heads/p/c", &m, &v);
		assert_int_equal(v.accepted, rows[i].accepted);
		assert_int_equal(v.n_memos, rows[i].n_memos);
		assert_int_equal(v.n_recalled, rows[i].n_recalled);
	}

	print_message("# a memory that lies about the key\n");
	for (size_t i = 0; i < m.n; i++)
		m.memo[i].key[i] ^= 1;
	judge(g, repo, p, "refs/heads/p/d", &m, &v);
	assert_true(v.accepted);
	assert_int_equal(v.n_memos, COMMITS);
	assert_int_equal(v.n_recalled, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { GITREPO_TEST(test_second_judgement) };

	if (system("command -v ssh-keygen >/dev/null") != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
