#include <stdlib.h>

#include "refwall/fanout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const rw_time nows[] = { 0, 784111777000, 4102444799000, 253402300799000 };

	for (size_t i = 0; i < RW_ARRAY_LEN(nows); i++) {
		int64_t ms = rw_retry_after((struct rw_str){ (const char *)data, size }, nows[i]);

		if (ms < 0 || ms > RW_LIMIT_DELIVERY_BACKOFF_MS)
			abort();
	}
	return 0;
}
