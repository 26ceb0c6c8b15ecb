/* The shapes of entries: which members each kind has, and what each may hold. */
#include "refwall/encoding.h"
#include "refwall/text.h"
#include "server/audit/entry.h"

enum shape {
	TEXT, TEXT_OR_NULL, ID, INDEX, TIME, DIGEST_OR_NULL, COMMITMENT_OR_NULL, REPO, FINDINGS, VERDICT, KIND, FORMAT,
	TEXTS, IDS, COMMITMENTS, REFS, TIPS
};

struct member {
	const char *name;
	enum shape shape;
};

/* By name, so that a walk along the object and the table in step finds what is missing or too much. */
static const struct member push_members[] = {
	{ "account", COMMITMENT_OR_NULL }, { "commits", IDS }, { "config", DIGEST_OR_NULL }, { "error", TEXT_OR_NULL },
	{ "findings", FINDINGS }, { "kind", KIND }, { "paths", TEXTS }, { "policy", DIGEST_OR_NULL }, { "refs", REFS },
	{ "repo", REPO }, { "signers", COMMITMENTS }, { "time", TIME }, { "transport", TEXT }, { "v", FORMAT },
	{ "verdict", VERDICT }, { "version", TEXT },
};
static const struct member settled_members[] = {
	{ "by", TEXT }, { "kind", KIND }, { "new", ID }, { "old", ID }, { "push", INDEX }, { "ref", TEXT },
	{ "repo", REPO }, { "time", TIME }, { "v", FORMAT },
};
static const struct member bypass_members[] = {
	{ "by", TEXT }, { "kind", KIND }, { "new", ID }, { "old", ID }, { "ref", TEXT }, { "repo", REPO },
	{ "time", TIME }, { "v", FORMAT },
};
static const struct member baseline_members[] = {
	{ "kind", KIND }, { "path", TEXT }, { "refs", TIPS }, { "repo", REPO }, { "time", TIME }, { "v", FORMAT },
};
static const struct member clock_members[] = {
	{ "kind", KIND }, { "previous", TIME }, { "time", TIME }, { "v", FORMAT },
};
static const struct member certificate_members[] = {
	{ "certificate", COMMITMENT_OR_NULL }, { "kind", KIND }, { "payload", DIGEST_OR_NULL }, { "push", INDEX },
	{ "repo", REPO }, { "time", TIME }, { "v", FORMAT },
};
/* Of the other kinds only these are demanded; what else they hold is theirs. */
static const struct member open_members[] = { { "kind", KIND }, { "time", TIME }, { "v", FORMAT } };

#define SHAPE(k, table) [k] = { table, RW_ARRAY_LEN(table) }
static const struct {
	const struct member *m;
	size_t n;
} shapes[RW_ENTRY_MAX] = {
	SHAPE(RW_ENTRY_PUSH, push_members),
	SHAPE(RW_ENTRY_APPLIED, settled_members),
	SHAPE(RW_ENTRY_NOT_APPLIED, settled_members),
	SHAPE(RW_ENTRY_BYPASS, bypass_members),
	SHAPE(RW_ENTRY_BASELINE, baseline_members),
	SHAPE(RW_ENTRY_CLOCK, clock_members),
	SHAPE(RW_ENTRY_CERTIFICATE, certificate_members),
};

static const char *const kind_names[RW_ENTRY_MAX] = {
#define NAME(id, name) [id] = name,
	RW_ENTRY_KINDS(NAME)
#undef NAME
};

const char *
rw_entry_kind_name(enum rw_entry_kind k)
{
	return (unsigned)k < RW_ENTRY_MAX && kind_names[k] != NULL ? kind_names[k] : "unknown";
}

enum rw_entry_kind
rw_entry_kind_parse(struct rw_str name)
{
	for (unsigned k = RW_ENTRY_NONE + 1; k < RW_ENTRY_MAX; k++) {
		if (rw_str_eqz(name, kind_names[k]))
			return (enum rw_entry_kind)k;
	}
	return RW_ENTRY_NONE;
}

static bool
lower_hex(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	}
	return true;
}

bool
rw_entry_digest(const struct rw_json_value *v, uint8_t ret[32])
{
	return v != NULL && v->kind == RW_JSON_STR && v->str.n == 64 && lower_hex(v->str) && rw_hex_decode(v->str, ret, 32);
}

bool
rw_entry_commitment(const struct rw_json_value *v, uint8_t ret[32])
{
	return v != NULL && v->kind == RW_JSON_OBJECT && v->n == 1 && rw_entry_digest(rw_json_get(v, "c"), ret);
}

struct rw_str
rw_entry_text(struct rw_arena *a, const struct rw_json_value *v)
{
	struct rw_json_value copy, wrap;

	if (v == NULL)
		return (struct rw_str){ NULL, 0 };
	if (v->kind == RW_JSON_STR)
		return v->str;
	copy = *v;
	copy.name = RW_STR_LIT("x");
	copy.next = NULL;
	memset(&wrap, 0, sizeof(wrap));
	wrap.kind = RW_JSON_OBJECT;
	wrap.first = &copy;
	wrap.n = 1;
	return rw_json_get_str(a, &wrap, "x");
}

bool
rw_entry_is_zero(struct rw_str id)
{
	for (size_t i = 0; i < id.n; i++) {
		if (id.p[i] != '0')
			return false;
	}
	return true;
}

static bool
is_text(struct rw_arena *a, const struct rw_json_value *v)
{
	return rw_entry_text(a, v).p != NULL;
}

static bool
is_null(const struct rw_json_value *v)
{
	return v != NULL && v->kind == RW_JSON_NULL;
}

/* SHA-1 or SHA-256 object name. */
static bool
is_id(const struct rw_json_value *v)
{
	return v != NULL && v->kind == RW_JSON_STR && (v->str.n == 40 || v->str.n == 64) && lower_hex(v->str);
}

static bool
is_time(const struct rw_json_value *v, rw_time *ret)
{
	char again[RW_TIME_LEN];

	return v != NULL && v->kind == RW_JSON_STR && rw_time_parse(v->str, ret) &&
	    rw_str_eqz(v->str, rw_time_format(*ret, again));
}

bool
rw_entry_item_valid(struct rw_arena *a, enum rw_item item, const struct rw_json_value *v)
{
	const struct rw_json_value *t;
	uint8_t d[32];

	switch (item) {
	case RW_ITEM_TEXT:
		return is_text(a, v);
	case RW_ITEM_ID:
		return is_id(v);
	case RW_ITEM_COMMITMENT:
		return rw_entry_commitment(v, d);
	case RW_ITEM_TIP:
		return v->kind == RW_JSON_OBJECT && v->n == 2 && is_id(rw_json_get(v, "id")) &&
		    is_text(a, rw_json_get(v, "name"));
	case RW_ITEM_REF:
		t = rw_json_get(v, "tainted");
		if (v->kind != RW_JSON_OBJECT || v->n != 5 || !is_text(a, rw_json_get(v, "name")) ||
		    !is_id(rw_json_get(v, "new")) || !is_id(rw_json_get(v, "old")) || t == NULL ||
		    t->kind != RW_JSON_ARRAY)
			return false;
		for (t = t->first; t != NULL; t = t->next) {
			if (!is_text(a, t))
				return false;
		}
		t = rw_json_get(v, "notice");
		return is_null(t) || rw_entry_digest(t, d);
	}
	return false;
}

/* An array of items, or {"count":N,"sha256":[digests]} of side records that hold them. */
static bool
is_list(struct rw_arena *a, enum rw_item item, const struct rw_json_value *v)
{
	const struct rw_json_value *digests;
	uint8_t d[32];

	if (v->kind == RW_JSON_ARRAY) {
		for (v = v->first; v != NULL; v = v->next) {
			if (!rw_entry_item_valid(a, item, v))
				return false;
		}
		return true;
	}
	digests = rw_json_get(v, "sha256");
	if (v->n != 2 || rw_json_get_int(v, "count", 0) < 1 || digests == NULL || digests->kind != RW_JSON_ARRAY ||
	    digests->n == 0)
		return false;
	for (v = digests->first; v != NULL; v = v->next) {
		if (!rw_entry_digest(v, d))
			return false;
	}
	return true;
}

static bool
is_findings(struct rw_arena *a, const struct rw_json_value *v)
{
	const struct rw_json_value *rules = rw_json_get(v, "rules"), *digest = rw_json_get(v, "sha256");
	uint8_t d[32];

	if (is_null(v))
		return true;
	return v->kind == RW_JSON_OBJECT && v->n == 3 && rw_json_get_int(v, "count", -1) >= 0 && rules != NULL &&
	    is_list(a, RW_ITEM_TEXT, rules) && (is_null(digest) || rw_entry_digest(digest, d));
}

static bool
fits(struct rw_arena *a, enum shape shape, const struct rw_json_value *v)
{
	uint8_t d[32];
	rw_time t;

	switch (shape) {
	case TEXT:
		return is_text(a, v);
	case TEXT_OR_NULL:
		return is_null(v) || is_text(a, v);
	case ID:
		return is_id(v);
	case INDEX:
		return v->kind == RW_JSON_INT && v->integer >= 0;
	case TIME:
		return is_time(v, &t);
	case DIGEST_OR_NULL:
		return is_null(v) || rw_entry_digest(v, d);
	case COMMITMENT_OR_NULL:
		return is_null(v) || rw_entry_commitment(v, d);
	case REPO:
		return v->kind == RW_JSON_OBJECT && v->n == 2 && is_text(a, rw_json_get(v, "id")) &&
		    is_text(a, rw_json_get(v, "name"));
	case FINDINGS:
		return is_findings(a, v);
	case VERDICT:
		return v->kind == RW_JSON_STR && (rw_str_eqz(v->str, "accept") || rw_str_eqz(v->str, "refuse"));
	case KIND:
		return v->kind == RW_JSON_STR && rw_entry_kind_parse(v->str) != RW_ENTRY_NONE;
	case FORMAT:
		return v->kind == RW_JSON_INT && v->integer == RW_ENTRY_VERSION;
	case TEXTS:
		return is_list(a, RW_ITEM_TEXT, v);
	case IDS:
		return is_list(a, RW_ITEM_ID, v);
	case COMMITMENTS:
		return is_list(a, RW_ITEM_COMMITMENT, v);
	case REFS:
		return is_list(a, RW_ITEM_REF, v);
	case TIPS:
		return is_list(a, RW_ITEM_TIP, v);
	}
	return false;
}

static bool
check_members(struct rw_arena *a, const struct rw_entry *e, struct rw_error *err)
{
	bool open = shapes[e->kind].m == NULL;
	const struct member *m = open ? open_members : shapes[e->kind].m;
	size_t n = open ? RW_ARRAY_LEN(open_members) : shapes[e->kind].n;
	const char *kind = rw_entry_kind_name(e->kind);

	for (const struct rw_json_value *v = e->body->first; v != NULL; v = v->next) {
		bool known = n > 0 && rw_str_eqz(v->name, m->name);

		if (!known && open)
			continue;
		if (!known && n > 0 && rw_str_cmp(v->name, rw_str(m->name)) > 0)
			break;
		if (!known)
			return rw_fail(err, RW_E_PARSE, "%s entry: member %s is not known", kind, RW_SHOW(v->name));
		if (!fits(a, m->shape, v))
			return rw_fail(err, RW_E_PARSE, "%s entry: member %s is not as it should be", kind, m->name);
		m++;
		n--;
	}
	if (n > 0)
		return rw_fail(err, RW_E_PARSE, "%s entry: member %s is missing", kind, m->name);
	return true;
}

bool
rw_entry_parse(struct rw_arena *a, struct rw_str bytes, struct rw_entry *ret, struct rw_error *err)
{
	const struct rw_json_value *kind;

	memset(ret, 0, sizeof(*ret));
	if (bytes.n > RW_LIMIT_ENTRY_BYTES)
		return rw_fail(err, RW_E_PARSE, "entry of %zu bytes, at most %u", bytes.n, RW_LIMIT_ENTRY_BYTES);
	if (!rw_json_parse(a, bytes, &ret->body, err))
		return false;
	kind = rw_json_get(ret->body, "kind");
	if (kind == NULL || kind->kind != RW_JSON_STR)
		return rw_fail(err, RW_E_PARSE, "entry without kind");
	ret->kind = rw_entry_kind_parse(kind->str);
	if (ret->kind == RW_ENTRY_NONE)
		return rw_fail(err, RW_E_PARSE, "entry of unknown kind %s", RW_SHOW(kind->str));
	if (!check_members(a, ret, err) || !rw_arena_ok(a, "entry", err))
		return false;
	(void)is_time(rw_json_get(ret->body, "time"), &ret->time);
	return true;
}
