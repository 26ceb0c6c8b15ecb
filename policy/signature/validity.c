/* validity.c: a good signature, held against time. */
#include "refwall/signature.h"

static rw_time
earlier(rw_time a, rw_time b)
{
	return a == RW_TIME_NONE || (b != RW_TIME_NONE && b < a) ? b : a;
}

rw_time
rw_key_until(const struct rw_key *k)
{
	rw_time until = k->until;

	if (k->openpgp == NULL)
		return until;
	until = earlier(until, k->openpgp->until);
	return k->openpgp->revoked == RW_REVOKED_SOFT ? earlier(until, k->openpgp->revoked_at) : until;
}

enum rw_sig_fault
rw_sig_fault_at(const struct rw_sig_result *r, rw_time when, rw_time now)
{
	const struct rw_key *k = r->key;
	const struct rw_key_openpgp *o = k->openpgp;

	if (o != NULL && o->revoked == RW_REVOKED_HARD)
		return RW_SIG_FAULT_REVOKED;
	if (k->since != RW_TIME_NONE && when < k->since)
		return RW_SIG_FAULT_EARLY;
	if (o != NULL && o->revoked == RW_REVOKED_SOFT && when >= o->revoked_at)
		return RW_SIG_FAULT_REVOKED;
	if (rw_key_until(k) != RW_TIME_NONE && when >= rw_key_until(k))
		return RW_SIG_FAULT_LATE;
	if (r->certificate && r->cert_since != RW_TIME_NONE && when < r->cert_since)
		return RW_SIG_FAULT_CERT_EARLY;
	if (r->certificate && r->cert_until != RW_TIME_NONE && when >= r->cert_until)
		return RW_SIG_FAULT_CERT_LATE;
	if (o != NULL && r->made > now + RW_LIMIT_SIGNATURE_AHEAD_MS)
		return RW_SIG_FAULT_AHEAD;
	if (o != NULL && r->ends != RW_TIME_NONE && when >= r->ends)
		return RW_SIG_FAULT_ENDED;
	return RW_SIG_FAULT_NONE;
}

bool
rw_sig_valid_at(const struct rw_sig_result *r, rw_time t)
{
	return r->state == RW_SIG_GOOD && rw_sig_fault_at(r, t, t) == RW_SIG_FAULT_NONE;
}
