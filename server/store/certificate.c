/* Push certificates that were used: one that comes again is a replay, in whatever repository of the log. */
#include "refwall/store_repo.h"
#include "server/store/log_private.h"

static bool
table_there(struct rw_log *l, bool *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'push_certificate'", err);

	return s != NULL && rw_db_row(&l->db, s, ret, err);
}

bool
rw_store_certificate_get(struct rw_log *l, const uint8_t payload[32], uint64_t *ret_index, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;
	bool there, row;

	*ret_index = UINT64_MAX;
	if (!table_there(l, &there, err))
		return false;
	if (!there)
		return true;
	s = rw_db_stmt(&l->db, "SELECT idx FROM push_certificate WHERE payload = ?1", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, (struct rw_str){ (const char *)payload, 32 });
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (row)
		*ret_index = (uint64_t)sqlite3_column_int64(s, 0);
	return true;
}

bool
rw_store_certificate_add(struct rw_log *l, const uint8_t payload[32], uint64_t index, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;
	uint64_t before;

	if (!rw_log_writable(l, err) || !rw_db_exec(&l->db, RW_STORE_CERTIFICATE_TABLE, err) ||
	    !rw_store_certificate_get(l, payload, &before, err))
		return false;
	if (before != UINT64_MAX)
		return rw_fail(err, RW_E_EXISTS, "this push certificate was used before (log entry %llu)",
		    (unsigned long long)before);
	s = rw_db_stmt(&l->db, "INSERT INTO push_certificate(payload, idx) VALUES(?1, ?2)", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, (struct rw_str){ (const char *)payload, 32 });
	rw_db_bind_u64(s, 2, index);
	return rw_db_run(&l->db, s, err);
}
