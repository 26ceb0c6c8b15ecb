/*
 * text.h: hostile bytes made fit to be shown, and small text helpers. Pure.
 *
 * "Printable" means: well-formed UTF-8 without C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls (U+202A..202E, U+2066..2069, U+200E, U+200F, U+061C),
 * zero-width and other characters that cannot be seen (U+200B..200D, U+2060, U+FEFF, soft
 * hyphen, fillers, variation selectors, tags) and noncharacters. Every other byte is written
 * as \xHH, a backslash as \\ .
 */
#ifndef REFWALL_TEXT_H
#define REFWALL_TEXT_H

#include "refwall/base.h"
#include "refwall/buf.h"

/* Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF); NUL allowed. */
bool rw_text_utf8(struct rw_str s);

/*
 * Append s in printable form, cut after max_chars characters with "..." behind it. Counted
 * is what is written: an escape is four characters, and is never cut in two.
 */
void rw_text_put_printable(struct rw_buf *b, struct rw_str s, size_t max_chars);

/* The same into a fixed array, always terminated; returns out. For error messages. */
const char *rw_text_printable(struct rw_str s, char *out, size_t out_size);

/* Array sized for the usual quote in an error message: RW_SHOW(s) is a printable C string. */
struct rw_shown { char z[160]; };
struct rw_shown rw_text_show(struct rw_str s);
#define RW_SHOW(s)	(rw_text_show(s).z)

/*
 * The candidate nearest to s by edit distance (insert, delete, substitute, swap), or NULL
 * when none is within a third of its length (at least 1, at most 3). Case is ignored
 * when counting. For "did you mean".
 */
const char *rw_text_nearest(struct rw_str s, const char *const *candidates, size_t n);

/* What stands behind the last '/' of a path: all of it where there is none, nothing where it is the end. */
struct rw_str rw_text_base_name(struct rw_str path);

/* Strict decimal number without sign, space or leading zero, at most max. */
bool rw_text_u64(struct rw_str s, uint64_t max, uint64_t *ret);

/* Bytes with an optional suffix Ki, Mi, Gi ("512Ki"), strict. */
bool rw_text_size(struct rw_str s, uint64_t max, uint64_t *ret);

#endif
