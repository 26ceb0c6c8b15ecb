#include "server/audit/certificate.h"

#include "refwall/encoding.h"
#include "refwall/store_repo.h"
#include "server/audit/opened.h"

static bool
put_repo(struct rw_buf *b, const struct rw_audit_push *p, struct rw_error *err)
{
	struct rw_json j = rw_json_init(b, true);

	rw_json_object(&j);
	rw_json_key(&j, "id");
	rw_json_str(&j, p->repo_id);
	rw_json_key(&j, "name");
	rw_json_str(&j, p->repo_name);
	rw_json_end(&j);
	return rw_json_ok(&j, "certificate entry", err);
}

bool
rw_certificate_append(struct rw_log *l, const struct rw_audit_push *p, uint64_t push, struct rw_error *err)
{
	rw_auto_buf struct rw_buf repo = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	bool used = p->certificate_payload != NULL;
	char hex[65];
	uint64_t index;

	if (p->certificate.n == 0)
		return true;
	if (!put_repo(&repo, p, err))
		return false;
	if (used)
		(void)rw_hex_encode(p->certificate_payload, 32, hex);
	{
		const struct rw_audit_field f[] = {
			{ "certificate", RW_FIELD_PERSONAL, p->certificate, 0 },
			{ "payload", used ? RW_FIELD_STR : RW_FIELD_JSON, used ? rw_str(hex) : RW_STR_LIT("null"), 0 },
			{ "push", RW_FIELD_INT, { NULL, 0 }, (int64_t)push },
			{ "repo", RW_FIELD_JSON, rw_buf_str(&repo), 0 },
		};

		if (!rw_audit_event(l, RW_ENTRY_CERTIFICATE, p->now, f, RW_ARRAY_LEN(f), &index, err))
			return false;
	}
	return !used || rw_store_certificate_add(l, p->certificate_payload, push, err);
}

bool
rw_certificate_of(struct rw_log *l, struct rw_arena *a, uint64_t push, struct rw_str *ret, struct rw_error *err)
{
	struct rw_error e = RW_ERROR_INIT;
	struct rw_store_entry row;
	struct rw_entry next;

	*ret = (struct rw_str){ NULL, 0 };
	if (!rw_store_entry_get(l, a, push + 1, &row, &e)) {
		if (e.code == RW_E_NOT_FOUND)
			return true;
		*err = e;
		return false;
	}
	if (!rw_str_eqz(row.kind, rw_entry_kind_name(RW_ENTRY_CERTIFICATE)))
		return true;
	if (!rw_entry_parse(a, row.body, &next, err))
		return false;
	if (rw_json_get(next.body, "push")->integer != (int64_t)push)
		return true;
	return rw_entry_open(l, a, push + 1, rw_json_get(next.body, "certificate"), ret, err);
}

bool
rw_certificate_listed(struct rw_log *l, const struct rw_entry *e, bool *ret, struct rw_error *err)
{
	uint8_t payload[32];
	uint64_t push;

	*ret = true;
	if (!rw_entry_digest(rw_json_get(e->body, "payload"), payload))
		return true;
	if (!rw_store_certificate_get(l, payload, &push, err))
		return false;
	*ret = push != UINT64_MAX && (int64_t)push == rw_json_get(e->body, "push")->integer;
	return true;
}

bool
rw_audit_certificate_used(struct rw_log *l, const uint8_t payload[32], uint64_t *ret_push, struct rw_error *err)
{
	return rw_store_certificate_get(l, payload, ret_push, err);
}
