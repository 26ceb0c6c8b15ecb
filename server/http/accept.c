#include <strings.h>

#include "server/http/accept.h"

static struct rw_str
trim(struct rw_str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct rw_str){ s.p + 1, s.n - 1 };
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Split at c; the part before it, and *rest what is behind (NULL when c was not there). */
static struct rw_str
before(struct rw_str s, char c, struct rw_str *rest)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	if (at == NULL) {
		*rest = (struct rw_str){ NULL, 0 };
		return s;
	}
	*rest = (struct rw_str){ at + 1, s.n - (size_t)(at - s.p) - 1 };
	return (struct rw_str){ s.p, (size_t)(at - s.p) };
}

static bool
eq_case(struct rw_str s, const char *z, size_t n)
{
	return s.n == n && strncasecmp(s.p, z, n) == 0;
}

/* "0", "0.5", "1.000": thousandths; -1 when it is none of these. */
static int
weight(struct rw_str s)
{
	int v, unit = 100;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
		return -1;
	v = (s.p[0] - '0') * 1000;
	for (size_t i = 2; i < s.n; i++, unit /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v += (s.p[i] - '0') * unit;
	}
	return v > 1000 ? -1 : v;
}

/* How exactly does a range name the type: 0 not, 1 by star and star, 2 by "type" and star, 3 wholly. */
static int
exactness(struct rw_str range, const char *type)
{
	size_t major = strcspn(type, "/");

	if (rw_str_eqz(range, "*/*"))
		return 1;
	if (range.n == major + 2 && range.p[major + 1] == '*' && strncasecmp(range.p, type, major + 1) == 0)
		return 2;
	return eq_case(range, type, strlen(type)) ? 3 : 0;
}

/* The weight of one type under the whole header: of the range that names it most exactly. */
static int
weight_of(struct rw_str header, const char *type)
{
	struct rw_str rest = header;
	int best = 0, found = 0;

	while (rest.p != NULL) {
		struct rw_str params, element = before(rest, ',', &rest);
		struct rw_str range = trim(before(element, ';', &params));
		int q = 1000, e = exactness(range, type);

		while (params.p != NULL) {
			struct rw_str value, name = before(trim(before(params, ';', &params)), '=', &value);

			if (eq_case(trim(name), "q", 1))
				q = value.p == NULL ? -1 : weight(trim(value));
		}
		if (q >= 0 && e > best) {
			best = e;
			found = q;
		}
	}
	return found;
}

int
rw_accept_choose(struct rw_str header, const char *const *types, size_t n)
{
	int chosen = -1, best = 0;

	if (trim(header).n == 0)
		return n > 0 ? 0 : -1;
	for (size_t i = 0; i < n; i++) {
		int q = weight_of(header, types[i]);

		if (q > best) {
			best = q;
			chosen = (int)i;
		}
	}
	return chosen;
}

bool
rw_media_type_is(struct rw_str header, const char *type)
{
	struct rw_str rest;

	return eq_case(trim(before(header, ';', &rest)), type, strlen(type));
}
