/*
 * pgp_make.h: OpenPGP keys, signatures and certificates for tests, made packet by packet, so that also those
 * can be had that no program makes. Ed25519 (22 and 27) and RSA of 3072 bits (1), by libgcrypt. Functions
 * that fail end the test.
 */
#ifndef REFWALL_TESTS_PGP_MAKE_H
#define REFWALL_TESTS_PGP_MAKE_H

#include <gcrypt.h>

#include "refwall/buf.h"
#include "refwall/hash.h"

#define PGP_SHA1 2
#define PGP_SHA512 10

struct pgp_key {
	gcry_sexp_t secret;
	uint8_t algorithm;		/* 1, 22 or 27 */
	struct rw_buf body;		/* of the key packet */
	uint8_t fingerprint[20];
};

void pgp_key_make(struct pgp_key *k, uint8_t algorithm, uint32_t created);
void pgp_key_release(struct pgp_key *k);

void pgp_packet(struct rw_buf *b, unsigned tag, struct rw_str body);
void pgp_sub(struct rw_buf *b, uint8_t type, struct rw_str value);
void pgp_sub_u32(struct rw_buf *b, uint8_t type, uint32_t value);
void pgp_sub_issuer(struct rw_buf *b, const struct pgp_key *k);

/* The body of a signature packet by k over the parts. hash: PGP_SHA512 or PGP_SHA1. */
void pgp_sign(const struct pgp_key *k, uint8_t type, uint8_t hash, struct rw_str hashed,
    struct rw_str unhashed,
    const struct rw_str *parts, size_t n, struct rw_buf *ret);

/* What is hashed of a key: three bytes and its body. */
void pgp_hashed_key(const struct pgp_key *k, struct rw_buf *ret);

void pgp_armour(struct rw_str bytes, const char *label, struct rw_buf *ret);

#endif
