/* manifests: {ignore: [README.md]}: what lies in scope is well-formed YAML with Kubernetes objects in it. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "ignore", RW_KEY_OPTIONAL }, { "schema", RW_KEY_LATER }, { "kustomize", RW_KEY_LATER },
		{ "unique", RW_KEY_LATER }
	};
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_manifests *f = conf;

	if (!rw_builder_map(b, n, "manifests", keys, RW_ARRAY_LEN(keys), v, err))
		return false;
	f->has_ignore = v[0] != NULL;
	return v[0] == NULL || rw_builder_paths(b, v[0], "manifests.ignore", &f->ignore, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_manifests *f = conf;

	rw_codec_bool(c, &f->has_ignore);
	rw_codec_globs(c, &f->ignore);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_content *content, struct rw_error *err)
{
	const struct rw_conf_manifests *conf = c->conf;
	struct rw_finding *f;
	bool good;

	if (conf->has_ignore && rw_globs_match(&conf->ignore, content->path, NULL))
		return true;
	if (rw_content_is_manifest(content->path))
		return rw_content_sound(j, r, "manifests", u, content, &good, err);
	f = rw_judgement_find(j, r, "manifests", u);
	rw_finding_content(j, f, content, NULL, NULL);
	f->text = "no manifest";
	f->wanted =
	    "a .yaml, .yml or .json file: inside this rule nothing is passed over "
	    "that its ignore does not name";
	f->mend = rw_judgement_text(j, "git mv %s ELSEWHERE   # or an administrator adds it to ignore",
	    rw_judgement_word(j, content->path));
	return true;
}

const struct rw_rule_type rw_rule_manifests = {
	.name = "manifests",
	.target = RW_TARGET_TIP,
	.traits = RW_TRAIT_READS | RW_TRAIT_RUNS,
	.conf_size = sizeof(struct rw_conf_manifests),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
