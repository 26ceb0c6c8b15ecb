/* A pattern, a newline, a name. What the matcher says must be what the plain one says. */
#include "../glob_plain.h"
#include "refwall/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_str pattern = { (const char *)data, size }, text = { NULL, 0 };
	const char *nl = size == 0 ? NULL : memchr(data, '\n', size);
	struct rw_glob_captures got = { .n = 0 }, want;
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_glob *g;
	bool matched;
	int plain;

	if (nl != NULL) {
		pattern.n = (size_t)(nl - pattern.p);
		text = (struct rw_str){ nl + 1, size - pattern.n - 1 };
	}
	g = rw_glob_compile(a, pattern, &e);
	if (g == NULL) {
		if (e.code == RW_E_NONE)
			abort();
		return 0;
	}
	matched = rw_glob_match(g, text, &got);
	if (pattern.n > 200 || text.n > 200)
		return 0;
	plain = plain_match(pattern, text, 20000, &want);
	if (plain >= 0 && plain != (int)matched)
		abort();
	for (size_t i = 0; matched && plain == 1 && i < got.n; i++)
		if (!rw_str_eq(got.item[i].name, want.item[i].name) || !rw_str_eq(got.item[i].value,
		    want.item[i].value))
			abort();
	return 0;
}
