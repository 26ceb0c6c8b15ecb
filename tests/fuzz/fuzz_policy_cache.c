/*
 * The decoder of a compiled policy: the bytes behind the digest, as if somebody vouched for them. What is accepted can be
 * used, and once it was written again it stays the same bytes.
 */
#include "refwall/hash.h"
#include "policy/rules/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the exact size, for the decoder to take over. */
static char *
copy_of(struct rw_str s)
{
	char *p = malloc(s.n == 0 ? 1 : s.n);

	if (p == NULL)
		abort();
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA), c = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	rw_auto_policy struct rw_policy *p = NULL, *q = NULL;
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *whole = NULL;
	const struct rw_lint *lint;
	struct rw_str in = { (const char *)data, size };
	size_t n;

	if (!rw_crypto_init(&err))
		abort();
	if (rw_policy_cache_read(copy_of(in), size, &whole, &err))
		rw_policy_free(whole);
	if (!rw_policy_decode(copy_of(in), 0, size, &p, &err))
		return 0;
	if (!rw_policy_encode(p, &b, &err) || !rw_policy_decode(copy_of(rw_buf_str(&b)), 0, b.len, &q, &err) ||
	    !rw_policy_encode(q, &c, &err) || !rw_str_eq(rw_buf_str(&b), rw_buf_str(&c)))
		abort();
	for (size_t i = 0; i < p->n_identities; i++)
		if (rw_policy_by_name(p, p->identity[i].name) != i)
			abort();
	for (size_t i = 0; i < p->n_rules; i++)
		(void)rw_globs_match(&p->rule[i].scope.paths, RW_STR_LIT("a/b/c.yaml"), NULL);
	if (!rw_policy_lint(p, 0, a, &lint, &n, &err))
		abort();
	return 0;
}
