/*
 * reader.h: the one reader of foreign bytes. Once a read fails it stays failed:
 * every later read returns zero or an empty view. Check `bad` once, at the end,
 * and prove that nothing is left over with rw_reader_done().
 *
 *	struct rw_reader r = rw_reader_init(bytes);
 *	uint32_t version = rw_reader_u32(&r);
 *	struct rw_str key = rw_reader_string32(&r);
 *
 *	if (!rw_reader_done(&r))
 *		return rw_fail(err, RW_E_PARSE, "...");
 *
 * Views point into the bytes that were given and live as long as they do.
 */
#ifndef REFWALL_READER_H
#define REFWALL_READER_H

#include "refwall/base.h"

struct rw_reader {
	const char *p;
	size_t left;
	bool bad;
};

static inline struct rw_reader
rw_reader_init(struct rw_str s)
{
	struct rw_reader r = { s.p, s.n, false };

	return r;
}

uint8_t rw_reader_u8(struct rw_reader *r);
uint32_t rw_reader_u32(struct rw_reader *r);			/* big endian */
uint64_t rw_reader_u64(struct rw_reader *r);			/* big endian */
struct rw_str rw_reader_bytes(struct rw_reader *r, size_t n);	/* exactly n */
struct rw_str rw_reader_string32(struct rw_reader *r);		/* RFC 4251 "string" */

/* Up to and without the next '\n', which is consumed; bad when there is none. */
struct rw_str rw_reader_line(struct rw_reader *r);

/* Up to and without the next byte c, which is consumed; bad when there is none. */
struct rw_str rw_reader_until(struct rw_reader *r, char c);

/* Consume z if the input starts with it; says whether it did. Never sets bad. */
bool rw_reader_skip(struct rw_reader *r, const char *z);

/* Not bad, and nothing left over. */
static inline bool
rw_reader_done(const struct rw_reader *r)
{
	return !r->bad && r->left == 0;
}

#endif
