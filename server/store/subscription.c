/* Subscriptions: who wants to hear of what, and where. */
#include "server/store/serve_private.h"

#define COLUMNS "id, url, secret, repo_glob, ref_glob, owner_repos, state, created, start"

const char *
rw_subscription_state_name(enum rw_subscription_state st)
{
	static const char *const names[] = { "active", "paused", "gone" };

	return (unsigned)st < RW_ARRAY_LEN(names) ? names[st] : "unknown";
}

static bool
below_limit(struct rw_serve *s, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT count(*) FROM subscription", err);
	uint64_t n;

	if (q == NULL || !rw_db_u64(&s->db, q, &n, err))
		return false;
	return n < RW_LIMIT_SUBSCRIPTIONS ||
	    rw_fail(err, RW_E_LIMIT, "subscriptions: %d exist already", RW_LIMIT_SUBSCRIPTIONS);
}

static bool
add(struct rw_serve *s, const struct rw_subscription *sub, int64_t *ret_id, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = NULL;

	if (!below_limit(s, err))
		return false;
	q = rw_db_stmt(&s->db, "INSERT INTO subscription(url, secret, repo_glob, ref_glob, owner_repos, state, created, start)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", err);
	if (q == NULL)
		return false;
	rw_db_bind_str(q, 1, sub->url);
	rw_db_bind_str(q, 2, sub->secret);
	rw_db_bind_str(q, 3, sub->repo_glob);
	rw_db_bind_str(q, 4, sub->ref_glob);
	rw_db_bind_str(q, 5, sub->owner_repos);
	(void)sqlite3_bind_int(q, 6, (int)sub->state);
	(void)sqlite3_bind_int64(q, 7, sub->created);
	rw_db_bind_u64(q, 8, sub->start);
	if (!rw_db_run(&s->db, q, err))
		return false;
	*ret_id = sqlite3_last_insert_rowid(s->db.h);
	return true;
}

bool
rw_subscription_add(struct rw_serve *s, const struct rw_subscription *sub, int64_t *ret_id,
    struct rw_error *err)
{
	bool began;

	return rw_serve_own(s, &began, err) && rw_serve_done(s, began, add(s, sub, ret_id, err), err);
}

static struct rw_subscription
read_subscription(struct rw_arena *a, sqlite3_stmt *q)
{
	return (struct rw_subscription){
		.id = sqlite3_column_int64(q, 0),
		.url = rw_db_column_copy(a, q, 1),
		.secret = rw_db_column_copy(a, q, 2),
		.repo_glob = rw_db_column_copy(a, q, 3),
		.ref_glob = rw_db_column_copy(a, q, 4),
		.owner_repos = rw_db_column_copy(a, q, 5),
		.state = (enum rw_subscription_state)sqlite3_column_int(q, 6),
		.created = sqlite3_column_int64(q, 7),
		.start = (uint64_t)sqlite3_column_int64(q, 8),
	};
}

static bool
missing(struct rw_error *err, int64_t id)
{
	return rw_fail(err, RW_E_NOT_FOUND, "subscription %lld: not known", (long long)id);
}

bool
rw_subscription_get(struct rw_serve *s, struct rw_arena *a, int64_t id, struct rw_subscription *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT " COLUMNS " FROM subscription WHERE id = ?1", err);
	bool row;

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	if (!rw_db_row(&s->db, q, &row, err))
		return false;
	if (!row)
		return missing(err, id);
	*ret = read_subscription(a, q);
	return rw_arena_ok(a, "subscription", err);
}

bool
rw_subscription_list(struct rw_serve *s, struct rw_arena *a, int64_t after, size_t limit,
    const struct rw_subscription **ret, size_t *ret_n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "SELECT " COLUMNS " FROM subscription WHERE id > ?1 ORDER BY id LIMIT ?2", err);
	struct rw_subscription *items = NULL, *slot;
	size_t n = 0, cap = 0;

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, after);
	rw_db_bind_u64(q, 2, limit);
	for (;;) {
		bool row;

		if (!rw_db_row(&s->db, q, &row, err))
			return false;
		if (!row || (slot = rw_arena_push(a, &items, &n, &cap)) == NULL)
			break;
		*slot = read_subscription(a, q);
	}
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "subscriptions", err);
}

bool
rw_subscription_set_state(struct rw_serve *s, int64_t id, enum rw_subscription_state st, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "UPDATE subscription SET state = ?2 WHERE id = ?1", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	(void)sqlite3_bind_int(q, 2, (int)st);
	if (!rw_db_run(&s->db, q, err))
		return false;
	return sqlite3_changes(s->db.h) == 1 || missing(err, id);
}

bool
rw_subscription_delete(struct rw_serve *s, int64_t id, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "DELETE FROM subscription WHERE id = ?1", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	if (!rw_db_run(&s->db, q, err))
		return false;
	return sqlite3_changes(s->db.h) == 1 || missing(err, id);
}
