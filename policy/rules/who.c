/* Lists of identities, groups and names with captures: how they are read, and who is on them. */
#include "refwall/text.h"
#include "policy/rules/builder.h"

/* The name between braces at s.p[*at] == '{'; *at is left behind the '}'. Empty when malformed. */
static struct rw_str
brace(struct rw_str s, size_t *at)
{
	struct rw_str name = { s.p + *at + 1, 0 };
	size_t end = *at + 1;

	while (end < s.n && s.p[end] != '}') {
		char c = s.p[end];
		bool first = name.n == 0;

		if (!((c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_' || c == '-'))))
			return (struct rw_str){ NULL, 0 };
		name.n++;
		end++;
	}
	*at = end + 1;
	return end < s.n ? name : (struct rw_str){ NULL, 0 };
}

static bool
capture_value(const struct rw_glob_captures *captures, struct rw_str name, struct rw_str *ret)
{
	for (size_t i = 0; i < captures->n; i++)
		if (rw_str_eq(captures->item[i].name, name)) {
			*ret = captures->item[i].value;
			return true;
		}
	return false;
}

bool
rw_who_fill(struct rw_str pattern, const struct rw_glob_captures *captures, char *ret, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < pattern.n;) {
		struct rw_str piece = { pattern.p + i, 1 };

		if (pattern.p[i] == '}')
			return false;
		if (pattern.p[i] == '{') {
			struct rw_str name = brace(pattern, &i);

			if (name.n == 0)
				return false;
			if (captures == NULL)
				continue;
			if (!capture_value(captures, name, &piece))
				return false;
		} else
			i++;
		if (captures == NULL)
			continue;
		if (piece.n > RW_NAME_MAX - n)
			return false;
		memcpy(ret + n, piece.p, piece.n);
		n += piece.n;
	}
	if (captures != NULL)
		*ret_n = n;
	return true;
}

static bool
has(const uint32_t *v, size_t n, uint32_t x)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid] == x)
			return true;
		if (x < v[mid])
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

bool
rw_who_has(const struct rw_policy *p, const struct rw_who *w, const struct rw_glob_captures *captures,
    uint32_t identity)
{
	if (identity == RW_IDENTITY_NONE)
		return false;
	if (has(w->identity, w->n, identity))
		return true;
	for (size_t i = 0; captures != NULL && i < w->n_patterns; i++) {
		const struct rw_policy_group *g;
		char z[RW_NAME_MAX];
		struct rw_str name = { z, 0 };

		if (!rw_who_fill(w->pattern[i], captures, z, &name.n))
			continue;
		g = rw_policy_group_find(p, name);
		if (g != NULL ? has(g->member, g->n, identity) : rw_policy_by_name(p, name) == identity)
			return true;
	}
	return false;
}

void
rw_who_text(const struct rw_who *w, struct rw_buf *b)
{
	for (size_t i = 0; i < w->n_text; i++) {
		if (i > 0)
			rw_buf_puts(b, ", ");
		rw_text_put_printable(b, w->text[i], RW_NAME_MAX);
	}
}

/* ---- reading ---- */

/* The part of the rule's scope whose captures a check of this type is given. */
static const struct rw_globs *
declaring(const struct rw_policy_builder *b, const char **ret_name)
{
	bool paths = b->type->target != RW_TARGET_UPDATE && b->type->target != RW_TARGET_COMMIT;

	*ret_name = paths ? "paths" : "refs";
	return paths ? &b->rule->scope.paths : &b->rule->scope.refs;
}

static bool
declared(const struct rw_globs *l, struct rw_str capture)
{
	struct rw_str names[RW_GLOB_CAPTURES_MAX];

	for (size_t i = 0; i < l->n; i++) {
		size_t n = l->negated[i] ? 0 : rw_glob_capture_names(l->item[i], names);

		while (n > 0)
			if (rw_str_eq(names[--n], capture))
				return true;
	}
	return false;
}

/* Whoever a pattern may name is in use; names hold no '/', so a pattern is a glob over them. */
static bool
pattern_mark(struct rw_policy_builder *b, struct rw_str pattern)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_glob *g = rw_glob_compile(b->scratch, pattern, &ignored);
	bool any = false;

	for (size_t i = 0; g != NULL && i < b->names.n; i++)
		if (rw_glob_match(g, b->names.v[i].name, NULL))
			any = b->names.v[i].used = true;
	return any;
}

static bool
pattern_check(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_str pattern,
    struct rw_error *err)
{
	const char *scope;
	const struct rw_globs *l = declaring(b, &scope);

	if (!rw_who_fill(pattern, NULL, NULL, NULL))
		return rw_strict_fail(&b->strict, n, err,
		    "%s: '%s' is malformed, wanted a capture like team-{team}", what, RW_SHOW(pattern));
	for (size_t i = 0; i < pattern.n;) {
		struct rw_str name;

		if (pattern.p[i] != '{') {
			i++;
			continue;
		}
		name = brace(pattern, &i);
		if (!declared(l, name))
			return rw_strict_fail(&b->strict, n, err,
			    "%s: no pattern in the rule's %s has the capture {%s}", what, scope, RW_SHOW(name));
	}
	if (!pattern_mark(b, pattern))
		rw_builder_note(b, rw_builder_pos(b, n), "%s: '%s' can name nobody: no identity or group is called so",
		    what, RW_SHOW(pattern));
	return true;
}

struct numbers {
	uint32_t *v;
	size_t n, cap;
};

static bool
member_add(struct rw_policy_builder *b, struct rw_named *m, struct numbers *out)
{
	const struct rw_policy_group *g;
	uint32_t *slot;

	m->used = true;
	if (!m->is_group) {
		slot = rw_arena_push(b->scratch, &out->v, &out->n, &out->cap);
		if (slot != NULL)
			*slot = m->owner;
		return slot != NULL;
	}
	g = &b->index->group[m->owner];
	for (size_t i = 0; i < g->n; i++) {
		slot = rw_arena_push(b->scratch, &out->v, &out->n, &out->cap);
		if (slot == NULL)
			return false;
		*slot = g->member[i];
	}
	return true;
}

bool
rw_builder_who(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_who *ret,
    struct rw_error *err)
{
	struct numbers members = { NULL, 0, 0 };
	const struct rw_policy_set *set;
	struct rw_str *pattern;

	if (!rw_builder_strs(b, n, what, 1, &ret->text, &ret->n_text, err))
		return false;
	pattern = rw_arena_array(b->arena, ret->n_text, sizeof(*pattern));
	if (pattern == NULL)
		return rw_builder_ok(b, err);
	for (size_t i = 0; i < ret->n_text; i++) {
		const struct rw_yaml_node *at = n->kind == RW_YAML_SEQ ? n->item[i] : n;
		struct rw_str s = ret->text[i];
		struct rw_named *m;

		if (memchr(s.p, '{', s.n) != NULL || memchr(s.p, '}', s.n) != NULL) {
			if (!pattern_check(b, at, what, s, err))
				return false;
			pattern[ret->n_patterns++] = s;
			continue;
		}
		m = rw_named_find(&b->names, s);
		if (m == NULL)
			return rw_builder_unknown(b, at, what, s, err);
		if (!member_add(b, m, &members))
			return rw_builder_ok(b, err);
	}
	set = rw_builder_set(b, members.v, members.n);
	if (set == NULL)
		return rw_builder_ok(b, err);
	ret->pattern = pattern;
	ret->identity = set->identity;
	ret->n = set->n;
	return true;
}
