/* updates: [create, fast-forward]: what may happen to a ref. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const char *const words[] = { "create", "fast-forward", "rewind", "delete" };
	static const enum rw_update_kind kinds[] = {
		RW_UPDATE_CREATE, RW_UPDATE_FAST_FORWARD, RW_UPDATE_REWIND, RW_UPDATE_DELETE
	};
	struct rw_conf_updates *f = conf;
	unsigned set;

	if (!rw_builder_words(b, n, "updates", words, RW_ARRAY_LEN(words), &set, err))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(words); i++)
		f->allowed[kinds[i]] = (set & (1u << i)) != 0;
	return true;
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_updates *f = conf;

	for (size_t i = 0; i < RW_ARRAY_LEN(f->allowed); i++)
		rw_codec_bool(c, &f->allowed[i]);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u;
	return rw_fail(err, RW_E_UNSUPPORTED, "updates: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_updates = {
	.name = "updates",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_updates),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
