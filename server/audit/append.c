/* Entry, side records, tree nodes and index rows, in one transaction. */
#include "refwall/hash.h"
#include "server/audit/append.h"

/* 9999-12-31T23:59:59.999Z: the last time that RFC 3339 can say. */
#define TIME_MAX 253402300799999LL

static bool
source_node(void *ctx, unsigned level, uint64_t index, uint8_t ret[32], struct rw_error *err)
{
	struct rw_log *l = ctx;
	struct rw_store_node n;
	rw_time t;

	if (level == 0)
		return rw_store_entry_head(l, index, &t, ret, err);
	if (!rw_store_node_get(l, level, index, &n, err))
		return false;
	memcpy(ret, n.hash, 32);
	return true;
}

struct rw_merkle_source
rw_log_source(struct rw_log *l)
{
	return (struct rw_merkle_source){ l, source_node };
}

/* An entry at an odd place completes a subtree, and that one may complete a larger one. */
static bool
add_nodes(struct rw_log *l, uint64_t index, rw_time time, const uint8_t leaf[32], struct rw_error *err)
{
	struct rw_store_node n = { .level = 0, .index = index, .tmin = time, .tmax = time };

	memcpy(n.hash, leaf, 32);
	while ((n.index & 1) != 0) {
		struct rw_store_node left = { .level = 0 };

		if (n.level == 0) {
			if (!rw_store_entry_head(l, n.index - 1, &left.tmin, left.hash, err))
				return false;
			left.tmax = left.tmin;
		} else if (!rw_store_node_get(l, n.level, n.index - 1, &left, err)) {
			return false;
		}
		rw_merkle_node(left.hash, n.hash, n.hash);
		n.tmin = left.tmin < n.tmin ? left.tmin : n.tmin;
		n.tmax = left.tmax > n.tmax ? left.tmax : n.tmax;
		n.level++;
		n.index >>= 1;
		if (!rw_store_node_add(l, &n, err))
			return false;
	}
	return true;
}

struct indexing {
	struct rw_log *l;
	const struct rw_draft *d;
	uint64_t index;
};

static bool
draft_side(void *ctx, const uint8_t digest[32], enum rw_side_kind kind, struct rw_str *ret, bool *ret_erased,
    struct rw_error *err)
{
	const struct indexing *x = ctx;

	*ret_erased = false;
	for (size_t i = 0; i < x->d->n; i++) {
		if (x->d->side[i].kind == kind && memcmp(x->d->side[i].digest, digest, 32) == 0) {
			*ret = x->d->side[i].content;
			return true;
		}
	}
	return rw_fail(err, RW_E_INTERNAL, "log: an entry names a side record that it does not bring");
}

static bool
index_key(void *ctx, enum rw_key_field f, struct rw_str value, struct rw_error *err)
{
	const struct indexing *x = ctx;

	return rw_store_key_add(x->l, f, value, x->index, err);
}

static bool
append(struct rw_log *l, const struct rw_draft *d, uint64_t index, rw_time now, struct rw_str body,
    struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_SIDE_BYTES * 128u);
	struct indexing x = { l, d, index };
	struct rw_entry_walk w = { a, &x, draft_side, index_key };
	struct rw_entry parsed;
	struct rw_store_entry e = { .index = index, .time = now, .body = body };

	if (a == NULL)
		return rw_fail_nomem(err);
	/* What verification would refuse is never written. */
	if (!rw_entry_parse(a, body, &parsed, err))
		return false;
	if (parsed.time != now)
		return rw_fail(err, RW_E_INTERNAL, "log: entry and its time differ");
	e.kind = rw_str(rw_entry_kind_name(parsed.kind));
	rw_merkle_leaf(body, e.leaf);
	if (!rw_store_entry_add(l, &e, err) || !add_nodes(l, index, now, e.leaf, err))
		return rw_log_spoil(l);
	for (size_t i = 0; i < d->n; i++) {
		struct rw_store_side s = d->side[i];

		s.index = index;
		if (!rw_store_side_add(l, &s, err))
			return rw_log_spoil(l);
	}
	return rw_entry_walk(&w, &parsed, err) || rw_log_spoil(l);
}

static bool
append_clock(struct rw_log *l, uint64_t index, rw_time previous, rw_time now, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	struct rw_json j = rw_json_init(&b, true);
	const struct rw_draft none = { NULL, NULL, 0, 0 };

	rw_json_object(&j);
	rw_json_key(&j, "kind");
	rw_json_strz(&j, "clock");
	rw_json_key(&j, "previous");
	rw_json_time(&j, previous);
	rw_json_key(&j, "time");
	rw_json_time(&j, now);
	rw_put_v(&j);
	rw_json_end(&j);
	return rw_json_ok(&j, "clock entry", err) && append(l, &none, index, now, rw_buf_str(&b), err);
}

bool
rw_append(struct rw_log *l, const struct rw_draft *d, rw_time now, struct rw_str body, uint64_t *ret_index,
    struct rw_error *err)
{
	uint64_t index;

	if (now < 0 || now > TIME_MAX)
		return rw_fail(err, RW_E_USAGE, "log: the time is beyond the years 1970 to 9999");
	if (!rw_store_entry_size(l, &index, err))
		return false;
	if (index > 0) {
		uint8_t leaf[32];
		rw_time last;

		if (!rw_store_entry_head(l, index - 1, &last, leaf, err))
			return false;
		if (now < last - RW_CLOCK_STEP_MS && !append_clock(l, index++, last, now, err))
			return false;
	}
	*ret_index = index;
	return append(l, d, index, now, body, err);
}

bool
rw_audit_root(struct rw_log *l, uint64_t size, uint8_t ret[32], struct rw_error *err)
{
	struct rw_merkle_source s = rw_log_source(l);
	uint64_t have;

	if (!rw_store_entry_size(l, &have, err))
		return false;
	if (size > have)
		return rw_fail(err, RW_E_NOT_FOUND, "log: has %llu entries, not %llu", (unsigned long long)have,
		    (unsigned long long)size);
	return rw_merkle_root(&s, size, ret, err);
}
