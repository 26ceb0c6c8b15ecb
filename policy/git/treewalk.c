/*
 * One walk over several trees at once, in the order of their entries. A subtree is entered only where what is
 * in it can matter, every entry that is looked at is paid for, and only the trees on the way down are held.
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

struct value {
	uint32_t mode;			/* 0: not there */
	struct rw_oid id;
};

/* The trees of one directory. */
struct level {
	size_t n;
	struct tree {
		struct rw_object object;	/* empty when an earlier tree is the same */
		struct rw_tree_iter iter;
		struct rw_oid id;
	} tree[];
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
	for (size_t i = 0; i < (*l)->n; i++) {
		rw_tree_iter_release(&(*l)->tree[i].iter);
		rw_object_release(&(*l)->tree[i].object);
	}
	free(*l);
	*l = NULL;
}

static bool
pay(struct ctx *c, uint64_t entries)
{
	if (c->budget->tree_entries < entries)
		return rw_fail(c->err, RW_E_LIMIT, "more than %d entries of trees would have to be looked at",
		    RW_LIMIT_PUSH_TREE_ENTRIES);
	c->budget->tree_entries -= entries;
	return true;
}

static bool
advance(struct ctx *c, struct tree *t)
{
	if (!rw_tree_iter_next(&t->iter, c->err))
		return rw_fail_prefix(c->err, "tree %s of \"%s\"", RW_OID(&t->id),
		    RW_SHOW(rw_buf_str(&c->path)));
	if (t->iter.end) {
		rw_tree_set_checked(c->repo, &t->id);
		return true;
	}
	return pay(c, 1 + t->iter.entry.name.n / NAME_BYTES_PER_ENTRY);
}

static bool
open_tree(struct ctx *c, struct level *l, size_t i, const struct rw_oid *id)
{
	struct tree *t = &l->tree[i];
	struct rw_str bytes = { NULL, 0 };

	if (id == NULL) {
		t->iter.end = true;
		return true;
	}
	t->id = *id;
	for (size_t k = 0; k < i && bytes.p == NULL; k++)
		if (l->tree[k].object.handle != NULL && rw_oid_eq(&l->tree[k].id, id))
			bytes = l->tree[k].object.bytes;
	if (bytes.p == NULL) {
		if (!pay(c, 1))
			return false;
		if (!rw_repo_read(c->repo, id, RW_OBJ_TREE, RW_LIMIT_TREE_BYTES, &t->object, c->err))
			return rw_fail_prefix(c->err, "\"%s\"", RW_SHOW(rw_buf_str(&c->path)));
		bytes = t->object.bytes;
	}
	rw_tree_iter_init(&t->iter, bytes);
	return advance(c, t);
}

static bool walk_entries(struct ctx *c, struct level *l, unsigned depth);

static bool
walk_dir(struct ctx *c, const struct rw_oid *const *tree, unsigned depth)
{
	rw_cleanup(level_free) struct level *l = NULL;

	if (depth > RW_LIMIT_TREE_DEPTH)
		return rw_fail(c->err, RW_E_LIMIT, "%s: more than %d directories deep",
		    RW_SHOW(rw_buf_str(&c->path)), RW_LIMIT_TREE_DEPTH);
	l = calloc(1, sizeof(*l) + c->n_trees * sizeof(l->tree[0]));
	if (l == NULL)
		return rw_fail_nomem(c->err);
	l->n = c->n_trees;
	for (size_t i = 0; i < l->n; i++)
		if (!open_tree(c, l, i, tree[i]))
			return false;
	return walk_entries(c, l, depth);
}

/* The smallest entry that a tree stands at. NULL: all are at their end. */
static const struct rw_tree_entry *
smallest(const struct level *l)
{
	const struct rw_tree_entry *min = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const struct rw_tree_entry *e = &l->tree[i].iter.entry;

		if (!l->tree[i].iter.end &&
		    (min == NULL ||
			rw_tree_name_cmp(e->name, e->mode == RW_MODE_TREE, min->name,
			    min->mode == RW_MODE_TREE) < 0))
			min = e;
	}
	return min;
}

/* The values of one name, a file's or a directory's; trees that stand at it go on. */
static bool
collect(struct ctx *c, struct level *l, const struct rw_tree_entry *key, struct value *v)
{
	bool dir = key->mode == RW_MODE_TREE;

	for (size_t i = 0; i < l->n; i++) {
		const struct rw_tree_entry *e = &l->tree[i].iter.entry;

		v[i].mode = 0;
		if (l->tree[i].iter.end || !rw_str_eq(e->name, key->name) || (e->mode == RW_MODE_TREE) != dir)
			continue;
		v[i] = (struct value){ e->mode, e->id };
		if (!advance(c, &l->tree[i]))
			return false;
	}
	return true;
}

static bool
enter(struct ctx *c, const struct value *v, unsigned depth)
{
	const struct rw_oid *tree[RW_TREEWALK_TREES];

	for (size_t i = 0; i < c->n_trees; i++)
		tree[i] = v[i].mode == 0 ? NULL : &v[i].id;
	return walk_dir(c, tree, depth);
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
	struct value v[RW_TREEWALK_TREES];
	const struct rw_tree_entry *min;

	while ((min = smallest(l)) != NULL) {
		struct rw_tree_entry key = *min;
		size_t len = c->path.len;

		if (!collect(c, l, &key, v))
			return false;
		if (is_expected(c, v))
			continue;
		if (!put_name(c, key.name))
			return false;
		if (!(key.mode == RW_MODE_TREE ? enter(c, v, depth + 1) : add_changes(c, v)))
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
