/* Creating and opening either store. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/text.h"
#include "server/store/db.h"

#define BUSY_MS 5000

/*
 * NO_CKPT_ON_CLOSE and PERSIST_WAL: the last one out would copy the write-ahead log into the database and
 * remove it, two syncs and a file creation for each hook. So -wal and -shm stay, with the modes they were
 * made with, which also lets a reader in who may not create files; rw_db_commit() copies instead, and counts
 * through SQLite's hook. The serve store has one long-lived writer, for which SQLite's own copying does.
 */
static bool
configure(struct rw_db *db, const struct rw_db_kind *k, enum rw_store_mode mode, struct rw_error *err)
{
	int one = 1;

	if (sqlite3_busy_timeout(db->h, BUSY_MS) != SQLITE_OK ||
	    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK)
		return rw_db_fail(db, "configure", err);
	if (mode == RW_STORE_READ)
		return rw_db_exec(db, "PRAGMA query_only=ON", err);
	if (sqlite3_file_control(db->h, "main", SQLITE_FCNTL_PERSIST_WAL, &one) != SQLITE_OK)
		return rw_db_fail(db, "configure", err);
	/* secure_delete: what is freed is overwritten, or an erased value could still be read from the file. */
	if (!rw_db_exec(db, "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
	    "PRAGMA wal_autocheckpoint=256", err))
		return false;
	if (k->lock != NULL)
		rw_db_count_wal(db, k);
	return true;
}

static bool
open_handle(struct rw_db *db, int flags, struct rw_error *err)
{
	flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(db->path, &db->h, flags, rw_db_vfs()) != SQLITE_OK)
		return rw_db_fail(db, "open", err);
	return true;
}

static bool
pragma_int(struct rw_db *db, const char *sql, uint64_t *ret, struct rw_error *err)
{
	sqlite3_stmt *s = NULL;
	bool ok;

	if (sqlite3_prepare_v2(db->h, sql, -1, &s, NULL) != SQLITE_OK)
		return rw_db_fail(db, "read its header", err);
	ok = rw_db_u64(db, s, ret, err);
	(void)sqlite3_finalize(s);
	return ok;
}

static bool
check_version(struct rw_db *db, const struct rw_db_kind *k, struct rw_error *err)
{
	struct rw_shown shown = rw_text_show(rw_str(db->path));
	uint64_t id, version;

	if (!pragma_int(db, "PRAGMA application_id", &id, err) || !pragma_int(db, "PRAGMA user_version", &version, err))
		return false;
	if (id != (uint64_t)k->application_id)
		return rw_fail(err, RW_E_CORRUPT, "%s: is no %s store of refwall", shown.z, k->what);
	if (version != (uint64_t)k->version)
		return rw_fail(err, RW_E_UNSUPPORTED, "%s: has schema version %llu, this program reads %d: another release made it",
		    shown.z, (unsigned long long)version, k->version);
	return true;
}

bool
rw_db_open(struct rw_db *db, const struct rw_db_kind *k, const char *dir, enum rw_store_mode mode,
    struct rw_db_locks *ret_locks, struct rw_error *err)
{
	rw_autoclose int dirfd = -1, lock = -1;

	if (!rw_store_files_check(k, dir, &db->path, &dirfd, err))
		return false;
	if (k->lock != NULL && mode == RW_STORE_WRITE) {
		lock = openat(dirfd, k->lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (lock < 0)
			return rw_fail_errno(err, "%s/%s: cannot open", RW_SHOW(rw_str(dir)), k->lock);
	}
	if (!open_handle(db, mode == RW_STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, err))
		return false;
	if (!configure(db, k, mode, err) || !check_version(db, k, err))
		return false;
	if (ret_locks != NULL && lock >= 0) {
		*ret_locks = (struct rw_db_locks){ dirfd, lock };
		dirfd = lock = -1;
	}
	return true;
}

void
rw_db_close(struct rw_db *db)
{
	for (size_t i = 0; i < db->n; i++)
		(void)sqlite3_finalize(db->cache[i].stmt);
	db->n = 0;
	(void)sqlite3_close_v2(db->h);
	db->h = NULL;
	rw_freep(&db->path);
}

static void
db_closep(struct rw_db *db)
{
	rw_db_close(db);
}

static bool
make_directory(const struct rw_db_kind *k, const char *dir, int *ret_fd, struct rw_error *err)
{
	struct rw_shown shown = rw_text_show(rw_str(dir));
	rw_autoclose int fd = -1;
	bool made = mkdir(dir, 0700) == 0;
	struct stat st;

	if (!made && errno != EEXIST)
		return rw_fail_errno(err, "%s: cannot make the directory", shown.z);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return rw_fail_errno(err, "%s: cannot open", shown.z);
	/* One that an administrator made beforehand keeps its owner and group; only its mode is set right. */
	if (fstat(fd, &st) != 0 || ((st.st_mode & 07777) != k->dir_mode && fchmod(fd, (mode_t)k->dir_mode) != 0))
		return rw_fail_errno(err, "%s: cannot set its mode", shown.z);
	*ret_fd = fd;
	fd = -1;
	return true;
}

/* Made with its mode whatever the umask is. */
static bool
make_file(int dirfd, const char *name, unsigned mode, struct rw_error *err)
{
	rw_autoclose int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return rw_fail_errno(err, "%s: cannot create", RW_SHOW(rw_str(name)));
	if (fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0)
		return rw_fail_errno(err, "%s: cannot set its mode", RW_SHOW(rw_str(name)));
	return true;
}

static bool
fill(struct rw_db *db, const struct rw_db_kind *k, struct rw_str origin, struct rw_error *err)
{
	static const char put[] = "INSERT INTO meta(name, value) VALUES('origin', ?1)";
	char pragma[96];
	sqlite3_stmt *s = NULL;
	bool ok;

	(void)snprintf(pragma, sizeof(pragma), "PRAGMA application_id=%d; PRAGMA user_version=%d", k->application_id,
	    k->version);
	if (!rw_db_exec(db, "PRAGMA synchronous=FULL; BEGIN IMMEDIATE", err) || !rw_db_exec(db, k->schema, err) ||
	    !rw_db_exec(db, pragma, err))
		return false;
	if (sqlite3_prepare_v2(db->h, put, -1, &s, NULL) != SQLITE_OK)
		return rw_db_fail(db, "create", err);
	rw_db_bind_str(s, 1, origin);
	ok = rw_db_run(db, s, err);
	(void)sqlite3_finalize(s);
	return ok && rw_db_exec(db, "COMMIT; PRAGMA journal_mode=WAL", err);
}

/* Opening it once for writing makes -wal and -shm, with the mode of the file itself. */
static bool
make_companions(const struct rw_db_kind *k, const char *dir, struct rw_error *err)
{
	rw_cleanup(db_closep) struct rw_db db = { .h = NULL };

	return rw_db_open(&db, k, dir, RW_STORE_WRITE, NULL, err) && rw_db_exec(&db, "BEGIN IMMEDIATE; COMMIT", err);
}

bool
rw_db_create(const struct rw_db_kind *k, const char *dir, struct rw_str origin, struct rw_error *err)
{
	struct rw_shown shown = rw_text_show(rw_str(dir));
	rw_autoclose int fd = -1;
	rw_autofree char *real = NULL;
	char tmp[64];

	if (!make_directory(k, dir, &fd, err))
		return false;
	if (faccessat(fd, k->file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return rw_fail(err, RW_E_EXISTS, "%s/%s: exists already", shown.z, k->file);
	(void)snprintf(tmp, sizeof(tmp), "%s.%ld", k->file, (long)getpid());
	(void)unlinkat(fd, tmp, 0);
	real = realpath(dir, NULL);
	if (real == NULL)
		return rw_fail_errno(err, "%s: cannot resolve", shown.z);
	if (!make_file(fd, tmp, k->file_mode, err))
		return false;
	{
		rw_cleanup(db_closep) struct rw_db db = { .h = NULL };

		if (asprintf(&db.path, "%s/%s", real, tmp) < 0) {
			db.path = NULL;
			return rw_fail_nomem(err);
		}
		if (!open_handle(&db, SQLITE_OPEN_READWRITE, err) || !fill(&db, k, origin, err)) {
			(void)unlinkat(fd, tmp, 0);
			return false;
		}
	}
	/* The store appears whole or not at all, and the lock is there before it. */
	if (k->lock != NULL && faccessat(fd, k->lock, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    !make_file(fd, k->lock, k->file_mode, err))
		return false;
	if (linkat(fd, tmp, fd, k->file, 0) != 0) {
		int saved = errno;

		(void)unlinkat(fd, tmp, 0);
		errno = saved;
		if (errno == EEXIST)
			return rw_fail(err, RW_E_EXISTS, "%s/%s: exists already", shown.z, k->file);
		return rw_fail_errno(err, "%s/%s: cannot put it in place", shown.z, k->file);
	}
	if (unlinkat(fd, tmp, 0) != 0 || (fsync(fd) != 0 && errno != EINVAL))
		return rw_fail_errno(err, "%s: cannot sync the directory", shown.z);
	return make_companions(k, dir, err);
}
