/* Rules that look into files. A file is read and parsed once, however many rules look at it. */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

struct items {
	struct rw_content **item;
	size_t n, cap;
	struct rw_oid_map by_key;
};

static bool
add(struct rw_judgement *j, struct items *l, const struct rw_change *ch, const struct rw_oid *commit,
    struct rw_error *err)
{
	const struct rw_str parts[] = {
		ch->path, { (const char *)ch->new_id.b, sizeof(ch->new_id.b) },
		{ (const char *)&ch->new_mode, sizeof(ch->new_mode) }
	};
	struct rw_oid key;
	struct rw_content *c, **slot;

	if (ch->new_mode == 0)
		return true;
	key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts));
	c = rw_oid_map_get(&l->by_key, &key);
	if (c == NULL) {
		c = rw_arena_alloc(j->scratch, sizeof(*c));
		slot = rw_arena_push(j->scratch, &l->item, &l->n, &l->cap);
		if (c == NULL || slot == NULL || !rw_oid_map_put(&l->by_key, &key, c))
			return rw_arena_ok(j->scratch, "the files of the push", err);
		c->path = ch->path;
		c->mode = ch->new_mode;
		c->id = ch->new_id;
		*slot = c;
	}
	if (commit == NULL)
		c->at_tip = true;
	else
		c->commit = *commit;
	return true;
}

static bool
run_rule(struct rw_judgement *j, const struct rw_rule *r, struct rw_update_view *u, struct rw_content *c,
    struct rw_error *err)
{
	size_t i;
	bool readable = true;

	if (rw_rule_has_trait(r, RW_TRAIT_READS) && !rw_builtin_tree_content(j, r, u, c, &readable, err))
		return false;
	for (i = 0; i < r->n_checks; i++) {
		const struct rw_check *check = &r->check[i];
		enum rw_rule_target t = check->type->target;
		bool unread = (check->type->traits & RW_TRAIT_UNREAD) != 0;

		if (!(t == RW_TARGET_BLOB || (t == RW_TARGET_TIP && c->at_tip)) || (!readable && !unread))
			continue;
		if (!check->type->content(j, r, check, u, c, err))
			return rw_fail_prefix(err, "%s", check->type->name);
	}
	return true;
}

static bool
run_file(struct rw_judgement *j, struct rw_update_view *u, const struct rw_commit_set *set,
    struct rw_content *c, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < u->n_active; i++) {
		const struct rw_rule *r = u->active[i].rule;

		if (u->active[i].set == set && u->active[i].content &&
		    rw_scope_has_path(&r->scope, c->path) && !run_rule(j, r, u, c, err))
			return false;
	}
	return true;
}

static bool
run_set(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *set, bool tip, bool blob,
    struct rw_error *err)
{
	struct items l = { NULL, 0, 0, { NULL, NULL, 0, 0, j->scratch } };
	size_t i, k;

	if (!rw_judgement_net(j, u, set, err) || u->broken)
		return u->broken;
	for (i = 0; tip && i < set->n_net; i++) {
		if (!add(j, &l, &set->net[i], NULL, err))
			return false;
	}
	for (i = 0; blob && i < set->n; i++) {
		struct rw_commit_info *c = set->commit[i];

		if (!rw_judgement_changes(j, c, err))
			return false;
		for (k = 0; k < c->n_changes; k++) {
			if (!add(j, &l, &c->change[k], &c->id, err))
				return false;
		}
	}
	for (i = 0; i < l.n; i++) {
		bool good = run_file(j, u, set, l.item[i], err);

		rw_content_release(l.item[i]);
		if (!good)
			return rw_fail_prefix(err, "%s", RW_SHOW(l.item[i]->path));
	}
	return true;
}

bool
rw_judgement_contents(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i, k;

	for (i = 0; i < u->n_active; i++) {
		const struct rw_rule *r = u->active[i].rule;

		u->active[i].content = rw_rule_has_target(r, RW_TARGET_TIP) || rw_rule_has_target(r, RW_TARGET_BLOB);
	}
	for (k = 0; k < u->n_sets && !u->broken; k++) {
		bool tip = false, blob = false;

		for (i = 0; i < u->n_active; i++) {
			if (u->active[i].set != u->set[k])
				continue;
			/*
			 * files that stand at the tip are judged by blob rules as well: a merge may bring in
			 * what no new commit did
			 */
			tip = tip || u->active[i].content;
			blob = blob || rw_rule_has_target(u->active[i].rule, RW_TARGET_BLOB);
		}
		if (tip && !run_set(j, u, u->set[k], tip, blob, err))
			return false;
	}
	return true;
}

bool
rw_judgement_file(struct rw_judgement *j, struct rw_update_view *u, struct rw_content *c,
    struct rw_error *err)
{
	size_t i;

	for (i = 0; i < u->n_active; i++) {
		if (rw_scope_has_path(&u->active[i].rule->scope, c->path) &&
		    !run_rule(j, u->active[i].rule, u, c, err))
			return false;
	}
	return true;
}
