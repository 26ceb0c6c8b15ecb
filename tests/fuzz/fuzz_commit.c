#include "refwall/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_commit c, again;

	if (a == NULL || !rw_commit_parse(a, (struct rw_str){ (const char *)data, size }, &c, &err))
		return 0;
	/* The payload is the same commit, not signed. */
	if (!rw_commit_parse(a, c.payload, &again, &err) || again.signature.n != 0 ||
	    !rw_oid_eq(&c.tree, &again.tree) || c.n_parents != again.n_parents ||
	    !rw_str_eq(c.message, again.message) || !rw_str_eq(c.author.email, again.author.email) ||
	    !rw_str_eq(again.payload, c.payload))
		abort();
	if (c.signature.n > 0 && c.signature.p[c.signature.n - 1] != '\n')
		abort();
	return 0;
}
