#include <yaml.h>

#include "refwall/encoding.h"
#include "refwall/text.h"
#include "tree.h"

/*
 * The only file that knows libyaml. Its events, never its documents: every event is counted before anything is
 * made of it. libyaml has no limit of its own and is quadratic in the depth of flow collections; it
 * looks at most 1024 characters ahead of the events it has given, so stopping at a depth is enough.
 */

#define TAG_PREFIX "tag:yaml.org,2002:"

struct anchor {
	struct rw_str name;
	struct rw_yaml_node *node;
	size_t nodes, bytes;		/* of what it stands for, expanded */
	unsigned height;
	bool open;
};

struct frame {
	struct rw_yaml_node *node;
	size_t base;			/* its children on the stack start here */
	const struct rw_yaml_node *key;	/* waits for its value */
	size_t anchor;			/* index + 1, or 0 */
	size_t nodes, bytes;		/* the counters before it */
	unsigned height;		/* nested collections, itself included */
	bool merge;			/* one of the keys is a merge key */
};

struct builder {
	struct rw_arena *a;
	struct rw_str in;
	bool ascii;
	const struct rw_yaml_shape *shape;
	struct rw_problems problems;

	struct frame frame[RW_LIMIT_YAML_DEPTH];
	unsigned depth;
	struct stacked {
		const struct rw_yaml_node *node;
		bool merge;			/* a key, and "<<" */
	} *stack;
	size_t n_stack, cap_stack;

	struct anchor *anchor;
	size_t n_anchors, cap_anchors, first_anchor;	/* of this document */
	size_t n_aliases, nodes, bytes;

	const struct rw_yaml_node **document;
	size_t n_documents, cap_documents;

	/* where a character index is in the bytes, for files that are not ASCII */
	size_t at_char, at_byte;
	bool nomem, stop;
};

static void
builder_release(struct builder *b)
{
	free(b->stack);
}

/* ---- problems ---- */

static const char *
here(struct builder *b, struct rw_str last)
{
	struct rw_field step[RW_LIMIT_YAML_DEPTH + 1];
	const struct rw_field *up = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < b->depth; i++) {
		const struct frame *f = &b->frame[i];

		if (f->node->kind == RW_YAML_MAP) {
			if (f->key == NULL)
				break;
			step[n] = (struct rw_field){ up, f->key->value, 0 };
			if (step[n].key.p == NULL)
				step[n].key.p = "";
		} else {
			step[n] = (struct rw_field){ up, { NULL, 0 }, b->n_stack - f->base };
			if (i + 1 < b->depth)
				step[n].index = b->frame[i + 1].base - f->base;
		}
		up = &step[n++];
	}
	if (last.p != NULL) {
		step[n] = (struct rw_field){ up, last, 0 };
		up = &step[n];
	}
	return rw_field_text(b->a, up);
}

static void
problem(struct builder *b, enum rw_yaml_problem_id id, uint32_t line, uint32_t col, const char *field,
    const char *text)
{
	struct rw_yaml_problem p = { .id = id, .line = line, .col = col, .field = field, .text = text };

	p.document = (uint32_t)b->n_documents;
	rw_problem_add(&b->problems, &p);
}

static void
problem_mark(struct builder *b, enum rw_yaml_problem_id id, const yaml_mark_t *m, const char *text)
{
	problem(b, id, (uint32_t)m->line + 1, (uint32_t)m->column + 1, here(b, (struct rw_str){ NULL, 0 }), text);
}

/* A problem after which no further event is asked for. */
static void
fatal(struct builder *b, enum rw_yaml_problem_id id, const yaml_mark_t *m, const char *text)
{
	problem_mark(b, id, m, text == NULL ? "out of memory" : text);
	b->stop = true;
}

/* ---- counting ---- */

static bool
count(struct builder *b, const yaml_mark_t *m, size_t nodes, size_t bytes, bool alias)
{
	enum rw_yaml_problem_id id = alias ? RW_YAML_ALIAS : RW_YAML_SIZE;

	b->nodes += nodes;
	b->bytes += bytes;
	if (b->nodes > b->shape->nodes) {
		fatal(b, id, m, rw_arena_printf(b->a, alias ? "aliases expand to more than %zu nodes" :
		    "more than %zu nodes", b->shape->nodes));
		return false;
	}
	if (b->bytes > b->shape->expanded) {
		fatal(b, id, m, rw_arena_printf(b->a, alias ? "aliases expand to more than %zu bytes" :
		    "more than %zu bytes of scalars", b->shape->expanded));
		return false;
	}
	return true;
}

static bool
fits_below(struct builder *b, const yaml_mark_t *m, unsigned height, bool alias)
{
	if (b->depth + height <= RW_LIMIT_YAML_DEPTH)
		return true;
	fatal(b, alias ? RW_YAML_ALIAS : RW_YAML_DEPTH, m,
	    rw_arena_printf(b->a, "nested deeper than %d", RW_LIMIT_YAML_DEPTH));
	return false;
}

/* ---- anchors ---- */

static size_t
set_anchor(struct builder *b, const yaml_mark_t *m, const yaml_char_t *name, struct rw_yaml_node *node)
{
	struct anchor *an;

	if (name == NULL)
		return 0;
	if (b->shape->plain)
		problem_mark(b, RW_YAML_ALIAS, m, "an anchor, which is not allowed here");
	if (b->n_anchors == b->shape->aliases) {
		fatal(b, RW_YAML_ALIAS, m, rw_arena_printf(b->a, "more than %zu anchors", b->shape->aliases));
		return 0;
	}
	an = rw_arena_push(b->a, &b->anchor, &b->n_anchors, &b->cap_anchors);
	if (an == NULL)
		return 0;
	*an = (struct anchor){ .name = rw_arena_str(b->a, rw_str((const char *)name)), .node = node, .open = true };
	return b->n_anchors;
}

static void
close_anchor(struct builder *b, size_t index, size_t nodes, size_t bytes, unsigned height)
{
	struct anchor *an;

	if (index == 0)
		return;
	an = &b->anchor[index - 1];
	an->nodes = nodes;
	an->bytes = bytes;
	an->height = height;
	an->open = false;
}

static struct anchor *
find_anchor(struct builder *b, struct rw_str name)
{
	for (size_t i = b->n_anchors; i > b->first_anchor; i--)
		if (rw_str_eq(b->anchor[i - 1].name, name))
			return &b->anchor[i - 1];
	return NULL;
}

/* ---- nodes ---- */

static struct rw_yaml_node *
new_node(struct builder *b, enum rw_yaml_kind kind, const yaml_mark_t *m)
{
	struct rw_yaml_node *n = rw_arena_alloc(b->a, sizeof(*n));

	if (n == NULL) {
		b->stop = true;
		return NULL;
	}
	n->kind = kind;
	n->line = (uint32_t)m->line + 1;
	n->col = (uint32_t)m->column + 1;
	return n;
}

static void
set_tag(struct builder *b, struct rw_yaml_node *n, const yaml_char_t *tag, const yaml_mark_t *m)
{
	if (tag == NULL)
		return;
	n->tag = rw_arena_str(b->a, rw_str((const char *)tag));
	if (b->shape->plain)
		problem_mark(b, RW_YAML_SYNTAX, m, "an explicit tag, which is not allowed here");
}

static void
push(struct builder *b, const struct rw_yaml_node *n, bool merge)
{
	if (b->n_stack == b->cap_stack) {
		size_t cap = b->cap_stack == 0 ? 256 : b->cap_stack * 2;
		struct stacked *p = reallocarray(b->stack, cap, sizeof(*p));

		if (p == NULL) {
			b->nomem = b->stop = true;
			return;
		}
		b->stack = p;
		b->cap_stack = cap;
	}
	b->stack[b->n_stack++] = (struct stacked){ n, merge };
}

/* Check a map key; what comes back bears the text that Kubernetes takes it for. */
static const struct rw_yaml_node *
as_key(struct builder *b, const struct rw_yaml_node *n)
{
	char text[RW_SCALAR_KEY_LEN];
	struct rw_yaml_node *k;
	struct rw_str none = { NULL, 0 };

	if (n->kind != RW_YAML_SCALAR) {
		const struct rw_yaml_node *map = b->frame[b->depth - 1].node;

		problem(b, RW_YAML_KEY, n->line, n->col, here(b, none), n->kind == RW_YAML_SEQ ? "a sequence as a key" :
		    n->line == map->line && n->col == map->col + 1 ? "a map as a key: a template that was not rendered?" :
		    "a map as a key");
		return n;
	}
	if (n->type == RW_SCALAR_STRING || b->shape->plain)
		return n;
	if (n->type == RW_SCALAR_NULL) {
		problem(b, RW_YAML_KEY, n->line, n->col, here(b, none), "null as a key");
		return n;
	}
	(void)rw_scalar_key(n->type, n->value, text);
	if (rw_str_eqz(n->value, text))
		return n;
	k = rw_arena_alloc(b->a, sizeof(*k));
	if (k == NULL) {
		b->stop = true;
		return n;
	}
	*k = *n;
	k->value = rw_arena_str(b->a, rw_str(text));
	return k;
}

/* Put a finished node where it belongs. height: collections in it. */
static void
place(struct builder *b, const struct rw_yaml_node *n, unsigned height, bool merge)
{
	struct frame *f;

	if (b->stop)
		return;
	if (b->depth == 0) {
		const struct rw_yaml_node **slot =
		    rw_arena_push(b->a, &b->document, &b->n_documents, &b->cap_documents);

		if (slot == NULL)
			b->stop = true;
		else
			*slot = n;
		return;
	}
	f = &b->frame[b->depth - 1];
	if (f->height < height + 1)
		f->height = height + 1;
	if (f->node->kind == RW_YAML_SEQ) {
		push(b, n, false);
	} else if (f->key == NULL) {
		if (merge && b->shape->plain)
			problem(b, RW_YAML_KEY, n->line, n->col, here(b, (struct rw_str){ NULL, 0 }),
			    "a merge key, which is not allowed here");
		f->merge |= merge;
		f->key = merge ? n : as_key(b, n);
		push(b, f->key, merge);
	} else {
		f->key = NULL;
		push(b, n, false);
	}
}

/* ---- scalars ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Does the text of a plain scalar that has no tag start with the non-specific tag "!"? libyaml forgets it. */
static bool
non_specific(struct builder *b, const yaml_event_t *e)
{
	const char *p, *end = b->in.p + b->in.n;
	size_t index = e->start_mark.index;

	if (e->end_mark.index - index == e->data.scalar.length)
		return false;		/* nothing but the scalar itself */
	if (b->ascii) {
		p = b->in.p + index;
	} else {
		p = b->in.p + b->at_byte;
		for (; b->at_char < index && p < end; b->at_char++)
			for (p++; p < end && (*p & 0xc0) == 0x80; p++)
				;
		b->at_byte = (size_t)(p - b->in.p);
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

/* !!binary: what runs is the decoded text. */
static bool
decode_binary(struct builder *b, struct rw_yaml_node *n)
{
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_YAML_BYTES);

	if (!rw_base64_decode_lines(&out, n->value) || !rw_text_utf8(rw_buf_str(&out)))
		return false;
	n->value = rw_arena_str(b->a, rw_buf_str(&out));
	return true;
}

static bool
apply_tag(struct builder *b, struct rw_yaml_node *n)
{
	static const struct {
		const char *name;
		bool ok[RW_SCALAR_FLOAT + 1];	/* what the text may resolve to */
		enum rw_scalar_type type;
	} row[] = {
		{ "bool", { [RW_SCALAR_BOOL] = true }, RW_SCALAR_BOOL },
		{ "int", { [RW_SCALAR_INT] = true }, RW_SCALAR_INT },
		{ "float", { [RW_SCALAR_INT] = true, [RW_SCALAR_FLOAT] = true }, RW_SCALAR_FLOAT },
		{ "null", { [RW_SCALAR_NULL] = true }, RW_SCALAR_NULL },
	};
	struct rw_str name = n->tag;
	enum rw_scalar_type type;

	n->type = RW_SCALAR_STRING;
	if (!rw_str_has_prefix(name, TAG_PREFIX))
		return true;
	name.p += sizeof(TAG_PREFIX) - 1;
	name.n -= sizeof(TAG_PREFIX) - 1;
	if (rw_str_eqz(name, "binary"))
		return decode_binary(b, n);
	for (size_t i = 0; i < RW_ARRAY_LEN(row); i++) {
		if (!rw_str_eqz(name, row[i].name))
			continue;
		type = rw_yaml_resolve(n->value, &n->boolean);
		n->type = row[i].type;
		return row[i].ok[type];
	}
	return true;
}

static void
on_scalar(struct builder *b, const yaml_event_t *e)
{
	static const enum rw_yaml_style style[] = {
		[YAML_ANY_SCALAR_STYLE] = RW_YAML_PLAIN, [YAML_PLAIN_SCALAR_STYLE] = RW_YAML_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = RW_YAML_SINGLE, [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = RW_YAML_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = RW_YAML_LITERAL, [YAML_FOLDED_SCALAR_STYLE] = RW_YAML_FOLDED,
	};
	const yaml_mark_t *m = &e->start_mark;
	struct rw_yaml_node *n;
	size_t len = e->data.scalar.length, anchor;
	bool merge, key, empty;

	if (!count(b, m, 1, len, false))
		return;
	n = new_node(b, RW_YAML_SCALAR, m);
	if (n == NULL)
		return;
	n->style = style[e->data.scalar.style];
	n->value = rw_arena_str(b->a, (struct rw_str){ (const char *)e->data.scalar.value, len });
	set_tag(b, n, e->data.scalar.tag, m);
	key = b->depth > 0 && b->frame[b->depth - 1].node->kind == RW_YAML_MAP && b->frame[b->depth - 1].key == NULL;
	if (n->tag.n > 0) {
		if (!apply_tag(b, n))
			problem_mark(b, RW_YAML_SYNTAX, m, "a value that does not fit its tag");
	} else if (n->style != RW_YAML_PLAIN || non_specific(b, e)) {
		n->type = RW_SCALAR_STRING;
		if (n->style == RW_YAML_PLAIN && b->shape->plain)
			problem_mark(b, RW_YAML_SYNTAX, m, "an explicit tag, which is not allowed here");
	} else {
		n->type = rw_yaml_resolve(n->value, &n->boolean);
	}
	if (n->type == RW_SCALAR_FLOAT && !key && rw_scalar_not_finite(n->value))
		problem_mark(b, RW_YAML_SYNTAX, m, "an infinity or not-a-number, which JSON does not have");
	merge = key && len == 2 && memcmp(n->value.p, "<<", 2) == 0 &&
	    (e->data.scalar.plain_implicit || rw_str_eqz(n->tag, TAG_PREFIX "merge"));
	empty = b->depth == 0 && len == 0 && n->style == RW_YAML_PLAIN && n->tag.n == 0;
	anchor = set_anchor(b, m, e->data.scalar.anchor, n);
	close_anchor(b, anchor, 1, len, 0);
	place(b, empty ? NULL : n, 0, merge);
}

static void
on_alias(struct builder *b, const yaml_event_t *e)
{
	struct rw_str name = rw_str((const char *)e->data.alias.anchor);
	const yaml_mark_t *m = &e->start_mark;
	struct anchor *an = find_anchor(b, name);

	if (b->shape->plain)
		problem_mark(b, RW_YAML_ALIAS, m, "an alias, which is not allowed here");
	if (++b->n_aliases > b->shape->aliases) {
		fatal(b, RW_YAML_ALIAS, m, rw_arena_printf(b->a, "more than %zu aliases", b->shape->aliases));
		return;
	}
	if (an == NULL || an->open) {
		fatal(b, RW_YAML_ALIAS, m, rw_arena_printf(b->a, an == NULL ? "alias of an unknown anchor '%s'" :
		    "anchor '%s' contains itself", RW_SHOW(name)));
		return;
	}
	if (!fits_below(b, m, an->height, true) || !count(b, m, an->nodes, an->bytes, true))
		return;
	an->node->aliased = true;
	place(b, an->node, an->height, false);
}

/* ---- collections ---- */

static void
on_open(struct builder *b, enum rw_yaml_kind kind, const yaml_event_t *e, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	const yaml_mark_t *m = &e->start_mark;
	struct rw_yaml_node *n;
	struct frame *f;

	if (!fits_below(b, m, 1, false))
		return;
	f = &b->frame[b->depth];
	*f = (struct frame){ .base = b->n_stack, .nodes = b->nodes, .bytes = b->bytes, .height = 1 };
	if (!count(b, m, 1, 0, false))
		return;
	n = new_node(b, kind, m);
	if (n == NULL)
		return;
	set_tag(b, n, tag, m);
	f->node = n;
	f->anchor = set_anchor(b, m, anchor, n);
	b->depth++;
}

static void
on_close_seq(struct builder *b, struct frame *f)
{
	size_t n = b->n_stack - f->base;
	const struct rw_yaml_node **item;

	if (n > 0) {
		item = rw_arena_array(b->a, n, sizeof(*item));
		if (item == NULL) {
			b->stop = true;
			return;
		}
		for (size_t i = 0; i < n; i++)
			item[i] = b->stack[f->base + i].node;
		f->node->item = item;
		f->node->n = n;
	}
}

struct dup_ctx {
	struct builder *b;
	const struct rw_yaml_node *const *key;
	const struct rw_yaml_node *const *merge_key;	/* of pairs that came by a merge, or NULL */
};

static void
on_dup(void *ctx, size_t first, size_t later)
{
	struct dup_ctx *d = ctx;
	const struct rw_yaml_node *was = d->key[first], *k = d->key[later], *at = k;
	bool merged = false;

	if (d->b->problems.n == RW_LIMIT_YAML_FINDINGS) {	/* spare the memory of its text */
		d->b->problems.dropped++;
		return;
	}
	if (d->merge_key != NULL) {
		merged = d->merge_key[later] != NULL || d->merge_key[first] != NULL;
		at = d->merge_key[later] != NULL ? d->merge_key[later] : k;
	}
	problem(d->b, RW_YAML_DUPLICATE, at->line, at->col, here(d->b, k->value), rw_arena_printf(d->b->a,
	    merged ? "key '%s' is set again by a merge: it was set in line %u" : "key '%s' was set in line %u already",
	    RW_SHOW(k->value), (unsigned)was->line));
}

/* The maps that a merge key brings in: one, or a sequence of them. False: neither. */
static bool
merged_maps(const struct rw_yaml_node *v, const struct rw_yaml_node *const **ret, size_t *ret_n,
    const struct rw_yaml_node *const *self)
{
	if (v->kind == RW_YAML_MAP) {
		*ret = self;
		*ret_n = 1;
		return true;
	}
	*ret = v->item;
	*ret_n = v->kind == RW_YAML_SEQ ? v->n : 0;
	for (size_t i = 0; i < *ret_n; i++)
		if (v->item[i]->kind != RW_YAML_MAP)
			return false;
	return v->kind == RW_YAML_SEQ;
}

static void
on_close_map(struct builder *b, struct frame *f)
{
	const struct stacked *s = b->stack == NULL ? NULL : b->stack + f->base;
	size_t pairs = (b->n_stack - f->base) / 2, total = pairs, n = 0;
	const struct rw_yaml_node **key, **item, **from = NULL;
	struct dup_ctx d = { b, NULL, NULL };

	if (pairs == 0)
		return;
	for (size_t i = 0; f->merge && i < pairs; i++) {
		const struct rw_yaml_node *v = s[2 * i + 1].node, *const *map;
		size_t n_maps;

		if (!s[2 * i].merge)
			continue;
		if (!merged_maps(v, &map, &n_maps, &s[2 * i + 1].node)) {
			problem(b, RW_YAML_KEY, v->line, v->col, here(b, RW_STR_LIT("<<")),
			    "a merge key needs a map or a sequence of maps");
			continue;
		}
		for (size_t j = 0; j < n_maps; j++)
			total += map[j]->n;
	}
	key = rw_arena_array(b->a, total, sizeof(*key));
	item = rw_arena_array(b->a, total, sizeof(*item));
	if (f->merge)
		d.merge_key = from = rw_arena_array(b->a, total, sizeof(*from));
	if (key == NULL || item == NULL || (f->merge && from == NULL)) {
		b->stop = true;
		return;
	}
	for (size_t i = 0; i < pairs; i++) {
		const struct rw_yaml_node *k = s[2 * i].node, *v = s[2 * i + 1].node, *const *map;
		size_t n_maps;

		if (!s[2 * i].merge) {
			key[n] = k;
			item[n++] = v;
			continue;
		}
		if (!merged_maps(v, &map, &n_maps, &s[2 * i + 1].node))
			continue;
		for (size_t j = 0; j < n_maps; j++)
			for (size_t x = 0; x < map[j]->n; x++, n++) {
				key[n] = map[j]->key[x];
				item[n] = map[j]->item[x];
				from[n] = k;
			}
	}
	d.key = key;
	if (n > 1 && !rw_dups(key, n, on_dup, &d))
		b->nomem = b->stop = true;
	f->node->key = key;
	f->node->item = item;
	f->node->n = n;
}

static void
on_close(struct builder *b)
{
	struct frame *f = &b->frame[b->depth - 1];

	if (f->node->kind == RW_YAML_SEQ)
		on_close_seq(b, f);
	else
		on_close_map(b, f);
	b->n_stack = f->base;
	close_anchor(b, f->anchor, b->nodes - f->nodes, b->bytes - f->bytes, f->height);
	b->depth--;
	place(b, f->node, f->height, false);
}

/* ---- the stream ---- */

static void
on_document(struct builder *b, const yaml_event_t *e)
{
	const yaml_mark_t *m = &e->start_mark;

	b->first_anchor = b->n_anchors;
	if (b->n_documents == b->shape->documents)
		fatal(b, RW_YAML_SIZE, m, rw_arena_printf(b->a, "more than %zu documents", b->shape->documents));
	else if (e->data.document_start.version_directive != NULL ||
	    e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end)
		problem_mark(b, RW_YAML_STREAM, m, "a directive: readers disagree on whether it is allowed");
}

static void
on_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(b, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(b, e);
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_open(b, RW_YAML_SEQ, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		on_open(b, RW_YAML_MAP, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(b);
		break;
	case YAML_STREAM_END_EVENT:
		b->stop = true;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

/* Templates of Helm and others are the usual reason why a file is no YAML. */
static bool
line_has_template(const struct builder *b, size_t line)
{
	const char *p = b->in.p, *end = b->in.p + b->in.n, *nl;

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
on_parser_error(struct builder *b, const yaml_parser_t *y)
{
	const char *what = y->problem == NULL ? "not YAML" : y->problem;

	if (y->error == YAML_MEMORY_ERROR) {
		b->nomem = true;
		return;
	}
	/* what libyaml says of anything behind "..." and behind the end of a JSON value */
	if (strcmp(what, "did not find expected <document start>") == 0) {
		fatal(b, RW_YAML_STREAM, &y->problem_mark,
		    "something follows the end of the document: readers disagree on whether it counts");
		return;
	}
	if (line_has_template(b, y->problem_mark.line) ||
	    (y->context != NULL && line_has_template(b, y->context_mark.line)))
		what = rw_arena_printf(b->a, "%s: a template that was not rendered?", what);
	else if (y->context != NULL)
		what = rw_arena_printf(b->a, "%s, %s", y->context, what);
	fatal(b, RW_YAML_SYNTAX, &y->problem_mark, what);
}

static void
run(struct builder *b, yaml_parser_t *y)
{
	while (!b->stop) {
		yaml_event_t e;

		if (!yaml_parser_parse(y, &e)) {
			on_parser_error(b, y);
			return;
		}
		on_event(b, &e);
		yaml_event_delete(&e);
	}
}

static bool
parse(struct builder *b)
{
	yaml_parser_t y;

	if (!yaml_parser_initialize(&y)) {
		b->nomem = true;
		return false;
	}
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)(b->in.n == 0 ? "" : b->in.p), b->in.n);
	run(b, &y);
	yaml_parser_delete(&y);
	return true;
}

bool
rw_yaml_build(struct rw_arena *a, struct rw_str bytes, const struct rw_yaml_shape *shape, struct rw_yaml *ret,
    struct rw_error *err)
{
	rw_cleanup(builder_release) struct builder b = { .a = a, .shape = shape, .problems = { .arena = a } };

	memset(ret, 0, sizeof(*ret));
	if (bytes.n > shape->bytes)
		return rw_fail(err, RW_E_LIMIT, "%zu bytes of YAML, at most %zu are read", bytes.n, shape->bytes);
	b.in = bytes;
	/* a mark at the very start is harmless, and libyaml would count it as a column */
	if (rw_str_has_prefix(b.in, "\xef\xbb\xbf")) {
		b.in.p += 3;
		b.in.n -= 3;
	}
	if (rw_yaml_scan(&b.problems, b.in, &b.ascii))
		(void)parse(&b);
	if (b.nomem)
		return rw_fail_nomem(err);
	if (!rw_arena_ok(a, "YAML tree", err))
		return false;
	rw_problem_sort(&b.problems);
	ret->document = b.document;
	ret->n = b.n_documents;
	ret->problem = b.problems.item;
	ret->n_problems = b.problems.n;
	ret->n_dropped = b.problems.dropped;
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
