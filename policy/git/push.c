#include "refwall/git.h"
#include "refwall/reader.h"
#include "refwall/text.h"

/* "<old> SP <new> SP <ref>", the line without its LF. */
static bool
parse_line(struct rw_arena *a, struct rw_str line, size_t number, struct rw_ref_update *ret,
    struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(line);
	struct rw_str old_hex = rw_reader_until(&r, ' ');
	struct rw_str new_hex = rw_reader_until(&r, ' ');
	struct rw_str name = rw_reader_bytes(&r, r.left);

	if (r.bad)
		return rw_fail(err, RW_E_PARSE, "push: line %zu: wanted \"old new ref\"", number);
	if (old_hex.n == 64 && new_hex.n == 64)
		return rw_fail(err, RW_E_PARSE, "push: line %zu: SHA-256 object ids are not supported",
		    number);
	if (!rw_oid_parse(old_hex, &ret->old_id) || !rw_oid_parse(new_hex, &ret->new_id))
		return rw_fail(err, RW_E_PARSE,
		    "push: line %zu: an object id is 40 lower-case hexadecimal digits", number);
	if (name.n > RW_LIMIT_REF_NAME)
		return rw_fail(err, RW_E_LIMIT, "push: line %zu: the ref's name is longer than %d bytes",
		    number, RW_LIMIT_REF_NAME);
	if (!rw_refname_valid(name))
		return rw_fail(err, RW_E_PARSE, "push: line %zu: \"%s\" is no well-formed ref name", number,
		    RW_SHOW(name));
	if (rw_oid_is_zero(&ret->old_id) && rw_oid_is_zero(&ret->new_id))
		return rw_fail(err, RW_E_PARSE,
		    "push: line %zu: \"%s\" is neither created nor deleted nor moved", number, RW_SHOW(name));
	ret->name = rw_arena_str(a, name);
	return rw_arena_ok(a, "push", err);
}

static int
by_name(const void *a, const void *b)
{
	const struct rw_str *x = (const struct rw_str *)a;
	const struct rw_str *y = (const struct rw_str *)b;

	return rw_str_cmp(*x, *y);
}

static bool
check_repeats(struct rw_arena *a, const struct rw_ref_update *u, size_t n, struct rw_error *err)
{
	struct rw_str *names = rw_arena_array(a, n, sizeof(*names));

	if (names == NULL)
		return rw_arena_ok(a, "push", err);
	for (size_t i = 0; i < n; i++)
		names[i] = u[i].name;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 1; i < n; i++)
		if (rw_str_eq(names[i - 1], names[i]))
			return rw_fail(err, RW_E_PARSE, "push: \"%s\" is updated twice", RW_SHOW(names[i]));
	return true;
}

bool
rw_push_parse(struct rw_arena *a, struct rw_str in, struct rw_push *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(in);
	struct rw_ref_update *update = NULL, *u;
	size_t n = 0, cap = 0;

	if (in.n > RW_LIMIT_PUSH_BYTES)
		return rw_fail(err, RW_E_LIMIT, "push: longer than %u bytes", RW_LIMIT_PUSH_BYTES);
	if (in.n == 0)
		return rw_fail(err, RW_E_PARSE, "push: no ref is updated");
	while (r.left > 0) {
		struct rw_str line = rw_reader_line(&r);

		if (r.bad)
			return rw_fail(err, RW_E_PARSE, "push: line %zu has no end", n + 1);
		if (n == RW_LIMIT_PUSH_REFS)
			return rw_fail(err, RW_E_LIMIT, "push: more than %d refs are updated at once",
			    RW_LIMIT_PUSH_REFS);
		u = rw_arena_push(a, &update, &n, &cap);
		if (u == NULL)
			return rw_arena_ok(a, "push", err);
		if (!parse_line(a, line, n, u, err))
			return false;
	}
	if (!check_repeats(a, update, n, err))
		return false;
	*ret = (struct rw_push){ update, n };
	return true;
}
