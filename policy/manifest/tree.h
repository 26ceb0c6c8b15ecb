/*
 * tree.h (private to policy/manifest): what the files that build a tree share.
 */
#ifndef RW_MANIFEST_TREE_H
#define RW_MANIFEST_TREE_H

#include "refwall/manifest.h"

/* A growing list of problems in an arena; what passes RW_LIMIT_YAML_FINDINGS is counted only. */
struct rw_problems {
	struct rw_arena *arena;
	struct rw_yaml_problem *item;
	size_t n, cap, dropped;
};

void rw_problem_add(struct rw_problems *l, const struct rw_yaml_problem *p);
void rw_problem_sort(struct rw_problems *l);		/* by line and column, stable */

/* How a file may look. `plain` refuses anchors, aliases, tags and merge keys, and leaves keys as written. */
struct rw_yaml_shape {
	size_t bytes, nodes, documents, aliases, expanded;
	bool plain;
};
rw_must_check bool rw_yaml_build(struct rw_arena *a, struct rw_str bytes, const struct rw_yaml_shape *shape,
    struct rw_yaml *ret, struct rw_error *err);

/*
 * Look at the bytes before any parser does: encoding, control characters, line breaks and
 * separators on which readers disagree. False: not worth parsing. ret_ascii: nothing above U+007F.
 */
bool rw_yaml_scan(struct rw_problems *l, struct rw_str bytes, bool *ret_ascii);

/*
 * The text of a key that is no string, as Kubernetes makes one of it: "true", "16", "1.5". `type` is
 * what rw_yaml_resolve() said. out is terminated.
 */
#define RW_SCALAR_KEY_LEN 40
const char *rw_scalar_key(enum rw_scalar_type type, struct rw_str value, char out[RW_SCALAR_KEY_LEN]);

/* Is a FLOAT scalar one of the infinities, or no number at all? */
bool rw_scalar_not_finite(struct rw_str value);

/* Call fn for every scalar node that repeats the text of an earlier one. False: out of memory. */
typedef void rw_dup_fn(void *ctx, size_t first, size_t later);
rw_must_check bool rw_dups(const struct rw_yaml_node *const *node, size_t n, rw_dup_fn *fn, void *ctx);

#endif
