#include "refwall/manifest.h"

/*
 * Image references by the grammar of github.com/distribution/reference (reference.go, normalize.go), which
 * is what container runtimes resolve names with.
 */

#define NAME_MAX_BYTES 255
#define TAG_MAX_BYTES 128

static bool
lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
alnum(char c)
{
	return lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

static struct rw_str
cut(struct rw_str s, size_t from, size_t to)
{
	return (struct rw_str){ s.p + from, to - from };
}

static bool
find(struct rw_str s, char c, size_t *ret)
{
	const char *q = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	*ret = q == NULL ? 0 : (size_t)(q - s.p);
	return q != NULL;
}

/* Labels of letters, digits and inner '-', joined by single dots. */
static bool
host_ok(struct rw_str s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool inner = i > 0 && i + 1 < s.n;

		if (alnum(s.p[i]))
			continue;
		if (!inner || (s.p[i] != '.' && s.p[i] != '-') || (s.p[i] == '.' && !alnum(s.p[i - 1])) ||
		    (s.p[i] == '-' && (s.p[i - 1] == '.' || s.p[i + 1] == '.')))
			return false;
	}
	return true;
}

/* "[" hex digits and colons "]" */
static bool
ipv6_ok(struct rw_str s)
{
	if (s.n < 4 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f') &&
		    !(s.p[i] >= 'A' && s.p[i] <= 'F') && s.p[i] != ':')
			return false;
	return true;
}

static bool
registry_ok(struct rw_str s)
{
	size_t end = s.n, i = 0;

	/* the last ':' starts a port, unless it stands inside the brackets of an address */
	while (end > 0 && s.p[end - 1] >= '0' && s.p[end - 1] <= '9')
		end--;
	if (end > 0 && s.p[end - 1] == ':') {
		if (end == s.n)
			return false;
		i = end - 1;
		s.n = i;
	}
	return s.n > 0 && s.p[0] == '[' ? ipv6_ok(s) : host_ok(s);
}

/* [a-z0-9]+ joined by one of: '.', '_', '__', any number of '-'. */
static bool
component_ok(struct rw_str s)
{
	size_t i = 0;

	if (s.n == 0 || !lower_alnum(s.p[0]) || !lower_alnum(s.p[s.n - 1]))
		return false;
	while (i < s.n) {
		size_t run = 0;
		char c = s.p[i];

		if (lower_alnum(c)) {
			i++;
			continue;
		}
		while (i < s.n && s.p[i] == c)
			i++, run++;
		if (!(c == '-' || (c == '.' && run == 1) || (c == '_' && run <= 2)) || !lower_alnum(s.p[i]))
			return false;
	}
	return true;
}

static bool
repository_ok(struct rw_str s)
{
	size_t at;

	while (find(s, '/', &at)) {
		if (!component_ok(cut(s, 0, at)))
			return false;
		s = cut(s, at + 1, s.n);
	}
	return component_ok(s);
}

static bool
tag_ok(struct rw_str s)
{
	if (s.n == 0 || s.n > TAG_MAX_BYTES || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '.' && s.p[i] != '-')
			return false;
	return true;
}

static bool
hex_ok(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

static bool
digest_ok(struct rw_str s)
{
	static const struct { const char *prefix; size_t digits; } row[] = {
		{ "sha256:", 64 }, { "sha384:", 96 }, { "sha512:", 128 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(row); i++) {
		size_t n = strlen(row[i].prefix);

		if (rw_str_has_prefix(s, row[i].prefix))
			return s.n == n + row[i].digits && hex_ok(cut(s, n, s.n));
	}
	return false;
}

/* Is the text before the first '/' a registry, or the first part of a name on Docker's? */
static bool
names_registry(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '.' || s.p[i] == ':' || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return true;
	return rw_str_eqz(s, "localhost");
}

static struct rw_str
lower(struct rw_arena *a, struct rw_str s)
{
	char *p = rw_arena_strndup(a, s.p, s.n);

	if (p == NULL)
		return (struct rw_str){ NULL, 0 };
	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + ('a' - 'A'));
	return (struct rw_str){ p, s.n };
}

bool
rw_image_parse(struct rw_arena *a, struct rw_str text, struct rw_image_ref *ret)
{
	struct rw_image_ref r = { .registry = RW_STR_LIT("docker.io") };
	struct rw_str name = text;
	size_t at;

	if (text.n == 0 || text.n > 1024 || (text.n == 64 && hex_ok(text)))
		return false;
	if (find(name, '@', &at)) {
		r.digest = cut(name, at + 1, name.n);
		name = cut(name, 0, at);
		if (!digest_ok(r.digest))
			return false;
	}
	for (at = name.n; at > 0 && name.p[at - 1] != ':' && name.p[at - 1] != '/'; at--)
		;
	if (at > 0 && name.p[at - 1] == ':') {
		r.tag = cut(name, at, name.n);
		name = cut(name, 0, at - 1);
		if (!tag_ok(r.tag))
			return false;
	}
	if (find(name, '/', &at) && names_registry(cut(name, 0, at))) {
		if (!registry_ok(cut(name, 0, at)))
			return false;
		r.registry = lower(a, cut(name, 0, at));
		name = cut(name, at + 1, name.n);
	}
	if (rw_str_eqz(r.registry, "index.docker.io"))
		r.registry = RW_STR_LIT("docker.io");
	r.repository = name;
	if (!repository_ok(name))
		return false;
	if (rw_str_eqz(r.registry, "docker.io") && !find(name, '/', &at)) {
		const char *z = rw_arena_printf(a, "library/%.*s", (int)name.n, name.p);

		r.repository = rw_str(z);
	}
	if (r.registry.p == NULL || r.repository.p == NULL || r.repository.n > NAME_MAX_BYTES)
		return false;
	*ret = r;
	return true;
}
