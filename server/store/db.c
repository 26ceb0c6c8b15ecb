#include <stdio.h>

#include "refwall/text.h"
#include "server/store/db.h"

bool
rw_db_fail(struct rw_db *db, const char *what, struct rw_error *err)
{
	int rc = db->h == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(db->h);
	const char *msg = db->h == NULL ? "out of memory" : sqlite3_errmsg(db->h);
	enum rw_error_code code = RW_E_IO;

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return rw_fail_nomem(err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = RW_E_BUSY;
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		code = RW_E_CORRUPT;
		break;
	case SQLITE_ERROR:	/* a table that is missing: nothing about the entry that was asked for */
		code = RW_E_INTERNAL;
		break;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		code = RW_E_DENIED;
		break;
	case SQLITE_TOOBIG:
		code = RW_E_LIMIT;
		break;
	default:
		break;
	}
	return rw_fail(err, code, "%s: cannot %s: %s", RW_SHOW(rw_str(db->path)), what, RW_SHOW(rw_str(msg)));
}

bool
rw_db_exec(struct rw_db *db, const char *sql, struct rw_error *err)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return rw_db_fail(db, "run a statement", err);
	return true;
}

sqlite3_stmt *
rw_db_stmt(struct rw_db *db, const char *sql, struct rw_error *err)
{
	sqlite3_stmt *s = NULL;

	for (size_t i = 0; i < db->n; i++) {
		if (db->cache[i].sql == sql)
			return db->cache[i].stmt;
	}
	if (db->n == RW_DB_STATEMENTS) {
		(void)rw_fail(err, RW_E_INTERNAL, "store: more than %d statements", RW_DB_STATEMENTS);
		return NULL;
	}
	if (sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
		(void)rw_db_fail(db, "prepare a statement", err);
		return NULL;
	}
	db->cache[db->n].sql = sql;
	db->cache[db->n].stmt = s;
	db->n++;
	return s;
}

void
rw_db_resetp(sqlite3_stmt **s)
{
	if (*s != NULL) {
		(void)sqlite3_reset(*s);
		(void)sqlite3_clear_bindings(*s);
	}
	*s = NULL;
}

void
rw_db_bind_u64(sqlite3_stmt *s, int i, uint64_t v)
{
	(void)sqlite3_bind_int64(s, i, v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

void
rw_db_bind_str(sqlite3_stmt *s, int i, struct rw_str v)
{
	if (v.n == 0)
		(void)sqlite3_bind_zeroblob(s, i, 0);
	else
		(void)sqlite3_bind_blob64(s, i, v.p, v.n, SQLITE_STATIC);
}

bool
rw_db_row(struct rw_db *db, sqlite3_stmt *s, bool *ret_row, struct rw_error *err)
{
	switch (sqlite3_step(s)) {
	case SQLITE_ROW:
		*ret_row = true;
		return true;
	case SQLITE_DONE:
		*ret_row = false;
		return true;
	default:
		*ret_row = false;
		return rw_db_fail(db, "read or write", err);
	}
}

bool
rw_db_run(struct rw_db *db, sqlite3_stmt *s, struct rw_error *err)
{
	bool row;

	if (!rw_db_row(db, s, &row, err))
		return false;
	if (row)
		return rw_fail(err, RW_E_INTERNAL, "store: a statement returned a row unexpectedly");
	return true;
}

bool
rw_db_u64(struct rw_db *db, sqlite3_stmt *s, uint64_t *ret, struct rw_error *err)
{
	bool row;

	*ret = 0;
	if (!rw_db_row(db, s, &row, err))
		return false;
	if (row)
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
	return true;
}

struct rw_str
rw_db_column(sqlite3_stmt *s, int i)
{
	const void *p = sqlite3_column_blob(s, i);
	int n = sqlite3_column_bytes(s, i);

	if (p == NULL || n <= 0)
		return RW_STR_LIT("");
	return (struct rw_str){ p, (size_t)n };
}

struct rw_str
rw_db_column_copy(struct rw_arena *a, sqlite3_stmt *s, int i)
{
	return rw_arena_str(a, rw_db_column(s, i));
}

bool
rw_db_column_hash(sqlite3_stmt *s, int i, uint8_t ret[32])
{
	struct rw_str v = rw_db_column(s, i);

	if (v.n != 32)
		return false;
	memcpy(ret, v.p, 32);
	return true;
}
