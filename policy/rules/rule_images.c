/* images: {pinned: digest, registries: [registry.example.com]}: which container images may be named. */
#include "refwall/text.h"
#include "policy/rules/codec.h"
#include "policy/rules/rule.h"

/* "host", "host:port" or "host/path...", as an image reference starts; no scheme, tag, digest or wildcard. */
static bool
registry_valid(struct rw_str s)
{
	bool in_host = true;
	char last = '/';

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool word = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');

		if (ch == '/') {
			if (last == '/')
				return false;
			in_host = false;
		} else if (!word && ch != '.' && ch != '-' && (ch != '_' || in_host) && (ch != ':' || !in_host))
			return false;
		last = ch;
	}
	return last != '/' && last != ':';
}

static bool
registries_compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, struct rw_conf_images *f,
    struct rw_error *err)
{
	if (!rw_builder_strs(b, n, "images.registries", 1, &f->registry, &f->n_registries, err))
		return false;
	for (size_t i = 0; i < f->n_registries; i++)
		if (!registry_valid(f->registry[i]))
			return rw_strict_fail(rw_builder_strict(b), n->kind == RW_YAML_SEQ ? n->item[i] : n, err,
			    "images.registries: '%s' is no registry, wanted one like registry.example.com or "
			    "registry.example.com/team", RW_SHOW(f->registry[i]));
	return true;
}

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "pinned", RW_KEY_OPTIONAL }, { "registries", RW_KEY_OPTIONAL }, { "ignore", RW_KEY_LATER }
	};
	static const char *const words[] = { "tag", "digest" };
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_images *f = conf;
	size_t pinned;

	if (!rw_builder_map(b, n, "images", keys, RW_ARRAY_LEN(keys), v, err))
		return false;
	if (v[0] == NULL && v[1] == NULL)
		return rw_strict_fail(rw_builder_strict(b), n, err,
		    "images: demands nothing, wanted pinned, registries or both");
	if (v[0] != NULL) {
		if (!rw_strict_word(rw_builder_strict(b), v[0], "images.pinned", words, RW_ARRAY_LEN(words),
		    &pinned, err))
			return false;
		f->pinned = (unsigned)pinned + 1;
	}
	return v[1] == NULL || registries_compile(b, v[1], f, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_images *f = conf;

	rw_codec_unsigned(c, &f->pinned, 2);
	rw_codec_strs(c, &f->registry, &f->n_registries);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_content *content, struct rw_error *err)
{
	(void)j, (void)r, (void)c, (void)u, (void)content;
	return rw_fail(err, RW_E_UNSUPPORTED, "images: this check cannot be judged yet");
}

const struct rw_rule_type rw_rule_images = {
	.name = "images",
	.target = RW_TARGET_TIP,
	.conf_size = sizeof(struct rw_conf_images),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
