/* Which files a policy is made of, and reading them without being led astray. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "refwall/text.h"
#include "policy/rules/index.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DIR_ENTRIES_MAX 100000

struct expansion {
	struct rw_arena *arena;
	const char **name;
	size_t n, cap;
	struct rw_error *err;
};

static void
closedirp(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

static struct rw_str
segment(struct rw_str *rest)
{
	struct rw_str s = { rest->p, 0 };

	while (s.n < rest->n && s.p[s.n] != '/')
		s.n++;
	rest->p += s.n;
	rest->n -= s.n;
	if (rest->n > 0) {
		rest->p++;
		rest->n--;
	}
	return s;
}

static bool
printable(struct rw_str s)
{
	char shown[RW_LIMIT_GLOB_BYTES + 1];

	if (s.n == 0 || s.n >= sizeof(shown))
		return false;
	return rw_str_eqz(s, rw_text_printable(s, shown, sizeof(shown)));
}

const char *
rw_source_pattern_fault(struct rw_str pattern)
{
	struct rw_str rest = pattern, s;
	bool more;

	if (!printable(pattern))
		return "is not the name of a file";
	if (pattern.p[0] == '/')
		return "is absolute, wanted a name relative to this file";
	do {
		s = segment(&rest);
		more = s.p + s.n < pattern.p + pattern.n;
		if (s.n == 0 || rw_str_eqz(s, "."))
			return "has an empty part or '.' in it";
		if (rw_str_eqz(s, ".."))
			return "has '..' in it: everything lies below the policy's own folder";
		for (size_t i = 0; i < s.n; i++)
			if (strchr("{}!", s.p[i]) != NULL || (s.p[i] == '*' && i + 1 < s.n && s.p[i + 1] == '*'))
				return "may have only *, ? and [...] as wildcards";
	} while (more);
	return NULL;
}

static bool
wildcard(struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("*?[", s.p[i]) != NULL)
			return true;
	return false;
}

bool
rw_source_open_dir(const char *path, int *ret_fd, const char **ret_base, struct rw_error *err)
{
	const char *slash = strrchr(path, '/');
	rw_autofree char *dir = NULL;

	*ret_base = slash == NULL ? path : slash + 1;
	if (!printable(rw_str(*ret_base)))
		return rw_fail(err, RW_E_USAGE, "%s: is not the name of a policy file", RW_SHOW(rw_str(path)));
	dir = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	if (dir == NULL)
		return rw_fail_nomem(err);
	*ret_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd < 0)
		return rw_fail_errno(err, "%s: cannot open the policy's folder", RW_SHOW(rw_str(dir)));
	return true;
}

/* Open the folder of a name (-1: the name lies in dirfd itself). ret_absent: some part of the way is not there. */
static bool
open_parent(int dirfd, const char *name, int *ret_fd, const char **ret_base, bool *ret_absent, struct rw_error *err)
{
	rw_autoclose int fd = -1;
	struct rw_str rest = rw_str(name), s;
	char z[NAME_MAX + 1];

	*ret_absent = false;
	for (;;) {
		int next;

		s = segment(&rest);
		if (s.n == 0 || s.n >= sizeof(z) || rw_str_eqz(s, ".") || rw_str_eqz(s, ".."))
			return rw_fail(err, RW_E_POLICY, "%s: is not the name of a file below the policy's folder",
			    RW_SHOW(rw_str(name)));
		if (rest.n == 0)
			break;
		memcpy(z, s.p, s.n);
		z[s.n] = '\0';
		next = openat(fd < 0 ? dirfd : fd, z, DIR_FLAGS);
		if (next < 0 && errno == ENOENT) {
			*ret_absent = true;
			break;
		}
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return rw_fail(err, RW_E_POLICY, "%s: %s is no folder, or a symbolic link to one",
			    RW_SHOW(rw_str(name)), RW_SHOW(s));
		if (next < 0)
			return rw_fail_errno(err, "%s: cannot open its folder", RW_SHOW(rw_str(name)));
		rw_closep(&fd);
		fd = next;
	}
	*ret_base = s.p;
	*ret_fd = fd;
	fd = -1;
	return true;
}

bool
rw_source_read(int dirfd, const char *name, struct rw_buf *ret, struct rw_error *err)
{
	rw_autoclose int fd = -1;
	const char *base;
	bool absent;

	if (!open_parent(dirfd, name, &fd, &base, &absent, err))
		return false;
	if (absent)
		return rw_fail(err, RW_E_NOT_FOUND, "%s: no such file", RW_SHOW(rw_str(name)));
	return rw_file_read(fd < 0 ? dirfd : fd, base, ret, err);
}

static bool
found(struct expansion *x, struct rw_str prefix, const char *name)
{
	const char **slot;
	char *full;

	if (x->n == RW_LIMIT_POLICY_FILES)
		return rw_fail(x->err, RW_E_POLICY, "names more than %d files", RW_LIMIT_POLICY_FILES);
	full = rw_arena_printf(x->arena, "%.*s%s", (int)prefix.n, prefix.n == 0 ? "" : prefix.p, name);
	slot = rw_arena_push(x->arena, &x->name, &x->n, &x->cap);
	if (full == NULL || slot == NULL)
		return rw_arena_ok(x->arena, "include", x->err);
	*slot = full;
	if (!printable(rw_str(full)))
		return rw_fail(x->err, RW_E_POLICY, "%s: is not a name that can be shown", RW_SHOW(rw_str(full)));
	return true;
}

static bool expand(struct expansion *x, int fd, struct rw_str prefix, struct rw_str rest);

/* One entry that a segment names: the file itself, or a folder in which the rest of the pattern goes on. */
static bool
step(struct expansion *x, int fd, struct rw_str prefix, const char *name, struct rw_str rest, bool chosen)
{
	rw_autoclose int sub = -1;
	struct stat st;
	char *below;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return true;
		return rw_fail_errno(x->err, "%s: cannot stat", RW_SHOW(rw_str(name)));
	}
	if (S_ISLNK(st.st_mode))
		return rw_fail(x->err, RW_E_POLICY, "%.*s%s is a symbolic link", (int)prefix.n,
		    prefix.n == 0 ? "" : prefix.p, RW_SHOW(rw_str(name)));
	if (rest.n == 0)
		return found(x, prefix, name);
	if (!S_ISDIR(st.st_mode))
		return !chosen || rw_fail(x->err, RW_E_POLICY, "%s is no folder", RW_SHOW(rw_str(name)));
	sub = openat(fd, name, DIR_FLAGS);
	if (sub < 0)
		return rw_fail_errno(x->err, "%s: cannot open", RW_SHOW(rw_str(name)));
	below = rw_arena_printf(x->arena, "%.*s%s/", (int)prefix.n, prefix.n == 0 ? "" : prefix.p, name);
	if (below == NULL)
		return rw_arena_ok(x->arena, "include", x->err);
	return expand(x, sub, rw_str(below), rest);
}

static bool
step_matching(struct expansion *x, int fd, struct rw_str prefix, struct rw_str pattern, struct rw_str rest)
{
	const struct rw_glob *g = rw_glob_compile(x->arena, pattern, x->err);
	rw_cleanup(closedirp) DIR *d = NULL;
	struct dirent *e;
	size_t n = 0;
	int own;

	if (g == NULL)
		return false;
	own = openat(fd, ".", DIR_FLAGS);
	if (own < 0)
		return rw_fail_errno(x->err, "cannot open a folder");
	d = fdopendir(own);
	if (d == NULL) {
		rw_closep(&own);
		return rw_fail_nomem(x->err);
	}
	while (errno = 0, (e = readdir(d)) != NULL) {
		if (++n > DIR_ENTRIES_MAX)
			return rw_fail(x->err, RW_E_LIMIT, "more than %d files in one folder", DIR_ENTRIES_MAX);
		/* Names with a dot are what editors and tools leave lying about. */
		if (e->d_name[0] == '.' && pattern.p[0] != '.')
			continue;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (rw_glob_match(g, rw_str(e->d_name), NULL) && !step(x, fd, prefix, e->d_name, rest, false))
			return false;
	}
	return errno == 0 || rw_fail_errno(x->err, "cannot read a folder");
}

static bool
expand(struct expansion *x, int fd, struct rw_str prefix, struct rw_str rest)
{
	struct rw_str s = segment(&rest);
	char z[NAME_MAX + 1];

	if (wildcard(s))
		return step_matching(x, fd, prefix, s, rest);
	if (s.n >= sizeof(z))
		return true;		/* no file has such a name */
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return step(x, fd, prefix, z, rest, true);
}

static int
name_cmp(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

bool
rw_source_expand(int dirfd, const char *from, struct rw_str pattern, struct rw_arena *a, const char *const **ret,
    size_t *ret_n, struct rw_error *err)
{
	struct expansion x = { .arena = a, .err = err };
	struct rw_str prefix = { from, 0 };
	rw_autoclose int fd = -1;
	const char *base;
	bool absent;

	*ret = NULL;
	*ret_n = 0;
	if (!open_parent(dirfd, from, &fd, &base, &absent, err))
		return false;
	if (absent)
		return true;
	prefix.n = (size_t)(base - from);
	if (!expand(&x, fd < 0 ? dirfd : fd, prefix, pattern))
		return false;
	if (x.n > 1)
		qsort(x.name, x.n, sizeof(*x.name), name_cmp);
	*ret = x.name;
	*ret_n = x.n;
	return true;
}
