#include "refwall/encoding.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
rw_hex_encode(const void *p, size_t n, char *out)
{
	const uint8_t *in = p;
	char *o = out;

	for (size_t i = 0; i < n; i++) {
		*o++ = hex_digits[in[i] >> 4];
		*o++ = hex_digits[in[i] & 15];
	}
	*o = '\0';
	return out;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
rw_hex_decode(struct rw_str s, void *out, size_t n)
{
	uint8_t *o = out;

	if (n > SIZE_MAX / 2 || s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_value(s.p[2 * i]), lo = hex_value(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		o[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void
rw_base64_encode(struct rw_buf *b, struct rw_str s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t left = s.n;
	char out[1024];
	size_t n = 0;

	while (left > 0) {
		size_t k = left < 3 ? left : 3;
		uint32_t v = (uint32_t)p[0] << 16;

		if (k > 1)
			v |= (uint32_t)p[1] << 8;
		if (k > 2)
			v |= p[2];
		out[n++] = base64_digits[v >> 18];
		out[n++] = base64_digits[v >> 12 & 63];
		out[n++] = k > 1 ? base64_digits[v >> 6 & 63] : '=';
		out[n++] = k > 2 ? base64_digits[v & 63] : '=';
		p += k;
		left -= k;
		if (n == sizeof(out)) {
			rw_buf_put(b, out, n);
			n = 0;
		}
	}
	rw_buf_put(b, out, n);
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Whole quanta of four; only the last may be padded, and its unused bits are zero. */
static bool
base64_decode(struct rw_buf *b, struct rw_str s, bool lines)
{
	size_t start = b->len, n = 0, pads = 0;
	uint8_t out[768];
	uint32_t acc = 0;
	unsigned have = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		int v = base64_value(c);

		if (lines && (c == '\r' || c == '\n' || c == ' ' || c == '\t'))
			continue;
		if (c == '=' && have >= 2 && pads < 2)
			pads++;
		else if (v < 0 || pads > 0)
			goto malformed;
		acc = acc << 6 | (v < 0 ? 0u : (uint32_t)v);
		if (++have < 4)
			continue;
		if ((pads == 1 && (acc & 0xff) != 0) || (pads == 2 && (acc & 0xffff) != 0))
			goto malformed;
		out[n++] = (uint8_t)(acc >> 16);
		if (pads < 2)
			out[n++] = (uint8_t)(acc >> 8);
		if (pads < 1)
			out[n++] = (uint8_t)acc;
		acc = have = 0;
		if (n == sizeof(out)) {
			rw_buf_put(b, out, n);
			n = 0;
		}
	}
	if (have != 0)
		goto malformed;
	rw_buf_put(b, out, n);
	return !b->failed;
malformed:
	rw_buf_truncate(b, start);
	return false;
}

bool
rw_base64_decode(struct rw_buf *b, struct rw_str s)
{
	return base64_decode(b, s, false);
}

bool
rw_base64_decode_lines(struct rw_buf *b, struct rw_str s)
{
	return base64_decode(b, s, true);
}
