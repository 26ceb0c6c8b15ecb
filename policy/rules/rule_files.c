/* files: {max-size: 1Mi, names: ["*.exe"], modes: [regular, executable]}: what may lie in the tree at all. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"
#include "refwall/text.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "max-size", RW_KEY_OPTIONAL }, { "names", RW_KEY_OPTIONAL }, { "modes", RW_KEY_OPTIONAL }
	};
	/* bits 1 2 4 8 */
	static const char *const words[] = { "regular", "executable", "symlink", "submodule" };
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_files *f = conf;

	if (!rw_builder_map(b, n, "files", keys, RW_ARRAY_LEN(keys), v, err))
		return false;
	if (v[0] == NULL && v[1] == NULL && v[2] == NULL)
		return rw_strict_fail(rw_builder_strict(b), n, err,
		    "files: demands nothing, wanted max-size, names or modes");
	if (v[0] != NULL) {
		if (!rw_strict_size(rw_builder_strict(b), v[0], "files.max-size", UINT32_MAX, &f->max_size,
			err))
			return false;
		if (f->max_size == 0)
			return rw_strict_fail(rw_builder_strict(b), v[0], err,
			    "files.max-size: 0 would refuse every file, wanted at least 1");
	}
	f->has_forbidden = v[1] != NULL;
	if (v[1] != NULL && !rw_builder_paths(b, v[1], "files.names", &f->forbidden, err))
		return false;
	return v[2] == NULL ||
	    rw_builder_words(b, v[2], "files.modes", words, RW_ARRAY_LEN(words), &f->modes, err);
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

/* A pattern without '/' means the file's own name, wherever it lies. Exclusions win. */
static const struct rw_glob *
forbidden_by(const struct rw_globs *l, struct rw_str path)
{
	const struct rw_glob *hit = NULL;

	for (size_t i = 0; i < l->n; i++) {
		struct rw_str pattern = rw_glob_pattern(l->item[i]);
		bool anywhere = pattern.n > 0 && memchr(pattern.p, '/', pattern.n) == NULL;

		if (!rw_glob_match(l->item[i], anywhere ? rw_text_base_name(path) : path, NULL))
			continue;
		if (l->negated[i])
			return NULL;
		if (hit == NULL)
			hit = l->item[i];
	}
	return hit;
}

static const struct kind {
	uint32_t mode;
	unsigned bit;
	const char *name;
} kinds[] = {
	{ 0100644, 1, "regular" },
	{ 0100755, 2, "executable" },
	{ 0120000, 4, "symlink" },
	{ 0160000, 8, "submodule" },
};

static struct rw_finding *
find(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct rw_content *content)
{
	struct rw_finding *f = rw_judgement_find(j, r, "files", u);

	rw_finding_content(j, f, content, NULL, NULL);
	f->mend = content->at_tip
	    ? rw_judgement_text(j, "git rm --cached %s", rw_judgement_word(j, content->path))
	    : rw_judgement_text(j,
		  "git rebase -i %s   # take it out of commit %.7s, which holds it in the history",
		  rw_update_base(j, u, r), RW_OID(&content->commit));
	return f;
}

static void
judge_mode(struct rw_judgement *j, const struct rw_rule *r, const struct rw_conf_files *conf,
    const struct rw_update_view *u, const struct rw_content *content)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(128);
	const struct kind *is = NULL;
	struct rw_finding *f;

	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		if (kinds[i].mode == content->mode)
			is = &kinds[i];
		if ((conf->modes & kinds[i].bit) != 0)
			rw_buf_printf(&b, "%s%s", b.len == 0 ? "" : ", ", kinds[i].name);
	}
	if (is != NULL && (conf->modes & is->bit) != 0)
		return;
	f = find(j, r, u, content);
	f->text = "a kind of file that may not lie here";
	f->found = is == NULL ? "an unknown mode" : is->name;
	f->wanted = rw_judgement_text(j, "%s", rw_buf_cstr(&b));
	if (is != NULL && is->bit == 2)
		f->mend = rw_judgement_text(j, "git update-index --chmod=-x %s",
		    rw_judgement_word(j, content->path));
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_content *content, struct rw_error *err)
{
	const struct rw_conf_files *conf = c->conf;
	const struct rw_glob *pattern;
	struct rw_finding *f;

	if (conf->modes != 0)
		judge_mode(j, r, conf, u, content);
	pattern = conf->has_forbidden ? forbidden_by(&conf->forbidden, content->path) : NULL;
	if (pattern != NULL) {
		f = find(j, r, u, content);
		f->text = "a name that may not lie here";
		f->wanted = rw_judgement_text(j, "no file like %s",
		    rw_judgement_show(j, rw_glob_pattern(pattern), 100));
	}
	if (conf->max_size == 0 || content->mode == 0160000)
		return true;
	if (!rw_content_size(j, content, err))
		return false;
	if (content->unreadable || content->size > conf->max_size) {
		f = find(j, r, u, content);
		f->text = content->unreadable ? content->why : "too large";
		f->found = content->unreadable
		    ? NULL
		    : rw_judgement_text(j, "%llu bytes", (unsigned long long)content->size);
		f->wanted = rw_judgement_text(j, "at most %llu bytes", (unsigned long long)conf->max_size);
	}
	return true;
}

const struct rw_rule_type rw_rule_files = {
	.name = "files",
	.target = RW_TARGET_BLOB,
	.traits = RW_TRAIT_UNREAD,
	.conf_size = sizeof(struct rw_conf_files),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
