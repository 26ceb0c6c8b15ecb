/*
 * revocation.h: lists of what is revoked, while they are read and when they are asked. Private to policy/signature.
 *
 * Source: OpenSSH PROTOCOL.krl; ssh-keygen(1), KEY REVOCATION LISTS.
 */
#ifndef REFWALL_SIGNATURE_REVOCATION_H
#define REFWALL_SIGNATURE_REVOCATION_H

#include "policy/signature/sshcert.h"

#define RW_KRL_MAGIC "SSHKRL\n\0"	/* 8 bytes */

struct rw_serials { uint64_t lo, hi; };		/* both included */

/* Certificates of one CA, or of whomever. */
struct rw_revoking_certs {
	bool any_ca;
	uint8_t ca[RW_SHA256_LEN];
	struct rw_serials *range;
	size_t n_ranges, range_cap;
	struct rw_str *id;
	size_t n_ids, id_cap;
	struct rw_revoking_certs *next;
};

struct rw_digest256 { uint8_t b[RW_SHA256_LEN]; };
struct rw_digest1 { uint8_t b[20]; };

struct rw_revoking {
	struct rw_arena *arena;
	struct rw_digest256 *sha256;
	size_t n_sha256, sha256_cap;
	struct rw_digest1 *sha1;
	size_t n_sha1, sha1_cap;
	struct rw_revoking_certs *certs;
	size_t n_items;
};

/* One more item; fails beyond RW_LIMIT_REVOKED. */
rw_must_check bool rw_revoking_digest(struct rw_revoking *l, struct rw_str digest, struct rw_error *err);
rw_must_check bool rw_revoking_blob(struct rw_revoking *l, struct rw_str plain, struct rw_error *err);
rw_must_check bool rw_revoking_serials(struct rw_revoking *l, struct rw_revoking_certs *c, uint64_t lo, uint64_t hi,
    struct rw_error *err);
rw_must_check bool rw_revoking_id(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_str id,
    struct rw_error *err);
/* Of this CA; empty: of any. NULL: out of memory. */
struct rw_revoking_certs *rw_revoking_certs_of(struct rw_revoking *l, struct rw_str ca_blob);

/* The binary form (sshkrl.c). */
rw_must_check bool rw_krl_read(struct rw_revoking *l, struct rw_str bytes, struct rw_error *err);

/* What of it is revoked: "key", "CA", "certificate"; NULL: nothing. cert is NULL for a plain key. r may be NULL. */
const char *rw_revoked(const struct rw_revocations *r, struct rw_str plain, const struct rw_cert *cert);

#endif
