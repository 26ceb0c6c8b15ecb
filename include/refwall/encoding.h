/*
 * encoding.h: hexadecimal and base64, strict. Pure.
 */
#ifndef REFWALL_ENCODING_H
#define REFWALL_ENCODING_H

#include "refwall/buf.h"

/* Lower-case hex of n bytes into out (2n + 1 bytes, terminated). Returns out. */
char *rw_hex_encode(const void *p, size_t n, char *out);

/* Exactly 2n lower- or upper-case digits to n bytes. */
bool rw_hex_decode(struct rw_str s, void *out, size_t n);

/* RFC 4648 section 4, with padding. */
void rw_base64_encode(struct rw_buf *b, struct rw_str s);

/* RFC 4648 section 4, strict: padding required, no spaces, unused bits zero. */
bool rw_base64_decode(struct rw_buf *b, struct rw_str s);

/* The same, skipping CR, LF, space and tab between characters (armour). */
bool rw_base64_decode_lines(struct rw_buf *b, struct rw_str s);

#endif
