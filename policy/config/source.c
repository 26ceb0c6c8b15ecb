#include "source.h"

#include <stdio.h>

#include "refwall/buf.h"
#include "refwall/text.h"

#define NAME_MAX_BYTES 256

/* ---- reading ---- */

/* NAME, or NAME/NAME */
static bool
var_ok(struct rw_str s)
{
	size_t slashes = 0;
	bool start = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '/' && !start) {
			slashes++;
			start = true;
			continue;
		}
		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '_' && (start || c < '0' || c > '9'))
			return false;
		start = false;
	}
	return s.n > 0 && s.n <= 200 && !start && slashes <= 1;
}

/* Exactly one "%s", no other '%'. */
static bool
format_ok(struct rw_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%')
			continue;
		if (i + 1 == s.n || s.p[i + 1] != 's')
			return false;
		n++;
	}
	return n == 1 && s.n <= NAME_MAX_BYTES;
}

static bool
read_unless(const struct rw_strict *s, const struct rw_yaml_node *n, struct rw_source *row, struct rw_error *err)
{
	const char **list;

	if (n->kind != RW_YAML_SEQ)
		return rw_strict_fail(s, n, err, "unless: wanted a list of values like [\"\", \"0\"]");
	list = rw_arena_array(s->arena, n->n == 0 ? 1 : n->n, sizeof(*list));
	if (list == NULL)
		return rw_arena_ok(s->arena, s->file, err);
	for (size_t i = 0; i < n->n; i++) {
		const struct rw_yaml_node *v = n->item[i];
		struct rw_str text = { NULL, 0 };

		/* "" is a value here */
		if (!(v->kind == RW_YAML_SCALAR && v->style != RW_YAML_PLAIN && v->value.n == 0) &&
		    !rw_strict_str(s, v, "unless", &text, err))
			return false;
		list[i] = text.n == 0 ? "" : rw_arena_strndup(s->arena, text.p, text.n);
	}
	row->unless = list;
	row->n_unless = n->n;
	return true;
}

static bool
read_row(const struct rw_strict *s, const struct rw_yaml_node *n, struct rw_source *row, struct rw_error *err)
{
	enum { VAR, UNLESS, AS, N };
	static const struct rw_strict_key keys[N] = {
		[VAR] = { "var", true }, [UNLESS] = { "unless", false }, [AS] = { "as", false },
	};
	const struct rw_yaml_node *v[N];
	struct rw_str var, as = RW_STR_LIT("%s");

	if (!rw_strict_map(s, n, "a row", keys, N, v, err) || !rw_strict_str(s, v[VAR], "var", &var, err) ||
	    (v[AS] != NULL && !rw_strict_str(s, v[AS], "as", &as, err)) ||
	    (v[UNLESS] != NULL && !read_unless(s, v[UNLESS], row, err)))
		return false;
	if (!var_ok(var))
		return rw_strict_fail(s, v[VAR], err, "var: wanted the name of a variable, or two joined by '/',"
		    " found '%s'", RW_SHOW(var));
	if (!format_ok(as))
		return rw_strict_fail(s, v[AS], err, "as: wanted a text with exactly one %%s, found '%s'",
		    RW_SHOW(as));
	row->var = rw_arena_strndup(s->arena, var.p, var.n);
	row->as = rw_arena_strndup(s->arena, as.p, as.n);
	return true;
}

bool
rw_sources_read(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    const struct rw_source **ret, size_t *ret_n, struct rw_error *err)
{
	struct rw_source *list;

	if (n->kind != RW_YAML_SEQ || n->n == 0)
		return rw_strict_fail(s, n, err, "%s: wanted a list of rows like {var: REMOTE_USER, as: \"%%s\"}",
		    what);
	list = rw_arena_array(s->arena, n->n, sizeof(*list));
	if (list == NULL)
		return rw_arena_ok(s->arena, s->file, err);
	for (size_t i = 0; i < n->n; i++)
		if (!read_row(s, n->item[i], &list[i], err))
			return false;
	*ret = list;
	*ret_n = n->n;
	return true;
}

/* ---- resolving ---- */

static bool
is_set(const struct rw_source *row, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return false;
	for (size_t i = 0; i < row->n_unless; i++)
		if (strcmp(row->unless[i], value) == 0)
			return false;
	return true;
}

/* The values of a row's variables, joined. False: not set. */
static bool
look_up(const struct rw_source *row, rw_lookup_fn *lookup, void *ctx, struct rw_buf *ret)
{
	const char *slash = strchr(row->var, '/');
	char name[256];

	for (const char *p = row->var;; p = slash + 1, slash = NULL) {
		size_t n = slash == NULL ? strlen(p) : (size_t)(slash - p);
		const char *value;

		if (n >= sizeof(name))
			return false;
		memcpy(name, p, n);
		name[n] = '\0';
		value = lookup(ctx, name);
		if (!is_set(row, value))
			return false;
		if (ret->len > 0)
			rw_buf_putc(ret, '/');
		rw_buf_puts(ret, value);
		if (slash == NULL)
			return true;
	}
}

static bool
has_dots(struct rw_str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '.' && s.p[i + 1] == '.')
			return true;
	return false;
}

bool
rw_source_resolve(struct rw_arena *a, const struct rw_source *rows, size_t n, rw_lookup_fn *lookup, void *ctx,
    struct rw_str *ret, struct rw_error *err)
{
	*ret = (struct rw_str){ NULL, 0 };
	for (size_t i = 0; i < n; i++) {
		rw_auto_buf struct rw_buf value = RW_BUF_INIT(4096), name = RW_BUF_INIT(8192);
		const char *as = rows[i].as, *mark = strstr(as, "%s");
		struct rw_str s;

		if (!look_up(&rows[i], lookup, ctx, &value))
			continue;
		rw_buf_put(&name, as, mark == NULL ? strlen(as) : (size_t)(mark - as));
		rw_buf_put_str(&name, rw_buf_str(&value));
		rw_buf_puts(&name, mark == NULL ? "" : mark + 2);
		s = rw_buf_str(&name);
		if (value.failed || name.failed || s.n == 0 || s.n > NAME_MAX_BYTES || !rw_strict_printable(s) ||
		    s.p[0] == '/' || s.p[s.n - 1] == '/' || has_dots(s))
			return rw_fail(err, RW_E_DENIED, "%s gives '%s': wanted 1 to %d printable bytes without '..' and"
			    " without '/' at the ends", rows[i].var, RW_SHOW(s), NAME_MAX_BYTES);
		*ret = rw_arena_str(a, s);
		return ret->p != NULL || rw_arena_ok(a, "name", err);
	}
	return true;
}
