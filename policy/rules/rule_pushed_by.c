/* pushed-by: [who...]: whose account may push to the ref, whoever made the commits. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_pushed_by *f = conf;

	return rw_builder_who(b, n, "pushed-by", &f->who, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_pushed_by *f = conf;

	rw_codec_who(c, &f->who);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u;
	return rw_fail(err, RW_E_UNSUPPORTED, "pushed-by: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_pushed_by = {
	.name = "pushed-by",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_pushed_by),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
