/*
 * crypto_nettle.c: Ed25519 and ECDSA by nettle and hogweed, five to six times as fast as libgcrypt.
 * RSA stays with libgcrypt: there is little to win.
 */
#include <gmp.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/eddsa.h>

#include "policy/signature/crypto.h"

static void
dsa_signature_releasep(struct dsa_signature *s)
{
	dsa_signature_clear(s);
}

static const struct ecc_curve *
nettle_curve(const struct rw_curve *c)
{
	switch (c->type) {
	case RW_KEY_ECDSA_P256:
		return nettle_get_secp_256r1();
	case RW_KEY_ECDSA_P384:
		return nettle_get_secp_384r1();
	case RW_KEY_ECDSA_P521:
		return nettle_get_secp_521r1();
	case RW_KEY_NONE:
	case RW_KEY_ED25519:
	case RW_KEY_RSA:
	case RW_KEY_SK_ED25519:
	case RW_KEY_SK_ECDSA_P256:
		break;
	}
	return NULL;
}

static void
import(mpz_t m, const uint8_t *p, size_t n)
{
	mpz_import(m, n, 1, 1, 1, 0, p);
}

/* ecc_point_set() says whether the coordinates are below p and on the curve. */
static bool
point_set(struct ecc_point *point, const struct rw_curve *c, const uint8_t *x, const uint8_t *y)
{
	mpz_t mx, my;
	bool ok;

	mpz_init(mx);
	mpz_init(my);
	import(mx, x, c->bytes);
	import(my, y, c->bytes);
	ok = ecc_point_set(point, mx, my) == 1;
	mpz_clear(mx);
	mpz_clear(my);
	return ok;
}

static bool
verify_ed25519(const uint8_t *key, struct rw_str msg, const uint8_t *sig)
{
	return ed25519_sha512_verify(key, msg.n, (const uint8_t *)(msg.n == 0 ? "" : msg.p), sig) == 1;
}

static bool
verify_ecdsa(const struct rw_curve *c, const uint8_t *x, const uint8_t *y, enum rw_hash_alg alg,
    const uint8_t *digest, const uint8_t *r, const uint8_t *s)
{
	rw_cleanup(ecc_point_clear) struct ecc_point key;
	rw_cleanup(dsa_signature_releasep) struct dsa_signature sig;

	ecc_point_init(&key, nettle_curve(c));
	dsa_signature_init(&sig);
	if (!point_set(&key, c, x, y))
		return false;
	import(sig.r, r, c->bytes);
	import(sig.s, s, c->bytes);
	return ecdsa_verify(&key, rw_hash_len(alg), digest, &sig) == 1;
}

/*
 * -x^2 + y^2 = 1 + d x^2 y^2 has a solution x when (y^2 - 1) / (d y^2 + 1) is a square, thus when the
 * product is. nettle has no call for it, and would only say "bad signature" for ever.
 */
static bool
ed25519_on_curve(const uint8_t *key)
{
	uint8_t y_bytes[RW_ED25519_KEY_LEN];
	mpz_t p, d, y, u, v;
	bool ok;

	memcpy(y_bytes, key, sizeof(y_bytes));
	y_bytes[31] &= 0x7f;
	mpz_init_set_str(p, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed", 16);
	mpz_init_set_str(d, "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3", 16);
	mpz_init(y);
	mpz_init(u);
	mpz_init(v);
	mpz_import(y, sizeof(y_bytes), -1, 1, 0, 0, y_bytes);
	mpz_mul(y, y, y);
	mpz_sub_ui(u, y, 1);
	mpz_mul(v, y, d);
	mpz_add_ui(v, v, 1);
	mpz_mul(u, u, v);
	mpz_mod(u, u, p);
	ok = mpz_jacobi(u, p) >= 0;
	mpz_clears(p, d, y, u, v, NULL);
	return ok;
}

static bool
ecdsa_on_curve(const struct rw_curve *c, const uint8_t *x, const uint8_t *y)
{
	rw_cleanup(ecc_point_clear) struct ecc_point key;

	ecc_point_init(&key, nettle_curve(c));
	return point_set(&key, c, x, y);
}

static bool
verify_rsa(struct rw_str n, struct rw_str e, enum rw_hash_alg alg, const uint8_t *digest, struct rw_str s)
{
	return rw_crypto_gcrypt.rsa(n, e, alg, digest, s);
}

const struct rw_crypto rw_crypto_nettle = {
	"nettle", NULL, verify_ed25519, verify_ecdsa, verify_rsa, ed25519_on_curve, ecdsa_on_curve
};
