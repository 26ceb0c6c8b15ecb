/*
 * fuzz_keytable.c: hostile key tables. Their checksum is made right first, so that the fuzzer gets behind it.
 */
#include "policy/signature/openpgp.h"
#include "refwall/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is behind the last newline but one is taken for the checksum. */
static void
mend(struct rw_str input, struct rw_buf *ret)
{
	size_t n = input.n;

	while (n > 0 && input.p[n - 1] == '\n')
		n--;
	while (n > 0 && input.p[n - 1] != '\n')
		n--;
	rw_buf_put(ret, input.p, n);
	rw_key_table_end(ret, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	rw_auto_buf struct rw_buf whole = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES);
	struct rw_str input = { (const char *)data, size };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_keyring *k;
	struct rw_key_table t;

	if (a == NULL || (!ready && !rw_crypto_init(&err)))
		abort();
	ready = true;
	(void)!rw_key_table_read(a, input, &t, &err);
	mend(input, &whole);
	if (!rw_key_table_read(a, rw_buf_str(&whole), &t, &err)) {
		if (err.msg[0] == '\0' || !rw_text_utf8(rw_str(err.msg)))
			abort();
		return 0;
	}
	k = rw_keyring_new(a);
	for (size_t i = 0; k != NULL && i < t.n; i++)
		if (!rw_keyring_add(k, &t.row[i].key, &err) && err.code != RW_E_EXISTS)
			abort();
	return 0;
}
