/*
 * A security key counts its signatures. A counter that falls tells of a copy of the key, or of a key that was reset, or of
 * older work that is pushed late: nothing to refuse for, but somebody should look.
 */
#include "policy/rules/judgement.h"

struct rw_counting {
	char fingerprint[RW_FINGERPRINT_LEN];
	uint32_t owner;
	uint32_t recorded;		/* before the push; 0: nothing */
	uint32_t highest, lowest;
	const struct rw_update_view *u;	/* of the lowest */
	const struct rw_commit_info *commit;
};

static struct rw_counting *
counting_of(struct rw_judgement *j, const struct rw_sig_result *sig)
{
	struct rw_counting *n;

	for (size_t i = 0; i < j->n_counting; i++)
		if (strcmp(j->counting[i].fingerprint, sig->fingerprint) == 0)
			return &j->counting[i];
	n = rw_arena_push(j->scratch, &j->counting, &j->n_counting, &j->cap_counting);
	if (n == NULL)
		return NULL;		/* the arena has failed: the end notices */
	memcpy(n->fingerprint, sig->fingerprint, sizeof(n->fingerprint));
	n->owner = sig->key->owner;
	n->lowest = UINT32_MAX;
	if (j->in != NULL && j->in->sk_counter != NULL)
		n->recorded = j->in->sk_counter(j->in->ctx, rw_str(n->fingerprint));
	return n;
}

/* Keys that do not count say 0. What came in before was looked at then. */
void
rw_judgement_count(struct rw_judgement *j, const struct rw_sig_result *sig, const struct rw_update_view *u,
    const struct rw_commit_info *c)
{
	struct rw_counting *n;

	if (!sig->security_key || sig->counter == 0 || (c != NULL && c->seen))
		return;
	n = counting_of(j, sig);
	if (n == NULL)
		return;
	if (sig->counter > n->highest)
		n->highest = sig->counter;
	if (sig->counter < n->lowest) {
		n->lowest = sig->counter;
		n->u = u;
		n->commit = c;
	}
}

static void
alarm_raise(struct rw_judgement *j, const struct rw_counting *n)
{
	struct rw_finding *f = rw_judgement_warn(j, "counter", n->u);
	const char *what = "is signed with a security key whose counter fell";

	f->personal = true;
	if (n->commit != NULL)
		rw_finding_commit(j, f, &n->commit->id, &n->commit->commit, what);
	else
		f->text = rw_judgement_text(j, "the tag %s", what);
	f->found = rw_judgement_text(j, "%lu, by key %s of %s; it stood at %lu before", (unsigned long)n->lowest,
	    n->fingerprint, rw_judgement_identity(j, n->owner), (unsigned long)n->recorded);
	f->wanted = "a counter that only rises: another one may have a copy of the key";
	f->mend = "ask its owner; unless older work was pushed late, or the key was reset, revoke it";
}

void
rw_judgement_counters(struct rw_judgement *j, struct rw_verdict *ret)
{
	struct rw_sk_counter *v = rw_arena_array(j->out, j->n_counting, sizeof(*v));

	for (size_t i = 0; v != NULL && i < j->n_counting; i++) {
		const struct rw_counting *n = &j->counting[i];

		memcpy(v[i].fingerprint, n->fingerprint, sizeof(v[i].fingerprint));
		v[i].counter = n->highest;
		if (n->lowest < n->recorded)
			alarm_raise(j, n);
	}
	ret->sk_counter = v;
	ret->n_sk_counters = v == NULL ? 0 : j->n_counting;
}
