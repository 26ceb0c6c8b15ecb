#include "policy/git/internal.h"

/* Ids are hashes: their first bytes choose the place. */
static size_t
place(const struct rw_oid *id)
{
	return ((size_t)id->b[0] << 8 | id->b[1]) % RW_CHECKED_TREES;
}

bool
rw_tree_was_checked(const struct rw_repo *r, const struct rw_oid *id)
{
	return rw_oid_eq(&r->checked[place(id)], id);
}

void
rw_tree_set_checked(struct rw_repo *r, const struct rw_oid *id)
{
	r->checked[place(id)] = *id;
}

/* To the end of a tree that was not read before, so that no second entry of that name is passed over. */
static bool
scan(struct rw_tree_iter *it, struct rw_str name, bool to_end, struct rw_tree_entry *ret,
    struct rw_error *err)
{
	*ret = (struct rw_tree_entry){ .mode = 0 };
	for (;;) {
		if (!rw_tree_iter_next(it, err))
			return false;
		if (it->end)
			return true;
		if (rw_str_eq(it->entry.name, name))
			*ret = it->entry;
		if (!to_end &&
		    rw_tree_name_cmp(it->entry.name, it->entry.mode == RW_MODE_TREE, name, true) >= 0)
			return true;
	}
}

static bool
find(struct rw_repo *r, const struct rw_oid *tree, struct rw_str name, struct rw_tree_entry *ret,
    struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_tree_iter it;
	bool ok;

	if (!rw_repo_read(r, tree, RW_OBJ_TREE, RW_LIMIT_TREE_BYTES, &o, err))
		return false;
	rw_tree_iter_init(&it, o.bytes);
	ok = scan(&it, name, !rw_tree_was_checked(r, tree), ret, err);
	if (ok && it.end)
		rw_tree_set_checked(r, tree);
	rw_tree_iter_release(&it);
	ret->name = name;
	return ok || rw_fail_prefix(err, "%s", RW_OID(tree));
}

bool
rw_repo_path_at(struct rw_repo *r, const struct rw_oid *tree, struct rw_str path, uint32_t *ret_mode,
    struct rw_oid *ret_id, struct rw_error *err)
{
	struct rw_tree_entry e = { .mode = RW_MODE_TREE, .id = *tree };

	if (path.n > RW_LIMIT_PATH_BYTES)
		return rw_fail(err, RW_E_LIMIT, "path: longer than %d bytes", RW_LIMIT_PATH_BYTES);
	for (unsigned depth = 0; path.n > 0 && e.mode == RW_MODE_TREE; depth++) {
		const char *slash = memchr(path.p, '/', path.n);
		struct rw_str name = { path.p, slash == NULL ? path.n : (size_t)(slash - path.p) };
		struct rw_oid dir = e.id;

		if (depth > RW_LIMIT_TREE_DEPTH)
			return rw_fail(err, RW_E_LIMIT, "path: more than %d directories deep",
			    RW_LIMIT_TREE_DEPTH);
		if (!find(r, &dir, name, &e, err))
			return false;
		/* "a/" is there neither as a file nor as a directory */
		if (slash != NULL && slash + 1 == path.p + path.n)
			e.mode = 0;
		path = slash == NULL ? (struct rw_str){ NULL, 0 }
				     : (struct rw_str){ slash + 1, path.n - name.n - 1 };
	}
	*ret_mode = path.n > 0 ? 0 : e.mode;
	*ret_id = *ret_mode == 0 ? (struct rw_oid){ .b = { 0 } } : e.id;
	return true;
}
