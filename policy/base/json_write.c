#include <stdio.h>

#include "json_escape.h"
#include "refwall/encoding.h"
#include "refwall/json.h"
#include "refwall/text.h"
#include "refwall/timestamp.h"

struct rw_json
rw_json_init(struct rw_buf *out, bool canonical)
{
	struct rw_json j;

	memset(&j, 0, sizeof(j));
	j.out = out;
	j.canonical = canonical;
	return j;
}

/* A caller that forgets rw_json_ok() must not send half a value out either. */
static void
misuse(struct rw_json *j)
{
	j->bad = true;
	rw_buf_release(j->out);
	j->out->failed = true;
}

static void
put_string(struct rw_json *j, struct rw_str s)
{
	size_t start = 0;

	rw_buf_putc(j->out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char e = rw_json_escape(c);

		if (e == '\0')
			continue;
		rw_buf_put(j->out, s.p + start, i - start);
		start = i + 1;
		if (e == 'u') {
			rw_buf_printf(j->out, "\\u%04x", c);
		} else {
			rw_buf_putc(j->out, '\\');
			rw_buf_putc(j->out, e);
		}
	}
	if (s.n > start)
		rw_buf_put(j->out, s.p + start, s.n - start);
	rw_buf_putc(j->out, '"');
}

/* A value may stand here: writes the comma before it. */
static bool
begin_value(struct rw_json *j)
{
	if (j->bad)
		return false;
	if (j->depth == 0) {
		if (j->any)
			misuse(j);
		j->any = true;
	} else if (j->level[j->depth - 1].object) {
		if (!j->level[j->depth - 1].key)
			misuse(j);
		j->level[j->depth - 1].key = false;
	} else {
		if (j->level[j->depth - 1].any)
			rw_buf_putc(j->out, ',');
		j->level[j->depth - 1].any = true;
	}
	return !j->bad;
}

static void
open_level(struct rw_json *j, bool object)
{
	if (!begin_value(j))
		return;
	if (j->depth == RW_JSON_DEPTH_MAX) {
		misuse(j);
		return;
	}
	rw_buf_putc(j->out, object ? '{' : '[');
	j->level[j->depth].object = object;
	j->level[j->depth].any = j->level[j->depth].key = false;
	j->level[j->depth].last[0] = '\0';
	j->depth++;
}

void
rw_json_object(struct rw_json *j)
{
	open_level(j, true);
}

void
rw_json_array(struct rw_json *j)
{
	open_level(j, false);
}

void
rw_json_end(struct rw_json *j)
{
	if (j->bad)
		return;
	if (j->depth == 0 || j->level[j->depth - 1].key) {
		misuse(j);
		return;
	}
	j->depth--;
	rw_buf_putc(j->out, j->level[j->depth].object ? '}' : ']');
}

static bool
ascii(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

void
rw_json_key(struct rw_json *j, const char *name)
{
	struct rw_str s = rw_str(name);
	size_t at = j->depth - 1;

	if (j->bad)
		return;
	if (j->depth == 0 || !j->level[at].object || j->level[at].key || s.n >= sizeof(j->level[at].last) ||
	    !ascii(s) || (j->canonical && j->level[at].any && strcmp(name, j->level[at].last) <= 0)) {
		misuse(j);
		return;
	}
	if (j->level[at].any)
		rw_buf_putc(j->out, ',');
	j->level[at].any = j->level[at].key = true;
	memcpy(j->level[at].last, s.p, s.n + 1);
	put_string(j, s);
	rw_buf_putc(j->out, ':');
}

void
rw_json_str(struct rw_json *j, struct rw_str s)
{
	if (!rw_text_utf8(s)) {
		rw_json_object(j);
		rw_json_key(j, "b64");
		if (begin_value(j)) {
			rw_buf_putc(j->out, '"');
			rw_base64_encode(j->out, s);
			rw_buf_putc(j->out, '"');
		}
		rw_json_end(j);
	} else if (begin_value(j)) {
		put_string(j, s);
	}
}

void
rw_json_strz(struct rw_json *j, const char *z)
{
	if (z == NULL)
		rw_json_null(j);
	else
		rw_json_str(j, rw_str(z));
}

void
rw_json_int(struct rw_json *j, int64_t v)
{
	if (!begin_value(j))
		return;
	if (v > RW_JSON_INT_MAX || v < -RW_JSON_INT_MAX)
		misuse(j);
	else
		rw_buf_printf(j->out, "%lld", (long long)v);
}

void
rw_json_bool(struct rw_json *j, bool v)
{
	if (begin_value(j))
		rw_buf_puts(j->out, v ? "true" : "false");
}

void
rw_json_null(struct rw_json *j)
{
	if (begin_value(j))
		rw_buf_puts(j->out, "null");
}

void
rw_json_hex(struct rw_json *j, const void *p, size_t n)
{
	const uint8_t *in = p;
	char hex[2 * 64 + 1];

	if (!begin_value(j))
		return;
	rw_buf_putc(j->out, '"');
	while (n > 0) {
		size_t k = n < 64 ? n : 64;

		rw_buf_puts(j->out, rw_hex_encode(in, k, hex));
		in += k;
		n -= k;
	}
	rw_buf_putc(j->out, '"');
}

void
rw_json_time(struct rw_json *j, int64_t t)
{
	char z[RW_TIME_LEN];

	if (t == RW_TIME_NONE)
		rw_json_null(j);
	else
		rw_json_strz(j, rw_time_format(t, z));
}

void
rw_json_raw(struct rw_json *j, struct rw_str json)
{
	if (!begin_value(j))
		return;
	if (json.n == 0)
		misuse(j);
	else
		rw_buf_put_str(j->out, json);
}

bool
rw_json_ok(const struct rw_json *j, const char *what, struct rw_error *err)
{
	if (j->bad)
		return rw_fail(err, RW_E_INTERNAL, "%s: the JSON writer was misused", what);
	if (!rw_buf_ok(j->out, what, err))
		return false;
	if (j->depth != 0 || !j->any)
		return rw_fail(err, RW_E_INTERNAL, "%s: the JSON value is not complete", what);
	return true;
}
