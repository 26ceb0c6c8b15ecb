/*
 * rule.h: what a rule type is, and what it may use while judging. Private to policy/rules.
 *
 * One rule, one file: rule_<name>.c holds the type's configuration struct, how it is compiled from YAML,
 * how it is written to and read from the policy cache, and how it judges. The table of all types is rule_table.c.
 */
#ifndef RW_RULES_RULE_H
#define RW_RULES_RULE_H

#include "refwall/judge.h"
#include "refwall/policy.h"
#include "refwall/strict.h"

struct rw_policy_builder;		/* policy_load.c: names of groups and identities, the arena */
struct rw_codec;			/* codec.h: reads or writes, one function for both */
struct rw_judgement;			/* judgement.h: one push being judged */

enum rw_rule_target {
	RW_TARGET_UPDATE,		/* once per ref update in scope (refs, updates, pushed-by, reachable-from) */
	RW_TARGET_COMMIT,		/* once per new commit of an update in scope (signed) */
	RW_TARGET_CHANGE,		/* per changed path of each new commit, when the path is in scope (changed-by) */
	RW_TARGET_BLOB,			/* every blob that any new commit introduces at a path in scope (secrets, files) */
	RW_TARGET_TIP			/* every changed file of the new tip at a path in scope (manifests, images) */
};

enum rw_rule_trait {
	RW_TRAIT_READS = 1,		/* reads manifests: what is judged must be what is checked out */
	RW_TRAIT_RUNS = 2,		/* judges what clusters run: nothing in its scope is passed over */
	RW_TRAIT_UNREAD = 4		/* judges files as well that cannot be read */
};

struct rw_update_view;			/* judgement.h */
struct rw_content;			/* judgement.h: bytes of a blob, its parsed YAML on demand */

struct rw_rule_type {
	const char *name;		/* the key in a rule, and the id of its findings */
	enum rw_rule_target target;
	unsigned traits;		/* enum rw_rule_trait */
	size_t conf_size;
	/* n is the value of the key. Fails through rw_strict_fail(). */
	bool (*compile)(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err);
	void (*codec)(struct rw_codec *c, void *conf);
	/* Judge; adds findings to j. False: could not be judged. Which one is set follows from target. */
	bool (*update)(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
	    const struct rw_update_view *u, struct rw_error *err);
	bool (*commit)(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
	    const struct rw_update_view *u, const struct rw_oid *id, const struct rw_commit *commit, struct rw_error *err);
	bool (*change)(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
	    const struct rw_update_view *u, const struct rw_oid *id, const struct rw_commit *commit,
	    const struct rw_change *change, const struct rw_glob_captures *captures, struct rw_error *err);
	bool (*content)(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
	    const struct rw_update_view *u, struct rw_content *content, struct rw_error *err);
};

extern const struct rw_rule_type *const rw_rule_types[];	/* NULL at the end */
const struct rw_rule_type *rw_rule_type_find(struct rw_str name);
/* Has one of the rule's checks that target, that trait? */
bool rw_rule_has_target(const struct rw_rule *r, enum rw_rule_target t);
bool rw_rule_has_trait(const struct rw_rule *r, enum rw_rule_trait t);
#define RW_RULE_CONF_MAX 256		/* conf_size is never larger */

extern const struct rw_rule_type rw_rule_updates, rw_rule_pushed_by, rw_rule_signed, rw_rule_reachable_from;
extern const struct rw_rule_type rw_rule_changed_by, rw_rule_manifests, rw_rule_images, rw_rule_secrets, rw_rule_files;
extern const struct rw_rule_type rw_rule_push_certificate;

/* ---- for compile functions (policy_load.c) ---- */

struct rw_arena *rw_builder_arena(struct rw_policy_builder *b);		/* lives as long as the policy */
/*
 * Of the file being read. What its functions return lives in memory that ends with the loading: strings that
 * the configuration keeps come from the rw_builder_* functions.
 */
const struct rw_strict *rw_builder_strict(struct rw_policy_builder *b);
/*
 * A list of identities, groups and capture patterns; unknown names fail with the nearest right one. A capture must be
 * declared by the rule: by its paths for changes and files (RW_TARGET_CHANGE, _BLOB, _TIP), else by its refs.
 */
rw_must_check bool rw_builder_who(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    struct rw_who *ret, struct rw_error *err);
/* Patterns: of anything, of full ref names ("refs/..."), of repository paths. What can never match is refused. */
rw_must_check bool rw_builder_globs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    struct rw_globs *ret, struct rw_error *err);
rw_must_check bool rw_builder_refs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    struct rw_globs *ret, struct rw_error *err);
rw_must_check bool rw_builder_paths(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    struct rw_globs *ret, struct rw_error *err);
/* rw_strict_strs() with the strings kept as long as the policy. */
rw_must_check bool rw_builder_strs(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    size_t min, const struct rw_str **ret, size_t *ret_n, struct rw_error *err);
/* A word, or a list of words without repetition, as a set of bits: 1 << index. */
rw_must_check bool rw_builder_words(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    const char *const *words, size_t n_words, unsigned *ret, struct rw_error *err);
/*
 * rw_strict_map() with a table that says which keys belong to the language but not to this version: those are
 * refused as "... is not supported by this version", never ignored.
 */
struct rw_builder_key {
	const char *name;
	enum { RW_KEY_OPTIONAL, RW_KEY_REQUIRED, RW_KEY_LATER } is;
};
#define RW_BUILDER_KEYS_MAX 40
rw_must_check bool rw_builder_map(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what,
    const struct rw_builder_key *keys, size_t n_keys, const struct rw_yaml_node **ret, struct rw_error *err);

/* ---- the configuration of each type, as compiled ---- */

struct rw_conf_updates {		/* updates: [create, fast-forward, rewind, delete] */
	bool allowed[RW_UPDATE_DELETE + 1];
};
struct rw_conf_pushed_by {		/* pushed-by: [who...] */
	struct rw_who who;
};
struct rw_conf_signed {			/* signed: {by: [who...], match: committer|author|account, touch: required, pin: required} */
	struct rw_who by;
	unsigned match;			/* bits: 1 committer, 2 author, 4 account */
	bool touch, pin;		/* a security key, touched, and told its PIN */
};
struct rw_conf_push_certificate {	/* push-certificate: required, or {by: [who...]} */
	bool anybody;			/* whom the policy knows */
	struct rw_who by;
};
struct rw_conf_reachable {		/* reachable-from: [ref globs] */
	struct rw_globs refs;
};
struct rw_conf_changed_by {		/* changed-by: [{who: ...}, ...]; who: a string or a list */
	struct rw_who *grant;
	size_t n;
};
struct rw_conf_manifests {		/* manifests: {ignore: [globs]}, or manifests: {} */
	struct rw_globs ignore;
	bool has_ignore;
};
struct rw_conf_images {			/* images: {pinned: digest|tag, registries: [prefixes], ignore: [...]} */
	unsigned pinned;		/* 0 no demand, 1 a tag that is not latest, 2 a digest */
	const struct rw_str *registry;	/* "registry.example.com" or "registry.example.com/team" */
	size_t n_registries;
};
struct rw_conf_secrets {		/* secrets: encrypted */
	bool encrypted;
};
struct rw_conf_files {			/* files: {max-size: 1Mi, names: [globs that are forbidden], modes: [regular, executable, symlink, submodule]} */
	uint64_t max_size;		/* 0: no demand */
	struct rw_globs forbidden;
	bool has_forbidden;
	unsigned modes;			/* bits of what is allowed: 1 regular, 2 executable, 4 symlink, 8 submodule; 0 no demand */
};

#endif
