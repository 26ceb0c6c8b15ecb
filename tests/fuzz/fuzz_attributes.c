/* .gitattributes: any bytes are lines, and an answer for a path. */
#include "policy/rules/attributes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_attributes at;

	if (a == NULL || !rw_attributes_parse(a, (struct rw_str){ (const char *)data, size }, &at, &err))
		return 0;
	for (size_t i = 0; i < at.n; i++)
		(void)rw_attribute_applies(&at.line[i], RW_STR_LIT("apps/web/deployment.yaml"));
	return 0;
}
