/*
 * What is judged must be what is checked out. Under paths whose manifests are judged: no links, no
 * submodules, no pointers to bytes that lie elsewhere. (.gitattributes: builtin_attributes.c)
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

#define LFS_POINTER_MAX	1024		/* git-lfs: a pointer file is smaller */

/* What the rule says under "manifests"; NULL: nothing. */
static const struct rw_conf_manifests *
manifests_of(const struct rw_rule *r)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		if (r->check[i].type == &rw_rule_manifests)
			return r->check[i].conf;
	}
	return NULL;
}

bool
rw_rule_judges_path(const struct rw_rule *r, struct rw_str path)
{
	const struct rw_conf_manifests *f = manifests_of(r);

	if (!rw_scope_has_path(&r->scope, path))
		return false;
	return f == NULL || !f->has_ignore || !rw_globs_match(&f->ignore, path, NULL);
}

static bool
is_link(uint32_t mode)
{
	return mode == 0120000;
}

static bool
is_submodule(uint32_t mode)
{
	return mode == 0160000;
}

/* A pointer of git-lfs: its first line names the version of the format; hawser is its old name. */
static bool
is_lfs_pointer(struct rw_str bytes)
{
	return bytes.n < LFS_POINTER_MAX &&
	    (rw_str_has_prefix(bytes, "version https://git-lfs.github.com/spec/") ||
		rw_str_has_prefix(bytes, "version https://hawser.github.com/spec/"));
}

static void
say_link(struct rw_judgement *j, const struct rw_rule *r, const struct rw_update_view *u, struct rw_str path,
    uint32_t mode)
{
	const char *what = is_link(mode) ? "a symbolic link" : "a submodule";
	struct rw_finding *f;

	if (rw_judgement_mark(j, "link", RW_MARK_MODE(j, r), u, path, NULL, 1) != 0)
		return;
	f = rw_judgement_find(j, r, "tree", u);
	rw_finding_path(j, f, path);
	f->text = rw_judgement_text(j, "%s where manifests are judged", what);
	f->found = is_link(mode) ? "what it leads to is not what was judged" :
	    "its content lies in another repository, which nobody judged";
	f->wanted = "plain files";
	f->mend = rw_judgement_text(j, "git rm --cached %s   # then add the files themselves",
	    rw_judgement_word(j, path));
}

bool
rw_builtin_tree_content(struct rw_judgement *j, const struct rw_rule *r, struct rw_update_view *u,
    struct rw_content *c, bool *ret_judge, struct rw_error *err)
{
	struct rw_finding *f;

	*ret_judge = true;
	if (is_link(c->mode) || is_submodule(c->mode)) {
		if (c->at_tip && rw_rule_has_trait(r, RW_TRAIT_RUNS) && rw_rule_judges_path(r, c->path))
			say_link(j, r, u, c->path, c->mode);
		*ret_judge = false;
		return true;
	}
	if (!rw_rule_judges_path(r, c->path) ||
	    (manifests_of(r) == NULL && !rw_content_is_manifest(c->path)))
		return true;
	if (!rw_content_size(j, c, err))
		return false;
	if (c->unreadable || c->size >= LFS_POINTER_MAX)
		return true;
	if (!rw_content_bytes(j, c, err))
		return false;
	if (c->unreadable || !is_lfs_pointer(c->bytes))
		return true;
	*ret_judge = false;
	if (rw_judgement_mark(j, "lfs", RW_MARK_MODE(j, r), u, c->path, &c->id, 1) != 0)
		return true;
	f = rw_judgement_find(j, r, "tree", u);
	rw_finding_content(j, f, c, NULL, NULL);
	f->text = "a pointer of git-lfs where manifests are judged";
	f->found = "its content lies in another store, which nobody judged";
	f->wanted = "the file itself";
	f->mend = rw_judgement_text(j, "git lfs untrack %s && git add --renormalize .",
	    rw_judgement_word(j, c->path));
	return true;
}

/* A link that takes the place of a directory above judged paths. */
static void
links_above(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a)
{
	size_t i;

	for (i = 0; i < a->set->n_net; i++) {
		const struct rw_change *ch = &a->set->net[i];

		if ((is_link(ch->new_mode) || is_submodule(ch->new_mode)) &&
		    !rw_scope_has_path(&a->rule->scope, ch->path) &&
		    rw_scope_reaches_below(j, &a->rule->scope, ch->path))
			say_link(j, a->rule, u, ch->path, ch->new_mode);
	}
}

bool
rw_builtin_tree(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < u->n_active; i++) {
		struct rw_active *a = &u->active[i];

		if (!rw_rule_has_trait(a->rule, RW_TRAIT_RUNS))
			continue;
		if (!rw_judgement_net(j, u, a->set, err))
			return false;
		if (u->broken)
			return true;
		links_above(j, u, a);
		if (!rw_builtin_attributes(j, u, a, err))
			return false;
	}
	return true;
}
