/*
 * Refs are read from their files as they are: a symbolic one is told apart from a direct one, also when it is
 * a symbolic link of the file system, and one that leads nowhere is seen.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "policy/git/internal.h"
#include "refwall/text.h"

#define SYMBOLIC_HOPS 5

/* What a file below refs/ holds. RW_REF_ABSENT with *ret_broken: it is there, and no ref. */
struct loose {
	enum rw_ref_kind kind;
	struct rw_oid id;
	struct rw_str target;		/* in the arena */
	bool broken;
};

/* An old way to write a symbolic ref; git follows it as one. */
static bool
read_link(int parent, const char *file, struct rw_arena *a, struct loose *ret, struct rw_error *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(parent, file, target, sizeof(target));

	if (n < 0)
		return rw_fail_errno(err, "%s: cannot be read", RW_SHOW(rw_str(file)));
	ret->kind = RW_REF_SYMBOLIC;
	ret->target = rw_arena_str(a, (struct rw_str){ target, (size_t)n });
	return rw_arena_ok(a, "refs", err);
}

/* A file in the directory `parent`; there is none: RW_REF_ABSENT. */
static bool
read_loose(int parent, const char *file, struct rw_arena *a, struct loose *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_LOOSE_REF_BYTES);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_str target;
	struct stat st;

	*ret = (struct loose){ .kind = RW_REF_ABSENT };
	if (fstatat(parent, file, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
			return true;
		return rw_fail_errno(err, "%s", RW_SHOW(rw_str(file)));
	}
	if (S_ISLNK(st.st_mode))
		return read_link(parent, file, a, ret, err);
	if (S_ISDIR(st.st_mode))
		return true;
	if (!rw_file_read(parent, file, &b, &e)) {
		if (e.code == RW_E_NOT_FOUND)
			return true;	/* packed or deleted meanwhile */
		if (e.code != RW_E_LIMIT) {
			*err = e;
			return false;
		}
		ret->broken = true;
		return true;
	}
	if (!rw_loose_ref_parse(rw_buf_str(&b), &ret->kind, &ret->id, &target)) {
		*ret = (struct loose){ .kind = RW_REF_ABSENT, .broken = true };
		return true;
	}
	if (ret->kind == RW_REF_SYMBOLIC)
		ret->target = rw_arena_str(a, target);
	return rw_arena_ok(a, "refs", err);
}

static const struct rw_packed_ref *
find_packed(const struct rw_packed_ref *item, size_t n, struct rw_str name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = rw_str_cmp(item[mid].name, name);

		if (c == 0)
			return &item[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool
rw_repo_ref(struct rw_repo *r, struct rw_arena *a, struct rw_str name, enum rw_ref_kind *ret_kind,
    struct rw_oid *ret_id, struct rw_str *ret_target, struct rw_error *err)
{
	const struct rw_packed_ref *item, *p;
	char file[RW_LIMIT_REF_NAME + 1];
	struct loose l;
	size_t n;

	if (!rw_str_eqz(name, "HEAD") && !rw_refname_valid(name))
		return rw_fail(err, RW_E_PARSE, "\"%s\" is no well-formed ref name", RW_SHOW(name));
	memcpy(file, name.p, name.n);
	file[name.n] = '\0';
	if (!read_loose(rw_str_eqz(name, "HEAD") ? r->dir_fd : r->common_fd, file, a, &l, err))
		return false;
	if (l.broken)
		return rw_fail(err, RW_E_PARSE, "%s: the file of this ref is broken", RW_SHOW(name));
	if (l.kind == RW_REF_ABSENT) {
		if (!rw_packed_refs_get(r, &item, &n, err))
			return false;
		p = find_packed(item, n, name);
		if (p != NULL) {
			l.kind = RW_REF_DIRECT;
			l.id = p->id;
		}
	}
	*ret_kind = l.kind;
	*ret_id = l.id;
	*ret_target = l.target;
	return true;
}

/* ---- all of them ---- */

struct listing {
	struct rw_repo *repo;
	struct rw_arena *arena;
	struct rw_ref *ref;
	size_t n, cap;
	struct rw_error *err;
};

static bool
add(struct listing *l, struct rw_str name, const struct rw_oid *id, enum rw_ref_kind kind)
{
	struct rw_ref *ref;

	if (l->n == RW_LIMIT_REPO_REFS)
		return rw_fail(l->err, RW_E_LIMIT, "more than %d refs", RW_LIMIT_REPO_REFS);
	ref = rw_arena_push(l->arena, &l->ref, &l->n, &l->cap);
	if (ref == NULL)
		return rw_arena_ok(l->arena, "refs", l->err);
	*ref = (struct rw_ref){ rw_arena_str(l->arena, name), *id, kind };
	return rw_arena_ok(l->arena, "refs", l->err);
}

static void
close_dir(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

static bool list_dir(struct listing *l, int parent, const char *dir, struct rw_buf *path, unsigned depth);

/* path is the full name of the entry. */
static bool
list_entry(struct listing *l, int parent, const char *name, struct rw_buf *path, unsigned depth)
{
	struct stat st;
	struct loose loose;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || rw_fail_errno(l->err, "%s", RW_SHOW(rw_buf_str(path)));
	if (S_ISDIR(st.st_mode))
		return list_dir(l, parent, name, path, depth + 1);
	if (S_ISLNK(st.st_mode) && fstatat(parent, name, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return rw_fail(l->err, RW_E_UNSUPPORTED, "%s: is a symbolic link to a directory",
		    RW_SHOW(rw_buf_str(path)));
	if (!rw_refname_valid(rw_buf_str(path)))
		return true;
	if (!read_loose(parent, name, l->arena, &loose, l->err))
		return false;
	if (loose.kind == RW_REF_ABSENT && !loose.broken)
		return true;
	return add(l, rw_buf_str(path), &loose.id, loose.kind);
}

static bool
list_dir(struct listing *l, int parent, const char *name, struct rw_buf *path, unsigned depth)
{
	rw_autoclose int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	rw_cleanup(close_dir) DIR *d = NULL;
	size_t len = path->len;
	struct dirent *e;

	if (fd < 0)
		return errno == ENOENT || rw_fail_errno(l->err, "%s", RW_SHOW(rw_buf_str(path)));
	if (depth > RW_LIMIT_REF_DEPTH)
		return rw_fail(l->err, RW_E_LIMIT, "%s: more than %d directories deep",
		    RW_SHOW(rw_buf_str(path)), RW_LIMIT_REF_DEPTH);
	d = fdopendir(fd);
	if (d == NULL)
		return rw_fail_errno(l->err, "%s", RW_SHOW(rw_buf_str(path)));
	fd = -1;
	while ((errno = 0, e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		rw_buf_putc(path, '/');
		rw_buf_puts(path, e->d_name);
		if (!rw_buf_ok(path, "ref name", l->err) || !list_entry(l, dirfd(d), e->d_name, path, depth))
			return false;
		rw_buf_truncate(path, len);
	}
	return errno == 0 || rw_fail_errno(l->err, "%s", RW_SHOW(rw_buf_str(path)));
}

static int
by_name(const void *a, const void *b)
{
	const struct rw_ref *x = a, *y = b;

	return rw_str_cmp(x->name, y->name);
}

static struct rw_ref *
find(const struct listing *l, size_t n, struct rw_str name)
{
	struct rw_ref key = { .name = name };

	return n == 0 ? NULL : bsearch(&key, l->ref, n, sizeof(key), by_name);
}

/* Files win over lines of packed-refs. */
static bool
add_packed(struct listing *l)
{
	const struct rw_packed_ref *item;
	size_t n, n_loose;

	if (!rw_packed_refs_get(l->repo, &item, &n, l->err))
		return false;
	if (l->n > 0)
		qsort(l->ref, l->n, sizeof(*l->ref), by_name);
	n_loose = l->n;
	for (size_t i = 0; i < n; i++)
		if (find(l, n_loose, item[i].name) == NULL &&
		    !add(l, item[i].name, &item[i].id, RW_REF_DIRECT))
			return false;
	if (l->n > n_loose)
		qsort(l->ref, l->n, sizeof(*l->ref), by_name);
	return true;
}

/* The id at the end of a chain of symbolic refs, or zero. */
static bool
resolve(struct listing *l, struct rw_ref *ref)
{
	struct rw_str name = ref->name;

	for (int i = 0; i < SYMBOLIC_HOPS; i++) {
		enum rw_ref_kind kind;
		struct rw_str target;
		struct rw_oid id;

		if (!rw_refname_valid(name))
			return true;
		if (!rw_repo_ref(l->repo, l->arena, name, &kind, &id, &target, l->err))
			return l->err->code == RW_E_PARSE;
		if (kind == RW_REF_DIRECT)
			ref->id = id;
		if (kind != RW_REF_SYMBOLIC)
			return true;
		name = target;
	}
	return true;
}

bool
rw_repo_refs(struct rw_repo *r, struct rw_arena *a, const struct rw_ref **ret, size_t *ret_n,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf path = RW_BUF_INIT(PATH_MAX);
	struct rw_error mine = RW_ERROR_INIT;
	struct listing l = { .repo = r, .arena = a, .err = &mine };
	bool ok;

	rw_buf_puts(&path, "refs");
	ok = list_dir(&l, r->common_fd, "refs", &path, 0) && add_packed(&l);
	for (size_t i = 0; ok && i < l.n; i++)
		if (l.ref[i].kind == RW_REF_SYMBOLIC)
			ok = resolve(&l, &l.ref[i]);
	if (!ok) {
		*err = mine;
		return rw_fail_prefix(err, "%s", RW_SHOW(rw_str(r->path)));
	}
	*ret = l.ref;
	*ret_n = l.n;
	return true;
}
