/* secrets: encrypted: no Secret lies open in any blob that a new commit introduces. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"
#include "policy/rules/patch.h"

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

static struct rw_finding *
find(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct rw_content *c, const struct rw_yaml_node *at)
{
	struct rw_finding *f = rw_judgement_find(j, r, "secrets", u);

	rw_finding_content(j, f, c, at, NULL);
	return f;
}

static void
mend_history(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct rw_content *c, struct rw_finding *f)
{
	if (c->at_tip)
		return;
	f->found = rw_judgement_text(j, "commit %.7s holds it in the history, whatever came later",
	    RW_OID(&c->commit));
	f->mend = rw_judgement_text(j,
	    "git rebase -i %s   # take it out of that commit, and change the secret itself",
	    rw_update_base(j, u, r));
}

static void
say_plain(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct rw_content *c, const struct rw_kube_object *o, const struct rw_yaml_node *at)
{
	struct rw_finding *f = find(j, r, u, c, at != NULL ? at : o->node);
	const char *path = rw_judgement_word(j, c->path);

	f->text = rw_judgement_text(j, "%s %s is not encrypted", rw_judgement_show(j, o->kind, 40),
	    o->name.n == 0 ? "without a name" : rw_judgement_show(j, o->name, 80));
	f->found = "data that everybody can read who can read the repository";
	f->wanted = "a Secret encrypted by SOPS, a SealedSecret or an ExternalSecret";
	f->mend = rw_judgement_text(j,
	    "sops --encrypt --encrypted-regex '^(data|stringData)$' --in-place %s   "
	    "# or: kubeseal <%s",
	    path, path);
	mend_history(j, r, u, c, f);
}

/* kustomize makes Secrets from what stands, or is named, in the file. */
static void
judge_generators(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    const struct rw_content *c, const struct rw_yaml_node *root)
{
	static const char *const sources[] = { "literals", "files", "envs", "env" };
	const struct rw_yaml_node *list = rw_yaml_get(root, "secretGenerator"), *from;
	struct rw_finding *f;

	if (list == NULL || list->kind != RW_YAML_SEQ)
		return;
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < RW_ARRAY_LEN(sources); k++) {
			from = rw_yaml_get(list->item[i], sources[k]);
			if (from == NULL || (from->kind == RW_YAML_SEQ && from->n == 0))
				continue;
			f = find(j, r, u, c, from);
			f->field = rw_judgement_text(j, "secretGenerator[%zu].%s", i, sources[k]);
			f->text = "makes a Secret from plain text";
			f->wanted =
			    "an encrypted Secret, a SealedSecret or an ExternalSecret among the resources";
			mend_history(j, r, u, c, f);
			break;
		}
	}
}

/* ---- patches that stand in another object ---- */

struct patched {
	struct rw_judgement *j;
	const struct rw_rule *rule;
	const struct rw_update_view *u;
	const struct rw_content *content;
};

/* A target's kind is a regular expression; one that is no plain word may mean anything. */
static bool
may_be_secret(const struct rw_yaml_node *kind)
{
	if (kind == NULL || kind->kind != RW_YAML_SCALAR || kind->value.n == 0)
		return false;
	for (size_t i = 0; i < kind->value.n; i++) {
		char ch = kind->value.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')))
			return true;
	}
	return rw_str_eqz(kind->value, "Secret");
}

/* stringData is a word of Secrets alone. */
static bool
sets_data(const struct rw_yaml_node *op, bool of_secret)
{
	struct rw_str path;

	return rw_patch_sets(op, &path) != NULL &&
	    (rw_str_has_prefix(path, "/stringData") || (of_secret && rw_str_has_prefix(path, "/data")));
}

static bool
is_open(const struct rw_yaml_node *doc, bool of_secret)
{
	struct rw_kube_object o = { .api_version = RW_STR_LIT("v1"), .kind = RW_STR_LIT("Secret"), .node = doc };
	const struct rw_yaml_node *ignored;

	for (size_t i = 0; doc->kind == RW_YAML_SEQ && i < doc->n; i++) {
		if (sets_data(doc->item[i], of_secret))
			return true;
	}
	return doc->kind == RW_YAML_MAP && (of_secret || rw_str_eqz(rw_yaml_get_str(doc, "kind"), "Secret")) &&
	    rw_kube_secret(&o, &ignored) == RW_SECRET_PLAIN;
}

static void
judge_patch(void *ctx, const struct rw_patch *p)
{
	const struct patched *x = ctx;
	struct rw_finding *f;
	bool open = p->yaml == NULL;

	for (size_t i = 0; !open && i < p->yaml->n; i++)
		open = is_open(p->yaml->document[i], may_be_secret(p->target_kind));
	if (!open)
		return;
	f = find(x->j, x->rule, x->u, x->content, p->at);
	f->field = rw_judgement_text(x->j, "%s", p->key);
	f->text = p->yaml == NULL ? "holds a patch that cannot be judged" : "puts open data into a Secret";
	f->wanted = "an encrypted Secret, a SealedSecret or an ExternalSecret among the resources";
	mend_history(x->j, x->rule, x->u, x->content, f);
}

static bool
mentions_secret(struct rw_str s)
{
	static const char word[] = "Secret";

	return s.n > 0 && memmem(s.p, s.n, word, sizeof(word) - 1) != NULL;
}

/*
 * A file that is no good YAML. At the tip that is a finding; in the history only when it may have been a
 * Secret.
 */
static bool
judge_unsound(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u,
    struct rw_content *c, struct rw_error *err)
{
	struct rw_finding *f;
	bool good;

	if (c->at_tip)
		return !rw_rule_judges_path(r, c->path) ||
		    rw_content_sound(j, r, "secrets", u, c, &good, err);
	if (!c->unreadable && !c->oversize_yaml && !mentions_secret(c->bytes))
		return true;
	f = find(j, r, u, c, NULL);
	f->text =
	    rw_judgement_text(j, "commit %.7s holds a version that cannot be judged", RW_OID(&c->commit));
	f->wanted = "YAML that can be read, in every commit";
	mend_history(j, r, u, c, f);
	return true;
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *check,
    const struct rw_update_view *u, struct rw_content *c, struct rw_error *err)
{
	const struct rw_conf_secrets *conf = check->conf;
	struct patched patched = { j, r, u, c };
	const struct rw_yaml_node *at = NULL;

	if (!conf->encrypted || !rw_content_is_manifest(c->path))
		return true;
	if (!rw_content_objects(j, c, err))
		return false;
	for (size_t i = 0; i < c->n_kube; i++) {
		if (rw_kube_secret(&c->kube[i], &at) == RW_SECRET_PLAIN)
			say_plain(j, r, u, c, &c->kube[i], at);
	}
	for (size_t i = 0; i < c->yaml.n; i++) {
		judge_generators(j, r, u, c, c->yaml.document[i]);
		rw_patches_each(c->yaml.document[i], judge_patch, &patched);
	}
	if (c->unreadable || c->oversize_yaml || c->yaml.n_problems > 0)
		return judge_unsound(j, r, u, c, err);
	return true;
}

const struct rw_rule_type rw_rule_secrets = {
	.name = "secrets",
	.target = RW_TARGET_BLOB,
	.traits = RW_TRAIT_READS,
	.conf_size = sizeof(struct rw_conf_secrets),
	.compile = compile,
	.codec = codec,
	.content = judge,
};
