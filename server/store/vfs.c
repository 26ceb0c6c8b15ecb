/*
 * SQLite's own way to the file system, but for one thing: a write-ahead log that is there already is opened
 * as such. SQLite asks for it to be created if need be, and therefore syncs the directory with the first
 * commit of every handle. A hook has one commit, so half of its waiting for the disk was for the name of a
 * file that has been there since the store was made.
 */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "server/store/db.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sqlite3_vfs ours, *theirs;
static bool registered;

/* Whoever opens the file later will take its name for granted. */
static bool
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	rw_autofree char *dir = slash == NULL ? NULL : strndup(path, (size_t)(slash - path) + 1);
	rw_autoclose int fd = dir == NULL ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

static int
open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *ret_flags)
{
	int rc;

	(void)vfs;
	if ((flags & SQLITE_OPEN_WAL) == 0 || path == NULL)
		return theirs->xOpen(theirs, path, f, flags, ret_flags);
	if (access(path, F_OK) == 0)
		return theirs->xOpen(theirs, path, f, flags & ~SQLITE_OPEN_CREATE, ret_flags);
	rc = theirs->xOpen(theirs, path, f, flags, ret_flags);
	if (rc == SQLITE_OK && !sync_directory(path)) {
		(void)f->pMethods->xClose(f);
		f->pMethods = NULL;
		rc = SQLITE_IOERR_DIR_FSYNC;
	}
	return rc;
}

static void
set_up(void)
{
	theirs = sqlite3_vfs_find(NULL);
	if (theirs == NULL)
		return;
	ours = *theirs;
	ours.pNext = NULL;
	ours.zName = "refwall";
	ours.xOpen = open_file;
	registered = sqlite3_vfs_register(&ours, 0) == SQLITE_OK;
}

const char *
rw_db_vfs(void)
{
	(void)pthread_once(&once, set_up);
	return registered ? ours.zName : NULL;
}
