/* The textual form of a filter: name=value pairs split by NUL, as a query string or a command line would bring them. */
#include "refwall/audit.h"
#include "refwall/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);
	struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;
	struct rw_str in = { (const char *)data, size };

	if (a == NULL)
		return 0;
	while (in.n > 0) {
		const char *end = memchr(in.p, '\0', in.n), *eq;
		struct rw_str pair = { in.p, end == NULL ? in.n : (size_t)(end - in.p) };
		struct rw_error err = RW_ERROR_INIT;

		in.p += pair.n + (end != NULL);
		in.n -= pair.n + (end != NULL);
		eq = memchr(pair.p, '=', pair.n);
		if (eq == NULL)
			continue;
		if (rw_audit_filter_set(a, &f, (struct rw_str){ pair.p, (size_t)(eq - pair.p) },
		    (struct rw_str){ eq + 1, pair.n - (size_t)(eq + 1 - pair.p) }, &err) == (err.code != RW_E_NONE))
			abort();
	}
	/* Whatever was taken must be fit for a search. */
	if (f.limit < 1 || f.limit > RW_LIMIT_PAGE || (f.commit.n > 0 && f.commit.n < 7))
		abort();
	return 0;
}
