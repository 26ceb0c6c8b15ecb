#include "policy/git/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
look(void *ctx, const struct rw_gitconfig_entry *e, struct rw_error *err)
{
	size_t *n = ctx;

	(void)err;
	*n += e->section.n + e->subsection.n + e->key.n + e->value.n;
	if (e->section.n == 0 || e->key.n == 0 || (!e->has_value && e->value.n > 0))
		abort();
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rw_error err = RW_ERROR_INIT;
	size_t n = 0;

	if (!rw_gitconfig_parse((struct rw_str){ (const char *)data, size }, look, &n, &err) &&
	    err.code == RW_E_NONE)
		abort();
	return 0;
}
