/*
 * fuzz_sshkey.c: hostile public keys, as a line, or as a blob when the input begins with a zero byte. What
 * libgcrypt's back end takes, nettle's must take (not the other way round: see ed25519_on_curve()).
 */
#include "policy/signature/sshkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
blob_try(struct rw_str blob)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key_parts parts;

	if (!rw_key_parts_read(blob, &parts, &err)) {
		if (err.code == RW_E_NONE || err.msg[0] == '\0')
			abort();
		return;
	}
	if (!rw_key_parts_check(&rw_crypto_gcrypt, &parts, &err))
		return;
#ifdef HAVE_NETTLE
	if (!rw_key_parts_check(&rw_crypto_nettle, &parts, &err))
		abort();
#endif
	/* Whatever passes the check must be safe to compute with. */
	if (parts.type == RW_KEY_ED25519) {
		static const char bytes[RW_ED25519_SIG_LEN] = { 0x58, 0x66 };
		struct rw_str sig = { bytes, sizeof(bytes) };

		if (rw_ed25519_verify(&rw_crypto_gcrypt, parts.point, blob, sig))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool prepared;
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_str input = { (const char *)data, size };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key = { .type = RW_KEY_NONE };

	if (!prepared && !rw_crypto_init(&err))
		abort();
	prepared = true;
	if (size > 0 && data[0] == 0) {
		blob_try(input);
	} else if (rw_key_parse(a, input, &key, &err)) {
		if (key.type == RW_KEY_NONE || strlen(key.fingerprint) != RW_FINGERPRINT_LEN - 2)
			abort();
		blob_try(key.blob);
	} else if (err.code == RW_E_NONE) {
		abort();
	}
	return 0;
}
