/*
 * Values of signatures that were found good. They are kept in sets, each of one set of keys; when a set is full, or the keys
 * change, a new one is begun, and the oldest goes.
 */
#include "refwall/limits.h"
#include "refwall/store_repo.h"
#include "server/store/log_private.h"

static bool
table_there(struct rw_log *l, bool *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sig_memo'", err);

	return s != NULL && rw_db_row(&l->db, s, ret, err);
}

static struct rw_str
bytes32(const uint8_t b[32])
{
	return (struct rw_str){ (const char *)b, 32 };
}

/* The newest set of these keys, and how many it holds. 0: there is none. */
static bool
newest(struct rw_log *l, const uint8_t key_set[32], uint64_t *ret, uint64_t *ret_n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT id, n FROM sig_set WHERE keys = ?1 ORDER BY id DESC LIMIT 1", err);
	bool row;

	*ret = *ret_n = 0;
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, bytes32(key_set));
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (row) {
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
		*ret_n = (uint64_t)sqlite3_column_int64(s, 1);
	}
	return true;
}

static bool
run_on(struct rw_log *l, const char *sql, uint64_t id, uint64_t n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, sql, err);

	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, id);
	if (sqlite3_bind_parameter_count(s) > 1)
		rw_db_bind_u64(s, 2, n);
	return rw_db_run(&l->db, s, err);
}

static bool
begin_set(struct rw_log *l, const uint8_t key_set[32], uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *last = rw_db_stmt(&l->db, "SELECT max(id) FROM sig_set", err);
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "INSERT INTO sig_set(id, keys, n) VALUES(?1, ?2, 0)", err);
	uint64_t id;

	if (last == NULL || s == NULL || !rw_db_u64(&l->db, last, &id, err))
		return false;
	*ret = ++id;
	rw_db_bind_u64(s, 1, id);
	rw_db_bind_str(s, 2, bytes32(key_set));
	if (!rw_db_run(&l->db, s, err))
		return false;
	return id <= RW_LIMIT_MEMO_SETS ||
	    (run_on(l, "DELETE FROM sig_memo WHERE id <= ?1", id - RW_LIMIT_MEMO_SETS, 0, err) &&
		run_on(l, "DELETE FROM sig_set WHERE id <= ?1", id - RW_LIMIT_MEMO_SETS, 0, err));
}

static bool
put_one(struct rw_log *l, uint64_t id, const struct rw_store_memo *m, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "INSERT INTO sig_memo(id, object, key) VALUES(?1, ?2, ?3)"
	    " ON CONFLICT DO UPDATE SET key = excluded.key", err);

	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, id);
	rw_db_bind_str(s, 2, bytes32(m->object));
	rw_db_bind_str(s, 3, bytes32(m->key));
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_memo_put(struct rw_log *l, const uint8_t key_set[32], const struct rw_store_memo *m, size_t n,
    struct rw_error *err)
{
	uint64_t id, held;
	bool there;

	if (!rw_log_writable(l, err) || !table_there(l, &there, err))
		return false;
	if (n == 0)
		return true;
	if (!there && (!rw_db_exec(&l->db, RW_STORE_MEMO_SETS, err) || !rw_db_exec(&l->db, RW_STORE_MEMO_TABLE, err)))
		return false;
	if (!newest(l, key_set, &id, &held, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((id == 0 || held >= RW_LIMIT_MEMO_ROWS) &&
		    ((id != 0 && !run_on(l, "UPDATE sig_set SET n = ?2 WHERE id = ?1", id, held, err)) ||
			!begin_set(l, key_set, &id, err)))
			return false;
		if (held >= RW_LIMIT_MEMO_ROWS)
			held = 0;
		if (!put_one(l, id, &m[i], err))
			return false;
		held++;
	}
	return run_on(l, "UPDATE sig_set SET n = ?2 WHERE id = ?1", id, held, err);
}

static bool
get_all(struct rw_log *l, const uint8_t key_set[32], struct rw_store_memo *m, size_t n, struct rw_error *err)
{
	bool row;

	if (!table_there(l, &row, err))
		return false;
	if (!row)
		return true;
	for (size_t i = 0; i < n; i++) {
		rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
		    "SELECT key FROM sig_memo WHERE id IN (SELECT id FROM sig_set WHERE keys = ?1) AND object = ?2"
		    " ORDER BY id DESC LIMIT 1", err);

		if (s == NULL)
			return false;
		rw_db_bind_str(s, 1, bytes32(key_set));
		rw_db_bind_str(s, 2, bytes32(m[i].object));
		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		m[i].known = row && rw_db_column_hash(s, 0, m[i].key);
	}
	return true;
}

bool
rw_store_memo_get(struct rw_log *l, const uint8_t key_set[32], struct rw_store_memo *m, size_t n,
    struct rw_error *err)
{
	bool began, ok;

	for (size_t i = 0; i < n; i++)
		m[i].known = false;
	if (!rw_log_snapshot(l, &began, err))
		return false;
	ok = get_all(l, key_set, m, n, err);
	if (began)
		rw_log_snapshot_end(l);
	for (size_t i = 0; i < n && !ok; i++)
		m[i].known = false;
	return ok;
}
