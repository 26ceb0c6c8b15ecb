/*
 * sshsig.h: the SSH signature format. Private to policy/signature.
 *
 * Source: OpenSSH PROTOCOL.sshsig.
 */
#ifndef REFWALL_SIGNATURE_SSHSIG_H
#define REFWALL_SIGNATURE_SSHSIG_H

#include "policy/signature/sshcert.h"
#include "refwall/buf.h"

#define RW_SSHSIG_BEGIN "-----BEGIN SSH SIGNATURE-----"

struct rw_sshsig {
	struct rw_str key_blob;
	struct rw_key_parts key;	/* form only: nobody has said that it is trusted */
	bool certified;			/* key_blob is a certificate: this one */
	struct rw_cert cert;
	struct rw_str ns;		/* what the signature was made for */
	struct rw_str hash_name;
	enum rw_hash_alg hash;		/* of the payload */
	struct rw_ssh_value value;
};

/*
 * Strict: the armour begins at the first byte, and at most one newline is behind its end; version 1, reserved
 * empty, sha256 or sha512, rsa-sha2-256 or -512, nothing left over at any level. The views in *ret point
 * into blob, which is filled. RW_E_UNSUPPORTED: well-formed, but nothing that we judge. When it fails,
 * ret->key_blob is set if it could be read, and everything else is zero. Pure.
 */
rw_must_check bool rw_sshsig_parse(struct rw_str armour, struct rw_buf *blob, struct rw_sshsig *ret,
    struct rw_error *err);

/* Judge for a purpose; rw_signature_verify() asks for "git". memo may be NULL. */
void rw_sshsig_verify(const struct rw_keyring *k, const char *ns, struct rw_str payload, struct rw_str armour,
    struct rw_sig_memo *memo, struct rw_sig_result *ret);

/*
 * Is it known that this key made the signature? Sets the memo's key for the next time. memo may be NULL, then nothing is known.
 */
bool rw_sig_recall(struct rw_sig_memo *memo, struct rw_str blob);

/* What a signature is that could not be parsed. */
enum rw_sig_state rw_sig_state_of(enum rw_error_code code);

/* Set the state and the reason. */
void rw_sig_refuse(struct rw_sig_result *ret, enum rw_sig_state state, const char *fmt, ...)
    rw_printf_like(3, 4);

#endif
