/*
 * One pass over the tokens with a stack of choices that may be extended. Without a repeated
 * capture, a choice can be forgotten as soon as a later one of the same reach is made: the
 * earlier was made as short as it could be, so a longer one leaves less text for the rest and
 * can only fail where this fails. A STAR or CAPTURE reaches to the end of its segment, so it
 * replaces the one before; DEEP reaches over segments, so it replaces everything. Then at
 * most two choices are open, and each byte is tried against each token a bounded number of
 * times. With a repeated capture nothing can be forgotten; the steps are counted instead.
 */
#include "glob.h"
#include "refwall/limits.h"

struct choice {
	size_t token;
	size_t end;		/* the text taken by this token ends here */
};

struct match {
	const struct rw_glob *g;
	struct rw_str text;
	size_t steps;
	size_t n_choices;
	struct choice choice[GLOB_CHOICES_MAX];
	struct { size_t start, end; } capture[RW_GLOB_CAPTURES_MAX];
};

static bool
in_set(const uint8_t *set, char c)
{
	unsigned char b = (unsigned char)c;

	return (set[b / 8] >> (b % 8) & 1) != 0;
}

static void
choose(struct match *m, size_t token, size_t end)
{
	if (!m->g->repeats) {
		if (m->g->token[token].kind == T_DEEP)
			m->n_choices = 0;
		else if (m->n_choices > 0 && m->g->token[m->choice[m->n_choices - 1].token].kind != T_DEEP)
			m->n_choices--;
	}
	m->choice[m->n_choices++] = (struct choice){ token, end };
}

/* Give the latest choice that can take more the least more; where to go on from. */
static bool
extend(struct match *m, size_t *ret_token, size_t *ret_at)
{
	while (m->n_choices > 0) {
		struct choice *c = &m->choice[m->n_choices - 1];
		const struct token *t = &m->g->token[c->token];
		const char *p = m->text.p + c->end;
		size_t left = m->text.n - c->end;

		if (t->kind == T_DEEP) {
			const char *slash = left == 0 ? NULL : memchr(p, '/', left);

			if (slash != NULL) {
				c->end += (size_t)(slash - p) + 1;
				goto extended;
			}
		} else if (left > 0 && *p != '/') {
			c->end++;
			if (t->kind == T_CAPTURE)
				m->capture[t->name].end = c->end;
			goto extended;
		}
		m->n_choices--;
		continue;
extended:
		*ret_token = c->token + 1;
		*ret_at = c->end;
		return true;
	}
	return false;
}

/* A STAR before the pattern's last text, or last itself, has one choice: all up to there. */
static bool
only_end_left(const struct match *m, size_t token)
{
	return token + 1 == m->g->n || (token + 2 == m->g->n && m->g->token[token + 1].kind == T_TEXT);
}

static bool
take_up_to_end(struct match *m, size_t token, size_t *at)
{
	size_t end = m->text.n - (token + 1 == m->g->n ? 0 : m->g->token[token + 1].text.n);

	m->n_choices--;
	if (end < *at || (end > *at && memchr(m->text.p + *at, '/', end - *at) != NULL))
		return false;
	*at = end;
	return true;
}

/* Match one token at *at and move on; false when it does not match here. */
static bool
take(struct match *m, size_t token, size_t *at)
{
	const struct token *t = &m->g->token[token];
	const char *p = m->text.p + *at;
	size_t left = m->text.n - *at, n;

	switch (t->kind) {
	case T_TEXT:
		if (left < t->text.n || memcmp(p, t->text.p, t->text.n) != 0)
			return false;
		*at += t->text.n;
		return true;
	case T_ANY:
		if (left == 0 || *p == '/')
			return false;
		(*at)++;
		return true;
	case T_SET:
		if (left == 0 || !in_set(t->set, *p))
			return false;
		(*at)++;
		return true;
	case T_STAR:
		choose(m, token, *at);
		return only_end_left(m, token) ? take_up_to_end(m, token, at) : true;
	case T_CAPTURE:
		if (left == 0 || *p == '/')
			return false;
		m->capture[t->name].start = (*at)++;
		m->capture[t->name].end = *at;
		choose(m, token, *at);
		return true;
	case T_SAME:
		n = m->capture[t->name].end - m->capture[t->name].start;
		m->steps += n / 16;
		if (left < n || memcmp(p, m->text.p + m->capture[t->name].start, n) != 0)
			return false;
		*at += n;
		return true;
	case T_DEEP:
		choose(m, token, *at);
		return true;
	case T_REST:
		*at = m->text.n;
		return left > 0;
	case T_ALL:
		*at = m->text.n;
		return true;
	}
	return false;
}

static bool
run(struct match *m)
{
	size_t token = 0, at = 0;

	for (;;) {
		if (token == m->g->n && at == m->text.n)
			return true;
		if (m->g->repeats && ++m->steps > RW_LIMIT_GLOB_STEPS)
			return false;
		if (token < m->g->n && take(m, token, &at))
			token++;
		else if (!extend(m, &token, &at))
			return false;
	}
}

enum quick { NO, YES, MAYBE };

/*
 * Most names are decided here: the text that a pattern starts or ends with is not theirs,
 * or the pattern is a literal, or a literal and a last "**".
 */
static enum quick
quick(const struct rw_glob *g, struct rw_str text)
{
	const struct token *first = &g->token[0], *last = &g->token[g->n - 1];

	if (first->kind == T_TEXT && (text.n < first->text.n ||
	    memcmp(text.p, first->text.p, first->text.n) != 0))
		return NO;
	if (first->kind == T_TEXT && g->n == 1)
		return text.n == first->text.n ? YES : NO;
	if (first->kind == T_TEXT && g->n == 2 && last->kind == T_REST)
		return text.n > first->text.n ? YES : NO;
	if (last->kind == T_TEXT && (text.n < last->text.n ||
	    memcmp(text.p + (text.n - last->text.n), last->text.p, last->text.n) != 0))
		return NO;
	return MAYBE;
}

/* Not inlined: hardened builds clear the stack of choices, which costs more than quick(). */
static bool __attribute__((noinline))
match(const struct rw_glob *g, struct rw_str text, struct rw_glob_captures *ret_captures)
{
	struct match m;

	m.g = g;
	m.text = text;
	m.steps = m.n_choices = 0;
	if (!run(&m))
		return false;
	if (ret_captures == NULL)
		return true;
	ret_captures->n = g->n_names;
	for (size_t i = 0; i < g->n_names; i++) {
		ret_captures->item[i].name = g->names[i];
		ret_captures->item[i].value = (struct rw_str){ text.p + m.capture[i].start,
			m.capture[i].end - m.capture[i].start };
	}
	return true;
}

bool
rw_glob_match(const struct rw_glob *g, struct rw_str text, struct rw_glob_captures *ret_captures)
{
	enum quick q;

	if (text.n == 0)
		text.p = "";
	q = quick(g, text);
	if (q == MAYBE)
		return match(g, text, ret_captures);
	if (q == YES && ret_captures != NULL)
		ret_captures->n = 0;
	return q == YES;
}

bool
rw_globs_match(const struct rw_globs *l, struct rw_str text, struct rw_glob_captures *ret_captures)
{
	struct rw_glob_captures captures = { .n = 0 };
	bool plain = false, found = false;

	for (size_t i = 0; i < l->n; i++) {
		if (l->negated[i]) {
			if (rw_glob_match(l->item[i], text, NULL))
				return false;
			continue;
		}
		plain = true;
		if (!found)
			found = rw_glob_match(l->item[i], text, &captures);
	}
	if (!found && (plain || l->n == 0))
		return false;
	if (ret_captures != NULL)
		*ret_captures = captures;
	return true;
}
