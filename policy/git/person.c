#include "policy/git/internal.h"
#include "refwall/text.h"

/* 9999-12-31T23:59:59Z: the last time that can be written in RFC 3339. */
#define SECONDS_MAX 253402300799u

static size_t
span_without(struct rw_str s, size_t from, const char *stops)
{
	size_t i = from;

	while (i < s.n && memchr(stops, s.p[i], 3) == NULL)
		i++;
	return i;
}

static bool
zone_valid(struct rw_str z)
{
	if (z.n != 5 || (z.p[0] != '+' && z.p[0] != '-'))
		return false;
	for (size_t i = 1; i < z.n; i++)
		if (z.p[i] < '0' || z.p[i] > '9')
			return false;
	return true;
}

static bool
bad(struct rw_error *err, const char *what, const char *why)
{
	return rw_fail(err, RW_E_PARSE, "%s: %s", what, why);
}

bool
rw_person_parse(struct rw_str s, const char *what, struct rw_person *ret, struct rw_error *err)
{
	static const char stops[] = "<>\n";
	size_t open, close, space;
	uint64_t seconds;

	open = span_without(s, 0, stops);
	if (open == s.n || s.p[open] != '<')
		return bad(err, what, "the e-mail address does not begin with <");
	if (open == 0 || s.p[open - 1] != ' ')
		return bad(err, what, "no space before the e-mail address");
	close = span_without(s, open + 1, stops);
	if (close == s.n || s.p[close] != '>')
		return bad(err, what, "the e-mail address does not end with >");
	if (close + 1 == s.n || s.p[close + 1] != ' ')
		return bad(err, what, "no space before the time");
	for (space = close + 2; space < s.n && s.p[space] != ' '; )
		space++;
	if (space == s.n)
		return bad(err, what, "no time zone");
	if (!rw_text_u64((struct rw_str){ s.p + close + 2, space - close - 2 }, SECONDS_MAX, &seconds))
		return bad(err, what, "the time is no number of seconds before the year 10000");
	if (!zone_valid((struct rw_str){ s.p + space + 1, s.n - space - 1 }))
		return bad(err, what, "the time zone is not a sign and four digits");
	*ret = (struct rw_person){
		.name = { s.p, open - 1 },
		.email = { s.p + open + 1, close - open - 1 },
		.time = (rw_time)seconds * 1000,
	};
	return true;
}
