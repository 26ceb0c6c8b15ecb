#include "policy/git/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The two kinds of files that hold refs. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rw_str in = { (const char *)data, size }, target;
	rw_autofree struct rw_packed_ref *item = NULL;
	struct rw_error err = RW_ERROR_INIT;
	enum rw_ref_kind kind;
	struct rw_oid id;
	size_t n = 0;

	if (rw_packed_refs_parse(in, &item, &n, &err))
		for (size_t i = 0; i < n; i++)
			if (!rw_refname_valid(item[i].name) ||
			    (i > 0 && rw_str_cmp(item[i - 1].name, item[i].name) >= 0))
				abort();
	if (rw_loose_ref_parse(in, &kind, &id, &target) && (kind == RW_REF_SYMBOLIC) != (target.n > 0))
		abort();
	return 0;
}
