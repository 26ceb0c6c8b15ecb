/*
 * glob_plain.h: the meaning of a pattern, written down a second time without any thought of
 * speed: it tries everything, the shortest first. What the unit test and the fuzz target hold
 * the real matcher against.
 */
#ifndef REFWALL_TESTS_GLOB_PLAIN_H
#define REFWALL_TESTS_GLOB_PLAIN_H

#include "refwall/glob.h"

struct plain {
	struct rw_str pat;
	struct rw_str text;
	struct rw_glob_captures captures;
	long steps;			/* left; below zero: gave up */
};

static bool plain_from(struct plain *m, size_t p, size_t t);

static bool
plain_capture(struct plain *m, size_t p, size_t t)
{
	size_t end = p + 1, at = m->captures.n;
	struct rw_str name;

	while (m->pat.p[end] != '}')
		end++;
	name = (struct rw_str){ m->pat.p + p + 1, end - p - 1 };
	for (size_t i = 0; i < at; i++) {
		struct rw_str v = m->captures.item[i].value;

		if (rw_str_eq(m->captures.item[i].name, name))
			return v.n <= m->text.n - t && memcmp(v.p, m->text.p + t, v.n) == 0 &&
			    plain_from(m, end + 1, t + v.n);
	}
	for (size_t n = 1; t + n <= m->text.n && m->text.p[t + n - 1] != '/'; n++) {
		m->captures.n = at + 1;
		m->captures.item[at].name = name;
		m->captures.item[at].value = (struct rw_str){ m->text.p + t, n };
		if (plain_from(m, end + 1, t + n))
			return true;
	}
	m->captures.n = at;
	return false;
}

static bool
plain_set(struct plain *m, size_t p, size_t t)
{
	unsigned char c = t < m->text.n ? (unsigned char)m->text.p[t] : '/';
	bool negated = m->pat.p[p + 1] == '!', in = false;

	for (p += negated ? 2 : 1; m->pat.p[p] != ']'; p++) {
		unsigned char lo, hi;

		if (m->pat.p[p] == '\\')
			p++;
		lo = hi = (unsigned char)m->pat.p[p];
		if (m->pat.p[p + 1] == '-' && m->pat.p[p + 2] != ']') {
			p += 2;
			if (m->pat.p[p] == '\\')
				p++;
			hi = (unsigned char)m->pat.p[p];
		}
		in = in || (c >= lo && c <= hi);
	}
	return c != '/' && in != negated && plain_from(m, p + 1, t + 1);
}

static bool
plain_deep(struct plain *m, size_t p, size_t t)
{
	bool first = true;

	for (size_t i = 0; i < p; i += 3)
		first = first && p - i >= 3 && memcmp(m->pat.p + i, "**/", 3) == 0;
	if (p + 2 == m->pat.n)
		return first || t < m->text.n;
	if (plain_from(m, p + 3, t))
		return true;
	for (; t < m->text.n; t++)
		if (m->text.p[t] == '/' && plain_from(m, p + 3, t + 1))
			return true;
	return false;
}

static bool
plain_from(struct plain *m, size_t p, size_t t)
{
	if (--m->steps < 0)
		return false;
	if (p == m->pat.n)
		return t == m->text.n;
	switch (m->pat.p[p]) {
	case '*':
		if (p + 1 < m->pat.n && m->pat.p[p + 1] == '*')
			return plain_deep(m, p, t);
		for (;; t++) {
			if (plain_from(m, p + 1, t))
				return true;
			if (t == m->text.n || m->text.p[t] == '/')
				return false;
		}
	case '?':
		return t < m->text.n && m->text.p[t] != '/' && plain_from(m, p + 1, t + 1);
	case '[':
		return plain_set(m, p, t);
	case '{':
		return plain_capture(m, p, t);
	case '\\':
		p++;
		break;
	default:
		break;
	}
	return t < m->text.n && m->text.p[t] == m->pat.p[p] && plain_from(m, p + 1, t + 1);
}

/* 1 it matches, 0 it does not, -1 it would take more than so many steps. */
static int
plain_match(struct rw_str pat, struct rw_str text, long steps, struct rw_glob_captures *ret)
{
	struct plain m = { .pat = pat, .text = text, .steps = steps };
	bool ok;

	ok = plain_from(&m, 0, 0);
	*ret = m.captures;
	return m.steps < 0 ? -1 : ok;
}

#endif
