#include "builder.h"

#include "refwall/encoding.h"
#include "refwall/text.h"

/* !!binary: what runs is the decoded text. */
static bool
decode_binary(struct rw_builder *b, struct rw_yaml_node *n)
{
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_YAML_BYTES);

	if (!rw_base64_decode_lines(&out, n->value) || !rw_text_utf8(rw_buf_str(&out)))
		return false;
	n->value = rw_arena_str(b->a, rw_buf_str(&out));
	return true;
}

static bool
apply_tag(struct rw_builder *b, struct rw_yaml_node *n)
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
	if (!rw_str_has_prefix(name, RW_TAG_PREFIX))
		return true;
	name.p += sizeof(RW_TAG_PREFIX) - 1;
	name.n -= sizeof(RW_TAG_PREFIX) - 1;
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

void
rw_build_scalar(struct rw_builder *b, const struct rw_scalar_event *e)
{
	bool plain = e->style == RW_YAML_PLAIN, key = rw_build_wants_key(b), merge, empty;
	struct rw_yaml_node *n;
	size_t anchor;

	if (!rw_build_count(b, e->at, 1, e->value.n, false))
		return;
	n = rw_build_node(b, RW_YAML_SCALAR, e->at, e->tag, e->value.n + 1);
	if (n == NULL)
		return;
	n->style = e->style;
	n->value = (struct rw_str){ memcpy(n + 1, e->value.p, e->value.n), e->value.n };
	if (n->tag.n > 0) {
		if (!apply_tag(b, n))
			rw_build_problem(b, RW_YAML_SYNTAX, e->at, NULL, "a value that does not fit its tag");
	} else if (plain && !e->bare_tag) {
		n->type = rw_yaml_resolve(n->value, &n->boolean);
	}
	if (e->bare_tag && b->shape->plain)
		rw_build_problem(b, RW_YAML_SYNTAX, e->at, NULL, "an explicit tag, which is not allowed here");
	if (n->type == RW_SCALAR_FLOAT && !key && rw_scalar_not_finite(n->value))
		rw_build_problem(b, RW_YAML_SYNTAX, e->at, NULL,
		    "an infinity or not-a-number, which JSON does not have");
	merge = key && rw_str_eqz(e->value, "<<") && (e->resolvable || rw_str_eqz(n->tag, RW_TAG_PREFIX "merge"));
	empty = b->depth == 0 && e->value.n == 0 && plain && n->tag.n == 0;
	anchor = rw_build_anchor(b, e->at, e->anchor, n);
	rw_build_anchor_end(b, anchor, 1, e->value.n, 0);
	rw_build_place(b, empty ? NULL : n, 0, merge);
}
