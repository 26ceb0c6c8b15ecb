/*
 * crypto.h: the seam to the cryptographic libraries. Private to policy/signature.
 *
 * A back end answers three questions (is this Ed25519, ECDSA, RSA signature right?) and two about
 * keys (is this point on its curve?). It is never asked directly: rw_crypto_*() below make the
 * range checks first, which the libraries make differently or not at all, so that every
 * back end refuses the same inputs. Tests hold the back ends against each other.
 *
 * Which digests are strong enough is the caller's business: old certificates (pgp_cert.c) may rest on SHA-1.
 *
 * rw_crypto_prepare() must have returned before threads verify with a back end. Pure otherwise, thread-safe.
 */
#ifndef REFWALL_SIGNATURE_CRYPTO_H
#define REFWALL_SIGNATURE_CRYPTO_H

#include "refwall/hash.h"
#include "refwall/signature.h"

#define RW_ED25519_KEY_LEN 32
#define RW_ED25519_SIG_LEN 64
#define RW_CURVE_BYTES_MAX 66

/* A prime curve of FIPS 186-4, y^2 = x^3 - 3x + b. Numbers are big endian and `bytes` long. */
struct rw_curve {
	enum rw_key_type type;
	const char *ssh_name;		/* RFC 5656 section 10.1 */
	const char *gcrypt_name;
	size_t bytes;
	enum rw_hash_alg hash;		/* what SSH uses with it, RFC 5656 section 6.2.1 */
	const char *p;			/* the field's prime */
	const char *n;			/* the group's order */
};

/* NULL when the type is no curve of ours. */
const struct rw_curve *rw_curve_by_type(enum rw_key_type type);

struct rw_crypto {
	const char *name;
	void (*prepare)(void);		/* may be NULL; called once per process, before threads */
	/* Fixed lengths; ranges are checked already. Number arguments are curve->bytes long. */
	bool (*ed25519)(const uint8_t *key, struct rw_str msg, const uint8_t *sig);
	bool (*ecdsa)(const struct rw_curve *c, const uint8_t *x, const uint8_t *y, enum rw_hash_alg alg,
	    const uint8_t *digest, const uint8_t *r, const uint8_t *s);
	bool (*rsa)(struct rw_str n, struct rw_str e, enum rw_hash_alg alg, const uint8_t *digest,
	    struct rw_str s);
	bool (*ed25519_on_curve)(const uint8_t *key);
	bool (*ecdsa_on_curve)(const struct rw_curve *c, const uint8_t *x, const uint8_t *y);
};

extern const struct rw_crypto rw_crypto_gcrypt;
#ifdef HAVE_NETTLE
extern const struct rw_crypto rw_crypto_nettle;		/* its RSA is libgcrypt's */
#endif

/* The fastest that was built in. */
const struct rw_crypto *rw_crypto_default(void);

/* Let the back end make what it would otherwise make lazily, and not thread-safely. Idempotent. */
void rw_crypto_prepare(void);

/*
 * Canonical, on the curve, and not of small order: with such a key everybody can sign. The libgcrypt
 * back end refuses some more on which libgcrypt 1.10 aborts; nobody has the private half of those.
 */
bool rw_ed25519_key_ok(const struct rw_crypto *c, struct rw_str key);

/* Uncompressed (0x04), coordinates below p, on the curve. */
bool rw_ecdsa_key_ok(const struct rw_crypto *c, const struct rw_curve *curve, struct rw_str q);

/*
 * n odd and of RW_LIMIT_RSA_BITS_MIN to _MAX bits, e odd, >= 3, of at most RW_LIMIT_RSA_EXPONENT_BYTES;
 * both without leading zeros.
 */
bool rw_rsa_key_ok(struct rw_str n, struct rw_str e);
size_t rw_rsa_bits(struct rw_str n);

/* RFC 8032 section 5.1.7, with S < L, and R canonical and not of small order. */
rw_must_check bool rw_ed25519_verify(const struct rw_crypto *c, struct rw_str key, struct rw_str msg,
    struct rw_str sig);

/* FIPS 186-4 section 6.4. r and s: unsigned big endian, in [1, n - 1]; digest: rw_hash_len(alg) bytes. */
rw_must_check bool rw_ecdsa_verify(const struct rw_crypto *c, const struct rw_curve *curve, struct rw_str q,
    enum rw_hash_alg alg, const uint8_t *digest, struct rw_str r, struct rw_str s);

/* RFC 8017 section 8.2.2 (PKCS #1 v1.5). sig is exactly as long as n, and less than n. */
rw_must_check bool rw_rsa_verify(const struct rw_crypto *c, struct rw_str n, struct rw_str e,
    enum rw_hash_alg alg, const uint8_t *digest, struct rw_str sig);

#endif
