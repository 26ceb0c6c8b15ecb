/* json_escape.h: the escapes of RFC 8785 section 3.2.2.2, shared by writer and reader. */
#ifndef REFWALL_BASE_JSON_ESCAPE_H
#define REFWALL_BASE_JSON_ESCAPE_H

#include "refwall/base.h"

/* The letter behind the backslash for c; 'u' for \u00xx; 0 when c stands for itself. */
static inline char
rw_json_escape(unsigned char c)
{
	switch (c) {
	case '\b': return 'b';
	case '\t': return 't';
	case '\n': return 'n';
	case '\f': return 'f';
	case '\r': return 'r';
	case '"': return '"';
	case '\\': return '\\';
	default: return c < 0x20 ? 'u' : '\0';
	}
}

#endif
