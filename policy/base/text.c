#include "refwall/text.h"

/* Length of the well-formed character at p, 0 when there is none (RFC 3629 section 4). */
static size_t
utf8_char(const uint8_t *p, size_t left, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = p[0];
	size_t n;

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || n > left)
		return 0;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

bool
rw_text_utf8(struct rw_str s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t i = 0;

	while (i < s.n) {
		uint64_t word;
		uint32_t c;
		size_t n;

		if (s.n - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		n = utf8_char(p + i, s.n - i, &c);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* Characters that steer a terminal, reorder what is read, or cannot be seen; in order. */
static const struct { uint32_t first, last; } hidden[] = {
	{ 0x00, 0x1f },		/* C0 */
	{ 0x7f, 0x9f },		/* DEL, C1 */
	{ 0xad, 0xad },		/* soft hyphen */
	{ 0x034f, 0x034f },	/* combining grapheme joiner */
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },	/* Mongolian selectors */
	{ 0x200b, 0x200f },	/* zero width, direction marks */
	{ 0x2028, 0x202e },	/* separators, direction */
	{ 0x2060, 0x206f },	/* word joiner, isolates, deprecated controls */
	{ 0x3164, 0x3164 },	/* Hangul filler */
	{ 0xfdd0, 0xfdef },	/* noncharacters */
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xffa0, 0xffa0 },	/* halfwidth filler */
	{ 0xfff0, 0xfffb },	/* annotations */
	{ 0xe0000, 0xe0fff },	/* tags, more selectors */
};

static bool
visible(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return true;
	if ((c & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(hidden) && c >= hidden[i].first; i++)
		if (c <= hidden[i].last)
			return false;
	return true;
}

/* What the start of some text looks like in print. */
struct piece {
	char z[16];
	size_t bytes;		/* in z */
	size_t chars;		/* in z */
	size_t eaten;		/* of the text */
};

static struct piece
next_piece(const char *text, size_t left)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = (const uint8_t *)text;
	struct piece o = { "", 0, 0, 0 };
	uint32_t c = 0;
	size_t n = utf8_char(p, left, &c);

	if (n > 0 && c == '\\') {
		o.z[0] = o.z[1] = '\\';
		o.bytes = o.chars = 2;
		o.eaten = 1;
		return o;
	}
	if (n > 0 && visible(c)) {
		memcpy(o.z, p, n);
		o.bytes = o.eaten = n;
		o.chars = 1;
		return o;
	}
	o.eaten = n == 0 ? 1 : n;
	for (size_t i = 0; i < o.eaten; i++) {
		o.z[o.bytes++] = '\\';
		o.z[o.bytes++] = 'x';
		o.z[o.bytes++] = digits[p[i] >> 4];
		o.z[o.bytes++] = digits[p[i] & 15];
	}
	o.chars = o.bytes;
	return o;
}

void
rw_text_put_printable(struct rw_buf *b, struct rw_str s, size_t max_chars)
{
	size_t chars = 0;

	for (size_t i = 0; i < s.n && !b->failed;) {
		struct piece o = next_piece(s.p + i, s.n - i);

		if (o.chars > max_chars - chars) {
			rw_buf_puts(b, "...");
			return;
		}
		rw_buf_put(b, o.z, o.bytes);
		chars += o.chars;
		i += o.eaten;
	}
}

const char *
rw_text_printable(struct rw_str s, char *out, size_t out_size)
{
	static const char dots[] = "...";
	size_t n = 0, fits = 0;		/* fits: the longest prefix that leaves room for dots */

	if (out_size == 0)
		return "";
	for (size_t i = 0; i < s.n;) {
		struct piece o = next_piece(s.p + i, s.n - i);

		if (o.bytes >= out_size - n) {
			n = fits;
			for (const char *d = dots; *d != '\0' && n + 1 < out_size; d++)
				out[n++] = *d;
			break;
		}
		memcpy(out + n, o.z, o.bytes);
		n += o.bytes;
		i += o.eaten;
		if (n + sizeof(dots) <= out_size)
			fits = n;
	}
	out[n] = '\0';
	return out;
}

struct rw_shown
rw_text_show(struct rw_str s)
{
	struct rw_shown r;

	(void)rw_text_printable(s, r.z, sizeof(r.z));
	return r;
}

#define NEAR_MAX 64	/* longer names are not compared */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Optimal string alignment distance: insert, delete, substitute, swap of neighbours. */
static unsigned
distance(struct rw_str a, struct rw_str b)
{
	unsigned d[3][NEAR_MAX + 1];
	unsigned *back2 = d[0], *back = d[1], *row = d[2];

	for (size_t j = 0; j <= b.n; j++)
		back[j] = (unsigned)j;
	memcpy(back2, back, sizeof(d[0]));
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *spare = back2;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = lower(a.p[i - 1]), y = lower(b.p[j - 1]);
			unsigned best = back[j - 1] + (x != y);

			if (back[j] + 1 < best)
				best = back[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && x == lower(b.p[j - 2]) && lower(a.p[i - 2]) == y &&
			    back2[j - 2] + 1 < best)
				best = back2[j - 2] + 1;
			row[j] = best;
		}
		back2 = back;
		back = row;
		row = spare;
	}
	return back[b.n];
}

const char *
rw_text_nearest(struct rw_str s, const char *const *candidates, size_t n)
{
	size_t third = s.n / 3;
	unsigned best = third < 1 ? 2 : third > 3 ? 4 : (unsigned)third + 1;
	const char *found = NULL;

	if (s.n == 0 || s.n > NEAR_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct rw_str c = rw_str(candidates[i]);
		unsigned d;

		if (c.n > NEAR_MAX)
			continue;
		d = distance(s, c);
		/* A distance of the whole length means nothing in common. */
		if (d < best && d < (s.n > c.n ? s.n : c.n)) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

bool
rw_text_u64(struct rw_str s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	if (v > max)
		return false;
	*ret = v;
	return true;
}

bool
rw_text_size(struct rw_str s, uint64_t max, uint64_t *ret)
{
	static const struct { const char *name; unsigned shift; } units[] = {
		{ "Ki", 10 }, { "Mi", 20 }, { "Gi", 30 },
	};
	unsigned shift = 0;
	uint64_t v;

	for (size_t i = 0; i < RW_ARRAY_LEN(units); i++) {
		if (rw_str_has_suffix(s, units[i].name)) {
			shift = units[i].shift;
			s.n -= 2;
			break;
		}
	}
	if (!rw_text_u64(s, max >> shift, &v))
		return false;
	*ret = v << shift;
	return true;
}

struct rw_str
rw_text_base_name(struct rw_str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return (struct rw_str){ path.n == 0 ? path.p : path.p + i, path.n - i };
}
