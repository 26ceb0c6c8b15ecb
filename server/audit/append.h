/*
 * append.h: an entry in the making. Private to server/audit.
 *
 * A draft collects the side records that the body names; rw_append() then writes entry, side records, tree
 * nodes and index rows.
 */
#ifndef REFWALL_AUDIT_APPEND_H
#define REFWALL_AUDIT_APPEND_H

#include "server/audit/entry.h"
#include "server/audit/merkle.h"

struct rw_draft {
	struct rw_arena *a;
	struct rw_store_side *side;
	size_t n, cap;
};

/* SHA-256 of the content names it; content is copied. */
rw_must_check bool rw_draft_side(struct rw_draft *d, enum rw_side_kind kind, struct rw_str content,
    uint8_t ret[32], struct rw_error *err);
/* Salt || value as a side record, its digest is the commitment. */
rw_must_check bool rw_draft_opening(struct rw_draft *d, struct rw_str value, uint8_t ret[32],
    struct rw_error *err);

/* A list member that stands in the entry, or, once spilled, in side records. */
struct rw_list {
	size_t n;
	void *ctx;
	void (*item)(struct rw_json *j, void *ctx, size_t i);
	bool spilled;
	uint8_t (*digest)[32];
	size_t n_digests;
};
rw_must_check bool rw_list_spill(struct rw_draft *d, struct rw_list *list, struct rw_error *err);
void rw_list_put(struct rw_json *j, const struct rw_list *list);

/* Members that every entry has, in their places of the alphabet. */
void rw_put_commitment(struct rw_json *j, const uint8_t digest[32]);
void rw_put_repo(struct rw_json *j, struct rw_str id, struct rw_str name);
void rw_put_v(struct rw_json *j);

/* Append; a step of the clock goes before it as an entry of its own. */
rw_must_check bool rw_append(struct rw_log *l, const struct rw_draft *d, rw_time now, struct rw_str body,
    uint64_t *ret_index, struct rw_error *err);

/* Tree nodes as the log keeps them. */
struct rw_merkle_source rw_log_source(struct rw_log *l);

#endif
