/*
 * Names that some file system takes for ".git". Case is folded nearly everywhere; NTFS drops dots and spaces
 * at the end, keeps streams behind ':', knows ".git" as "git~1", and '\' separates there; HFS+ ignores some
 * code points wherever they stand.
 */
#include "policy/git/internal.h"

/* UTF-8 of what HFS+ ignores: U+200C..200F, U+202A..202E, U+206A..206F, U+FEFF. Their length, or 0. */
static size_t
ignorable(struct rw_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n < 3)
		return 0;
	if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return 3;
	if (p[0] != 0xe2)
		return 0;
	if (p[1] == 0x80 && ((p[2] >= 0x8c && p[2] <= 0x8f) || (p[2] >= 0xaa && p[2] <= 0xae)))
		return 3;
	return p[1] == 0x81 && p[2] >= 0xaa && p[2] <= 0xaf ? 3 : 0;
}

/* One segment without '\', against one spelling. */
static bool
matches(struct rw_str s, const char *want)
{
	bool tail = false;

	while (s.n > 0) {
		size_t skip = ignorable(s);
		char c = s.p[0];

		if (skip == 0) {
			skip = 1;
			if (*want == '\0' && c == ':')
				return true;
			if (*want != '\0' && !tail) {
				if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != *want)
					return false;
				want++;
			} else {
				tail = true;
				if (c != '.' && c != ' ')
					return false;
			}
		}
		s = (struct rw_str){ s.p + skip, s.n - skip };
	}
	return *want == '\0';
}

bool
rw_name_is_dotgit(struct rw_str name)
{
	while (name.n > 0) {
		const char *sep = memchr(name.p, '\\', name.n);
		size_t n = sep == NULL ? name.n : (size_t)(sep - name.p);
		struct rw_str segment = { name.p, n };

		if (matches(segment, ".git") || matches(segment, "git~1"))
			return true;
		if (sep == NULL)
			break;
		name = (struct rw_str){ sep + 1, name.n - n - 1 };
	}
	return false;
}
