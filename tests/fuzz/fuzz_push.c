#include "refwall/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_push p;

	if (a == NULL)
		return 0;
	if (!rw_push_parse(a, (struct rw_str){ (const char *)data, size }, &p, &err))
		return 0;
	/* What was accepted says nothing else when it is written again. */
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);

	for (size_t i = 0; i < p.n; i++) {
		if (!rw_refname_valid(p.update[i].name))
			abort();
		rw_buf_printf(&b, "%s %s %s\n", RW_OID(&p.update[i].old_id), RW_OID(&p.update[i].new_id), p.update[i].name.p);
	}
	if (!rw_str_eq(rw_buf_str(&b), (struct rw_str){ (const char *)data, size }))
		abort();
	return 0;
}
