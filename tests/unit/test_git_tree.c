#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/git/internal.h"

/* "mode name" entries, each with the id 0x11..., or zeros when the mode is followed by '!'. */
static struct rw_str
make_tree(struct rw_buf *b, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "|");
		bool zero = memchr(text, '!', n) != NULL;

		for (size_t i = 0; i < n; i++)
			if (text[i] != '!')
				rw_buf_putc(b, text[i]);
		rw_buf_putc(b, '\0');
		for (size_t i = 0; i < 20; i++)
			rw_buf_putc(b, zero ? '\0' : '\x11');
		text += n + (text[n] == '|');
	}
	return rw_buf_str(b);
}

static const struct {
	const char *name, *tree;
	enum rw_error_code code;
	size_t n;
	const char *message;
} trees[] = {
	{ "empty", "", RW_E_NONE, 0, NULL },
	{ "all modes", "100644 a|100755 b|120000 c|160000 d|40000 e", RW_E_NONE, 5, NULL },
	{ "a directory sorts with a slash", "100644 a.b|40000 a|100644 a0", RW_E_NONE, 3, NULL },
	{ "prefixes", "100644 a|100644 ab|100644 abc|100644 b", RW_E_NONE, 4, NULL },
	{ "bytes that are no UTF-8", "100644 \xff\xfe", RW_E_NONE, 1, NULL },
	{ "names near .git", "100644 .gitignore|100644 .gita|100644 git|100644 git~2|100644 x.git", RW_E_PARSE, 0, "out of order" },
	{ "names near .git, sorted", "100644 ...|100644 .gita|100644 .gitignore|100644 git|100644 git~2|100644 x.git", RW_E_NONE, 6,
	    NULL },

	{ "unsorted", "100644 b|100644 a", RW_E_PARSE, 0, "out of order" },
	{ "directory before its neighbour", "40000 a|100644 a.b", RW_E_PARSE, 0, "out of order" },
	{ "file sorted like a directory", "100644 a.b|100644 a", RW_E_PARSE, 0, "out of order" },
	{ "duplicate file", "100644 deploy.yaml|100644 deploy.yaml", RW_E_PARSE, 0, "there twice" },
	{ "duplicate with another mode", "100644 deploy.yaml|100755 deploy.yaml", RW_E_PARSE, 0, "there twice" },
	{ "duplicate directory", "40000 a|40000 a", RW_E_PARSE, 0, "there twice" },
	{ "file and directory, neighbours", "100644 a|40000 a", RW_E_PARSE, 0, "there twice" },
	{ "file and directory, one between", "100644 a|100644 a.b|40000 a", RW_E_PARSE, 0, "there twice" },
	{ "file and directory, prefixes between", "100644 a|100644 a-|100644 a--|40000 a--x|40000 a-b|40000 a", RW_E_PARSE, 0,
	    "there twice" },
	{ "inner pair", "100644 a|100644 a-|100644 a-.|40000 a-|100644 b", RW_E_PARSE, 0, "there twice" },
	{ "empty name", "100644 ", RW_E_PARSE, 0, "no name" },
	{ "slash", "100644 envs/prod/d.yaml", RW_E_PARSE, 0, "holds a slash" },
	{ "dot", "40000 .", RW_E_PARSE, 0, "not allowed" },
	{ "dot dot", "40000 ..", RW_E_PARSE, 0, "not allowed" },
	{ ".git", "40000 .git", RW_E_PARSE, 0, "not allowed" },
	{ ".git as a file", "100644 .git", RW_E_PARSE, 0, "not allowed" },
	{ "padded mode", "040000 a", RW_E_PARSE, 0, "mode" },
	{ "group-writable", "100664 a", RW_E_PARSE, 0, "mode" },
	{ "short mode", "10644 a", RW_E_PARSE, 0, "mode" },
	{ "mode 0", "0 a", RW_E_PARSE, 0, "mode" },
	{ "no mode", " a", RW_E_PARSE, 0, "mode" },
	{ "mode with a letter", "10064a a", RW_E_PARSE, 0, "mode" },
	{ "device", "60000 a", RW_E_PARSE, 0, "mode" },
	{ "zero id", "100644! a", RW_E_PARSE, 0, "zeros" },
};

static void
test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(trees); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
		const struct rw_tree_entry *e;
		struct rw_error err = RW_ERROR_INIT;
		size_t n = 0;
		bool ok;

		print_message("# %s\n", trees[i].name);
		ok = rw_tree_parse(a, make_tree(&b, trees[i].tree), &e, &n, &err);
		if (ok != (trees[i].code == RW_E_NONE) || err.code != trees[i].code || n != trees[i].n ||
		    (trees[i].message != NULL && strstr(err.msg, trees[i].message) == NULL))
			fail_msg("%s: %s", rw_error_name(err.code), err.msg);
	}
}

static void
test_cut(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct rw_str all = make_tree(&b, "100644 a|40000 b");
	size_t whole = all.n / 2 + 1;	/* of the first entry: one byte of mode more */

	(void)state;
	for (size_t n = 0; n < all.n; n++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_autofree char *exact = malloc(n + 1);
		const struct rw_tree_entry *e;
		struct rw_error err = RW_ERROR_INIT;
		size_t got;

		memcpy(exact, all.p, n);
		assert_int_equal(rw_tree_parse(a, (struct rw_str){ exact, n }, &e, &got, &err), n == 0 || n == whole);
	}
}

static const struct {
	const char *name;
	bool is;
} dotgit[] = {
	{ ".git", true },
	{ ".GIT", true },
	{ ".Git", true },
	{ ".git.", true },
	{ ".git...", true },
	{ ".git ", true },
	{ ".git . .", true },
	{ "git~1", true },
	{ "GIT~1", true },
	{ "GiT~1.", true },
	{ ".git::$INDEX_ALLOCATION", true },
	{ ".git:x", true },
	{ ".git .:x", true },
	{ ".git\\x", true },
	{ "x\\.git", true },
	{ "x\\.git\\y", true },
	{ "x\\git~1", true },
	{ "x\\GIT~1 \\y", true },
	{ ".g\xe2\x80\x8cit", true },
	{ "\xef\xbb\xbf.git", true },
	{ ".git\xe2\x80\xae", true },
	{ ".GI\xe2\x81\xafT", true },
	{ "\xe2\x80\x8d.g\xe2\x80\x8eI\xe2\x80\x8ft \xe2\x80\xaa.", true },
	{ "g\xe2\x80\x8dit~1", true },
	{ "", false },
	{ ".", false },
	{ ".gi", false },
	{ ".gitx", false },
	{ ".git.x", false },
	{ ".git x", false },
	{ "..git", false },
	{ " .git", false },
	{ "git", false },
	{ "git~", false },
	{ "git~10", false },
	{ "git~2", false },
	{ "x.git", false },
	{ ".gitmodules", false },
	{ ".gitx\\y", false },
	{ ".g\xe2\x80\x8bit", false },
	{ ".gi\xe2\x80", false },
	{ ".g:it", false },
};

static void
test_dotgit(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(dotgit); i++) {
		print_message("# %s\n", dotgit[i].name);
		assert_int_equal(rw_name_is_dotgit(rw_str(dotgit[i].name)), dotgit[i].is);
	}
}

static bool
parse_name_of(size_t n, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16), t = RW_BUF_INIT(1u << 16);
	const struct rw_tree_entry *e;
	size_t got;

	rw_buf_puts(&t, "100644 ");
	while (n-- > 0)
		rw_buf_putc(&t, 'n');
	return rw_tree_parse(a, make_tree(&b, rw_buf_cstr(&t)), &e, &got, err);
}

/* Each name a prefix of the next: the worst for what remembers files. */
static void
test_prefix_chain(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(32u << 20), t = RW_BUF_INIT(32u << 20);
	const struct rw_tree_entry *e;
	struct rw_error err = RW_ERROR_INIT;
	size_t n;

	(void)state;
	for (size_t i = 1; i <= 3000; i++) {
		rw_buf_puts(&t, "100644 ");
		for (size_t k = 0; k < i; k++)
			rw_buf_putc(&t, '-');
		rw_buf_putc(&t, '|');
	}
	assert_true(rw_tree_parse(a, make_tree(&b, rw_buf_cstr(&t)), &e, &n, &err));
	assert_int_equal(n, 3000);
	rw_buf_puts(&t, "40000 -----");
	rw_buf_clear(&b);
	assert_false(rw_tree_parse(a, make_tree(&b, rw_buf_cstr(&t)), &e, &n, &err));
	assert_string_equal(err.msg, "tree: \"-----\" is there twice");
}

static void
test_limits(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_autofree char *big = calloc(1, RW_LIMIT_TREE_BYTES + 1);
	const struct rw_tree_entry *e;
	struct rw_error err = RW_ERROR_INIT;
	size_t n;

	(void)state;
	assert_true(parse_name_of(RW_LIMIT_PATH_BYTES, &err));
	assert_false(parse_name_of(RW_LIMIT_PATH_BYTES + 1, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_false(rw_tree_parse(a, (struct rw_str){ big, RW_LIMIT_TREE_BYTES }, &e, &n, &err));
	assert_int_equal(err.code, RW_E_PARSE);
	assert_false(rw_tree_parse(a, (struct rw_str){ big, RW_LIMIT_TREE_BYTES + 1 }, &e, &n, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_dotgit),
		cmocka_unit_test(test_prefix_chain),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
