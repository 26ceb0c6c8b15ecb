/* crypto_gcrypt.c: the seam's questions, answered by libgcrypt. Always there; the reference. */
#include <gcrypt.h>

#include "policy/signature/crypto.h"

static void
sexp_releasep(gcry_sexp_t *s)
{
	gcry_sexp_release(*s);
}
#define auto_sexp rw_cleanup(sexp_releasep)

static void
mpi_releasep(gcry_mpi_t *m)
{
	gcry_mpi_release(*m);
}
#define auto_mpi rw_cleanup(mpi_releasep)

static void
point_releasep(gcry_mpi_point_t *p)
{
	gcry_mpi_point_release(*p);
}
#define auto_point rw_cleanup(point_releasep)

static void
ctx_releasep(gcry_ctx_t *c)
{
	gcry_ctx_release(*c);
}
#define auto_ctx rw_cleanup(ctx_releasep)

static const char *
hash_name(enum rw_hash_alg alg)
{
	switch (alg) {
	case RW_SHA1:
		return "sha1";
	case RW_SHA256:
		return "sha256";
	case RW_SHA384:
		return "sha384";
	case RW_SHA512:
		return "sha512";
	}
	return NULL;
}

/* False when memory is refused; a point off the curve gives numbers all the same. */
static bool
ed25519_decode(const uint8_t *key, gcry_ctx_t *ret_ec, gcry_mpi_point_t *ret_p)
{
	auto_mpi gcry_mpi_t value = gcry_mpi_set_opaque_copy(NULL, key, 8 * RW_ED25519_KEY_LEN);

	if (value == NULL || gcry_mpi_ec_new(ret_ec, NULL, "Ed25519") != 0)
		return false;
	*ret_p = gcry_mpi_point_new(0);
	return gcry_mpi_ec_decode_point(*ret_p, value, *ret_ec) == 0;
}

/*
 * The decoder of Ed25519 points makes its constants at first use, without a lock: p58 and 7 always, and the
 * square root of -1 only for keys that need it. y = 3 does, the base point does not.
 */
static void
prepare(void)
{
	static const uint8_t points[][RW_ED25519_KEY_LEN] = {
		{ 0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		  0x66, 0x66 },
		{ 3 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(points); i++) {
		auto_ctx gcry_ctx_t ec = NULL;
		auto_point gcry_mpi_point_t p = NULL;

		(void)ed25519_decode(points[i], &ec, &p);
	}
}

/*
 * libgcrypt 1.10 ends the process ("mulm_25519: different sizes") when a coordinate of the key fits in
 * fewer than the four words of its field, whether or not the point is on the curve. One key in
 * 2^62 does by chance.
 */
#define ED25519_WORDS_3 192

static bool
ed25519_on_curve(const uint8_t *key)
{
	auto_ctx gcry_ctx_t ec = NULL;
	auto_point gcry_mpi_point_t p = NULL;
	auto_mpi gcry_mpi_t x = gcry_mpi_new(0), y = gcry_mpi_new(0), z = gcry_mpi_new(0);

	if (!ed25519_decode(key, &ec, &p))
		return false;
	gcry_mpi_point_get(x, y, z, p);
	if (gcry_mpi_get_nbits(x) <= ED25519_WORDS_3 || gcry_mpi_get_nbits(y) <= ED25519_WORDS_3)
		return false;
	return gcry_mpi_ec_curve_point(p, ec) != 0;
}

static bool
verify_ed25519(const uint8_t *key, struct rw_str msg, const uint8_t *sig)
{
	auto_sexp gcry_sexp_t k = NULL, d = NULL, s = NULL;

	if (msg.n > INT32_MAX || !ed25519_on_curve(key))
		return false;
	if (gcry_sexp_build(&k, NULL, "(public-key(ecc(curve Ed25519)(flags eddsa)(q %b)))",
	    RW_ED25519_KEY_LEN, key) != 0)
		return false;
	if (gcry_sexp_build(&d, NULL, "(data(flags eddsa)(hash-algo sha512)(value %b))", (int)msg.n,
	    msg.n == 0 ? "" : msg.p) != 0)
		return false;
	if (gcry_sexp_build(&s, NULL, "(sig-val(eddsa(r %b)(s %b)))", 32, sig, 32, sig + 32) != 0)
		return false;
	return gcry_pk_verify(s, d, k) == 0;
}

static bool
verify_ecdsa(const struct rw_curve *c, const uint8_t *x, const uint8_t *y, enum rw_hash_alg alg,
    const uint8_t *digest, const uint8_t *r, const uint8_t *s)
{
	auto_sexp gcry_sexp_t key = NULL, data = NULL, sig = NULL;
	uint8_t q[1 + 2 * RW_CURVE_BYTES_MAX] = { 0x04 };
	int n = (int)c->bytes;

	memcpy(q + 1, x, c->bytes);
	memcpy(q + 1 + c->bytes, y, c->bytes);
	if (gcry_sexp_build(&key, NULL, "(public-key(ecc(curve %s)(q %b)))", c->gcrypt_name, 1 + 2 * n,
	    q) != 0)
		return false;
	/* With (value %b) a digest longer than the curve would not be shortened, and never verify. */
	if (gcry_sexp_build(&data, NULL, "(data(flags raw)(hash %s %b))", hash_name(alg),
	    (int)rw_hash_len(alg), digest) != 0)
		return false;
	if (gcry_sexp_build(&sig, NULL, "(sig-val(ecdsa(r %b)(s %b)))", n, r, n, s) != 0)
		return false;
	return gcry_pk_verify(sig, data, key) == 0;
}

static bool
verify_rsa(struct rw_str n, struct rw_str e, enum rw_hash_alg alg, const uint8_t *digest, struct rw_str s)
{
	auto_sexp gcry_sexp_t key = NULL, data = NULL, sig = NULL;

	if (gcry_sexp_build(&key, NULL, "(public-key(rsa(n %b)(e %b)))", (int)n.n, n.p, (int)e.n, e.p) != 0)
		return false;
	if (gcry_sexp_build(&data, NULL, "(data(flags pkcs1)(hash %s %b))", hash_name(alg),
	    (int)rw_hash_len(alg), digest) != 0)
		return false;
	if (gcry_sexp_build(&sig, NULL, "(sig-val(rsa(s %b)))", (int)s.n, s.p) != 0)
		return false;
	return gcry_pk_verify(sig, data, key) == 0;
}

static bool
ecdsa_on_curve(const struct rw_curve *c, const uint8_t *x, const uint8_t *y)
{
	auto_ctx gcry_ctx_t ec = NULL;
	auto_mpi gcry_mpi_t mx = NULL, my = NULL;
	auto_point gcry_mpi_point_t p = NULL;

	if (gcry_mpi_ec_new(&ec, NULL, c->gcrypt_name) != 0)
		return false;
	if (gcry_mpi_scan(&mx, GCRYMPI_FMT_USG, x, c->bytes, NULL) != 0)
		return false;
	if (gcry_mpi_scan(&my, GCRYMPI_FMT_USG, y, c->bytes, NULL) != 0)
		return false;
	p = gcry_mpi_point_set(NULL, mx, my, GCRYMPI_CONST_ONE);
	return gcry_mpi_ec_curve_point(p, ec) != 0;
}

const struct rw_crypto rw_crypto_gcrypt = {
	"libgcrypt", prepare, verify_ed25519, verify_ecdsa, verify_rsa, ed25519_on_curve, ecdsa_on_curve
};
