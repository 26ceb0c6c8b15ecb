/* Applied refs in the order of the log: what fan-out lives on. */
#include "refwall/text.h"
#include "server/audit/opened.h"

/* The ref of a push entry, wherever its list stands. */
static bool
find_ref(struct rw_log *l, struct rw_arena *a, uint64_t index, const struct rw_entry *push,
    struct rw_str name, const struct rw_json_value **ret, struct rw_error *err)
{
	struct rw_entry_source src = { l, a, index };
	struct rw_entry_walk w = rw_entry_walk_log(&src);
	const struct rw_json_value *const *items;
	size_t n;

	*ret = NULL;
	if (!rw_entry_list(&w, rw_json_get(push->body, "refs"), RW_ITEM_REF, &items, &n, err))
		return false;
	for (size_t i = 0; i < n && *ret == NULL; i++) {
		if (rw_str_eq(rw_json_get_str(a, items[i], "name"), name))
			*ret = items[i];
	}
	return true;
}

static bool
from_push(struct rw_log *l, struct rw_arena *tmp, struct rw_arena *a, struct rw_audit_applied *x,
    struct rw_error *err)
{
	const struct rw_json_value *ref;
	struct rw_store_side side;
	struct rw_str account;
	struct rw_entry push;
	uint8_t digest[32];

	if (!rw_entry_load(l, tmp, x->push, &push, err))
		return false;
	if (push.kind != RW_ENTRY_PUSH)
		return rw_fail(err, RW_E_CORRUPT, "entry %llu: applied by entry %llu, which is no push",
		    (unsigned long long)x->index, (unsigned long long)x->push);
	if (!rw_entry_open(l, tmp, x->push, rw_json_get(push.body, "account"), &account, err) ||
	    !find_ref(l, tmp, x->push, &push, x->ref, &ref, err))
		return false;
	x->account = rw_arena_str(a, account);
	if (!rw_entry_digest(rw_json_get(ref, "notice"), digest))
		return true;
	if (!rw_store_side_get(l, tmp, x->push, digest, &side, err))
		return false;
	if (!side.erased)
		x->notice = rw_arena_str(a, side.content);
	return true;
}

static bool
load(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_audit_applied *x, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *tmp = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 32);
	const struct rw_json_value *repo;
	struct rw_entry e;

	if (tmp == NULL)
		return rw_fail_nomem(err);
	if (!rw_entry_load(l, tmp, index, &e, err))
		return false;
	if (e.kind != RW_ENTRY_APPLIED)
		return rw_fail(err, RW_E_CORRUPT, "entry %llu: indexed as applied, but is not", (unsigned long long)index);
	repo = rw_json_get(e.body, "repo");
	x->index = index;
	x->push = (uint64_t)rw_json_get_int(e.body, "push", 0);
	x->time = e.time;
	x->repo_id = rw_arena_str(a, rw_json_get_str(tmp, repo, "id"));
	x->repo_name = rw_arena_str(a, rw_json_get_str(tmp, repo, "name"));
	x->ref = rw_arena_str(a, rw_json_get_str(tmp, e.body, "ref"));
	x->old_id = rw_arena_str(a, rw_json_get_str(tmp, e.body, "old"));
	x->new_id = rw_arena_str(a, rw_json_get_str(tmp, e.body, "new"));
	return from_push(l, tmp, a, x, err) && rw_arena_ok(a, "applied entries", err);
}

static bool
collect(struct rw_log *l, struct rw_arena *a, uint64_t from, size_t limit, struct rw_audit_applied **ret,
    size_t *ret_n, uint64_t *ret_next, struct rw_error *err)
{
	struct rw_audit_applied *items = NULL, *x;
	size_t cap = 0;
	uint64_t size, at = from;

	if (!rw_store_entry_size(l, &size, err))
		return false;
	while (*ret_n < limit) {
		uint64_t hit;

		if (!rw_store_key_seek(l, RW_KEY_KIND, RW_STR_LIT("applied"), at, false, &hit, err))
			return false;
		if (hit == UINT64_MAX) {
			at = size > at ? size : at;
			break;
		}
		x = rw_arena_push(a, &items, ret_n, &cap);
		if (x == NULL)
			return rw_arena_ok(a, "applied entries", err);
		if (!load(l, a, hit, x, err))
			return false;
		at = hit + 1;
	}
	*ret = items;
	*ret_next = at;
	return true;
}

bool
rw_audit_applied_from(struct rw_log *l, struct rw_arena *a, uint64_t from, size_t limit,
    const struct rw_audit_applied **ret, size_t *ret_n, uint64_t *ret_next, struct rw_error *err)
{
	struct rw_audit_applied *items = NULL;
	bool began, ok;

	*ret = NULL;
	*ret_n = 0;
	*ret_next = from;
	if (!rw_log_snapshot(l, &began, err))
		return false;
	ok = collect(l, a, from, limit, &items, ret_n, ret_next, err);
	if (began)
		rw_log_snapshot_end(l);
	*ret = items;
	return ok;
}
