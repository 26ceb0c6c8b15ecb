#include "policy/rules/attributes.h"
#include "refwall/buf.h"
#include "refwall/limits.h"
#include "refwall/text.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
rw_attributes_is_file(struct rw_str path)
{
	static const char wanted[] = ".gitattributes";
	struct rw_str name = rw_text_base_name(path);
	size_t i;

	if (name.n != sizeof(wanted) - 1)
		return false;
	for (i = 0; i < name.n; i++) {
		if (lower(name.p[i]) != wanted[i])
			return false;
	}
	return true;
}

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

/* The last part of a pattern as a glob of ours; NULL when it is beyond that. */
static const struct rw_glob *
last_part(struct rw_arena *a, struct rw_str pattern)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(2 * RW_LIMIT_GLOB_BYTES);
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_str name = rw_text_base_name(pattern), kept;
	size_t i;

	/* sets and escapes: git's own rules for them differ in small things */
	if (name.n == 0 || memchr(name.p, '[', name.n) != NULL || memchr(name.p, '\\', name.n) != NULL)
		return NULL;
	for (i = 0; i < name.n; i++) {
		if (name.p[i] == '{' || name.p[i] == '}' || (name.p[i] == '!' && i == 0))
			rw_buf_putc(&b, '\\');
		rw_buf_putc(&b, lower(name.p[i]));
	}
	kept = rw_arena_str(a, rw_buf_str(&b));
	return b.failed || kept.n == 0 ? NULL : rw_glob_compile(a, kept, &ignored);
}

static bool
parse_line(struct rw_arena *a, struct rw_str text, uint32_t number, struct rw_attributes *ret)
{
	struct rw_str rest = text, pattern, t;
	struct rw_attribute_line *l;
	const char *name = NULL;

	/* to git a line is a C string */
	rest.n = strnlen(rest.p, rest.n);
	pattern = token(&rest);
	if (pattern.n == 0 || pattern.p[0] == '#')
		return true;
	/* a quoted pattern may hold blanks: what follows is looked at all the same, word by word */
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
	if (pattern.p[0] != '"' && !rw_str_has_prefix(pattern, "[attr]"))
		l->name = last_part(a, pattern);
	return true;
}

bool
rw_attributes_parse(struct rw_arena *a, struct rw_str bytes, struct rw_attributes *ret, struct rw_error *err)
{
	uint32_t number = 0;

	memset(ret, 0, sizeof(*ret));
	if (rw_str_has_prefix(bytes, "\xef\xbb\xbf")) {	/* git passes over a mark at the start */
		bytes.p += 3;
		bytes.n -= 3;
	}
	while (bytes.n > 0) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end == NULL ? bytes.n : (size_t)(end - bytes.p);

		if (!parse_line(a, (struct rw_str){ bytes.p, n }, ++number, ret))
			break;
		bytes.p += end == NULL ? n : n + 1;
		bytes.n -= end == NULL ? n : n + 1;
	}
	return rw_arena_ok(a, "the attributes", err);
}

bool
rw_attribute_applies(const struct rw_attribute_line *l, struct rw_str path)
{
	struct rw_str name = rw_text_base_name(path);
	char folded[RW_LIMIT_PATH_BYTES];
	size_t i;

	if (l->name == NULL || name.n > sizeof(folded))
		return true;
	for (i = 0; i < name.n; i++)
		folded[i] = lower(name.p[i]);
	return rw_glob_match(l->name, (struct rw_str){ folded, name.n }, NULL);
}
