#include "policy/rules/codec.h"
#include "policy/rules/index.h"

struct rw_codec
rw_codec_writer(struct rw_arena *a, struct rw_buf *out)
{
	struct rw_codec c = { .out = out, .arena = a };

	return c;
}

struct rw_codec
rw_codec_reader(struct rw_arena *a, struct rw_str in)
{
	struct rw_codec c = { .in = rw_reader_init(in), .arena = a };

	return c;
}

void
rw_codec_fail(struct rw_codec *c)
{
	c->failed = true;
	c->in.bad = true;		/* later reads give zero */
}

bool
rw_codec_ok(const struct rw_codec *c)
{
	if (c->failed)
		return false;
	return rw_codec_writing(c) ? !c->out->failed : !c->in.bad && !rw_arena_failed(c->arena);
}

/* ---- numbers ---- */

void
rw_codec_number_put(struct rw_codec *c, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		rw_buf_put_u8(c->out, (uint8_t)(v | 0x80));
	rw_buf_put_u8(c->out, (uint8_t)v);
}

uint64_t
rw_codec_number_long(struct rw_codec *c, uint64_t max)
{
	size_t most = c->in.bad ? 0 : c->in.left < 10 ? c->in.left : 10;
	uint64_t v = 0;

	for (size_t i = 0; i < most; i++) {
		uint8_t b = (uint8_t)c->in.p[i];

		if (i == 9 && b > 1)
			break;
		v |= (uint64_t)(b & 0x7f) << (7 * i);
		if (b >= 0x80)
			continue;
		if ((b == 0 && i > 0) || v > max)
			break;
		(void)rw_reader_bytes(&c->in, i + 1);
		return v;
	}
	rw_codec_fail(c);
	return 0;
}

void
rw_codec_u8(struct rw_codec *c, uint8_t *v)
{
	if (rw_codec_writing(c))
		rw_buf_put_u8(c->out, *v);
	else
		*v = rw_reader_u8(&c->in);
}

void
rw_codec_u64(struct rw_codec *c, uint64_t *v)
{
	if (rw_codec_writing(c))
		rw_codec_number_put(c, *v);
	else
		*v = rw_codec_number(c, UINT64_MAX);
}

void
rw_codec_bool(struct rw_codec *c, bool *v)
{
	if (rw_codec_writing(c))
		rw_codec_number_put(c, *v);
	else
		*v = rw_codec_number(c, 1) == 1;
}

void
rw_codec_unsigned(struct rw_codec *c, unsigned *v, unsigned max)
{
	if (rw_codec_writing(c))
		rw_codec_number_put(c, *v);
	else
		*v = (unsigned)rw_codec_number(c, max);
}

/* No bound at all is the usual case, and takes one byte. */
void
rw_codec_time(struct rw_codec *c, rw_time *v)
{
	bool bound = *v != RW_TIME_NONE;

	rw_codec_bool(c, &bound);
	if (rw_codec_writing(c)) {
		if (bound)
			rw_buf_put_u64(c->out, (uint64_t)*v);
		return;
	}
	*v = bound ? (rw_time)rw_reader_u64(&c->in) : RW_TIME_NONE;
	if (bound && *v == RW_TIME_NONE)
		rw_codec_fail(c);
}

void
rw_codec_bytes(struct rw_codec *c, void *p, size_t n)
{
	struct rw_str s;

	if (rw_codec_writing(c)) {
		rw_buf_put(c->out, p, n);
		return;
	}
	s = rw_reader_bytes(&c->in, n);
	if (c->in.bad || s.n != n)
		memset(p, 0, n);
	else
		memcpy(p, s.p, n);
}

/* ---- lists ---- */

void
rw_codec_count(struct rw_codec *c, size_t *n, size_t min_bytes)
{
	uint64_t u;

	if (rw_codec_writing(c)) {
		if (*n > UINT32_MAX)
			rw_codec_fail(c);
		rw_codec_number_put(c, *n);
		return;
	}
	u = rw_codec_number(c, UINT32_MAX);
	if (u * min_bytes > c->in.left) {	/* 32 bits by a small number: no overflow */
		rw_codec_fail(c);
		u = 0;
	}
	*n = u;
}

void *
rw_codec_array(struct rw_codec *c, size_t n, size_t size)
{
	void *p;

	if (n == 0 || !rw_codec_ok(c))
		return NULL;
	p = rw_arena_array(c->arena, n, size);
	if (p == NULL)
		rw_codec_fail(c);
	return p;
}

void
rw_codec_str(struct rw_codec *c, struct rw_str *v)
{
	size_t n = v->n;

	if (rw_codec_writing(c)) {
		rw_codec_count(c, &n, 1);
		rw_buf_put_str(c->out, *v);
		rw_buf_put_u8(c->out, 0);
		return;
	}
	rw_codec_count(c, &n, 1);
	*v = rw_reader_bytes(&c->in, n + 1);
	if (c->in.bad || v->p[n] != '\0') {
		rw_codec_fail(c);
		*v = (struct rw_str){ NULL, 0 };
		return;
	}
	v->n = n;
}

void
rw_codec_strs(struct rw_codec *c, const struct rw_str **v, size_t *n)
{
	struct rw_str *items;

	rw_codec_count(c, n, 2);
	if (rw_codec_writing(c)) {
		for (size_t i = 0; i < *n; i++) {
			struct rw_str s = (*v)[i];

			rw_codec_str(c, &s);
		}
		return;
	}
	items = rw_codec_array(c, *n, sizeof(*items));
	if (items == NULL)
		*n = 0;
	for (size_t i = 0; i < *n; i++)
		rw_codec_str(c, &items[i]);
	*v = items;
}

/* Differences, which are small: the first number, then how much each is above the one before it. */
void
rw_codec_rising(struct rw_codec *c, const uint32_t **v, size_t *n, uint32_t bound)
{
	uint32_t *items, last = 0;

	rw_codec_count(c, n, 1);
	if (rw_codec_writing(c)) {
		for (size_t i = 0; i < *n; i++) {
			rw_codec_number_put(c, (*v)[i] - last);
			last = (*v)[i];
		}
		return;
	}
	items = rw_codec_array(c, *n, sizeof(*items));
	if (items == NULL)
		*n = 0;
	for (size_t i = 0; i < *n; i++) {
		uint32_t step = (uint32_t)rw_codec_number(c, UINT32_MAX);

		if ((i > 0 && step == 0) || step >= bound - last) {
			rw_codec_fail(c);
			step = 0;
		}
		items[i] = last += step;
	}
	*v = items;
}

void
rw_codec_set(struct rw_codec *c, const uint32_t **v, size_t *n)
{
	uint32_t i = 0;

	if (rw_codec_writing(c)) {
		while (i < c->n_sets && (c->set[i].identity != *v || c->set[i].n != *n))
			i++;
		if (i == c->n_sets)
			rw_codec_fail(c);
	}
	rw_codec_u32(c, &i);
	if (rw_codec_writing(c))
		return;
	*v = NULL;
	*n = 0;
	if (i >= c->n_sets) {
		rw_codec_fail(c);
		return;
	}
	*v = c->set[i].identity;
	*n = c->set[i].n;
}

/* ---- the policy's own kinds ---- */

/* Positions share the names of the sources, so that equal files are equal pointers here as well. */
void
rw_codec_pos(struct rw_codec *c, struct rw_pos *v)
{
	uint32_t file = 0;

	if (rw_codec_writing(c)) {
		while (file < c->n_files && c->file[file] != v->file)
			file++;
		if (file == c->n_files)
			rw_codec_fail(c);
	}
	rw_codec_u32(c, &file);
	rw_codec_u32(c, &v->line);
	rw_codec_u32(c, &v->col);
	if (rw_codec_writing(c))
		return;
	if (file >= c->n_files) {
		rw_codec_fail(c);
		v->file = "";
		return;
	}
	v->file = c->file[file];
}

void
rw_codec_who(struct rw_codec *c, struct rw_who *v)
{
	rw_codec_set(c, &v->identity, &v->n);
	rw_codec_strs(c, &v->pattern, &v->n_patterns);
	rw_codec_strs(c, &v->text, &v->n_text);
}

void
rw_codec_scope(struct rw_codec *c, struct rw_scope *v)
{
	rw_codec_bool(c, &v->any_repo);
	rw_codec_bool(c, &v->any_ref);
	rw_codec_bool(c, &v->any_path);
	rw_codec_globs(c, &v->repos);
	rw_codec_globs(c, &v->refs);
	rw_codec_globs(c, &v->paths);
}
