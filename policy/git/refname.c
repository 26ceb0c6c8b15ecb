#include "refwall/git.h"

static bool
char_allowed(unsigned char c)
{
	return c > ' ' && c != 0x7f && strchr("~^:?*[\\", c) == NULL;
}

/* What lies between two slashes. */
static bool
component_valid(struct rw_str c)
{
	return c.n > 0 && c.p[0] != '.' && !rw_str_has_suffix(c, ".lock");
}

bool
rw_refname_valid(struct rw_str name)
{
	size_t start = 0;

	if (name.n > RW_LIMIT_REF_NAME || !rw_str_has_prefix(name, "refs/"))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		char next = i + 1 < name.n ? name.p[i + 1] : '\0';

		if (!char_allowed(c) || (c == '.' && next == '.') || (c == '@' && next == '{'))
			return false;
		if (c != '/')
			continue;
		if (!component_valid((struct rw_str){ name.p + start, i - start }))
			return false;
		start = i + 1;
	}
	return component_valid((struct rw_str){ name.p + start, name.n - start }) &&
	    name.p[name.n - 1] != '.';
}
