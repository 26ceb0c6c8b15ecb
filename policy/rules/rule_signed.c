/* signed: {by: [who...], match: committer}: every new commit (of a tag: the tag object) carries a signature. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "by", RW_KEY_REQUIRED }, { "match", RW_KEY_OPTIONAL }, { "push-certificate", RW_KEY_LATER }
	};
	static const char *const words[] = { "committer", "author", "account" };	/* bits 1, 2, 4 */
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_signed *f = conf;

	if (!rw_builder_map(b, n, "signed", keys, RW_ARRAY_LEN(keys), v, err) ||
	    !rw_builder_who(b, v[0], "signed.by", &f->by, err))
		return false;
	return v[1] == NULL ||
	    rw_builder_words(b, v[1], "signed.match", words, RW_ARRAY_LEN(words), &f->match, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_signed *f = conf;

	rw_codec_who(c, &f->by);
	rw_codec_unsigned(c, &f->match, 7);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    const struct rw_oid *id, const struct rw_commit *commit, struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u, (void)id, (void)commit;
	return rw_fail(err, RW_E_UNSUPPORTED, "signed: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_signed = {
	.name = "signed",
	.target = RW_TARGET_COMMIT,
	.conf_size = sizeof(struct rw_conf_signed),
	.compile = compile,
	.codec = codec,
	.commit = judge,
};
