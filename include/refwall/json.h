/*
 * json.h: one writer and one strict reader of JSON.
 *
 * The writer makes RFC 8785 (JCS) output: no white space, shortest escapes, members in
 * the order of their names. It does not sort: the caller writes names in order, and in
 * canonical mode a name out of order or repeated makes the buffer fail, as any misuse does.
 * Member names must be ASCII (so that byte order is the UTF-16 order that RFC 8785 section
 * 3.2.3 asks for). Numbers are integers of at most 2^53 - 1 in magnitude (RFC 8785 section
 * 3.1, I-JSON).
 *
 *	struct rw_json j = rw_json_init(&buf, true);
 *	rw_json_object(&j);
 *	rw_json_key(&j, "ref"); rw_json_str(&j, ref);
 *	rw_json_end(&j);
 *	if (!rw_json_ok(&j, "entry", err)) ...
 *
 * rw_json_str() never loses bytes: what is not well-formed UTF-8 is written as
 * {"b64":"..."}.
 */
#ifndef REFWALL_JSON_H
#define REFWALL_JSON_H

#include "refwall/arena.h"
#include "refwall/buf.h"

#define RW_JSON_DEPTH_MAX 32
#define RW_JSON_INT_MAX 9007199254740991LL

struct rw_json {
	struct rw_buf *out;
	bool canonical;		/* names must rise */
	bool bad;		/* misuse: unbalanced, out of order, too deep, number too large */
	bool any;		/* the one value was begun */
	unsigned depth;
	struct {
		bool object;
		bool any;		/* something was written at this level */
		bool key;		/* a name waits for its value */
		char last[64];		/* last name, canonical mode */
	} level[RW_JSON_DEPTH_MAX];
};

struct rw_json rw_json_init(struct rw_buf *out, bool canonical);
void rw_json_object(struct rw_json *j);
void rw_json_array(struct rw_json *j);
void rw_json_end(struct rw_json *j);			/* the innermost object or array */
void rw_json_key(struct rw_json *j, const char *name);	/* ASCII, at most 63 bytes */
void rw_json_str(struct rw_json *j, struct rw_str s);	/* lossless, see above */
void rw_json_strz(struct rw_json *j, const char *z);	/* NULL is written as null */
void rw_json_int(struct rw_json *j, int64_t v);
void rw_json_bool(struct rw_json *j, bool v);
void rw_json_null(struct rw_json *j);
void rw_json_hex(struct rw_json *j, const void *p, size_t n);	/* lower-case hex string */
void rw_json_time(struct rw_json *j, int64_t t);		/* rw_time; RW_TIME_NONE is null */
void rw_json_raw(struct rw_json *j, struct rw_str json);	/* a value that is JSON already */

/* Balanced, not misused, buffer not failed; else RW_E_INTERNAL, RW_E_LIMIT or RW_E_NOMEM. */
rw_must_check bool rw_json_ok(const struct rw_json *j, const char *what, struct rw_error *err);

/* ---- reader ---- */

enum rw_json_kind {
	RW_JSON_INVALID,
	RW_JSON_NULL,
	RW_JSON_BOOL,
	RW_JSON_INT,
	RW_JSON_STR,
	RW_JSON_ARRAY,
	RW_JSON_OBJECT
};

struct rw_json_value {
	enum rw_json_kind kind;
	bool boolean;
	int64_t integer;
	struct rw_str str;			/* decoded, in the arena */
	struct rw_str name;			/* when it is a member of an object */
	struct rw_str raw;			/* the bytes of this value in the input */
	const struct rw_json_value *first;	/* first child, or NULL */
	const struct rw_json_value *next;	/* next sibling, or NULL */
	size_t n;				/* number of children */
};

/*
 * Parse exactly one canonical value: what the canonical writer can write, and nothing
 * else (no white space, rising unique names, shortest escapes, integers without leading
 * zero, "-0", fraction or exponent; depth at most RW_JSON_DEPTH_MAX; no bytes left over).
 * So parse and write are inverse: re-encoding gives the same bytes. RW_E_PARSE names the offset.
 * str views may point into the input, which must outlive the tree.
 */
rw_must_check bool rw_json_parse(struct rw_arena *a, struct rw_str in, const struct rw_json_value **ret,
    struct rw_error *err);

/* Member of an object by name, or NULL (also when v is NULL or no object). */
const struct rw_json_value *rw_json_get(const struct rw_json_value *v, const char *name);

/*
 * Text of a member: the string, or the bytes of a {"b64":...} decoded into the arena. {NULL,0}
 * when absent, of another kind, or a b64 that the writer would not have written (the bytes are
 * well-formed UTF-8, so they have two forms); an empty string has a pointer.
 */
struct rw_str rw_json_get_str(struct rw_arena *a, const struct rw_json_value *v, const char *name);

/* Integer member, or dflt when absent or of another kind. */
int64_t rw_json_get_int(const struct rw_json_value *v, const char *name, int64_t dflt);

#endif
