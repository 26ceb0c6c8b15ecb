/*
 * merkle.h: the tree of RFC 6962 section 2.1 over SHA-256. Pure.
 *
 * A node (level, index) is the hash of the perfect subtree over the leaves [index << level, (index + 1) <<
 * level); level 0 are the leaves. Whoever keeps all of these can answer everything: the ragged right edge is
 * computed when asked for.
 */
#ifndef REFWALL_AUDIT_MERKLE_H
#define REFWALL_AUDIT_MERKLE_H

#include "refwall/error.h"

#define RW_MERKLE_PROOF_MAX 66		/* hashes; trees have less than 2^63 leaves */

struct rw_merkle_proof {
	size_t n;
	uint8_t hash[RW_MERKLE_PROOF_MAX][32];
};

/* Where perfect nodes come from. Asked only for subtrees that are complete in the size at hand. */
struct rw_merkle_source {
	void *ctx;
	bool (*node)(void *ctx, unsigned level, uint64_t index, uint8_t ret[32], struct rw_error *err);
};

void rw_merkle_leaf(struct rw_str body, uint8_t ret[32]);			/* SHA-256(0x00 || body) */
void rw_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t ret[32]);	/* SHA-256(0x01 || l || r) */

/* Root of the first size leaves; of none: SHA-256 of nothing. */
rw_must_check bool rw_merkle_root(const struct rw_merkle_source *s, uint64_t size, uint8_t ret[32],
    struct rw_error *err);

/* Proofs, RFC 6962 sections 2.1.1 and 2.1.2. RW_E_USAGE: index >= size; size1 == 0 or size1 > size2. */
rw_must_check bool rw_merkle_inclusion(const struct rw_merkle_source *s, uint64_t index, uint64_t size,
    struct rw_merkle_proof *ret, struct rw_error *err);
rw_must_check bool rw_merkle_consistency(const struct rw_merkle_source *s, uint64_t size1, uint64_t size2,
    struct rw_merkle_proof *ret, struct rw_error *err);

/*
 * Their verification, RFC 9162 sections 2.1.3.2 and 2.1.4.2. n hashes of 32 bytes, no more and no fewer than
 * needed.
 */
rw_must_check bool rw_merkle_verify_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*proof)[32], size_t n, const uint8_t root[32]);
rw_must_check bool rw_merkle_verify_consistency(uint64_t size1, uint64_t size2, const uint8_t root1[32],
    const uint8_t root2[32], const uint8_t (*proof)[32], size_t n);

#endif
