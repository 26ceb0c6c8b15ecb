/*
 * store.h: the two stores behind Refwall. Nothing above server/store knows that they are SQLite.
 *
 *	struct rw_log	log/log.db	entries, Merkle nodes, side records, index, pending accepts, repositories.
 *					Written by hooks (the git user) and by refwalld: mode 0660 in a 2770 directory.
 *	struct rw_serve	serve/serve.db	tokens, subscriptions with their secrets, cursors, deliveries. Only refwalld's user: 0600 in 0700.
 *
 * Stores are created by `refwall init` only; opening never creates. A store is opened O_NOFOLLOW, with WAL,
 * synchronous=FULL, trusted_schema=OFF, recursive_triggers=ON, foreign keys on, and a check of its schema version
 * (RW_E_UNSUPPORTED). A handle belongs to one thread.
 *
 * Writers of the log queue on a file lock (flock on log/log.lock, taken in order of arrival) before they begin, for a bounded
 * time (RW_E_BUSY); readers never wait. Everything between rw_log_begin() and rw_log_commit() is one transaction:
 * a process that dies in it leaves nothing behind. No output and no network inside it.
 */
#ifndef REFWALL_STORE_H
#define REFWALL_STORE_H

#include "refwall/arena.h"
#include "refwall/buf.h"
#include "refwall/limits.h"
#include "refwall/timestamp.h"

struct rw_log;

enum rw_store_mode { RW_STORE_READ, RW_STORE_WRITE };

/* Create dir (mode 2770) and an empty store in it; RW_E_EXISTS when there is one. origin names the log for ever. */
rw_must_check bool rw_log_create(const char *dir, const char *origin, struct rw_error *err);
rw_must_check bool rw_log_open(const char *dir, enum rw_store_mode mode, struct rw_log **ret, struct rw_error *err);
void rw_log_close(struct rw_log *l);
void rw_log_closep(struct rw_log **l);
#define rw_auto_log		rw_cleanup(rw_log_closep)
struct rw_str rw_log_origin(const struct rw_log *l);

rw_must_check bool rw_log_begin(struct rw_log *l, int64_t wait_ms, struct rw_error *err);
rw_must_check bool rw_log_commit(struct rw_log *l, struct rw_error *err);	/* durable when true */
void rw_log_rollback(struct rw_log *l);						/* also done by close */
bool rw_log_in_transaction(const struct rw_log *l);

/*
 * The tables, one header per group, used by server/audit only:
 *	store_entry.h	entries, nodes, side records, index
 *	store_repo.h	repositories, pending accepts, last applied, taints, first-seen commits, known signatures
 */

/* The value of a signature that a key was found to have made: digests, for the log knows no signatures (signature.h does). */
struct rw_store_memo {
	uint8_t object[32], key[32];
	bool known;			/* of one that is asked for: it is there, and key is set */
};

/* ---- serve.db ---- */

struct rw_serve;

rw_must_check bool rw_serve_create(const char *dir, struct rw_error *err);
rw_must_check bool rw_serve_open(const char *dir, enum rw_store_mode mode, struct rw_serve **ret, struct rw_error *err);
void rw_serve_close(struct rw_serve *s);
void rw_serve_closep(struct rw_serve **s);
#define rw_auto_serve		rw_cleanup(rw_serve_closep)
rw_must_check bool rw_serve_begin(struct rw_serve *s, struct rw_error *err);	/* BEGIN IMMEDIATE, waits up to 5 s */
rw_must_check bool rw_serve_commit(struct rw_serve *s, struct rw_error *err);
void rw_serve_rollback(struct rw_serve *s);

/*
 * One change in both stores: it runs with both transactions open, then the log is committed, then the
 * other. What is not recorded does not happen; the record of a change whose own commit failed is an
 * attempt. The log is waited for at most wait_ms and two seconds, since meanwhile no outcome of a
 * delivery can be written.
 */
rw_must_check bool rw_stores_change(struct rw_serve *s, struct rw_log *l, int64_t wait_ms,
    bool (*change)(void *ctx, struct rw_error *err), void *ctx, struct rw_error *err);

/* Tokens. Only the SHA-256 of a token is stored; the token itself is shown once. */
#define RW_SCOPES(X)							\
	X(RW_SCOPE_AUDIT_READ,		"audit:read")			\
	X(RW_SCOPE_SUBSCRIPTIONS_READ,	"subscriptions:read")		\
	X(RW_SCOPE_SUBSCRIPTIONS_WRITE,	"subscriptions:write")		\
	X(RW_SCOPE_METRICS_READ,	"metrics:read")			\
	X(RW_SCOPE_ADMIN,		"admin")	/* everything */
#define RW_SCOPE_ENUM(id, name) id##_BIT,
enum rw_scope_bit { RW_SCOPES(RW_SCOPE_ENUM) RW_SCOPE_BITS };
#undef RW_SCOPE_ENUM
#define RW_SCOPE_ENUM(id, name) id = 1u << id##_BIT,
enum rw_scope_flag { RW_SCOPES(RW_SCOPE_ENUM) };
#undef RW_SCOPE_ENUM
const char *rw_scope_name(enum rw_scope_bit bit);
bool rw_scope_parse(struct rw_str name, unsigned *ret_flag);

struct rw_token {
	int64_t id;
	uint8_t hash[32];
	unsigned scopes;
	struct rw_str name;		/* what it is for */
	struct rw_str repos;		/* glob that limits it, "" none */
	rw_time created, expires;	/* RW_TIME_NONE: never */
	bool revoked;
};
rw_must_check bool rw_token_add(struct rw_serve *s, const struct rw_token *t, int64_t *ret_id, struct rw_error *err);
/* RW_E_NOT_FOUND also for revoked ones; expiry is the caller's business. Strings live in the arena. */
rw_must_check bool rw_token_by_hash(struct rw_serve *s, struct rw_arena *a, const uint8_t hash[32], struct rw_token *ret,
    struct rw_error *err);
rw_must_check bool rw_token_list(struct rw_serve *s, struct rw_arena *a, const struct rw_token **ret, size_t *ret_n,
    struct rw_error *err);
rw_must_check bool rw_token_revoke(struct rw_serve *s, int64_t id, struct rw_error *err);

/* Subscriptions. */
enum rw_subscription_state { RW_SUB_ACTIVE, RW_SUB_PAUSED, RW_SUB_GONE /* endpoint answered 410 */ };
const char *rw_subscription_state_name(enum rw_subscription_state st);	/* "active" */
struct rw_subscription {
	int64_t id;
	struct rw_str url;
	struct rw_str secret;		/* raw key bytes; never shown after creation */
	struct rw_str repo_glob, ref_glob;	/* "" everything */
	struct rw_str owner_repos;	/* limit of the token that made it, "" none */
	enum rw_subscription_state state;
	rw_time created;
	uint64_t start;			/* log size at creation: only later entries are announced */
};
rw_must_check bool rw_subscription_add(struct rw_serve *s, const struct rw_subscription *sub, int64_t *ret_id,
    struct rw_error *err);
rw_must_check bool rw_subscription_get(struct rw_serve *s, struct rw_arena *a, int64_t id, struct rw_subscription *ret,
    struct rw_error *err);
rw_must_check bool rw_subscription_list(struct rw_serve *s, struct rw_arena *a, int64_t after, size_t limit,
    const struct rw_subscription **ret, size_t *ret_n, struct rw_error *err);
rw_must_check bool rw_subscription_set_state(struct rw_serve *s, int64_t id, enum rw_subscription_state st,
    struct rw_error *err);
rw_must_check bool rw_subscription_delete(struct rw_serve *s, int64_t id, struct rw_error *err);	/* and its deliveries */

/*
 * Deliveries: at most one row per (subscription, repository, ref), which holds the newest applied entry that is still to be announced.
 */
enum rw_delivery_state { RW_DELIVERY_WAITING, RW_DELIVERY_SENDING, RW_DELIVERY_DONE, RW_DELIVERY_DEAD };
const char *rw_delivery_state_name(enum rw_delivery_state st);		/* "waiting" */
struct rw_delivery {
	int64_t id, subscription;
	struct rw_str repo_id, repo_name, ref;
	uint64_t entry;			/* index of the newest applied entry */
	struct rw_str before, after;	/* hex ids: before is what the endpoint was last told, or the first old value */
	char uuid[37];			/* X-GitHub-Delivery and webhook-id: stable over retries of one entry */
	enum rw_delivery_state state;
	unsigned attempts;		/* made so far; of a row that was taken, the one under way included */
	rw_time next_at;
	int last_status;		/* HTTP status, 0 none */
	struct rw_str last_error;
};
rw_must_check bool rw_delivery_cursor(struct rw_serve *s, uint64_t *ret, struct rw_error *err);	/* first log index not yet taken */
rw_must_check bool rw_delivery_set_cursor(struct rw_serve *s, uint64_t next, struct rw_error *err);
/*
 * Enqueue or coalesce. An undelivered row of the same subscription, repository and ref takes the new entry, after and uuid, keeps
 * its before, and starts over (attempts 0, next_at now), unless it is being sent: then it is marked to run again.
 */
rw_must_check bool rw_delivery_put(struct rw_serve *s, const struct rw_delivery *d, rw_time now, struct rw_error *err);
/* Rows that are due, oldest first, at most one per (subscription, repository, ref) by construction; they become SENDING. */
rw_must_check bool rw_delivery_take(struct rw_serve *s, struct rw_arena *a, rw_time now, size_t limit,
    const struct rw_delivery **ret, size_t *ret_n, struct rw_error *err);
/* When is the next row due? RW_TIME_NONE: nothing waits. */
rw_must_check bool rw_delivery_next(struct rw_serve *s, rw_time *ret, struct rw_error *err);
/*
 * Outcome of the attempt for `entry`: DONE, DEAD, or WAITING with the time of the next attempt. If the row was coalesced meanwhile it goes
 * back to WAITING whatever the outcome: at once, or at next_at when the outcome is WAITING (an endpoint that failed keeps its
 * pause). After DONE its before is what this attempt told.
 */
rw_must_check bool rw_delivery_finish(struct rw_serve *s, int64_t id, uint64_t entry, enum rw_delivery_state st,
    rw_time next_at, int status, struct rw_str error, struct rw_error *err);
/* At start: what was SENDING when the daemon died is WAITING again. */
rw_must_check bool rw_delivery_recover(struct rw_serve *s, struct rw_error *err);
/* Rows of one subscription that are not DONE, for `show`; and a count by state for metrics. */
rw_must_check bool rw_delivery_list(struct rw_serve *s, struct rw_arena *a, int64_t subscription, size_t limit,
    const struct rw_delivery **ret, size_t *ret_n, struct rw_error *err);
rw_must_check bool rw_delivery_get(struct rw_serve *s, struct rw_arena *a, int64_t id, struct rw_delivery *ret,
    struct rw_error *err);							/* RW_E_NOT_FOUND */
rw_must_check bool rw_delivery_counts(struct rw_serve *s, uint64_t ret[RW_DELIVERY_DEAD + 1], struct rw_error *err);
rw_must_check bool rw_delivery_redeliver(struct rw_serve *s, int64_t id, rw_time now, struct rw_error *err);

#endif
