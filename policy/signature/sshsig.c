/* sshsig.c: SSH signatures: armour, blob, and the judgement over a payload. */
#include "policy/signature/sshsig.h"
#include "policy/signature/revocation.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

#define MAGIC "SSHSIG"
#define END "-----END SSH SIGNATURE-----"
#define SIGNED_MAX 256			/* bytes of what is signed: magic, short strings, one digest */

static const struct {
	const char *name;
	enum rw_hash_alg alg;
} payload_hashes[] = { { "sha256", RW_SHA256 }, { "sha512", RW_SHA512 } };

/* The base64 text between the two lines. */
static bool
armour_body(struct rw_str armour, struct rw_str *ret, struct rw_error *err)
{
	static const char begin[] = RW_SSHSIG_BEGIN "\n", end[] = "\n" END;
	struct rw_str body;

	if (armour.n > RW_LIMIT_SIGNATURE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "signature is larger than %u bytes",
		    RW_LIMIT_SIGNATURE_BYTES);
	if (!rw_str_has_prefix(armour, begin))
		return rw_fail(err, RW_E_PARSE, "signature does not begin with the line %s", RW_SSHSIG_BEGIN);
	body = (struct rw_str){ armour.p + sizeof(begin) - 1, armour.n - (sizeof(begin) - 1) };
	if (body.n > 0 && body.p[body.n - 1] == '\n')
		body.n--;
	if (!rw_str_has_suffix(body, end))
		return rw_fail(err, RW_E_PARSE, "signature does not end with the line %s", END);
	body.n -= sizeof(end) - 1;
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] == '\n' ? i == 0 || body.p[i - 1] == '\n' || i + 1 == body.n :
		    body.p[i] == ' ' || body.p[i] == '\t' || body.p[i] == '\r')
			return rw_fail(err, RW_E_PARSE,
			    "signature holds blank space or an empty line in its armour");
	}
	*ret = body;
	return true;
}

static bool
blob_parse(struct rw_str blob, struct rw_sshsig *s, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(blob);
	struct rw_str reserved, inner;
	uint32_t version;

	if (!rw_reader_skip(&r, MAGIC))
		return rw_fail(err, RW_E_PARSE, "signature does not hold the magic %s", MAGIC);
	version = rw_reader_u32(&r);
	if (!r.bad && version != 1)
		return rw_fail(err, RW_E_UNSUPPORTED, "signature format version %lu, wanted 1",
		    (unsigned long)version);
	s->key_blob = rw_reader_string32(&r);
	s->ns = rw_reader_string32(&r);
	reserved = rw_reader_string32(&r);
	s->hash_name = rw_reader_string32(&r);
	inner = rw_reader_string32(&r);
	if (!rw_reader_done(&r))
		return rw_fail(err, RW_E_PARSE, "%s",
		    r.bad ? "signature is cut short" : "signature has bytes left over");
	if (reserved.n != 0)
		return rw_fail(err, RW_E_PARSE, "signature: the reserved field is not empty");
	if (s->ns.n == 0)
		return rw_fail(err, RW_E_PARSE, "signature: the namespace is empty");
	s->certified = rw_cert_is(s->key_blob);
	if (s->certified ? !rw_cert_read(s->key_blob, &s->cert, err) :
	    !rw_key_parts_read(s->key_blob, &s->key, err))
		return rw_fail_prefix(err, "signature");
	if (s->certified)
		s->key = s->cert.key;
	for (size_t i = 0; i < RW_ARRAY_LEN(payload_hashes); i++)
		if (rw_str_eqz(s->hash_name, payload_hashes[i].name))
			s->hash = payload_hashes[i].alg;
	if (s->hash == 0)
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "signature over a \"%s\" digest, wanted sha256 or sha512", RW_SHOW(s->hash_name));
	return rw_ssh_value_read(inner, &s->key, &s->value, err);
}

bool
rw_sshsig_parse(struct rw_str armour, struct rw_buf *blob, struct rw_sshsig *ret, struct rw_error *err)
{
	struct rw_sshsig s = { .hash = 0 };
	struct rw_str body;

	*ret = s;
	if (!armour_body(armour, &body, err))
		return false;
	if (!rw_base64_decode_lines(blob, body) && !blob->failed)
		return rw_fail(err, RW_E_PARSE, "signature is not base64");
	if (!rw_buf_ok(blob, "signature", err))
		return false;
	if (!blob_parse(rw_buf_str(blob), &s, err)) {
		ret->key_blob = s.key_blob;
		return false;
	}
	*ret = s;
	return true;
}

/* What is signed: magic, namespace, empty reserved field, name of the hash, hash of the payload. */
static void
signed_data(const struct rw_sshsig *s, struct rw_str payload, struct rw_buf *out)
{
	uint8_t digest[RW_HASH_MAX];

	rw_hash(s->hash, &payload, 1, digest);
	rw_buf_puts(out, MAGIC);
	rw_buf_put_string32(out, s->ns);
	rw_buf_put_u32(out, 0);
	rw_buf_put_string32(out, s->hash_name);
	rw_buf_put_string32(out, (struct rw_str){ (const char *)digest, rw_hash_len(s->hash) });
}

enum rw_sig_state
rw_sig_state_of(enum rw_error_code code)
{
	if (code == RW_E_UNSUPPORTED)
		return RW_SIG_UNSUPPORTED;
	return code == RW_E_PARSE || code == RW_E_LIMIT ? RW_SIG_MALFORMED : RW_SIG_REFUSED;
}

/* The key, also when it comes in a certificate: that is what ssh-keygen -l prints, and what is revoked. */
static struct rw_str
plain_key(const struct rw_sshsig *s, bool parsed, struct rw_buf *b)
{
	if (!parsed || !s->certified)
		return s->key_blob;
	rw_cert_put_plain(&s->cert, b);
	return rw_buf_str(b);
}

/* The line of the policy that trusts what signed; NULL: *ret says why there is none. */
static const struct rw_key *
trusted_by(const struct rw_keyring *k, const struct rw_sshsig *s, struct rw_sig_result *ret)
{
	const struct rw_keyring_entry *e;

	if (s->certified)
		return rw_cert_judge(k, &s->cert, ret);
	e = rw_keyring_entry_find(k, s->key_blob);
	if (e == NULL)
		rw_sig_refuse(ret, RW_SIG_UNKNOWN_KEY, "key %s is not a trusted one", ret->fingerprint);
	return e == NULL ? NULL : &e->key;
}

/* What a good signature says besides who made it. */
static void
describe(const struct rw_sshsig *s, struct rw_sig_result *ret)
{
	ret->security_key = s->key.sk;
	ret->touched = (s->value.flags & RW_SK_TOUCHED) != 0;
	ret->verified = (s->value.flags & RW_SK_VERIFIED) != 0;
	ret->counter = s->value.counter;
	ret->certificate = s->certified;
	if (!s->certified)
		return;
	ret->cert_since = rw_cert_since(&s->cert);
	ret->cert_until = rw_cert_until(&s->cert);
}

void
rw_sshsig_verify(const struct rw_keyring *k, const char *ns, struct rw_str payload, struct rw_str armour,
    struct rw_sig_memo *memo, struct rw_sig_result *ret)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_SIGNATURE_BYTES);
	rw_auto_buf struct rw_buf data = RW_BUF_INIT(SIGNED_MAX), key_buf = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *key;
	const char *revoked;
	struct rw_sshsig s;
	bool known, parsed = rw_sshsig_parse(armour, &blob, &s, &err);
	struct rw_str plain = plain_key(&s, parsed, &key_buf);

	if (plain.n > 0)
		rw_key_fingerprint(plain, ret->fingerprint);
	if (!parsed) {
		rw_sig_refuse(ret, rw_sig_state_of(err.code), "%s", err.msg);
		return;
	}
	if (!rw_str_eqz(s.ns, ns)) {
		rw_sig_refuse(ret, RW_SIG_NAMESPACE, "signature was made for \"%s\", wanted \"%s\"",
		    RW_SHOW(s.ns), ns);
		return;
	}
	if (!rw_buf_ok(&key_buf, "key", &err)) {
		rw_sig_refuse(ret, RW_SIG_REFUSED, "%s", err.msg);
		return;
	}
	revoked = rw_revoked(rw_keyring_revoked(k), plain, s.certified ? &s.cert : NULL);
	if (revoked != NULL) {
		rw_sig_refuse(ret, RW_SIG_REVOKED, "the %s of %s is revoked", revoked, ret->fingerprint);
		return;
	}
	key = trusted_by(k, &s, ret);
	if (key == NULL)
		return;
	known = rw_sig_recall(memo, plain);
	if (!known)
		signed_data(&s, payload, &data);
	if (!rw_buf_ok(&data, "signed data", &err)) {
		rw_sig_refuse(ret, RW_SIG_REFUSED, "%s", err.msg);
		return;
	}
	if (s.certified && rw_cert_wants_pin(&s.cert) && (s.value.flags & RW_SK_VERIFIED) == 0) {
		rw_sig_refuse(ret, RW_SIG_CERT_OPTION,
		    "certificate \"%s\" demands the PIN of the security key (verify-required)", RW_SHOW(s.cert.id));
		return;
	}
	ret->key = key;
	if (!known && !rw_ssh_value_verify(rw_keyring_crypto(k), &s.key, &s.value, rw_buf_str(&data))) {
		rw_sig_refuse(ret, RW_SIG_BAD,
		    "signature does not verify: what was signed is not this, or not by this key");
		return;
	}
	describe(&s, ret);
	ret->state = RW_SIG_GOOD;
}
