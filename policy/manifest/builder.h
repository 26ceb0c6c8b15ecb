/*
 * builder.h (private to policy/manifest): a tree from events, whoever gives them. Everything is counted as
 * it comes; once `stop` is set no further event may be given.
 */
#ifndef RW_MANIFEST_BUILDER_H
#define RW_MANIFEST_BUILDER_H

#include "tree.h"

#define RW_TAG_PREFIX "tag:yaml.org,2002:"

struct rw_place {
	uint32_t line, col;		/* 1-based */
};

struct rw_anchor {
	struct rw_str name;
	struct rw_yaml_node *node;
	size_t nodes, bytes;		/* of what it stands for, expanded */
	unsigned height;
	bool open;
};

struct rw_frame {			/* a collection that is not closed yet */
	struct rw_yaml_node *node;
	size_t base;			/* its children on the stack start here */
	const struct rw_yaml_node *key;	/* waits for its value */
	size_t anchor;			/* index + 1, or 0 */
	size_t nodes, bytes;		/* the counters before it */
	unsigned height;		/* nested collections, itself included */
	bool merge;			/* one of the keys is a merge key */
};

struct rw_stacked {
	const struct rw_yaml_node *node;
	bool merge;			/* a key, and "<<" */
};

struct rw_builder {
	struct rw_arena *a;
	const struct rw_yaml_shape *shape;
	struct rw_problems problems;

	struct rw_frame frame[RW_LIMIT_YAML_DEPTH];
	unsigned depth;
	struct rw_stacked *stack;	/* children of the open frames, one behind the other */
	size_t n_stack, cap_stack;

	struct rw_anchor *anchor;
	size_t n_anchors, cap_anchors, first_anchor;	/* first_anchor: of this document */
	size_t n_aliases, nodes, bytes;

	const struct rw_yaml_node **document;
	size_t n_documents, cap_documents;

	bool nomem, stop;
};

void rw_builder_release(struct rw_builder *b);

/* ---- events ---- */

struct rw_scalar_event {
	struct rw_place at;
	struct rw_str value;
	const char *anchor, *tag;	/* or NULL */
	enum rw_yaml_style style;
	bool resolvable;		/* it has no tag, or "!" */
	bool bare_tag;			/* it has the tag "!" */
};

void rw_build_document(struct rw_builder *b, struct rw_place at, bool directive);
void rw_build_scalar(struct rw_builder *b, const struct rw_scalar_event *e);
void rw_build_alias(struct rw_builder *b, struct rw_place at, const char *anchor);
void rw_build_open(struct rw_builder *b, enum rw_yaml_kind kind, struct rw_place at, const char *anchor,
    const char *tag);
void rw_build_close(struct rw_builder *b);

/* A problem, and one that ends the reading. text NULL: memory ran out, which the arena remembers. */
void rw_build_problem(struct rw_builder *b, enum rw_yaml_problem_id id, struct rw_place at, const char *field,
    const char *text);
void rw_build_fatal(struct rw_builder *b, enum rw_yaml_problem_id id, struct rw_place at, const char *text);

/* ---- among the files of the builder ---- */

/* The path of what is being read, with a last step when last.p is not NULL. */
const char *rw_build_field(struct rw_builder *b, struct rw_str last);
bool rw_build_count(struct rw_builder *b, struct rw_place at, size_t nodes, size_t bytes, bool alias);
/* A node, with `room` bytes of zero behind it for the text of a scalar. */
struct rw_yaml_node *rw_build_node(struct rw_builder *b, enum rw_yaml_kind kind, struct rw_place at,
    const char *tag, size_t room);
size_t rw_build_anchor(struct rw_builder *b, struct rw_place at, const char *name, struct rw_yaml_node *node);
void rw_build_anchor_end(struct rw_builder *b, size_t index, size_t nodes, size_t bytes, unsigned height);
/* Put a finished node where it belongs; NULL is an empty document. height: nested collections in it. */
void rw_build_place(struct rw_builder *b, const struct rw_yaml_node *n, unsigned height, bool merge);
bool rw_build_wants_key(const struct rw_builder *b);
void rw_build_close_seq(struct rw_builder *b, struct rw_frame *f);
void rw_build_close_map(struct rw_builder *b, struct rw_frame *f);

#endif
