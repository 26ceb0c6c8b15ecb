/*
 * index.h: what a loaded policy holds beside what policy.h shows: where it came from, and tables to find things in.
 * Private to policy/rules. Built by policy_load.c or decoded by policy_codec.c, then immutable.
 */
#ifndef RW_RULES_INDEX_H
#define RW_RULES_INDEX_H

#include "refwall/hash.h"
#include "refwall/policy.h"

/* One file. Names are relative to the policy's directory, '/'-separated, printable, without "." and "..". */
struct rw_policy_source {
	const char *name;
	uint8_t sha256[RW_SHA256_LEN];
};

/* One pattern of an include, and the sources that it named when it was looked at. */
struct rw_policy_include {
	uint32_t source;		/* the file that it stands in */
	struct rw_str pattern;
	const uint32_t *result;		/* sources, in the order of their names */
	size_t n;
};

/* Rising numbers of identities. Equal sets are one set, so that 500 rules "by everyone" cost nothing. */
struct rw_policy_set {
	const uint32_t *identity;
	size_t n;
};

struct rw_policy_group {
	struct rw_str name;
	struct rw_pos pos;
	const uint32_t *member;		/* a set's, groups in it opened */
	size_t n;
};

/* The account or e-mail number `item` of an identity. */
struct rw_policy_handle {
	uint32_t identity, item;
};

struct rw_policy_key {
	const struct rw_key *key;	/* in the keyring */
	const struct rw_str *principal;	/* of a CA */
	size_t n_principals;		/* 0: a plain key */
	struct rw_pos pos;
};

struct rw_policy_index {
	const struct rw_policy_source *source;	/* the first is the policy's own file */
	size_t n_sources;
	const char *const *file;		/* the same names, which positions point to */
	const struct rw_policy_include *include;
	size_t n_includes;
	const struct rw_policy_set *set;
	size_t n_sets;
	const struct rw_policy_group *group;	/* by name */
	size_t n_groups;
	const uint32_t *by_name;		/* all identities, by name */
	const struct rw_policy_handle *by_account, *by_email;	/* e-mails by their lower-case form */
	size_t n_accounts, n_emails;
	const struct rw_policy_key *key;	/* in the order of the files */
	size_t n_keys;
	struct rw_revocations revoked;		/* of the files that `revoked` names; they are sources, too */
	const struct rw_lint *note;		/* lint that does not depend on the time */
	size_t n_notes;
	char *bytes;				/* of the cache, which strings point into; owned, or NULL */
};

/* An empty policy with its arena and index, which its maker fills in; NULL when out of memory. */
struct rw_policy *rw_policy_new(struct rw_policy_index **ret_index);

/* Order of e-mails: bytes with A-Z as a-z. */
int rw_email_cmp(struct rw_str a, struct rw_str b);

const struct rw_policy_group *rw_policy_group_find(const struct rw_policy *p, struct rw_str name);

/*
 * "team-{team}" with captures filled in; false when a capture is not there, the result does not fit, or the pattern is malformed.
 * With captures NULL only the form is checked (ret may then be NULL).
 */
#define RW_NAME_MAX 128		/* bytes of the name of an identity or group */
bool rw_who_fill(struct rw_str pattern, const struct rw_glob_captures *captures, char *ret, size_t *ret_n);

/* ---- policy_codec.c ---- */

/* Append the policy's compiled form, or read it. Reading fails with RW_E_PARSE on anything odd. */
rw_must_check bool rw_policy_encode(const struct rw_policy *p, struct rw_buf *b, struct rw_error *err);
/*
 * bytes is allocated, n long, and from `at` on holds what rw_policy_encode() wrote; the policy takes it over in every
 * case, strings point into it.
 */
rw_must_check bool rw_policy_decode(char *bytes, size_t at, size_t n, struct rw_policy **ret, struct rw_error *err);

/* ---- policy_cache.c ---- */

/* The whole content of policy.cache: magic, version, length, SHA-256, compiled form. */
rw_must_check bool rw_policy_cache_write(const struct rw_policy *p, struct rw_buf *b, struct rw_error *err);
/* As rw_policy_decode(), of such content; from_cache is set. The sources are not compared here. */
rw_must_check bool rw_policy_cache_read(char *bytes, size_t n, struct rw_policy **ret, struct rw_error *err);

/* ---- policy_source.c ---- */

/*
 * Files below the policy's directory (dirfd). No symbolic link is followed on any part of the way, and nothing outside is
 * reached. Names are checked as above: RW_E_POLICY.
 */
rw_must_check bool rw_source_read(int dirfd, const char *name, struct rw_buf *ret, struct rw_error *err);

/* NULL when an include pattern is well-formed, else what is wrong with it. */
const char *rw_source_pattern_fault(struct rw_str pattern);

/*
 * The files that a pattern names, relative to the folder of the file `from`, sorted by name. A pattern without wildcards
 * that names nothing gives an empty list, too.
 */
rw_must_check bool rw_source_expand(int dirfd, const char *from, struct rw_str pattern, struct rw_arena *a,
    const char *const **ret, size_t *ret_n, struct rw_error *err);

/* Open the directory that holds `path`; ret_base is the name of the file in it, a part of path. */
rw_must_check bool rw_source_open_dir(const char *path, int *ret_fd, const char **ret_base, struct rw_error *err);

#endif
