#include "policy/git/internal.h"
#include "refwall/text.h"

struct parser {
	const char *p, *end;
	unsigned line;
	struct rw_buf section;
	struct rw_buf subsection;
	bool has_subsection;
	rw_gitconfig_fn *fn;
	void *ctx;
	struct rw_error *err;
};

#define AT_END (-1)

/* The next byte without taking it; CR LF counts as LF. */
static int
peek(const struct parser *s)
{
	if (s->p == s->end)
		return AT_END;
	if (*s->p == '\r' && s->p + 1 < s->end && s->p[1] == '\n')
		return '\n';
	return (unsigned char)*s->p;
}

static int
take(struct parser *s)
{
	int c = peek(s);

	if (c == AT_END)
		return c;
	if (c == '\n') {
		s->p += *s->p == '\r' ? 1 : 0;
		s->line++;
	}
	s->p++;
	return c;
}

static bool
is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_key_char(int c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-';
}

static char
lower(int c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static void
skip_blank(struct parser *s)
{
	while (peek(s) == ' ' || peek(s) == '\t')
		(void)take(s);
}

static void
skip_comment(struct parser *s)
{
	while (peek(s) != '\n' && peek(s) != AT_END)
		(void)take(s);
}

static bool
bad(const struct parser *s, const char *what)
{
	return rw_fail(s->err, RW_E_PARSE, "git config: line %u: %s", s->line, what);
}

/* Behind [section SP+: "sub"]. */
static bool
parse_subsection(struct parser *s)
{
	skip_blank(s);
	if (take(s) != '"')
		return bad(s, "a subsection stands in quotes");
	for (;;) {
		int c = take(s);

		if (c == '"')
			break;
		if (c == '\\')
			c = take(s);
		if (c == AT_END || c == '\n' || c == '\0')
			return bad(s, "a subsection has no end");
		rw_buf_putc(&s->subsection, (char)c);
	}
	s->has_subsection = true;
	return take(s) == ']' || bad(s, "wanted ] behind the subsection");
}

/* Behind '['. "[a.b]" is the old way to write [a "b"], lower case. */
static bool
parse_section(struct parser *s)
{
	struct rw_buf *b = &s->section;

	rw_buf_clear(&s->section);
	rw_buf_clear(&s->subsection);
	s->has_subsection = false;
	for (;;) {
		int c = take(s);

		if (c == ']')
			break;
		if (c == ' ' || c == '\t') {
			if (s->section.len == 0 || s->has_subsection || !parse_subsection(s))
				return s->err->code != RW_E_NONE ? false : bad(s, "malformed section");
			break;
		}
		if (c == '.' && b == &s->section) {
			b = &s->subsection;
			s->has_subsection = true;
			continue;
		}
		if (!is_key_char(c) && c != '.')
			return bad(s, "malformed section");
		rw_buf_putc(b, lower(c));
	}
	return s->section.len > 0 || bad(s, "a section without a name");
}

/* Behind '=', up to the end of the line. Blanks at the end are cut when nothing follows them. */
static bool
parse_value(struct parser *s, struct rw_buf *ret)
{
	bool quoted = false;
	size_t keep = 0;

	skip_blank(s);
	for (;;) {
		int c = take(s);

		if (c == '\n' || c == AT_END) {
			if (quoted)
				return bad(s, "a quoted value has no end");
			break;
		}
		if (c == '\0')
			return bad(s, "NUL in a value");
		if (!quoted && (c == '#' || c == ';')) {
			skip_comment(s);
			continue;
		}
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\') {
			static const char from[] = "nbt\\\"", to[] = "\n\b\t\\\"";
			const char *at;

			c = take(s);
			if (c == '\n')
				continue;
			at = c <= 0 ? NULL : strchr(from, c);
			if (at == NULL)
				return bad(s, "unknown escape in a value");
			c = (unsigned char)to[at - from];
			rw_buf_putc(ret, (char)c);
			keep = ret->len;
			continue;
		}
		rw_buf_putc(ret, (char)c);
		if (quoted || (c != ' ' && c != '\t'))
			keep = ret->len;
	}
	rw_buf_truncate(ret, keep);
	return rw_buf_ok(ret, "git config", s->err);
}

static bool
parse_entry(struct parser *s)
{
	rw_auto_buf struct rw_buf key = RW_BUF_INIT(RW_LIMIT_GIT_CONFIG_BYTES);
	rw_auto_buf struct rw_buf value = RW_BUF_INIT(RW_LIMIT_GIT_CONFIG_BYTES);
	struct rw_gitconfig_entry e = { .line = s->line };

	if (s->section.len == 0)
		return bad(s, "a key before the first section");
	if (!is_alpha(peek(s)))
		return bad(s, "a key begins with a letter");
	while (is_key_char(peek(s)))
		rw_buf_putc(&key, lower(take(s)));
	skip_blank(s);
	switch (peek(s)) {
	case '=':
		(void)take(s);
		e.has_value = true;
		if (!parse_value(s, &value))
			return false;
		break;
	case '\n':
	case AT_END:
	case '#':
	case ';':
		break;
	default:
		return bad(s, "wanted = behind the key");
	}
	if (!rw_buf_ok(&key, "git config", s->err) || !rw_buf_ok(&s->section, "git config", s->err) ||
	    !rw_buf_ok(&s->subsection, "git config", s->err))
		return false;
	e.section = rw_buf_str(&s->section);
	if (s->has_subsection)
		e.subsection = (struct rw_str){ rw_buf_cstr(&s->subsection), s->subsection.len };
	e.key = rw_buf_str(&key);
	e.value = (struct rw_str){ rw_buf_cstr(&value), value.len };
	return s->fn(s->ctx, &e, s->err);
}

static bool
parse_all(struct parser *s)
{
	for (;;) {
		int c = peek(s);

		if (c == AT_END)
			return true;
		if (c == ' ' || c == '\t' || c == '\n') {
			(void)take(s);
			continue;
		}
		if (c == '#' || c == ';') {
			skip_comment(s);
			continue;
		}
		if (c == '[')
			(void)take(s);
		if (!(c == '[' ? parse_section(s) : parse_entry(s)))
			return false;
	}
}

bool
rw_gitconfig_parse(struct rw_str bytes, rw_gitconfig_fn *fn, void *ctx, struct rw_error *err)
{
	struct rw_error mine = RW_ERROR_INIT;
	struct parser s = {
		.line = 1,
		.section = RW_BUF_INIT(RW_LIMIT_GIT_CONFIG_BYTES),
		.subsection = RW_BUF_INIT(RW_LIMIT_GIT_CONFIG_BYTES),
		.fn = fn,
		.ctx = ctx,
		.err = &mine,
	};
	bool ok;

	if (bytes.n > RW_LIMIT_GIT_CONFIG_BYTES)
		return rw_fail(err, RW_E_LIMIT, "git config: longer than %u bytes",
		    RW_LIMIT_GIT_CONFIG_BYTES);
	if (rw_str_has_prefix(bytes, "\xef\xbb\xbf"))
		bytes = (struct rw_str){ bytes.p + 3, bytes.n - 3 };
	s.p = bytes.p;
	s.end = bytes.n == 0 ? bytes.p : bytes.p + bytes.n;
	ok = parse_all(&s);
	rw_buf_release(&s.section);
	rw_buf_release(&s.subsection);
	if (!ok)
		*err = mine;
	return ok;
}
