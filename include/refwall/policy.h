/*
 * policy.h: a policy file with its includes, checked and compiled. refwall-policy(5) describes the
 * language; this header describes what it becomes.
 *
 * A policy is immutable once loaded and may be shared between threads. Everything in it lives until
 * rw_policy_free(). Errors are RW_E_POLICY and read "file:line:col: what is wrong, what was wanted"; what
 * cannot be read at all keeps its own code (RW_E_IO, RW_E_NOT_FOUND, RW_E_LIMIT, RW_E_NOMEM). rw_crypto_init() comes first.
 */
#ifndef REFWALL_POLICY_H
#define REFWALL_POLICY_H

#include "refwall/buf.h"
#include "refwall/glob.h"
#include "refwall/limits.h"
#include "refwall/signature.h"
#include "refwall/timestamp.h"

struct rw_pos {
	const char *file;		/* as shown: relative to the policy's directory */
	uint32_t line, col;
};

struct rw_identity {
	struct rw_str name;
	bool machine;
	const struct rw_str *account;
	size_t n_accounts;
	const struct rw_str *email;
	size_t n_emails;
	struct rw_pos pos;
};
#define RW_IDENTITY_NONE UINT32_MAX

/* A list of identities, groups, and names with captures ("team-{team}"). */
struct rw_who {
	const uint32_t *identity;	/* members that are known from the start, rising */
	size_t n;
	const struct rw_str *pattern;	/* entries with captures, as written */
	size_t n_patterns;
	const struct rw_str *text;	/* all entries as written, for "wanted one of" */
	size_t n_text;
};

struct rw_scope {
	bool any_repo, any_ref, any_path;	/* not limited */
	struct rw_globs repos, refs, paths;
};

struct rw_rule_type;			/* policy/rules/rule.h */
struct rw_policy_index;			/* policy/rules/index.h: tables for the functions below */

struct rw_check {
	const struct rw_rule_type *type;
	struct rw_pos pos;
	const void *conf;		/* the type's own struct */
};

struct rw_rule {
	struct rw_str name;
	struct rw_pos pos;
	struct rw_scope scope;		/* the policy's default scope merged in */
	bool warn;			/* mode: warn */
	struct rw_str message, help;	/* may be empty */
	const struct rw_check *check;
	size_t n_checks;
};

struct rw_policy {
	struct rw_arena *arena;
	const struct rw_identity *identity;
	size_t n_identities;
	struct rw_globs refs;		/* what may exist at all; never empty: refs/heads/ and refs/tags/ when the policy does not say */
	const struct rw_rule *rule;
	size_t n_rules;
	const struct rw_keyring *keyring;	/* key.owner is an index into identity */
	/*
	 * SHA-256, in hex, of the text that `sha256sum FILE...` prints for the policy's files: the first file, then
	 * each included one where its include stands, then those of `revoked`, then each key table in the order of the identities;
	 * names relative to the policy's directory.
	 */
	char digest[65];
	bool from_cache;
	const struct rw_policy_index *index;
};

/* Read and compile the file and its includes. */
rw_must_check bool rw_policy_load(const char *path, struct rw_policy **ret, struct rw_error *err);

/*
 * The same through a compiled copy in cache_dir ("policy.cache"): when the digests of all files (and the
 * set of files that the includes name) are as they were, libyaml is not used at all. A missing, old or damaged copy is
 * ignored and replaced (atomically, mode 0660); failing to write it is no error.
 * The copy's own digest is against damage, not against forgery: whoever can write cache_dir can put another policy there. So this
 * is for hooks, which run as a user who can; a program with more rights than theirs uses rw_policy_load().
 */
rw_must_check bool rw_policy_load_cached(const char *path, const char *cache_dir, struct rw_policy **ret,
    struct rw_error *err);

void rw_policy_free(struct rw_policy *p);
void rw_policy_freep(struct rw_policy **p);
#define rw_auto_policy		rw_cleanup(rw_policy_freep)

/* What is suspicious but not wrong: unused groups and identities, rules that can never match, keys that are past. */
struct rw_lint { struct rw_pos pos; const char *text; };
rw_must_check bool rw_policy_lint(const struct rw_policy *p, rw_time now, struct rw_arena *a,
    const struct rw_lint **ret, size_t *ret_n, struct rw_error *err);

/*
 * Index of the identity that has this account, e-mail or name; RW_IDENTITY_NONE when nobody has. Accounts and names are
 * compared byte by byte, e-mails without regard to the case of A to Z.
 */
uint32_t rw_policy_by_account(const struct rw_policy *p, struct rw_str account);
uint32_t rw_policy_by_email(const struct rw_policy *p, struct rw_str email);
uint32_t rw_policy_by_name(const struct rw_policy *p, struct rw_str name);

/* Is the identity one of them? Captures (may be NULL) fill the patterns in; a pattern that names nobody matches nobody. */
bool rw_who_has(const struct rw_policy *p, const struct rw_who *w, const struct rw_glob_captures *captures,
    uint32_t identity);

/* "maintainers, image-bot" */
void rw_who_text(const struct rw_who *w, struct rw_buf *b);

#endif
