/*
 * strict.h: strict reading of our own YAML files (policy, configuration) on top of manifest.h. Every
 * refusal reads "file:line:col: what, wanted what" and names the nearest right word.
 * Scalars are taken by their text and style, not by Kubernetes' rules: only true and false are booleans.
 */
#ifndef REFWALL_STRICT_H
#define REFWALL_STRICT_H

#include "refwall/manifest.h"
#include "refwall/timestamp.h"

struct rw_strict {
	const char *file;		/* as shown in messages */
	struct rw_arena *arena;
	enum rw_error_code code;	/* RW_E_POLICY or RW_E_CONFIG: set on every failure */
};

/*
 * Parse exactly one document that is a map; any problem of the stream, an alias, an anchor, an explicit tag or a
 * merge key is a failure with its position. An empty file is a failure.
 */
rw_must_check bool rw_strict_load(const struct rw_strict *s, struct rw_str bytes, const struct rw_yaml_node **ret,
    struct rw_error *err);

/* Fail at a node: sets "file:line:col: message". Returns false. */
bool rw_strict_fail(const struct rw_strict *s, const struct rw_yaml_node *n, struct rw_error *err,
    const char *fmt, ...) rw_printf_like(4, 5);

#define RW_STRICT_KEYS_MAX 64		/* keys of one table that a message looks at */

struct rw_strict_key {
	const char *name;
	bool required;
};

/*
 * n must be a map that has only the keys of the table; ret[i] is the value of key i, or NULL. `what` names the
 * map in messages ("a rule"). A null value is a failure.
 */
rw_must_check bool rw_strict_map(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    const struct rw_strict_key *keys, size_t n_keys, const struct rw_yaml_node **ret, struct rw_error *err);

/* Scalars. `what` names the value in messages. */
rw_must_check bool rw_strict_str(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    struct rw_str *ret, struct rw_error *err);			/* a non-empty string, one line, printable */
rw_must_check bool rw_strict_bool(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    bool *ret, struct rw_error *err);
rw_must_check bool rw_strict_u64(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    uint64_t min, uint64_t max, uint64_t *ret, struct rw_error *err);
rw_must_check bool rw_strict_size(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    uint64_t max, uint64_t *ret, struct rw_error *err);		/* "1Mi" */
rw_must_check bool rw_strict_time(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    rw_time *ret, struct rw_error *err);			/* RFC 3339 with offset; no bare local time */
rw_must_check bool rw_strict_duration(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    int64_t *ret_ms, struct rw_error *err);
/* One of the words; ret is its index. */
rw_must_check bool rw_strict_word(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    const char *const *words, size_t n_words, size_t *ret, struct rw_error *err);

/* Is it one line of printable text (text.h), backslashes taken as they are? Pure. */
bool rw_strict_printable(struct rw_str s);

/* A sequence of strings (a single string stands for a list of one). At least min, no repetition. */
rw_must_check bool rw_strict_strs(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    size_t min, const struct rw_str **ret, size_t *ret_n, struct rw_error *err);

#endif
