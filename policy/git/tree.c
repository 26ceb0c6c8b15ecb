#include "policy/git/internal.h"

static bool
parse(struct rw_tree_iter *it, struct rw_arena *a, struct rw_tree_entry **ret, size_t *ret_n,
    struct rw_error *err)
{
	size_t cap = 0;

	for (;;) {
		struct rw_tree_entry *e;

		if (!rw_tree_iter_next(it, err))
			return false;
		if (it->end)
			return true;
		e = rw_arena_push(a, ret, ret_n, &cap);
		if (e == NULL)
			return rw_arena_ok(a, "tree", err);
		*e = it->entry;
	}
}

bool
rw_tree_parse(struct rw_arena *a, struct rw_str bytes, const struct rw_tree_entry **ret, size_t *ret_n,
    struct rw_error *err)
{
	struct rw_tree_entry *entry = NULL;
	struct rw_tree_iter it;
	size_t n = 0;
	bool ok;

	if (bytes.n > RW_LIMIT_TREE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "tree: more than %u bytes", RW_LIMIT_TREE_BYTES);
	rw_tree_iter_init(&it, bytes);
	ok = parse(&it, a, &entry, &n, err);
	rw_tree_iter_release(&it);
	if (!ok)
		return false;
	*ret = entry;
	*ret_n = n;
	return true;
}
