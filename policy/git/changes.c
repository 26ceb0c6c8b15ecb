#include "policy/git/internal.h"

static bool
root_same(const struct rw_oid *a, const struct rw_oid *b)
{
	return a != NULL && b != NULL && rw_oid_eq(a, b);
}

bool
rw_repo_diff(struct rw_repo *r, struct rw_arena *a, const struct rw_oid *old_tree,
    const struct rw_oid *new_tree, struct rw_budget *budget, const struct rw_change **ret, size_t *ret_n,
    struct rw_error *err)
{
	struct rw_treewalk w = { .tree = { new_tree, old_tree }, .n_parents = 1 };

	*ret = NULL;
	*ret_n = 0;
	if (old_tree == new_tree || root_same(old_tree, new_tree))
		return true;
	return rw_treewalk_run(r, a, &w, budget, ret, ret_n, err);
}

/* The tree of the one merge base of two parents. ret_single: is there exactly one? */
static bool
base_tree(struct rw_repo *r, const struct rw_commit *c, struct rw_budget *budget, struct rw_oid *ret,
    bool *ret_single, struct rw_error *err)
{
	struct rw_oid base[RW_LIMIT_MERGE_BASES + 1];
	size_t n;

	if (!rw_repo_merge_bases(r, &c->parent[0], &c->parent[1], budget, base, &n, err))
		return false;
	*ret_single = n == 1;
	return n != 1 || rw_repo_commit_tree(r, &base[0], ret, err);
}

bool
rw_repo_commit_changes(struct rw_repo *r, struct rw_arena *a, const struct rw_commit *c,
    struct rw_budget *budget, const struct rw_change **ret, size_t *ret_n, struct rw_error *err)
{
	struct rw_oid parent[RW_LIMIT_PARENTS], base;
	struct rw_treewalk w = { .tree = { &c->tree }, .n_parents = c->n_parents };
	bool all_same = c->n_parents > 0;

	*ret = NULL;
	*ret_n = 0;
	if (c->n_parents > RW_LIMIT_PARENTS)
		return rw_fail(err, RW_E_LIMIT, "commit: more than %d parents", RW_LIMIT_PARENTS);
	for (size_t i = 0; i < c->n_parents; i++) {
		if (!rw_repo_commit_tree(r, &c->parent[i], &parent[i], err))
			return rw_fail_prefix(err, "parent of a commit");
		w.tree[1 + i] = &parent[i];
		all_same = all_same && rw_oid_eq(&parent[i], &c->tree);
	}
	if (all_same)
		return true;
	if (c->n_parents == 0)
		w.n_parents = 1;	/* the empty tree */
	if (c->n_parents == 2) {
		if (!base_tree(r, c, budget, &base, &w.has_base, err))
			return false;
		w.tree[3] = w.has_base ? &base : NULL;
	}
	return rw_treewalk_run(r, a, &w, budget, ret, ret_n, err);
}
