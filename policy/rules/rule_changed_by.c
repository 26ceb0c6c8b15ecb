/* changed-by: [{who: team-a}, {who: [alice, bots]}]: one of these grants must cover each changed path in scope. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
grant_compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, struct rw_who *ret, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "who", RW_KEY_REQUIRED }, { "approvals", RW_KEY_LATER }, { "fields", RW_KEY_LATER }
	};
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];

	return rw_builder_map(b, n, "a grant of changed-by", keys, RW_ARRAY_LEN(keys), v, err) &&
	    rw_builder_who(b, v[0], "changed-by.who", ret, err);
}

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_changed_by *f = conf;

	if (n->kind != RW_YAML_SEQ || n->n == 0)
		return rw_strict_fail(rw_builder_strict(b), n, err,
		    "changed-by: wanted a list of grants, like [{who: maintainers}]");
	f->grant = rw_arena_array(rw_builder_arena(b), n->n, sizeof(*f->grant));
	if (f->grant == NULL)
		return rw_arena_ok(rw_builder_arena(b), "policy", err);
	for (f->n = 0; f->n < n->n; f->n++)
		if (!grant_compile(b, n->item[f->n], &f->grant[f->n], err))
			return false;
	return true;
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_changed_by *f = conf;

	rw_codec_count(c, &f->n, 3);
	if (!rw_codec_writing(c)) {
		f->grant = rw_codec_array(c, f->n, sizeof(*f->grant));
		if (f->grant == NULL) {
			rw_codec_fail(c);	/* there is always one */
			f->n = 0;
		}
	}
	for (size_t i = 0; i < f->n; i++)
		rw_codec_who(c, &f->grant[i]);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    const struct rw_oid *id, const struct rw_commit *commit, const struct rw_change *change,
    const struct rw_glob_captures *captures, struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u, (void)id, (void)commit, (void)change, (void)captures;
	return rw_fail(err, RW_E_UNSUPPORTED, "changed-by: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_changed_by = {
	.name = "changed-by",
	.target = RW_TARGET_CHANGE,
	.conf_size = sizeof(struct rw_conf_changed_by),
	.compile = compile,
	.codec = codec,
	.change = judge,
};
