/*
 * body.h: a JSON request body that is one object of string members. Strict: RFC 8259, no member twice,
 * none that is unknown, no NUL in a string, nothing behind the object. Pure.
 */
#ifndef REFWALL_SERVER_HTTP_BODY_H
#define REFWALL_SERVER_HTTP_BODY_H

#include "refwall/arena.h"

struct rw_body_member {
	const char *name;
	bool required;
	size_t max;			/* bytes */
	struct rw_str *ret;		/* copied to the arena; {NULL,0} when absent */
};

/*
 * RW_E_PARSE: not such JSON, with line and column; RW_E_USAGE: a member that is unknown, missing, too
 * long or no string.
 */
rw_must_check bool rw_body_read(struct rw_arena *a, struct rw_str json, const struct rw_body_member *m,
    size_t n, struct rw_error *err);

#endif
