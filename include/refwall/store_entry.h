/*
 * store_entry.h: the tables of the record and its index, for server/audit only. It decides what they hold;
 * this says only how they are kept. Functions that write want rw_log_begin(); bytes that are returned live in
 * the arena.
 */
#ifndef REFWALL_STORE_ENTRY_H
#define REFWALL_STORE_ENTRY_H

#include "refwall/store.h"

/*
 * Several reads that must agree: until the end they see one state. Nested in a transaction or another
 * snapshot it does nothing and ret_began is false; only who began ends it.
 */
rw_must_check bool rw_log_snapshot(struct rw_log *l, bool *ret_began, struct rw_error *err);
void rw_log_snapshot_end(struct rw_log *l);

/*
 * Something failed halfway: this transaction can only be rolled back, and rw_log_commit() does that and
 * fails. Returns false, for the end of a function.
 */
bool rw_log_spoil(struct rw_log *l);

/* ---- entries ---- */

struct rw_store_entry {
	uint64_t index;
	rw_time time;
	struct rw_str kind;
	uint8_t leaf[32];
	struct rw_str body;
};

rw_must_check bool rw_store_entry_size(struct rw_log *l, uint64_t *ret, struct rw_error *err);	/* largest index + 1 */
rw_must_check bool rw_store_entry_add(struct rw_log *l, const struct rw_store_entry *e, struct rw_error *err);
rw_must_check bool rw_store_entry_get(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_store_entry *ret,
    struct rw_error *err);							/* RW_E_NOT_FOUND */
/* Without the body: what appending and searching need. RW_E_NOT_FOUND. */
rw_must_check bool rw_store_entry_head(struct rw_log *l, uint64_t index, rw_time *ret_time, uint8_t ret_leaf[32],
    struct rw_error *err);

/* ---- nodes of the Merkle tree, level 1 and above: of entries [index << level, (index + 1) << level) ---- */

struct rw_store_node {
	unsigned level;
	uint64_t index;
	uint8_t hash[32];
	rw_time tmin, tmax;		/* of the entry times below: lets a search by time skip whole subtrees */
};

rw_must_check bool rw_store_node_add(struct rw_log *l, const struct rw_store_node *n, struct rw_error *err);
rw_must_check bool rw_store_node_get(struct rw_log *l, unsigned level, uint64_t index, struct rw_store_node *ret,
    struct rw_error *err);							/* RW_E_NOT_FOUND */
rw_must_check bool rw_store_node_count(struct rw_log *l, uint64_t *ret, struct rw_error *err);

/* ---- side records: bytes that an entry names by their SHA-256 ---- */

/* Stored numbers, never changed. Those of 2 and above may hold personal values and can be erased. */
enum rw_side_kind { RW_SIDE_LIST = 1, RW_SIDE_OPENING = 2, RW_SIDE_FINDINGS = 3, RW_SIDE_NOTICE = 4 };

struct rw_store_side {
	uint64_t index;			/* of the entry that names it */
	uint8_t digest[32];
	enum rw_side_kind kind;
	struct rw_str content;
	bool erased;			/* content is gone, a tombstone is left */
};

/* Adding the same record to the same entry again is no error. */
rw_must_check bool rw_store_side_add(struct rw_log *l, const struct rw_store_side *s, struct rw_error *err);
rw_must_check bool rw_store_side_get(struct rw_log *l, struct rw_arena *a, uint64_t index, const uint8_t digest[32],
    struct rw_store_side *ret, struct rw_error *err);				/* RW_E_NOT_FOUND; erased ones are found */
/* Leave a tombstone in its place. RW_E_NOT_FOUND; RW_E_DENIED for a kind that cannot be erased. */
rw_must_check bool rw_store_side_erase(struct rw_log *l, uint64_t index, const uint8_t digest[32], rw_time now,
    struct rw_error *err);
rw_must_check bool rw_store_side_count(struct rw_log *l, uint64_t *ret_kept, uint64_t *ret_erased, struct rw_error *err);
/*
 * All of them, erased ones too, without their content, by entry: for the search of what no entry names. False
 * from fn ends it.
 */
rw_must_check bool rw_store_side_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_side *s), void *ctx,
    struct rw_error *err);

/* ---- the inverted index: (field, value) -> rising entry indexes ---- */

/* Stored numbers, never changed. */
enum rw_key_field {
	RW_KEY_KIND = 1, RW_KEY_REPO = 2, RW_KEY_ACCOUNT = 3, RW_KEY_SIGNER = 4, RW_KEY_REF = 5, RW_KEY_VERDICT = 6,
	RW_KEY_RULE = 7, RW_KEY_PATH = 8, RW_KEY_COMMIT = 9, RW_KEY_MAX
};

/* Adding the same row again is no error. */
rw_must_check bool rw_store_key_add(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index,
    struct rw_error *err);
/* Only of the account and signer fields, and only after an opening of that entry was erased. */
rw_must_check bool rw_store_key_erase(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index,
    struct rw_error *err);
/* The nearest row at or above (below, when descending) an index; UINT64_MAX: none. One probe of the tree. */
rw_must_check bool rw_store_key_seek(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index,
    bool descending, uint64_t *ret, struct rw_error *err);
/* How many rows, counting no further than limit. */
rw_must_check bool rw_store_key_count(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t limit,
    uint64_t *ret, struct rw_error *err);
/* Values with a prefix, at most limit of them. */
rw_must_check bool rw_store_key_values(struct rw_log *l, struct rw_arena *a, enum rw_key_field f, struct rw_str prefix,
    size_t limit, const struct rw_str **ret, size_t *ret_n, struct rw_error *err);
/* Move what was added of late to its place. Done by itself now and then; a reader sees no difference. */
rw_must_check bool rw_store_key_merge(struct rw_log *l, struct rw_error *err);
/* All rows. False from fn ends it. */
rw_must_check bool rw_store_key_each(struct rw_log *l,
    bool (*fn)(void *ctx, enum rw_key_field f, struct rw_str value, uint64_t index), void *ctx, struct rw_error *err);

#endif
