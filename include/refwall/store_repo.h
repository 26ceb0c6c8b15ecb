/*
 * store_repo.h: what follows from the record and is kept beside it for speed, for server/audit only:
 * repositories, the last known value of each ref, accepts that are not settled yet, taints, and when a commit
 * was first accepted. Functions that write want rw_log_begin(); bytes that are returned live in the arena.
 */
#ifndef REFWALL_STORE_REPO_H
#define REFWALL_STORE_REPO_H

#include "refwall/store.h"

/* ---- repositories ---- */

struct rw_store_repo {
	struct rw_str id, name, path;
	uint64_t baseline;		/* entry of the newest baseline */
};

rw_must_check bool rw_store_repo_put(struct rw_log *l, const struct rw_store_repo *r, struct rw_error *err);
rw_must_check bool rw_store_repo_get(struct rw_log *l, struct rw_arena *a, struct rw_str id, struct rw_store_repo *ret,
    struct rw_error *err);						/* RW_E_NOT_FOUND */
rw_must_check bool rw_store_repo_list(struct rw_log *l, struct rw_arena *a, const struct rw_store_repo **ret,
    size_t *ret_n, struct rw_error *err);				/* by id */

/* ---- tips: the value of a ref according to the record ---- */

struct rw_store_tip {
	struct rw_str repo, ref, value;	/* hex */
	uint64_t index;			/* of the entry that says so */
};

rw_must_check bool rw_store_tip_put(struct rw_log *l, const struct rw_store_tip *t, struct rw_error *err);
rw_must_check bool rw_store_tip_get(struct rw_log *l, struct rw_arena *a, struct rw_str repo, struct rw_str ref,
    struct rw_store_tip *ret, struct rw_error *err);			/* RW_E_NOT_FOUND */
rw_must_check bool rw_store_tip_clear(struct rw_log *l, struct rw_str repo, struct rw_error *err);
rw_must_check bool rw_store_tip_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_tip *t), void *ctx,
    struct rw_error *err);						/* false from fn ends it */

/* ---- pending accepts ---- */

struct rw_store_pending {
	uint64_t push;			/* the accepting entry */
	struct rw_str repo, name, ref, old_id, new_id;
	int64_t pid;
	uint64_t start;
	struct rw_str boot;
};

rw_must_check bool rw_store_pending_add(struct rw_log *l, const struct rw_store_pending *p, struct rw_error *err);
/* Of one repository, or of all when repo is empty; by repository, ref and push. */
rw_must_check bool rw_store_pending_list(struct rw_log *l, struct rw_arena *a, struct rw_str repo,
    const struct rw_store_pending **ret, size_t *ret_n, struct rw_error *err);
rw_must_check bool rw_store_pending_delete(struct rw_log *l, uint64_t push, struct rw_str ref, struct rw_error *err);
rw_must_check bool rw_store_pending_count(struct rw_log *l, struct rw_str repo, uint64_t *ret, struct rw_error *err);

/* ---- taints: rules that only warned about what a ref holds ---- */

struct rw_store_taint {
	struct rw_str repo, ref, rule;
	uint64_t push;			/* the accepting entry */
};

rw_must_check bool rw_store_taint_add(struct rw_log *l, const struct rw_store_taint *t, struct rw_error *err);
rw_must_check bool rw_store_taint_has(struct rw_log *l, struct rw_str repo, struct rw_str ref, struct rw_str rule,
    bool *ret, struct rw_error *err);
/* Those of one push (it was not applied), or all that came up to that push (the ref was deleted). */
rw_must_check bool rw_store_taint_clear(struct rw_log *l, struct rw_str repo, struct rw_str ref, uint64_t push,
    bool earlier_too, struct rw_error *err);
rw_must_check bool rw_store_taint_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_taint *t),
    void *ctx, struct rw_error *err);

/* ---- first accepted ---- */

/* The first one stays. */
rw_must_check bool rw_store_seen_add(struct rw_log *l, struct rw_str repo, struct rw_str commit, rw_time time,
    uint64_t index, struct rw_error *err);
/* RW_TIME_NONE: never. */
rw_must_check bool rw_store_seen_get(struct rw_log *l, struct rw_str repo, struct rw_str commit, rw_time *ret_time,
    uint64_t *ret_index, struct rw_error *err);
/* All of them; object is the raw id. False from fn ends it. */
rw_must_check bool rw_store_seen_each(struct rw_log *l,
    bool (*fn)(void *ctx, struct rw_str repo, struct rw_str object, rw_time time, uint64_t index), void *ctx,
    struct rw_error *err);

/* ---- counters of security keys ---- */

/* The highest one stays. */
rw_must_check bool rw_store_counter_put(struct rw_log *l, struct rw_str repo, struct rw_str key, uint32_t counter,
    uint64_t index, struct rw_error *err);
/* 0: none. */
rw_must_check bool rw_store_counter_get(struct rw_log *l, struct rw_str repo, struct rw_str key, uint32_t *ret,
    struct rw_error *err);

/* ---- values of signatures that were found good (struct rw_store_memo, store.h) ---- */

/* At most RW_LIMIT_MEMO_SETS times RW_LIMIT_MEMO_ROWS are kept; the oldest go together. */
rw_must_check bool rw_store_memo_put(struct rw_log *l, const uint8_t key_set[32], const struct rw_store_memo *m, size_t n,
    struct rw_error *err);
/* Sets key and known of those that are there. */
rw_must_check bool rw_store_memo_get(struct rw_log *l, const uint8_t key_set[32], struct rw_store_memo *m, size_t n,
    struct rw_error *err);

/* ---- push certificates that were used, by the SHA-256 of what was signed ---- */

/* RW_E_EXISTS: it is there already. */
rw_must_check bool rw_store_certificate_add(struct rw_log *l, const uint8_t payload[32], uint64_t index, struct rw_error *err);
/* The entry that says so; UINT64_MAX: none. */
rw_must_check bool rw_store_certificate_get(struct rw_log *l, const uint8_t payload[32], uint64_t *ret_index,
    struct rw_error *err);

#endif
