#include <stdlib.h>

#include "refwall/fanout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted has a host and a port that a resolver and curl read as we do. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rw_arena *a = rw_arena_new(1 << 16);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_str host, port;
	bool tls;

	if (rw_url_check(a, (struct rw_str){ (const char *)data, size }, &tls, &host, &port, &err)) {
		if (host.n == 0 || host.n > 253 || port.n == 0 || port.n > 5)
			abort();
		for (size_t i = 0; i < host.n; i++) {
			if (strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_:", host.p[i]) == NULL)
				abort();
		}
	} else if (err.code == RW_E_NONE) {
		abort();
	}
	rw_arena_free(a);
	return 0;
}
