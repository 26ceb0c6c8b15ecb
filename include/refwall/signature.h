/*
 * signature.h: payload + signature + trusted keys -> who signed, and with what. Knows no git.
 *
 * Only a key that is byte-equal to a trusted one reaches the cryptography; trusted keys are checked
 * when they are added (libgcrypt 1.10 aborts on some Ed25519 keys, accepts RSA e=1 and others).
 * A zeroed result means "refuse". After rw_keyring_seal() a keyring is immutable and may be
 * shared between threads; rw_crypto_init() (hash.h) comes first.
 *
 * Source: OpenSSH PROTOCOL.sshsig, RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709, RFC 8332, RFC 8032,
 * OpenSSH PROTOCOL.u2f and PROTOCOL.certkeys, RFC 9580 (OpenPGP; version 4 signatures as of RFC 4880).
 */
#ifndef REFWALL_SIGNATURE_H
#define REFWALL_SIGNATURE_H

#include "refwall/arena.h"
#include "refwall/limits.h"
#include "refwall/timestamp.h"

enum rw_key_type {
	RW_KEY_NONE, RW_KEY_ED25519, RW_KEY_ECDSA_P256, RW_KEY_ECDSA_P384, RW_KEY_ECDSA_P521, RW_KEY_RSA,
	RW_KEY_SK_ED25519, RW_KEY_SK_ECDSA_P256	/* FIDO security keys */
};
#define RW_KEY_TYPE_LAST	RW_KEY_SK_ECDSA_P256
const char *rw_key_type_name(enum rw_key_type t);	/* "ssh-ed25519", ... */

#define RW_FINGERPRINT_LEN 52				/* "SHA256:" + 43 base64 characters + NUL */

/* Soft: the key was given up; what it signed before stays. Hard: somebody else may have it. */
enum rw_revocation { RW_REVOKED_NOT, RW_REVOKED_SOFT, RW_REVOKED_HARD };

/* What the certificate of an OpenPGP key says about it (keytable.h). */
#define RW_OPENPGP_FINGERPRINT_LEN 20
struct rw_key_openpgp {
	uint8_t fingerprint[RW_OPENPGP_FINGERPRINT_LEN];	/* version 4 */
	uint8_t primary[RW_OPENPGP_FINGERPRINT_LEN];		/* of the certificate */
	rw_time created;		/* no signature is older */
	rw_time until;			/* end by the certificate, exclusive; RW_TIME_NONE */
	enum rw_revocation revoked;
	uint8_t reason;			/* RFC 9580 section 5.2.3.31 */
	rw_time revoked_at;
};

struct rw_key {
	enum rw_key_type type;
	struct rw_str blob;		/* what is compared: SSH wire form, or the body of an OpenPGP key packet */
	char fingerprint[RW_FINGERPRINT_LEN];	/* OpenPGP: 40 hexadecimal digits */
	const struct rw_key_openpgp *openpgp;	/* NULL: an SSH key. An OpenPGP key makes no SSH signature, and the reverse */
	rw_time since, until;		/* validity, RW_TIME_NONE: unbounded; until is exclusive */
	uint32_t owner;			/* the caller's number: index of an identity */
};

/*
 * Parse "type base64 [comment]" and check the key: known type and curve, type equal inside and outside,
 * point uncompressed and on its curve, RSA size and exponent (odd, >= 3, at most 8 bytes), no Ed25519 key of
 * small order, nothing left over. Blank space around the line is passed over, a second line is refused.
 * Certificate, DSA and unknown key types are RW_E_UNSUPPORTED. since/until/owner are left unset. Pure.
 */
rw_must_check bool rw_key_parse(struct rw_arena *a, struct rw_str line, struct rw_key *ret,
    struct rw_error *err);

/*
 * What is revoked: keys by digest, certificates of a CA (or of any) by serial number or key id. Revoked is revoked at
 * all times. Made of files: key revocation lists of ssh-keygen -k (all kinds of sections; a critical extension that
 * is not known fails, as does a signature that is wrong), or text with a public key or a fingerprint SHA256:... on
 * each line. At most RW_LIMIT_REVOKED items. Immutable; nothing is copied when it is given to a keyring.
 *
 * Source: OpenSSH PROTOCOL.krl.
 */
struct rw_revoked_certs {
	bool any_ca;
	uint8_t ca[32];			/* SHA-256 of the CA's blob */
	struct rw_str ranges;		/* first and last serial number, 8 bytes each, big endian; rising */
	const struct rw_str *id;	/* rising */
	size_t n_ids;
};
struct rw_revocations {
	struct rw_str sha256, sha1;	/* digests of blobs, one after another, rising */
	const struct rw_revoked_certs *certs;
	size_t n_certs;
};

struct rw_revoking;
struct rw_revoking *rw_revocations_begin(struct rw_arena *scratch);	/* NULL when out of memory */
/* One file; any error means that the list is of no use. */
rw_must_check bool rw_revocations_read(struct rw_revoking *l, struct rw_str bytes, struct rw_error *err);
rw_must_check bool rw_revocations_finish(struct rw_revoking *l, struct rw_arena *a, struct rw_revocations *ret,
    struct rw_error *err);
bool rw_revocations_ok(const struct rw_revocations *r);		/* lengths fit: of one that was kept elsewhere */
bool rw_revocations_have(const struct rw_revocations *r, struct rw_str blob);	/* this key */

struct rw_keyring;

struct rw_keyring *rw_keyring_new(struct rw_arena *a);		/* NULL when out of memory */
/*
 * Checks the key again (RW_E_PARSE). Two owners may not share one key, nor may one own it twice, for then
 * its validity would be ambiguous: RW_E_EXISTS. The key is copied; its blob and openpgp are not, and must live
 * as long as the keyring.
 */
rw_must_check bool rw_keyring_add(struct rw_keyring *k, const struct rw_key *key, struct rw_error *err);
/*
 * The same for a key that rw_key_parse() accepted before, byte for byte (a policy and its compiled copy): the form is read
 * again, the arithmetic (2 us for each key) is not done again. ret is the key as it stands in the keyring.
 */
rw_must_check bool rw_keyring_add_checked(struct rw_keyring *k, const struct rw_key *key, const struct rw_key **ret,
    struct rw_error *err);
/*
 * A key that signs certificates (a CA), and the principals whose certificates are the owner's. It does not sign itself.
 * The same CA may be added for other principals; one principal twice is RW_E_EXISTS when the keyring is sealed. since and until
 * are of the CA's word. Principals are not copied. ret is the line as it stands in the keyring: what a
 * result's key is when a certificate signed.
 */
rw_must_check bool rw_keyring_add_ca(struct rw_keyring *k, const struct rw_key *ca, const struct rw_str *principal,
    size_t n, const struct rw_key **ret, struct rw_error *err);
/* Before sealing. r lives as long as the keyring. */
void rw_keyring_revoke(struct rw_keyring *k, const struct rw_revocations *r);
/* Once; makes the cryptography ready for threads. */
rw_must_check bool rw_keyring_seal(struct rw_keyring *k, struct rw_error *err);
size_t rw_keyring_count(const struct rw_keyring *k);		/* keys, and lines of CAs */
const struct rw_key *rw_keyring_find(const struct rw_keyring *k, struct rw_str blob);

enum rw_sig_state {
	RW_SIG_REFUSED = 0,		/* nothing was established */
	RW_SIG_UNSIGNED,
	RW_SIG_UNSUPPORTED,		/* X.509, weak digests, other versions: named in detail */
	RW_SIG_MALFORMED,
	RW_SIG_NAMESPACE,		/* made for another purpose than "git" */
	RW_SIG_UNKNOWN_KEY,		/* fingerprint is set */
	RW_SIG_REVOKED,			/* the key, its certificate, or its CA, trusted or not */
	RW_SIG_CERT_CA,			/* a certificate by a CA that nobody trusts */
	RW_SIG_CERT_BAD,		/* its CA did not sign it, it is not for a user, or its key is no good */
	RW_SIG_CERT_PRINCIPAL,		/* it is for nobody whom its CA is trusted for, or for several */
	RW_SIG_CERT_OPTION,		/* it has a critical option that is not known, or not kept */
	RW_SIG_BAD,			/* a trusted key, but the signature does not verify */
	RW_SIG_GOOD
};
const char *rw_sig_state_name(enum rw_sig_state s);

struct rw_sig_result {
	enum rw_sig_state state;
	const struct rw_key *key;		/* GOOD and BAD: in the keyring; of a certificate, its CA's line */
	char fingerprint[RW_FINGERPRINT_LEN];	/* of the key in the signature, when it could be read */
	/*
	 * GOOD, made by a security key: did somebody touch it, and was it told a PIN (or a finger) before? How often it had
	 * signed; 0 when it does not count.
	 */
	bool security_key, touched, verified;
	uint32_t counter;
	/* GOOD, by a certificate: its own validity, beside that of key. fingerprint is of the key in it. */
	bool certificate;
	rw_time cert_since, cert_until;
	char detail[160];			/* printable: why, for all states but GOOD */
	rw_time made, ends;			/* OpenPGP: the times in the signature itself; ends may be RW_TIME_NONE */
	const char *mend;			/* static, or NULL: a command that goes before signing again, up to " && " */
};

/*
 * Judge an armoured signature over payload. The format is found by its first line (a table). Never fails:
 * what cannot be judged is a state. Validity of keys and certificates is not looked at here: that is the
 * rule's business, see rw_sig_fault_at().
 * The armour begins at the first byte, and at most one newline is behind it. *ret needs no
 * initialisation. The keyring must be sealed.
 */
void rw_signature_verify(const struct rw_keyring *k, struct rw_str payload, struct rw_str armour,
    struct rw_sig_result *ret);

/*
 * What was found out before: that the value of a signature fits what it signs, by that key. It stands for this one step of judging
 * and no other; that the key is trusted, not revoked, and may sign this is found out every time. Named by the bytes, not by an id of git.
 */
struct rw_sig_memo {
	uint8_t object[32];		/* rw_sig_object() */
	uint8_t key[32];		/* SHA-256 of the key's blob; of a certificate, of the key in it */
	bool known;			/* key is set, and need not be found out again */
};
void rw_sig_object(struct rw_str payload, struct rw_str armour, uint8_t ret[32]);
/*
 * A digest of the keys and CAs that are trusted, in any order, and of the version of the verifier: a memo is good for the same digest only.
 * Of a sealed keyring.
 */
rw_must_check bool rw_keyring_digest(const struct rw_keyring *k, uint8_t ret[32], struct rw_error *err);

/*
 * Many at once, on n_threads threads, the caller's included (0: as many as there are processors, at most
 * RW_LIMIT_SIGNATURE_THREADS). Results stand with their jobs. Fails only for a keyring that is not sealed;
 * where threads cannot be had, fewer do the work.
 */
struct rw_sig_job {
	struct rw_str payload, armour;
	/*
	 * NULL, or what is known of this one. After a GOOD result its key is set; known says then that nothing was computed. Of any other
	 * result it is not known.
	 */
	struct rw_sig_memo *memo;
	struct rw_sig_result result;
};
rw_must_check bool rw_signature_verify_all(const struct rw_keyring *k, struct rw_sig_job *jobs, size_t n,
    unsigned n_threads, struct rw_error *err);

/*
 * A good signature, held against time: `when` the signed thing was first accepted, and now. The server's clocks count; of those in the
 * signature and the certificate only ends do.
 */
enum rw_sig_fault {
	RW_SIG_FAULT_NONE,
	RW_SIG_FAULT_EARLY,		/* before the key's since */
	RW_SIG_FAULT_LATE,		/* after its end, by the policy or by its certificate */
	RW_SIG_FAULT_CERT_EARLY,	/* an SSH certificate's own validity */
	RW_SIG_FAULT_CERT_LATE,
	RW_SIG_FAULT_REVOKED,		/* softly, before `when`; hard, whenever */
	RW_SIG_FAULT_AHEAD,		/* the signature says that it was made later than now */
	RW_SIG_FAULT_ENDED		/* the signature says that it ends */
};
enum rw_sig_fault rw_sig_fault_at(const struct rw_sig_result *r, rw_time when, rw_time now);

/* GOOD, and without a fault at that time, taken as now. */
bool rw_sig_valid_at(const struct rw_sig_result *r, rw_time t);

/* The first of a key's ends, exclusive: by the policy, by its certificate, by a soft revocation. */
rw_time rw_key_until(const struct rw_key *k);

#endif
