#include "json_escape.h"
#include "refwall/encoding.h"
#include "refwall/json.h"
#include "refwall/reader.h"
#include "refwall/text.h"

#define NAME_MAX_BYTES (sizeof(((struct rw_json *)0)->level[0].last) - 1)

struct parser {
	struct rw_arena *arena;
	struct rw_reader r;
	const char *wanted;	/* what was not there: the first complaint stays */
};

static bool
complain(struct parser *p, const char *wanted)
{
	if (p->wanted == NULL)
		p->wanted = wanted;
	return false;
}

static int
peek(const struct parser *p)
{
	return p->r.left == 0 ? -1 : (unsigned char)p->r.p[0];
}

/* One escape behind its backslash, which must be the one the writer would choose. */
static bool
unescape(struct parser *p, char *ret)
{
	static const char plain[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
	char e = (char)rw_reader_u8(&p->r);
	const char *at = e == '\0' ? NULL : strchr(plain, e);

	if (at != NULL) {
		*ret = bytes[at - plain];
		return true;
	}
	if (e == 'u') {
		struct rw_str hex = rw_reader_bytes(&p->r, 4);
		uint8_t c[2];

		if (hex.n == 4 && rw_hex_decode(hex, c, 2) && c[0] == 0 && rw_json_escape(c[1]) == 'u' &&
		    !(hex.p[3] >= 'A' && hex.p[3] <= 'F')) {
			*ret = (char)c[1];
			return true;
		}
	}
	return complain(p, "the shortest escape");
}

/* Bytes up to the closing quote, which is left, without escapes. */
static struct rw_str
plain_run(struct parser *p)
{
	size_t n = 0;

	while (n < p->r.left && rw_json_escape((unsigned char)p->r.p[n]) == '\0')
		n++;
	return rw_reader_bytes(&p->r, n);
}

static bool
parse_string(struct parser *p, struct rw_str *ret)
{
	struct rw_str run;
	size_t len = 0, room;
	char *z;

	if (!rw_reader_skip(&p->r, "\""))
		return complain(p, "a string");
	run = plain_run(p);
	if (rw_reader_skip(&p->r, "\"")) {
		*ret = run;
		return rw_text_utf8(run) || complain(p, "a string of well-formed UTF-8");
	}
	/* The closing quote is looked for first, so that memory is bounded by the string's own length. */
	for (room = 0; room < p->r.left && p->r.p[room] != '"'; room++)
		if (p->r.p[room] == '\\')
			room++;
	if (room >= p->r.left)
		return complain(p, "the end of the string");
	z = rw_arena_alloc(p->arena, run.n + room);
	if (z == NULL)
		return complain(p, "memory");
	for (;;) {
		if (run.n > 0)
			memcpy(z + len, run.p, run.n);
		len += run.n;
		if (rw_reader_skip(&p->r, "\""))
			break;
		if (!rw_reader_skip(&p->r, "\\"))
			return complain(p, "controls as escapes");
		if (!unescape(p, &z[len++]))
			return false;
		run = plain_run(p);
	}
	*ret = (struct rw_str){ z, len };
	return rw_text_utf8(*ret) || complain(p, "a string of well-formed UTF-8");
}

static bool
parse_int(struct parser *p, int64_t *ret)
{
	bool minus = rw_reader_skip(&p->r, "-");
	struct rw_str s = { p->r.p, 0 };
	uint64_t v;

	while (s.n < p->r.left && s.p[s.n] >= '0' && s.p[s.n] <= '9')
		s.n++;
	if (!rw_text_u64(s, RW_JSON_INT_MAX, &v) || (minus && v == 0))
		return complain(p, "an integer of at most 2^53 - 1, without leading zero");
	(void)rw_reader_bytes(&p->r, s.n);
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool
name_is_valid(struct parser *p, struct rw_str name, const struct rw_json_value *before)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] >= 0x80 || name.p[i] == '\0')
			return complain(p, "a name of ASCII characters");
	if (name.n > NAME_MAX_BYTES)
		return complain(p, "a name of at most 63 bytes");
	if (before != NULL && rw_str_cmp(before->name, name) >= 0)
		return complain(p, "names that rise and do not repeat");
	return true;
}

static bool parse_value(struct parser *p, unsigned depth, struct rw_json_value *v);

static bool
parse_members(struct parser *p, unsigned depth, struct rw_json_value *v)
{
	const struct rw_json_value **tail = &v->first, *last = NULL;
	const char *close = v->kind == RW_JSON_OBJECT ? "}" : "]";

	if (depth == RW_JSON_DEPTH_MAX)
		return complain(p, "less nesting");
	if (rw_reader_skip(&p->r, close))
		return true;
	do {
		struct rw_json_value *child = rw_arena_alloc(p->arena, sizeof(*child));

		if (child == NULL)
			return complain(p, "memory");
		if (v->kind == RW_JSON_OBJECT) {
			if (!parse_string(p, &child->name) || !name_is_valid(p, child->name, last))
				return false;
			if (!rw_reader_skip(&p->r, ":"))
				return complain(p, "a colon");
		}
		if (!parse_value(p, depth + 1, child))
			return false;
		*tail = child;
		tail = &child->next;
		last = child;
		v->n++;
	} while (rw_reader_skip(&p->r, ","));
	return rw_reader_skip(&p->r, close) || complain(p, "a comma or the end of the list");
}

static bool
parse_word(struct parser *p, struct rw_json_value *v)
{
	if (rw_reader_skip(&p->r, "null")) {
		v->kind = RW_JSON_NULL;
		return true;
	}
	v->kind = RW_JSON_BOOL;
	v->boolean = rw_reader_skip(&p->r, "true");
	return v->boolean || rw_reader_skip(&p->r, "false") || complain(p, "a value");
}

static bool
parse_value(struct parser *p, unsigned depth, struct rw_json_value *v)
{
	const char *start = p->r.p;
	int c = peek(p);
	bool ok;

	if (c == '{' || c == '[') {
		v->kind = c == '{' ? RW_JSON_OBJECT : RW_JSON_ARRAY;
		(void)rw_reader_bytes(&p->r, 1);
		ok = parse_members(p, depth, v);
	} else if (c == '"') {
		v->kind = RW_JSON_STR;
		ok = parse_string(p, &v->str);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		v->kind = RW_JSON_INT;
		ok = parse_int(p, &v->integer);
	} else {
		ok = parse_word(p, v);
	}
	if (ok)
		v->raw = (struct rw_str){ start, (size_t)(p->r.p - start) };
	return ok;
}

bool
rw_json_parse(struct rw_arena *a, struct rw_str in, const struct rw_json_value **ret, struct rw_error *err)
{
	struct parser p = { a, rw_reader_init(in), NULL };
	struct rw_json_value *v = rw_arena_alloc(a, sizeof(*v));
	bool ok = v != NULL && parse_value(&p, 0, v);

	*ret = NULL;
	if (!rw_arena_ok(a, "JSON", err))
		return false;
	if (ok && !rw_reader_done(&p.r))
		ok = complain(&p, "the end");
	if (!ok)
		return rw_fail(err, RW_E_PARSE, "JSON: byte %zu: wanted %s", in.n - p.r.left, p.wanted);
	*ret = v;
	return true;
}

const struct rw_json_value *
rw_json_get(const struct rw_json_value *v, const char *name)
{
	if (v == NULL || v->kind != RW_JSON_OBJECT)
		return NULL;
	for (v = v->first; v != NULL; v = v->next)
		if (rw_str_eqz(v->name, name))
			return v;
	return NULL;
}

/* {"b64":...} holds what cannot stand as a string, and only that: one text, one form. */
static struct rw_str
decode_b64(struct rw_arena *a, const struct rw_json_value *v)
{
	const struct rw_json_value *b64 = v->n == 1 ? rw_json_get(v, "b64") : NULL;
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(b64 == NULL ? 0 : b64->str.n);

	if (b64 == NULL || b64->kind != RW_JSON_STR || !rw_base64_decode(&b, b64->str) ||
	    rw_text_utf8(rw_buf_str(&b)))
		return (struct rw_str){ NULL, 0 };
	return rw_arena_str(a, rw_buf_str(&b));
}

struct rw_str
rw_json_get_str(struct rw_arena *a, const struct rw_json_value *v, const char *name)
{
	const struct rw_json_value *m = rw_json_get(v, name);

	if (m != NULL && m->kind == RW_JSON_STR)
		return m->str;
	if (m != NULL && m->kind == RW_JSON_OBJECT)
		return decode_b64(a, m);
	return (struct rw_str){ NULL, 0 };
}

int64_t
rw_json_get_int(const struct rw_json_value *v, const char *name, int64_t dflt)
{
	const struct rw_json_value *m = rw_json_get(v, name);

	return m != NULL && m->kind == RW_JSON_INT ? m->integer : dflt;
}
