/* Who signed what: all signatures that some rule will ask for are verified in one batch. */
#include "policy/rules/judgement.h"

rw_time
rw_judgement_time_of(const struct rw_judgement *j, struct rw_commit_info *c)
{
	if (c->has_when)
		return c->when;
	c->when = RW_TIME_NONE;
	if (j->in->first_seen != NULL)
		c->when = j->in->first_seen(j->in->ctx, &c->id);
	c->seen = c->when != RW_TIME_NONE;
	if (!c->seen)
		c->when = j->now;
	c->has_when = true;
	return c->when;
}

void
rw_judgement_used_signer(struct rw_judgement *j, uint32_t identity)
{
	if (identity < j->policy->n_identities)
		j->signer[identity] = true;
}

bool
rw_commit_touches(struct rw_judgement *j, const struct rw_scope *s, struct rw_commit_info *c, bool *ret,
    struct rw_error *err)
{
	size_t i;

	*ret = s->any_path;
	if (s->any_path)
		return true;
	if (!rw_judgement_changes(j, c, err))
		return false;
	for (i = 0; i < c->n_changes && !*ret; i++)
		*ret = rw_scope_has_path(s, c->change[i].path);
	return true;
}

static bool
want_of(struct rw_judgement *j, const struct rw_update_view *u, const struct rw_active *a, size_t *n,
    struct rw_error *err)
{
	bool every = rw_rule_has_target(a->rule, RW_TARGET_COMMIT) && !u->is_tag;
	bool touches = every || rw_rule_has_target(a->rule, RW_TARGET_CHANGE);
	size_t i;

	if (!touches)
		return true;
	for (i = 0; i < a->set->n; i++) {
		struct rw_commit_info *c = a->set->commit[i];

		if (c->want_signature || c->has_signature || c->malformed)
			continue;
		if (!every && !rw_commit_touches(j, &a->rule->scope, c, &touches, err))
			return false;
		c->want_signature = touches;
		*n += touches;
	}
	return true;
}

/* The value of a signature that was found good in an accepted push is not computed again. */
static bool
recall(struct rw_judgement *j, struct rw_sig_job *job, size_t n, struct rw_error *err)
{
	struct rw_sig_memo *memo;

	if (n == 0 || j->in == NULL || j->in->recall == NULL)
		return true;
	memo = rw_arena_array(j->scratch, n, sizeof(*memo));
	if (memo == NULL)
		return rw_arena_ok(j->scratch, "the signatures of the push", err);
	for (size_t i = 0; i < n; i++) {
		rw_sig_object(job[i].payload, job[i].armour, memo[i].object);
		job[i].memo = &memo[i];
	}
	if (!rw_keyring_digest(j->policy->keyring, j->key_set, err))
		return false;
	j->in->recall(j->in->ctx, j->key_set, memo, n);
	return true;
}

/* What is to be remembered of it. */
static bool
remember(struct rw_judgement *j, const struct rw_sig_job *job, size_t n, struct rw_error *err)
{
	struct rw_sig_memo *keep;

	if (n == 0 || job[0].memo == NULL)
		return true;
	keep = rw_arena_array(j->out, n, sizeof(*keep));
	if (keep == NULL)
		return rw_arena_ok(j->out, "the verdict", err);
	for (size_t i = 0; i < n; i++) {
		if (job[i].memo->known)
			j->n_recalled++;
		else if (job[i].result.state == RW_SIG_GOOD)
			keep[j->n_memos++] = *job[i].memo;
	}
	j->memo = keep;
	return true;
}

static bool
run_batch(struct rw_judgement *j, size_t n, struct rw_error *err)
{
	struct rw_sig_job *job = rw_arena_array(j->scratch, n, sizeof(*job));
	struct rw_commit_info **owner = rw_arena_array(j->scratch, n, sizeof(struct rw_commit_info *));
	size_t i, k = 0;

	if (job == NULL || owner == NULL)
		return rw_arena_ok(j->scratch, "the signatures of the push", err);
	for (i = 0; i < j->commits.cap && k < n; i++) {
		struct rw_commit_info *c = j->commits.value[i];

		if (c == NULL || !c->want_signature || c->has_signature)
			continue;
		c->has_signature = true;
		if (c->commit.signature.n == 0) {
			c->sig.state = RW_SIG_UNSIGNED;
			continue;
		}
		job[k].payload = c->commit.payload;
		job[k].armour = c->commit.signature;
		owner[k++] = c;
	}
	if (!recall(j, job, k, err) || !rw_signature_verify_all(j->policy->keyring, job, k, j->in->n_threads, err) ||
	    !remember(j, job, k, err))
		return false;
	for (i = 0; i < k; i++)
		owner[i]->sig = job[i].result;
	return true;
}

bool
rw_judgement_verify(struct rw_judgement *j, struct rw_error *err)
{
	size_t i, k, n = 0;

	for (i = 0; i < j->n_updates; i++) {
		struct rw_update_view *u = &j->update[i];

		for (k = 0; k < u->n_active && !u->broken && u->kind != RW_UPDATE_DELETE; k++) {
			if (!want_of(j, u, &u->active[k], &n, err))
				return false;
		}
	}
	return n == 0 || run_batch(j, n, err);
}

bool
rw_judgement_signer(struct rw_judgement *j, struct rw_commit_info *c, uint32_t *ret)
{
	*ret = RW_IDENTITY_NONE;
	if (!c->has_signature) {
		c->has_signature = true;
		if (c->commit.signature.n == 0)
			c->sig.state = RW_SIG_UNSIGNED;
		else
			rw_signature_verify(j->policy->keyring, c->commit.payload, c->commit.signature,
			    &c->sig);
	}
	if (c->sig.state == RW_SIG_GOOD &&
	    rw_sig_fault_at(&c->sig, rw_judgement_time_of(j, c), j->now) == RW_SIG_FAULT_NONE)
		*ret = c->sig.key->owner;
	return *ret != RW_IDENTITY_NONE;
}
