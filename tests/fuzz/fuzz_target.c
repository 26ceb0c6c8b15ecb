#include <stdlib.h>

#include "server/http/accept.h"
#include "server/http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The request target and, with the same bytes, the Accept header. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "application/json", "application/x-ndjson", "text/csv" };
	struct rw_arena *a = rw_arena_new(1 << 20);
	struct rw_str in = { (const char *)data, size };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_target t;

	if (rw_target_parse(a, in, &t, &err)) {
		if (t.n_segments > RW_TARGET_SEGMENTS || t.n_params > RW_TARGET_PARAMS)
			abort();
		for (size_t i = 0; i < t.n_segments; i++) {
			if (t.segment[i].p[t.segment[i].n] != '\0')
				abort();
		}
	}
	if (rw_accept_choose(in, types, RW_ARRAY_LEN(types)) >= (int)RW_ARRAY_LEN(types))
		abort();
	rw_arena_free(a);
	return 0;
}
