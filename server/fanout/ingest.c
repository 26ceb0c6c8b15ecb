#include <stdio.h>

#include "refwall/glob.h"
#include "refwall/hash.h"
#include "server/fanout/engine.h"

#define BATCH		256	/* entries in one transaction */
#define BATCHES		8	/* in one turn */
#define ARENA		(64u << 20)

static const char zero_id[] = "0000000000000000000000000000000000000000";

struct filter {
	const struct rw_subscription *s;
	const struct rw_glob *repo, *ref, *limit;	/* NULL: everything */
};

static bool
compile(struct rw_arena *a, struct rw_str pattern, const struct rw_glob **ret)
{
	struct rw_error ignored = RW_ERROR_INIT;

	*ret = NULL;
	if (pattern.n == 0)
		return true;
	*ret = rw_glob_compile(a, pattern, &ignored);
	return *ret != NULL;
}

/*
 * All subscriptions that may get something, with their patterns. A pattern that is malformed matches
 * nothing.
 */
static bool
load(struct rw_fanout *f, struct rw_arena *a, struct filter **ret, size_t *ret_n, struct rw_error *err)
{
	struct filter *items = NULL;
	size_t n = 0, cap = 0, got;
	int64_t after = 0;

	do {
		const struct rw_subscription *s;

		if (!rw_subscription_list(f->serve, a, after, RW_LIMIT_PAGE, &s, &got, err))
			return false;
		for (size_t i = 0; i < got; i++) {
			struct filter one = { .s = &s[i] }, *to;

			after = s[i].id;
			if (s[i].state == RW_SUB_GONE || !compile(a, s[i].repo_glob, &one.repo) ||
			    !compile(a, s[i].ref_glob, &one.ref) || !compile(a, s[i].owner_repos, &one.limit))
				continue;
			to = rw_arena_push(a, &items, &n, &cap);
			if (to != NULL)
				*to = one;
		}
	} while (got == RW_LIMIT_PAGE);
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "subscriptions", err);
}

static bool
matches(const struct filter *s, const struct rw_audit_applied *e)
{
	return e->index >= s->s->start && (s->repo == NULL || rw_glob_match(s->repo, e->repo_name, NULL)) &&
	    (s->limit == NULL || rw_glob_match(s->limit, e->repo_name, NULL)) &&
	    (s->ref == NULL || rw_glob_match(s->ref, e->ref, NULL));
}

static bool
put(struct rw_fanout *f, const struct filter *s, const struct rw_audit_applied *e, struct rw_error *err)
{
	struct rw_delivery d = {
		.subscription = s->s->id, .repo_id = e->repo_id, .repo_name = e->repo_name, .ref = e->ref,
		.entry = e->index, .before = e->old_id, .after = e->new_id, .state = RW_DELIVERY_WAITING,
	};

	return rw_uuid(d.uuid, err) && rw_delivery_put(f->serve, &d, f->o.now(), err);
}

/*
 * The next applied entries. Fewer when many big notices do not fit the arena; one that cannot be read at
 * all (what belongs to it is missing, a thing for refwall audit verify) is passed over, since it would
 * hold up all that came later.
 */
static bool
read_log(struct rw_fanout *f, struct rw_arena *a, size_t limit, const struct rw_audit_applied **ret,
    size_t *ret_n, uint64_t *ret_next, struct rw_error *err)
{
	char text[256];

	if (rw_audit_applied_from(f->log, a, f->cursor, limit, ret, ret_n, ret_next, err))
		return true;
	if (err->code != RW_E_LIMIT && err->code != RW_E_CORRUPT && err->code != RW_E_PARSE)
		return false;
	if (limit > 1)
		return false;
	if (f->o.event != NULL) {
		(void)snprintf(text, sizeof(text), "event=fanout-skip entry=%llu problem=\"%.180s\"",
		    (unsigned long long)f->cursor, err->msg);
		f->o.event(f->o.ctx, text);
	}
	err->code = RW_E_NONE;
	err->msg[0] = '\0';
	*ret_n = 0;
	*ret_next = f->cursor + 1;
	return true;
}

/*
 * Entries below `size`, which was the log's before the subscriptions were read: a subscription that came after
 * that is not among them, and what came after it is left to the next look.
 */
static bool
batch(struct rw_fanout *f, const struct filter *s, size_t n_s, uint64_t size, size_t limit, bool *ret_more,
    struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(ARENA);
	const struct rw_audit_applied *e;
	uint64_t next;
	size_t n;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!read_log(f, a, limit, &e, &n, &next, err) || !rw_serve_begin(f->serve, err))
		return false;
	if (next > size)
		next = size;
	for (size_t i = 0; i < n && e[i].index < size; i++) {
		/*
		 * a deletion is not announced: readers would take the zeros for a revision (Rancher Fleet
		 * stores them)
		 */
		if (rw_str_eqz(e[i].new_id, zero_id))
			continue;
		for (size_t k = 0; k < n_s; k++) {
			if (matches(&s[k], &e[i]) && !put(f, &s[k], &e[i], err))
				goto undo;
		}
	}
	if (!rw_delivery_set_cursor(f->serve, next, err) || !rw_serve_commit(f->serve, err))
		goto undo;
	*ret_more = next > f->cursor;
	f->cursor = next;
	if (n > 0)
		f->due_known = false;
	return true;
undo:
	rw_serve_rollback(f->serve);
	return false;
}

bool
rw_engine_ingest(struct rw_fanout *f, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = NULL;
	struct filter *s = NULL;
	uint64_t size;
	size_t n_s = 0, limit = BATCH;
	bool more = true;

	if (!f->have_cursor) {
		if (!rw_delivery_cursor(f->serve, &f->cursor, err))
			return false;
		f->have_cursor = true;
	}
	if (!rw_audit_size(f->log, &size, err))
		return false;
	if (f->cursor == size)
		return true;
	if (f->cursor > size) {
		/*
		 * the log is an older copy than the cursor knew: go on from its end rather than wait for
		 * ever
		 */
		if (f->o.event != NULL)
			f->o.event(f->o.ctx, "event=fanout-cursor problem=\"the log is shorter than the cursor; was it restored?\"");
		f->cursor = size;
		return rw_delivery_set_cursor(f->serve, size, err);
	}
	a = rw_arena_new(ARENA);
	if (a == NULL)
		return rw_fail_nomem(err);
	if (!load(f, a, &s, &n_s, err))
		return false;
	for (int i = 0; i < BATCHES && more && f->cursor < size; i++) {
		struct rw_error why = RW_ERROR_INIT;

		if (batch(f, s, n_s, size, limit, &more, &why))
			continue;
		if ((why.code != RW_E_LIMIT && why.code != RW_E_CORRUPT && why.code != RW_E_PARSE) ||
		    limit == 1) {
			*err = why;
			return false;
		}
		limit = 1;
	}
	return true;
}
