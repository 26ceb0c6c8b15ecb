#include "tree.h"

/*
 * The bytes of a file, before libyaml. kubectl, kustomize, conftest and others cut a file into documents by
 * lines, not by YAML's grammar, and libyaml knows more line breaks than they do: where those two views
 * can differ, what was judged need not be what runs, so the file is refused.
 */

enum byte_class { B_TEXT, B_NEWLINE, B_CR, B_HIGH, B_BAD };

static enum byte_class
classify(unsigned char c)
{
	if (c >= 0x80)
		return B_HIGH;
	if (c >= 0x20)
		return c == 0x7f ? B_BAD : B_TEXT;
	switch (c) {
	case '\t':
		return B_TEXT;
	case '\n':
		return B_NEWLINE;
	case '\r':
		return B_CR;
	default:
		return B_BAD;
	}
}

struct scan {
	struct rw_problems *list;
	const unsigned char *p, *end, *line_start;
	uint32_t line;
	bool said_cr, said_break, said_bom;
};

static void
say(struct scan *s, enum rw_yaml_problem_id id, const unsigned char *at, const char *text, const char *wanted)
{
	struct rw_yaml_problem p = { .id = id, .line = s->line, .text = text, .wanted = wanted };

	p.col = 1;
	for (const unsigned char *q = s->line_start; q < at; q++)
		p.col += (*q & 0xc0) != 0x80;
	rw_problem_add(s->list, &p);
}

/* Decode one character above U+007F. 0: malformed. */
static uint32_t
decode(const unsigned char *p, const unsigned char *end, size_t *len)
{
	static const struct { unsigned char mask, lead; uint32_t min; } form[] = {
		{ 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(form); i++) {
		uint32_t v;

		if ((*p & form[i].mask) != form[i].lead)
			continue;
		if ((size_t)(end - p) < i + 2)
			return 0;
		v = *p & (unsigned char)~form[i].mask;
		for (size_t j = 1; j <= i + 1; j++) {
			if ((p[j] & 0xc0) != 0x80)
				return 0;
			v = v << 6 | (p[j] & 0x3f);
		}
		if (v < form[i].min || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return 0;
		*len = i + 2;
		return v;
	}
	return 0;
}

/* YAML 1.1 section 5.1, as libyaml and go-yaml keep it. */
static bool
printable(uint32_t v)
{
	return v == 0x85 || (v >= 0xa0 && v <= 0xfffd) || v >= 0x10000;
}

/* Is what is left of a separator line blank, or a comment? */
static bool
rest_is_blank(const unsigned char *p, const unsigned char *end)
{
	bool space = false;

	for (; p < end && (*p == ' ' || *p == '\t'); p++)
		space = true;
	return p == end || *p == '\n' || *p == '\r' || (*p == '#' && space);
}

static void
check_line_start(struct scan *s)
{
	const unsigned char *p = s->p;

	if (s->end - p >= 3 && memcmp(p, "---", 3) == 0 && !rest_is_blank(p + 3, s->end))
		say(s, RW_YAML_STREAM, p, "text on the line of a document separator: readers disagree on where"
		    " the document starts", "--- alone on its line");
	if (s->end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 && !s->said_bom) {
		s->said_bom = true;
		say(s, RW_YAML_ENCODING, p, "a byte order mark inside the file: readers disagree on what it is", NULL);
	}
}

/* One character above U+007F. */
static bool
check_high(struct scan *s)
{
	size_t len = 1;
	uint32_t v = decode(s->p, s->end, &len);

	if (v == 0) {
		say(s, RW_YAML_ENCODING, s->p, "not UTF-8", "UTF-8");
		return false;
	}
	if (!printable(v)) {
		say(s, RW_YAML_ENCODING, s->p, "a control character", NULL);
		return false;
	}
	if ((v == 0x85 || v == 0x2028 || v == 0x2029) && !s->said_break) {
		s->said_break = true;
		say(s, RW_YAML_ENCODING, s->p, "a Unicode line break: readers disagree on whether a line ends here",
		    "an escape (\\N, \\L or \\P) in double quotes");
	}
	s->p += len;
	/* libyaml counts lines by these too */
	if (v == 0x85 || v == 0x2028 || v == 0x2029) {
		s->line++;
		s->line_start = s->p;
	}
	return true;
}

/* Past the bytes from ' ' to '~', eight at a time: nearly all of a manifest is of them. */
static const unsigned char *
skip_text(const unsigned char *p, const unsigned char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	uint64_t w, del;

	while (end - p >= 8) {
		memcpy(&w, p, sizeof(w));
		del = w ^ ones * 0x7f;
		if (((w | ((w - ones * ' ') & ~w) | ((del - ones) & ~del)) & high) != 0)
			break;
		p += 8;
	}
	while (p < end && *p >= ' ' && *p < 0x7f)
		p++;
	return p;
}

bool
rw_yaml_scan(struct rw_problems *l, struct rw_str bytes, bool *ret_ascii)
{
	struct scan s = { .list = l, .line = 1 };

	*ret_ascii = true;
	if (bytes.n == 0)
		return true;
	s.p = (const unsigned char *)bytes.p;
	s.end = s.p + bytes.n;
	s.line_start = s.p;
	if (bytes.n >= 2 && (memcmp(s.p, "\xff\xfe", 2) == 0 || memcmp(s.p, "\xfe\xff", 2) == 0)) {
		say(&s, RW_YAML_ENCODING, s.p, "UTF-16", "UTF-8");
		return false;
	}
	check_line_start(&s);
	while ((s.p = skip_text(s.p, s.end)) < s.end) {
		switch (classify(*s.p)) {
		case B_TEXT:
			s.p++;
			break;
		case B_CR:
			if (s.p + 1 < s.end && s.p[1] == '\n') {
				s.p++;
				break;
			}
			if (!s.said_cr) {
				s.said_cr = true;
				say(&s, RW_YAML_STREAM, s.p, "a carriage return without a line feed: readers disagree"
				    " on whether a line ends here", "LF or CR LF");
			}
			/* fall through */
		case B_NEWLINE:
			s.p++;
			s.line++;
			s.line_start = s.p;
			check_line_start(&s);
			break;
		case B_HIGH:
			*ret_ascii = false;
			if (!check_high(&s))
				return false;
			break;
		case B_BAD:
			say(&s, RW_YAML_ENCODING, s.p, *s.p == 0 ? "a NUL byte" : "a control character", NULL);
			return false;
		}
	}
	return true;
}
