/*
 * audit.h: the record. Entries are RFC 8785 JSON of at most RW_LIMIT_ENTRY_BYTES, numbered from 0 without gaps; each is a leaf
 * (SHA-256, RFC 6962 section 2.1) of one Merkle tree, whose nodes are written in the same transaction. contrib/doc/entry-format.md
 * is the format, which is final.
 *
 * Personal values (accounts, identity names, e-mails) stand in entries as commitments {"c":"<hex SHA-256(salt || value)>"}; salt and value are
 * side records that can be erased without breaking a proof. Long lists (findings, refs of a big push) and notices are side records
 * found by digest.
 *
 * All functions that write want a transaction (rw_log_begin) of the caller's.
 */
#ifndef REFWALL_AUDIT_H
#define REFWALL_AUDIT_H

#include "refwall/json.h"
#include "refwall/store.h"

#define RW_ENTRY_KINDS(X)						\
	X(RW_ENTRY_BASELINE,	"baseline")				\
	X(RW_ENTRY_PUSH,	"push")					\
	X(RW_ENTRY_APPLIED,	"applied")				\
	X(RW_ENTRY_NOT_APPLIED,	"not-applied")				\
	X(RW_ENTRY_BYPASS,	"bypass")				\
	X(RW_ENTRY_POLICY,	"policy")				\
	X(RW_ENTRY_TOKEN,	"token")				\
	X(RW_ENTRY_SUBSCRIPTION,"subscription")				\
	X(RW_ENTRY_CONFIG,	"config")				\
	X(RW_ENTRY_CLOCK,	"clock")				\
	X(RW_ENTRY_CERTIFICATE,	"certificate")
#define RW_ENTRY_ENUM(id, name) id,
enum rw_entry_kind { RW_ENTRY_NONE, RW_ENTRY_KINDS(RW_ENTRY_ENUM) RW_ENTRY_MAX };
#undef RW_ENTRY_ENUM
const char *rw_entry_kind_name(enum rw_entry_kind k);
enum rw_entry_kind rw_entry_kind_parse(struct rw_str name);	/* RW_ENTRY_NONE: unknown */

struct rw_audit_ref {
	struct rw_str name;			/* bytes */
	char old_id[41], new_id[41];		/* hex; forty zeros: none */
	struct rw_str notice;			/* JSON for fan-out: {"commit":{...},"paths":{"added":[],"modified":[],"removed":[]}|null}; may be empty */
	const struct rw_str *tainted_by;	/* rules that only warned */
	size_t n_tainted_by;
};

/* Who holds the ref update in hand: git-receive-pack, the hook's parent. Tells "still running" from "died". */
struct rw_audit_process {
	int64_t pid;
	uint64_t start;				/* field 22 of /proc/PID/stat */
	char boot[37];				/* /proc/sys/kernel/random/boot_id */
};

struct rw_audit_counter { struct rw_str key; uint32_t counter; };	/* by fingerprint */

struct rw_audit_push {
	rw_time now;
	struct rw_str repo_id, repo_name;
	struct rw_str account;			/* personal; may be empty */
	const char *transport;			/* "ssh", "http", "local" */
	const struct rw_audit_ref *ref;
	size_t n_refs;
	bool accepted;
	const char *policy_digest;		/* hex, or NULL when no policy could be loaded */
	const char *config_digest;
	const char *version;			/* of the program */
	struct rw_str findings;			/* canonical JSON array (rw_report_json with personal values), or empty */
	uint64_t n_findings;
	const struct rw_str *rule;		/* names of the rules that found something, unique */
	size_t n_rules;
	const struct rw_str *path;		/* for the index: changed and found paths, unique, bounded by the caller */
	size_t n_paths;
	const struct rw_str *signer;		/* identity names; personal */
	size_t n_signers;
	struct rw_str error;			/* "could not be judged: ..." , or empty */
	const struct rw_str *new_commit;	/* hex ids, to remember when they were first accepted */
	size_t n_new_commits;
	const struct rw_audit_counter *counter;	/* of security keys, to be kept when accepted */
	size_t n_counters;
	const struct rw_store_memo *memo;	/* of good signatures, under this set of keys; to be kept when accepted */
	size_t n_memos;
	uint8_t key_set[32];
	struct rw_audit_process process;
	/*
	 * The push certificate, whole, or empty: it stands in an entry of its own, the next one. payload: SHA-256 of what was signed, when a
	 * rule demanded it and found it good: it is used up by that. RW_E_EXISTS when it was used before.
	 */
	struct rw_str certificate;		/* personal */
	const uint8_t *certificate_payload;	/* 32 bytes, or NULL */
};

/* Append the push entry; an accepted one leaves a pending row per ref. */
rw_must_check bool rw_audit_push(struct rw_log *l, const struct rw_audit_push *p, uint64_t *ret_index, struct rw_error *err);

/*
 * Append a plain entry of another kind. Members are written in the order of their names; personal ones as commitments.
 */
struct rw_audit_field {
	const char *name;			/* ASCII; not "kind", "time", "v" */
	enum { RW_FIELD_STR, RW_FIELD_PERSONAL, RW_FIELD_INT, RW_FIELD_JSON } type;
	struct rw_str str;			/* STR, PERSONAL; JSON: canonical value */
	int64_t integer;
};
rw_must_check bool rw_audit_event(struct rw_log *l, enum rw_entry_kind kind, rw_time now, const struct rw_audit_field *f,
    size_t n, uint64_t *ret_index, struct rw_error *err);

/* Register a repository (id, name, absolute path) with its tips: a baseline entry. Repeating it makes a new baseline. */
rw_must_check bool rw_audit_baseline(struct rw_log *l, rw_time now, struct rw_str repo_id, struct rw_str repo_name,
    struct rw_str path, const struct rw_audit_ref *tips, size_t n, uint64_t *ret_index, struct rw_error *err);

struct rw_audit_repo { struct rw_str id, name, path; };
rw_must_check bool rw_audit_repos(struct rw_log *l, struct rw_arena *a, const struct rw_audit_repo **ret, size_t *ret_n,
    struct rw_error *err);
rw_must_check bool rw_audit_repo_by_id(struct rw_log *l, struct rw_arena *a, struct rw_str id, struct rw_audit_repo *ret,
    struct rw_error *err);							/* RW_E_NOT_FOUND */
/* Tips of the newest baseline, hex. */
rw_must_check bool rw_audit_baseline_tips(struct rw_log *l, struct rw_arena *a, struct rw_str repo_id,
    const struct rw_str **ret, size_t *ret_n, struct rw_error *err);
bool rw_audit_is_tainted(struct rw_log *l, struct rw_str repo_id, struct rw_str ref, struct rw_str rule);
uint32_t rw_audit_counter(struct rw_log *l, struct rw_str repo_id, struct rw_str key);	/* the highest one; 0: none */
/* Sets known and key of those that are remembered. */
void rw_audit_recall(struct rw_log *l, const uint8_t key_set[32], struct rw_store_memo *memo, size_t n);
/* The push entry whose certificate had that payload; UINT64_MAX: none. */
rw_must_check bool rw_audit_certificate_used(struct rw_log *l, const uint8_t payload[32], uint64_t *ret_push, struct rw_error *err);
rw_time rw_audit_first_seen(struct rw_log *l, struct rw_str repo_id, struct rw_str commit_hex);	/* RW_TIME_NONE */

/*
 * Settle accepts: each pending ref becomes "applied" (the ref's tip is the accepted value, or post-receive named it) or "not-applied"
 * (it is something else and its process is gone). One that is neither stays pending. Idempotent.
 */
struct rw_settle {
	rw_time now;
	const char *by;				/* "post-receive", "hook", "refwalld" */
	struct rw_str repo_id;			/* empty: all repositories */
	const struct rw_audit_ref *moved;	/* post-receive: what git says moved; else NULL */
	size_t n_moved;
	void *ctx;
	/* Current tip, hex of 40, zeros when absent. False: cannot tell now (the pending row stays). NULL only in post-receive. */
	bool (*tip)(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41]);
	/* Is that process still running? */
	bool (*alive)(void *ctx, const struct rw_audit_process *p);
	size_t applied, not_applied, still_pending;	/* out */
};
rw_must_check bool rw_audit_settle(struct rw_log *l, struct rw_settle *s, struct rw_error *err);
/* Are there pending accepts (of a repository; empty: of any)? A cheap read, to avoid taking the lock for nothing. */
rw_must_check bool rw_audit_pending(struct rw_log *l, struct rw_str repo_id, size_t *ret_n, struct rw_error *err);

/* ---- reading ---- */

struct rw_audit_entry {
	uint64_t index;
	enum rw_entry_kind kind;
	rw_time time;
	struct rw_str body;			/* canonical JSON */
	uint8_t leaf[32];
};

struct rw_audit_filter {			/* empty, NONE: not asked for */
	enum rw_entry_kind kind;
	struct rw_str repo, ref, account, signer, verdict, rule, path, commit;	/* exact; repo is a name or an id; commit a full hex id, or a prefix of 7 and more */
	rw_time since, until;			/* entry time, until exclusive; RW_TIME_NONE */
	uint64_t after;				/* only entries with index > after-1, i.e. index >= after (ascending) */
	uint64_t before;			/* only entries with index < before; UINT64_MAX: no bound */
	bool descending;
	size_t limit;				/* 1 .. RW_LIMIT_PAGE */
	/*
	 * Out, may be NULL: where the next page starts (its `after`, its `before` when descending), set when there are further entries.
	 * Who gives it also gets bounded work: filters that are frequent each but rarely meet may give a short page, an empty one even, that
	 * says there is more.
	 */
	uint64_t *ret_next;
};
#define RW_AUDIT_FILTER_INIT { .since = RW_TIME_NONE, .until = RW_TIME_NONE, .before = UINT64_MAX, .limit = RW_LIMIT_PAGE_DEFAULT }

/*
 * The filter from its textual form (URL query or command line): a table of names. `name` is "repo", "ref", "account", "signer", "verdict",
 * "rule", "path", "commit", "kind", "since", "until", "after", "before", "order", "limit". RW_E_USAGE names what is wrong. Pure.
 */
rw_must_check bool rw_audit_filter_set(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str name, struct rw_str value,
    struct rw_error *err);

rw_must_check bool rw_audit_size(struct rw_log *l, uint64_t *ret, struct rw_error *err);
rw_must_check bool rw_audit_get(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_audit_entry *ret,
    struct rw_error *err);							/* RW_E_NOT_FOUND */
/* ret_more: there are further entries; the next page starts behind the last index (in the direction of the order). */
rw_must_check bool rw_audit_list(struct rw_log *l, struct rw_arena *a, const struct rw_audit_filter *f,
    const struct rw_audit_entry **ret, size_t *ret_n, bool *ret_more, struct rw_error *err);

/*
 * One entry for people and programs: {"entry":<as recorded>,"findings":[...]|null,"index":N,"leaf":"<hex>","opened":{"account":"alice","signers":["alice"]}}.
 * An erased opening is null. Of a push with a certificate there is a member "certificate" before these, its text.
 */
rw_must_check bool rw_audit_expand(struct rw_log *l, const struct rw_audit_entry *e, struct rw_buf *out, struct rw_error *err);

/* Formats of `audit list`: text (one line each), json (an array), ndjson, csv. A table; begin/entry/end append to out. */
struct rw_audit_format {
	const char *name, *content_type;
	void (*begin)(struct rw_buf *out);
	bool (*entry)(struct rw_log *l, const struct rw_audit_entry *e, bool first, struct rw_buf *out, struct rw_error *err);
	void (*end)(struct rw_buf *out);
};
const struct rw_audit_format *rw_audit_format_find(struct rw_str name);

/* Applied refs from an index on, for fan-out. */
struct rw_audit_applied {
	uint64_t index, push;
	rw_time time;
	struct rw_str repo_id, repo_name, ref, old_id, new_id;
	struct rw_str account;			/* opened, or empty */
	struct rw_str notice;			/* JSON, or empty */
};
rw_must_check bool rw_audit_applied_from(struct rw_log *l, struct rw_arena *a, uint64_t from, size_t limit,
    const struct rw_audit_applied **ret, size_t *ret_n, uint64_t *ret_next, struct rw_error *err);

/* RFC 6962: root of the first n entries. */
rw_must_check bool rw_audit_root(struct rw_log *l, uint64_t size, uint8_t ret[32], struct rw_error *err);

/*
 * Check everything: every entry is canonical and well-formed, indexes are contiguous, leaves and nodes are right, every side record has
 * its digest and every digest its record (erased ones excepted and counted), the index tables say what entries say, every accepted
 * ref is settled once at most, and the applied history of each ref is a chain from its baseline.
 */
struct rw_audit_problem { uint64_t index; const char *text; };
struct rw_audit_report {
	uint64_t entries, side_records, erased, pending;
	uint8_t root[32];
	const struct rw_audit_problem *problem;
	size_t n_problems, n_dropped;		/* 100 are kept */
};
rw_must_check bool rw_audit_verify(struct rw_log *l, struct rw_arena *a, struct rw_audit_report *ret, struct rw_error *err);

/*
 * Erase a personal value: every opening of it, wherever an account or signer of that name was recorded, is deleted and leaves a tombstone; it
 * can be searched for no more. Commitments, and so every proof, stay. Wants a transaction. Old pages of the
 * write-ahead log hold the bytes until it is next copied over.
 */
rw_must_check bool rw_audit_erase(struct rw_log *l, rw_time now, struct rw_str value, uint64_t *ret_n, struct rw_error *err);

/* ---- merkle.h is pure: server/audit/merkle.h ---- */
#endif
