/*
 * judge.h: policy + push -> verdict. The whole judgement of a push, in one call; a zeroed verdict refuses.
 *
 * An error (false) means that the push could not be judged: the caller refuses it and says why. A finding is
 * a fault of the push. A finding of a rule in mode "warn" does not refuse.
 */
#ifndef REFWALL_JUDGE_H
#define REFWALL_JUDGE_H

#include "refwall/git.h"
#include "refwall/policy.h"

struct rw_finding {
	struct rw_str rule;		/* name of the rule in the policy; the check's id when built in */
	const char *check;		/* "signed", "manifests", "names" ... stable ids */
	bool warn;
	struct rw_str ref;		/* "" for files */
	struct rw_oid commit;		/* zero when it is not about one commit */
	struct rw_str path;		/* raw bytes, or empty */
	uint32_t line, col;		/* 0: not known */
	const char *field;		/* "spec.replicas", or NULL */
	const char *text;		/* one printable line: what is wrong */
	/* printable lines, or NULL; mend is a command where there is one */
	const char *found, *wanted, *mend;
	const char *message, *help;	/* of the rule, or NULL */
	/* text without anything that names a person, or NULL when text is so already */
	const char *neutral;
	/* found, wanted and mend name people: written only where persons may be */
	bool personal;
};

enum rw_update_kind {
	RW_UPDATE_NONE,
	RW_UPDATE_CREATE,
	RW_UPDATE_FAST_FORWARD,
	RW_UPDATE_REWIND,
	RW_UPDATE_DELETE
};
const char *rw_update_kind_name(enum rw_update_kind k);	/* "create", "fast-forward", "rewind", "delete" */

struct rw_judged_update {
	const struct rw_ref_update *update;
	enum rw_update_kind kind;
	struct rw_oid tip;			/* new value peeled to a commit, or zero */
	/* net, old tip to new tip (create: against the empty tree unless a parent is known) */
	const struct rw_change *change;
	size_t n_changes;
	size_t n_commits;
	struct rw_str subject, author_name, author_email;	/* of the new tip */
	rw_time author_time;
	bool refused;				/* an enforced finding names this ref */
	/* names of rules whose findings were only warnings: the ref is tainted for them */
	const struct rw_str *warned;
	size_t n_warned;
};

/* How far a security key had counted when it signed something new. */
struct rw_sk_counter {
	char fingerprint[RW_FINGERPRINT_LEN];
	uint32_t counter;		/* the highest of the push; never 0 */
};

/* What came with a push that was signed as a whole (git push --signed), as githooks(5) gives it to pre-receive. */
struct rw_certificate_given {
	struct rw_str bytes;			/* of the certificate; empty: they could not be read */
	const char *why;			/* then: why not, printable */
	/* GIT_PUSH_CERT_NONCE and GIT_PUSH_CERT_NONCE_STATUS; what git says of the signature is not asked */
	struct rw_str nonce, nonce_status;
};

struct rw_verdict {
	bool accepted;				/* false: refuse */
	const struct rw_finding *finding;
	size_t n;				/* at most RW_LIMIT_FINDINGS kept */
	size_t n_dropped;
	const struct rw_judged_update *update;
	size_t n_updates;
	const uint32_t *signer;			/* identities whose good signatures were used, rising */
	size_t n_signers;
	uint32_t pusher;			/* identity of the account, or RW_IDENTITY_NONE */
	const struct rw_oid *new_commit;	/* commits that signatures were demanded of and that passed */
	size_t n_new_commits;
	const struct rw_sk_counter *sk_counter;	/* of the good signatures that were used; to be recorded when accepted */
	size_t n_sk_counters;
	/* What was found out about values of signatures, to be recorded when accepted; recalled: how many needed no computing. */
	const struct rw_sig_memo *memo;
	size_t n_memos, n_recalled;
	uint8_t key_set[32];			/* rw_keyring_digest(), when there are memos */
	/* a rule demanded the push certificate and it was good: it must not be used again */
	bool certificate_used;
	uint8_t certificate_payload[32];	/* SHA-256 of what was signed */
};

struct rw_judge_input {
	struct rw_repo *repo;
	const struct rw_policy *policy;
	struct rw_push push;
	struct rw_str repo_name;
	struct rw_str account;			/* as configured sources gave it; may be empty */
	/* tips recorded by install: their ancestors are exempt from commit rules */
	const struct rw_oid *baseline;
	size_t n_baseline;
	rw_time now;				/* receive time */
	/* `refwall check --repo R A..B`: old values are taken as given, no ref is asked about */
	bool rehearse;
	/* rehearsal only: the pusher's identity, or RW_IDENTITY_NONE; account is not looked at */
	uint32_t as;
	unsigned n_threads;			/* for signatures; 0: all processors */
	void *ctx;
	/* When was this commit first accepted in this repository? RW_TIME_NONE: never. May be NULL. */
	rw_time (*first_seen)(void *ctx, const struct rw_oid *commit);
	/*
	 * Does the ref hold commits that this rule only warned about? Such a ref vouches for nothing. May be
	 * NULL.
	 */
	bool (*tainted)(void *ctx, struct rw_str ref, struct rw_str rule);
	/*
	 * The highest counter of this security key that was recorded for this repository; 0: none. One that falls is a
	 * warning. May be NULL.
	 */
	uint32_t (*sk_counter)(void *ctx, struct rw_str fingerprint);
	/*
	 * What is known of these signatures under this set of keys? Sets known and key of those that are. May be NULL: then the verdict
	 * holds no memos either.
	 */
	void (*recall)(void *ctx, const uint8_t key_set[32], struct rw_sig_memo *memo, size_t n);
	const struct rw_certificate_given *certificate;	/* NULL: the push is not signed */
	/*
	 * Was a certificate with this payload used before, by which log entry? UINT64_MAX: no. False: cannot tell, which refuses. May be NULL:
	 * then none was.
	 */
	bool (*certificate_used)(void *ctx, const uint8_t payload[32], uint64_t *ret_entry, struct rw_error *err);
};

/*
 * Judge a push. The verdict and all it points to live in the arena. Checks old values against the real refs
 * first.
 */
rw_must_check bool rw_judge_push(const struct rw_judge_input *in, struct rw_arena *a, struct rw_verdict *ret,
    struct rw_error *err);

/*
 * Files without a push (`refwall check PATH`): content rules only, as if they were at `ref` of `repo_name`.
 */
struct rw_file {
	struct rw_str path;			/* as the repository would name it */
	uint32_t mode;
	void *handle;				/* the reader's own */
};
struct rw_judge_files {
	const struct rw_policy *policy;
	struct rw_str repo_name, ref;
	uint32_t as;				/* identity, or RW_IDENTITY_NONE */
	const struct rw_file *file;
	size_t n_files;
	void *ctx;
	bool (
	    *read)(void *ctx, const struct rw_file *f, size_t max, struct rw_buf *ret, struct rw_error *err);
};
rw_must_check bool rw_judge_files(const struct rw_judge_files *in, struct rw_arena *a, struct rw_verdict *ret,
    struct rw_error *err);

/* ---- the report ---- */

struct rw_report_options {
	struct rw_str repo_name;
	int64_t entry;			/* log index, or -1 */
	const char *check_range;	/* "origin/main..HEAD", for the last line, or NULL */
	bool gitlab;			/* prefix lines for GitLab's web UI with "GL-HOOK-ERR: " */
};

/*
 * What the pusher reads, without "remote: ". Bounded by RW_LIMIT_FINDINGS_SHOWN and the buffer. Warnings are
 * shown on accepted pushes too.
 */
void rw_report_text(const struct rw_verdict *v, const struct rw_report_options *o, struct rw_buf *b);

/* One JSON array of findings, canonical. With personal = false nothing that names a person is written. */
void rw_report_json(const struct rw_verdict *v, bool personal, struct rw_buf *b);

#endif
