/* secrets: encrypted: no Secret lies open in any blob that a new commit introduces. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const char *const words[] = { "encrypted" };
	struct rw_conf_secrets *f = conf;
	size_t word;

	f->encrypted = true;
	return rw_strict_word(rw_builder_strict(b), n, "secrets", words, RW_ARRAY_LEN(words), &word, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_secrets *f = conf;

	rw_codec_bool(c, &f->encrypted);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_content *content, struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u, (void)content;
	return rw_fail(err, RW_E_UNSUPPORTED, "secrets: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_secrets = {
	.name = "secrets",
	.target = RW_TARGET_BLOB,
	.conf_size = sizeof(struct rw_conf_secrets),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
