/*
 * hash.h: digests, HMAC and random bytes, by libgcrypt. The only file of policy/base
 * that includes a cryptographic header is hash.c.
 *
 * rw_crypto_init() must have returned true, once, before any other call and before any
 * thread is started; afterwards every function here is thread-safe.
 */
#ifndef REFWALL_HASH_H
#define REFWALL_HASH_H

#include "refwall/base.h"
#include "refwall/error.h"

enum rw_hash_alg { RW_SHA1 = 1, RW_SHA256, RW_SHA384, RW_SHA512 };
#define RW_SHA256_LEN 32
#define RW_HASH_MAX 64

rw_must_check bool rw_crypto_init(struct rw_error *err);

size_t rw_hash_len(enum rw_hash_alg alg);

/*
 * Digest of the concatenation of n parts, at most RW_HASH_PARTS_MAX, into out (rw_hash_len()
 * bytes). More parts or an unknown algorithm is a bug of the caller and traps.
 */
#define RW_HASH_PARTS_MAX 32
void rw_hash(enum rw_hash_alg alg, const struct rw_str *parts, size_t n, uint8_t *out);
void rw_sha256(struct rw_str s, uint8_t out[RW_SHA256_LEN]);

/* Incremental SHA-256. */
struct rw_sha256;
struct rw_sha256 *rw_sha256_new(void);			/* NULL when out of memory */
void rw_sha256_update(struct rw_sha256 *h, struct rw_str s);
void rw_sha256_final(struct rw_sha256 *h, uint8_t out[RW_SHA256_LEN]);	/* frees h */

/* RFC 2104 over the concatenation of n parts, at most RW_HASH_PARTS_MAX. */
void rw_hmac(enum rw_hash_alg alg, struct rw_str key, const struct rw_str *parts, size_t n, uint8_t *out);

/* Equal, in time that depends on n only. */
bool rw_equal_ct(const void *a, const void *b, size_t n);

/* Random bytes from the kernel (getrandom). */
rw_must_check bool rw_random(void *out, size_t n, struct rw_error *err);

/* A random UUID (RFC 9562 version 4) in text form. */
#define RW_UUID_LEN 37
rw_must_check bool rw_uuid(char out[RW_UUID_LEN], struct rw_error *err);

/* Overwrite a secret; not removed by the optimiser. */
void rw_wipe(void *p, size_t n);

#endif
