/*
 * patch.h: patches that stand as text in a kustomization, or in Flux's Kustomization. Private to
 * policy/rules.
 *
 * They have two forms: part of an object, and a list of operations of RFC 6902.
 */
#ifndef RW_RULES_PATCH_H
#define RW_RULES_PATCH_H

#include "refwall/manifest.h"

struct rw_patch {
	const struct rw_yaml_node *at;		/* the scalar that holds it */
	const char *key;			/* "patches[2]", as far as there is memory for it */
	const struct rw_yaml_node *target_kind;	/* NULL: it names none */
	const struct rw_yaml *yaml;		/* NULL: it is beyond what is read */
	struct rw_arena *arena;			/* ends with the call */
};

typedef void rw_patch_fn(void *ctx, const struct rw_patch *p);

/* Each patch of a document, and of its spec. Names of files are passed on, too: they change nothing. */
void rw_patches_each(const struct rw_yaml_node *root, rw_patch_fn *fn, void *ctx);

/* The value that an operation sets; NULL when it sets none. */
const struct rw_yaml_node *rw_patch_sets(const struct rw_yaml_node *op, struct rw_str *ret_path);

#endif
