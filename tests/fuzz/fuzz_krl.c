/* fuzz_krl.c: hostile revocation lists, binary and text. What is read stays consistent with itself. */
#include "policy/signature/revocation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
rising(struct rw_str packed, size_t size)
{
	for (size_t i = size; i < packed.n; i += size)
		if (memcmp(packed.p + i - size, packed.p + i, size) >= 0)
			abort();
}

static uint64_t
number(const char *p)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *scratch = rw_arena_new(64u << 20), *a = rw_arena_new(64u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_revocations r;
	struct rw_revoking *l;
	static bool prepared;

	if (!prepared && !rw_crypto_init(&err))
		abort();
	prepared = true;
	l = rw_revocations_begin(scratch);
	if (l == NULL || !rw_revocations_read(l, (struct rw_str){ (const char *)data, size }, &err)) {
		if (l != NULL && (err.code == RW_E_NONE || err.msg[0] == '\0'))
			abort();
		return 0;
	}
	if (!rw_revocations_finish(l, a, &r, &err) || !rw_revocations_ok(&r))
		abort();
	rising(r.sha256, 32);
	rising(r.sha1, 20);
	for (size_t i = 0; i < r.n_certs; i++) {
		rising(r.certs[i].ranges, 16);
		/* Every end of a range is in it, and what lies just outside is not. */
		for (size_t k = 0; k + 16 <= r.certs[i].ranges.n && k < 64 * 16; k += 16) {
			uint64_t ends[2] = { number(r.certs[i].ranges.p + k), number(r.certs[i].ranges.p + k + 8) };
			struct rw_revocations one = { .certs = &r.certs[i], .n_certs = 1 };
			struct rw_revoked_certs any = r.certs[i];
			struct rw_cert c = { .serial = 0, .id = RW_STR_LIT("none of them") };

			any.any_ca = true;
			any.n_ids = 0;
			one.certs = &any;
			for (int e = 0; e < 2; e++) {
				c.serial = ends[e];
				if (ends[0] > ends[1] || rw_revoked(&one, RW_STR_LIT(""), &c) == NULL)
					abort();
			}
			c.serial = ends[0] - 1;
			if (rw_revoked(&one, RW_STR_LIT(""), &c) != NULL)
				abort();
		}
	}
	(void)rw_revocations_have(&r, RW_STR_LIT("x"));
	return 0;
}
