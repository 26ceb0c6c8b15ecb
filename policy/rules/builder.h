/*
 * builder.h: a policy while it is being made. Private to the loading half of policy/rules.
 *
 * Files are read and parsed first (policy_load.c), then identities and groups are collected over all files
 * (policy_identity.c), then the rules (policy_rule.c), which refer to them; lint comes last (policy_lint.c).
 */
#ifndef RW_RULES_BUILDER_H
#define RW_RULES_BUILDER_H

#include "policy/rules/index.h"
#include "policy/rules/rule.h"

enum rw_top_key {
	RW_TOP_VERSION, RW_TOP_INCLUDE, RW_TOP_IDENTITIES, RW_TOP_GROUPS, RW_TOP_REFS, RW_TOP_SCOPE, RW_TOP_RULES,
	RW_TOP_REVOKED, RW_TOP_OVERRIDE, RW_TOP_MAX
};

struct rw_builder_source {
	const char *name;
	uint8_t sha256[RW_SHA256_LEN];
	uint32_t parent;			/* the file that includes it; the first is its own */
	struct rw_pos included;			/* where */
	const struct rw_yaml_node *top[RW_TOP_MAX];
};

/* A name that must be unique, with the place where it stands. */
struct rw_named {
	struct rw_str name;
	struct rw_pos pos;
	uint32_t order;				/* in which the files give them */
	uint32_t owner, item;			/* the finder's own */
	bool is_group;
	bool used;				/* some rule names it, directly or through a group */
	const struct rw_yaml_node *node;
	uint32_t source;			/* the file that it stands in */
};

struct rw_named_list {
	struct rw_named *v;
	size_t n, cap;
};

struct rw_policy_builder {
	struct rw_arena *arena;			/* of the policy */
	struct rw_arena *scratch;		/* trees and lists that end with the loading */
	struct rw_policy *policy;
	struct rw_policy_index *index;
	struct rw_strict strict;		/* of the file being read */
	int dir;				/* the policy's directory, or -1: no includes */
	struct rw_builder_source *source;
	size_t n_sources, source_cap;
	struct rw_policy_include *include;
	size_t n_includes, include_cap;
	struct rw_policy_set *set;
	size_t n_sets, set_cap;
	struct rw_named_list names;		/* identities and groups, sorted once both are known */
	struct rw_lint *note;
	size_t n_notes, note_cap;
	const struct rw_rule *rule;		/* being compiled: its scope declares the captures */
	const struct rw_rule_type *type;	/* of the check being compiled */
};

/* ---- builder.c ---- */

void rw_builder_enter(struct rw_policy_builder *b, size_t source);	/* messages and positions are of this file */
struct rw_pos rw_builder_pos(const struct rw_policy_builder *b, const struct rw_yaml_node *n);
struct rw_str rw_builder_keep(struct rw_policy_builder *b, struct rw_str s);	/* copied into the policy, NUL behind it */
rw_must_check bool rw_builder_ok(const struct rw_policy_builder *b, struct rw_error *err);
bool rw_builder_fail_at(struct rw_pos pos, struct rw_error *err, const char *fmt, ...) rw_printf_like(3, 4);
void rw_builder_note(struct rw_policy_builder *b, struct rw_pos pos, const char *fmt, ...) rw_printf_like(3, 4);

struct rw_named *rw_named_add(struct rw_policy_builder *b, struct rw_named_list *l, struct rw_str name,
    const struct rw_yaml_node *n);
/*
 * Sort by name and order. Returns NULL when all names differ; else the second of two equal ones that stands first in the
 * files, and the one before it.
 */
const struct rw_named *rw_named_sort(struct rw_named_list *l, const struct rw_named **ret_first);
struct rw_named *rw_named_find(const struct rw_named_list *l, struct rw_str name);

/* The set of these numbers: sorted here, repetitions taken out, shared with an equal one. NULL: out of memory. */
const struct rw_policy_set *rw_builder_set(struct rw_policy_builder *b, uint32_t *v, size_t n);

/* Fail with the nearest name: "... names nobody, did you mean ...?" */
bool rw_builder_unknown(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    struct rw_str name, struct rw_error *err);

/*
 * A file that is no YAML, named relative to the file being read, whole; it becomes one of the policy's sources: part of its digest,
 * and of what its compiled copy is held against. what: the key that names it.
 */
rw_must_check bool rw_builder_file(struct rw_policy_builder *b, const struct rw_yaml_node *at, const char *what,
    struct rw_str name, struct rw_buf *ret, struct rw_error *err);	/* policy_load.c */

/* ---- the parts ---- */

rw_must_check bool rw_builder_revoked(struct rw_policy_builder *b, struct rw_error *err);	/* policy_revoked.c */
rw_must_check bool rw_builder_identities(struct rw_policy_builder *b, struct rw_error *err);	/* policy_identity.c */
rw_must_check bool rw_builder_groups(struct rw_policy_builder *b, struct rw_error *err);	/* policy_group.c */
rw_must_check bool rw_builder_rules(struct rw_policy_builder *b, struct rw_error *err);		/* policy_rule.c */
void rw_builder_lint(struct rw_policy_builder *b);						/* policy_lint.c */

/* ---- policy_load.c ---- */

/* One file from memory, without includes. For tests and fuzzing. */
rw_must_check bool rw_policy_parse(const char *name, struct rw_str bytes, struct rw_policy **ret, struct rw_error *err);

#endif
