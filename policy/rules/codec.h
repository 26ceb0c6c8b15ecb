/*
 * codec.h: the compiled policy as bytes, and back. One function per struct does both directions, so that what is
 * written and what is read cannot differ. Private to policy/rules.
 *
 *	void
 *	rw_codec_thing(struct rw_codec *c, struct thing *t)
 *	{
 *		rw_codec_str(c, &t->name);
 *		rw_codec_u32(c, &t->size);
 *	}
 *
 * Writing takes the values from where the pointers point and never changes them; reading fills them in. Once
 * something is wrong the codec is failed and stays so: values read after that are zero. Every count that is read is
 * held against the bytes that are left before anything is allocated. Strings that are read are views of
 * the bytes that were given (with a NUL behind them), arrays live in the arena. Numbers are written seven bits to the
 * byte, low ones first, the top bit set on all but the last: the copy is read and hashed at every push, so it is kept small.
 * There is one way to write each number, and any other fails: what is read and written again is the same bytes.
 */
#ifndef RW_RULES_CODEC_H
#define RW_RULES_CODEC_H

#include "refwall/buf.h"
#include "refwall/policy.h"
#include "refwall/reader.h"

struct rw_policy_set;
struct rw_codec_slots;

struct rw_codec {
	struct rw_buf *out;		/* writing: where to; reading: NULL */
	struct rw_reader in;
	struct rw_arena *arena;		/* reading: of the policy; writing: for the table of patterns */
	const char *const *file;	/* names of the sources, that positions refer to by number */
	uint32_t n_files;
	uint32_t n_identities;		/* bound of every identity's number */
	const struct rw_policy_set *set;	/* index.h: lists of identities stand as numbers of sets */
	uint32_t n_sets;
	/* Patterns stand once, in a table, which lists refer to by number. */
	const struct rw_str *pattern;	/* writing: collected by rw_codec_globs() */
	size_t n_patterns;
	struct rw_codec_slots *slots;
	const struct rw_glob **glob;	/* reading: compiled by rw_codec_patterns() */
	size_t n_globs;
	bool failed;
};

struct rw_codec rw_codec_writer(struct rw_arena *a, struct rw_buf *out);
struct rw_codec rw_codec_reader(struct rw_arena *a, struct rw_str in);

static inline bool
rw_codec_writing(const struct rw_codec *c)
{
	return c->out != NULL;
}

void rw_codec_fail(struct rw_codec *c);
bool rw_codec_ok(const struct rw_codec *c);		/* nothing failed, in the codec nor in what it stands on */

void rw_codec_number_put(struct rw_codec *c, uint64_t v);
uint64_t rw_codec_number_long(struct rw_codec *c, uint64_t max);

/* A number of at most max. Nearly all are below 128. */
static inline uint64_t
rw_codec_number(struct rw_codec *c, uint64_t max)
{
	uint8_t b = c->in.left > 0 && !c->in.bad ? (uint8_t)*c->in.p : 0x80;

	if (b >= 0x80 || b > max)
		return rw_codec_number_long(c, max);
	c->in.p++;
	c->in.left--;
	return b;
}

static inline void
rw_codec_u32(struct rw_codec *c, uint32_t *v)
{
	if (rw_codec_writing(c))
		rw_codec_number_put(c, *v);
	else
		*v = (uint32_t)rw_codec_number(c, UINT32_MAX);
}

void rw_codec_u8(struct rw_codec *c, uint8_t *v);
void rw_codec_u64(struct rw_codec *c, uint64_t *v);
void rw_codec_bool(struct rw_codec *c, bool *v);	/* anything but 0 and 1 fails */
void rw_codec_unsigned(struct rw_codec *c, unsigned *v, unsigned max);
void rw_codec_time(struct rw_codec *c, rw_time *v);
void rw_codec_str(struct rw_codec *c, struct rw_str *v);
void rw_codec_bytes(struct rw_codec *c, void *p, size_t n);	/* exactly n, in place */

/*
 * The number of items of an array, each of which takes at least min_bytes: reading, a count that cannot
 * fit into what is left fails and becomes 0.
 */
void rw_codec_count(struct rw_codec *c, size_t *n, size_t min_bytes);

/* Reading: memory for n items, NULL when n is 0 or the codec failed. Never called while writing. */
void *rw_codec_array(struct rw_codec *c, size_t n, size_t size);

void rw_codec_strs(struct rw_codec *c, const struct rw_str **v, size_t *n);
void rw_codec_rising(struct rw_codec *c, const uint32_t **v, size_t *n, uint32_t bound);	/* numbers below bound */
void rw_codec_set(struct rw_codec *c, const uint32_t **v, size_t *n);	/* one of the policy's sets */
void rw_codec_pos(struct rw_codec *c, struct rw_pos *v);
void rw_codec_patterns(struct rw_codec *c);		/* reading: the table, before any globs */
void rw_codec_globs(struct rw_codec *c, struct rw_globs *v);
void rw_codec_who(struct rw_codec *c, struct rw_who *v);
void rw_codec_scope(struct rw_codec *c, struct rw_scope *v);

#endif
