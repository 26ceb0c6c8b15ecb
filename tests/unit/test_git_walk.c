#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/git/internal.h"
#include "tests/unit/gitrepo.h"

/* ---- random histories, against reachability worked out here ---- */

#define N 160

struct history {
	struct rw_oid id[N];
	size_t n_parents[N], parent[N][3];
	bool reach[N][N];		/* [a][b]: b is reachable from a */
	bool skewed;
};

static uint32_t
rnd(uint32_t *s, uint32_t n)
{
	*s = *s * 1664525u + 1013904223u;
	return (*s >> 8) % n;
}

static void
make_history(struct gitrepo *g, struct history *h, uint32_t seed)
{
	char path[1024], *marks, *p;
	FILE *f;

	snprintf(path, sizeof(path), "%s/stream", g->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < N; i++) {
		uint32_t when = h->skewed ? rnd(&seed, 100000) : (uint32_t)i * 10;

		h->n_parents[i] = 1 + (rnd(&seed, 4) == 0) + (rnd(&seed, 12) == 0);
		if (rnd(&seed, 40) == 0)
			h->n_parents[i] = 0;
		if (h->n_parents[i] > i)
			h->n_parents[i] = i;
		for (size_t k = 0; k < h->n_parents[i]; k++) {
			bool far = rnd(&seed, 3) == 0 || i < 8;
			uint32_t back = rnd(&seed, far ? (uint32_t)i : 8);

			h->parent[i][k] = i - 1 - back;
			for (size_t j = 0; j < k; j++)
				if (h->parent[i][j] == h->parent[i][k]) {
					h->n_parents[i] = k;
					break;
				}
		}
		fprintf(f, "commit refs/heads/c%zu\nmark :%zu\ncommitter A <a@example.com> %u +0000\ndata 2\n%c\n", i, i + 1,
		    when + 1000000, 'x');
		for (size_t k = 0; k < h->n_parents[i]; k++)
			fprintf(f, "%s :%zu\n", k == 0 ? "from" : "merge", h->parent[i][k] + 1);
		fprintf(f, "M 644 inline f%zu\ndata 1\nx\n", i % 7);
		fprintf(f, "M 644 inline n\ndata 4\n%04zu\n", i);
		h->reach[i][i] = true;
		for (size_t k = 0; k < h->n_parents[i]; k++)
			for (size_t j = 0; j < i; j++)
				h->reach[i][j] = h->reach[i][j] || h->reach[h->parent[i][k]][j];
	}
	fclose(f);
	gitrepo_do(g, "rm -rf h m; git init -q --bare h; git -C h fast-import --quiet --export-marks=$D/m <stream");
	marks = gitrepo_sh(g, "sort -t: -k2n m | cut -d' ' -f2");
	p = marks;
	for (size_t i = 0; i < N; i++, p += 41)
		assert_true(rw_oid_parse((struct rw_str){ p, 40 }, &h->id[i]));
	free(marks);
}

static size_t
index_of(const struct history *h, const struct rw_oid *id)
{
	for (size_t i = 0; i < N; i++)
		if (rw_oid_eq(&h->id[i], id))
			return i;
	fail_msg("unknown commit");
	return 0;
}

static void
check_commits(struct gitrepo *g, struct rw_repo *r, const struct history *h, uint32_t *seed)
{
	size_t tip = rnd(seed, N), n_hide = rnd(seed, 4), n, want = 0;
	struct rw_budget b = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid hide[4];
	size_t hidden[4];
	bool seen[N] = { false };

	for (size_t i = 0; i < n_hide; i++) {
		hidden[i] = rnd(seed, N);
		hide[i] = h->id[hidden[i]];
	}
	assert_ok(g, rw_repo_commits(r, g->arena, &h->id[tip], hide, n_hide, &b, &ids, &n, &g->err));
	for (size_t i = 0; i < n; i++) {
		size_t c = index_of(h, &ids[i]);

		assert_true(h->reach[tip][c]);
		assert_false(seen[c]);
		seen[c] = true;
		for (size_t k = 0; k < n_hide; k++)
			assert_true(h->skewed || !h->reach[hidden[k]][c]);
		for (size_t k = 0; k < h->n_parents[c]; k++) {
			bool later = false;

			for (size_t j = i; j < n; j++)
				later = later || rw_oid_eq(&ids[j], &h->id[h->parent[c][k]]);
			assert_false(later);
		}
	}
	for (size_t c = 0; c < N; c++) {
		bool is_new = h->reach[tip][c];

		for (size_t k = 0; k < n_hide; k++)
			is_new = is_new && !h->reach[hidden[k]][c];
		want += is_new;
		assert_true(!is_new || seen[c]);
	}
	assert_true(h->skewed ? n >= want : n == want);
	assert_int_equal(b.commits, RW_LIMIT_PUSH_COMMITS - n);
}

static void
check_bases(struct gitrepo *g, struct rw_repo *r, const struct history *h, uint32_t *seed)
{
	size_t a = rnd(seed, N), b = rnd(seed, N), n, want = 0;
	struct rw_oid base[RW_LIMIT_MERGE_BASES + 1];
	struct rw_budget budget = rw_budget_default();
	bool is;

	assert_ok(g, rw_repo_is_ancestor(r, &h->id[a], &h->id[b], &is, &g->err));
	assert_int_equal(is, h->reach[b][a]);
	assert_ok(g, rw_repo_merge_bases(r, &h->id[a], &h->id[b], &budget, base, &n, &g->err));
	for (size_t c = 0; c < N; c++) {
		bool best = h->reach[a][c] && h->reach[b][c];
		bool found = false;

		for (size_t d = 0; d < N && best; d++)
			best = d == c || !(h->reach[a][d] && h->reach[b][d] && h->reach[d][c]);
		for (size_t i = 0; i < n; i++)
			found = found || rw_oid_eq(&base[i], &h->id[c]);
		assert_int_equal(best, found);
		want += best;
	}
	assert_int_equal(n, want);
}

static void
test_random_histories(void **state)
{
	struct gitrepo *g = *state;
	struct history *h = calloc(1, sizeof(*h));

	for (uint32_t seed = 1; seed <= 4; seed++) {
		struct rw_repo *r;
		uint32_t s = seed * 77;

		memset(h, 0, sizeof(*h));
		h->skewed = seed % 2 == 0;
		print_message("# history %u%s\n", seed, h->skewed ? ", false times" : "");
		make_history(g, h, seed);
		r = gitrepo_open(g, "h");
		for (int i = 0; i < 400; i++) {
			check_commits(g, r, h, &s);
			check_bases(g, r, h, &s);
		}
		rw_repo_free(r);
	}
	free(h);
}

/* ---- cases by hand ---- */

static void
test_hide(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget b = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid tip, hide[5];
	struct rw_repo *r;
	size_t n;

	gitrepo_do(g, "git init -q -b main w; cd w; for i in 1 2 3 4; do git commit -q --allow-empty -m $i; git tag -m t t$i; "
	    "done; echo x >x; git tag blob $(git hash-object -w x); git tag -m tt tt t3");
	r = gitrepo_open(g, "w/.git");
	tip = gitrepo_id(g, "w", "t4");
	hide[0] = (struct rw_oid){ .b = { 0 } };
	hide[1] = gitrepo_id(g, "w", "blob");
	hide[2] = (struct rw_oid){ .b = { 7 } };		/* not there */
	hide[3] = gitrepo_id(g, "w", "main^{tree}");
	hide[4] = gitrepo_id(g, "w", "tt");
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, hide, 4, &b, &ids, &n, &g->err));
	assert_int_equal(n, 4);
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, hide, 5, &b, &ids, &n, &g->err));
	assert_int_equal(n, 1);
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, &tip, 1, &b, &ids, &n, &g->err));
	assert_int_equal(n, 0);
	assert_fails(g, rw_repo_commits(r, g->arena, &hide[1], NULL, 0, &b, &ids, &n, &g->err), RW_E_PARSE);
	assert_fails(g, rw_repo_commits(r, g->arena, &hide[2], NULL, 0, &b, &ids, &n, &g->err),
	    RW_E_NOT_FOUND);
	b.commits = 4;
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, NULL, 0, &b, &ids, &n, &g->err));
	assert_int_equal(b.commits, 0);
	b.commits = 3;
	assert_fails(g, rw_repo_commits(r, g->arena, &tip, NULL, 0, &b, &ids, &n, &g->err), RW_E_LIMIT);
	rw_repo_free(r);
}

/* One new commit that claims to be from 1970 on a long history: not the whole history is read. */
static void
test_false_time_is_cheap(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget b = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid tip, main_tip;
	struct rw_repo *r;
	size_t n;

	gitrepo_do(g, "git init -q --bare w; cd w; i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); "
	    "echo commit refs/heads/main; echo \"committer A <a@example.com> $((1000000 + i)) +0000\"; "
	    "echo data 1; echo x; done | git fast-import --quiet; "
	    "git update-ref refs/heads/evil $(GIT_COMMITTER_DATE='@1 +0000' git commit-tree -p main~1 -m x main^{tree})");
	r = gitrepo_open(g, "w");
	tip = gitrepo_id(g, "w", "evil");
	main_tip = gitrepo_id(g, "w", "main");
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, &main_tip, 1, &b, &ids, &n, &g->err));
	assert_int_equal(n, 1);
	assert_true(rw_graph_count(r) < 1100);
	rw_repo_free(r);
}

/* A commit too large to be read, on some ref: it hides nothing, and is refused where it is new. */
static void
test_unreadable(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget b = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid tip, hide[2];
	struct rw_repo *r;
	size_t n;

	gitrepo_do(g, "git init -q -b main w; cd w; for i in 1 2 3; do git commit -q --allow-empty -m $i; done; "
	    "head -c 300000 /dev/zero | tr '\\0' x >../m; git tag big $(git commit-tree -p main -F ../m main^{tree}); "
	    "git tag above $(git commit-tree -p big -m x main^{tree})");
	r = gitrepo_open(g, "w/.git");
	tip = gitrepo_id(g, "w", "main");
	hide[0] = gitrepo_id(g, "w", "big");
	hide[1] = gitrepo_id(g, "w", "above");
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, hide, 2, &b, &ids, &n, &g->err));
	assert_int_equal(n, 3);
	assert_int_equal(g->err.code, RW_E_NONE);
	for (size_t i = 0; i < 2; i++)
		assert_fails(g, rw_repo_commits(r, g->arena, &hide[i], &tip, 1, &b, &ids, &n, &g->err),
		    RW_E_LIMIT);
	rw_repo_free(r);
}

static void
test_peel(void **state)
{
	struct gitrepo *g = *state;
	enum rw_object_type type;
	struct rw_oid id, got;
	struct rw_repo *r;
	unsigned nested;
	char rev[16];

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m 1; git tag -m t t1; i=1; "
	    "while [ $i -lt 17 ]; do git tag -m t t$((i + 1)) t$i; i=$((i + 1)); done; git tag -m tree tree main^{tree}");
	r = gitrepo_open(g, "w/.git");
	for (unsigned i = 1; i <= 17; i++) {
		snprintf(rev, sizeof(rev), "t%u", i);
		id = gitrepo_id(g, "w", rev);
		if (i > RW_LIMIT_TAG_NESTING) {
			assert_fails(g, rw_repo_peel(r, &id, &got, &type, &nested, &g->err), RW_E_LIMIT);
			continue;
		}
		assert_ok(g, rw_repo_peel(r, &id, &got, &type, &nested, &g->err));
		assert_int_equal(nested, i);
		assert_int_equal(type, RW_OBJ_COMMIT);
	}
	id = gitrepo_id(g, "w", "tree");
	assert_ok(g, rw_repo_peel(r, &id, &got, &type, &nested, &g->err));
	assert_int_equal(type, RW_OBJ_TREE);
	rw_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_random_histories),
		GITREPO_TEST(test_hide),
		GITREPO_TEST(test_false_time_is_cheap),
		GITREPO_TEST(test_unreadable),
		GITREPO_TEST(test_peel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
