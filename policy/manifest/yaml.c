#include <yaml.h>

#include "builder.h"

/*
 * The only file that knows libyaml. Its events, never its documents: every event is counted before anything
 * is made of it. libyaml has no limit of its own and is quadratic in the depth of flow collections; it
 * looks at most 1024 characters ahead of the events it has given, so stopping at a depth is enough.
 */

struct reading {
	struct rw_builder b;
	struct rw_str in;
	bool ascii;
	/* where a character index is in the bytes, for files that are not ASCII */
	size_t at_char, at_byte;
};

static void
reading_release(struct reading *r)
{
	rw_builder_release(&r->b);
}

static struct rw_place
place(const yaml_mark_t *m)
{
	return (struct rw_place){ (uint32_t)m->line + 1, (uint32_t)m->column + 1 };
}

static const char *
text(const yaml_char_t *z)
{
	return (const char *)z;
}

/* ---- events ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Does the text of a plain scalar that has no tag start with the non-specific tag "!"? libyaml forgets it. */
static bool
non_specific(struct reading *r, const yaml_event_t *e)
{
	const char *p, *end = r->in.p + r->in.n;
	size_t index = e->start_mark.index;

	if (e->end_mark.index - index == e->data.scalar.length)
		return false;		/* nothing but the scalar itself */
	if (r->ascii) {
		p = r->in.p + index;
	} else {
		p = r->in.p + r->at_byte;
		for (; r->at_char < index && p < end; r->at_char++)
			for (p++; p < end && (*p & 0xc0) == 0x80; p++)
				;
		r->at_byte = (size_t)(p - r->in.p);
	}
	if (p < end && *p == '&') {
		while (p < end && !is_blank(*p))
			p++;
		while (p < end && (is_blank(*p) || *p == '#'))
			if (*p++ == '#')
				while (p < end && *p != '\n' && *p != '\r')
					p++;
	}
	return p < end && *p == '!';
}

static void
on_scalar(struct reading *r, const yaml_event_t *e)
{
	static const enum rw_yaml_style style[] = {
		[YAML_ANY_SCALAR_STYLE] = RW_YAML_PLAIN, [YAML_PLAIN_SCALAR_STYLE] = RW_YAML_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = RW_YAML_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = RW_YAML_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = RW_YAML_LITERAL, [YAML_FOLDED_SCALAR_STYLE] = RW_YAML_FOLDED,
	};
	struct rw_scalar_event s = {
		.at = place(&e->start_mark), .value = { text(e->data.scalar.value), e->data.scalar.length },
		.anchor = text(e->data.scalar.anchor), .tag = text(e->data.scalar.tag),
		.style = style[e->data.scalar.style], .resolvable = e->data.scalar.plain_implicit != 0,
	};

	if (s.tag == NULL)	/* of a quoted one libyaml tells: only "!" makes it plain to resolve */
		s.bare_tag = s.style == RW_YAML_PLAIN ? non_specific(r, e) : s.resolvable;
	rw_build_scalar(&r->b, &s);
}

static void
on_event(struct reading *r, const yaml_event_t *e)
{
	struct rw_place at = place(&e->start_mark);
	bool directive;

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		directive = e->data.document_start.version_directive != NULL ||
		    e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end;
		rw_build_document(&r->b, at, directive);
		break;
	case YAML_ALIAS_EVENT:
		rw_build_alias(&r->b, at, text(e->data.alias.anchor));
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(r, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		rw_build_open(&r->b, RW_YAML_SEQ, at, text(e->data.sequence_start.anchor),
		    text(e->data.sequence_start.tag));
		break;
	case YAML_MAPPING_START_EVENT:
		rw_build_open(&r->b, RW_YAML_MAP, at, text(e->data.mapping_start.anchor),
		    text(e->data.mapping_start.tag));
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		rw_build_close(&r->b);
		break;
	case YAML_STREAM_END_EVENT:
		r->b.stop = true;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

/* ---- errors ---- */

/* Templates of Helm and others are the usual reason why a file is no YAML. */
static bool
line_has_template(const struct reading *r, size_t line)
{
	const char *p = r->in.p, *end = r->in.p + r->in.n, *nl;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (line-- == 0)
			return memmem(p, (size_t)((nl == NULL ? end : nl) - p), "{{", 2) != NULL;
		if (nl == NULL)
			break;
	}
	return false;
}

static void
on_parser_error(struct reading *r, const yaml_parser_t *y)
{
	const char *what = y->problem == NULL ? "not YAML" : y->problem;
	struct rw_place at = place(&y->problem_mark);

	if (y->error == YAML_MEMORY_ERROR) {
		r->b.nomem = true;
		return;
	}
	/* what libyaml says of anything behind "..." and behind the end of a JSON value */
	if (strcmp(what, "did not find expected <document start>") == 0) {
		rw_build_fatal(&r->b, RW_YAML_STREAM, at,
		    "something follows the end of the document: readers disagree on whether it counts");
		return;
	}
	if (line_has_template(r, y->problem_mark.line) ||
	    (y->context != NULL && line_has_template(r, y->context_mark.line)))
		what = rw_arena_printf(r->b.a, "%s: a template that was not rendered?", what);
	else if (y->context != NULL)
		what = rw_arena_printf(r->b.a, "%s, %s", y->context, what);
	rw_build_fatal(&r->b, RW_YAML_SYNTAX, at, what);
}

/* ---- the whole ---- */

static void
run(struct reading *r, yaml_parser_t *y)
{
	while (!r->b.stop) {
		yaml_event_t e;

		if (!yaml_parser_parse(y, &e)) {
			on_parser_error(r, y);
			return;
		}
		on_event(r, &e);
		yaml_event_delete(&e);
	}
}

static void
parse(struct reading *r)
{
	yaml_parser_t y;

	if (!yaml_parser_initialize(&y)) {
		r->b.nomem = true;
		return;
	}
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)(r->in.n == 0 ? "" : r->in.p), r->in.n);
	run(r, &y);
	yaml_parser_delete(&y);
}

bool
rw_yaml_build(struct rw_arena *a, struct rw_str bytes, const struct rw_yaml_shape *shape, struct rw_yaml *ret,
    struct rw_error *err)
{
	rw_cleanup(reading_release) struct reading r = { .b = { .a = a, .shape = shape, .problems = { .arena = a } } };

	memset(ret, 0, sizeof(*ret));
	if (bytes.n > shape->bytes)
		return rw_fail(err, RW_E_LIMIT, "%zu bytes of YAML, at most %zu are read", bytes.n, shape->bytes);
	r.in = bytes;
	/* a mark at the very start is harmless, and libyaml would count it as a column */
	if (rw_str_has_prefix(r.in, "\xef\xbb\xbf")) {
		r.in.p += 3;
		r.in.n -= 3;
	}
	if (rw_yaml_scan(&r.b.problems, r.in, &r.ascii))
		parse(&r);
	if (r.b.nomem)
		return rw_fail_nomem(err);
	if (!rw_arena_ok(a, "YAML tree", err))
		return false;
	rw_problem_sort(&r.b.problems);
	ret->document = r.b.document;
	ret->n = r.b.n_documents;
	ret->problem = r.b.problems.item;
	ret->n_problems = r.b.problems.n;
	ret->n_dropped = r.b.problems.dropped;
	return true;
}

bool
rw_yaml_parse(struct rw_arena *a, struct rw_str bytes, struct rw_yaml *ret, struct rw_error *err)
{
	static const struct rw_yaml_shape manifest = {
		.bytes = RW_LIMIT_YAML_BYTES, .nodes = RW_LIMIT_YAML_NODES, .documents = RW_LIMIT_YAML_DOCUMENTS,
		.aliases = RW_LIMIT_YAML_ALIASES, .expanded = RW_LIMIT_YAML_EXPANDED_BYTES,
	};

	return rw_yaml_build(a, bytes, &manifest, ret, err);
}
