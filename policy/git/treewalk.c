/*
 * One walk over several trees at once, in the order of their entries. A subtree is entered only where what is in
 * it can matter, every entry that is looked at is paid for, and only the trees on the way down are held.
 */
#include "policy/git/internal.h"
#include "refwall/text.h"

/* A long name costs more, so that the budget bounds bytes as well. */
#define NAME_BYTES_PER_ENTRY 64

struct ctx {
	struct rw_repo *repo;
	struct rw_arena *arena;
	struct rw_budget *budget;
	size_t n_trees, n_parents;
	bool has_base;
	struct rw_buf path;
	struct rw_change *change;
	size_t n, cap;
	struct rw_error *err;
};

/* The trees of one directory. An entry of mode 0 is not there. */
struct level {
	struct rw_object object[RW_TREEWALK_TREES];
	struct rw_tree_iter iter[RW_TREEWALK_TREES];
	struct rw_oid id[RW_TREEWALK_TREES];
};

struct value {
	uint32_t mode;
	struct rw_oid id;
};

static bool
same(const struct value *a, const struct value *b)
{
	return a->mode == b->mode && (a->mode == 0 || rw_oid_eq(&a->id, &b->id));
}

/*
 * What a merge of whole files gives for one path. NULL: both sides changed it, or there is no base.
 * v[0] is the result, v[1] and v[2] the parents, v[3] the base.
 */
static const struct value *
merged(const struct ctx *c, const struct value *v)
{
	if (c->n_parents == 1)
		return &v[1];
	if (!c->has_base)
		return NULL;
	if (same(&v[1], &v[2]))
		return &v[1];
	if (same(&v[1], &v[3]))
		return &v[2];
	return same(&v[2], &v[3]) ? &v[1] : NULL;
}

/* Does the result hold what was to be expected? True of a subtree: nothing in it is a change. */
static bool
is_expected(const struct ctx *c, const struct value *v)
{
	const struct value *m = merged(c, v);

	if (m != NULL)
		return same(&v[0], m);
	for (size_t i = 1; i <= c->n_parents; i++)
		if (!same(&v[0], &v[i]))
			return false;
	return true;
}

static bool
add_change(struct ctx *c, const struct value *old, const struct value *now)
{
	struct rw_change *ch;

	if (c->budget->paths == 0)
		return rw_fail(c->err, RW_E_LIMIT, "more than %d changed paths", RW_LIMIT_PUSH_PATHS);
	c->budget->paths--;
	ch = rw_arena_push(c->arena, &c->change, &c->n, &c->cap);
	if (ch == NULL)
		return rw_arena_ok(c->arena, "changed paths", c->err);
	*ch = (struct rw_change){
		.path = rw_arena_str(c->arena, rw_buf_str(&c->path)),
		.old_mode = old->mode,
		.new_mode = now->mode,
	};
	if (old->mode != 0)
		ch->old_id = old->id;
	if (now->mode != 0)
		ch->new_id = now->id;
	return rw_arena_ok(c->arena, "changed paths", c->err);
}

/* A file that is not what was to be expected. */
static bool
add_changes(struct ctx *c, const struct value *v)
{
	const struct value *m = merged(c, v);

	if (m != NULL)
		return add_change(c, m, &v[0]);
	for (size_t i = 1; i <= c->n_parents; i++)
		if (!same(&v[0], &v[i]) && !add_change(c, &v[i], &v[0]))
			return false;
	return true;
}

/* ---- the trees of a directory ---- */

static void
level_free(struct level **l)
{
	if (*l == NULL)
		return;
	for (size_t i = 0; i < RW_TREEWALK_TREES; i++) {
		rw_tree_iter_release(&(*l)->iter[i]);
		rw_object_release(&(*l)->object[i]);
	}
	free(*l);
	*l = NULL;
}

static bool
advance(struct ctx *c, struct level *l, size_t i)
{
	struct rw_tree_iter *it = &l->iter[i];
	uint64_t cost;

	if (!rw_tree_iter_next(it, c->err))
		return rw_fail_prefix(c->err, "%s", RW_OID(&l->id[i]));
	if (it->end) {
		rw_tree_set_checked(c->repo, &l->id[i]);
		return true;
	}
	cost = 1 + it->entry.name.n / NAME_BYTES_PER_ENTRY;
	if (c->budget->tree_entries < cost)
		return rw_fail(c->err, RW_E_LIMIT, "more than %d entries of trees would have to be looked at",
		    RW_LIMIT_PUSH_TREE_ENTRIES);
	c->budget->tree_entries -= cost;
	return true;
}

static bool
open_tree(struct ctx *c, struct level *l, size_t i, const struct rw_oid *id)
{
	struct rw_str bytes = { NULL, 0 };

	if (id == NULL) {
		l->iter[i].end = true;
		return true;
	}
	l->id[i] = *id;
	for (size_t k = 0; k < i && bytes.p == NULL; k++)
		if (l->object[k].handle != NULL && rw_oid_eq(&l->id[k], id))
			bytes = l->object[k].bytes;
	if (bytes.p == NULL) {
		if (!rw_repo_read(c->repo, id, RW_OBJ_TREE, RW_LIMIT_TREE_BYTES, &l->object[i], c->err))
			return false;
		bytes = l->object[i].bytes;
	}
	rw_tree_iter_init(&l->iter[i], bytes);
	return advance(c, l, i);
}

static bool walk_entries(struct ctx *c, struct level *l, unsigned depth);

static bool
walk_dir(struct ctx *c, const struct rw_oid *const *tree, unsigned depth)
{
	rw_cleanup(level_free) struct level *l = NULL;

	if (depth > RW_LIMIT_TREE_DEPTH)
		return rw_fail(c->err, RW_E_LIMIT, "%s: more than %d directories deep", RW_SHOW(rw_buf_str(&c->path)),
		    RW_LIMIT_TREE_DEPTH);
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return rw_fail_nomem(c->err);
	for (size_t i = 0; i < c->n_trees; i++)
		if (!open_tree(c, l, i, tree[i]))
			return rw_fail_prefix(c->err, "tree of \"%s\"", RW_SHOW(rw_buf_str(&c->path)));
	return walk_entries(c, l, depth);
}

/* The smallest entry that a tree stands at. NULL: all are at their end. */
static const struct rw_tree_entry *
smallest(const struct ctx *c, const struct level *l)
{
	const struct rw_tree_entry *min = NULL;

	for (size_t i = 0; i < c->n_trees; i++) {
		const struct rw_tree_entry *e = &l->iter[i].entry;

		if (!l->iter[i].end && (min == NULL ||
		    rw_tree_name_cmp(e->name, e->mode == RW_MODE_TREE, min->name, min->mode == RW_MODE_TREE) < 0))
			min = e;
	}
	return min;
}

static bool
walk_entry(struct ctx *c, const struct value *v, bool dir, unsigned depth)
{
	const struct rw_oid *tree[RW_TREEWALK_TREES];

	if (!dir)
		return add_changes(c, v);
	for (size_t i = 0; i < c->n_trees; i++)
		tree[i] = v[i].mode == 0 ? NULL : &v[i].id;
	return walk_dir(c, tree, depth + 1);
}

static bool
put_name(struct ctx *c, struct rw_str name)
{
	if (c->path.len > 0)
		rw_buf_putc(&c->path, '/');
	rw_buf_put_str(&c->path, name);
	return rw_buf_ok(&c->path, "path", c->err);
}

static bool
walk_entries(struct ctx *c, struct level *l, unsigned depth)
{
	const struct rw_tree_entry *min;

	while ((min = smallest(c, l)) != NULL) {
		struct value v[RW_TREEWALK_TREES];
		struct rw_tree_entry key = *min;
		bool dir = key.mode == RW_MODE_TREE;
		size_t len = c->path.len;

		for (size_t i = 0; i < c->n_trees; i++) {
			const struct rw_tree_entry *e = &l->iter[i].entry;

			v[i].mode = 0;
			if (l->iter[i].end || !rw_str_eq(e->name, key.name) || (e->mode == RW_MODE_TREE) != dir)
				continue;
			v[i] = (struct value){ e->mode, e->id };
			if (!advance(c, l, i))
				return rw_fail_prefix(c->err, "tree of \"%s\"", RW_SHOW(rw_buf_str(&c->path)));
		}
		if (is_expected(c, v))
			continue;
		if (!put_name(c, key.name) || !walk_entry(c, v, dir, depth))
			return false;
		rw_buf_truncate(&c->path, len);
	}
	return true;
}

bool
rw_treewalk_run(struct rw_repo *r, struct rw_arena *a, const struct rw_treewalk *w, struct rw_budget *budget,
    const struct rw_change **ret, size_t *ret_n, struct rw_error *err)
{
	struct ctx c = {
		.repo = r,
		.arena = a,
		.budget = budget,
		.n_trees = 1 + w->n_parents + w->has_base,
		.n_parents = w->n_parents,
		.has_base = w->has_base,
		.path = RW_BUF_INIT(RW_LIMIT_PATH_BYTES),
		.err = err,
	};
	bool ok;

	if (c.n_trees > RW_TREEWALK_TREES || (w->has_base && w->n_parents != 2))
		return rw_fail(err, RW_E_INTERNAL, "changed paths: %zu trees", c.n_trees);
	ok = walk_dir(&c, w->tree, 0);
	rw_buf_release(&c.path);
	if (!ok)
		return false;
	*ret = c.change;
	*ret_n = c.n;
	return true;
}
