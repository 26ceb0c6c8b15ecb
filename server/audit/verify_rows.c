/*
 * Rows beside the entries, as sets: each entry adds a number for every row that it calls for, each row that
 * is there takes its number away. What is left over belongs to an entry whose rows are not those it should
 * have. Two passes in order instead of a search for each of millions of rows.
 */
#include "refwall/hash.h"
#include "server/audit/verify.h"

bool
rw_verify_rows_init(struct rw_verify *v, struct rw_error *err)
{
	size_t n = (size_t)v->size + 1;

	v->keys = calloc(n, sizeof(*v->keys));
	v->sides = calloc(n, sizeof(*v->sides));
	v->seen = calloc(n, sizeof(*v->seen));
	if (v->keys == NULL || v->sides == NULL || v->seen == NULL)
		return rw_fail_nomem(err);
	return rw_random(v->secret, sizeof(v->secret), err);
}

void
rw_verify_rows_free(struct rw_verify *v)
{
	rw_freep(&v->keys);
	rw_freep(&v->sides);
	rw_freep(&v->seen);
}

uint64_t
rw_verify_row(const struct rw_verify *v, uint64_t tag, struct rw_str a, struct rw_str b)
{
	char head[16];
	uint64_t n = a.n, ret;
	uint8_t digest[32];
	struct rw_str parts[4] = { { (const char *)v->secret, sizeof(v->secret) }, { head, sizeof(head) }, a, b };

	memcpy(head, &tag, sizeof(tag));
	memcpy(head + sizeof(tag), &n, sizeof(n));
	rw_hash(RW_SHA256, parts, 4, digest);
	memcpy(&ret, digest, sizeof(ret));
	return ret;
}

static bool
key_row(void *ctx, enum rw_key_field f, struct rw_str value, uint64_t index)
{
	struct rw_verify *v = ctx;

	if (index < v->size)
		v->keys[index] -= rw_verify_row(v, (uint64_t)f, value, RW_STR_LIT(""));
	else
		rw_verify_problem(v, index, "an index row for an entry that is not there");
	return true;
}

static bool
side_row(void *ctx, const struct rw_store_side *s)
{
	struct rw_verify *v = ctx;

	if (s->index < v->size)
		v->sides[s->index] -= rw_verify_row(v, (uint64_t)s->kind, (struct rw_str){ (const char *)s->digest, 32 },
		    RW_STR_LIT(""));
	else
		rw_verify_problem(v, s->index, "a side record for an entry that is not there");
	return true;
}

static bool
seen_row(void *ctx, struct rw_str repo, struct rw_str object, rw_time time, uint64_t index)
{
	struct rw_verify *v = ctx;

	if (index < v->size)
		v->seen[index] -= rw_verify_row(v, (uint64_t)time, repo, object);
	else
		rw_verify_problem(v, index, "a first-seen commit of an entry that is not there");
	return true;
}

bool
rw_verify_rows_finish(struct rw_verify *v, struct rw_error *err)
{
	if (!rw_store_key_each(v->l, key_row, v, err) || !rw_store_side_each(v->l, side_row, v, err) ||
	    !rw_store_seen_each(v->l, seen_row, v, err))
		return false;
	for (uint64_t i = 0; i < v->size; i++) {
		if (v->keys[i] != 0)
			rw_verify_problem(v, i, "index rows are not those that the entry calls for");
		if (v->sides[i] != 0)
			rw_verify_problem(v, i, "side records are not those that the entry names");
		if (v->seen[i] != 0)
			rw_verify_problem(v, i, "first-seen commits are not those that the entry calls for");
	}
	return true;
}
