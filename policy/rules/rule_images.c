/* images: {pinned: digest, registries: [registry.example.com]}: which container images may be named. */
#include "refwall/text.h"
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"
#include "policy/rules/patch.h"

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
		} else if (!word && ch != '.' && ch != '-' && (ch != '_' || in_host) &&
		    (ch != ':' || !in_host))
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
			return rw_strict_fail(rw_builder_strict(b), n->kind == RW_YAML_SEQ ? n->item[i] : n,
			    err,
			    "images.registries: '%s' is no registry, wanted one like registry.example.com or "
			    "registry.example.com/team",
			    RW_SHOW(f->registry[i]));
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

struct place {
	const struct rw_rule *rule;
	const struct rw_conf_images *conf;
	const struct rw_update_view *u;
	const struct rw_content *content;
};

static struct rw_finding *
find(struct rw_judgement *j, const struct place *p, const struct rw_yaml_node *at, const char *field,
    struct rw_str image)
{
	struct rw_finding *f = rw_judgement_find(j, p->rule, "images", p->u);

	rw_finding_content(j, f, p->content, at, field);
	f->found = rw_judgement_show(j, image, 200);
	return f;
}

static bool
registry_allowed(const struct rw_conf_images *conf, const struct rw_image_ref *ref)
{
	for (size_t i = 0; i < conf->n_registries; i++) {
		struct rw_str want = conf->registry[i], rest, repo = ref->repository;

		if (want.n < ref->registry.n || memcmp(want.p, ref->registry.p, ref->registry.n) != 0)
			continue;
		rest = (struct rw_str){ want.p + ref->registry.n, want.n - ref->registry.n };
		if (rest.n == 0)
			return true;
		if (rest.p[0] != '/')
			continue;
		rest = (struct rw_str){ rest.p + 1, rest.n - 1 };
		if (repo.n >= rest.n && memcmp(repo.p, rest.p, rest.n) == 0 &&
		    (repo.n == rest.n || repo.p[rest.n] == '/'))
			return true;
	}
	return conf->n_registries == 0;
}

static void
judge_registry(struct rw_judgement *j, const struct place *p, const struct rw_yaml_node *at,
    const char *field, struct rw_str image, const struct rw_image_ref *ref)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16 << 10);
	struct rw_finding *f;

	if (registry_allowed(p->conf, ref))
		return;
	for (size_t i = 0; i < p->conf->n_registries; i++) {
		rw_buf_puts(&b, i == 0 ? "" : ", ");
		rw_buf_put_str(&b, p->conf->registry[i]);
	}
	f = find(j, p, at, field, image);
	f->text = rw_judgement_text(j, "an image from %s", rw_judgement_show(j, ref->registry, 100));
	f->wanted =
	    rw_judgement_text(j, "an image from one of: %s", rw_judgement_show(j, rw_buf_str(&b), 300));
	f->mend =
	    rw_judgement_text(j, "crane copy %s %s/%s   # then name the copy", rw_judgement_word(j, image),
		rw_judgement_show(j, p->conf->registry[0], 100), rw_judgement_show(j, ref->repository, 100));
}

/* pinned: 1 a tag that is not "latest", or a digest; 2 a digest. */
static void
judge_pinned(struct rw_judgement *j, const struct place *p, const struct rw_yaml_node *at, const char *field,
    struct rw_str image, struct rw_str tag, struct rw_str digest)
{
	bool latest = tag.n == 0 || rw_str_eqz(tag, "latest");
	struct rw_finding *f;

	if (digest.n > 0 || p->conf->pinned == 0 || (p->conf->pinned == 1 && !latest))
		return;
	f = find(j, p, at, field, image);
	f->text = p->conf->pinned == 2 ? "not pinned by digest: what runs can change without a commit" :
	    "no tag, or the tag latest: what runs can change without a commit";
	f->wanted = p->conf->pinned == 2 ? "NAME@sha256:..." : "NAME:TAG with a tag that is not latest";
	f->mend = rw_judgement_text(j, "crane digest %s   # then write NAME@sha256:...",
	    rw_judgement_word(j, image));
}

static void
judge_image(struct rw_judgement *j, const struct place *p, struct rw_arena *a,
    const struct rw_kube_image *image)
{
	struct rw_image_ref ref;
	struct rw_finding *f;

	if (rw_image_parse(a, image->text, &ref)) {
		judge_registry(j, p, image->node, image->field, image->text, &ref);
		judge_pinned(j, p, image->node, image->field, image->text, ref.tag, ref.digest);
		return;
	}
	f = find(j, p, image->node, image->field, image->text);
	f->text = "no image reference";
	f->wanted = "[REGISTRY/]NAME[:TAG][@DIGEST]";
}

static struct rw_str
text_of(const struct rw_yaml_node *n, const char *key)
{
	const struct rw_yaml_node *v = rw_yaml_get(n, key);

	return v == NULL || v->kind != RW_YAML_SCALAR || v->type == RW_SCALAR_NULL
	    ? (struct rw_str){ NULL, 0 }
	    : v->value;
}

/* `images` of a kustomization replaces name, tag and digest of what the manifests say. */
static void
judge_replacement(struct rw_judgement *j, const struct place *p, struct rw_arena *a,
    const struct rw_yaml_node *n, const char *key, size_t i)
{
	struct rw_str name = text_of(n, "newName"), tag = text_of(n, "newTag"), digest = text_of(n, "digest");
	struct rw_str suffix = text_of(n, "tagSuffix");
	const char *field = rw_arena_printf(a, "%s[%zu]", key, i);
	struct rw_kube_image image = { .node = n, .field = field == NULL ? key : field };
	struct rw_str old = text_of(n, "name");
	struct rw_image_ref ref;
	struct rw_finding *f;
	const char *z;

	if (name.n > 0) {
		image.text = name;
		if (!rw_image_parse(a, name, &ref)) {
			judge_image(j, p, a, &image);
			return;
		}
		judge_registry(j, p, n, image.field, name, &ref);
	}
	if (tag.n == 0 && digest.n == 0) {
		if (suffix.n == 0)
			return;		/* the pin of the manifest stays */
		tag = suffix;		/* takes a digest away */
	}
	if (digest.n > 0) {
		z = rw_arena_printf(a, "x@%.*s", (int)digest.n, digest.p);
		if (z == NULL || !rw_image_parse(a, rw_str(z), &ref)) {
			f = find(j, p, n, image.field, digest);
			f->text = "no image digest";
			f->wanted = "sha256: and 64 hexadecimal digits";
			return;
		}
	}
	old = name.n > 0 ? name : old;
	z = rw_arena_printf(a, "%.*s%s%.*s", (int)old.n, old.n == 0 ? "" : old.p, tag.n > 0 ? ":" : "",
	    (int)tag.n, tag.n == 0 ? "" : tag.p);
	judge_pinned(j, p, n, image.field, rw_str(z == NULL ? "" : z), tag, digest);
}

static void
judge_kustomization(struct rw_judgement *j, const struct place *p, struct rw_arena *a,
    const struct rw_yaml_node *root)
{
	static const char *const keys[] = { "images", "imageTags" };	/* kustomize still reads the old one */

	for (size_t k = 0; k < RW_ARRAY_LEN(keys); k++) {
		const struct rw_yaml_node *list = rw_yaml_get(root, keys[k]);

		for (size_t i = 0; list != NULL && list->kind == RW_YAML_SEQ && i < list->n; i++)
			judge_replacement(j, p, a, list->item[i], keys[k], i);
	}
}

/* ---- patches that stand in another object ---- */

struct patched {
	struct rw_judgement *j;
	const struct place *place;
};

static void
judge_patched(const struct patched *x, const struct rw_patch *p, struct rw_str text)
{
	const struct rw_kube_image image = { .node = p->at, .field = p->key, .text = text };

	judge_image(x->j, x->place, p->arena, &image);
}

static void
judge_pods(const struct patched *x, const struct rw_patch *p, const struct rw_yaml_node *in)
{
	const struct rw_kube_object o = { .node = in };
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_kube_image *image;
	size_t n;

	if (!rw_kube_images(p->arena, &o, &image, &n, &ignored))
		return;			/* the arena failed, which is looked at in the end */
	for (size_t i = 0; i < n; i++)
		judge_patched(x, p, image[i].text);
}

/* What an operation sets: an image, a container, several of them, or what holds some. */
static void
judge_operation(const struct patched *x, const struct rw_patch *p, const struct rw_yaml_node *op)
{
	struct rw_str path;
	const struct rw_yaml_node *v = rw_patch_sets(op, &path);

	if (v == NULL)
		return;
	if (v->kind == RW_YAML_SCALAR && rw_str_has_suffix(path, "/image"))
		judge_patched(x, p, v->value);
	if (text_of(v, "image").n > 0)
		judge_patched(x, p, text_of(v, "image"));
	for (size_t i = 0; v->kind == RW_YAML_SEQ && i < v->n; i++) {
		if (text_of(v->item[i], "image").n > 0)
			judge_patched(x, p, text_of(v->item[i], "image"));
	}
	judge_pods(x, p, v);
}

static void
judge_patch(void *ctx, const struct rw_patch *p)
{
	const struct patched *x = ctx;
	struct rw_finding *f;

	for (size_t i = 0; p->yaml != NULL && i < p->yaml->n; i++) {
		const struct rw_yaml_node *doc = p->yaml->document[i];

		for (size_t k = 0; doc->kind == RW_YAML_SEQ && k < doc->n; k++)
			judge_operation(x, p, doc->item[k]);
		if (doc->kind == RW_YAML_MAP)
			judge_pods(x, p, doc);
	}
	if (p->yaml != NULL && !rw_arena_failed(p->arena))
		return;
	f = find(x->j, x->place, p->at, p->key, (struct rw_str){ "", 0 });
	f->text = "holds a patch that cannot be judged";
	f->wanted = "a smaller patch";
}

/* Flux's own object holds what a kustomization does. */
static bool
is_flux(const struct rw_kube_object *o)
{
	return rw_str_has_prefix(o->api_version, "kustomize.toolkit.fluxcd.io/");
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_content *content, struct rw_error *err)
{
	const struct place place = { r, c->conf, u, content };
	struct patched patched = { j, &place };
	const struct rw_kube_image *image;
	size_t i, k, n;
	bool good;

	if (!rw_content_is_manifest(content->path) || !rw_rule_judges_path(r, content->path))
		return true;
	if (!rw_content_sound(j, r, "images", u, content, &good, err))
		return false;
	for (i = 0; i < content->n_kube; i++) {
		if (!rw_kube_images(content->arena, &content->kube[i], &image, &n, err))
			return false;
		for (k = 0; k < n; k++)
			judge_image(j, &place, content->arena, &image[k]);
		if (is_flux(&content->kube[i]))
			judge_kustomization(j, &place, content->arena, rw_yaml_get(content->kube[i].node, "spec"));
	}
	for (i = 0; i < content->yaml.n; i++)
		rw_patches_each(content->yaml.document[i], judge_patch, &patched);
	for (i = 0; rw_content_is_kustomization(content->path) && i < content->yaml.n; i++)
		judge_kustomization(j, &place, content->arena, content->yaml.document[i]);
	return true;
}

const struct rw_rule_type rw_rule_images = {
	.name = "images",
	.target = RW_TARGET_TIP,
	.traits = RW_TRAIT_READS | RW_TRAIT_RUNS,
	.conf_size = sizeof(struct rw_conf_images),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
