/*
 * db.h: the little of SQLite that the stores need. Private to server/store.
 *
 * Statements are prepared once per handle and found again by the address of their text, which therefore is a
 * literal or a static array. A statement in use is held by rw_auto_stmt, which resets it: an unreset SELECT
 * would pin a snapshot.
 */
#ifndef REFWALL_STORE_DB_H
#define REFWALL_STORE_DB_H

#include <sqlite3.h>

#include "refwall/arena.h"
#include "refwall/error.h"
#include "refwall/store.h"

#define RW_DB_STATEMENTS 96

struct rw_db {
	sqlite3 *h;
	char *path;			/* of the file, for messages */
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} cache[RW_DB_STATEMENTS];
	size_t n;
	int wal_pages;			/* of the write-ahead log after the last commit; 0 where nobody counts */
	unsigned commits;		/* through rw_db_commit() */
	int version;			/* of the schema */
};

/* What a store is made of. */
struct rw_db_kind {
	const char *what;		/* "log" */
	const char *file;		/* "log.db" */
	const char *lock;		/* "log.lock", or NULL */
	unsigned dir_mode, file_mode;
	int application_id, version;
	const char *schema;
};

/* What writers queue on: the directory in front of the lock file. -1 in a reader. */
struct rw_db_locks {
	int door, lock;
};

rw_must_check bool rw_db_create(const struct rw_db_kind *k, const char *dir, struct rw_str origin,
    struct rw_error *err);
rw_must_check bool rw_db_open(struct rw_db *db, const struct rw_db_kind *k, const char *dir,
    enum rw_store_mode mode, struct rw_db_locks *ret_locks,
    struct rw_error *err);	/* ret_locks: NULL when not wanted */ void rw_db_close(struct rw_db *db);

/* vfs.c: the name to open databases with; NULL: SQLite's default, no worse but slower. */
const char *rw_db_vfs(void);

/* wal.c: from here on rw_db_commit() keeps the write-ahead log short. */
void rw_db_count_wal(struct rw_db *db, const struct rw_db_kind *k);
/*
 * End a transaction, durably; then, when it is time, copy the write-ahead log. Called with the writers' lock
 * held where there is one.
 */
rw_must_check bool rw_db_commit(struct rw_db *db, struct rw_error *err);

bool rw_db_fail(struct rw_db *db, const char *what, struct rw_error *err);
rw_must_check bool rw_db_exec(struct rw_db *db, const char *sql, struct rw_error *err);

/* NULL and err when it cannot be prepared. Bindings are cleared. */
sqlite3_stmt *rw_db_stmt(struct rw_db *db, const char *sql, struct rw_error *err);
void rw_db_resetp(sqlite3_stmt **s);
#define rw_auto_stmt rw_cleanup(rw_db_resetp)

void rw_db_bind_u64(sqlite3_stmt *s, int i, uint64_t v);	/* what SQLite cannot hold becomes its largest integer */
void rw_db_bind_str(sqlite3_stmt *s, int i, struct rw_str v);	/* as a blob, not copied; empty is an empty blob */

/* Next row? */
rw_must_check bool rw_db_row(struct rw_db *db, sqlite3_stmt *s, bool *ret_row, struct rw_error *err);
/* Run to the end a statement that returns nothing. */
rw_must_check bool rw_db_run(struct rw_db *db, sqlite3_stmt *s, struct rw_error *err);
/* The first column of the first row, 0 when there is none. */
rw_must_check bool rw_db_u64(struct rw_db *db, sqlite3_stmt *s, uint64_t *ret, struct rw_error *err);

/* A column's bytes; the view lives until the statement steps on. */
struct rw_str rw_db_column(sqlite3_stmt *s, int i);
/* The same copied into an arena, never NULL: an empty value is "". */
struct rw_str rw_db_column_copy(struct rw_arena *a, sqlite3_stmt *s, int i);
/* A digest column of 32 bytes; false when it is not. */
bool rw_db_column_hash(sqlite3_stmt *s, int i, uint8_t ret[32]);

/* files.c */
rw_must_check bool rw_store_files_check(const struct rw_db_kind *k, const char *dir, char **ret_path,
    int *ret_dirfd, struct rw_error *err);

/* lock.c */
rw_must_check bool rw_store_lock(int door, int lock, int64_t wait_ms, struct rw_error *err);
void rw_store_unlock(int lock);

#endif
