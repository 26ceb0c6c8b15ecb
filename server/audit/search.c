#include "server/audit/search.h"

static bool
seek_key(struct rw_search *s, const struct rw_stream *st, uint64_t at, uint64_t *ret, struct rw_error *err)
{
	*ret = RW_SEARCH_NONE;
	for (size_t i = 0; i < st->n; i++) {
		uint64_t r;

		s->probes++;
		if (!rw_store_key_seek(s->l, st->field, st->value[i], at, s->descending, &r, err))
			return false;
		if (r != RW_SEARCH_NONE && (*ret == RW_SEARCH_NONE || (s->descending ? r > *ret : r < *ret)))
			*ret = r;
	}
	return true;
}

/* May the subtree hold an entry of that time? Of level 0 the answer is exact. */
static bool
may_hold(struct rw_search *s, unsigned level, uint64_t index, bool *ret, struct rw_error *err)
{
	struct rw_store_node n;

	s->probes++;
	if (level == 0) {
		uint8_t leaf[32];

		if (!rw_store_entry_head(s->l, index, &n.tmin, leaf, err))
			return false;
		n.tmax = n.tmin;
	} else if (!rw_store_node_get(s->l, level, index, &n, err)) {
		return false;
	}
	*ret = (s->since == RW_TIME_NONE || n.tmax >= s->since) && (s->until == RW_TIME_NONE || n.tmin < s->until);
	return true;
}

/*
 * Clocks are set, so time does not rise with the index and there is no order to search in. But each node of
 * the tree knows the earliest and latest time below it: skip the largest subtree that begins here and holds
 * none, else look into a smaller one.
 */
static bool
seek_up(struct rw_search *s, uint64_t at, uint64_t *ret, struct rw_error *err)
{
	unsigned level = 0;

	*ret = RW_SEARCH_NONE;
	while (at < s->size) {
		bool may;

		if (!may_hold(s, level, at >> level, &may, err))
			return false;
		if (may && level == 0) {
			*ret = at;
			return true;
		}
		if (may) {
			level--;
			continue;
		}
		at += 1ULL << level;
		/* As far up as the subtree still begins here and is complete. */
		while (level < 62 && (at & ((2ULL << level) - 1)) == 0 && at + (2ULL << level) <= s->size)
			level++;
		while (level > 0 && at + (1ULL << level) > s->size)
			level--;
	}
	return true;
}

/* The same with subtrees that end at `end`, exclusive. */
static bool
seek_down(struct rw_search *s, uint64_t at, uint64_t *ret, struct rw_error *err)
{
	uint64_t end = at + 1;
	unsigned level = 0;

	*ret = RW_SEARCH_NONE;
	while (end > 0) {
		bool may;

		if (!may_hold(s, level, (end >> level) - 1, &may, err))
			return false;
		if (may && level == 0) {
			*ret = end - 1;
			return true;
		}
		if (may) {
			level--;
			continue;
		}
		end -= 1ULL << level;
		while (level < 62 && end > 0 && (end & ((2ULL << level) - 1)) == 0)
			level++;
	}
	return true;
}

bool
rw_stream_seek(struct rw_search *s, const struct rw_stream *st, uint64_t at, uint64_t *ret,
    struct rw_error *err)
{
	if (!st->by_time)
		return seek_key(s, st, at, ret, err);
	return s->descending ? seek_down(s, at, ret, err) : seek_up(s, at, ret, err);
}
