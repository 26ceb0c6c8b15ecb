/* sshkey.c: SSH public keys: from a line of text, to the parts that are computed with. */
#include "policy/signature/sshkey.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

static const struct {
	enum rw_key_type type, base;
	const char *name, *cert;
} key_types[] = {
	{ RW_KEY_ED25519, RW_KEY_ED25519, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com" },
	{ RW_KEY_ECDSA_P256, RW_KEY_ECDSA_P256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com" },
	{ RW_KEY_ECDSA_P384, RW_KEY_ECDSA_P384, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com" },
	{ RW_KEY_ECDSA_P521, RW_KEY_ECDSA_P521, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com" },
	{ RW_KEY_RSA, RW_KEY_RSA, "ssh-rsa", "ssh-rsa-cert-v01@openssh.com" },
	{ RW_KEY_SK_ED25519, RW_KEY_ED25519, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com" },
	{ RW_KEY_SK_ECDSA_P256, RW_KEY_ECDSA_P256, "sk-ecdsa-sha2-nistp256@openssh.com",
	    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com" },
};

/* What is known, and not taken; by how the type's name begins or ends. */
static const struct {
	const char *prefix, *suffix;
	const char *why;
} unsupported_types[] = {
	{ "", "-cert-v01@openssh.com",
	    "a certificate is no key to trust; trust the key in it, or (ssh-ca) the key that made it" },
	{ "webauthn-sk-", "", "this names a signature that a browser made, and no key" },
	{ "ssh-dss", "", "DSA keys are too weak and never supported" },
	{ "ssh-mldsa", "", "post-quantum keys are not supported yet" },
};

const char *
rw_key_type_name(enum rw_key_type t)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(key_types); i++)
		if (key_types[i].type == t)
			return key_types[i].name;
	return "none";
}

static bool
type_find(struct rw_str name, enum rw_key_type *ret, struct rw_error *err)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(key_types); i++)
		if (rw_str_eqz(name, key_types[i].name)) {
			*ret = key_types[i].type;
			return true;
		}
	for (size_t i = 0; i < RW_ARRAY_LEN(unsupported_types); i++)
		if (rw_str_has_prefix(name, unsupported_types[i].prefix) &&
		    rw_str_has_suffix(name, unsupported_types[i].suffix))
			return rw_fail(err, RW_E_UNSUPPORTED, "key type %s: %s", RW_SHOW(name),
			    unsupported_types[i].why);
	return rw_fail(err, RW_E_UNSUPPORTED, "key type \"%s\" is not known, wanted ssh-ed25519, "
	    "ecdsa-sha2-nistp256, -nistp384, -nistp521, ssh-rsa, sk-ssh-ed25519@openssh.com or "
	    "sk-ecdsa-sha2-nistp256@openssh.com", RW_SHOW(name));
}

enum rw_key_type
rw_key_type_of_cert(struct rw_str name)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(key_types); i++)
		if (rw_str_eqz(name, key_types[i].cert))
			return key_types[i].type;
	return RW_KEY_NONE;
}

static enum rw_key_type
base_of(enum rw_key_type t)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(key_types); i++)
		if (key_types[i].type == t)
			return key_types[i].base;
	return RW_KEY_NONE;
}

struct rw_str
rw_reader_mpint(struct rw_reader *r)
{
	struct rw_str m = rw_reader_string32(r);

	if (m.n == 0)
		return m;
	if ((m.p[0] & 0x80) != 0 || (m.p[0] == 0 && (m.n == 1 || (m.p[1] & 0x80) == 0))) {
		r->bad = true;
		return (struct rw_str){ NULL, 0 };
	}
	if (m.p[0] == 0) {
		m.p++;
		m.n--;
	}
	return m;
}

bool
rw_key_parts_read_body(struct rw_reader *r, enum rw_key_type type, struct rw_key_parts *ret, struct rw_error *err)
{
	struct rw_key_parts k = { .type = type, .base = base_of(type) };
	struct rw_str curve;

	k.sk = k.base != type;
	k.curve = rw_curve_by_type(k.base);
	if (k.base == RW_KEY_RSA) {
		k.e = rw_reader_mpint(r);
		k.n = rw_reader_mpint(r);
	} else if (k.curve != NULL) {
		curve = rw_reader_string32(r);
		k.point = rw_reader_string32(r);
		if (!r->bad && !rw_str_eqz(curve, k.curve->ssh_name))
			return rw_fail(err, RW_E_PARSE, "key of type %s names curve \"%s\"",
			    rw_key_type_name(k.type), RW_SHOW(curve));
		if (!r->bad && (k.point.n != 1 + 2 * k.curve->bytes || k.point.p[0] != 0x04))
			return rw_fail(err, RW_E_PARSE,
			    "key of type %s: the point is not in uncompressed form",
			    rw_key_type_name(k.type));
	} else {
		k.point = rw_reader_string32(r);
		if (!r->bad && k.point.n != RW_ED25519_KEY_LEN)
			return rw_fail(err, RW_E_PARSE, "key of type %s has %zu bytes, wanted %d",
			    rw_key_type_name(k.type), k.point.n, RW_ED25519_KEY_LEN);
	}
	if (k.sk)
		k.application = rw_reader_string32(r);
	if (r->bad)
		return rw_fail(err, RW_E_PARSE, "key of type %s is malformed or cut short",
		    rw_key_type_name(k.type));
	*ret = k;
	return true;
}

bool
rw_key_parts_read(struct rw_str blob, struct rw_key_parts *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(blob);
	struct rw_str name = rw_reader_string32(&r);
	struct rw_key_parts k;
	enum rw_key_type type;

	if (blob.n > RW_LIMIT_KEY_BYTES)
		return rw_fail(err, RW_E_LIMIT, "key is larger than %u bytes", RW_LIMIT_KEY_BYTES);
	if (r.bad || name.n == 0)
		return rw_fail(err, RW_E_PARSE, "key is cut short");
	if (!type_find(name, &type, err) || !rw_key_parts_read_body(&r, type, &k, err))
		return false;
	if (!rw_reader_done(&r))
		return rw_fail(err, RW_E_PARSE, "key of type %s: %zu bytes left over",
		    rw_key_type_name(k.type), r.left);
	*ret = k;
	return true;
}

static bool
rsa_check(const struct rw_key_parts *k, struct rw_error *err)
{
	size_t bits = rw_rsa_bits(k->n);

	if (bits < RW_LIMIT_RSA_BITS_MIN || bits > RW_LIMIT_RSA_BITS_MAX)
		return rw_fail(err, RW_E_PARSE, "RSA key of %zu bits, wanted %d to %d", bits,
		    RW_LIMIT_RSA_BITS_MIN, RW_LIMIT_RSA_BITS_MAX);
	if (!rw_rsa_key_ok(k->n, k->e))
		return rw_fail(err, RW_E_PARSE, "RSA key: the modulus must be odd, the exponent odd, "
		    "at least 3 and at most %d bytes long", RW_LIMIT_RSA_EXPONENT_BYTES);
	return true;
}

bool
rw_key_parts_check(const struct rw_crypto *c, const struct rw_key_parts *k, struct rw_error *err)
{
	switch (k->base) {
	case RW_KEY_ED25519:
		return rw_ed25519_key_ok(c, k->point) || rw_fail(err, RW_E_PARSE,
		    "Ed25519 key is not on the curve, not canonical, or of small order "
		    "(anybody could sign with it)");
	case RW_KEY_ECDSA_P256:
	case RW_KEY_ECDSA_P384:
	case RW_KEY_ECDSA_P521:
		return rw_ecdsa_key_ok(c, k->curve, k->point) || rw_fail(err, RW_E_PARSE,
		    "key of type %s: the point is not on the curve", rw_key_type_name(k->type));
	case RW_KEY_RSA:
		return rsa_check(k, err);
	case RW_KEY_SK_ED25519:
	case RW_KEY_SK_ECDSA_P256:
	case RW_KEY_NONE:
		break;
	}
	return rw_fail(err, RW_E_INTERNAL, "key without a type");
}

void
rw_key_fingerprint(struct rw_str blob, char out[RW_FINGERPRINT_LEN])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t digest[RW_SHA256_LEN + 1] = { 0 };
	char *p = out + 7;

	rw_sha256(blob, digest);
	memcpy(out, "SHA256:", 7);
	/* 32 bytes are 43 characters without padding; the zero behind them feeds the last one. */
	for (size_t bit = 0; bit < 8 * RW_SHA256_LEN; bit += 6) {
		unsigned pair = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];

		*p++ = alphabet[pair >> (10 - bit % 8) & 0x3f];
	}
	*p = '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of s, which is shortened by it. */
static struct rw_str
next_word(struct rw_str *s)
{
	struct rw_str w;

	while (s->n > 0 && is_blank(s->p[0])) {
		s->p++;
		s->n--;
	}
	w = (struct rw_str){ s->p, 0 };
	while (s->n > 0 && !is_blank(s->p[0])) {
		s->p++;
		s->n--;
		w.n++;
	}
	return w;
}

bool
rw_key_parse(struct rw_arena *a, struct rw_str line, struct rw_key *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	struct rw_key_parts parts;
	struct rw_str rest = line, name, base64;
	enum rw_key_type type;

	while (rest.n > 0 && is_blank(rest.p[rest.n - 1]))
		rest.n--;
	if (rest.n > 0 && (memchr(rest.p, '\n', rest.n) != NULL || memchr(rest.p, '\0', rest.n) != NULL))
		return rw_fail(err, RW_E_PARSE, "key: one line was wanted, and no NUL");
	name = next_word(&rest);
	base64 = next_word(&rest);
	if (base64.n == 0)
		return rw_fail(err, RW_E_PARSE, "key: wanted \"type base64 [comment]\", as in a .pub file");
	if (!type_find(name, &type, err))
		return false;
	if (!rw_base64_decode(&blob, base64)) {
		if (!rw_buf_ok(&blob, "key", err))
			return false;
		return rw_fail(err, RW_E_PARSE, "key of type %s: the second word is not base64",
		    rw_key_type_name(type));
	}
	if (!rw_buf_ok(&blob, "key", err) || !rw_key_parts_read(rw_buf_str(&blob), &parts, err))
		return false;
	if (parts.type != type)
		return rw_fail(err, RW_E_PARSE, "key: is said to be %s, and is %s", rw_key_type_name(type),
		    rw_key_type_name(parts.type));
	if (!rw_key_parts_check(rw_crypto_default(), &parts, err))
		return false;
	ret->type = type;
	ret->openpgp = NULL;
	ret->blob = rw_arena_str(a, rw_buf_str(&blob));
	if (ret->blob.p == NULL)
		return rw_arena_ok(a, "key", err) ? rw_fail_nomem(err) : false;
	rw_key_fingerprint(ret->blob, ret->fingerprint);
	return true;
}
