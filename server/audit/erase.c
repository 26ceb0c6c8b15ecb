/* Erasure of personal values: the opening goes, the commitment stays, and with it every proof. */
#include "server/audit/opened.h"

static bool
erase_one(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_json_value *v,
    struct rw_str value, rw_time now, uint64_t *n, struct rw_error *err)
{
	struct rw_str opened;
	uint8_t digest[32];

	if (!rw_entry_commitment(v, digest))
		return true;
	if (!rw_entry_open(l, a, index, v, &opened, err))
		return false;
	if (opened.p == NULL || !rw_str_eq(opened, value))
		return true;
	(*n)++;
	return rw_store_side_erase(l, index, digest, now, err);
}

static bool
erase_entry(struct rw_log *l, uint64_t index, struct rw_str value, rw_time now, uint64_t *n,
    struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 16);
	struct rw_entry_source src = { l, a, index };
	struct rw_entry_walk w = rw_entry_walk_log(&src);
	const struct rw_json_value *const *items;
	struct rw_entry e;
	size_t n_items;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_entry_load(l, a, index, &e, err))
		return false;
	for (const struct rw_json_value *v = e.body->first; v != NULL; v = v->next) {
		if (!erase_one(l, a, index, v, value, now, n, err))
			return false;
	}
	if (e.kind != RW_ENTRY_PUSH)
		return true;
	if (!rw_entry_list(&w, rw_json_get(e.body, "signers"), RW_ITEM_COMMITMENT, &items, &n_items, err))
		return false;
	for (size_t i = 0; i < n_items; i++) {
		if (!erase_one(l, a, index, items[i], value, now, n, err))
			return false;
	}
	return true;
}

bool
rw_audit_erase(struct rw_log *l, rw_time now, struct rw_str value, uint64_t *ret_n, struct rw_error *err)
{
	static const enum rw_key_field fields[] = { RW_KEY_ACCOUNT, RW_KEY_SIGNER };

	*ret_n = 0;
	for (size_t i = 0; i < RW_ARRAY_LEN(fields); i++) {
		for (uint64_t at = 0; ; at++) {
			if (!rw_store_key_seek(l, fields[i], value, at, false, &at, err))
				return false;
			if (at == UINT64_MAX)
				break;
			if (!erase_entry(l, at, value, now, ret_n, err) ||
			    !rw_store_key_erase(l, fields[i], value, at, err))
				return rw_log_spoil(l);
		}
	}
	return true;
}
