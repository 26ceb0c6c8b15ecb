/* signers.c: lines of allowed_signers files. */
#include <stdio.h>

#include "policy/signature/sshkey.h"
#include "refwall/encoding.h"
#include "refwall/signers.h"
#include "refwall/text.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct rw_str
trimmed(struct rw_str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool
printable(struct rw_str s)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(4 * RW_LIMIT_KEY_BYTES);

	rw_text_put_printable(&b, s, RW_LIMIT_KEY_BYTES);
	return !b.failed && rw_str_eq(rw_buf_str(&b), s);
}

/* Up to the next blank outside quotes; what is left starts at the word after it. */
static bool
word(struct rw_str *rest, struct rw_str *ret)
{
	bool quoted = false;
	size_t n = 0;

	while (n < rest->n && (quoted || !is_blank(rest->p[n]))) {
		if (rest->p[n] == '\\' && quoted && n + 1 < rest->n && rest->p[n + 1] == '"')
			n++;
		else if (rest->p[n] == '"')
			quoted = !quoted;
		n++;
	}
	*ret = (struct rw_str){ rest->p, n };
	*rest = trimmed((struct rw_str){ rest->p + n, rest->n - n });
	return !quoted;
}

static struct rw_str
unquoted(struct rw_str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct rw_str){ s.p + 1, s.n - 2 };
	return s;
}

/* The part of a list before the next comma. */
static struct rw_str
item(struct rw_str *list)
{
	const char *comma = list->n == 0 ? NULL : memchr(list->p, ',', list->n);
	struct rw_str i = { list->p, comma == NULL ? list->n : (size_t)(comma - list->p) };
	size_t used = i.n + (comma != NULL);

	list->p += used;
	list->n -= used;
	return i;
}

static bool
principals_read(struct rw_arena *a, struct rw_str list, struct rw_signer *s, struct rw_error *err)
{
	struct rw_str *v = NULL, *slot, p;
	size_t cap = 0;

	if (!printable(list))
		return rw_fail(err, RW_E_PARSE, "principals \"%s\" cannot be shown", RW_SHOW(list));
	do {
		p = item(&list);
		if (p.n == 0)
			return rw_fail(err, RW_E_PARSE, "an empty principal");
		if (memchr(p.p, '*', p.n) != NULL || memchr(p.p, '?', p.n) != NULL || p.p[0] == '!')
			return rw_fail(err, RW_E_UNSUPPORTED, "principal \"%s\" is a pattern: a key belongs to one identity, "
			    "so each has to be named", RW_SHOW(p));
		slot = rw_arena_push(a, &v, &s->n, &cap);
		if (slot == NULL)
			return rw_arena_ok(a, "principals", err);
		*slot = rw_arena_str(a, p);
	} while (list.n > 0);
	s->principal = v;
	return rw_arena_ok(a, "principals", err);
}

/* ---- options ---- */

static bool
same_word(struct rw_str s, const char *z)
{
	if (s.n != strlen(z))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : s.p[i]) != z[i])
			return false;
	return true;
}

/* YYYYMMDD[HHMM[SS]] and Z: without it, it would be the local time of whoever reads it. */
static bool
time_read(const char *what, struct rw_str s, rw_time *ret, struct rw_error *err)
{
	struct rw_str digits = s;
	char text[32];
	bool utc = true;

	if (rw_str_has_suffix(s, "Z"))
		digits.n -= 1;
	else if (rw_str_has_suffix(s, "UTC"))
		digits.n -= 3;
	else
		utc = false;
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			digits.n = 0;
	if (digits.n != 8 && digits.n != 12 && digits.n != 14)
		return rw_fail(err, RW_E_PARSE, "%s \"%s\" is no time, wanted one like 20270101Z or 202701011200Z", what,
		    RW_SHOW(s));
	if (!utc)
		return rw_fail(err, RW_E_PARSE, "%s \"%s\" is in local time, which differs between machines; wanted \"%sZ\" for UTC",
		    what, RW_SHOW(s), RW_SHOW(s));
	(void)snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits.p, digits.p + 4, digits.p + 6,
	    digits.n > 8 ? digits.p + 8 : "00", digits.n > 8 ? digits.p + 10 : "00", digits.n > 12 ? digits.p + 12 : "00");
	return rw_time_parse(rw_str(text), ret) ||
	    rw_fail(err, RW_E_PARSE, "%s \"%s\": there is no such time", what, RW_SHOW(s));
}

static bool
matches(struct rw_str pattern, struct rw_str s)
{
	while (pattern.n > 0 && pattern.p[0] != '*') {
		if (s.n == 0 || (pattern.p[0] != '?' && pattern.p[0] != s.p[0]))
			return false;
		pattern = (struct rw_str){ pattern.p + 1, pattern.n - 1 };
		s = (struct rw_str){ s.p + 1, s.n - 1 };
	}
	if (pattern.n == 0)
		return s.n == 0;
	while (pattern.n > 0 && pattern.p[0] == '*')
		pattern = (struct rw_str){ pattern.p + 1, pattern.n - 1 };
	if (pattern.n == 0)
		return true;
	for (size_t i = 0; i <= s.n; i++)
		if (matches(pattern, (struct rw_str){ s.p + i, s.n - i }))
			return true;
	return false;
}

/* A pattern list: any match, and no negated one. */
static bool
for_git(struct rw_str list)
{
	struct rw_str git = RW_STR_LIT("git");
	bool any = false;

	while (list.n > 0) {
		struct rw_str p = item(&list);

		if (p.n > 0 && p.p[0] == '!' && matches((struct rw_str){ p.p + 1, p.n - 1 }, git))
			return false;
		any = any || (p.n > 0 && p.p[0] != '!' && matches(p, git));
	}
	return any;
}

enum option { OPTION_CA, OPTION_NAMESPACES, OPTION_AFTER, OPTION_BEFORE, OPTION_MAX };
static const char *const option_names[OPTION_MAX] = { "cert-authority", "namespaces", "valid-after", "valid-before" };

static bool
option_apply(enum option o, struct rw_str value, struct rw_signer *s, struct rw_error *err)
{
	switch (o) {
	case OPTION_CA:
		s->ca = true;
		return true;
	case OPTION_NAMESPACES:
		return for_git(value) || rw_fail(err, RW_E_UNSUPPORTED,
		    "the key is for the namespaces \"%s\", and not for git", RW_SHOW(value));
	case OPTION_AFTER:
		return time_read(option_names[o], value, &s->key.since, err);
	case OPTION_BEFORE:
		if (!time_read(option_names[o], value, &s->key.until, err))
			return false;
		s->key.until += 1000;		/* that second is still valid */
		return true;
	case OPTION_MAX:
		break;
	}
	return rw_fail(err, RW_E_INTERNAL, "option without a meaning");
}

/* Up to the next comma outside quotes. */
static struct rw_str
option_next(struct rw_str *list)
{
	struct rw_str o = { list->p, 0 };
	bool quoted = false;

	while (o.n < list->n && (quoted || list->p[o.n] != ',')) {
		if (list->p[o.n] == '"')
			quoted = !quoted;
		o.n++;
	}
	list->p += o.n;
	list->n -= o.n;
	if (list->n > 0) {
		list->p++;
		list->n--;
	}
	return o;
}

static bool
options_read(struct rw_str list, struct rw_signer *s, struct rw_error *err)
{
	bool had[OPTION_MAX] = { false };

	while (list.n > 0) {
		struct rw_str o = option_next(&list), name = o, value = { NULL, 0 };
		const char *eq = o.n == 0 ? NULL : memchr(o.p, '=', o.n);
		size_t i = 0;

		if (eq != NULL) {
			name.n = (size_t)(eq - o.p);
			value = (struct rw_str){ eq + 1, o.n - name.n - 1 };
		}
		while (i < OPTION_MAX && !same_word(name, option_names[i]))
			i++;
		if (i == OPTION_MAX)
			return rw_fail(err, RW_E_PARSE, "option \"%s\" is not known, wanted cert-authority, namespaces=\"git\", "
			    "valid-after=\"...\" or valid-before=\"...\"", RW_SHOW(name));
		if (had[i])
			return rw_fail(err, RW_E_PARSE, "option %s stands twice", option_names[i]);
		had[i] = true;
		if ((eq != NULL) != (i != OPTION_CA) ||
		    (eq != NULL && (value.n < 2 || value.p[0] != '"' || value.p[value.n - 1] != '"')))
			return rw_fail(err, RW_E_PARSE, "option %s: %s", option_names[i],
			    i == OPTION_CA ? "it has no value" : "wanted a value in double quotes");
		if (!option_apply((enum option)i, unquoted(value), s, err))
			return false;
	}
	if (s->key.since != RW_TIME_NONE && s->key.until != RW_TIME_NONE && s->key.until - 1000 <= s->key.since)
		return rw_fail(err, RW_E_PARSE, "valid-before is not behind valid-after");
	return true;
}

/* ---- the line ---- */

/* The name that the key itself has. Empty: it is no key. */
static struct rw_str
inner_type(struct rw_str base64, struct rw_buf *blob)
{
	struct rw_reader r;
	struct rw_str type;

	rw_buf_clear(blob);
	if (base64.n == 0 || !rw_base64_decode(blob, base64))
		return (struct rw_str){ NULL, 0 };
	r = rw_reader_init(rw_buf_str(blob));
	type = rw_reader_string32(&r);
	return r.bad || r.left == 0 || !printable(type) ? (struct rw_str){ NULL, 0 } : type;
}

static bool
key_read(struct rw_arena *a, struct rw_str type, struct rw_str base64, struct rw_signer *s, struct rw_error *err)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_KEY_BYTES), line = RW_BUF_INIT(2 * RW_LIMIT_KEY_BYTES);
	struct rw_str real = inner_type(base64, &blob);
	struct rw_key key = s->key;

	if (real.n == 0)
		return rw_fail(err, RW_E_PARSE, "wanted \"principals [options] type base64\", found \"%s\" where the key should be",
		    RW_SHOW(base64.n == 0 ? type : base64));
	if (!rw_str_eq(type, real))
		return rw_fail(err, RW_E_PARSE, "key type name \"%s\" is wrong: this key is of type %s", RW_SHOW(type),
		    RW_SHOW(real));
	rw_buf_put_str(&line, type);
	rw_buf_putc(&line, ' ');
	rw_buf_put_str(&line, base64);
	if (!rw_buf_ok(&line, "key", err) || !rw_key_parse(a, rw_buf_str(&line), &key, err))
		return false;
	key.since = s->key.since;
	key.until = s->key.until;
	s->key = key;
	s->line = rw_arena_str(a, rw_buf_str(&line));
	return rw_arena_ok(a, "key", err);
}

static bool
looks_like_options(struct rw_str s)
{
	return s.n > 0 && (memchr(s.p, '=', s.n) != NULL || memchr(s.p, ',', s.n) != NULL ||
	    same_word(s, option_names[OPTION_CA]));
}

bool
rw_signer_parse(struct rw_arena *a, struct rw_str line, struct rw_signer *ret, bool *ret_empty, struct rw_error *err)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	struct rw_signer s = { .ca = false };
	struct rw_str rest = trimmed(line), principals, first, second, third;

	memset(ret, 0, sizeof(*ret));
	s.key.since = s.key.until = RW_TIME_NONE;
	*ret_empty = rest.n == 0 || rest.p[0] == '#';
	if (*ret_empty)
		return true;
	if (!word(&rest, &principals) || !word(&rest, &first))
		return rw_fail(err, RW_E_PARSE, "a double quote is not closed");
	/* Options and key types that nobody knows are told apart by where the key stands. */
	if (!word(&rest, &second))
		return rw_fail(err, RW_E_PARSE, "a double quote is not closed");
	(void)word(&rest, &third);
	if (inner_type(second, &blob).n == 0 && (looks_like_options(first) || inner_type(third, &blob).n > 0)) {
		if (!options_read(first, &s, err))
			return false;
		first = second;
		second = third;
	}
	if (!principals_read(a, unquoted(principals), &s, err) || !key_read(a, first, second, &s, err))
		return false;
	*ret = s;
	return true;
}
