/*
 * entry.h: what an entry is made of, as contrib/doc/entry-format.md says. Private to server/audit.
 *
 * The same walk says at appending which index rows an entry has, and at verification which it should have
 * had.
 */
#ifndef REFWALL_AUDIT_ENTRY_H
#define REFWALL_AUDIT_ENTRY_H

#include "refwall/audit.h"
#include "refwall/store_entry.h"

#define RW_ENTRY_VERSION 1
#define RW_CLOCK_STEP_MS 5000		/* a larger step back is an entry of its own */
#define RW_SALT_LEN 16			/* of an opening */
#define RW_ZERO_ID "0000000000000000000000000000000000000000"

struct rw_entry {
	enum rw_entry_kind kind;
	rw_time time;
	const struct rw_json_value *body;	/* an object whose members were checked */
};

/* From bytes: canonical, at most RW_LIMIT_ENTRY_BYTES, members as their kind demands. RW_E_PARSE. Pure. */
rw_must_check bool rw_entry_parse(struct rw_arena *a, struct rw_str bytes, struct rw_entry *ret,
    struct rw_error *err);

/* The items of a list member, by the kind of their items. */
enum rw_item { RW_ITEM_TEXT, RW_ITEM_ID, RW_ITEM_COMMITMENT, RW_ITEM_REF, RW_ITEM_TIP };
bool rw_entry_item_valid(struct rw_arena *a, enum rw_item item, const struct rw_json_value *v);

/* Text of a value: a string, or the bytes of {"b64":...}. {NULL, 0} when it is neither. */
struct rw_str rw_entry_text(struct rw_arena *a, const struct rw_json_value *v);
/* Digest of {"c":"<hex>"}; false when it is not such an object. */
bool rw_entry_commitment(const struct rw_json_value *v, uint8_t ret[32]);
/* 64 lower-case hexadecimal digits. */
bool rw_entry_digest(const struct rw_json_value *v, uint8_t ret[32]);
bool rw_entry_is_zero(struct rw_str id);	/* only zeros */

struct rw_entry_walk {
	struct rw_arena *a;
	void *ctx;
	/* Called once for each digest that the entry names. Content is wanted of lists and openings only. */
	bool (*side)(void *ctx, const uint8_t digest[32], enum rw_side_kind kind, struct rw_str *ret, bool *ret_erased,
	    struct rw_error *err);
	/* Called for each index row; a row may come twice. NULL: not asked for. */
	bool (*key)(void *ctx, enum rw_key_field f, struct rw_str value, struct rw_error *err);
};
/* RW_E_PARSE when a side record's content is not what it should be. */
rw_must_check bool rw_entry_walk(const struct rw_entry_walk *w, const struct rw_entry *e,
    struct rw_error *err);

/* Items of a list member that stands in the entry or in side records. */
rw_must_check bool rw_entry_list(const struct rw_entry_walk *w, const struct rw_json_value *member,
    enum rw_item item, const struct rw_json_value *const **ret, size_t *ret_n, struct rw_error *err);

/* A walk whose side records come from the log's entry `index`; fills side and ctx (which must outlive it). */
struct rw_entry_source {
	struct rw_log *l;
	struct rw_arena *a;
	uint64_t index;
};
struct rw_entry_walk rw_entry_walk_log(struct rw_entry_source *src);

/* Read and parse one entry of the log. */
rw_must_check bool rw_entry_load(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_entry *ret,
    struct rw_error *err);

/* Value of an opening: content without its salt. */
struct rw_str rw_entry_opened(struct rw_str content);

#endif
