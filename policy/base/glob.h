/*
 * glob.h: a compiled glob is a row of tokens. Private to glob_compile.c and glob_match.c.
 *
 *	TEXT	these bytes			ANY	one byte, not '/'
 *	SET	one byte of a set		STAR	any bytes without '/'
 *	CAPTURE	one or more bytes without '/', kept under a name
 *	SAME	what the capture of that name holds
 *	DEEP	"**" and the '/' behind it: nothing, or any bytes that end in '/'
 *	REST	a last "**": one or more bytes	ALL	"**" alone: any bytes
 */
#ifndef REFWALL_BASE_GLOB_H
#define REFWALL_BASE_GLOB_H

#include "refwall/glob.h"

enum token_kind { T_TEXT, T_ANY, T_SET, T_STAR, T_CAPTURE, T_SAME, T_DEEP, T_REST, T_ALL };

struct token {
	enum token_kind kind;
	unsigned name;			/* CAPTURE, SAME: index into names */
	struct rw_str text;		/* TEXT */
	const uint8_t *set;		/* SET: 256 bits */
};

struct rw_glob {
	struct rw_str pattern;
	struct token *token;
	size_t n;
	size_t cap;
	struct rw_str names[RW_GLOB_CAPTURES_MAX];
	size_t n_names;
	bool repeats;			/* some name stands twice */
};

/* Choices that may be open at once: what a pattern with a repeated name may have. */
#define GLOB_CHOICES_MAX 64

#endif
