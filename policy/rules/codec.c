#include "policy/rules/codec.h"
#include "policy/rules/index.h"

struct rw_codec
rw_codec_writer(struct rw_buf *out)
{
	struct rw_codec c = { .out = out };

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

void
rw_codec_u8(struct rw_codec *c, uint8_t *v)
{
	if (rw_codec_writing(c))
		rw_buf_put_u8(c->out, *v);
	else
		*v = rw_reader_u8(&c->in);
}

void
rw_codec_u32(struct rw_codec *c, uint32_t *v)
{
	if (rw_codec_writing(c))
		rw_buf_put_u32(c->out, *v);
	else
		*v = rw_reader_u32(&c->in);
}

void
rw_codec_u64(struct rw_codec *c, uint64_t *v)
{
	if (rw_codec_writing(c))
		rw_buf_put_u64(c->out, *v);
	else
		*v = rw_reader_u64(&c->in);
}

void
rw_codec_bool(struct rw_codec *c, bool *v)
{
	uint8_t b = 0;

	if (rw_codec_writing(c))
		b = *v;
	rw_codec_u8(c, &b);
	if (rw_codec_writing(c))
		return;
	if (b > 1)
		rw_codec_fail(c);
	*v = b == 1;
}

void
rw_codec_unsigned(struct rw_codec *c, unsigned *v, unsigned max)
{
	uint32_t u = 0;

	if (rw_codec_writing(c))
		u = *v;
	rw_codec_u32(c, &u);
	if (rw_codec_writing(c))
		return;
	if (u > max) {
		rw_codec_fail(c);
		u = 0;
	}
	*v = u;
}

void
rw_codec_time(struct rw_codec *c, rw_time *v)
{
	uint64_t u = 0;

	if (rw_codec_writing(c))
		u = (uint64_t)*v;
	rw_codec_u64(c, &u);
	if (!rw_codec_writing(c))
		*v = (rw_time)u;
}

void
rw_codec_str(struct rw_codec *c, struct rw_str *v)
{
	if (rw_codec_writing(c)) {
		rw_buf_put_string32(c->out, *v);
		rw_buf_put_u8(c->out, 0);
		return;
	}
	*v = rw_reader_string32(&c->in);
	if (rw_reader_u8(&c->in) != 0)
		rw_codec_fail(c);
	if (c->in.bad)
		*v = (struct rw_str){ NULL, 0 };
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

void
rw_codec_count(struct rw_codec *c, size_t *n, size_t min_bytes)
{
	uint32_t u = 0;

	if (rw_codec_writing(c)) {
		if (*n > UINT32_MAX)
			rw_codec_fail(c);
		u = (uint32_t)*n;
	}
	rw_codec_u32(c, &u);
	if (rw_codec_writing(c))
		return;
	if (u > c->in.left / (min_bytes == 0 ? 1 : min_bytes)) {
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
rw_codec_strs(struct rw_codec *c, const struct rw_str **v, size_t *n)
{
	struct rw_str *items;

	rw_codec_count(c, n, 5);
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

void
rw_codec_identities(struct rw_codec *c, const uint32_t **v, size_t *n)
{
	uint32_t *items;

	rw_codec_count(c, n, 4);
	if (rw_codec_writing(c)) {
		for (size_t i = 0; i < *n; i++)
			rw_buf_put_u32(c->out, (*v)[i]);
		return;
	}
	items = rw_codec_array(c, *n, sizeof(*items));
	if (items == NULL)
		*n = 0;
	for (size_t i = 0; i < *n; i++) {
		items[i] = rw_reader_u32(&c->in);
		if (items[i] >= c->n_identities || (i > 0 && items[i] <= items[i - 1]))
			rw_codec_fail(c);
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

static void
globs_write(struct rw_codec *c, const struct rw_globs *v)
{
	for (size_t i = 0; i < v->n; i++) {
		struct rw_str p = rw_glob_pattern(v->item[i]);
		bool negated = v->negated[i];

		rw_codec_bool(c, &negated);
		rw_codec_str(c, &p);
	}
}

void
rw_codec_globs(struct rw_codec *c, struct rw_globs *v)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_glob **items;
	bool *negated;

	rw_codec_count(c, &v->n, 6);
	if (rw_codec_writing(c)) {
		globs_write(c, v);
		return;
	}
	items = rw_codec_array(c, v->n, sizeof(*items));
	negated = rw_codec_array(c, v->n, sizeof(*negated));
	if (items == NULL || negated == NULL)
		v->n = 0;
	for (size_t i = 0; i < v->n; i++) {
		struct rw_str p;

		rw_codec_bool(c, &negated[i]);
		rw_codec_str(c, &p);
		if (c->in.bad)
			break;
		items[i] = rw_glob_compile(c->arena, p, &ignored);
		if (items[i] == NULL) {
			rw_codec_fail(c);
			break;
		}
	}
	if (c->in.bad)
		v->n = 0;
	v->item = items;
	v->negated = negated;
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
