#include "glob.h"
#include "refwall/limits.h"
#include "refwall/text.h"

struct compiler {
	struct rw_arena *arena;
	struct rw_glob *g;
	struct rw_str in;
	size_t at;
	char *text;		/* bytes of the TEXT token being read */
	size_t text_n;
	size_t column0;		/* columns before the pattern: the '!' of a list */
	size_t choices;
	struct rw_error *err;
};

static bool
malformed(struct compiler *c, size_t at, const char *what)
{
	return rw_fail(c->err, RW_E_PARSE, "pattern %s: column %zu: %s", RW_SHOW(c->in), c->column0 + at + 1,
	    what);
}

static int
look(const struct compiler *c, size_t ahead)
{
	return c->at + ahead < c->in.n ? (unsigned char)c->in.p[c->at + ahead] : -1;
}

static struct token *
add_token(struct compiler *c, enum token_kind kind)
{
	struct rw_glob *g = c->g;
	struct token *t;

	if (c->text_n > 0) {
		t = rw_arena_push(c->arena, &g->token, &g->n, &g->cap);
		if (t == NULL)
			return NULL;
		t->kind = T_TEXT;
		t->text = rw_arena_str(c->arena, (struct rw_str){ c->text, c->text_n });
		c->text_n = 0;
	}
	if (kind == T_TEXT)
		return g->token;
	t = rw_arena_push(c->arena, &g->token, &g->n, &g->cap);
	if (t != NULL)
		t->kind = kind;
	c->choices += kind == T_STAR || kind == T_CAPTURE || kind == T_DEEP;
	return t;
}

static bool
add(struct compiler *c, enum token_kind kind)
{
	return add_token(c, kind) != NULL || rw_arena_ok(c->arena, "pattern", c->err);
}

/* "**" must be a whole segment; several in a row are one. */
static bool
deep(struct compiler *c)
{
	bool first = c->at == 0;

	if (!first && c->in.p[c->at - 1] != '/')
		return malformed(c, c->at, "\"**\" must be a whole segment, as in a/**/b");
	while (look(c, 0) == '*' && look(c, 1) == '*') {
		if (look(c, 2) == -1) {
			c->at += 2;
			return add(c, first ? T_ALL : T_REST);
		}
		if (look(c, 2) != '/')
			return malformed(c, c->at, "\"**\" must be a whole segment, as in a/**/b");
		c->at += 3;
	}
	return add(c, T_DEEP);
}

/* One byte of a set, which a backslash may quote. */
static int
set_byte(struct compiler *c)
{
	if (look(c, 0) == '\\')
		c->at++;
	return c->at < c->in.n ? (unsigned char)c->in.p[c->at++] : -1;
}

static bool
set(struct compiler *c)
{
	size_t open = c->at++;
	bool negated = look(c, 0) == '!';
	uint8_t *bits = rw_arena_alloc(c->arena, 32);
	struct token *t;
	size_t count = 0;

	if (bits == NULL)
		return rw_arena_ok(c->arena, "pattern", c->err);
	if (negated)
		c->at++;
	if (look(c, 0) == '^')
		return malformed(c, c->at, "write [!...] for a negated set, \\^ for the byte");
	for (;; count++) {
		size_t at = c->at;
		int lo, hi;

		if (look(c, 0) == ']')
			break;
		lo = hi = set_byte(c);
		if (look(c, 0) == '-' && look(c, 1) != ']') {
			c->at++;
			hi = set_byte(c);
		}
		if (lo < 0 || hi < 0)
			return malformed(c, open, "'[' without ']'");
		if (lo == '/' || hi == '/')
			return malformed(c, at, "a set never matches '/'");
		if (lo > hi)
			return malformed(c, at, "a range that goes down");
		for (int b = lo; b <= hi; b++)
			bits[b / 8] |= (uint8_t)(1u << (b % 8));
	}
	if (count == 0)
		return malformed(c, open, "an empty set; write \\] for the byte");
	c->at++;
	for (size_t i = 0; negated && i < 32; i++)
		bits[i] = (uint8_t)~bits[i];
	bits['/' / 8] &= (uint8_t)~(1u << ('/' % 8));
	t = add_token(c, T_SET);
	if (t == NULL)
		return rw_arena_ok(c->arena, "pattern", c->err);
	t->set = bits;
	return true;
}

static bool
name_byte(int b, bool first)
{
	return (b >= 'a' && b <= 'z') || (!first && ((b >= '0' && b <= '9') || b == '_' || b == '-'));
}

static bool
capture(struct compiler *c)
{
	struct rw_glob *g = c->g;
	size_t open = c->at++, i;
	struct rw_str name = { c->in.p + c->at, 0 };
	struct token *t;
	bool known;

	while (name_byte(look(c, 0), name.n == 0)) {
		name.n++;
		c->at++;
	}
	if (name.n == 0 || look(c, 0) != '}')
		return malformed(c, open,
		    "wanted {name}, a name of [a-z][a-z0-9_-]*; write \\{ for the byte");
	c->at++;
	for (i = 0; i < g->n_names && !rw_str_eq(g->names[i], name); i++)
		;
	if (i == RW_GLOB_CAPTURES_MAX)
		return malformed(c, open, "more than 8 captures");
	known = i < g->n_names;
	if (!known)
		g->names[g->n_names++] = (struct rw_str){ g->pattern.p + (name.p - c->in.p), name.n };
	g->repeats = g->repeats || known;
	t = add_token(c, known ? T_SAME : T_CAPTURE);
	if (t == NULL)
		return rw_arena_ok(c->arena, "pattern", c->err);
	t->name = (unsigned)i;
	return true;
}

static bool
escaped(struct compiler *c)
{
	if (look(c, 1) == -1)
		return malformed(c, c->at, "a backslash with nothing behind it");
	c->text[c->text_n++] = c->in.p[c->at + 1];
	c->at += 2;
	return true;
}

static bool
step(struct compiler *c)
{
	char b = c->in.p[c->at];

	switch (b) {
	case '\0':
		return malformed(c, c->at, "a NUL byte");
	case '*':
		if (look(c, 1) == '*')
			return deep(c);
		c->at++;
		return add(c, T_STAR);
	case '?':
		c->at++;
		return add(c, T_ANY);
	case '[':
		return set(c);
	case '{':
		return capture(c);
	case '}':
		return malformed(c, c->at, "'}' without '{'; write \\} for the byte");
	case ']':
		return malformed(c, c->at, "']' without '['; write \\] for the byte");
	case '\\':
		return escaped(c);
	default:
		c->text[c->text_n++] = b;
		c->at++;
		return true;
	}
}

/* What would never match a ref name or a path, so that a rule would silently guard nothing. */
static bool
plausible(struct compiler *c)
{
	struct rw_str in = c->in;

	if (in.n == 0)
		return malformed(c, 0, "an empty pattern");
	if (in.p[0] == '!')
		return malformed(c, 0,
		    "'!' stands only in front of a list's pattern; write \\! for the byte");
	if (in.p[0] == '/')
		return malformed(c, 0, "names do not start with '/'");
	if (in.p[in.n - 1] == '/')
		return malformed(c, in.n - 1, "names do not end in '/'; write a/** for what is below a");
	return true;
}

static const struct rw_glob *
compile(struct rw_arena *a, struct rw_str pattern, size_t column0, struct rw_error *err)
{
	char text[RW_LIMIT_GLOB_BYTES];
	struct compiler c = { .arena = a, .in = pattern, .text = text, .column0 = column0, .err = err };

	if (pattern.n > RW_LIMIT_GLOB_BYTES) {
		(void)rw_fail(err, RW_E_LIMIT, "pattern %s: more than %d bytes", RW_SHOW(pattern),
		    RW_LIMIT_GLOB_BYTES);
		return NULL;
	}
	if (!plausible(&c))
		return NULL;
	c.g = rw_arena_alloc(a, sizeof(*c.g));
	if (c.g != NULL)
		c.g->pattern = rw_arena_str(a, pattern);
	if (!rw_arena_ok(a, "pattern", err))
		return NULL;
	while (c.at < c.in.n)
		if (!step(&c))
			return NULL;
	if (!add(&c, T_TEXT))
		return NULL;
	if (c.g->repeats && c.choices > GLOB_CHOICES_MAX) {
		(void)rw_fail(err, RW_E_LIMIT, "pattern %s: more than %d wildcards beside a repeated capture",
		    RW_SHOW(pattern), GLOB_CHOICES_MAX);
		return NULL;
	}
	return c.g;
}

const struct rw_glob *
rw_glob_compile(struct rw_arena *a, struct rw_str pattern, struct rw_error *err)
{
	return compile(a, pattern, 0, err);
}

struct rw_str
rw_glob_pattern(const struct rw_glob *g)
{
	return g->pattern;
}

bool
rw_glob_literal(const struct rw_glob *g)
{
	return g->n == 1 && g->token[0].kind == T_TEXT;
}

size_t
rw_glob_capture_names(const struct rw_glob *g, struct rw_str *ret_names)
{
	for (size_t i = 0; i < g->n_names; i++)
		ret_names[i] = g->names[i];
	return g->n_names;
}

bool
rw_globs_compile(struct rw_arena *a, const struct rw_str *patterns, size_t n, struct rw_globs *ret,
    size_t *ret_bad, struct rw_error *err)
{
	struct rw_globs l = { NULL, NULL, n };

	*ret = (struct rw_globs){ NULL, NULL, 0 };
	*ret_bad = 0;
	l.item = rw_arena_array(a, n, sizeof(*l.item));
	l.negated = rw_arena_array(a, n, sizeof(*l.negated));
	if (!rw_arena_ok(a, "patterns", err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct rw_str p = patterns[i];

		*ret_bad = i;
		l.negated[i] = rw_str_has_prefix(p, "!");
		if (l.negated[i]) {
			p.p++;
			p.n--;
		}
		l.item[i] = compile(a, p, l.negated[i], err);
		if (l.item[i] == NULL)
			return false;
	}
	*ret = l;
	return true;
}
