/* Where a store's files stand, and that they are what they should be. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/text.h"
#include "server/store/db.h"

static const char *const companions[] = { "", "-wal", "-shm" };

static char *
join(const char *dir, const char *file, const char *suffix)
{
	size_t n = strlen(dir) + strlen(file) + strlen(suffix) + 2;
	char *z = malloc(n);

	if (z != NULL)
		(void)snprintf(z, n, "%s/%s%s", dir, file, suffix);
	return z;
}

/*
 * Whoever may write the directory could plant a link to another file of the process that opens the store, so
 * nothing but a regular file with one name is taken.
 */
static bool
check_file(int dirfd, const char *dir, const char *file, bool required, struct rw_error *err)
{
	struct rw_shown shown = rw_text_show(rw_str(dir));
	struct stat st;

	if (fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT && !required)
			return true;
		if (errno == ENOENT)
			return rw_fail(err, RW_E_NOT_FOUND, "%s/%s: no such file; `refwall init` makes the stores", shown.z,
			    file);
		return rw_fail_errno(err, "%s/%s: cannot stat", shown.z, file);
	}
	if (S_ISLNK(st.st_mode))
		return rw_fail(err, RW_E_DENIED, "%s/%s: is a symbolic link, wanted a regular file", shown.z, file);
	if (!S_ISREG(st.st_mode))
		return rw_fail(err, RW_E_DENIED, "%s/%s: is not a regular file", shown.z, file);
	if (st.st_nlink != 1)
		return rw_fail(err, RW_E_DENIED, "%s/%s: has a second name (hard link), wanted one", shown.z, file);
	return true;
}

bool
rw_store_files_check(const struct rw_db_kind *k, const char *dir, char **ret_path, int *ret_dirfd,
    struct rw_error *err)
{
	struct rw_shown shown = rw_text_show(rw_str(dir));
	rw_autofree char *real = NULL, *path = NULL;
	rw_autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return rw_fail(err, RW_E_NOT_FOUND, "%s: no such directory; `refwall init` makes the stores", shown.z);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return rw_fail(err, RW_E_DENIED, "%s: is not a directory (a symbolic link is not followed)", shown.z);
	if (fd < 0)
		return rw_fail_errno(err, "%s: cannot open", shown.z);
	for (size_t i = 0; i < RW_ARRAY_LEN(companions); i++) {
		rw_autofree char *name = NULL;

		if (asprintf(&name, "%s%s", k->file, companions[i]) < 0) {
			name = NULL;
			return rw_fail_nomem(err);
		}
		if (!check_file(fd, dir, name, i == 0, err))
			return false;
	}
	if (k->lock != NULL && !check_file(fd, dir, k->lock, true, err))
		return false;
	/* SQLite's own NOFOLLOW refuses a link anywhere in the path; links above the store are the operator's. */
	real = realpath(dir, NULL);
	if (real == NULL)
		return rw_fail_errno(err, "%s: cannot resolve", shown.z);
	path = join(real, k->file, "");
	if (path == NULL)
		return rw_fail_nomem(err);
	*ret_path = rw_steal(&path);
	*ret_dirfd = fd;
	fd = -1;
	return true;
}
