/* Which commits a rule has to judge, and what several rules ask of a commit. */
#include "policy/rules/judgement.h"

#define BASE_CANDIDATES	32		/* refs tried as what a new ref is compared with */

static int
oid_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rw_oid));
}

static size_t
sort_unique(struct rw_oid *id, size_t n)
{
	size_t i, kept = 0;

	if (n == 0)
		return 0;
	qsort(id, n, sizeof(*id), oid_cmp);
	for (i = 0; i < n; i++) {
		if (kept == 0 || !rw_oid_eq(&id[kept - 1], &id[i]))
			id[kept++] = id[i];
	}
	return kept;
}

static bool
parse_commit(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_info *c, struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .handle = NULL };
	struct rw_error why = RW_ERROR_INIT;
	struct rw_finding *f;
	struct rw_str bytes = { NULL, 0 };
	bool good = rw_repo_read(j->repo, &c->id, RW_OBJ_COMMIT, RW_LIMIT_COMMIT_BYTES, &o, &why);

	if (good) {
		bytes = rw_arena_str(j->scratch, o.bytes);
		if (bytes.p == NULL)
			return rw_arena_ok(j->scratch, "the commits of the push", err);
		good = rw_commit_parse(j->scratch, bytes, &c->commit, &why);
	}
	if (good)
		return true;
	if (why.code != RW_E_PARSE && why.code != RW_E_LIMIT) {
		*err = why;
		return false;
	}
	c->malformed = true;
	f = rw_judgement_find(j, NULL, "objects", u);
	f->commit = c->id;
	f->text = rw_judgement_text(j, "commit %.7s: %s", RW_OID(&c->id), rw_judgement_why(&why, "commit: "));
	f->wanted = "a commit that git itself would make";
	f->mend = rw_judgement_text(j, "git rebase --exec 'git commit --amend --no-edit --reset-author' %s   "
	    "# writes the commits anew", rw_update_base(j, u, NULL));
	return true;
}

bool
rw_judgement_commit(struct rw_judgement *j, struct rw_update_view *u, const struct rw_oid *id,
    struct rw_commit_info **ret, struct rw_error *err)
{
	struct rw_commit_info *c = rw_oid_map_get(&j->commits, id);

	if (c != NULL) {
		*ret = c;
		return true;
	}
	c = rw_arena_alloc(j->scratch, sizeof(*c));
	if (c == NULL)
		return rw_arena_ok(j->scratch, "the commits of the push", err);
	c->id = *id;
	if (!parse_commit(j, u, c, err))
		return false;
	if (!rw_oid_map_put(&j->commits, id, c))
		return rw_arena_ok(j->scratch, "the commits of the push", err);
	*ret = c;
	return true;
}

/* ---- sets ---- */

/*
 * The first commit on the first-parent line of the tip that the rule has not to judge. Zero: there is none.
 */
static struct rw_oid
first_known(const struct rw_commit_set *s, const struct rw_oid *tip)
{
	struct rw_oid at = *tip, none = { { 0 } };
	size_t left = s->n;

	for (;;) {
		const struct rw_commit_info *c = NULL;

		/* parents stand before their children: what was passed need not be looked at again */
		while (c == NULL && left > 0) {
			left--;
			if (rw_oid_eq(&s->commit[left]->id, &at))
				c = s->commit[left];
		}
		if (c == NULL)
			return at;
		if (c->malformed || c->commit.n_parents == 0)
			return none;
		at = c->commit.parent[0];
	}
}

static bool
is_hidden(const struct rw_commit_set *s, const struct rw_oid *id)
{
	return s->n_hide > 0 && bsearch(id, s->hide, s->n_hide, sizeof(*id), oid_cmp) != NULL;
}

/*
 * What a new ref is compared with must itself have been judged as a tip: a commit in the middle of a judged
 * history need not be valid. So: the tip that it starts from, else some tip that holds what it starts from,
 * else nothing.
 */
static bool
base_of_created(struct rw_judgement *j, const struct rw_update_view *u, struct rw_commit_set *s,
    struct rw_error *err)
{
	struct rw_oid known, tip;
	enum rw_object_type type;
	unsigned nested;
	size_t i;
	bool holds;

	s->known = known = first_known(s, &u->new_tip);
	if (rw_oid_is_zero(&known))
		return true;
	if (is_hidden(s, &known))
		return rw_repo_commit_tree(j->repo, &known, &s->base_tree, err);
	for (i = 0; i < s->n_hide && i < BASE_CANDIDATES; i++) {
		struct rw_error gone = RW_ERROR_INIT;

		if (!rw_repo_peel(j->repo, &s->hide[i], &tip, &type, &nested, &gone) || type != RW_OBJ_COMMIT)
			continue;
		if (!rw_repo_is_ancestor(j->repo, &known, &tip, &holds, err))
			return false;
		if (holds)
			return rw_repo_commit_tree(j->repo, &tip, &s->base_tree, err);
	}
	return true;
}

static bool
fill_set(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *s, struct rw_error *err)
{
	const struct rw_oid *id = NULL;
	size_t i, n;

	if (is_hidden(s, &u->new_tip))
		n = 0;			/* nothing to walk */
	else if (!rw_repo_commits(j->repo, j->scratch, &u->new_tip, s->hide, s->n_hide, &j->budget, &id, &n,
		     err))
		return rw_judgement_soften(j, u, err);
	s->commit = rw_arena_array(j->scratch, n, sizeof(struct rw_commit_info *));
	if (s->commit == NULL)
		return rw_arena_ok(j->scratch, "the commits of the push", err);
	for (i = 0; i < n; i++) {
		if (!rw_judgement_commit(j, u, &id[i], &s->commit[i], err))
			return false;
		if (s->commit[i]->malformed)
			u->broken = true;
	}
	s->n = n;
	if (u->broken)
		return true;
	if (u->kind == RW_UPDATE_CREATE)
		return base_of_created(j, u, s, err);
	s->base_tree = u->old_tree;
	return true;
}

bool
rw_judgement_set(struct rw_judgement *j, struct rw_update_view *u, const struct rw_oid *hide, size_t n_hide,
    struct rw_commit_set **ret, struct rw_error *err)
{
	struct rw_commit_set *s, **slot;
	size_t i;

	for (i = 0; i < u->n_sets; i++) {
		if (u->set[i]->hide == hide && u->set[i]->n_hide == n_hide) {
			*ret = u->set[i];
			return true;
		}
	}
	s = rw_arena_alloc(j->scratch, sizeof(*s));
	slot = rw_arena_push(j->scratch, &u->set, &u->n_sets, &u->cap_sets);
	if (s == NULL || slot == NULL)
		return rw_arena_ok(j->scratch, "the commits of the push", err);
	s->hide = hide;
	s->n_hide = n_hide;
	*slot = s;
	*ret = s;
	return fill_set(j, u, s, err);
}

/* ---- which commits a rule does not judge ---- */

struct hidden {
	struct rw_oid *id;
	size_t n;
};

/* Sort, and give equal lists one address, so that the sets that are made of them are found again by it. */
static bool
intern(struct rw_judgement *j, struct hidden *h, struct rw_error *err)
{
	struct rw_str parts[] = { RW_STR_LIT("hidden"), { NULL, 0 } };
	struct rw_oid key;
	struct rw_oid *known;

	h->n = sort_unique(h->id, h->n);
	parts[1] = (struct rw_str){ (const char *)h->id, h->n * sizeof(*h->id) };
	key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts));
	known = rw_oid_map_get(&j->scopes, &key);
	if (known == NULL && !rw_oid_map_put(&j->scopes, &key, h->id))
		return rw_arena_ok(j->scratch, "the refs of the repository", err);
	if (known != NULL)
		h->id = known;
	return true;
}

/* Of a tag, only the tag object was judged by such a rule: its commits were not. */
static bool
vouches(const struct rw_rule *r, struct rw_str ref)
{
	return !rw_rule_judges_commits(r) || !rw_str_has_prefix(ref, "refs/tags/");
}

/* Tips of the refs in the scope that vouch for this rule, and the baseline. NULL scope: of all refs. */
static bool
tips_in_scope(struct rw_judgement *j, const struct rw_rule *r, struct hidden *ret, struct rw_error *err)
{
	size_t i;

	if (!rw_judgement_refs(j, err))
		return false;
	ret->n = 0;
	ret->id = rw_arena_array(j->scratch, j->n_refs + j->in->n_baseline, sizeof(*ret->id));
	if (ret->id == NULL)
		return rw_arena_ok(j->scratch, "the refs of the repository", err);
	for (i = 0; i < j->n_refs; i++) {
		const struct rw_ref *ref = &j->ref[i];

		if (ref->kind != RW_REF_DIRECT ||
		    (r != NULL && (!rw_scope_has_ref(&r->scope, ref->name) || !vouches(r, ref->name))))
			continue;
		if (r != NULL && j->in->tainted != NULL && j->in->tainted(j->in->ctx, ref->name, r->name))
			continue;
		ret->id[ret->n++] = ref->id;
	}
	for (i = 0; i < j->in->n_baseline; i++)
		ret->id[ret->n++] = j->in->baseline[i];
	return intern(j, ret, err);
}

static bool
hide_for(struct rw_judgement *j, const struct rw_update_view *u, const struct rw_rule *r, struct hidden *ret,
    struct rw_error *err)
{
	const struct rw_str parts[] = { { (const char *)&r, sizeof(r) } };
	struct rw_oid key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts));
	struct hidden *known;
	size_t i;

	if (u->kind != RW_UPDATE_CREATE) {
		ret->n = 0;
		ret->id = rw_arena_array(j->scratch, 1 + j->in->n_baseline, sizeof(*ret->id));
		if (ret->id == NULL)
			return rw_arena_ok(j->scratch, "the baseline", err);
		ret->id[ret->n++] = u->old_id;
		for (i = 0; i < j->in->n_baseline; i++)
			ret->id[ret->n++] = j->in->baseline[i];
		return intern(j, ret, err);
	}
	known = rw_oid_map_get(&j->scopes, &key);
	if (known == NULL) {
		known = rw_arena_alloc(j->scratch, sizeof(*known));
		if (known == NULL)
			return rw_arena_ok(j->scratch, "the refs of the repository", err);
		if (!tips_in_scope(j, r, known, err))
			return false;
		if (!rw_oid_map_put(&j->scopes, &key, known))
			return rw_arena_ok(j->scratch, "the refs of the repository", err);
	}
	*ret = *known;
	return true;
}

static bool
activate_rule(struct rw_judgement *j, struct rw_update_view *u, const struct rw_rule *r, struct rw_error *err)
{
	struct rw_active *a = rw_arena_push(j->scratch, &u->active, &u->n_active, &u->cap_active);
	struct hidden hidden;

	if (a == NULL)
		return rw_arena_ok(j->scratch, "the rules of the push", err);
	a->rule = r;
	a->set = u->structure;
	if (u->kind != RW_UPDATE_CREATE)
		return true;
	return hide_for(j, u, r, &hidden, err) && rw_judgement_set(j, u, hidden.id, hidden.n, &a->set, err);
}

bool
rw_judgement_activate(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	struct hidden hidden;
	size_t i;

	if (u->kind != RW_UPDATE_DELETE) {
		if (!hide_for(j, u, NULL, &hidden, err) ||
		    !rw_judgement_set(j, u, hidden.id, hidden.n, &u->structure, err))
			return false;
		u->judged->n_commits = u->structure->n;
	}
	for (i = 0; i < j->policy->n_rules && !u->broken; i++) {
		const struct rw_rule *r = &j->policy->rule[i];

		if (rw_scope_has_repo(&r->scope, j->repo_name) && rw_scope_has_ref(&r->scope, u->name) &&
		    !activate_rule(j, u, r, err))
			return false;
	}
	return true;
}
