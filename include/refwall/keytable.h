/*
 * keytable.h: OpenPGP certificates -> a flat table of the keys that may sign -> keys of a keyring.
 *
 * A certificate is a long, hostile thing: it is read once, by an administrator, in a process of its own
 * (refwall key import). What a policy names is the table: text, so that a change of it can be reviewed, with
 * every conclusion drawn and a checksum against damage. It holds nothing that is secret.
 *
 *	refwall-keys 1
 *	cert FINGERPRINT USER-ID
 *	key ROLE FINGERPRINT ALGORITHM CREATED UNTIL STATE AT BODY
 *	sha256 HEX
 *
 * One "key" line for each key that may sign, below the "cert" line of its certificate. ROLE is primary or
 * subkey; CREATED, UNTIL and AT are times in UTC or "-"; STATE is good, or why it was revoked: superseded,
 * retired, user-id (soft), compromised, no-reason, other (hard); AT is when. BODY is the base64 of the body
 * of the key packet, which says algorithm, numbers and time again: the reader computes the fingerprint from
 * it, and refuses a line that is unlike its body. The last line is the SHA-256 of all bytes before it.
 *
 * Source: RFC 9580 (version 4 keys and signatures as of RFC 4880).
 */
#ifndef REFWALL_KEYTABLE_H
#define REFWALL_KEYTABLE_H

#include "refwall/buf.h"
#include "refwall/signature.h"

struct rw_key_table_row {
	/* since and until are RW_TIME_NONE, owner is 0: they are the caller's */
	struct rw_key key;
	struct rw_str user_id;		/* of its certificate; a table made elsewhere need not be printable */
	char algorithm[32];		/* "rsa3072", "nistp256", "ed25519" */
};
struct rw_key_table {
	struct rw_key_table_row *row;
	size_t n;
};

/*
 * Read a table; keys are checked as rw_key_parse() does. RW_E_PARSE, RW_E_LIMIT and RW_E_UNSUPPORTED say
 * "line N: ...". Everything in *ret lives in the arena, and nothing points into the bytes. Pure.
 */
rw_must_check bool rw_key_table_read(struct rw_arena *a, struct rw_str bytes, struct rw_key_table *ret,
    struct rw_error *err);

/* "superseded", ...; "good" for a key that is not revoked. */
const char *rw_revocation_name(const struct rw_key_openpgp *k);

struct rw_openpgp_import {
	rw_time now;		/* what is signed later than this is passed over */
	bool allow_sha1;	/* take self-signatures over SHA-1 */
};

struct rw_openpgp_file {
	const char *name;	/* for messages; printable */
	struct rw_str bytes;
};

/*
 * Certificates, armoured or binary, one or several in a file, to a table (appended to `table`).
 * Self-signatures, bindings and back-signatures are verified; the newest valid one counts. What is passed
 * over is said in `notes`, a line each. Fails as a whole when a certificate is malformed, has no key that may
 * sign, or carries a revocation that cannot be judged. Bounded by RW_LIMIT_CERT_*. Pure. Meant to be called
 * where a mistake in it does no harm.
 */
rw_must_check bool rw_openpgp_import(const struct rw_openpgp_file *files, size_t n,
    const struct rw_openpgp_import *how,
    struct rw_buf *table, struct rw_buf *notes, struct rw_error *err);

#endif
