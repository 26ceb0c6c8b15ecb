/* The parts of a body: side records, commitments, lists that may spill. */
#include "refwall/hash.h"
#include "server/audit/append.h"

bool
rw_draft_side(struct rw_draft *d, enum rw_side_kind kind, struct rw_str content, uint8_t ret[32],
    struct rw_error *err)
{
	struct rw_store_side *s;

	if (content.n > RW_LIMIT_SIDE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "log: a side record of %zu bytes, at most %u", content.n,
		    RW_LIMIT_SIDE_BYTES);
	rw_sha256(content, ret);
	for (size_t i = 0; i < d->n; i++) {
		if (d->side[i].kind == kind && memcmp(d->side[i].digest, ret, 32) == 0)
			return true;
	}
	s = rw_arena_push(d->a, &d->side, &d->n, &d->cap);
	if (s == NULL)
		return rw_arena_ok(d->a, "entry", err);
	s->kind = kind;
	memcpy(s->digest, ret, 32);
	s->content = rw_arena_str(d->a, content);
	return rw_arena_ok(d->a, "entry", err);
}

bool
rw_draft_opening(struct rw_draft *d, struct rw_str value, uint8_t ret[32], struct rw_error *err)
{
	char salt[RW_SALT_LEN];
	char *content = rw_arena_alloc(d->a, RW_SALT_LEN + value.n);

	if (content == NULL)
		return rw_arena_ok(d->a, "entry", err);
	if (!rw_random(salt, sizeof(salt), err))
		return false;
	memcpy(content, salt, RW_SALT_LEN);
	if (value.n > 0)
		memcpy(content + RW_SALT_LEN, value.p, value.n);
	return rw_draft_side(d, RW_SIDE_OPENING, (struct rw_str){ content, RW_SALT_LEN + value.n }, ret, err);
}

static bool
add_record(struct rw_draft *d, struct rw_list *list, size_t *cap, struct rw_buf *b, struct rw_json *j,
    struct rw_error *err)
{
	uint8_t (*slot)[32];

	rw_json_end(j);
	if (!rw_json_ok(j, "side record", err))
		return false;
	slot = rw_arena_push(d->a, &list->digest, &list->n_digests, cap);
	if (slot == NULL)
		return rw_arena_ok(d->a, "side record", err);
	return rw_draft_side(d, RW_SIDE_LIST, rw_buf_str(b), *slot, err);
}

/*
 * As many records as are needed: each is an array of at most RW_LIMIT_SIDE_BYTES, together they are the list.
 */
bool
rw_list_spill(struct rw_draft *d, struct rw_list *list, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES + RW_LIMIT_SIDE_BYTES);
	struct rw_json j = rw_json_init(&b, true);
	size_t cap = 0, here = 0;

	list->spilled = true;
	list->digest = NULL;
	list->n_digests = 0;
	rw_json_array(&j);
	for (size_t i = 0; i < list->n; i++) {
		size_t before = b.len;

		list->item(&j, list->ctx, i);
		if (here > 0 && b.len > RW_LIMIT_SIDE_BYTES - 1) {
			rw_buf_truncate(&b, before);
			if (!add_record(d, list, &cap, &b, &j, err))
				return false;
			rw_buf_clear(&b);
			j = rw_json_init(&b, true);
			rw_json_array(&j);
			list->item(&j, list->ctx, i);
			here = 0;
		}
		here++;
	}
	return add_record(d, list, &cap, &b, &j, err);
}

void
rw_list_put(struct rw_json *j, const struct rw_list *list)
{
	if (!list->spilled) {
		rw_json_array(j);
		for (size_t i = 0; i < list->n; i++)
			list->item(j, list->ctx, i);
		rw_json_end(j);
		return;
	}
	rw_json_object(j);
	rw_json_key(j, "count");
	rw_json_int(j, (int64_t)list->n);
	rw_json_key(j, "sha256");
	rw_json_array(j);
	for (size_t i = 0; i < list->n_digests; i++)
		rw_json_hex(j, list->digest[i], 32);
	rw_json_end(j);
	rw_json_end(j);
}

void
rw_put_commitment(struct rw_json *j, const uint8_t digest[32])
{
	rw_json_object(j);
	rw_json_key(j, "c");
	rw_json_hex(j, digest, 32);
	rw_json_end(j);
}

void
rw_put_repo(struct rw_json *j, struct rw_str id, struct rw_str name)
{
	rw_json_key(j, "repo");
	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_str(j, id);
	rw_json_key(j, "name");
	rw_json_str(j, name);
	rw_json_end(j);
}

void
rw_put_v(struct rw_json *j)
{
	rw_json_key(j, "v");
	rw_json_int(j, RW_ENTRY_VERSION);
}
