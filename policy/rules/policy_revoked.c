/* revoked: [FILE...]: lists of keys and certificates that are revoked. Without them there is no policy. */
#include "refwall/text.h"
#include "policy/rules/builder.h"

static bool
is_source(const struct rw_policy_builder *b, const char *name)
{
	for (size_t i = 0; i < b->n_sources; i++)
		if (strcmp(b->source[i].name, name) == 0)
			return true;
	return false;
}

/* A source like those of YAML: its digest is part of the policy's, and a change of it makes the compiled copy old. */
static bool
source_add(struct rw_policy_builder *b, const char *name, const struct rw_yaml_node *at, struct rw_str bytes,
    struct rw_error *err)
{
	struct rw_pos pos = rw_builder_pos(b, at);
	struct rw_builder_source *s;

	if (b->n_sources == RW_LIMIT_POLICY_FILES)
		return rw_strict_fail(&b->strict, at, err, "revoked: a policy has at most %d files", RW_LIMIT_POLICY_FILES);
	s = rw_arena_push(b->scratch, &b->source, &b->n_sources, &b->source_cap);
	if (s == NULL)
		return rw_builder_ok(b, err);
	s->name = name;
	s->included = pos;
	rw_sha256(bytes, s->sha256);
	return true;
}

static bool
file_read(struct rw_policy_builder *b, struct rw_revoking *l, const struct rw_yaml_node *at, struct rw_str given,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	const char *fault = rw_source_pattern_fault(given), *name;
	struct rw_error inner = RW_ERROR_INIT;

	for (size_t i = 0; i < given.n && fault == NULL; i++)
		if (memchr("*?[", given.p[i], 3) != NULL)
			fault = "has a wildcard in it, wanted the name of one file";
	if (fault != NULL)
		return rw_strict_fail(&b->strict, at, err, "revoked: '%s' %s", RW_SHOW(given), fault);
	name = rw_builder_keep(b, given).p;
	if (name == NULL)
		return rw_builder_ok(b, err);
	if (is_source(b, name))
		return rw_strict_fail(&b->strict, at, err, "revoked: %s is a part of the policy already", name);
	if (!rw_source_read(b->dir, name, &bytes, &inner))
		return inner.code == RW_E_NOMEM ? rw_fail_nomem(err) :
		    rw_strict_fail(&b->strict, at, err, "revoked: %s", inner.msg);
	if (!rw_revocations_read(l, rw_buf_str(&bytes), &inner))
		return inner.code == RW_E_NOMEM ? rw_fail_nomem(err) :
		    rw_strict_fail(&b->strict, at, err, "revoked: %s: %s", name, inner.msg);
	return source_add(b, name, at, rw_buf_str(&bytes), err);
}

bool
rw_builder_revoked(struct rw_policy_builder *b, struct rw_error *err)
{
	const struct rw_yaml_node *n = b->source[0].top[RW_TOP_REVOKED];
	struct rw_revoking *l = rw_revocations_begin(b->scratch);
	const struct rw_str *name;
	size_t count;

	rw_builder_enter(b, 0);
	if (l == NULL)
		return rw_builder_ok(b, err);
	if (n == NULL)
		return true;
	if (b->dir < 0)
		return rw_strict_fail(&b->strict, n, err, "revoked: is possible only in a policy that is a file");
	if (!rw_strict_strs(&b->strict, n, "revoked", 1, &name, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!file_read(b, l, n->kind == RW_YAML_SEQ ? n->item[i] : n, name[i], err))
			return false;
	return rw_revocations_finish(l, b->arena, &b->index->revoked, err);
}
