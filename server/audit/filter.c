/* The filter's textual form: one table of names. */
#include "refwall/encoding.h"
#include "refwall/text.h"
#include "server/audit/entry.h"

typedef bool parse_fn(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field,
    struct rw_error *err);

static bool
parse_text(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	(void)f;
	if (v.n > RW_LIMIT_PATH_BYTES)
		return rw_fail(err, RW_E_USAGE, "at most %d bytes", RW_LIMIT_PATH_BYTES);
	*(struct rw_str *)field = rw_arena_str(a, v);
	return rw_arena_ok(a, "filter", err);
}

static bool
parse_verdict(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field,
    struct rw_error *err)
{
	if (!rw_str_eqz(v, "accept") && !rw_str_eqz(v, "refuse"))
		return rw_fail(err, RW_E_USAGE, "wanted accept or refuse");
	return parse_text(a, f, v, field, err);
}

static bool
parse_commit(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field,
    struct rw_error *err)
{
	char *z;

	(void)f;
	if (v.n < 7 || v.n > 64)
		return rw_fail(err, RW_E_USAGE, "wanted 7 to 64 hexadecimal digits");
	z = rw_arena_strndup(a, v.p, v.n);
	if (z == NULL)
		return rw_arena_ok(a, "filter", err);
	for (size_t i = 0; i < v.n; i++) {
		if (z[i] >= 'A' && z[i] <= 'F')
			z[i] = (char)(z[i] - 'A' + 'a');
		if (!((z[i] >= '0' && z[i] <= '9') || (z[i] >= 'a' && z[i] <= 'f')))
			return rw_fail(err, RW_E_USAGE, "wanted 7 to 64 hexadecimal digits");
	}
	*(struct rw_str *)field = (struct rw_str){ z, v.n };
	return true;
}

static bool
parse_kind(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	static const char *const names[] = {
#define NAME(id, name) name,
		RW_ENTRY_KINDS(NAME)
#undef NAME
	};
	const char *near;

	(void)a;
	(void)field;
	f->kind = rw_entry_kind_parse(v);
	if (f->kind != RW_ENTRY_NONE)
		return true;
	near = v.n > 32 ? NULL : rw_text_nearest(v, names, RW_ARRAY_LEN(names));
	if (near != NULL)
		return rw_fail(err, RW_E_USAGE, "no such kind, did you mean %s?", near);
	return rw_fail(err, RW_E_USAGE, "no such kind");
}

static bool
parse_when(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	(void)a;
	(void)f;
	if (!rw_time_parse(v, field))
		return rw_fail(err, RW_E_USAGE, "wanted a time like 2026-11-22T08:30:00Z or a day like 2026-11-22");
	return true;
}

static bool
parse_index(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	(void)a;
	(void)f;
	if (!rw_text_u64(v, RW_JSON_INT_MAX, field))
		return rw_fail(err, RW_E_USAGE, "wanted a log index");
	return true;
}

static bool
parse_order(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	(void)a;
	(void)field;
	if (!rw_str_eqz(v, "asc") && !rw_str_eqz(v, "desc"))
		return rw_fail(err, RW_E_USAGE, "wanted asc or desc");
	f->descending = rw_str_eqz(v, "desc");
	return true;
}

static bool
parse_limit(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str v, void *field, struct rw_error *err)
{
	uint64_t n;

	(void)a;
	(void)field;
	if (!rw_text_u64(v, RW_LIMIT_PAGE, &n) || n == 0)
		return rw_fail(err, RW_E_USAGE, "wanted 1 to %d", RW_LIMIT_PAGE);
	f->limit = (size_t)n;
	return true;
}

#define AT(member) offsetof(struct rw_audit_filter, member)
static const struct {
	const char *name;
	parse_fn *parse;
	size_t at;
} names[] = {
	{ "repo", parse_text, AT(repo) },
	{ "ref", parse_text, AT(ref) },
	{ "account", parse_text, AT(account) },
	{ "signer", parse_text, AT(signer) },
	{ "verdict", parse_verdict, AT(verdict) },
	{ "rule", parse_text, AT(rule) },
	{ "path", parse_text, AT(path) },
	{ "commit", parse_commit, AT(commit) },
	{ "kind", parse_kind, AT(kind) },
	{ "since", parse_when, AT(since) },
	{ "until", parse_when, AT(until) },
	{ "after", parse_index, AT(after) },
	{ "before", parse_index, AT(before) },
	{ "order", parse_order, AT(descending) },
	{ "limit", parse_limit, AT(limit) },
};

static bool
unknown(struct rw_str name, struct rw_error *err)
{
	const char *list[RW_ARRAY_LEN(names)], *near;

	/* Nobody means a name by that; and comparing takes time by its length. */
	if (name.n > 32)
		return rw_fail(err, RW_E_USAGE, "filter %s: not known", RW_SHOW(name));
	for (size_t i = 0; i < RW_ARRAY_LEN(names); i++)
		list[i] = names[i].name;
	near = rw_text_nearest(name, list, RW_ARRAY_LEN(list));
	if (near != NULL)
		return rw_fail(err, RW_E_USAGE, "filter %s: not known, did you mean %s?", RW_SHOW(name), near);
	return rw_fail(err, RW_E_USAGE, "filter %s: not known", RW_SHOW(name));
}

bool
rw_audit_filter_set(struct rw_arena *a, struct rw_audit_filter *f, struct rw_str name, struct rw_str value,
    struct rw_error *err)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(names); i++) {
		if (!rw_str_eqz(name, names[i].name))
			continue;
		if (value.n == 0)
			return rw_fail(err, RW_E_USAGE, "filter %s: has no value", names[i].name);
		return names[i].parse(a, f, value, (char *)f + names[i].at, err) ||
		    rw_fail_prefix(err, "filter %s: %s", names[i].name, RW_SHOW(value));
	}
	return unknown(name, err);
}
