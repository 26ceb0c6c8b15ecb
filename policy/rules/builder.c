/* What all parts of the loading use: positions, names, sets, and reading with the strictness of strict.h. */
#include <stdarg.h>
#include <stdio.h>

#include "refwall/text.h"
#include "policy/rules/builder.h"

struct rw_arena *
rw_builder_arena(struct rw_policy_builder *b)
{
	return b->arena;
}

const struct rw_strict *
rw_builder_strict(struct rw_policy_builder *b)
{
	return &b->strict;
}

void
rw_builder_enter(struct rw_policy_builder *b, size_t source)
{
	b->strict.file = b->source[source].name;
}

struct rw_pos
rw_builder_pos(const struct rw_policy_builder *b, const struct rw_yaml_node *n)
{
	struct rw_pos pos = { b->strict.file, n->line, n->col };

	return pos;
}

struct rw_str
rw_builder_keep(struct rw_policy_builder *b, struct rw_str s)
{
	return rw_arena_str(b->arena, s);
}

bool
rw_builder_ok(const struct rw_policy_builder *b, struct rw_error *err)
{
	return rw_arena_ok(b->arena, "policy", err) && rw_arena_ok(b->scratch, "policy", err);
}

bool
rw_builder_fail_at(struct rw_pos pos, struct rw_error *err, const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return rw_fail(err, RW_E_POLICY, "%s:%u:%u: %s", pos.file, pos.line, pos.col, msg);
}

void
rw_builder_note(struct rw_policy_builder *b, struct rw_pos pos, const char *fmt, ...)
{
	struct rw_lint *l = rw_arena_push(b->scratch, &b->note, &b->n_notes, &b->note_cap);
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (l == NULL)
		return;			/* rw_builder_ok() tells */
	l->pos = pos;
	l->text = rw_arena_strdup(b->arena, msg);
}

/* ---- names ---- */

struct rw_named *
rw_named_add(struct rw_policy_builder *b, struct rw_named_list *l, struct rw_str name, const struct rw_yaml_node *n)
{
	uint32_t order = (uint32_t)l->n;
	struct rw_named *m = rw_arena_push(b->scratch, &l->v, &l->n, &l->cap);

	if (m == NULL)
		return NULL;
	m->name = name;
	m->pos = rw_builder_pos(b, n);
	m->order = order;
	return m;
}

static int
named_cmp(const void *a, const void *b)
{
	const struct rw_named *x = a, *y = b;
	int d = rw_str_cmp(x->name, y->name);

	return d != 0 ? d : (x->order > y->order) - (x->order < y->order);
}

const struct rw_named *
rw_named_sort(struct rw_named_list *l, const struct rw_named **ret_first)
{
	const struct rw_named *twin = NULL;

	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), named_cmp);
	for (size_t i = 1; i < l->n; i++)
		if (rw_str_eq(l->v[i].name, l->v[i - 1].name) && (twin == NULL || l->v[i].order < twin->order)) {
			twin = &l->v[i];
			*ret_first = &l->v[i - 1];
		}
	return twin;
}

struct rw_named *
rw_named_find(const struct rw_named_list *l, struct rw_str name)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = rw_str_cmp(name, l->v[mid].name);

		if (d == 0)
			return &l->v[mid];
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

bool
rw_builder_unknown(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_str name,
    struct rw_error *err)
{
	const char **all = rw_arena_array(b->scratch, b->names.n, sizeof(*all)), *near;

	if (all == NULL)
		return rw_builder_ok(b, err);
	for (size_t i = 0; i < b->names.n; i++)
		all[i] = b->names.v[i].name.p;
	near = rw_text_nearest(name, all, b->names.n);
	if (near == NULL)
		return rw_strict_fail(&b->strict, n, err, "%s: no identity or group is called '%s'", what,
		    RW_SHOW(name));
	return rw_strict_fail(&b->strict, n, err, "%s: no identity or group is called '%s' (did you mean '%s'?)",
	    what, RW_SHOW(name), near);
}

/* ---- sets ---- */

static int
number_cmp(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

const struct rw_policy_set *
rw_builder_set(struct rw_policy_builder *b, uint32_t *v, size_t n)
{
	struct rw_policy_set *s;
	uint32_t *kept;
	size_t k = 0;

	if (n > 1)
		qsort(v, n, sizeof(*v), number_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || v[i] != v[i - 1])
			v[k++] = v[i];
	for (size_t i = 0; i < b->n_sets; i++)
		if (b->set[i].n == k && (k == 0 || memcmp(b->set[i].identity, v, k * sizeof(*v)) == 0))
			return &b->set[i];
	kept = rw_arena_array(b->arena, k, sizeof(*kept));
	s = rw_arena_push(b->scratch, &b->set, &b->n_sets, &b->set_cap);
	if (kept == NULL || s == NULL)
		return NULL;
	if (k > 0)
		memcpy(kept, v, k * sizeof(*v));
	s->identity = kept;
	s->n = k;
	return s;
}

/* ---- reading ---- */

bool
rw_builder_map(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    const struct rw_builder_key *keys, size_t n_keys, const struct rw_yaml_node **ret, struct rw_error *err)
{
	const struct rw_yaml_node *v[RW_BUILDER_KEYS_MAX], *key;
	struct rw_strict_key k[RW_BUILDER_KEYS_MAX] = { { NULL, false } };
	size_t known = 0;

	if (n_keys > RW_ARRAY_LEN(k))
		return rw_fail(err, RW_E_INTERNAL, "%s: too many keys", what);
	for (size_t i = 0; i < n_keys; i++) {
		key = keys[i].is == RW_KEY_LATER ? rw_yaml_get_key(n, keys[i].name) : NULL;
		if (key != NULL)
			return rw_strict_fail(&b->strict, key, err, "'%s' in %s is not supported by this version",
			    keys[i].name, what);
		if (keys[i].is != RW_KEY_LATER)
			k[known++] = (struct rw_strict_key){ keys[i].name, keys[i].is == RW_KEY_REQUIRED };
	}
	if (!rw_strict_map(&b->strict, n, what, k, known, v, err))
		return false;
	for (size_t i = 0, from = 0; i < n_keys; i++)
		ret[i] = keys[i].is == RW_KEY_LATER ? NULL : v[from++];
	return true;
}

bool
rw_builder_strs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, size_t min,
    const struct rw_str **ret, size_t *ret_n, struct rw_error *err)
{
	const struct rw_str *v;
	struct rw_str *kept;

	if (!rw_strict_strs(&b->strict, n, what, min, &v, ret_n, err))
		return false;
	kept = rw_arena_array(b->arena, *ret_n, sizeof(*kept));
	for (size_t i = 0; kept != NULL && i < *ret_n; i++)
		kept[i] = rw_builder_keep(b, v[i]);
	*ret = kept;
	return rw_builder_ok(b, err);
}

bool
rw_builder_words(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    const char *const *words, size_t n_words, unsigned *ret, struct rw_error *err)
{
	const struct rw_str *v;
	size_t count, word;

	*ret = 0;
	if (n->kind != RW_YAML_SEQ) {
		if (!rw_strict_word(&b->strict, n, what, words, n_words, &word, err))
			return false;
		*ret = 1u << word;
		return true;
	}
	if (!rw_strict_strs(&b->strict, n, what, 1, &v, &count, err))	/* the form; no repetition */
		return false;
	for (size_t i = 0; i < n->n; i++) {
		if (!rw_strict_word(&b->strict, n->item[i], what, words, n_words, &word, err))
			return false;
		*ret |= 1u << word;
	}
	return true;
}

static bool
globs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    const char *(*fault)(struct rw_str pattern), struct rw_globs *ret, struct rw_error *err)
{
	struct rw_error inner = RW_ERROR_INIT;
	const struct rw_str *v;
	size_t count, bad = 0;

	if (!rw_strict_strs(&b->strict, n, what, 1, &v, &count, err))
		return false;
	for (size_t i = 0; fault != NULL && i < count; i++) {
		struct rw_str p = v[i];
		const char *why;

		if (rw_str_has_prefix(p, "!"))
			p = (struct rw_str){ p.p + 1, p.n - 1 };
		why = fault(p);
		if (why != NULL)
			return rw_strict_fail(&b->strict, n->kind == RW_YAML_SEQ ? n->item[i] : n, err,
			    "%s: '%s' %s", what, RW_SHOW(v[i]), why);
	}
	if (rw_globs_compile(b->arena, v, count, ret, &bad, &inner))
		return true;
	if (inner.code == RW_E_NOMEM || rw_arena_failed(b->arena))
		return rw_builder_ok(b, err);
	return rw_strict_fail(&b->strict, n->kind == RW_YAML_SEQ ? n->item[bad] : n, err, "%s: %s", what, inner.msg);
}

/* What could never match is refused: a rule that guards nothing looks like one that does. */
static const char *
ref_fault(struct rw_str p)
{
	if (rw_str_eqz(p, "**") || rw_str_has_prefix(p, "refs/") || rw_str_has_prefix(p, "**/"))
		return NULL;
	return "is no full ref name, wanted one like refs/heads/main or refs/tags/v*";
}

static const char *
path_fault(struct rw_str p)
{
	struct rw_str rest = p;

	if (rest.n > 0 && (rest.p[0] == '/' || rest.p[rest.n - 1] == '/'))
		return NULL;		/* the pattern's own fault, told with the mend by glob.h */
	while (rest.n > 0) {
		const char *slash = memchr(rest.p, '/', rest.n);
		struct rw_str s = { rest.p, slash == NULL ? rest.n : (size_t)(slash - rest.p) };

		if (s.n == 0 || rw_str_eqz(s, ".") || rw_str_eqz(s, ".."))
			return "can match no path: it has an empty part, '.' or '..' in it";
		rest.p += s.n + (slash != NULL);
		rest.n -= s.n + (slash != NULL);
	}
	return NULL;
}

bool
rw_builder_globs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_globs *ret,
    struct rw_error *err)
{
	return globs(b, n, what, NULL, ret, err);
}

bool
rw_builder_refs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_globs *ret,
    struct rw_error *err)
{
	return globs(b, n, what, ref_fault, ret, err);
}

bool
rw_builder_paths(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_globs *ret,
    struct rw_error *err)
{
	return globs(b, n, what, path_fault, ret, err);
}
