/*
 * glob.h: the patterns of policy scopes, for ref names and for repository paths.
 *
 *	*	any run of bytes without '/'	?	one byte, not '/'
 *	**	as a whole segment: any number of segments, none included
 *	[a-z]	one byte of a set, [!...] not of it; never '/'
 *	{name}	a capture: one or more bytes without '/'; name is [a-z][a-z0-9_-]*;
 *		the same name twice must match the same bytes
 *	\x	the byte x
 *
 * A last "**" matches everything below what stands before it, not that itself; "**" alone
 * matches everything. Elsewhere "**" also matches no segment at all, so a leading one finds
 * names at the top too. Where a text can be divided among captures in several ways, the
 * earlier captures are the shorter ones.
 *
 * Matching is of the whole string, byte by byte, case-sensitive, and takes time bounded by
 * |pattern| x |text|. Captures that repeat a name are the exception: their steps are bounded
 * by RW_LIMIT_GLOB_STEPS, and they do not match beyond it.
 *
 * A pattern that could not match any name is malformed, since a rule that has it would guard
 * nothing: empty, a '/' at its start or end, "**" as part of a segment, "[^", a bare ']' or
 * '}', a '!' at the start ('!' belongs to lists; \! is the byte).
 *
 * Compiled globs are immutable and may be shared between threads. Pure.
 */
#ifndef REFWALL_GLOB_H
#define REFWALL_GLOB_H

#include "refwall/arena.h"
#include "refwall/error.h"

struct rw_glob;

#define RW_GLOB_CAPTURES_MAX 8

struct rw_glob_captures {
	size_t n;
	struct {
		struct rw_str name;	/* in the glob's memory */
		struct rw_str value;	/* in the text that was matched */
	} item[RW_GLOB_CAPTURES_MAX];
};

/* Compile into the arena; NULL and err (RW_E_PARSE, with the 1-based column) when malformed. */
const struct rw_glob *rw_glob_compile(struct rw_arena *a, struct rw_str pattern, struct rw_error *err);

/* The pattern as it was written. */
struct rw_str rw_glob_pattern(const struct rw_glob *g);

/* Does it match? ret_captures may be NULL; it is set only on a match. */
bool rw_glob_match(const struct rw_glob *g, struct rw_str text, struct rw_glob_captures *ret_captures);

/* Does the glob match without any special character (a literal)? */
bool rw_glob_literal(const struct rw_glob *g);

/* Names of the captures a pattern declares, for lint: fills at most RW_GLOB_CAPTURES_MAX. */
size_t rw_glob_capture_names(const struct rw_glob *g, struct rw_str *ret_names);

/*
 * A list with exclusions: matches when some plain pattern matches and no pattern
 * that starts with '!' does; exclusions always win, wherever they stand. A list that
 * has only exclusions starts from everything; an empty list matches nothing. Captures are
 * those of the first plain pattern that matches. When a pattern is malformed, ret_bad is
 * its index.
 */
struct rw_globs {
	const struct rw_glob **item;
	bool *negated;
	size_t n;
};

rw_must_check bool rw_globs_compile(struct rw_arena *a, const struct rw_str *patterns, size_t n,
    struct rw_globs *ret, size_t *ret_bad, struct rw_error *err);
bool rw_globs_match(const struct rw_globs *l, struct rw_str text, struct rw_glob_captures *ret_captures);

#endif
