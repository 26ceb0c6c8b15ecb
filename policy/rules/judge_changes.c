/* What an update changes: in sum, by itself, and commit by commit. */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

bool
rw_judgement_changes(struct rw_judgement *j, struct rw_commit_info *c, struct rw_error *err)
{
	if (c->has_changes)
		return true;
	if (!rw_repo_commit_changes(j->repo, j->scratch, &c->commit, &j->budget, &c->change, &c->n_changes,
		err))
		return rw_fail_prefix(err, "commit %.7s", RW_OID(&c->id));
	c->has_changes = true;
	return true;
}

static const struct rw_oid *
or_empty(const struct rw_oid *tree)
{
	return rw_oid_is_zero(tree) ? NULL : tree;
}

bool
rw_judgement_net(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *s,
    struct rw_error *err)
{
	if (s->has_net)
		return true;
	if (!rw_repo_diff(j->repo, j->scratch, or_empty(&s->base_tree), or_empty(&u->new_tree),
		&j->net_budget, &s->net, &s->n_net, err))
		return rw_judgement_soften(j, u, err);
	s->has_net = true;
	return true;
}

static bool
gone(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	if (!u->has_gone && !rw_oid_is_zero(&u->old_tree) &&
	    !rw_repo_diff(j->repo, j->scratch, &u->old_tree, NULL, &j->net_budget, &u->gone, &u->n_gone, err))
		return false;
	u->has_gone = true;
	return true;
}

bool
rw_judgement_own(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *s,
    const struct rw_change **ret, size_t *ret_n, struct rw_error *err)
{
	struct rw_oid tree = { { 0 } };

	if (u->kind == RW_UPDATE_DELETE) {
		if (!gone(j, u, err))
			return false;
		*ret = u->gone;
		*ret_n = u->n_gone;
		return true;
	}
	if (!s->has_own && u->kind == RW_UPDATE_CREATE) {
		if (!rw_oid_is_zero(&s->known) && !rw_repo_commit_tree(j->repo, &s->known, &tree, err))
			return false;
		if (!rw_oid_eq(&tree, &s->base_tree)) {
			if (!rw_repo_diff(j->repo, j->scratch, or_empty(&tree), or_empty(&u->new_tree),
				&j->net_budget, &s->own, &s->n_own, err))
				return false;
			s->has_own = true;
		}
	}
	if (!s->has_own) {
		if (!rw_judgement_net(j, u, s, err))
			return false;
		s->own = s->net;
		s->n_own = s->n_net;
		s->has_own = true;
	}
	*ret = s->own;
	*ret_n = s->n_own;
	return true;
}

const char *
rw_update_base(struct rw_judgement *j, const struct rw_update_view *u, const struct rw_rule *r)
{
	struct rw_str branch = { u->name.p + strlen("refs/heads/"), u->name.n - strlen("refs/heads/") };
	const struct rw_commit_set *s = u->structure;
	size_t i;

	if (u->kind != RW_UPDATE_CREATE && u->is_branch)
		return rw_judgement_word(j,
		    rw_str(rw_judgement_text(j, "origin/%.*s", (int)branch.n, branch.p)));
	if (u->kind != RW_UPDATE_CREATE)
		return rw_judgement_text(j, "%.12s", RW_OID(&u->old_tip));
	for (i = 0; i < u->n_active; i++) {
		if (u->active[i].rule == r)
			s = u->active[i].set;
	}
	if (s == NULL || rw_oid_is_zero(&s->known))
		return "--root";
	return rw_judgement_text(j, "%.12s", RW_OID(&s->known));
}
