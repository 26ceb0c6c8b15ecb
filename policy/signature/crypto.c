/* crypto.c: our own range checks before every call of a cryptographic library. */
#include <pthread.h>

#include "policy/signature/crypto.h"

/* SEC 2 version 2, sections 2.4.2, 2.5.1 and 2.6.1. */
static const struct rw_curve curves[] = {
	{ RW_KEY_ECDSA_P256, "nistp256", "NIST P-256", 32, RW_SHA256,
	    "\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"
	    "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	    "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51" },
	{ RW_KEY_ECDSA_P384, "nistp384", "NIST P-384", 48, RW_SHA384,
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"
	    "\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf"
	    "\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73" },
	{ RW_KEY_ECDSA_P521, "nistp521", "NIST P-521", 66, RW_SHA512,
	    "\x01\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	    "\x01\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfa"
	    "\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0"
	    "\x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09" },
};

/*
 * The y coordinates of the eight points of small order of edwards25519, little endian. 0 and the
 * two of order 8 stand for two points each (sign of x). Encodings with y >= p are
 * refused as such, so their list is not needed.
 */
static const uint8_t small_order[][RW_ED25519_KEY_LEN] = {
	{ 0 },
	{ 1 },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	  0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
	  0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

/* p = 2^255 - 19 and the order L of the base point, little endian. */
static const uint8_t ed25519_p[32] = {
	0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f
};
static const uint8_t ed25519_l[32] = {
	0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10
};

const struct rw_curve *
rw_curve_by_type(enum rw_key_type type)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(curves); i++)
		if (curves[i].type == type)
			return &curves[i];
	return NULL;
}

const struct rw_crypto *
rw_crypto_default(void)
{
#ifdef HAVE_NETTLE
	return &rw_crypto_nettle;
#else
	return &rw_crypto_gcrypt;
#endif
}

static void
prepare_default(void)
{
	if (rw_crypto_default()->prepare != NULL)
		rw_crypto_default()->prepare();
}

void
rw_crypto_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, prepare_default);
}

static bool
less_little_endian(const uint8_t *a, const uint8_t *b, size_t n)
{
	while (n-- > 0)
		if (a[n] != b[n])
			return a[n] < b[n];
	return false;
}

/* An encoded point with y < p that is not of small order. */
static bool
ed25519_point_ok(const uint8_t *enc)
{
	uint8_t y[RW_ED25519_KEY_LEN];

	memcpy(y, enc, sizeof(y));
	y[31] &= 0x7f;
	if (!less_little_endian(y, ed25519_p, sizeof(y)))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(small_order); i++)
		if (memcmp(y, small_order[i], sizeof(y)) == 0)
			return false;
	return true;
}

bool
rw_ed25519_key_ok(const struct rw_crypto *c, struct rw_str key)
{
	const uint8_t *enc = (const uint8_t *)key.p;

	return key.n == RW_ED25519_KEY_LEN && ed25519_point_ok(enc) && c->ed25519_on_curve(enc);
}

bool
rw_ed25519_verify(const struct rw_crypto *c, struct rw_str key, struct rw_str msg, struct rw_str sig)
{
	const uint8_t *rs = (const uint8_t *)sig.p;

	if (key.n != RW_ED25519_KEY_LEN || sig.n != RW_ED25519_SIG_LEN)
		return false;
	if (!ed25519_point_ok((const uint8_t *)key.p) || !ed25519_point_ok(rs))
		return false;
	if (!less_little_endian(rs + 32, ed25519_l, 32))
		return false;
	return c->ed25519((const uint8_t *)key.p, msg, rs);
}

/* Uncompressed, with both coordinates below p. */
static bool
point_form_ok(const struct rw_curve *curve, struct rw_str q)
{
	return q.n == 1 + 2 * curve->bytes && q.p[0] == 0x04 &&
	    memcmp(q.p + 1, curve->p, curve->bytes) < 0 &&
	    memcmp(q.p + 1 + curve->bytes, curve->p, curve->bytes) < 0;
}

bool
rw_ecdsa_key_ok(const struct rw_crypto *c, const struct rw_curve *curve, struct rw_str q)
{
	const uint8_t *x;

	if (!point_form_ok(curve, q))
		return false;
	x = (const uint8_t *)q.p + 1;
	return c->ecdsa_on_curve(curve, x, x + curve->bytes);
}

/* v as a number of curve->bytes bytes, in [1, n - 1]. */
static bool
scalar_widen(const struct rw_curve *curve, struct rw_str v, uint8_t out[RW_CURVE_BYTES_MAX])
{
	static const uint8_t zero[RW_CURVE_BYTES_MAX];

	memset(out, 0, RW_CURVE_BYTES_MAX);
	if (v.n == 0 || v.n > curve->bytes)
		return false;
	memcpy(out + (curve->bytes - v.n), v.p, v.n);
	return memcmp(out, zero, curve->bytes) != 0 && memcmp(out, curve->n, curve->bytes) < 0;
}

bool
rw_ecdsa_verify(const struct rw_crypto *c, const struct rw_curve *curve, struct rw_str q,
    enum rw_hash_alg alg, const uint8_t *digest, struct rw_str r, struct rw_str s)
{
	uint8_t wide_r[RW_CURVE_BYTES_MAX], wide_s[RW_CURVE_BYTES_MAX];
	const uint8_t *x;

	/* Both back ends look for themselves whether the point is on the curve. */
	if (!point_form_ok(curve, q))
		return false;
	if (!scalar_widen(curve, r, wide_r) || !scalar_widen(curve, s, wide_s))
		return false;
	x = (const uint8_t *)q.p + 1;
	return c->ecdsa(curve, x, x + curve->bytes, alg, digest, wide_r, wide_s);
}

size_t
rw_rsa_bits(struct rw_str n)
{
	size_t bits = n.n * 8;

	if (n.n == 0)
		return 0;
	for (unsigned top = (uint8_t)n.p[0]; bits > 0 && (top & 0x80) == 0; top <<= 1) {
		if (top == 0)
			return 0;
		bits--;
	}
	return bits;
}

bool
rw_rsa_key_ok(struct rw_str n, struct rw_str e)
{
	size_t bits = rw_rsa_bits(n);

	if (bits < RW_LIMIT_RSA_BITS_MIN || bits > RW_LIMIT_RSA_BITS_MAX || (n.p[n.n - 1] & 1) == 0)
		return false;
	if (e.n == 0 || e.n > RW_LIMIT_RSA_EXPONENT_BYTES || e.p[0] == 0 || (e.p[e.n - 1] & 1) == 0)
		return false;
	return e.n > 1 || (uint8_t)e.p[0] >= 3;
}

bool
rw_rsa_verify(const struct rw_crypto *c, struct rw_str n, struct rw_str e, enum rw_hash_alg alg,
    const uint8_t *digest, struct rw_str sig)
{
	if (!rw_rsa_key_ok(n, e) || sig.n != n.n || memcmp(sig.p, n.p, n.n) >= 0)
		return false;
	return c->rsa(n, e, alg, digest, sig);
}
