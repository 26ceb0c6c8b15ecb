/* The source of a policy, without includes. What loads must come through its compiled form unchanged. */
#include "refwall/hash.h"
#include "policy/rules/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_buf struct rw_buf a = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA), b = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	rw_auto_policy struct rw_policy *p = NULL, *q = NULL;
	struct rw_error err = RW_ERROR_INIT;
	size_t n;

	if (!rw_crypto_init(&err))
		abort();
	if (!rw_policy_parse("policy.yaml", (struct rw_str){ (const char *)data, size }, &p, &err)) {
		if (err.code == RW_E_NONE || err.msg[0] == '\0' || p != NULL)
			abort();
		return 0;
	}
	if (!rw_policy_encode(p, &a, &err) || !rw_policy_encode(p, &b, &err))
		abort();
	n = b.len;
	if (!rw_policy_decode(rw_buf_detach(&b), 0, n, &q, &err))
		abort();
	rw_buf_release(&b);
	if (!rw_policy_encode(q, &b, &err) || !rw_str_eq(rw_buf_str(&a), rw_buf_str(&b)))
		abort();
	for (size_t i = 0; i < p->n_identities; i++)
		if (rw_policy_by_name(q, p->identity[i].name) != i)
			abort();
	return 0;
}
