/*
 * fuzz_sshsig.c: hostile signatures. Input that begins with "SSHSIG" is put in armour first,
 * so that the fuzzer need not learn base64. The back ends must agree.
 */
#include "policy/signature/keyring.h"
#include "policy/signature/sshsig.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

/* The private halves are gone; the corpus holds what they signed. */
static const char *const lines[] = {
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIItAZCPrbD6eNld2ywYNGyGf23hGstLWozwf6fjA9BNA",
	"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNw+nZzPMGyfmsQ7Txn7zjxj"
	    "KE5oyWJztOlVDDS20Mnvu+gBaNpJhkN0BhHfhtOpcNwM/XHHCkUeRqWUZcClDCc=",
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDgsprj7YETsjBsB9pL9aiCAlAv3ZWKaCKYEbJ8Da9V3IqeyhRHZohepP09"
	    "08AxMnVKvx2rVcGwvSlN4FLUeSFkCAR+WmevvTpbJzJrpvdY2paHa3gntbJGt12tyF6hePUsfzqhAnHgPsUxjwLbREYGbUIs"
	    "6U0auzOutxnI7VHS7zoD76vm0Gh57urO1zCVucP+sRvHsudIaTr7DEIgj00KyDGvxLui197TTZ2ZpbIpe+lEcoIh9rXPvsE2"
	    "6WFN2COy9Dk4Yegj8640NlVFrzJKjItXzVGH3ULOq97wv+fwpo3J85KmnPI1i87kicsFclX+8y4qMiG+kOAjZLxeRPs3",
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
		for (size_t i = 0; i < RW_ARRAY_LEN(lines); i++) {
			struct rw_key key = { .type = RW_KEY_NONE };

			if (!rw_key_parse(a, rw_str(lines[i]), &key, &err) ||
			    !rw_keyring_add(keyrings[b], &key, &err))
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
	if (rw_str_has_prefix(input, "SSHSIG")) {
		rw_buf_puts(&armour, RW_SSHSIG_BEGIN "\n");
		rw_base64_encode(&armour, input);
		rw_buf_puts(&armour, "\n-----END SSH SIGNATURE-----\n");
		input = rw_buf_str(&armour);
	}
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		rw_signature_verify(keyrings[b], RW_STR_LIT("fuzz\n"), input, &r);
		if ((r.state == RW_SIG_GOOD) != (r.detail[0] == '\0') || !rw_text_utf8(rw_str(r.detail)))
			abort();
		if (r.state == RW_SIG_GOOD &&
		    (r.key == NULL || strcmp(r.key->fingerprint, r.fingerprint) != 0))
			abort();
		if (b == 0)
			first = r;
		else if (r.state != first.state || strcmp(r.detail, first.detail) != 0)
			abort();
	}
	return 0;
}
