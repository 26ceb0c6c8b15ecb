#include <stdarg.h>
#include <stdio.h>

#include "refwall/buf.h"

static void
fail(struct rw_buf *b, bool nomem)
{
	rw_buf_release(b);
	b->failed = true;
	b->nomem = nomem;
}

/* Room for n more bytes and the terminator, or a failed buffer. */
static bool
reserve(struct rw_buf *b, size_t n)
{
	size_t want, cap;
	char *p;

	if (b->failed)
		return false;
	if (n > b->max - b->len || b->max == SIZE_MAX) {
		fail(b, false);
		return false;
	}
	want = b->len + n + 1;
	if (want <= b->cap)
		return true;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	p = realloc(b->data, cap);
	if (p == NULL) {
		fail(b, true);
		return false;
	}
	b->data = p;
	b->cap = cap;
	return true;
}

void
rw_buf_release(struct rw_buf *b)
{
	free(b->data);
	*b = (struct rw_buf)RW_BUF_INIT(b->max);
}

void
rw_buf_clear(struct rw_buf *b)
{
	b->len = 0;
	b->failed = b->nomem = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
rw_buf_reserve(struct rw_buf *b, size_t n)
{
	char *p;

	if (b->failed || n > b->max - b->len || b->len + n + 1 <= b->cap) {
		(void)reserve(b, n);
		return;
	}
	p = realloc(b->data, b->len + n + 1);
	if (p == NULL) {
		fail(b, true);
		return;
	}
	b->data = p;
	b->cap = b->len + n + 1;
	b->data[b->len] = '\0';
}

void
rw_buf_put(struct rw_buf *b, const void *p, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
rw_buf_puts(struct rw_buf *b, const char *z)
{
	rw_buf_put(b, z, strlen(z));
}

void
rw_buf_putc(struct rw_buf *b, char c)
{
	rw_buf_put(b, &c, 1);
}

void
rw_buf_put_str(struct rw_buf *b, struct rw_str s)
{
	rw_buf_put(b, s.p, s.n);
}

void
rw_buf_put_u8(struct rw_buf *b, uint8_t v)
{
	rw_buf_put(b, &v, 1);
}

void
rw_buf_put_u32(struct rw_buf *b, uint32_t v)
{
	uint8_t be[4];

	for (int i = 3; i >= 0; i--, v >>= 8)
		be[i] = (uint8_t)v;
	rw_buf_put(b, be, sizeof(be));
}

void
rw_buf_put_u64(struct rw_buf *b, uint64_t v)
{
	uint8_t be[8];

	for (int i = 7; i >= 0; i--, v >>= 8)
		be[i] = (uint8_t)v;
	rw_buf_put(b, be, sizeof(be));
}

void
rw_buf_put_string32(struct rw_buf *b, struct rw_str s)
{
	if (s.n > UINT32_MAX) {
		fail(b, false);
		return;
	}
	rw_buf_put_u32(b, (uint32_t)s.n);
	rw_buf_put_str(b, s);
}

void
rw_buf_printf(struct rw_buf *b, const char *fmt, ...)
{
	char small[128];
	va_list ap;
	int n;

	if (b->failed)
		return;
	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		fail(b, true);
		return;
	}
	if ((size_t)n < sizeof(small)) {
		rw_buf_put(b, small, (size_t)n);
		return;
	}
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
rw_buf_truncate(struct rw_buf *b, size_t n)
{
	if (n >= b->len)
		return;
	b->len = n;
	b->data[n] = '\0';
}

bool
rw_buf_ok(const struct rw_buf *b, const char *what, struct rw_error *err)
{
	if (!b->failed)
		return true;
	if (b->nomem)
		return rw_fail(err, RW_E_NOMEM, "%s: out of memory", what);
	return rw_fail(err, RW_E_LIMIT, "%s: more than %zu bytes", what, b->max);
}

char *
rw_buf_detach(struct rw_buf *b)
{
	char *p = b->data;

	if (b->failed)
		return NULL;
	if (p == NULL)
		return calloc(1, 1);
	*b = (struct rw_buf)RW_BUF_INIT(b->max);
	return p;
}
