#include "policy/git/internal.h"
#include "refwall/reader.h"
#include "refwall/text.h"

static const struct {
	const char *text;
	uint32_t mode;
} modes[] = {
	{ "100644", 0100644 },
	{ "40000", RW_MODE_TREE },
	{ "100755", 0100755 },
	{ "120000", 0120000 },
	{ "160000", 0160000 },
};

void
rw_tree_iter_init(struct rw_tree_iter *it, struct rw_str bytes)
{
	*it = (struct rw_tree_iter){ .left = bytes };
}

void
rw_tree_iter_release(struct rw_tree_iter *it)
{
	free(it->files);
	*it = (struct rw_tree_iter){ .end = true };
}

int
rw_tree_name_cmp(struct rw_str a, bool a_dir, struct rw_str b, bool b_dir)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = memcmp(a.p, b.p, n);
	unsigned char x, y;

	if (c != 0)
		return c;
	x = a.n > n ? (unsigned char)a.p[n] : a_dir ? '/' : 0;
	y = b.n > n ? (unsigned char)b.p[n] : b_dir ? '/' : 0;
	return x < y ? -1 : x > y;
}

static bool
parse_mode(struct rw_str s, uint32_t *ret)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(modes); i++)
		if (rw_str_eqz(s, modes[i].text)) {
			*ret = modes[i].mode;
			return true;
		}
	return false;
}

static bool
check_name(struct rw_str name, struct rw_error *err)
{
	if (name.n == 0)
		return rw_fail(err, RW_E_PARSE, "tree: an entry has no name");
	if (name.n > RW_LIMIT_PATH_BYTES)
		return rw_fail(err, RW_E_LIMIT, "tree: a name is longer than %d bytes", RW_LIMIT_PATH_BYTES);
	if (memchr(name.p, '/', name.n) != NULL)
		return rw_fail(err, RW_E_PARSE, "tree: the name \"%s\" holds a slash", RW_SHOW(name));
	if (rw_str_eqz(name, ".") || rw_str_eqz(name, "..") || rw_name_is_dotgit(name))
		return rw_fail(err, RW_E_PARSE, "tree: the name \"%s\" is not allowed", RW_SHOW(name));
	return true;
}

static size_t
common_prefix(struct rw_str a, struct rw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;

	while (i < n && a.p[i] == b.p[i])
		i++;
	return i;
}

/*
 * A file and a directory of one name need not be neighbours: "a", "a.b", "a/". All that lies between them
 * begins with the name, so the files that may still meet their directory are prefixes of each other: a list
 * of lengths.
 */
static bool
check_twin(struct rw_tree_iter *it, const struct rw_tree_entry *e, struct rw_error *err)
{
	size_t common = common_prefix(it->last_file, e->name);

	while (it->n_files > 0 && it->files[it->n_files - 1] > common)
		it->n_files--;
	if (e->mode == RW_MODE_TREE) {
		if (it->n_files > 0 && it->files[it->n_files - 1] == e->name.n)
			return rw_fail(err, RW_E_PARSE, "tree: \"%s\" is there twice", RW_SHOW(e->name));
		return true;
	}
	if (it->n_files == it->cap_files) {
		size_t cap = it->cap_files == 0 ? 8 : it->cap_files * 2;
		uint32_t *p = reallocarray(it->files, cap, sizeof(*p));

		if (p == NULL)
			return rw_fail_nomem(err);
		it->files = p;
		it->cap_files = cap;
	}
	it->files[it->n_files++] = (uint32_t)e->name.n;
	it->last_file = e->name;
	return true;
}

static bool
check_order(const struct rw_tree_iter *it, const struct rw_tree_entry *e, struct rw_error *err)
{
	int c;

	if (!it->started)
		return true;
	c = rw_tree_name_cmp(it->entry.name, it->entry.mode == RW_MODE_TREE, e->name,
	    e->mode == RW_MODE_TREE);
	if (c < 0)
		return true;
	return rw_fail(err, RW_E_PARSE,
	    c == 0 ? "tree: \"%s\" is there twice" : "tree: \"%s\" is out of order", RW_SHOW(e->name));
}

bool
rw_tree_iter_next(struct rw_tree_iter *it, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(it->left);
	struct rw_tree_entry e;
	struct rw_str mode, id;

	if (it->left.n == 0) {
		it->end = true;
		return true;
	}
	mode = rw_reader_until(&r, ' ');
	e.name = rw_reader_until(&r, '\0');
	id = rw_reader_bytes(&r, sizeof(e.id.b));
	if (r.bad)
		return rw_fail(err, RW_E_PARSE, "tree: an entry has no end");
	if (!parse_mode(mode, &e.mode))
		return rw_fail(err, RW_E_PARSE,
		    "tree: \"%s\" has the mode \"%s\", wanted 40000, 100644, 100755, 120000 or 160000",
		    RW_SHOW(e.name), RW_SHOW(mode));
	memcpy(e.id.b, id.p, sizeof(e.id.b));
	if (rw_oid_is_zero(&e.id))
		return rw_fail(err, RW_E_PARSE, "tree: \"%s\" has an object id of zeros", RW_SHOW(e.name));
	if (!check_name(e.name, err) || !check_order(it, &e, err) || !check_twin(it, &e, err))
		return false;
	it->entry = e;
	it->started = true;
	it->left = (struct rw_str){ r.p, r.left };
	return true;
}
