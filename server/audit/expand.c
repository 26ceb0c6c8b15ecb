/* One entry together with what stands beside it. */
#include "server/audit/certificate.h"
#include "server/audit/opened.h"

bool
rw_entry_open(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_json_value *v,
    struct rw_str *ret, struct rw_error *err)
{
	struct rw_store_side side;
	uint8_t digest[32];

	*ret = (struct rw_str){ NULL, 0 };
	if (!rw_entry_commitment(v, digest))
		return true;
	if (!rw_store_side_get(l, a, index, digest, &side, err))
		return false;
	if (!side.erased)
		*ret = rw_entry_opened(side.content);
	return true;
}

static bool
put_opened(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_json_value *v,
    struct rw_json *j, struct rw_error *err)
{
	struct rw_str value;

	if (!rw_entry_open(l, a, index, v, &value, err))
		return false;
	if (value.p == NULL)
		rw_json_null(j);
	else
		rw_json_str(j, value);
	return true;
}

static bool
put_signers(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_json_value *member,
    struct rw_json *j, struct rw_error *err)
{
	struct rw_entry_source src = { l, a, index };
	struct rw_entry_walk w = rw_entry_walk_log(&src);
	const struct rw_json_value *const *items;
	size_t n;

	if (!rw_entry_list(&w, member, RW_ITEM_COMMITMENT, &items, &n, err))
		return false;
	rw_json_array(j);
	for (size_t i = 0; i < n; i++) {
		if (!put_opened(l, a, index, items[i], j, err))
			return false;
	}
	rw_json_end(j);
	return true;
}

static bool
put_findings(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_json_value *findings,
    struct rw_json *j, struct rw_error *err)
{
	struct rw_store_side side;
	uint8_t digest[32];

	if (!rw_entry_digest(rw_json_get(findings, "sha256"), digest)) {
		rw_json_null(j);
		return true;
	}
	if (!rw_store_side_get(l, a, index, digest, &side, err))
		return false;
	if (side.erased)
		rw_json_null(j);
	else
		rw_json_raw(j, side.content);
	return true;
}

bool
rw_audit_expand(struct rw_log *l, const struct rw_audit_entry *e, struct rw_buf *out, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 16);
	struct rw_json j = rw_json_init(out, true);
	struct rw_str certificate = { NULL, 0 };
	struct rw_entry parsed;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_entry_parse(a, e->body, &parsed, err))
		return false;
	if (parsed.kind == RW_ENTRY_PUSH && !rw_certificate_of(l, a, e->index, &certificate, err))
		return false;
	rw_json_object(&j);
	if (certificate.p != NULL) {
		rw_json_key(&j, "certificate");
		rw_json_str(&j, certificate);
	}
	rw_json_key(&j, "entry");
	rw_json_raw(&j, e->body);
	rw_json_key(&j, "findings");
	if (!put_findings(l, a, e->index, rw_json_get(parsed.body, "findings"), &j, err))
		return false;
	rw_json_key(&j, "index");
	rw_json_int(&j, (int64_t)e->index);
	rw_json_key(&j, "leaf");
	rw_json_hex(&j, e->leaf, 32);
	rw_json_key(&j, "opened");
	rw_json_object(&j);
	for (const struct rw_json_value *v = parsed.body->first; v != NULL; v = v->next) {
		char name[64];
		uint8_t digest[32];
		bool signers = parsed.kind == RW_ENTRY_PUSH && rw_str_eqz(v->name, "signers");

		if (!signers && !rw_entry_commitment(v, digest))
			continue;
		memcpy(name, v->name.p, v->name.n);
		name[v->name.n] = '\0';
		rw_json_key(&j, name);
		if (signers ? !put_signers(l, a, e->index, v, &j, err) : !put_opened(l, a, e->index, v, &j, err))
			return false;
	}
	rw_json_end(&j);
	rw_json_end(&j);
	return rw_json_ok(&j, "entry", err);
}
