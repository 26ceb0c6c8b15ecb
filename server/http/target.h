/*
 * target.h: the request target (RFC 9112 section 3.2), taken apart once and strictly. Pure.
 */
#ifndef REFWALL_SERVER_HTTP_TARGET_H
#define REFWALL_SERVER_HTTP_TARGET_H

#include "refwall/arena.h"

#define RW_TARGET_BYTES		4096
#define RW_TARGET_SEGMENTS	8
#define RW_TARGET_PARAMS	32

struct rw_target {
	bool asterisk;					/* "*", for OPTIONS */
	struct rw_str segment[RW_TARGET_SEGMENTS];	/* decoded, NUL behind; "/" has one, empty */
	size_t n_segments;
	struct { struct rw_str name, value; } param[RW_TARGET_PARAMS];	/* decoded; each name once */
	size_t n_params;
	struct rw_str query;				/* as it came, without '?' */
};

/*
 * Origin form, absolute form, or "*". RW_E_LIMIT: longer than RW_TARGET_BYTES. RW_E_PARSE: a broken
 * escape, an encoded NUL, a name given twice, or too many parts.
 */
rw_must_check bool rw_target_parse(struct rw_arena *a, struct rw_str raw, struct rw_target *ret,
    struct rw_error *err);

/* Value of a parameter, {NULL,0} when it was not given. */
struct rw_str rw_target_param(const struct rw_target *t, const char *name);

#endif
