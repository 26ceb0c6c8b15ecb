#include "policy/rules/judgement.h"

bool
rw_scope_has_repo(const struct rw_scope *s, struct rw_str repo)
{
	return s->any_repo || rw_globs_match(&s->repos, repo, NULL);
}

bool
rw_scope_has_ref(const struct rw_scope *s, struct rw_str ref)
{
	return s->any_ref || rw_globs_match(&s->refs, ref, NULL);
}

bool
rw_scope_has_path(const struct rw_scope *s, struct rw_str path)
{
	return s->any_path || rw_globs_match(&s->paths, path, NULL);
}

void
rw_scope_captures(const struct rw_scope *s, struct rw_str ref, struct rw_str path,
    struct rw_glob_captures *ret)
{
	struct rw_glob_captures of_ref = { .n = 0 };
	size_t i, k;

	memset(ret, 0, sizeof(*ret));
	if (path.n > 0 && !s->any_path && !rw_globs_match(&s->paths, path, ret))
		ret->n = 0;
	if (s->any_ref || !rw_globs_match(&s->refs, ref, &of_ref))
		return;
	for (i = 0; i < of_ref.n && ret->n < RW_GLOB_CAPTURES_MAX; i++) {
		for (k = 0; k < ret->n && !rw_str_eq(ret->item[k].name, of_ref.item[i].name); k++)
			;
		if (k == ret->n)	/* the path's capture wins over a ref's of the same name */
			ret->item[ret->n++] = of_ref.item[i];
	}
}

/* Cut the first segment off. */
static struct rw_str
segment(struct rw_str *rest)
{
	const char *slash = rest->n == 0 ? NULL : memchr(rest->p, '/', rest->n);
	struct rw_str s = { rest->p, slash == NULL ? rest->n : (size_t)(slash - rest->p) };

	rest->p += slash == NULL ? s.n : s.n + 1;
	rest->n -= slash == NULL ? s.n : s.n + 1;
	return s;
}

/*
 * May a text below `dir` match? Segments are compared one by one; a name that is captured twice is not held
 * to be equal.
 */
static bool
pattern_reaches_below(struct rw_arena *a, struct rw_str pattern, struct rw_str dir)
{
	struct rw_error ignored = RW_ERROR_INIT;

	while (dir.n > 0) {
		const struct rw_glob *g;
		struct rw_str want, have;

		if (pattern.n == 0)
			return false;
		want = segment(&pattern);
		if (rw_str_eqz(want, "**"))
			return true;
		have = segment(&dir);
		g = rw_glob_compile(a, want, &ignored);
		if (g != NULL && !rw_glob_match(g, have, NULL))
			return false;
	}
	return pattern.n > 0;
}

bool
rw_scope_reaches_below(struct rw_judgement *j, const struct rw_scope *s, struct rw_str dir)
{
	rw_auto_arena struct rw_arena *a = NULL;
	size_t i;
	bool plain = false;

	if (s->any_path)
		return true;
	a = rw_arena_new(1u << 20);
	if (a == NULL || rw_arena_failed(j->scratch))
		return true;
	for (i = 0; i < s->paths.n; i++) {
		if (s->paths.negated[i])
			continue;
		plain = true;
		if (pattern_reaches_below(a, rw_glob_pattern(s->paths.item[i]), dir) || rw_arena_failed(a))
			return true;
	}
	return !plain;			/* only exclusions: everything but those */
}
