#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/buf.h"
#include "refwall/text.h"

#define CHUNK (32u << 10)

/* Names of files come from policies and repositories too: never shown raw. */
struct shown_path { char z[512]; };

static struct shown_path
show(const char *path)
{
	struct shown_path r;

	(void)rw_text_printable(rw_str(path), r.z, sizeof(r.z));
	return r;
}

bool
rw_file_read(int dirfd, const char *path, struct rw_buf *ret, struct rw_error *err)
{
	rw_autoclose int fd = -1;
	struct shown_path shown = show(path);
	struct stat st;

	rw_buf_clear(ret);
	fd = openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return rw_fail(err, RW_E_NOT_FOUND, "%s: no such file", shown.z);
	if (fd < 0 && errno == ELOOP)
		return rw_fail(err, RW_E_IO, "%s: is a symbolic link, wanted a regular file", shown.z);
	if (fd < 0)
		return rw_fail_errno(err, "%s: cannot open", shown.z);
	if (fstat(fd, &st) != 0)
		return rw_fail_errno(err, "%s: cannot stat", shown.z);
	if (!S_ISREG(st.st_mode))
		return rw_fail(err, RW_E_IO, "%s: is not a regular file", shown.z);
	if (st.st_size < 0 || (uintmax_t)st.st_size > ret->max)
		return rw_fail(err, RW_E_LIMIT, "%s: more than %zu bytes", shown.z, ret->max);
	rw_buf_reserve(ret, (size_t)st.st_size);
	return rw_buf_ok(ret, shown.z, err) && rw_fd_read_all(fd, path, ret, err);
}

bool
rw_fd_read_all(int fd, const char *name, struct rw_buf *ret, struct rw_error *err)
{
	char chunk[CHUNK];

	rw_buf_clear(ret);
	for (;;) {
		/* Into the buffer while it has room, so that a file of known size is copied once. */
		size_t room = ret->cap > ret->len + 1 ? ret->cap - ret->len - 1 : 0;
		char *into = room > 0 ? ret->data + ret->len : chunk;
		ssize_t n = read(fd, into, room > 0 ? room : sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)rw_fail_errno(err, "%s: cannot read", show(name).z);
			rw_buf_clear(ret);
			return false;
		}
		if (n == 0)
			return true;
		if (room > 0) {
			ret->len += (size_t)n;
			ret->data[ret->len] = '\0';
			continue;
		}
		rw_buf_put(ret, chunk, (size_t)n);
		if (!rw_buf_ok(ret, show(name).z, err))
			return false;
	}
}

bool
rw_fd_write_all(int fd, const char *name, struct rw_str s, struct rw_error *err)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rw_fail_errno(err, "%s: cannot write", show(name).z);
		s.p += n;
		s.n -= (size_t)n;
	}
	return true;
}

/* Removes the temporary file unless it was renamed and its name taken out. */
static void
unlink_freep(char **path)
{
	int saved = errno;

	if (*path != NULL)
		(void)unlink(*path);
	rw_freep(path);
	errno = saved;
}

/* "dir/.name.XXXXXX": hidden, so that no pattern over the directory picks it up. */
static char *
temporary_name(const char *path, const char *base)
{
	size_t size = strlen(path) + sizeof("..XXXXXX");
	char *z = malloc(size);

	if (z != NULL)
		(void)snprintf(z, size, "%.*s.%s.XXXXXX", (int)(base - path), path, base);
	return z;
}

/* The rename is durable only when the directory is. */
static bool
sync_directory(const char *path, const char *base, const char *shown, struct rw_error *err)
{
	rw_autofree char *dir = base == path ? strdup(".") : strndup(path, (size_t)(base - path));
	rw_autoclose int fd = -1;

	if (dir == NULL)
		return rw_fail_nomem(err);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot sync a directory and say EINVAL. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		return rw_fail_errno(err, "%s: cannot sync its directory", shown);
	return true;
}

bool
rw_file_write(const char *path, struct rw_str content, unsigned mode, bool excl, struct rw_error *err)
{
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	struct shown_path shown = show(path);
	rw_cleanup(unlink_freep) char *tmp = NULL;
	rw_autofree char *name = temporary_name(path, base);
	rw_autoclose int fd = -1;

	if (name == NULL)
		return rw_fail_nomem(err);
	if (*base == '\0')
		return rw_fail(err, RW_E_USAGE, "%s: is not the name of a file", shown.z);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return rw_fail_errno(err, "%s: cannot make a temporary file", shown.z);
	tmp = rw_steal(&name);
	if (!rw_fd_write_all(fd, path, content, err))
		return false;
	if (fchmod(fd, (mode_t)mode) != 0)
		return rw_fail_errno(err, "%s: cannot set its mode", shown.z);
	if (fsync(fd) != 0)
		return rw_fail_errno(err, "%s: cannot sync", shown.z);
	/* link(2) refuses a name that exists, rename(2) replaces it. */
	if ((excl ? link(tmp, path) : rename(tmp, path)) != 0) {
		if (errno == EEXIST)
			return rw_fail(err, RW_E_EXISTS, "%s: exists already", shown.z);
		return rw_fail_errno(err, "%s: cannot put it in place", shown.z);
	}
	if (!excl)
		rw_freep(&tmp);
	return sync_directory(path, base, shown.z, err);
}
