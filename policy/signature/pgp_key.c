/* pgp_key.c: public keys of OpenPGP, and the check of a signature against one. */
#include <stdio.h>

#include "policy/signature/openpgp.h"

#define OID(s) { (s), sizeof(s) - 1 }
#define RSA_BYTES_MAX (RW_LIMIT_RSA_BITS_MAX / 8)
#define PARTS_MAX 8

static const struct {
	enum rw_key_type type;
	struct rw_str oid;
	const char *name;
} curves[] = {
	{ RW_KEY_ECDSA_P256, OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "nistp256" },
	{ RW_KEY_ECDSA_P384, OID("\x2b\x81\x04\x00\x22"), "nistp384" },
	{ RW_KEY_ECDSA_P521, OID("\x2b\x81\x04\x00\x23"), "nistp521" },
};

static const struct rw_str oid_ed25519 = OID("\x2b\x06\x01\x04\x01\xda\x47\x0f\x01");

static bool
ecdsa_read(struct rw_reader *r, struct rw_key_parts *k, struct rw_error *err)
{
	struct rw_str oid = rw_reader_bytes(r, rw_reader_u8(r));

	for (size_t i = 0; i < RW_ARRAY_LEN(curves); i++)
		if (!r->bad && rw_str_eq(oid, curves[i].oid))
			k->type = curves[i].type;
	k->curve = rw_curve_by_type(k->type);
	if (!r->bad && k->curve == NULL)
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP key on a curve that is not supported, wanted P-256, P-384 or P-521");
	k->point = rw_pgp_mpi(r);
	if (!r->bad && (k->point.n != 1 + 2 * k->curve->bytes || k->point.p[0] != 0x04))
		return rw_fail(err, RW_E_PARSE, "OpenPGP key: the point is not in uncompressed form");
	return true;
}

/* The point has a byte 0x40 before it. */
static bool
eddsa_read(struct rw_reader *r, struct rw_key_parts *k, struct rw_error *err)
{
	struct rw_str oid = rw_reader_bytes(r, rw_reader_u8(r));

	if (!r->bad && !rw_str_eq(oid, oid_ed25519))
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP EdDSA key on a curve that is not supported, wanted Ed25519");
	k->type = RW_KEY_ED25519;
	k->point = rw_pgp_mpi(r);
	if (!r->bad && (k->point.n != 1 + RW_ED25519_KEY_LEN || k->point.p[0] != 0x40))
		return rw_fail(err, RW_E_PARSE, "OpenPGP EdDSA key: the point is not in its own form");
	if (!r->bad)
		k->point = (struct rw_str){ k->point.p + 1, RW_ED25519_KEY_LEN };
	return true;
}

bool
rw_pgp_key_read(struct rw_str body, struct rw_key_parts *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(body);
	struct rw_key_parts k = { .type = RW_KEY_NONE };
	uint8_t version = rw_reader_u8(&r), algorithm;
	bool ok = true;

	if (body.n > RW_LIMIT_KEY_BYTES)
		return rw_fail(err, RW_E_LIMIT, "OpenPGP key is larger than %u bytes", RW_LIMIT_KEY_BYTES);
	if (!r.bad && version != 4)
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP key of version %u is not supported, wanted version 4", version);
	(void)rw_reader_u32(&r);
	algorithm = rw_reader_u8(&r);
	switch (algorithm) {
	case 1:
	case 3:
		k.type = RW_KEY_RSA;
		k.n = rw_pgp_mpi(&r);
		k.e = rw_pgp_mpi(&r);
		break;
	case 19:
		ok = ecdsa_read(&r, &k, err);
		break;
	case 22:
		ok = eddsa_read(&r, &k, err);
		break;
	case 27:
		k.type = RW_KEY_ED25519;
		k.point = rw_reader_bytes(&r, RW_ED25519_KEY_LEN);
		break;
	default:
		ok = r.bad || rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP key algorithm %u is not supported, wanted RSA, ECDSA or "
		    "Ed25519", algorithm);
		break;
	}
	if (!ok)
		return false;
	if (!rw_reader_done(&r))
		return rw_fail(err, RW_E_PARSE,
		    "OpenPGP key is cut short, miscounted, or has bytes behind it");
	k.base = k.type;
	*ret = k;
	return true;
}

rw_time
rw_pgp_key_created(struct rw_str body)
{
	struct rw_reader r = rw_reader_init(body);

	(void)rw_reader_u8(&r);
	return (rw_time)rw_reader_u32(&r) * 1000;
}

void
rw_pgp_key_fingerprint(struct rw_str body, uint8_t out[RW_OPENPGP_FINGERPRINT_LEN])
{
	const char head[] = { (char)0x99, (char)(body.n >> 8), (char)body.n };
	struct rw_str parts[] = { { head, sizeof(head) }, body };

	rw_hash(RW_SHA1, parts, RW_ARRAY_LEN(parts), out);
}

struct rw_str
rw_pgp_key_algorithm(const struct rw_key_parts *p, char out[32])
{
	const char *name = "ed25519";

	for (size_t i = 0; i < RW_ARRAY_LEN(curves); i++)
		if (curves[i].type == p->type)
			name = curves[i].name;
	if (p->type == RW_KEY_RSA)
		(void)snprintf(out, 32, "rsa%zu", rw_rsa_bits(p->n));
	else
		(void)snprintf(out, 32, "%s", name);
	return rw_str(out);
}

static void
pad(uint8_t *out, size_t n, struct rw_str v)
{
	memset(out, 0, n - v.n);
	memcpy(out + (n - v.n), v.p, v.n);
}

bool
rw_pgp_check(const struct rw_crypto *c, const struct rw_key_parts *key, const struct rw_pgp_sig *s,
    const struct rw_str *parts, size_t n)
{
	char trailer[] = { 4, (char)0xff, (char)(s->head.n >> 24), (char)(s->head.n >> 16),
	    (char)(s->head.n >> 8), (char)s->head.n };
	uint8_t digest[RW_HASH_MAX], wide[RSA_BYTES_MAX];
	struct rw_str all[PARTS_MAX + 2], message;

	if (n > PARTS_MAX || s->hash == 0)
		return false;
	if (n > 0)
		memcpy(all, parts, n * sizeof(*all));
	all[n] = s->head;
	all[n + 1] = (struct rw_str){ trailer, sizeof(trailer) };
	rw_hash(s->hash, all, n + 2, digest);
	if (memcmp(digest, s->left.p, 2) != 0)
		return false;
	message = (struct rw_str){ (const char *)digest, rw_hash_len(s->hash) };
	switch (s->algorithm) {
	case 1:
	case 3:
		if (key->type != RW_KEY_RSA || key->n.n > sizeof(wide) || s->value[0].n > key->n.n)
			return false;
		pad(wide, key->n.n, s->value[0]);
		return rw_rsa_verify(c, key->n, key->e, s->hash, digest,
		    (struct rw_str){ (const char *)wide, key->n.n });
	case 19:
		return key->curve != NULL &&
		    rw_ecdsa_verify(c, key->curve, key->point, s->hash, digest, s->value[0], s->value[1]);
	case 22:
		if (key->type != RW_KEY_ED25519 || s->value[0].n > 32 || s->value[1].n > 32)
			return false;
		pad(wide, 32, s->value[0]);
		pad(wide + 32, 32, s->value[1]);
		return rw_ed25519_verify(c, key->point, message,
		    (struct rw_str){ (const char *)wide, RW_ED25519_SIG_LEN });
	case 27:
		return key->type == RW_KEY_ED25519 && rw_ed25519_verify(c, key->point, message, s->value[0]);
	default:
		return false;
	}
}
