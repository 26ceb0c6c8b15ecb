/*
 * attributes.h: the lines of a .gitattributes file that make a checked-out file another one than its blob
 * (gitattributes(5)): working-tree-encoding, filter and ident on check-out, export-subst in archives. Private
 * to policy/rules.
 *
 * Whether a line applies to a path is answered by the last part of its pattern alone, and by "yes" where the
 * pattern is beyond our globs: it errs towards the dangerous answer. An attribute that a line takes away
 * (-filter, !filter) is harmless. Pure.
 */
#ifndef RW_RULES_ATTRIBUTES_H
#define RW_RULES_ATTRIBUTES_H

#include "refwall/glob.h"

struct rw_attribute_line {
	uint32_t number;		/* in the file, from 1 */
	struct rw_str text;		/* the whole line */
	const char *attribute;		/* the first dangerous one */
	const struct rw_glob *name;	/* last part of the pattern in lower case; NULL: any path */
};

struct rw_attributes {
	struct rw_attribute_line *line;
	size_t n, cap;
};

/* The dangerous lines. Copies into the arena; false only when it is used up. */
rw_must_check bool rw_attributes_parse(struct rw_arena *a, struct rw_str bytes, struct rw_attributes *ret,
    struct rw_error *err);
bool rw_attribute_applies(const struct rw_attribute_line *l, struct rw_str path);

/* Is it named .gitattributes? Case is ignored, as file systems may. */
bool rw_attributes_is_file(struct rw_str path);

#endif
