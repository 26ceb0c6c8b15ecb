#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#include "policy/git/internal.h"
#include "refwall/reader.h"
#include "refwall/text.h"

/* ---- a file below refs/: gitrepository-layout(5) ---- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool
rw_loose_ref_parse(struct rw_str s, enum rw_ref_kind *ret_kind, struct rw_oid *ret_id,
    struct rw_str *ret_target)
{
	*ret_target = (struct rw_str){ NULL, 0 };
	if (!rw_str_has_prefix(s, "ref:")) {
		*ret_kind = RW_REF_DIRECT;
		return s.n >= 40 && (s.n == 40 || is_space(s.p[40])) &&
		    rw_oid_parse((struct rw_str){ s.p, 40 }, ret_id) && !rw_oid_is_zero(ret_id);
	}
	s = (struct rw_str){ s.p + 4, s.n - 4 };
	while (s.n > 0 && is_space(s.p[0]))
		s = (struct rw_str){ s.p + 1, s.n - 1 };
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	*ret_kind = RW_REF_SYMBOLIC;
	*ret_target = s;
	return s.n > 0 && memchr(s.p, '\0', s.n) == NULL;
}

/* ---- packed-refs: git-pack-refs(1) ---- */

static int
by_name(const void *a, const void *b)
{
	const struct rw_packed_ref *x = a, *y = b;

	return rw_str_cmp(x->name, y->name);
}

static bool
push(struct rw_packed_ref **items, size_t *n, size_t *cap, struct rw_packed_ref item, struct rw_error *err)
{
	if (*n == RW_LIMIT_REPO_REFS)
		return rw_fail(err, RW_E_LIMIT, "packed-refs: more than %d refs", RW_LIMIT_REPO_REFS);
	if (*n == *cap) {
		size_t more = *cap == 0 ? 64 : *cap * 2;
		struct rw_packed_ref *p = reallocarray(*items, more, sizeof(*p));

		if (p == NULL)
			return rw_fail_nomem(err);
		*items = p;
		*cap = more;
	}
	(*items)[(*n)++] = item;
	return true;
}

bool
rw_packed_refs_parse(struct rw_str bytes, struct rw_packed_ref **ret, size_t *ret_n, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	rw_autofree struct rw_packed_ref *items = NULL;
	size_t n = 0, cap = 0, number = 0;
	bool sorted = true;

	while (r.left > 0) {
		struct rw_str line = rw_reader_line(&r);
		struct rw_packed_ref item;

		number++;
		if (r.bad)
			return rw_fail(err, RW_E_PARSE, "packed-refs: line %zu has no end", number);
		/* "# pack-refs with:" and "^<id>", what the tag in the line before peels to */
		if (line.n > 0 && (line.p[0] == '#' || line.p[0] == '^'))
			continue;
		if (line.n < 42 || line.p[40] != ' ' ||
		    !rw_oid_parse((struct rw_str){ line.p, 40 }, &item.id))
			return rw_fail(err, RW_E_PARSE, "packed-refs: line %zu: wanted \"id ref\"", number);
		item.name = (struct rw_str){ line.p + 41, line.n - 41 };
		if (!rw_refname_valid(item.name))
			continue;
		sorted = sorted && (n == 0 || rw_str_cmp(items[n - 1].name, item.name) < 0);
		if (!push(&items, &n, &cap, item, err))
			return false;
	}
	if (!sorted)
		qsort(items, n, sizeof(*items), by_name);
	for (size_t i = 1; !sorted && i < n; i++)
		if (rw_str_eq(items[i - 1].name, items[i].name))
			return rw_fail(err, RW_E_PARSE, "packed-refs: \"%s\" is there twice",
			    RW_SHOW(items[i].name));
	*ret = rw_steal(&items);
	*ret_n = n;
	return true;
}

/* ---- kept while the file stays the same ---- */

struct rw_packed_refs {
	struct stat st;			/* st_ino 0: there was no file */
	struct rw_buf bytes;
	struct rw_packed_ref *item;
	size_t n;
};

void
rw_packed_refs_free(struct rw_packed_refs *p)
{
	if (p == NULL)
		return;
	free(p->item);
	rw_buf_release(&p->bytes);
	free(p);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool
load(struct rw_repo *r, const struct stat *st, struct rw_error *err)
{
	struct rw_packed_refs *p;

	rw_packed_refs_free(r->packed);
	r->packed = p = calloc(1, sizeof(*p));
	if (p == NULL)
		return rw_fail_nomem(err);
	p->bytes = (struct rw_buf)RW_BUF_INIT(RW_LIMIT_PACKED_REFS_BYTES);
	if (st->st_ino != 0 && (!rw_file_read(r->common_fd, "packed-refs", &p->bytes, err) ||
	    !rw_packed_refs_parse(rw_buf_str(&p->bytes), &p->item, &p->n, err)))
		return false;
	p->st = *st;
	return true;
}

bool
rw_packed_refs_get(struct rw_repo *r, const struct rw_packed_ref **ret, size_t *ret_n, struct rw_error *err)
{
	struct stat st = { 0 };

	/* Asked before it is read: a file that is replaced in between is then read again the next time. */
	if (fstatat(r->common_fd, "packed-refs", &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return rw_fail_errno(err, "packed-refs");
		st = (struct stat){ 0 };
	}
	if ((r->packed == NULL || !same_file(&r->packed->st, &st)) && !load(r, &st, err)) {
		rw_packed_refs_free(r->packed);
		r->packed = NULL;
		return rw_fail_prefix(err, "%s", RW_SHOW(rw_str(r->common)));
	}
	*ret = r->packed->item;
	*ret_n = r->packed->n;
	return true;
}
