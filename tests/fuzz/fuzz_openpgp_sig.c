/*
 * fuzz_openpgp_sig.c: hostile OpenPGP signatures. Input that begins like a packet is put in armour first, so
 * that the fuzzer need not learn base64. The back ends must agree.
 */
#include "policy/signature/openpgp.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

/* The private halves are gone; the corpus holds what they signed. */
static const char *const tables[] = {
	"refwall-keys 1\n"
	    "cert FD1AD3A4C8881439795AD12A9AC88220E55EF5FA fuzz <fuzz@example.com>\n"
	    "key subkey DC2767A0D2107FE27431012173A9EDB2F958FA7A ed25519 2026-11-22T10:21:41.000Z - goo"
	    "d - BGsCwjUWCSsGAQQB2kcPAQEHQBgA1bIdoCsdVg0xf5rXP0peOgSayahb+qjrIRM2i34o\n"
	    "key subkey 260C4C89529B3EF50277F0EA08EADC3279404EF8 rsa2048 2026-11-22T10:21:42.000Z 2028-"
	    "11-21T10:21:42.000Z good - BGsCwjYBCADqaMSKbqMCDMsbgj7kdN2GH6W8OHXdJUYEr2ZtLS6Es1LHJT2HqSp"
	    "JSZ2dkUuRa1XNE7CJByQ30UgwdRO4F+9UKzHP3iw7mdqTQRhLPfTeuAtkpDcHoEqFwbN6Cj8TWRoqsHzgtL5WOB1Qe"
	    "V5tmGn/ugSVh4K7EmsI0Hsq5nXgSUGE7jUTLHSj57TmZoGVnn3xL/w8mkKEH3DA+9HzQ6u2eKM7BzjS1cVnHlJgu0t"
	    "KkkRPI+yHBWns0JfML0sCZmsqp/JEpJtfO8wDPhHfwnDM+lM/+ybyKEKpHied9m5qitkNb/DcfyLTa9g/nKFLydOde"
	    "cxK96A5qSckFPKmF+bLABEBAAE=\n"
	    "sha256 1ef6818ff41fa8b6306514e0907937e3ccdb4543b681d45dec3567b77958eab1\n",
	"refwall-keys 1\n"
	    "cert AEE36CE0D46BADDD904B9088B1C0C195C2F95080 rev <rev@example.com>\n"
	    "key primary AEE36CE0D46BADDD904B9088B1C0C195C2F95080 nistp384 2026-11-22T10:21:42.000Z 202"
	    "7-11-22T10:21:42.000Z superseded 2026-11-22T10:21:42.000Z BGsCwjYTBSuBBAAiAwME7K4X5J4pUih1"
	    "rfGeIPCiiaeaX+UX52pQof2UYlop/jsA1U1erQO4Vg1z7PEj0SYLBT1hnlSqMAw3jHbdeDziWOl7H8j1OUtiPVYjJ5"
	    "UvydEl1PC1/VKWhMBiRALPA+zT\n"
	    "sha256 6f6264c09cfcc8b216174c22e87af8fd882abac12d06aa89a479b01921529a4d\n",
};

static const struct rw_crypto *const backends[] = {
	&rw_crypto_gcrypt,
#ifdef HAVE_NETTLE
	&rw_crypto_nettle,
#endif
};
static struct rw_keyring *keyrings[RW_ARRAY_LEN(backends)];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
prepare(void)
{
	struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_crypto_init(&err))
		abort();
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		keyrings[b] = rw_keyring_new(a);
		rw_keyring_set_crypto(keyrings[b], backends[b]);
		for (size_t i = 0; i < RW_ARRAY_LEN(tables); i++) {
			struct rw_key_table t;

			if (!rw_key_table_read(a, rw_str(tables[i]), &t, &err))
				abort();
			for (size_t n = 0; n < t.n; n++)
				if (!rw_keyring_add(keyrings[b], &t.row[n].key, &err))
					abort();
		}
		if (!rw_keyring_seal(keyrings[b], &err))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_buf struct rw_buf armour = RW_BUF_INIT(1u << 20);
	struct rw_str input = { (const char *)data, size };
	struct rw_sig_result first, r;

	if (keyrings[0] == NULL)
		prepare();
	if (size > 0 && (data[0] & 0x80) != 0) {
		rw_buf_puts(&armour, RW_PGP_BEGIN "\n\n");
		rw_base64_encode(&armour, input);
		rw_buf_puts(&armour, "\n-----END PGP SIGNATURE-----\n");
		input = rw_buf_str(&armour);
	}
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		rw_signature_verify(keyrings[b], RW_STR_LIT("fuzz\n"), input, &r);
		if ((r.state == RW_SIG_GOOD) != (r.detail[0] == '\0') || !rw_text_utf8(rw_str(r.detail)))
			abort();
		if (r.state == RW_SIG_GOOD && (r.key == NULL || r.made < r.key->openpgp->created ||
		    strcmp(r.key->fingerprint, r.fingerprint) != 0))
			abort();
		if (b == 0)
			first = r;
		else if (r.state != first.state || strcmp(r.detail, first.detail) != 0)
			abort();
	}
	return 0;
}
