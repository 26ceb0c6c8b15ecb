#include "refwall/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	const struct rw_tree_entry *e;
	struct rw_error err = RW_ERROR_INIT;
	size_t n, bytes = 0;

	if (a == NULL || !rw_tree_parse(a, (struct rw_str){ (const char *)data, size }, &e, &n, &err))
		return 0;
	for (size_t i = 0; i < n; i++) {
		bytes += (e[i].mode == 040000 ? 5u : 6u) + 1 + e[i].name.n + 1 + 20;
		if (e[i].name.n == 0 || memchr(e[i].name.p, '/', e[i].name.n) != NULL ||
		    rw_oid_is_zero(&e[i].id))
			abort();
		/* no name twice, the slow way */
		for (size_t k = 0; n <= 64 && k < i; k++)
			if (rw_str_eq(e[i].name, e[k].name))
				abort();
	}
	if (bytes != size)
		abort();
	return 0;
}
