/*
 * fuzz_sshcert.c: hostile certificates. What is read is judged with its own CA trusted, so that what lies behind the CA's
 * signature is reached as well; the back ends must agree.
 */
#include "policy/signature/sshcert.h"
#include "refwall/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rw_crypto *const backends[] = {
	&rw_crypto_gcrypt,
#ifdef HAVE_NETTLE
	&rw_crypto_nettle,
#endif
};

static const struct rw_key *
judge(const struct rw_crypto *crypto, struct rw_arena *a, const struct rw_cert *c, bool trusted, struct rw_sig_result *r)
{
	static const struct rw_str alice = { "alice", 5 };
	struct rw_key ca = { .type = c->ca.type, .blob = c->ca_blob, .since = RW_TIME_NONE, .until = RW_TIME_NONE };
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *line = NULL;

	rw_keyring_set_crypto(k, crypto);
	memset(r, 0, sizeof(*r));
	if (trusted && !rw_keyring_add_ca(k, &ca, &alice, 1, &line, &err))
		return NULL;
	if (!rw_keyring_seal(k, &err))
		abort();
	return rw_cert_judge(k, c, r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_buf struct rw_buf plain = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_str blob = { (const char *)data, size };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_sig_result first, r;
	struct rw_key_parts parts;
	static bool prepared;
	struct rw_cert c;

	if (!prepared && !rw_crypto_init(&err))
		abort();
	prepared = true;
	if (!rw_cert_read(blob, &c, &err)) {
		if (err.code == RW_E_NONE || err.msg[0] == '\0')
			abort();
		return 0;
	}
	/* The plain key is one that we would read again, and the same. */
	rw_cert_put_plain(&c, &plain);
	if (!rw_key_parts_read(rw_buf_str(&plain), &parts, &err) || parts.type != c.key.type)
		abort();
	(void)rw_cert_wants_pin(&c);
	if (judge(backends[0], a, &c, false, &r) != NULL || r.state != RW_SIG_CERT_CA)
		abort();
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		bool good = judge(backends[b], a, &c, true, &r) != NULL;

		if (good && (r.detail[0] != '\0' || c.type != RW_CERT_USER || c.n_principals == 0))
			abort();
		if (!rw_text_utf8(rw_str(r.detail)))
			abort();
		if (b == 0)
			first = r;
		else if (first.state != r.state && first.state != RW_SIG_CERT_BAD && first.state != RW_SIG_REFUSED)
			abort();
	}
	return 0;
}
