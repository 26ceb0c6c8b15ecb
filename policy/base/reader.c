#include "refwall/reader.h"

static const uint8_t zeros[8];

/* n bytes, or as many zeros (n is at most 8) and a reader that stays bad. */
static const uint8_t *
take(struct rw_reader *r, size_t n)
{
	struct rw_str s = rw_reader_bytes(r, n);

	return s.n == n ? (const uint8_t *)s.p : zeros;
}

uint8_t
rw_reader_u8(struct rw_reader *r)
{
	return take(r, 1)[0];
}

uint32_t
rw_reader_u32(struct rw_reader *r)
{
	const uint8_t *p = take(r, 4);

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t
rw_reader_u64(struct rw_reader *r)
{
	const uint8_t *p = take(r, 8);
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

struct rw_str
rw_reader_bytes(struct rw_reader *r, size_t n)
{
	struct rw_str s = { r->p, n };

	if (r->bad || n > r->left) {
		r->bad = true;
		return (struct rw_str){ NULL, 0 };
	}
	if (n > 0) {
		r->p += n;
		r->left -= n;
	}
	return s;
}

struct rw_str
rw_reader_string32(struct rw_reader *r)
{
	uint32_t n = rw_reader_u32(r);

	return rw_reader_bytes(r, n);
}

struct rw_str
rw_reader_line(struct rw_reader *r)
{
	return rw_reader_until(r, '\n');
}

struct rw_str
rw_reader_until(struct rw_reader *r, char c)
{
	const char *end = r->bad || r->left == 0 ? NULL : memchr(r->p, c, r->left);
	struct rw_str s;

	if (end == NULL) {
		r->bad = true;
		return (struct rw_str){ NULL, 0 };
	}
	s = rw_reader_bytes(r, (size_t)(end - r->p));
	(void)rw_reader_bytes(r, 1);
	return s;
}

bool
rw_reader_skip(struct rw_reader *r, const char *z)
{
	struct rw_str rest = { r->p, r->left };

	if (r->bad || !rw_str_has_prefix(rest, z))
		return false;
	(void)rw_reader_bytes(r, strlen(z));
	return true;
}
