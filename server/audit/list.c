/*
 * Finding entries. Each filter is a stream of rising indexes that can be asked for the next one at or above a
 * given index, in one probe; the streams are zipped, the rarest in front, so that the work follows the rarest
 * filter and not the size of the log.
 */
#include "refwall/text.h"
#include "server/audit/search.h"

#define COUNT_UP_TO 1000		/* rarer than that is rare enough to tell apart */
#define COMMITS_MAX 32			/* that one abbreviated id may mean */

bool
rw_audit_size(struct rw_log *l, uint64_t *ret, struct rw_error *err)
{
	return rw_store_entry_size(l, ret, err);
}

static bool
to_entry(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_audit_entry *ret,
    struct rw_error *err)
{
	struct rw_store_entry e;

	if (!rw_store_entry_get(l, a, index, &e, err))
		return false;
	ret->index = e.index;
	ret->kind = rw_entry_kind_parse(e.kind);
	ret->time = e.time;
	ret->body = e.body;
	memcpy(ret->leaf, e.leaf, 32);
	return true;
}

bool
rw_audit_get(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_audit_entry *ret,
    struct rw_error *err)
{
	return to_entry(l, a, index, ret, err);
}

static bool
add_key(struct rw_search *s, struct rw_arena *a, enum rw_key_field f, struct rw_str value,
    struct rw_error *err)
{
	struct rw_stream *st = &s->stream[s->n];
	struct rw_str *one;

	if (value.n == 0)
		return true;
	one = rw_arena_array(a, 1, sizeof(*one));
	if (one == NULL)
		return rw_arena_ok(a, "filter", err);
	*one = value;
	*st = (struct rw_stream){ .field = f, .value = one, .n = 1 };
	s->n++;
	return rw_store_key_count(s->l, f, value, COUNT_UP_TO, &st->rows, err);
}

static bool
add_commit(struct rw_search *s, struct rw_arena *a, struct rw_str prefix, struct rw_error *err)
{
	struct rw_stream *st = &s->stream[s->n];

	if (prefix.n == 0)
		return true;
	*st = (struct rw_stream){ .field = RW_KEY_COMMIT };
	s->n++;
	if (!rw_store_key_values(s->l, a, RW_KEY_COMMIT, prefix, COMMITS_MAX + 1, &st->value, &st->n, err))
		return false;
	if (st->n > COMMITS_MAX)
		return rw_fail(err, RW_E_USAGE, "commit %s: more than %d commits begin like that", RW_SHOW(prefix),
		    COMMITS_MAX);
	for (size_t i = 0; i < st->n; i++) {
		uint64_t rows;

		if (!rw_store_key_count(s->l, RW_KEY_COMMIT, st->value[i], COUNT_UP_TO, &rows, err))
			return false;
		st->rows += rows;
	}
	return true;
}

static int
rarest_first(const void *a, const void *b)
{
	const struct rw_stream *x = a, *y = b;

	return x->rows < y->rows ? -1 : x->rows > y->rows;
}

static bool
prepare(struct rw_search *s, struct rw_arena *a, const struct rw_audit_filter *f, struct rw_error *err)
{
	struct rw_str kind = f->kind == RW_ENTRY_NONE ? RW_STR_LIT("") : rw_str(rw_entry_kind_name(f->kind));

	if (!add_key(s, a, RW_KEY_KIND, kind, err) || !add_key(s, a, RW_KEY_REPO, f->repo, err) ||
	    !add_key(s, a, RW_KEY_REF, f->ref, err) || !add_key(s, a, RW_KEY_ACCOUNT, f->account, err) ||
	    !add_key(s, a, RW_KEY_SIGNER, f->signer, err) || !add_key(s, a, RW_KEY_VERDICT, f->verdict, err) ||
	    !add_key(s, a, RW_KEY_RULE, f->rule, err) || !add_key(s, a, RW_KEY_PATH, f->path, err) ||
	    !add_commit(s, a, f->commit, err))
		return false;
	qsort(s->stream, s->n, sizeof(s->stream[0]), rarest_first);
	/* Last: a time range is dense where it holds at all. */
	if (f->since != RW_TIME_NONE || f->until != RW_TIME_NONE)
		s->stream[s->n++] = (struct rw_stream){ .by_time = true };
	return true;
}

/*
 * Nearest entry at or beyond `at` that all streams have; RW_SEARCH_NONE when there is none, or the probes are
 * used up.
 */
static bool
zip(struct rw_search *s, uint64_t at, uint64_t *ret, struct rw_error *err)
{
	size_t agreed = 0;

	*ret = at;
	for (size_t i = 0; agreed < s->n; i = (i + 1) % s->n) {
		uint64_t r;

		if (s->probes_max > 0 && s->probes >= s->probes_max) {
			s->stopped = true;
			s->stopped_at = *ret;
			*ret = RW_SEARCH_NONE;
			return true;
		}
		if (!rw_stream_seek(s, &s->stream[i], *ret, &r, err))
			return false;
		if (r == RW_SEARCH_NONE || r < s->low || r >= s->high) {
			*ret = RW_SEARCH_NONE;
			return true;
		}
		agreed = r == *ret ? agreed + 1 : 1;
		*ret = r;
	}
	if (*ret < s->low || *ret >= s->high)
		*ret = RW_SEARCH_NONE;
	return true;
}

static bool
collect(struct rw_search *s, struct rw_arena *a, const struct rw_audit_filter *f,
    const struct rw_audit_entry **ret, size_t *ret_n, bool *ret_more, struct rw_error *err)
{
	struct rw_audit_entry *items = rw_arena_array(a, f->limit, sizeof(*items));
	uint64_t at = f->descending ? s->high - 1 : s->low, hit = RW_SEARCH_NONE;
	size_t n = 0;

	if (items == NULL)
		return rw_arena_ok(a, "page", err);
	*ret = items;
	while (at >= s->low && at < s->high) {
		if (!zip(s, at, &hit, err))
			return false;
		if (hit == RW_SEARCH_NONE)
			break;
		if (n == f->limit) {
			*ret_more = true;
			break;
		}
		if (!to_entry(s->l, a, hit, &items[n], err))
			return false;
		n++;
		if (f->descending && hit == 0)
			break;
		at = f->descending ? hit - 1 : hit + 1;
	}
	*ret_n = n;
	*ret_more = *ret_more || s->stopped;
	if (f->ret_next != NULL && *ret_more) {
		uint64_t last = s->stopped ? s->stopped_at : hit;

		*f->ret_next = f->descending ? last + 1 : last;
	}
	return true;
}

bool
rw_audit_list(struct rw_log *l, struct rw_arena *a, const struct rw_audit_filter *f,
    const struct rw_audit_entry **ret, size_t *ret_n, bool *ret_more, struct rw_error *err)
{
	struct rw_search s = { .l = l, .since = f->since, .until = f->until, .descending = f->descending };
	bool began, ok;

	*ret = NULL;
	*ret_n = 0;
	*ret_more = false;
	if (f->limit < 1 || f->limit > RW_LIMIT_PAGE)
		return rw_fail(err, RW_E_USAGE, "limit: wanted 1 to %d", RW_LIMIT_PAGE);
	if (!rw_log_snapshot(l, &began, err))
		return false;
	ok = rw_store_entry_size(l, &s.size, err);
	s.low = f->after;
	s.high = f->before < s.size ? f->before : s.size;
	s.probes_max = f->ret_next == NULL ? 0 : RW_LIMIT_AUDIT_PROBES;
	if (ok && s.low < s.high)
		ok = prepare(&s, a, f, err) && collect(&s, a, f, ret, ret_n, ret_more, err);
	if (began)
		rw_log_snapshot_end(l);
	return ok;
}
