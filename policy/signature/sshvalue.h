/*
 * sshvalue.h: what a key of SSH makes when it signs, wherever it stands: in an SSHSIG, in a certificate, in a
 * revocation list. Private to policy/signature.
 *
 * Source: RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332, RFC 8709, OpenSSH PROTOCOL.u2f.
 */
#ifndef REFWALL_SIGNATURE_SSHVALUE_H
#define REFWALL_SIGNATURE_SSHVALUE_H

#include "policy/signature/sshkey.h"

/* What a security key says of the moment of signing: bits of `flags`. */
#define RW_SK_TOUCHED	0x01
#define RW_SK_VERIFIED	0x04

/* Views into the bytes that were read. */
struct rw_ssh_value {
	enum rw_hash_alg rsa_hash;	/* RSA: of what is signed */
	struct rw_str sig;		/* Ed25519 and RSA */
	struct rw_str r, s;		/* ECDSA */
	uint8_t flags;			/* security keys */
	uint32_t counter;
};

/*
 * Take a "signature" string apart, which must fit the key. RW_E_UNSUPPORTED: well-formed, but nothing that we
 * judge. Pure.
 */
rw_must_check bool rw_ssh_value_read(struct rw_str inner, const struct rw_key_parts *key,
    struct rw_ssh_value *ret, struct rw_error *err);

/* Was it made by this key over these bytes? The key was checked before. */
rw_must_check bool rw_ssh_value_verify(const struct rw_crypto *c, const struct rw_key_parts *key,
    const struct rw_ssh_value *v, struct rw_str data);

#endif
