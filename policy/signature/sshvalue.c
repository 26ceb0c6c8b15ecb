/* sshvalue.c: signatures of SSH keys, without what stands around them. */
#include "policy/signature/sshvalue.h"
#include "refwall/text.h"

/* A digest each of the application and of what is signed, flags, counter. */
#define SK_DATA (2 * RW_SHA256_LEN + 1 + 4)

/* Names of signatures where they differ from the key's (RFC 8332); ssh-rsa means SHA-1 here. */
static const struct {
	const char *name;
	enum rw_hash_alg alg;
} rsa_sigs[] = { { "rsa-sha2-256", RW_SHA256 }, { "rsa-sha2-512", RW_SHA512 } };

/* What is known, and not taken. */
static const struct {
	bool sk;
	const char *name, *why;
} refused[] = {
	{ false, "ssh-rsa", "ssh-rsa signatures use SHA-1; sign with rsa-sha2-512" },
	{ true, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
	    "signatures that a browser made (webauthn) are not supported; sign with ssh-keygen" },
};

static bool
algorithm_fits(struct rw_str alg, const struct rw_key_parts *key, struct rw_ssh_value *v, struct rw_error *err)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(refused); i++)
		if (refused[i].sk == key->sk && (key->sk || key->type == RW_KEY_RSA) &&
		    rw_str_eqz(alg, refused[i].name))
			return rw_fail(err, RW_E_UNSUPPORTED, "%s", refused[i].why);
	for (size_t i = 0; i < RW_ARRAY_LEN(rsa_sigs) && key->type == RW_KEY_RSA; i++)
		if (rw_str_eqz(alg, rsa_sigs[i].name))
			v->rsa_hash = rsa_sigs[i].alg;
	if (key->type == RW_KEY_RSA ? v->rsa_hash == 0 : !rw_str_eqz(alg, rw_key_type_name(key->type)))
		return rw_fail(err, RW_E_PARSE, "signature algorithm \"%s\" does not fit a key of type %s",
		    RW_SHOW(alg), rw_key_type_name(key->type));
	return true;
}

bool
rw_ssh_value_read(struct rw_str inner, const struct rw_key_parts *key, struct rw_ssh_value *ret,
    struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(inner);
	struct rw_str alg = rw_reader_string32(&r), value = rw_reader_string32(&r);
	struct rw_ssh_value v = { .rsa_hash = 0 };

	/* The name first: what is unsupported may go on in another way. */
	if (!r.bad && !algorithm_fits(alg, key, &v, err))
		return false;
	if (key->sk) {
		v.flags = rw_reader_u8(&r);
		v.counter = rw_reader_u32(&r);
	}
	if (!rw_reader_done(&r))
		return rw_fail(err, RW_E_PARSE, "signature value is cut short or has bytes behind it");
	v.sig = value;
	if (key->base == RW_KEY_ED25519 && value.n != RW_ED25519_SIG_LEN)
		return rw_fail(err, RW_E_PARSE, "Ed25519 signature has %zu bytes, wanted %d", value.n,
		    RW_ED25519_SIG_LEN);
	if (key->curve != NULL) {
		r = rw_reader_init(value);
		v.r = rw_reader_mpint(&r);
		v.s = rw_reader_mpint(&r);
		if (!rw_reader_done(&r))
			return rw_fail(err, RW_E_PARSE, "ECDSA signature is not two numbers");
	}
	*ret = v;
	return true;
}

/* What a security key signs instead of the data itself. */
static struct rw_str
sk_data(const struct rw_key_parts *key, const struct rw_ssh_value *v, struct rw_str data, uint8_t out[SK_DATA])
{
	uint8_t *p = out + RW_SHA256_LEN;

	rw_sha256(key->application, out);
	*p++ = v->flags;
	for (unsigned shift = 32; shift > 0; shift -= 8)
		*p++ = (uint8_t)(v->counter >> (shift - 8));
	rw_sha256(data, p);
	return (struct rw_str){ (const char *)out, SK_DATA };
}

bool
rw_ssh_value_verify(const struct rw_crypto *c, const struct rw_key_parts *key, const struct rw_ssh_value *v,
    struct rw_str data)
{
	uint8_t digest[RW_HASH_MAX], of_sk[SK_DATA];

	if (key->sk)
		data = sk_data(key, v, data, of_sk);
	if (key->base == RW_KEY_ED25519)
		return rw_ed25519_verify(c, key->point, data, v->sig);
	if (key->base == RW_KEY_RSA) {
		rw_hash(v->rsa_hash, &data, 1, digest);
		return rw_rsa_verify(c, key->n, key->e, v->rsa_hash, digest, v->sig);
	}
	if (key->curve == NULL)
		return false;
	rw_hash(key->curve->hash, &data, 1, digest);
	return rw_ecdsa_verify(c, key->curve, key->point, key->curve->hash, digest, v->r, v->s);
}
