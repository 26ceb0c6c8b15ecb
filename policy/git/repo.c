#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "policy/git/internal.h"
#include "refwall/text.h"

bool
rw_git_fail(struct rw_error *err, int code, const char *what, const struct rw_oid *id)
{
	const git_error *e = git_error_last();
	const char *why = e == NULL || e->message == NULL ? "no reason given" : e->message;
	enum rw_error_code c = RW_E_IO;

	if (rw_git_memory_refused())
		return rw_fail(err, RW_E_LIMIT, "%s %s: reading it takes more than %u MiB of memory", what,
		    RW_OID(id), RW_LIMIT_GIT_MEMORY >> 20);
	if (code == GIT_ENOTFOUND)
		return rw_fail(err, RW_E_NOT_FOUND, "%s %s: is not in the repository", what, RW_OID(id));
	if (code == GIT_EMISMATCH || (e != NULL && (e->klass == GIT_ERROR_ODB || e->klass == GIT_ERROR_ZLIB ||
	    e->klass == GIT_ERROR_OBJECT)))
		c = RW_E_PARSE;
	return rw_fail(err, c, "%s %s: cannot be read: %s", what, RW_OID(id), RW_SHOW(rw_str(why)));
}

git_oid
rw_git_oid(const struct rw_oid *o)
{
	git_oid g;

	(void)git_oid_fromraw(&g, o->b);
	return g;
}

/* ---- where objects lie ---- */

static bool
add_directory(git_odb *odb, const char *dir, struct rw_error *err)
{
	const git_error *e;

	if (git_odb_add_disk_alternate(odb, dir) == 0)
		return true;
	e = git_error_last();
	return rw_fail(err, RW_E_IO, "%s: cannot be opened as a directory of objects: %s",
	    RW_SHOW(rw_str(dir)), e == NULL ? "no reason given" : RW_SHOW(rw_str(e->message)));
}

/* One escape of a quoted entry, behind the backslash. -1: unknown. */
static int
unescape(const char **p)
{
	static const char from[] = "abtnvfr\\\"", to[] = "\a\b\t\n\v\f\r\\\"";
	const char *z = *p, *at;

	if (z[0] >= '0' && z[0] <= '3') {
		if (z[1] < '0' || z[1] > '7' || z[2] < '0' || z[2] > '7')
			return -1;
		*p += 3;
		return (z[0] - '0') << 6 | (z[1] - '0') << 3 | (z[2] - '0');
	}
	at = *z == '\0' ? NULL : strchr(from, *z);
	if (at == NULL)
		return -1;
	*p += 1;
	return (unsigned char)to[at - from];
}

/* The next entry of a list separated by ':'; one that begins with '"' is quoted like a C string (git(1)). */
static bool
next_alternate(const char **list, struct rw_buf *ret, struct rw_error *err)
{
	const char *p = *list;

	rw_buf_clear(ret);
	if (*p == '"') {
		for (p++; *p != '"'; ) {
			int c = (unsigned char)*p++;

			if (c == '\\')
				c = unescape(&p);
			if (c <= 0)
				return rw_fail(err, RW_E_PARSE,
				    "the list of alternate object directories is malformed");
			rw_buf_putc(ret, (char)c);
		}
		p++;
		if (*p != ':' && *p != '\0')
			return rw_fail(err, RW_E_PARSE,
			    "the list of alternate object directories is malformed");
	} else {
		size_t n = strcspn(p, ":");

		rw_buf_put(ret, p, n);
		p += n;
	}
	*list = *p == ':' ? p + 1 : p;
	return rw_buf_ok(ret, "alternate object directory", err);
}

static bool
add_alternates(git_odb *odb, const char *list, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(PATH_MAX);

	for (size_t n = 0; *list != '\0'; n++) {
		if (n == RW_LIMIT_ALTERNATES)
			return rw_fail(err, RW_E_LIMIT, "more than %d alternate object directories",
			    RW_LIMIT_ALTERNATES);
		if (!next_alternate(&list, &b, err))
			return false;
		/* git passes over what is not there, too */
		if (b.len > 0 && access(b.data, F_OK) == 0 && !add_directory(odb, b.data, err))
			return false;
	}
	return true;
}

/* Directories are asked in the order in which they are added here: the quarantine is the first. */
static bool
open_objects(struct rw_repo *r, const struct rw_repo_location *where, struct rw_error *err)
{
	rw_auto_buf struct rw_buf own = RW_BUF_INIT(PATH_MAX);
	const char *first = where->object_dir;

	rw_buf_puts(&own, r->common);
	rw_buf_puts(&own, "/objects");
	if (!rw_buf_ok(&own, "path", err))
		return false;
	if (first == NULL)
		first = own.data;
	else if (access(first, R_OK | X_OK) != 0)
		return rw_fail_errno(err, "%s: the quarantine's directory of objects",
		    RW_SHOW(rw_str(first)));
	if (git_odb_open(&r->odb, first) != 0)
		return rw_fail(err, RW_E_IO, "%s: cannot be opened as a directory of objects",
		    RW_SHOW(rw_str(first)));
	return (first == own.data || add_directory(r->odb, own.data, err)) &&
	    (where->alternates == NULL || add_alternates(r->odb, where->alternates, err));
}

/* ---- open and close ---- */

static bool
has_kind(int fd, const char *name, mode_t kind)
{
	struct stat st;

	return fstatat(fd, name, &st, 0) == 0 && (st.st_mode & S_IFMT) == kind;
}

static bool
check_layout(struct rw_repo *r, struct rw_error *err)
{
	r->dir_fd = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->common_fd = open(r->common, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir_fd < 0 || r->common_fd < 0)
		return rw_fail_errno(err, "%s", RW_SHOW(rw_str(r->common)));
	if (!has_kind(r->common_fd, "objects", S_IFDIR) || !has_kind(r->common_fd, "refs", S_IFDIR))
		return rw_fail(err, RW_E_NOT_FOUND, "%s: is no git repository", RW_SHOW(rw_str(r->path)));
	return rw_git_check_format(r->common, err);
}

bool
rw_repo_open(const struct rw_repo_location *where, struct rw_repo **ret, struct rw_error *err)
{
	rw_auto_repo struct rw_repo *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return rw_fail_nomem(err);
	r->dir_fd = r->common_fd = -1;
	r->path = realpath(where->path, NULL);
	if (r->path == NULL)
		return rw_fail(err, errno == ENOENT || errno == ENOTDIR ? RW_E_NOT_FOUND : RW_E_IO,
		    "%s: cannot be opened: %s", RW_SHOW(rw_str(where->path)), strerror(errno));
	r->common = rw_git_common_dir(r->path, err);
	if (r->common == NULL || !check_layout(r, err))
		return false;
	if (!open_objects(r, where, err))
		return rw_fail_prefix(err, "%s", RW_SHOW(rw_str(r->path)));
	*ret = rw_steal(&r);
	return true;
}

void
rw_repo_free(struct rw_repo *r)
{
	if (r == NULL)
		return;
	rw_graph_free(r->graph);
	rw_packed_refs_free(r->packed);
	git_odb_free(r->odb);
	rw_closep(&r->dir_fd);
	rw_closep(&r->common_fd);
	free(r->common);
	free(r->path);
	free(r);
}

void
rw_repo_freep(struct rw_repo **r)
{
	rw_repo_free(*r);
	*r = NULL;
}

const char *
rw_repo_path(const struct rw_repo *r)
{
	return r->path;
}
