/* reachable-from: [refs/heads/main]: the new tip must be held by one of these refs already. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_reachable *f = conf;

	return rw_builder_refs(b, n, "reachable-from", &f->refs, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_reachable *f = conf;

	rw_codec_globs(c, &f->refs);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u;
	return rw_fail(err, RW_E_UNSUPPORTED, "reachable-from: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_reachable_from = {
	.name = "reachable-from",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_reachable),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
