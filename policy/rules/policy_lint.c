/* What is suspicious in a policy, but not wrong. All but the age of keys is found when the policy is compiled. */
#include <stdio.h>

#include "refwall/keytable.h"
#include "refwall/text.h"
#include "policy/rules/builder.h"

/* In the order of the files, so that notes read like a compiler's. */
static void
unused(struct rw_policy_builder *b)
{
	const struct rw_named **v = rw_arena_array(b->scratch, b->names.n, sizeof(*v));

	if (v == NULL)
		return;
	for (size_t i = 0; i < b->names.n; i++)
		v[b->names.v[i].order] = &b->names.v[i];
	for (size_t i = 0; i < b->names.n; i++)
		if (!v[i]->used)
			rw_builder_note(b, v[i]->pos, "%s %s is used by no rule", v[i]->is_group ? "group" : "identity",
			    v[i]->name.p);
}

/* Members of a group that a rule names are in use, and so are the groups in it. */
static void
members_mark(struct rw_policy_builder *b)
{
	uint8_t *used = rw_arena_alloc(b->scratch, b->policy->n_identities);

	if (used == NULL)
		return;
	for (size_t i = 0; i < b->names.n; i++) {
		const struct rw_policy_group *g;

		if (!b->names.v[i].is_group || !b->names.v[i].used)
			continue;
		g = &b->index->group[b->names.v[i].owner];
		for (size_t k = 0; k < g->n; k++)
			used[g->member[k]] = 1;
	}
	for (size_t i = 0; i < b->names.n; i++)
		if (!b->names.v[i].is_group && used[b->names.v[i].owner] != 0)
			b->names.v[i].used = true;
}

/* A list whose plain patterns are all literal names, none of which passes `also`. */
static bool
none_passes(const struct rw_globs *l, const struct rw_globs *also)
{
	bool plain = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->negated[i])
			continue;
		plain = true;
		if (!rw_glob_literal(l->item[i]) || rw_globs_match(also, rw_glob_pattern(l->item[i]), NULL))
			return false;
	}
	return plain;
}

static void
scopes(struct rw_policy_builder *b)
{
	const struct rw_policy *p = b->policy;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rw_rule *r = &p->rule[i];
		const struct rw_scope *s = &r->scope;

		if (!s->any_ref && none_passes(&s->refs, &p->refs))
			rw_builder_note(b, r->pos, "rule '%s' can never match: the policy's refs allow none of its refs",
			    RW_SHOW(r->name));
		else if ((!s->any_ref && none_passes(&s->refs, &s->refs)) ||
		    (!s->any_repo && none_passes(&s->repos, &s->repos)) ||
		    (!s->any_path && none_passes(&s->paths, &s->paths)))
			rw_builder_note(b, r->pos, "rule '%s' can never match: its exclusions leave nothing over",
			    RW_SHOW(r->name));
	}
}

static bool
has_key(const struct rw_who *w, const uint8_t *keyed)
{
	for (size_t i = 0; i < w->n; i++)
		if (keyed[w->identity[i]] != 0)
			return true;
	return w->n_patterns > 0;
}

static bool
has_account(const struct rw_policy_builder *b, const struct rw_who *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (b->policy->identity[w->identity[i]].n_accounts > 0)
			return true;
	return w->n_patterns > 0;
}

static void
checks(struct rw_policy_builder *b)
{
	uint8_t *keyed = rw_arena_alloc(b->scratch, b->policy->n_identities);

	if (keyed == NULL)
		return;
	for (size_t i = 0; i < b->index->n_keys; i++)
		keyed[b->index->key[i].key->owner] = 1;
	for (size_t i = 0; i < b->policy->n_rules; i++) {
		const struct rw_rule *r = &b->policy->rule[i];

		for (size_t k = 0; k < r->n_checks; k++) {
			const struct rw_check *c = &r->check[k];

			if (c->type == &rw_rule_signed && !has_key(&((const struct rw_conf_signed *)c->conf)->by, keyed))
				rw_builder_note(b, c->pos, "nobody in signed.by has a key: every commit will be refused");
			if (c->type == &rw_rule_pushed_by &&
			    !has_account(b, &((const struct rw_conf_pushed_by *)c->conf)->who))
				rw_builder_note(b, c->pos, "nobody in pushed-by has an account: every push will be refused");
		}
	}
}

void
rw_builder_lint(struct rw_policy_builder *b)
{
	struct rw_pos top = { b->source[0].name, 1, 1 };

	if (b->policy->n_rules == 0)
		rw_builder_note(b, top, "the policy has no rules: whatever its refs allow is accepted");
	for (size_t i = 0; i < b->index->n_groups; i++)
		if (b->index->group[i].n == 0)
			rw_builder_note(b, b->index->group[i].pos, "group %s has no members", b->index->group[i].name.p);
	members_mark(b);
	unused(b);
	scopes(b);
	checks(b);
}

bool
rw_policy_lint(const struct rw_policy *p, rw_time now, struct rw_arena *a, const struct rw_lint **ret, size_t *ret_n,
    struct rw_error *err)
{
	const struct rw_policy_index *x = p->index;
	struct rw_lint *v = rw_arena_array(a, x->n_notes + x->n_keys, sizeof(*v));
	size_t n = 0;

	*ret = NULL;
	*ret_n = 0;
	if (v == NULL)
		return rw_arena_ok(a, "lint", err);
	for (size_t i = 0; i < x->n_notes; i++)
		v[n++] = x->note[i];
	for (size_t i = 0; i < x->n_keys; i++) {
		const struct rw_key *k = x->key[i].key;
		char z[RW_TIME_LEN];

		if (k->openpgp != NULL && k->openpgp->revoked != RW_REVOKED_NOT) {
			v[n].pos = x->key[i].pos;
			v[n++].text = rw_arena_printf(a, "key %s of %s is revoked: %s", k->fingerprint,
			    p->identity[k->owner].name.p, rw_revocation_name(k->openpgp));
			continue;
		}
		if (rw_key_until(k) == RW_TIME_NONE || rw_key_until(k) > now)
			continue;
		v[n].pos = x->key[i].pos;
		v[n++].text = rw_arena_printf(a, "key %s of %s ended at %s", k->fingerprint,
		    p->identity[k->owner].name.p, rw_time_format(rw_key_until(k), z));
	}
	*ret = v;
	*ret_n = n;
	return rw_arena_ok(a, "lint", err);
}
