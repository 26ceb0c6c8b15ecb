#include "builder.h"

#include "refwall/text.h"

void
rw_builder_release(struct rw_builder *b)
{
	free(b->stack);
}

/* ---- problems ---- */

const char *
rw_build_field(struct rw_builder *b, struct rw_str last)
{
	struct rw_field step[RW_LIMIT_YAML_DEPTH + 1];
	const struct rw_field *up = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < b->depth; i++) {
		const struct rw_frame *f = &b->frame[i];

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

void
rw_build_problem(struct rw_builder *b, enum rw_yaml_problem_id id, struct rw_place at, const char *field,
    const char *text)
{
	struct rw_yaml_problem p = { .id = id, .line = at.line, .col = at.col, .text = text };

	if (b->problems.n < RW_LIMIT_YAML_FINDINGS)		/* else spare the memory of its path */
		p.field = field != NULL ? field : rw_build_field(b, (struct rw_str){ NULL, 0 });
	p.document = (uint32_t)b->n_documents;
	rw_problem_add(&b->problems, &p);
}

void
rw_build_fatal(struct rw_builder *b, enum rw_yaml_problem_id id, struct rw_place at, const char *text)
{
	rw_build_problem(b, id, at, NULL, text == NULL ? "out of memory" : text);
	b->stop = true;
}

/* ---- counting ---- */

bool
rw_build_count(struct rw_builder *b, struct rw_place at, size_t nodes, size_t bytes, bool alias)
{
	enum rw_yaml_problem_id id = alias ? RW_YAML_ALIAS : RW_YAML_SIZE;

	b->nodes += nodes;
	b->bytes += bytes;
	if (b->nodes > b->shape->nodes) {
		rw_build_fatal(b, id, at, rw_arena_printf(b->a, alias ? "aliases expand to more than %zu nodes" :
		    "more than %zu nodes", b->shape->nodes));
		return false;
	}
	if (b->bytes > b->shape->expanded) {
		rw_build_fatal(b, id, at, rw_arena_printf(b->a, alias ? "aliases expand to more than %zu bytes" :
		    "more than %zu bytes of scalars", b->shape->expanded));
		return false;
	}
	return true;
}

static bool
fits_below(struct rw_builder *b, struct rw_place at, unsigned height, bool alias)
{
	if (b->depth + height <= RW_LIMIT_YAML_DEPTH)
		return true;
	rw_build_fatal(b, alias ? RW_YAML_ALIAS : RW_YAML_DEPTH, at,
	    rw_arena_printf(b->a, "nested deeper than %d", RW_LIMIT_YAML_DEPTH));
	return false;
}

/* ---- anchors ---- */

size_t
rw_build_anchor(struct rw_builder *b, struct rw_place at, const char *name, struct rw_yaml_node *node)
{
	struct rw_anchor *an;

	if (name == NULL)
		return 0;
	if (b->shape->plain)
		rw_build_problem(b, RW_YAML_ALIAS, at, NULL, "an anchor, which is not allowed here");
	if (b->n_anchors == b->shape->aliases) {
		rw_build_fatal(b, RW_YAML_ALIAS, at,
		    rw_arena_printf(b->a, "more than %zu anchors", b->shape->aliases));
		return 0;
	}
	an = rw_arena_push(b->a, &b->anchor, &b->n_anchors, &b->cap_anchors);
	if (an == NULL)
		return 0;
	*an = (struct rw_anchor){ .name = rw_arena_str(b->a, rw_str(name)), .node = node, .open = true };
	return b->n_anchors;
}

void
rw_build_anchor_end(struct rw_builder *b, size_t index, size_t nodes, size_t bytes, unsigned height)
{
	struct rw_anchor *an;

	if (index == 0)
		return;
	an = &b->anchor[index - 1];
	an->nodes = nodes;
	an->bytes = bytes;
	an->height = height;
	an->open = false;
}

static struct rw_anchor *
find_anchor(struct rw_builder *b, struct rw_str name)
{
	for (size_t i = b->n_anchors; i > b->first_anchor; i--)
		if (rw_str_eq(b->anchor[i - 1].name, name))
			return &b->anchor[i - 1];
	return NULL;
}

/* ---- nodes ---- */

struct rw_yaml_node *
rw_build_node(struct rw_builder *b, enum rw_yaml_kind kind, struct rw_place at, const char *tag, size_t room)
{
	struct rw_yaml_node *n = rw_arena_alloc(b->a, sizeof(*n) + room);

	if (n == NULL) {
		b->stop = true;
		return NULL;
	}
	n->kind = kind;
	n->line = at.line;
	n->col = at.col;
	if (tag == NULL)
		return n;
	n->tag = rw_arena_str(b->a, rw_str(tag));
	if (b->shape->plain)
		rw_build_problem(b, RW_YAML_SYNTAX, at, NULL, "an explicit tag, which is not allowed here");
	return n;
}

static void
push(struct rw_builder *b, const struct rw_yaml_node *n, bool merge)
{
	if (b->n_stack == b->cap_stack) {
		size_t cap = b->cap_stack == 0 ? 256 : b->cap_stack * 2;
		struct rw_stacked *p = reallocarray(b->stack, cap, sizeof(*p));

		if (p == NULL) {
			b->nomem = b->stop = true;
			return;
		}
		b->stack = p;
		b->cap_stack = cap;
	}
	b->stack[b->n_stack++] = (struct rw_stacked){ n, merge };
}

/* Check a map key; what comes back bears the text that Kubernetes takes it for. */
static const struct rw_yaml_node *
as_key(struct rw_builder *b, const struct rw_yaml_node *n)
{
	char text[RW_SCALAR_KEY_LEN];
	struct rw_yaml_node *k;
	struct rw_place at = { n->line, n->col };

	if (n->kind != RW_YAML_SCALAR) {
		const struct rw_yaml_node *map = b->frame[b->depth - 1].node;

		/* "{{" */
		bool template = n->line == map->line && n->col == map->col + 1;

		rw_build_problem(b, RW_YAML_KEY, at, NULL, n->kind == RW_YAML_SEQ ? "a sequence as a key" :
		    template ? "a map as a key: a template that was not rendered?" : "a map as a key");
		return n;
	}
	if (n->type == RW_SCALAR_STRING || b->shape->plain)
		return n;
	if (n->type == RW_SCALAR_NULL) {
		rw_build_problem(b, RW_YAML_KEY, at, NULL, "null as a key");
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

bool
rw_build_wants_key(const struct rw_builder *b)
{
	const struct rw_frame *f = b->depth == 0 ? NULL : &b->frame[b->depth - 1];

	return f != NULL && f->node->kind == RW_YAML_MAP && f->key == NULL;
}

void
rw_build_place(struct rw_builder *b, const struct rw_yaml_node *n, unsigned height, bool merge)
{
	struct rw_frame *f;

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
			rw_build_problem(b, RW_YAML_KEY, (struct rw_place){ n->line, n->col }, NULL,
			    "a merge key, which is not allowed here");
		f->merge |= merge;
		f->key = merge ? n : as_key(b, n);
		push(b, f->key, merge);
	} else {
		f->key = NULL;
		push(b, n, false);
	}
}

/* ---- events ---- */

void
rw_build_document(struct rw_builder *b, struct rw_place at, bool directive)
{
	b->first_anchor = b->n_anchors;
	if (b->n_documents == b->shape->documents)
		rw_build_fatal(b, RW_YAML_SIZE, at,
		    rw_arena_printf(b->a, "more than %zu documents", b->shape->documents));
	else if (directive)
		rw_build_problem(b, RW_YAML_STREAM, at, NULL,
		    "a directive: readers disagree on whether it is allowed");
}

void
rw_build_alias(struct rw_builder *b, struct rw_place at, const char *anchor)
{
	struct rw_str name = rw_str(anchor);
	struct rw_anchor *an = find_anchor(b, name);

	if (b->shape->plain)
		rw_build_problem(b, RW_YAML_ALIAS, at, NULL, "an alias, which is not allowed here");
	if (++b->n_aliases > b->shape->aliases) {
		rw_build_fatal(b, RW_YAML_ALIAS, at,
		    rw_arena_printf(b->a, "more than %zu aliases", b->shape->aliases));
		return;
	}
	if (an == NULL || an->open) {
		rw_build_fatal(b, RW_YAML_ALIAS, at, rw_arena_printf(b->a,
		    an == NULL ? "alias of an unknown anchor '%s'" : "anchor '%s' contains itself",
		    RW_SHOW(name)));
		return;
	}
	if (!fits_below(b, at, an->height, true) || !rw_build_count(b, at, an->nodes, an->bytes, true))
		return;
	an->node->aliased = true;
	rw_build_place(b, an->node, an->height, false);
}

void
rw_build_open(struct rw_builder *b, enum rw_yaml_kind kind, struct rw_place at, const char *anchor,
    const char *tag)
{
	struct rw_yaml_node *n;
	struct rw_frame *f;

	if (!fits_below(b, at, 1, false))
		return;
	f = &b->frame[b->depth];
	*f = (struct rw_frame){ .base = b->n_stack, .nodes = b->nodes, .bytes = b->bytes, .height = 1 };
	if (!rw_build_count(b, at, 1, 0, false))
		return;
	n = rw_build_node(b, kind, at, tag, 0);
	if (n == NULL)
		return;
	f->node = n;
	f->anchor = rw_build_anchor(b, at, anchor, n);
	b->depth++;
}

void
rw_build_close(struct rw_builder *b)
{
	struct rw_frame *f = &b->frame[b->depth - 1];

	if (f->node->kind == RW_YAML_SEQ)
		rw_build_close_seq(b, f);
	else
		rw_build_close_map(b, f);
	b->n_stack = f->base;
	rw_build_anchor_end(b, f->anchor, b->nodes - f->nodes, b->bytes - f->bytes, f->height);
	b->depth--;
	rw_build_place(b, f->node, f->height, false);
}
