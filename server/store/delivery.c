/*
 * Deliveries. A row is a queue of length one: what is newest for one subscription and one ref. Its life:
 *
 *	put -> WAITING -> take -> SENDING -> finish -> DONE, DEAD or (retry) WAITING
 *
 * A put meets the row in any of these: WAITING and DEAD take the newer entry and start over; DONE begins
 * again from what was told; SENDING takes the newer entry too, and its finish then leads back to WAITING,
 * from what this attempt told or from where it began.
 */
#include "server/store/serve_private.h"

#define COLUMNS "id, subscription, repo_id, repo_name, ref, entry, before, after, uuid, state, attempts, next_at," \
    " last_status, last_error"
#define ACTIVE " AND (SELECT state FROM subscription WHERE id = delivery.subscription) = 0"

_Static_assert(RW_DELIVERY_WAITING == 0 && RW_DELIVERY_SENDING == 1 && RW_DELIVERY_DONE == 2 &&
    RW_DELIVERY_DEAD == 3 && RW_SUB_ACTIVE == 0, "these numbers stand in statements and in files");

const char *
rw_delivery_state_name(enum rw_delivery_state st)
{
	static const char *const names[] = { "waiting", "sending", "done", "dead" };

	return (unsigned)st < RW_ARRAY_LEN(names) ? names[st] : "unknown";
}

bool
rw_delivery_cursor(struct rw_serve *s, uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT next FROM cursor WHERE one = 1", err);

	return q != NULL && rw_db_u64(&s->db, q, ret, err);
}

bool
rw_delivery_set_cursor(struct rw_serve *s, uint64_t next, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "UPDATE cursor SET next = ?1 WHERE one = 1", err);

	if (q == NULL)
		return false;
	rw_db_bind_u64(q, 1, next);
	return rw_db_run(&s->db, q, err);
}

bool
rw_delivery_put(struct rw_serve *s, const struct rw_delivery *d, rw_time now, struct rw_error *err)
{
	/*
	 * An entry that the row has already, or that is older, changes nothing: the cursor may be read twice
	 * after a crash.
	 */
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "INSERT INTO delivery(subscription, repo_id, repo_name, ref, entry, before, after, uuid, state, attempts, next_at,"
	    " last_status, last_error) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9, 0, x'')"
	    " ON CONFLICT(subscription, repo_id, ref) DO UPDATE SET"
	    " before = CASE state WHEN 2 THEN after ELSE before END,"
	    " entry = excluded.entry, after = excluded.after, uuid = excluded.uuid, repo_name = excluded.repo_name,"
	    " again = (state = 1), state = CASE state WHEN 1 THEN 1 ELSE 0 END,"
	    " attempts = CASE state WHEN 1 THEN attempts ELSE 0 END, next_at = excluded.next_at"
	    " WHERE excluded.entry > entry", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, d->subscription);
	rw_db_bind_str(q, 2, d->repo_id);
	rw_db_bind_str(q, 3, d->repo_name);
	rw_db_bind_str(q, 4, d->ref);
	rw_db_bind_u64(q, 5, d->entry);
	rw_db_bind_str(q, 6, d->before);
	rw_db_bind_str(q, 7, d->after);
	(void)sqlite3_bind_text(q, 8, d->uuid, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(q, 9, now);
	return rw_db_run(&s->db, q, err);
}

static struct rw_delivery
read_delivery(struct rw_arena *a, sqlite3_stmt *q)
{
	struct rw_str uuid = rw_db_column(q, 8);
	struct rw_delivery d = {
		.id = sqlite3_column_int64(q, 0),
		.subscription = sqlite3_column_int64(q, 1),
		.repo_id = rw_db_column_copy(a, q, 2),
		.repo_name = rw_db_column_copy(a, q, 3),
		.ref = rw_db_column_copy(a, q, 4),
		.entry = (uint64_t)sqlite3_column_int64(q, 5),
		.before = rw_db_column_copy(a, q, 6),
		.after = rw_db_column_copy(a, q, 7),
		.state = (enum rw_delivery_state)sqlite3_column_int(q, 9),
		.attempts = (unsigned)sqlite3_column_int64(q, 10),
		.next_at = sqlite3_column_int64(q, 11),
		.last_status = sqlite3_column_int(q, 12),
		.last_error = rw_db_column_copy(a, q, 13),
	};

	memcpy(d.uuid, uuid.p, uuid.n < sizeof(d.uuid) ? uuid.n : sizeof(d.uuid) - 1);
	return d;
}

static bool
read_all(struct rw_serve *s, struct rw_arena *a, sqlite3_stmt *q, struct rw_delivery **ret, size_t *ret_n,
    struct rw_error *err)
{
	struct rw_delivery *items = NULL, *slot;
	size_t n = 0, cap = 0;

	for (;;) {
		bool row;

		if (!rw_db_row(&s->db, q, &row, err))
			return false;
		if (!row || (slot = rw_arena_push(a, &items, &n, &cap)) == NULL)
			break;
		*slot = read_delivery(a, q);
	}
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "deliveries", err);
}

static bool
mark_sending(struct rw_serve *s, struct rw_delivery *d, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "UPDATE delivery SET state = 1, again = 0, attempts = attempts + 1, sending = after WHERE id = ?1", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, d->id);
	d->state = RW_DELIVERY_SENDING;
	d->attempts++;
	return rw_db_run(&s->db, q, err);
}

static bool
take(struct rw_serve *s, struct rw_arena *a, rw_time now, size_t limit, const struct rw_delivery **ret,
    size_t *ret_n, struct rw_error *err)
{
	struct rw_delivery *items;

	{
		rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT " COLUMNS " FROM delivery"
		    " WHERE state = 0 AND next_at <= ?1" ACTIVE " ORDER BY next_at, id LIMIT ?2", err);

		if (q == NULL)
			return false;
		(void)sqlite3_bind_int64(q, 1, now);
		rw_db_bind_u64(q, 2, limit);
		if (!read_all(s, a, q, &items, ret_n, err))
			return false;
	}
	for (size_t i = 0; i < *ret_n; i++) {
		if (!mark_sending(s, &items[i], err))
			return false;
	}
	*ret = items;
	return true;
}

bool
rw_delivery_take(struct rw_serve *s, struct rw_arena *a, rw_time now, size_t limit,
    const struct rw_delivery **ret, size_t *ret_n, struct rw_error *err)
{
	bool began;

	*ret = NULL;
	*ret_n = 0;
	return rw_serve_own(s, &began, err) &&
	    rw_serve_done(s, began, take(s, a, now, limit, ret, ret_n, err), err);
}

bool
rw_delivery_next(struct rw_serve *s, rw_time *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "SELECT next_at FROM delivery WHERE state = 0" ACTIVE " ORDER BY next_at LIMIT 1", err);
	bool row;

	*ret = RW_TIME_NONE;
	if (q == NULL || !rw_db_row(&s->db, q, &row, err))
		return false;
	if (row)
		*ret = sqlite3_column_int64(q, 0);
	return true;
}

static bool
missing(struct rw_error *err, int64_t id)
{
	return rw_fail(err, RW_E_NOT_FOUND, "delivery %lld: not known", (long long)id);
}

bool
rw_delivery_finish(struct rw_serve *s, int64_t id, uint64_t entry, enum rw_delivery_state st,
    rw_time next_at, int status, struct rw_str error, struct rw_error *err)
{
	/*
	 * Overtaken: what was told, if it was, is where the next notice begins. After a failure the endpoint
	 * gets the pause that the caller asked for; the newer entry is no reason to hurry it.
	 */
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "UPDATE delivery SET"
	    " before = CASE WHEN entry <> ?2 AND ?3 = 2 THEN sending ELSE before END,"
	    " attempts = CASE WHEN again OR entry <> ?2 THEN 0 ELSE attempts END,"
	    " next_at = CASE WHEN ?3 = 0 THEN ?4 ELSE next_at END,"
	    " state = CASE WHEN again OR entry <> ?2 THEN 0 ELSE ?3 END,"
	    " again = 0, sending = x'', last_status = ?5, last_error = ?6 WHERE id = ?1 AND state = 1", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	rw_db_bind_u64(q, 2, entry);
	(void)sqlite3_bind_int(q, 3, (int)st);
	(void)sqlite3_bind_int64(q, 4, next_at);
	(void)sqlite3_bind_int(q, 5, status);
	rw_db_bind_str(q, 6, error);
	if (!rw_db_run(&s->db, q, err))
		return false;
	return sqlite3_changes(s->db.h) == 1 || missing(err, id);
}

bool
rw_delivery_recover(struct rw_serve *s, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "UPDATE delivery SET state = 0, again = 0, sending = x'' WHERE state = 1", err);

	return q != NULL && rw_db_run(&s->db, q, err);
}

bool
rw_delivery_list(struct rw_serve *s, struct rw_arena *a, int64_t subscription, size_t limit,
    const struct rw_delivery **ret, size_t *ret_n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT " COLUMNS " FROM delivery"
	    " WHERE subscription = ?1 AND state <> 2 ORDER BY id LIMIT ?2", err);
	struct rw_delivery *items;

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, subscription);
	rw_db_bind_u64(q, 2, limit);
	if (!read_all(s, a, q, &items, ret_n, err))
		return false;
	*ret = items;
	return true;
}

bool
rw_delivery_get(struct rw_serve *s, struct rw_arena *a, int64_t id, struct rw_delivery *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT " COLUMNS " FROM delivery WHERE id = ?1", err);
	bool row;

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	if (!rw_db_row(&s->db, q, &row, err))
		return false;
	if (!row)
		return missing(err, id);
	*ret = read_delivery(a, q);
	return rw_arena_ok(a, "delivery", err);
}

bool
rw_delivery_counts(struct rw_serve *s, uint64_t ret[RW_DELIVERY_DEAD + 1], struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT state, count(*) FROM delivery GROUP BY state", err);

	memset(ret, 0, sizeof(ret[0]) * (RW_DELIVERY_DEAD + 1));
	if (q == NULL)
		return false;
	for (;;) {
		int64_t state;
		bool row;

		if (!rw_db_row(&s->db, q, &row, err))
			return false;
		if (!row)
			return true;
		state = sqlite3_column_int64(q, 0);
		if (state >= 0 && state <= RW_DELIVERY_DEAD)
			ret[state] = (uint64_t)sqlite3_column_int64(q, 1);
	}
}

bool
rw_delivery_redeliver(struct rw_serve *s, int64_t id, rw_time now, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "UPDATE delivery SET again = (state = 1), attempts = CASE state WHEN 1 THEN attempts ELSE 0 END, next_at = ?2,"
	    " state = CASE state WHEN 1 THEN 1 ELSE 0 END WHERE id = ?1", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	(void)sqlite3_bind_int64(q, 2, now);
	if (!rw_db_run(&s->db, q, err))
		return false;
	return sqlite3_changes(s->db.h) == 1 || missing(err, id);
}
