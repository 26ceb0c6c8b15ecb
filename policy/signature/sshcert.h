/*
 * sshcert.h: certificates of SSH keys. Private to policy/signature.
 *
 * Source: OpenSSH PROTOCOL.certkeys.
 */
#ifndef REFWALL_SIGNATURE_SSHCERT_H
#define REFWALL_SIGNATURE_SSHCERT_H

#include "policy/signature/keyring.h"
#include "policy/signature/sshvalue.h"
#include "refwall/buf.h"

#define RW_CERT_USER 1

/* Views into the blob that was read. */
struct rw_cert {
	struct rw_str blob;
	struct rw_key_parts key;	/* whose certificate it is */
	struct rw_str body;		/* the same as bytes: the plain key is its type's name and this */
	uint64_t serial;
	uint32_t type;
	struct rw_str id;
	struct rw_str principals;	/* strings one after another */
	size_t n_principals;
	uint64_t after, before;		/* seconds since 1970; before is exclusive */
	struct rw_str critical;		/* pairs of strings: name, data */
	struct rw_str ca_blob;
	struct rw_key_parts ca;
	struct rw_ssh_value sig;	/* of the CA, over `signed_part` */
	struct rw_str signed_part;
};

/* Does the blob begin with the name of a certificate's type? */
bool rw_cert_is(struct rw_str blob);

/* Take a certificate apart: form only, nothing is believed. Unknown types are RW_E_UNSUPPORTED. Pure. */
rw_must_check bool rw_cert_read(struct rw_str blob, struct rw_cert *ret, struct rw_error *err);

/* Append the plain key as a blob. */
void rw_cert_put_plain(const struct rw_cert *c, struct rw_buf *b);

/*
 * May this certificate sign here? By a trusted CA, for users, for a principal that is listed, without demands that
 * we cannot keep. Returns the line of the policy that lists it; NULL: *ret has the state and the reason. Validity in time is
 * not looked at.
 */
const struct rw_key *rw_cert_judge(const struct rw_keyring *k, const struct rw_cert *c, struct rw_sig_result *ret);

/* Does it demand that the security key asks for its PIN? */
bool rw_cert_wants_pin(const struct rw_cert *c);

/* Its validity, as a time of ours. */
rw_time rw_cert_since(const struct rw_cert *c);
rw_time rw_cert_until(const struct rw_cert *c);

#endif
