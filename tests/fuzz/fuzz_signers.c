/* fuzz_signers.c: a line of an allowed_signers file. What is read is a key that we would read again. */
#include "refwall/hash.h"
#include "refwall/signers.h"
#include "refwall/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_signer s;
	struct rw_key key;
	static bool prepared;
	bool empty;

	if (!prepared && !rw_crypto_init(&err))
		abort();
	prepared = true;
	if (!rw_signer_parse(a, (struct rw_str){ (const char *)data, size }, &s, &empty, &err)) {
		if (err.code == RW_E_NONE || err.msg[0] == '\0' || !rw_text_utf8(rw_str(err.msg)))
			abort();
		return 0;
	}
	if (empty)
		return 0;
	if (s.n == 0 || !rw_key_parse(a, s.line, &key, &err) || !rw_str_eq(key.blob, s.key.blob))
		abort();
	return 0;
}
