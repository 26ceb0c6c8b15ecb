/* How far security keys had counted when their signatures were accepted, for each repository and key. */
#include "refwall/store_repo.h"
#include "server/store/log_private.h"

static bool
table_there(struct rw_log *l, bool *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sk_counter'", err);

	return s != NULL && rw_db_row(&l->db, s, ret, err);
}

bool
rw_store_counter_put(struct rw_log *l, struct rw_str repo, struct rw_str key, uint32_t counter, uint64_t index,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;
	bool there;

	if (!rw_log_writable(l, err) || !table_there(l, &there, err))
		return false;
	if (!there && !rw_db_exec(&l->db, RW_STORE_COUNTER_TABLE, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO sk_counter(repo, key, counter, idx) VALUES(?1, ?2, ?3, ?4)"
	    " ON CONFLICT DO UPDATE SET counter = excluded.counter, idx = excluded.idx"
	    " WHERE excluded.counter > counter", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	rw_db_bind_str(s, 2, key);
	rw_db_bind_u64(s, 3, counter);
	rw_db_bind_u64(s, 4, index);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_counter_get(struct rw_log *l, struct rw_str repo, struct rw_str key, uint32_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;
	bool there, row;

	*ret = 0;
	if (!table_there(l, &there, err))
		return false;
	if (!there)
		return true;
	s = rw_db_stmt(&l->db, "SELECT counter FROM sk_counter WHERE repo = ?1 AND key = ?2", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	rw_db_bind_str(s, 2, key);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (row)
		*ret = (uint32_t)sqlite3_column_int64(s, 0);
	return true;
}
