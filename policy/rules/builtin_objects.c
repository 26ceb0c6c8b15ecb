/*
 * Every new commit and every new tree is parsed by our own strict parsers, whether a rule asks or not: git's
 * readers do not agree on what a malformed object holds.
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

/* A tree that was looked at: only its directories are kept, to find what stood at the same place before. */
struct known_tree {
	struct rw_str *name;
	struct rw_oid *id;
	size_t n;
};

struct walk {
	struct rw_judgement *j;
	struct rw_update_view *u;
	struct rw_commit_info *commit;
	struct rw_buf path;
};

static struct known_tree *
remember(struct rw_judgement *j, const struct rw_oid *id, const struct rw_tree_entry *e, size_t n)
{
	struct known_tree *t = rw_arena_alloc(j->scratch, sizeof(*t));
	size_t i, dirs = 0;

	for (i = 0; i < n; i++)
		dirs += e[i].mode == 040000;
	if (t == NULL)
		return NULL;
	t->name = rw_arena_array(j->scratch, dirs, sizeof(*t->name));
	t->id = rw_arena_array(j->scratch, dirs, sizeof(*t->id));
	if (t->name == NULL || t->id == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		if (e[i].mode != 040000)
			continue;
		t->name[t->n] = rw_arena_str(j->scratch, e[i].name);
		t->id[t->n++] = e[i].id;
	}
	return rw_oid_map_put(&j->trees, id, t) ? t : NULL;
}

/* Read one tree. ret NULL with true: it is malformed, and why says how. */
static bool
read_tree(struct rw_judgement *j, const struct rw_oid *id, struct known_tree **ret, struct rw_error *why,
    struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .handle = NULL };
	rw_auto_arena struct rw_arena *a = NULL;
	const struct rw_tree_entry *e;
	size_t n;

	*ret = NULL;
	a = rw_arena_new(RW_LIMIT_JUDGE_ARENA);
	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_repo_read(j->repo, id, RW_OBJ_TREE, RW_LIMIT_TREE_BYTES, &o, why) ||
	    !rw_tree_parse(a, o.bytes, &e, &n, why)) {
		if (why->code == RW_E_PARSE)
			return true;
		*err = *why;
		return false;
	}
	if (n > j->budget.tree_entries)
		return rw_fail(err, RW_E_LIMIT,
		    "the push has more than %d new tree entries: push it in parts",
		    RW_LIMIT_PUSH_TREE_ENTRIES);
	j->budget.tree_entries -= n;
	*ret = remember(j, id, e, n);
	return *ret != NULL || rw_arena_ok(j->scratch, "the trees of the push", err);
}

/* git's order of directories: as if each name ended in '/'. */
static int
dir_cmp(struct rw_str a, struct rw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
	unsigned char ca, cb;

	if (c != 0 || a.n == b.n)
		return c;
	ca = a.n > n ? (unsigned char)a.p[n] : '/';
	cb = b.n > n ? (unsigned char)b.p[n] : '/';
	return ca != cb ? (int)ca - (int)cb : a.n < b.n ? -1 : 1;
}

static const struct rw_oid *
dir_named(const struct known_tree *t, struct rw_str name)
{
	size_t low = 0, high = t == NULL ? 0 : t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = dir_cmp(t->name[mid], name);

		if (c == 0)
			return &t->id[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void
say_malformed(struct walk *w, const struct rw_oid *id, const struct rw_error *why)
{
	struct rw_judgement *j = w->j;
	struct rw_finding *f = rw_judgement_find(j, NULL, "objects", w->u);

	f->commit = w->commit->id;
	f->text = rw_judgement_text(j, "tree %.7s: %s", RW_OID(id), rw_judgement_why(why, "tree: "));
	f->found = w->path.len == 0
	    ? rw_judgement_text(j, "at the top of commit %.7s", RW_OID(&w->commit->id))
	    : rw_judgement_text(j, "at %s of commit %.7s", rw_judgement_show(j, rw_buf_str(&w->path), 300),
		  RW_OID(&w->commit->id));
	f->wanted = "a tree that git itself would write: sorted, each name once, no slash, plain modes";
	f->mend = rw_judgement_text(j,
	    "git rebase --exec 'git read-tree HEAD && git commit --amend --no-edit' %s   "
	    "# writes the trees anew",
	    rw_update_base(j, w->u, NULL));
	w->commit->malformed = true;
	w->u->broken = true;
}

static bool
check_tree(struct walk *w, const struct rw_oid *id, const struct rw_oid *before, unsigned depth,
    struct rw_error *err)
{
	struct rw_error why = RW_ERROR_INIT, ignored = RW_ERROR_INIT;
	struct known_tree *t, *old = NULL;
	size_t i, len = w->path.len;

	if ((before != NULL && rw_oid_eq(id, before)) || rw_oid_map_get(&w->j->trees, id) != NULL)
		return true;
	if (depth > RW_LIMIT_TREE_DEPTH)
		return rw_fail(err, RW_E_LIMIT, "commit %.7s: directories are nested more than %d deep",
		    RW_OID(&w->commit->id), RW_LIMIT_TREE_DEPTH);
	if (!read_tree(w->j, id, &t, &why, err))
		return false;
	if (t == NULL) {
		say_malformed(w, id, &why);
		return true;
	}
	if (before != NULL) {
		old = rw_oid_map_get(&w->j->trees, before);
		/* an old tree that is malformed compares with nothing: all below is looked at */
		if (old == NULL && !read_tree(w->j, before, &old, &ignored, err))
			return false;
	}
	for (i = 0; i < t->n; i++) {
		rw_buf_printf(&w->path, "%s", len == 0 ? "" : "/");
		rw_buf_put_str(&w->path, t->name[i]);
		if (!rw_buf_ok(&w->path, "a path", err) ||
		    !check_tree(w, &t->id[i], dir_named(old, t->name[i]), depth + 1, err))
			return false;
		rw_buf_truncate(&w->path, len);
	}
	return true;
}

static bool
check_commit(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_info *c, struct rw_error *err)
{
	struct walk w = { j, u, c, RW_BUF_INIT(RW_LIMIT_PATH_BYTES) };
	struct rw_oid before = { { 0 } };
	const struct rw_commit_info *parent;
	struct rw_error ignored = RW_ERROR_INIT;
	bool good;

	if (c->trees_checked)
		return true;
	c->trees_checked = true;
	if (c->commit.n_parents > 0) {
		parent = rw_oid_map_get(&j->commits, &c->commit.parent[0]);
		if (parent != NULL)
			before = parent->commit.tree;
		else if (!rw_repo_commit_tree(j->repo, &c->commit.parent[0], &before, &ignored))
			memset(&before, 0, sizeof(before));	/* then all of it is looked at */
	}
	good = check_tree(&w, &c->commit.tree, rw_oid_is_zero(&before) ? NULL : &before, 0, err);
	rw_buf_release(&w.path);
	return good;
}

bool
rw_builtin_objects(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < u->structure->n; i++) {
		if (!check_commit(j, u, u->structure->commit[i], err))
			return false;
	}
	return true;
}

/* ---- tags ---- */

bool
rw_rule_judges_commits(const struct rw_rule *r)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (r->check[i].type->target == RW_TARGET_COMMIT)
			return true;
	return false;
}

/* A rule that names tags, or one whose demand a lightweight tag has nothing to meet with. */
static bool
is_tag_rule(const struct rw_rule *r)
{
	return !r->scope.any_ref || rw_rule_judges_commits(r);
}

static struct rw_finding *
find_tag(struct rw_judgement *j, struct rw_update_view *u, const char *what)
{
	struct rw_str name = { u->name.p + strlen("refs/tags/"), u->name.n - strlen("refs/tags/") };
	struct rw_finding *f = rw_judgement_find(j, NULL, "tags", u);

	f->text = rw_judgement_text(j, "tag %s %s", rw_judgement_show(j, name, 100), what);
	f->mend =
	    rw_judgement_text(j, "git tag -s -f %s %.12s", rw_judgement_word(j, name), RW_OID(&u->new_tip));
	return f;
}

bool
rw_builtin_tag(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	struct rw_str name = { u->name.p + strlen("refs/tags/"), u->name.n - strlen("refs/tags/") };
	struct rw_finding *f;
	size_t i;
	bool ruled = false;

	(void)err;
	for (i = 0; i < u->n_active; i++)
		ruled = ruled || is_tag_rule(u->active[i].rule);
	if (!ruled)
		return true;
	if (!u->annotated) {
		f = find_tag(j, u, "is a lightweight tag");
		f->wanted = "an annotated tag: an object that can be signed and that says who made it";
	} else if (u->nested > 1) {
		f = find_tag(j, u, "is a tag of a tag");
		f->wanted = "a tag of a commit";
	} else if (!rw_str_eq(u->tag.name, name)) {
		f = find_tag(j, u, "holds another name than its ref");
		f->found = rw_judgement_show(j, u->tag.name, 100);
		f->wanted = rw_judgement_show(j, name, 100);
	}
	return true;
}
