#include "refwall/encoding.h"
#include "refwall/text.h"
#include "server/http/target.h"

/* Percent-decoding; in a query '+' is a space, as forms write it. */
static bool
decode(struct rw_arena *a, struct rw_str s, bool form, struct rw_str *ret, struct rw_error *err)
{
	char *out = rw_arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (out == NULL)
		return rw_fail_nomem(err);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		if (byte == '%') {
			if (s.n - i < 3 || !rw_hex_decode((struct rw_str){ s.p + i + 1, 2 }, &byte, 1))
				return rw_fail(err, RW_E_PARSE,
				    "request target: '%%' is not followed by two hexadecimal digits");
			if (byte == 0)
				return rw_fail(err, RW_E_PARSE, "request target: it holds an encoded NUL");
			i += 2;
		} else if (byte == '+' && form) {
			byte = ' ';
		} else if (byte <= ' ' || byte >= 0x7f) {
			return rw_fail(err, RW_E_PARSE, "request target: byte 0x%02x must be percent-encoded",
			    (unsigned)byte);
		}
		out[n++] = (char)byte;
	}
	*ret = (struct rw_str){ out, n };
	return true;
}

/* Take the bytes up to c (or all of them) off the front of *rest. False when nothing was left. */
static bool
take(struct rw_str *rest, char c, struct rw_str *ret)
{
	const char *end;

	if (rest->p == NULL)
		return false;
	end = rest->n == 0 ? NULL : memchr(rest->p, c, rest->n);
	if (end == NULL) {
		*ret = *rest;
		*rest = (struct rw_str){ NULL, 0 };
		return true;
	}
	*ret = (struct rw_str){ rest->p, (size_t)(end - rest->p) };
	*rest = (struct rw_str){ end + 1, rest->n - ret->n - 1 };
	return true;
}

static bool
parse_path(struct rw_arena *a, struct rw_str path, struct rw_target *t, struct rw_error *err)
{
	struct rw_str rest = { path.p + 1, path.n - 1 }, part;

	while (take(&rest, '/', &part)) {
		if (t->n_segments == RW_TARGET_SEGMENTS)
			return rw_fail(err, RW_E_PARSE, "request target: the path has more than %d segments",
			    RW_TARGET_SEGMENTS);
		if (!decode(a, part, false, &t->segment[t->n_segments++], err))
			return false;
	}
	return true;
}

static bool
parse_query(struct rw_arena *a, struct rw_target *t, struct rw_error *err)
{
	struct rw_str rest = t->query, part, name, value;

	while (take(&rest, '&', &part)) {
		if (part.n == 0)
			continue;
		if (t->n_params == RW_TARGET_PARAMS)
			return rw_fail(err, RW_E_PARSE, "request target: there are more than %d parameters",
			    RW_TARGET_PARAMS);
		value = part;
		(void)take(&value, '=', &name);
		if (value.p == NULL)
			value = (struct rw_str){ "", 0 };
		if (!decode(a, name, true, &name, err) || !decode(a, value, true, &value, err))
			return false;
		for (size_t i = 0; i < t->n_params; i++) {
			if (rw_str_eq(t->param[i].name, name))
				return rw_fail(err, RW_E_PARSE, "parameter \"%s\" is given twice",
				    RW_SHOW(name));
		}
		t->param[t->n_params].name = name;
		t->param[t->n_params].value = value;
		t->n_params++;
	}
	return true;
}

bool
rw_target_parse(struct rw_arena *a, struct rw_str raw, struct rw_target *ret, struct rw_error *err)
{
	const char *mark;

	memset(ret, 0, sizeof(*ret));
	if (raw.n > RW_TARGET_BYTES)
		return rw_fail(err, RW_E_LIMIT, "request target: it is longer than %d bytes",
		    RW_TARGET_BYTES);
	if (rw_str_eqz(raw, "*")) {
		ret->asterisk = true;
		return true;
	}
	if (rw_str_has_prefix(raw, "http://") || rw_str_has_prefix(raw, "https://")) {
		const char *host = (const char *)memchr(raw.p, ':', raw.n) + 3;
		size_t left = raw.n - (size_t)(host - raw.p);
		const char *slash = left == 0 ? NULL : memchr(host, '/', left);

		if (slash == NULL)
			return rw_fail(err, RW_E_PARSE, "request target: there is no path");
		raw = (struct rw_str){ slash, raw.n - (size_t)(slash - raw.p) };
	}
	if (raw.n == 0 || raw.p[0] != '/')
		return rw_fail(err, RW_E_PARSE, "request target: it does not start with '/'");
	mark = memchr(raw.p, '?', raw.n);
	if (mark != NULL) {
		ret->query = (struct rw_str){ mark + 1, raw.n - (size_t)(mark - raw.p) - 1 };
		raw.n = (size_t)(mark - raw.p);
	}
	return parse_path(a, raw, ret, err) && parse_query(a, ret, err);
}

struct rw_str
rw_target_param(const struct rw_target *t, const char *name)
{
	for (size_t i = 0; i < t->n_params; i++) {
		if (rw_str_eqz(t->param[i].name, name))
			return t->param[i].value;
	}
	return (struct rw_str){ NULL, 0 };
}
