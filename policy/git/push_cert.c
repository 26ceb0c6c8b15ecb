/* What `git push --signed` signs: gitprotocol-pack(5), "Push Certificate"; send-pack.c writes it. */
#include "policy/git/internal.h"
#include "refwall/reader.h"
#include "refwall/text.h"

#define VERSION_LINE "certificate version 0.1"
#define SECONDS_MAX 253402300799ull	/* the end of the year 9999 */

/* Header lines are text: what a terminal or another reader would take for more than that is refused. */
static bool
is_text(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

/* What the next line says, when it has that name and says something; else {NULL, 0}. */
static struct rw_str
header(struct rw_reader *r, const char *name)
{
	struct rw_reader ahead = *r;
	struct rw_str line = rw_reader_line(&ahead);
	size_t n = strlen(name);

	if (ahead.bad || line.n < n + 2 || !rw_str_has_prefix(line, name) || line.p[n] != ' ')
		return (struct rw_str){ NULL, 0 };
	*r = ahead;
	return (struct rw_str){ line.p + n + 1, line.n - n - 1 };
}

/* "WHO SECONDS ZONE"; WHO is a key's name or "NAME <EMAIL>". */
static bool
parse_pusher(struct rw_str s, struct rw_push_cert *ret, struct rw_error *err)
{
	size_t zone = s.n, seconds;
	uint64_t t;

	while (zone > 0 && s.p[zone - 1] != ' ')
		zone--;
	seconds = zone == 0 ? 0 : zone - 1;
	while (seconds > 0 && s.p[seconds - 1] != ' ')
		seconds--;
	if (seconds < 2 || s.n - zone != 5 || (s.p[zone] != '+' && s.p[zone] != '-'))
		return rw_fail(err, RW_E_PARSE, "push certificate: pusher: wanted \"WHO SECONDS ZONE\"");
	for (size_t i = zone + 1; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return rw_fail(err, RW_E_PARSE, "push certificate: pusher: the zone is no number");
	}
	if (!rw_text_u64((struct rw_str){ s.p + seconds, zone - 1 - seconds }, SECONDS_MAX, &t))
		return rw_fail(err, RW_E_PARSE, "push certificate: pusher: the time is no number of seconds");
	ret->pusher = (struct rw_str){ s.p, seconds - 1 };
	ret->time = (rw_time)t * 1000;
	return true;
}

static bool
parse_options(struct rw_arena *a, struct rw_reader *r, struct rw_push_cert *ret, struct rw_error *err)
{
	struct rw_str *option = NULL, *slot, s;
	size_t n = 0, cap = 0;

	while ((s = header(r, "push-option")).p != NULL) {
		if (n == RW_LIMIT_PUSH_OPTIONS)
			return rw_fail(err, RW_E_LIMIT, "push certificate: more than %d push options", RW_LIMIT_PUSH_OPTIONS);
		slot = rw_arena_push(a, &option, &n, &cap);
		if (slot == NULL)
			return rw_arena_ok(a, "push certificate", err);
		*slot = s;
	}
	ret->option = option;
	ret->n_options = n;
	return true;
}

static bool
parse_header(struct rw_arena *a, struct rw_reader *r, struct rw_push_cert *ret, struct rw_error *err)
{
	const char *start = r->p;
	struct rw_str pusher;

	if (!rw_reader_skip(r, VERSION_LINE "\n"))
		return rw_fail(err, RW_E_PARSE, "push certificate: wanted \"" VERSION_LINE "\" first");
	pusher = header(r, "pusher");
	if (pusher.p == NULL)
		return rw_fail(err, RW_E_PARSE, "push certificate: the line pusher is missing");
	if (!parse_pusher(pusher, ret, err))
		return false;
	ret->pushee = header(r, "pushee");
	ret->nonce = header(r, "nonce");
	if (!parse_options(a, r, ret, err))
		return false;
	for (const char *p = start; p < r->p; p++) {
		if (*p != '\n' && !is_text((struct rw_str){ p, 1 }))
			return rw_fail(err, RW_E_PARSE, "push certificate: a control character in its header");
	}
	if (!rw_reader_skip(r, "\n"))
		return rw_fail(err, RW_E_PARSE, "push certificate: a line of its header is unknown, misplaced or repeated");
	return true;
}

bool
rw_push_cert_parse(struct rw_arena *a, struct rw_str bytes, struct rw_push_cert *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	struct rw_push_cert c = { .time = RW_TIME_NONE };
	struct rw_str refs, rest;

	if (bytes.n > RW_LIMIT_PUSH_CERT_BYTES)
		return rw_fail(err, RW_E_LIMIT, "push certificate: more than %u bytes", RW_LIMIT_PUSH_CERT_BYTES);
	if (!parse_header(a, &r, &c, err))
		return false;
	/* Git takes the last line that begins a signature, we the first; a second one is refused below. */
	refs = rest = (struct rw_str){ r.p, r.left };
	for (;;) {
		struct rw_str line = rw_reader_line(&r);

		if (r.bad)
			return rw_fail(err, RW_E_PARSE, "push certificate: it is not signed");
		if (rw_armour_begins(line))
			break;
		rest = (struct rw_str){ r.p, r.left };
	}
	refs.n -= rest.n;
	if (!rw_push_parse(a, refs, &c.push, err))
		return rw_fail_prefix(err, "push certificate");
	if (!rw_armour_check(rest, &c.signature, err))
		return rw_fail_prefix(err, "push certificate");
	if (c.signature.n != rest.n)
		return rw_fail(err, RW_E_PARSE, "push certificate: something stands behind its signature");
	c.payload = (struct rw_str){ bytes.p, bytes.n - rest.n };
	*ret = c;
	return true;
}
