#include "refwall/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_tag t, again;

	if (a == NULL || !rw_tag_parse(a, (struct rw_str){ (const char *)data, size }, &t, &err))
		return 0;
	/* The payload is the same tag, not signed, and the signature follows it. */
	if (!rw_tag_parse(a, t.payload, &again, &err) || again.signature.n != 0 ||
	    !rw_oid_eq(&t.object, &again.object) || !rw_str_eq(t.message, again.message) ||
	    !rw_str_eq(t.name, again.name))
		abort();
	if (t.signature.n > 0 && (t.signature.p != (const char *)data + t.payload.n ||
	    t.signature.p[t.signature.n - 1] != '\n'))
		abort();
	return 0;
}
