#include "refwall/strict.h"

#include <stdarg.h>
#include <stdio.h>

#include "refwall/buf.h"
#include "refwall/text.h"
#include "tree.h"

static bool
fail_at(const struct rw_strict *s, uint32_t line, uint32_t col, struct rw_error *err, const char *text)
{
	return rw_fail(err, s->code, "%s:%u:%u: %s", s->file, (unsigned)line, (unsigned)col, text);
}

bool
rw_strict_fail(const struct rw_strict *s, const struct rw_yaml_node *n, struct rw_error *err,
    const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail_at(s, n->line, n->col, err, text);
}

bool
rw_strict_load(const struct rw_strict *s, struct rw_str bytes, const struct rw_yaml_node **ret,
    struct rw_error *err)
{
	static const struct rw_yaml_shape shape = {
		.bytes = RW_LIMIT_POLICY_BYTES, .nodes = RW_LIMIT_POLICY_NODES, .documents = 2,
		.aliases = RW_LIMIT_YAML_ALIASES, .expanded = RW_LIMIT_POLICY_BYTES, .plain = true,
	};
	struct rw_yaml y;

	if (!rw_yaml_build(s->arena, bytes, &shape, &y, err))
		return rw_fail_prefix(err, "%s", s->file);
	if (y.n_problems > 0) {
		const struct rw_yaml_problem *p = &y.problem[0];
		struct rw_buf b = RW_BUF_INIT(900);

		rw_buf_puts(&b, p->text);
		if (p->wanted != NULL)
			rw_buf_printf(&b, ", wanted %s", p->wanted);
		(void)fail_at(s, p->line, p->col, err, b.failed ? p->text : rw_buf_cstr(&b));
		rw_buf_release(&b);
		return false;
	}
	if (y.n == 0 || y.document[0] == NULL)
		return fail_at(s, 1, 1, err, "nothing in the file, wanted a map");
	if (y.n > 1) {
		const struct rw_yaml_node *n = y.document[1];

		return fail_at(s, n == NULL ? y.document[0]->line : n->line, n == NULL ? 1 : n->col, err,
		    "a second document, wanted one");
	}
	if (y.document[0]->kind != RW_YAML_MAP)
		return rw_strict_fail(s, y.document[0], err, "wanted a map");
	*ret = y.document[0];
	return true;
}

/* ---- what was found, for messages ---- */

static bool
is_null(const struct rw_yaml_node *n)
{
	return n->kind == RW_YAML_SCALAR && n->style == RW_YAML_PLAIN && n->type == RW_SCALAR_NULL;
}

/* "what: wanted a number, found a map" */
static bool
fail_wanted(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, const char *wanted,
    struct rw_error *err)
{
	static const char *const kind[] = {
		[RW_YAML_NONE] = "nothing", [RW_YAML_SCALAR] = "", [RW_YAML_SEQ] = "a list", [RW_YAML_MAP] = "a map",
	};

	if (n->kind != RW_YAML_SCALAR)
		return rw_strict_fail(s, n, err, "%s: wanted %s, found %s", what, wanted, kind[n->kind]);
	if (is_null(n))
		return rw_strict_fail(s, n, err, "%s: wanted %s, found nothing", what, wanted);
	return rw_strict_fail(s, n, err, "%s: wanted %s, found '%s'", what, wanted, RW_SHOW(n->value));
}

/* ---- maps ---- */

static bool
fail_unknown_key(const struct rw_strict *s, const struct rw_yaml_node *key, const char *what,
    const struct rw_strict_key *keys, size_t n_keys, struct rw_error *err)
{
	const char *name[RW_STRICT_KEYS_MAX] = { NULL }, *near;
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(700);

	if (n_keys > RW_ARRAY_LEN(name))
		n_keys = RW_ARRAY_LEN(name);
	for (size_t i = 0; i < n_keys; i++)
		name[i] = keys[i].name;
	near = rw_text_nearest(key->value, name, n_keys);
	if (near != NULL)
		return rw_strict_fail(s, key, err, "unknown key '%s' in %s (did you mean '%s'?)",
		    RW_SHOW(key->value), what, near);
	for (size_t i = 0; i < n_keys; i++)
		rw_buf_printf(&b, "%s%s", i == 0 ? "" : ", ", name[i]);
	return rw_strict_fail(s, key, err, "unknown key '%s' in %s, which has: %s", RW_SHOW(key->value), what,
	    rw_buf_cstr(&b));
}

bool
rw_strict_map(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    const struct rw_strict_key *keys, size_t n_keys, const struct rw_yaml_node **ret, struct rw_error *err)
{
	for (size_t i = 0; i < n_keys; i++)
		ret[i] = NULL;
	if (n->kind != RW_YAML_MAP)
		return fail_wanted(s, n, what, "a map", err);
	for (size_t i = 0; i < n->n; i++) {
		size_t k = 0;

		while (k < n_keys && !rw_str_eqz(n->key[i]->value, keys[k].name))
			k++;
		if (k == n_keys)
			return fail_unknown_key(s, n->key[i], what, keys, n_keys, err);
		if (is_null(n->item[i]))
			return rw_strict_fail(s, n->key[i], err, "'%s' in %s has no value", keys[k].name, what);
		ret[k] = n->item[i];
	}
	for (size_t k = 0; k < n_keys; k++)
		if (keys[k].required && ret[k] == NULL)
			return rw_strict_fail(s, n, err, "%s lacks '%s'", what, keys[k].name);
	return true;
}

/* ---- scalars ---- */

bool
rw_strict_printable(struct rw_str v)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);

	/* the printable form doubles backslashes, which are fine here */
	for (size_t i = 0, from = 0; i <= v.n; i++) {
		struct rw_str part = { v.n == 0 ? NULL : v.p + from, i - from };

		if (i < v.n && v.p[i] != '\\')
			continue;
		rw_buf_clear(&b);
		rw_text_put_printable(&b, part, SIZE_MAX);
		if (b.failed || !rw_str_eq(part, rw_buf_str(&b)))
			return false;
		from = i + 1;
	}
	return true;
}

bool
rw_strict_str(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, struct rw_str *ret,
    struct rw_error *err)
{
	if (n->kind != RW_YAML_SCALAR || is_null(n))
		return fail_wanted(s, n, what, "a string", err);
	if (n->value.n == 0)
		return rw_strict_fail(s, n, err, "%s: wanted a string, found an empty one", what);
	if (!rw_strict_printable(n->value))
		return rw_strict_fail(s, n, err, "%s: wanted one line of printable text, found '%s'", what,
		    RW_SHOW(n->value));
	*ret = n->value;
	return true;
}

bool
rw_strict_bool(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, bool *ret,
    struct rw_error *err)
{
	bool yes = n->kind == RW_YAML_SCALAR && rw_str_eqz(n->value, "true");

	if (n->kind != RW_YAML_SCALAR || n->style != RW_YAML_PLAIN || (!yes && !rw_str_eqz(n->value, "false")))
		return fail_wanted(s, n, what, "true or false", err);
	*ret = yes;
	return true;
}

bool
rw_strict_u64(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, uint64_t min, uint64_t max,
    uint64_t *ret, struct rw_error *err)
{
	char wanted[80];
	uint64_t v;

	if (n->kind != RW_YAML_SCALAR || n->style != RW_YAML_PLAIN || !rw_text_u64(n->value, max, &v) || v < min) {
		(void)snprintf(wanted, sizeof(wanted), "a number from %llu to %llu", (unsigned long long)min,
		    (unsigned long long)max);
		return fail_wanted(s, n, what, wanted, err);
	}
	*ret = v;
	return true;
}

bool
rw_strict_size(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, uint64_t max,
    uint64_t *ret, struct rw_error *err)
{
	char wanted[80];

	if (n->kind != RW_YAML_SCALAR || !rw_text_size(n->value, max, ret)) {
		(void)snprintf(wanted, sizeof(wanted), "a size like 512Ki, at most %llu bytes",
		    (unsigned long long)max);
		return fail_wanted(s, n, what, wanted, err);
	}
	return true;
}

bool
rw_strict_time(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, rw_time *ret,
    struct rw_error *err)
{
	if (n->kind != RW_YAML_SCALAR || !rw_time_parse(n->value, ret))
		return fail_wanted(s, n, what, "a time like 2027-01-31T12:00:00Z or a date like 2027-01-31", err);
	return true;
}

bool
rw_strict_duration(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, int64_t *ret_ms,
    struct rw_error *err)
{
	if (n->kind != RW_YAML_SCALAR || !rw_duration_parse(n->value, ret_ms))
		return fail_wanted(s, n, what, "a duration like 30s, 15m, 24h or 7d", err);
	return true;
}

bool
rw_strict_word(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, const char *const *words,
    size_t n_words, size_t *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(700);
	const char *near;

	for (size_t i = 0; n->kind == RW_YAML_SCALAR && i < n_words; i++)
		if (rw_str_eqz(n->value, words[i])) {
			*ret = i;
			return true;
		}
	for (size_t i = 0; i < n_words; i++)
		rw_buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 == n_words ? " or " : ", ", words[i]);
	near = n->kind == RW_YAML_SCALAR ? rw_text_nearest(n->value, words, n_words) : NULL;
	if (near != NULL)
		return rw_strict_fail(s, n, err, "%s: wanted %s, found '%s' (did you mean '%s'?)", what,
		    rw_buf_cstr(&b), RW_SHOW(n->value), near);
	return fail_wanted(s, n, what, rw_buf_cstr(&b), err);
}

/* ---- lists ---- */

struct repeat {
	size_t first, later;
	bool any;
};

static void
on_repeat(void *ctx, size_t first, size_t later)
{
	struct repeat *r = ctx;

	if (!r->any || later < r->later)
		*r = (struct repeat){ first, later, true };
}

bool
rw_strict_strs(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what, size_t min,
    const struct rw_str **ret, size_t *ret_n, struct rw_error *err)
{
	bool one = n->kind == RW_YAML_SCALAR;
	size_t count = one ? 1 : n->n;
	struct repeat r = { 0, 0, false };
	struct rw_str *list;

	if (n->kind != RW_YAML_SEQ && (!one || is_null(n)))
		return fail_wanted(s, n, what, "a list of strings", err);
	if (count < min)
		return rw_strict_fail(s, n, err, "%s: wanted at least %zu, found %zu", what, min, count);
	list = rw_arena_array(s->arena, count == 0 ? 1 : count, sizeof(*list));
	if (list == NULL)
		return rw_arena_ok(s->arena, s->file, err);
	for (size_t i = 0; i < count; i++)
		if (!rw_strict_str(s, one ? n : n->item[i], what, &list[i], err))
			return false;
	if (!one && !rw_dups(n->item, n->n, on_repeat, &r))
		return rw_fail_nomem(err);
	if (r.any)
		return rw_strict_fail(s, n->item[r.later], err, "%s: '%s' is listed twice", what,
		    RW_SHOW(list[r.later]));
	*ret = list;
	*ret_n = count;
	return true;
}
