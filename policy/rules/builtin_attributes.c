/*
 * .gitattributes that make the checked-out file another one than the blob that was judged (gitattributes(5)): working-tree-encoding, filter
 * and ident on check-out, export-subst in archives. Whether a line applies to a path is answered by the last part of its
 * pattern alone, which errs towards yes.
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

#define ATTRIBUTES_MAX	(256u << 10)

struct line {
	uint32_t number;
	struct rw_str text;		/* of the whole line */
	const char *attribute;		/* the one that is dangerous */
	bool any;			/* applies to every path */
	const struct rw_glob *name;	/* folded last part of the pattern */
};

struct attributes {
	struct rw_str path;
	bool is_file, too_large;
	struct line *line;
	size_t n, cap;
};

static struct rw_str
base_name(struct rw_str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return (struct rw_str){ path.p + i, path.n - i };
}

static struct rw_str
folded(struct rw_arena *a, struct rw_str s)
{
	char *z = rw_arena_strndup(a, s.p, s.n);
	size_t i;

	for (i = 0; z != NULL && i < s.n; i++) {
		if (z[i] >= 'A' && z[i] <= 'Z')
			z[i] = (char)(z[i] - 'A' + 'a');
	}
	return (struct rw_str){ z, z == NULL ? 0 : s.n };
}

/* File systems may ignore case. */
static bool
is_attributes(struct rw_arena *a, struct rw_str path)
{
	struct rw_str name = base_name(path);

	return name.n == strlen(".gitattributes") && rw_str_eqz(folded(a, name), ".gitattributes");
}

/* ---- parsing ---- */

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct rw_str
token(struct rw_str *rest)
{
	struct rw_str t;
	size_t i = 0;

	while (rest->n > 0 && blank(rest->p[0])) {
		rest->p++;
		rest->n--;
	}
	while (i < rest->n && !blank(rest->p[i]))
		i++;
	t = (struct rw_str){ rest->p, i };
	rest->p += i;
	rest->n -= i;
	return t;
}

static const char *
dangerous(struct rw_str t)
{
	static const char *const names[] = { "working-tree-encoding", "filter", "ident", "export-subst" };
	const char *eq;
	size_t i;

	if (t.n == 0 || t.p[0] == '-' || t.p[0] == '!')
		return NULL;		/* taken away */
	eq = memchr(t.p, '=', t.n);
	if (eq != NULL)
		t.n = (size_t)(eq - t.p);
	for (i = 0; i < RW_ARRAY_LEN(names); i++) {
		if (rw_str_eqz(t, names[i]))
			return names[i];
	}
	return NULL;
}

/* The pattern's last part as a glob of ours; NULL when it is beyond that, and so may match anything. */
static const struct rw_glob *
last_part(struct rw_arena *a, struct rw_str pattern)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(2 * RW_LIMIT_GLOB_BYTES);
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_str name = folded(a, base_name(pattern)), kept;
	size_t i;

	if (name.n == 0 || memchr(name.p, '[', name.n) != NULL || memchr(name.p, '\\', name.n) != NULL)
		return NULL;
	for (i = 0; i < name.n; i++) {
		if (name.p[i] == '{' || name.p[i] == '}' || (name.p[i] == '!' && i == 0))
			rw_buf_putc(&b, '\\');
		rw_buf_putc(&b, name.p[i]);
	}
	kept = rw_arena_str(a, rw_buf_str(&b));
	return b.failed || kept.n == 0 ? NULL : rw_glob_compile(a, kept, &ignored);
}

static bool
parse_line(struct rw_arena *a, struct rw_str text, uint32_t number, struct attributes *ret)
{
	struct rw_str rest = text, pattern, t;
	const char *name = NULL;
	struct line *l;
	bool quoted;

	pattern = token(&rest);
	if (pattern.n == 0 || pattern.p[0] == '#')
		return true;
	quoted = pattern.p[0] == '"';
	while (name == NULL && (t = token(&rest)).n > 0)
		name = dangerous(t);
	if (name == NULL)
		return true;
	l = rw_arena_push(a, &ret->line, &ret->n, &ret->cap);
	if (l == NULL)
		return false;
	l->number = number;
	l->text = rw_arena_str(a, text);
	l->attribute = name;
	if (!quoted && !rw_str_has_prefix(pattern, "[attr]"))
		l->name = last_part(a, pattern);
	l->any = l->name == NULL;	/* a macro, a quoted pattern, or one beyond our globs */
	return true;
}

static bool
parse(struct rw_arena *a, struct rw_str bytes, struct attributes *ret)
{
	uint32_t number = 0;

	while (bytes.n > 0) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end == NULL ? bytes.n : (size_t)(end - bytes.p);

		if (!parse_line(a, (struct rw_str){ bytes.p, n }, ++number, ret))
			return false;
		bytes.p += end == NULL ? n : n + 1;
		bytes.n -= end == NULL ? n : n + 1;
	}
	return true;
}

static bool
applies(struct rw_arena *a, const struct line *l, struct rw_str path)
{
	return l->any || rw_glob_match(l->name, folded(a, base_name(path)), NULL);
}

/* ---- findings ---- */

static void
say(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u, const struct attributes *at,
    const struct line *l, struct rw_str path)
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
say_odd(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u, const struct attributes *at)
{
	struct rw_finding *f;

	if (rw_judgement_mark(j, "attributes", RW_MARK_MODE(j, r), u, at->path, NULL, 2) != 0)
		return;
	f = rw_judgement_find(j, r, "tree", u);
	rw_finding_path(j, f, at->path);
	f->text = at->too_large ? "attributes too large to be judged" : "attributes that are no plain file";
	f->wanted = "a plain file of at most 256 KiB";
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
	for (i = 0; i < at->n; i++) {
		if (applies(j->scratch, &at->line[i], path))
			say(j, r, u, at, &at->line[i], path);
	}
}

/* ---- a push ---- */

/* The attributes file in a directory of the new tip, "" for the top. ret NULL: there is none. Kept per tree and directory. */
static bool
load(struct rw_judgement *j, const struct rw_update_view *u, struct rw_str dir, const struct attributes **ret,
    struct rw_error *err)
{
	static const struct attributes none;
	const struct rw_str parts[] = { RW_STR_LIT("attributes of"), { (const char *)u->new_tree.b, 20 }, dir };
	struct rw_oid key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts)), id;
	rw_auto_object struct rw_object o = { .handle = NULL };
	struct attributes *at = rw_arena_alloc(j->scratch, sizeof(*at));
	void **slot = rw_oid_map_slot(&j->scopes, &key);
	enum rw_object_type type;
	uint64_t size;
	uint32_t mode;
	char *z;

	if (at == NULL || slot == NULL)
		return rw_arena_ok(j->scratch, "the attributes of the push", err);
	if (*slot != NULL) {
		at = *slot;
		*ret = at->path.n == 0 ? NULL : at;
		return true;
	}
	z = rw_arena_printf(j->scratch, "%.*s%s.gitattributes", (int)dir.n, dir.n == 0 ? "" : dir.p,
	    dir.n == 0 ? "" : "/");
	if (z == NULL)
		return rw_arena_ok(j->scratch, "the attributes of the push", err);
	if (!rw_repo_path_at(j->repo, &u->new_tree, rw_str(z), &mode, &id, err))
		return false;
	*ret = NULL;
	*slot = at;
	*at = none;
	if (mode == 0)
		return true;
	at->path = rw_str(z);
	at->is_file = mode == 0100644 || mode == 0100755;
	*ret = at;
	if (!at->is_file)
		return true;
	if (!rw_repo_header(j->repo, &id, &type, &size, err))
		return false;
	at->too_large = size > ATTRIBUTES_MAX;
	if (at->too_large)
		return true;
	return rw_repo_read(j->repo, &id, RW_OBJ_BLOB, ATTRIBUTES_MAX, &o, err) &&
	    (parse(j->scratch, o.bytes, at) || rw_arena_ok(j->scratch, "the attributes of the push", err));
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
	struct rw_str name = base_name(path), dir = { path.p, path.n > name.n ? path.n - name.n - 1 : 0 };
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
	if (at == NULL || (at->is_file && !at->too_large && at->n == 0))
		return true;
	if (dir.n > 0 && !rw_repo_path_at(j->repo, &u->new_tree, dir, &mode, &tree, err))
		return false;
	if (mode != 040000)
		return true;
	if (!rw_repo_diff(j->repo, j->scratch, NULL, &tree, &j->net_budget, &file, &n, err))
		return false;
	for (i = 0; i < n; i++) {
		z = rw_arena_printf(j->scratch, "%.*s%s%s", (int)dir.n, dir.n == 0 ? "" : dir.p, dir.n == 0 ? "" : "/",
		    file[i].path.p);
		if (z == NULL)
			return rw_arena_ok(j->scratch, "the attributes of the push", err);
		if (rw_rule_judges_path(r, rw_str(z)) && !is_attributes(j->scratch, rw_str(z)))
			judge_path(j, r, u, at, rw_str(z));
	}
	return true;
}

bool
rw_builtin_attributes(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < a->set->n_net; i++) {
		const struct rw_change *ch = &a->set->net[i];

		if (ch->new_mode == 0)
			continue;
		if (is_attributes(j->scratch, ch->path)) {
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
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(ATTRIBUTES_MAX);
		struct rw_str name = base_name(file->path);
		size_t dir = file->path.n - name.n;

		if (!is_attributes(j->scratch, file->path))
			continue;
		if (!j->files->read(j->files->ctx, file, ATTRIBUTES_MAX, &b, err))
			return false;
		if (!parse(j->scratch, rw_buf_str(&b), &at))
			return rw_arena_ok(j->scratch, "the attributes", err);
		for (k = 0; k < j->files->n_files; k++) {
			struct rw_str path = j->files->file[k].path;

			if (k != i && path.n > dir && (dir == 0 || memcmp(path.p, file->path.p, dir) == 0) &&
			    rw_rule_judges_path(r, path))
				judge_path(j, r, u, &at, path);
		}
	}
	return true;
}
