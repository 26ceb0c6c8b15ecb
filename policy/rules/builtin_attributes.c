/*
 * .gitattributes above judged paths. A line that changes what is checked out is a finding when it may apply
 * to a judged file: to one that changed, wherever the line came from, and to every one below when the
 * attributes changed.
 */
#include "policy/rules/attributes.h"
#include "policy/rules/judgement.h"
#include "refwall/text.h"

/* The attributes file of one directory. */
struct attributes {
	struct rw_str path;		/* empty: there is none */
	bool is_file, too_large;
	struct rw_attributes lines;
};

/* ---- findings ---- */

static void
say(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct attributes *at, const struct rw_attribute_line *l, struct rw_str path)
{
	struct rw_oid line = { { 0 } };
	struct rw_finding *f;

	memcpy(line.b, &l->number, sizeof(l->number));
	if (rw_judgement_mark(j, "attributes", RW_MARK_MODE(j, r), u, at->path, &line, 1) != 0)
		return;
	f = rw_judgement_find(j, r, "tree", u);
	rw_finding_path(j, f, at->path);
	f->line = l->number;
	f->text = rw_judgement_text(j, "sets %s for %s", l->attribute, rw_judgement_show(j, path, 200));
	f->found = rw_judgement_show(j, l->text, 200);
	f->wanted = "files that are checked out as they were judged";
	f->mend = rw_judgement_text(j, "take the line out of %s, or end it with -%s for that path",
	    rw_judgement_show(j, at->path, 200), l->attribute);
}

static void
say_odd(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct attributes *at)
{
	struct rw_finding *f;

	if (rw_judgement_mark(j, "attributes", RW_MARK_MODE(j, r), u, at->path, NULL, 2) != 0)
		return;
	f = rw_judgement_find(j, r, "tree", u);
	rw_finding_path(j, f, at->path);
	f->text = at->too_large ? "attributes too large to be judged" : "attributes that are no plain file";
	f->wanted = rw_judgement_text(j, "a plain file of at most %u KiB", RW_LIMIT_ATTRIBUTES_BYTES >> 10);
}

static void
judge_path(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct attributes *at, struct rw_str path)
{
	size_t i;

	if (!at->is_file || at->too_large) {
		say_odd(j, r, u, at);
		return;
	}
	for (i = 0; i < at->lines.n; i++) {
		if (rw_attribute_applies(&at->lines.line[i], path))
			say(j, r, u, at, &at->lines.line[i], path);
	}
}

/* ---- a push ---- */

/*
 * The attributes file in a directory of the new tip, "" for the top. ret NULL: there is none. Kept per tree
 * and directory.
 */
static bool
load(struct rw_judgement *j, const struct rw_update_view *u, struct rw_str dir, const struct attributes **ret,
    struct rw_error *err)
{
	const struct rw_str parts[] = { RW_STR_LIT("attributes of"), { (const char *)u->new_tree.b, 20 },
		dir };
	struct rw_oid key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts)), id;
	rw_auto_object struct rw_object o = { .handle = NULL };
	struct attributes *at = rw_oid_map_get(&j->scopes, &key);
	enum rw_object_type type;
	uint64_t size;
	uint32_t mode;
	char *z;

	if (at != NULL) {
		*ret = at->path.n == 0 ? NULL : at;
		return true;
	}
	z = rw_arena_printf(j->scratch, "%.*s%s.gitattributes", (int)dir.n, dir.n == 0 ? "" : dir.p,
	    dir.n == 0 ? "" : "/");
	at = rw_arena_alloc(j->scratch, sizeof(*at));
	if (z == NULL || at == NULL || !rw_oid_map_put(&j->scopes, &key, at))
		return rw_arena_ok(j->scratch, "the attributes of the push", err);
	if (!rw_repo_path_at(j->repo, &u->new_tree, rw_str(z), &mode, &id, err))
		return false;
	*ret = NULL;
	if (mode == 0)
		return true;
	at->path = rw_str(z);
	at->is_file = mode == 0100644 || mode == 0100755;
	*ret = at;
	if (!at->is_file)
		return true;
	if (!rw_repo_header(j->repo, &id, &type, &size, err))
		return false;
	at->too_large = size > RW_LIMIT_ATTRIBUTES_BYTES;
	if (at->too_large)
		return true;
	return rw_repo_read(j->repo, &id, RW_OBJ_BLOB, RW_LIMIT_ATTRIBUTES_BYTES, &o, err) &&
	    rw_attributes_parse(j->scratch, o.bytes, &at->lines, err);
}

/* Attributes that stand above a judged file, wherever they came from. */
static bool
above(struct rw_judgement *j, struct rw_update_view *u, const struct rw_rule *r, struct rw_str path,
    struct rw_error *err)
{
	const struct attributes *at;
	struct rw_str dir = path;

	do {
		while (dir.n > 0 && dir.p[dir.n - 1] != '/')
			dir.n--;
		if (dir.n > 0)
			dir.n--;
		if (!load(j, u, dir, &at, err))
			return false;
		if (at != NULL)
			judge_path(j, r, u, at, path);
	} while (dir.n > 0);
	return true;
}

/* Attributes that changed: every judged file below them, changed or not. */
static bool
below(struct rw_judgement *j, struct rw_update_view *u, const struct rw_rule *r, struct rw_str path,
    struct rw_error *err)
{
	struct rw_str name = rw_text_base_name(path),
		      dir = { path.p, path.n > name.n ? path.n - name.n - 1 : 0 };
	const struct rw_change *file;
	const struct attributes *at;
	struct rw_oid tree = u->new_tree;
	uint32_t mode = 040000;
	size_t i, n;
	char *z;

	if (!rw_scope_reaches_below(j, &r->scope, dir))
		return true;
	if (!load(j, u, dir, &at, err))
		return false;
	if (at == NULL || (at->is_file && !at->too_large && at->lines.n == 0))
		return true;
	if (dir.n > 0 && !rw_repo_path_at(j->repo, &u->new_tree, dir, &mode, &tree, err))
		return false;
	if (mode != 040000)
		return true;
	if (!rw_repo_diff(j->repo, j->scratch, NULL, &tree, &j->net_budget, &file, &n, err))
		return false;
	for (i = 0; i < n; i++) {
		z = rw_arena_printf(j->scratch, "%.*s%s%s", (int)dir.n, dir.n == 0 ? "" : dir.p,
		    dir.n == 0 ? "" : "/", file[i].path.p);
		if (z == NULL)
			return rw_arena_ok(j->scratch, "the attributes of the push", err);
		if (rw_rule_judges_path(r, rw_str(z)) && !rw_attributes_is_file(rw_str(z)))
			judge_path(j, r, u, at, rw_str(z));
	}
	return true;
}

bool
rw_builtin_attributes(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    struct rw_error *err)
{
	size_t i;

	for (i = 0; i < a->set->n_net; i++) {
		const struct rw_change *ch = &a->set->net[i];

		if (ch->new_mode == 0)
			continue;
		if (rw_attributes_is_file(ch->path)) {
			if (!below(j, u, a->rule, ch->path, err))
				return false;
		} else if (rw_rule_judges_path(a->rule, ch->path) && !above(j, u, a->rule, ch->path, err)) {
			return false;
		}
	}
	return true;
}

/* ---- files ---- */

bool
rw_builtin_attributes_files(struct rw_judgement *j, struct rw_update_view *u, const struct rw_rule *r,
    struct rw_error *err)
{
	size_t i, k;

	for (i = 0; i < j->files->n_files; i++) {
		const struct rw_file *file = &j->files->file[i];
		struct attributes at = { .path = file->path, .is_file = true };
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_ATTRIBUTES_BYTES);
		struct rw_str name = rw_text_base_name(file->path);
		size_t dir = file->path.n - name.n;

		if (!rw_attributes_is_file(file->path))
			continue;
		if (!j->files->read(j->files->ctx, file, RW_LIMIT_ATTRIBUTES_BYTES, &b, err))
			return false;
		if (!rw_attributes_parse(j->scratch, rw_buf_str(&b), &at.lines, err))
			return false;
		for (k = 0; k < j->files->n_files; k++) {
			struct rw_str path = j->files->file[k].path;

			if (k != i && path.n > dir && (dir == 0 || memcmp(path.p, file->path.p, dir) == 0) &&
			    rw_rule_judges_path(r, path))
				judge_path(j, r, u, &at, path);
		}
	}
	return true;
}
