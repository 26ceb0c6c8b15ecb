/* pgp_packet.c: armour, packets and numbers of OpenPGP. */
#include <stdio.h>

#include "policy/signature/openpgp.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

char *
rw_pgp_hex(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789ABCDEF"[p[i] >> 4];
		out[2 * i + 1] = "0123456789ABCDEF"[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

static uint16_t
u16(struct rw_reader *r)
{
	unsigned high = rw_reader_u8(r);

	return (uint16_t)(high << 8 | rw_reader_u8(r));
}

struct rw_str
rw_pgp_mpi(struct rw_reader *r)
{
	unsigned bits = u16(r);
	struct rw_str m = rw_reader_bytes(r, (bits + 7) / 8);
	unsigned top;

	if (r->bad || m.n == 0) {
		r->bad = true;
		return (struct rw_str){ NULL, 0 };
	}
	top = (uint8_t)m.p[0];
	if (top >> ((bits - 1) % 8) != 1)
		r->bad = true;
	return m;
}

/* RFC 9580 section 4.2.1. */
static uint32_t
new_length(struct rw_reader *r, bool *ret_partial)
{
	unsigned a = rw_reader_u8(r);

	*ret_partial = a >= 224 && a < 255;
	if (a < 192)
		return a;
	if (a < 224)
		return (a - 192) * 256 + rw_reader_u8(r) + 192;
	return a == 255 ? rw_reader_u32(r) : 0;
}

bool
rw_pgp_packet_next(struct rw_reader *r, struct rw_pgp_packet *ret, struct rw_error *err)
{
	unsigned first = rw_reader_u8(r);
	bool partial = false;
	uint32_t n;

	if (r->bad || (first & 0x80) == 0)
		return rw_fail(err, RW_E_PARSE, "what follows is no OpenPGP packet");
	if ((first & 0x40) != 0) {
		ret->tag = first & 0x3f;
		n = new_length(r, &partial);
	} else {
		ret->tag = first >> 2 & 0xf;
		partial = (first & 3) == 3;
		n = (first & 3) == 0 ? rw_reader_u8(r) : (first & 3) == 1 ? u16(r) :
		    partial ? 0 : rw_reader_u32(r);
	}
	if (partial)
		return rw_fail(err, RW_E_PARSE,
		    "an OpenPGP packet does not say how long it is (partial or open length)");
	ret->body = rw_reader_bytes(r, n);
	return !r->bad || rw_fail(err, RW_E_PARSE, "an OpenPGP packet is cut short");
}

/* ---- armour ---- */

static bool
next_line(struct rw_str *rest, bool lenient, struct rw_str *ret)
{
	const char *newline = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
	size_t n = newline == NULL ? rest->n : (size_t)(newline - rest->p);

	if (rest->n == 0)
		return false;
	*ret = (struct rw_str){ rest->p, n };
	rest->p += n + (newline != NULL);
	rest->n -= n + (newline != NULL);
	while (lenient && ret->n > 0 && memchr(" \t\r", ret->p[ret->n - 1], 3) != NULL)
		ret->n--;
	return true;
}

static bool
no_blanks(struct rw_str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '\r')
			return false;
	return line.n > 0;
}

static bool
colon(struct rw_str line)
{
	for (size_t i = 1; i + 1 < line.n; i++)
		if (line.p[i] == ':')
			return line.p[i + 1] == ' ';
	return line.n > 1 && line.p[line.n - 1] == ':';
}

bool
rw_pgp_dearmour(struct rw_str *rest, const char *label, bool lenient, struct rw_buf *out,
    struct rw_error *err)
{
	struct rw_str line, body = { NULL, 0 };
	char begin[64], end[64];
	bool more;

	(void)snprintf(begin, sizeof(begin), "-----BEGIN PGP %s-----", label);
	(void)snprintf(end, sizeof(end), "-----END PGP %s-----", label);
	if (!next_line(rest, lenient, &line) || !rw_str_eqz(line, begin))
		return rw_fail(err, RW_E_PARSE, "armour does not begin with the line %s", begin);
	do {
		if (!next_line(rest, lenient, &line))
			return rw_fail(err, RW_E_PARSE, "armour has no empty line before its base64");
		if (line.n > 0 && !colon(line))
			return rw_fail(err, RW_E_PARSE,
			    "armour: '%s' is no header like 'Version: ...', wanted an empty line",
			    RW_SHOW(line));
	} while (line.n > 0);
	body.p = rest->p;
	while ((more = next_line(rest, lenient, &line)) && line.n > 0 &&
	    line.p[0] != '=' && line.p[0] != '-') {
		if (!no_blanks(line))
			return rw_fail(err, RW_E_PARSE, "armour: blank space within the base64");
		body.n = (size_t)(line.p + line.n - body.p);
	}
	if (more && line.n == 5 && line.p[0] == '=')
		/* RFC 9580: a wrong one is no reason to refuse */
		more = next_line(rest, lenient, &line);
	if (!more || !rw_str_eqz(line, end))
		return rw_fail(err, RW_E_PARSE, "armour does not end with the line %s", end);
	if (!rw_base64_decode_lines(out, body) && !out->failed)
		return rw_fail(err, RW_E_PARSE, "armour does not hold base64");
	return rw_buf_ok(out, "armour", err);
}
