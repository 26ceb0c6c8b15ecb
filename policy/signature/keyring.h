/*
 * keyring.h: what the verifier sees of a keyring. Private to policy/signature.
 */
#ifndef REFWALL_SIGNATURE_KEYRING_H
#define REFWALL_SIGNATURE_KEYRING_H

#include "policy/signature/sshkey.h"

struct rw_keyring_entry {
	struct rw_key key;		/* what the caller gets to see */
	struct rw_key_parts parts;	/* views into key.blob, checked */
	uint64_t hash;
};

const struct rw_keyring_entry *rw_keyring_entry_find(const struct rw_keyring *k, struct rw_str blob);

/* CAs are apart from keys: neither is ever taken for the other. */
const struct rw_keyring_entry *rw_keyring_ca_find(const struct rw_keyring *k, struct rw_str blob);
/* The line that trusts the CA for this principal, or NULL. */
const struct rw_key *rw_keyring_grant_find(const struct rw_keyring *k, const struct rw_keyring_entry *ca,
    struct rw_str principal);

/*
 * The next trusted OpenPGP key with that id (the last eight bytes of its fingerprint), or NULL. *at is 0 at the start. Sealed
 * keyrings only.
 */
const struct rw_keyring_entry *rw_keyring_openpgp_next(const struct rw_keyring *k, const uint8_t id[8], size_t *at);

const struct rw_revocations *rw_keyring_revoked(const struct rw_keyring *k);	/* or NULL */
bool rw_keyring_sealed(const struct rw_keyring *k);
const struct rw_crypto *rw_keyring_crypto(const struct rw_keyring *k);

/* Before sealing; for tests, which hold the back ends against each other. */
void rw_keyring_set_crypto(struct rw_keyring *k, const struct rw_crypto *c);

#endif
