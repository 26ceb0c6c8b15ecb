/*
 * sshkey.h: the parts of a public key in SSH wire form. Private to policy/signature.
 */
#ifndef REFWALL_SIGNATURE_SSHKEY_H
#define REFWALL_SIGNATURE_SSHKEY_H

#include "policy/signature/crypto.h"
#include "refwall/reader.h"

/* Views into the blob that was read. */
struct rw_key_parts {
	enum rw_key_type type;
	enum rw_key_type base;		/* without the security key around it: whose arithmetic it is */
	bool sk;			/* a security key */
	const struct rw_curve *curve;	/* ECDSA, else NULL */
	struct rw_str point;		/* Ed25519: 32 bytes; ECDSA: 0x04, x, y */
	struct rw_str n, e;		/* RSA, without leading zeros */
	struct rw_str application;	/* security keys: what they were made for, "ssh:" */
};

/*
 * Take a blob apart (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4): form only, no
 * arithmetic, so it is fit for keys nobody trusts yet. Unknown types are RW_E_UNSUPPORTED. Pure.
 */
rw_must_check bool rw_key_parts_read(struct rw_str blob, struct rw_key_parts *ret, struct rw_error *err);

/* The same for what stands behind the type's name, in a key or a certificate; reads no further than the key. */
rw_must_check bool rw_key_parts_read_body(struct rw_reader *r, enum rw_key_type type, struct rw_key_parts *ret,
    struct rw_error *err);

/* The type of a certificate's key, by the certificate's name; RW_KEY_NONE: it is no certificate's name. */
enum rw_key_type rw_key_type_of_cert(struct rw_str name);

/* Is this key safe to be given to the cryptography, and worth it? RW_E_PARSE says what is wrong. Pure. */
rw_must_check bool rw_key_parts_check(const struct rw_crypto *c, const struct rw_key_parts *parts,
    struct rw_error *err);

void rw_key_fingerprint(struct rw_str blob, char out[RW_FINGERPRINT_LEN]);

/* RFC 4251 "mpint", not negative, shortest form; without its leading zero. Sets r->bad. */
struct rw_str rw_reader_mpint(struct rw_reader *r);

#endif
