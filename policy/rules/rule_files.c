/* files: {max-size: 1Mi, names: ["*.exe"], modes: [regular, executable]}: what may lie in the tree at all. */
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "max-size", RW_KEY_OPTIONAL }, { "names", RW_KEY_OPTIONAL }, { "modes", RW_KEY_OPTIONAL }
	};
	static const char *const words[] = { "regular", "executable", "symlink", "submodule" };	/* bits 1 2 4 8 */
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_files *f = conf;

	if (!rw_builder_map(b, n, "files", keys, RW_ARRAY_LEN(keys), v, err))
		return false;
	if (v[0] == NULL && v[1] == NULL && v[2] == NULL)
		return rw_strict_fail(rw_builder_strict(b), n, err,
		    "files: demands nothing, wanted max-size, names or modes");
	if (v[0] != NULL) {
		if (!rw_strict_size(rw_builder_strict(b), v[0], "files.max-size", UINT32_MAX, &f->max_size, err))
			return false;
		if (f->max_size == 0)
			return rw_strict_fail(rw_builder_strict(b), v[0], err,
			    "files.max-size: 0 would refuse every file, wanted at least 1");
	}
	f->has_forbidden = v[1] != NULL;
	if (v[1] != NULL && !rw_builder_paths(b, v[1], "files.names", &f->forbidden, err))
		return false;
	return v[2] == NULL || rw_builder_words(b, v[2], "files.modes", words, RW_ARRAY_LEN(words), &f->modes, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_files *f = conf;

	rw_codec_u64(c, &f->max_size);
	rw_codec_bool(c, &f->has_forbidden);
	rw_codec_globs(c, &f->forbidden);
	rw_codec_unsigned(c, &f->modes, 15);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_content *content, struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u, (void)content;
	return rw_fail(err, RW_E_UNSUPPORTED, "files: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_files = {
	.name = "files",
	.target = RW_TARGET_BLOB,
	.conf_size = sizeof(struct rw_conf_files),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
