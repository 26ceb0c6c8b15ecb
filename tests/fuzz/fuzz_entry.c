/*
 * The body of an entry, as verification reads it from a file that somebody may have edited; its side records
 * are the body again.
 */
#include "server/audit/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
side(void *ctx, const uint8_t digest[32], enum rw_side_kind kind, struct rw_str *ret, bool *ret_erased,
    struct rw_error *err)
{
	(void)err;
	*ret = *(const struct rw_str *)ctx;
	*ret_erased = kind == RW_SIDE_OPENING && digest[0] == 0;
	return true;
}

static bool
key(void *ctx, enum rw_key_field f, struct rw_str value, struct rw_error *err)
{
	(void)ctx;
	(void)err;
	if (f < RW_KEY_KIND || f >= RW_KEY_MAX || value.n == 0)
		abort();
	return true;
}

/* Behind a NUL stands what the side records hold. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
	struct rw_str body = { (const char *)data, nul == NULL ? size : (size_t)(nul - data) }, content = body;
	struct rw_error err = RW_ERROR_INIT;
	struct rw_entry_walk w = { a, &content, side, key };
	struct rw_entry e;

	if (a == NULL)
		return 0;
	if (nul != NULL)
		content = (struct rw_str){ (const char *)nul + 1, size - body.n - 1 };
	if (rw_entry_parse(a, body, &e, &err))
		(void)!rw_entry_walk(&w, &e, &err);
	return 0;
}
