/*
 * openpgp.h: packets, signatures and keys of OpenPGP, as far as a detached version 4 signature and the
 * certificate behind it need them. Private to policy/signature.
 *
 * Everything is strict: one way to say a thing, nothing left over. All views point into the bytes that were
 * given. Pure.
 *
 * Source: RFC 9580, RFC 4880 (algorithm 22: draft-koch-eddsa-for-openpgp-04).
 */
#ifndef REFWALL_SIGNATURE_OPENPGP_H
#define REFWALL_SIGNATURE_OPENPGP_H

#include "policy/signature/keyring.h"
#include "refwall/buf.h"
#include "refwall/keytable.h"

#define RW_PGP_BEGIN "-----BEGIN PGP SIGNATURE-----"
#define RW_PGP_KEY_ID_LEN 8
#define RW_PGP_HEX_LEN (2 * RW_OPENPGP_FINGERPRINT_LEN + 1)

/* ---- pgp_packet.c ---- */

enum rw_pgp_tag {
	RW_PGP_SIGNATURE = 2, RW_PGP_SECRET_KEY = 5, RW_PGP_PUBLIC_KEY = 6, RW_PGP_SECRET_SUBKEY = 7,
	RW_PGP_MARKER = 10, RW_PGP_TRUST = 12, RW_PGP_USER_ID = 13, RW_PGP_PUBLIC_SUBKEY = 14,
	RW_PGP_USER_ATTRIBUTE = 17, RW_PGP_PADDING = 21
};

struct rw_pgp_packet {
	unsigned tag;
	struct rw_str body;
};

/* The next packet, old or new format. Partial and indeterminate lengths are refused. */
rw_must_check bool rw_pgp_packet_next(struct rw_reader *r, struct rw_pgp_packet *ret, struct rw_error *err);

/*
 * Take one armoured block ("SIGNATURE", "PUBLIC KEY BLOCK") off the front of *rest and append what it holds
 * to out. The checksum line is passed over (RFC 9580 section 6.1). Lenient: blank space at the end of lines,
 * as in a mail.
 */
rw_must_check bool rw_pgp_dearmour(struct rw_str *rest, const char *label, bool lenient, struct rw_buf *out,
    struct rw_error *err);

/* A number: its count of bits must be right. Sets r->bad. */
struct rw_str rw_pgp_mpi(struct rw_reader *r);

/* Upper-case hexadecimal digits, as gpg shows them; 2n + 1 bytes. */
char *rw_pgp_hex(const uint8_t *p, size_t n, char *out);

/* ---- pgp_sig.c ---- */

struct rw_pgp_sig {
	uint8_t type;			/* 0x00: over a document */
	uint8_t algorithm;		/* of the key */
	uint8_t hash_id;
	enum rw_hash_alg hash;		/* 0 when it is none of ours; SHA-1 only outside documents */
	struct rw_str head;		/* what is hashed behind the document */
	struct rw_str left;		/* first two bytes of the digest */
	rw_time created, ends;		/* ends may be RW_TIME_NONE */
	const uint8_t *issuer;		/* fingerprint, or NULL */
	const uint8_t *issuer_id;	/* key id, or NULL */
	bool issuer_hashed;
	int64_t key_ends_after;		/* ms from the key's creation, 0: never */
	int flags;			/* first byte of the key flags, -1: not given */
	int reason;			/* of a revocation, -1: not given */
	bool revoker;			/* names somebody else who may revoke */
	struct rw_str embedded;		/* a signature inside */
	struct rw_str value[2];		/* RSA: s; ECDSA and EdDSA: r, s; Ed25519: 64 bytes */
	const char *mend;		/* when it failed, as in rw_sig_result */
};

/*
 * The body of a signature packet. A document's: type 0x00, SHA-2, and nothing in the unhashed area but issuer
 * and embedded signatures; a certificate's: any type, SHA-1 too, unhashed ones are passed over. When it
 * fails, what was read so far is in *ret. RW_E_UNSUPPORTED names what was found.
 */
rw_must_check bool rw_pgp_sig_parse(struct rw_str body, bool document, struct rw_pgp_sig *ret,
    struct rw_error *err);

/* ---- pgp_key.c ---- */

/* The body of a key packet: version 4, an algorithm that can sign. Form only, no arithmetic. */
rw_must_check bool rw_pgp_key_read(struct rw_str body, struct rw_key_parts *ret, struct rw_error *err);
rw_time rw_pgp_key_created(struct rw_str body);			/* of a body that was read */
void rw_pgp_key_fingerprint(struct rw_str body, uint8_t out[RW_OPENPGP_FINGERPRINT_LEN]);
struct rw_str rw_pgp_key_algorithm(const struct rw_key_parts *p, char out[32]);	/* "rsa3072", "ed25519" */

/* Is the signature of the kind that such a key makes? body: of a key that was read. */
static inline bool
rw_pgp_fits(struct rw_str body, const struct rw_pgp_sig *s)
{
	uint8_t a = (uint8_t)body.p[5];

	return a == s->algorithm || (a <= 3 && s->algorithm <= 3);
}

/* Is this the signature of these parts (and its own head) by this key? n is at most 8. */
bool rw_pgp_check(const struct rw_crypto *c, const struct rw_key_parts *key, const struct rw_pgp_sig *s,
    const struct rw_str *parts, size_t n);

/* ---- pgp_verify.c ---- */

/* A row of the formats in signature.c; the purpose does not matter, for OpenPGP knows none. */
void rw_pgp_verify(const struct rw_keyring *k, const char *ns, struct rw_str payload, struct rw_str armour,
    struct rw_sig_memo *memo, struct rw_sig_result *ret);

/* ---- pgp_table.c ---- */

void rw_key_table_begin(struct rw_buf *b);
void rw_key_table_cert(struct rw_buf *b, const uint8_t primary[RW_OPENPGP_FINGERPRINT_LEN],
    struct rw_str user_id);
void rw_key_table_key(struct rw_buf *b, struct rw_str body, const struct rw_key_parts *parts,
    const struct rw_key_openpgp *k);
void rw_key_table_end(struct rw_buf *b, size_t begin);		/* begin: where rw_key_table_begin() wrote */

/* Reasons of RFC 9580 section 5.2.3.31; anything unknown, and none at all, is hard. */
enum rw_revocation rw_revocation_of(int reason);

#endif
