/*
 * Keeping the write-ahead log short, for writers that live for one transaction.
 *
 * Where no daemon keeps the log open, each hook is the first to open it and reads the whole write-ahead log
 * to index it again. What had been copied into the database before is not known after that, so SQLite's own
 * copying, which leaves the beginning anew to a later commit of the same process, never lets such a log
 * shrink: it grew by 15 MB in 200 hooks. So copying and beginning anew happen here, in one process.
 */
#include <stdio.h>

#include "server/store/db.h"

/*
 * A page costs each opener 3 us, half of this number on average, a push opens twice and writes 16; copying
 * costs four syncs, about 2 ms. Their sum is least near 100 and flat around it. Whoever commits again and
 * again with one handle keeps the index meanwhile: nobody reads pages back, and copying can be rarer.
 */
#define WAL_PAGES 100
#define WAL_PAGES_LONG_LIVED 1000
#define LONG_LIVED 8			/* commits */

static int
count(void *ctx, sqlite3 *h, const char *name, int pages)
{
	struct rw_db *db = ctx;

	(void)h;
	(void)name;
	db->wal_pages = pages;
	return SQLITE_OK;
}

void
rw_db_count_wal(struct rw_db *db, const struct rw_db_kind *k)
{
	db->version = k->version;
	(void)sqlite3_wal_hook(db->h, count, db);
}

/*
 * Copy, then write one page that says what it said before: that write finds everything copied and begins
 * the log anew, over its old bytes, so the file neither shrinks nor grows and later commits sync no change
 * of its size. A reader of an older state only puts this off. Nothing depends on success: what was
 * committed is in the log or in the database.
 */
static void
shorten(struct rw_db *db)
{
	int pages = 0, copied = 0, rc;
	char touch[48];

	rc = sqlite3_wal_checkpoint_v2(db->h, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
	if (rc != SQLITE_OK || copied < pages)
		return;
	(void)snprintf(touch, sizeof(touch), "PRAGMA user_version=%d", db->version);
	(void)sqlite3_exec(db->h, touch, NULL, NULL, NULL);
}

bool
rw_db_commit(struct rw_db *db, struct rw_error *err)
{
	if (!rw_db_exec(db, "COMMIT", err))
		return false;
	db->commits++;
	if (db->wal_pages >= (db->commits > LONG_LIVED ? WAL_PAGES_LONG_LIVED : WAL_PAGES))
		shorten(db);
	return true;
}
