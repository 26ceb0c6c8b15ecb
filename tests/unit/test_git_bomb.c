/* Small things that cost much: each must end in a refusal, soon, and in bounded memory. */
#include <time.h>

#include "policy/git/internal.h"
#include "refwall/hash.h"
#include "tests/unit/gitrepo.h"

#ifdef __SANITIZE_ADDRESS__
#else
#endif

/* Processor time of this process in ms, told but not judged: what is judged is that a bound ends it. */
static int64_t
cpu_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct rw_oid
id_of(struct gitrepo *g, const char *fmt, const char *arg)
{
	char *z = gitrepo_sh(g, fmt, arg);
	struct rw_oid id;

	assert_true(rw_oid_parse(rw_str(z), &id));
	free(z);
	return id;
}

static void
assert_refused(struct gitrepo *g, struct rw_repo *r, const struct rw_oid *tree, const char *message)
{
	struct rw_budget budget = rw_budget_default();
	const struct rw_change *c;
	int64_t start = cpu_ms();
	size_t n;

	assert_fails(g, rw_repo_diff(r, g->arena, NULL, tree, &budget, &c, &n, &g->err), RW_E_LIMIT);
	print_message("# %lld ms: %s\n", (long long)(cpu_ms() - start), g->err.msg);
	if (strstr(g->err.msg, message) == NULL)
		fail_msg("%s", g->err.msg);
}

/* Eleven objects, 100^10 files. */
static void
test_wide_trees(void **state)
{
	static const struct {
		const char *name, *leaf, *message;
		int width;
	} rows[] = {
		{ "of files", "100644 blob $(git hash-object -w --stdin </dev/null)", "changed paths", 100 },
		{ "of empty trees", "040000 tree $(git mktree </dev/null)", "entries of trees", 100 },
		{ "of empty trees, too large for the cache", "040000 tree $(git mktree </dev/null)", "entries of trees", 4000 },
	};
	struct gitrepo *g = *state;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_oid tree;
		struct rw_repo *r;
		char *z;

		print_message("# %s\n", rows[i].name);
		z = gitrepo_sh(g, "rm -rf r; git init -q --bare r; cd r; e=\"%s\"; for l in 1 2 3 4 5 6 7 8 9 10; do "
		    "t=$(seq -f \"$e\t%%010g\" %d | git mktree); e=\"040000 tree $t\"; done; echo $t", rows[i].leaf, rows[i].width);
		assert_true(rw_oid_parse(rw_str(z), &tree));
		free(z);
		r = gitrepo_open(g, "r");
		assert_refused(g, r, &tree, rows[i].message);
		rw_repo_free(r);
	}
}

static struct rw_oid
nested(struct gitrepo *g, unsigned depth)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", depth);
	return id_of(g, "rm -rf r; git init -q --bare r; cd r; { echo 'commit refs/heads/x'; "
	    "echo 'committer A <a@example.com> 1 +0000'; echo 'data 0'; printf 'M 644 inline '; "
	    "yes a/ | head -n %s | tr -d '\\n'; echo f; echo 'data 0'; } | git fast-import --quiet; git rev-parse 'x^{tree}'", number);
}

static void
test_deep_trees(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget budget = rw_budget_default();
	const struct rw_change *c;
	struct rw_oid tree, id;
	struct rw_repo *r;
	uint32_t mode;
	char path[400];
	size_t n;

	tree = nested(g, RW_LIMIT_TREE_DEPTH);
	r = gitrepo_open(g, "r");
	assert_ok(g, rw_repo_diff(r, g->arena, NULL, &tree, &budget, &c, &n, &g->err));
	assert_int_equal(n, 1);
	assert_int_equal(c[0].path.n, 2 * RW_LIMIT_TREE_DEPTH + 1);
	assert_ok(g, rw_repo_path_at(r, &tree, c[0].path, &mode, &id, &g->err));
	assert_int_equal(mode, 0100644);
	rw_repo_free(r);

	tree = nested(g, RW_LIMIT_TREE_DEPTH + 1);
	r = gitrepo_open(g, "r");
	assert_refused(g, r, &tree, "directories deep");
	snprintf(path, sizeof(path), "%.*sa/f", (int)c[0].path.n - 1, c[0].path.p);
	assert_fails(g, rw_repo_path_at(r, &tree, rw_str(path), &mode, &id, &g->err), RW_E_LIMIT);
	rw_repo_free(r);

	tree = nested(g, 1500);
	r = gitrepo_open(g, "r");
	assert_refused(g, r, &tree, "directories deep");
	rw_repo_free(r);
}

static void
test_long_path(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget budget = rw_budget_default();
	const struct rw_change *c;
	struct rw_oid tree;
	struct rw_repo *r;
	size_t n;

	for (size_t len = RW_LIMIT_PATH_BYTES; len <= RW_LIMIT_PATH_BYTES + 1; len++) {
		char number[16];

		/* 16 directories of 250 bytes, each with its slash, and a file */
		snprintf(number, sizeof(number), "%zu", len - 16 * 251);
		tree = id_of(g, "rm -rf r; git init -q --bare r; cd r; "
		    "e=\"100644 blob $(git hash-object -w --stdin </dev/null)\t$(head -c %s /dev/zero | tr '\\0' f)\"; "
		    "d=$(head -c 250 /dev/zero | tr '\\0' d); i=0; while [ $i -lt 16 ]; do i=$((i + 1)); "
		    "e=\"040000 tree $(echo \"$e\" | git mktree)\t$d\"; done; echo \"$e\" | git mktree", number);
		r = gitrepo_open(g, "r");
		if (len == RW_LIMIT_PATH_BYTES) {
			assert_ok(g, rw_repo_diff(r, g->arena, NULL, &tree, &budget, &c, &n, &g->err));
			assert_int_equal(c[0].path.n, len);
		} else {
			assert_refused(g, r, &tree, "path");
		}
		rw_repo_free(r);
	}
}

/* What is left is used up to the last one, and not one more. */
static void
test_budget(void **state)
{
	struct gitrepo *g = *state;
	const struct rw_change *c;
	struct rw_oid tree;
	struct rw_repo *r;
	size_t n;

	tree = id_of(g, "git init -q --bare r; cd r; b=$(git hash-object -w --stdin </dev/null); "
	    "seq -f \"100644 blob $b\t%s\" 10 | git mktree", "%g");
	r = gitrepo_open(g, "r");
	/* ten entries, and one for the tree itself */
	for (uint64_t paths = 9; paths <= 10; paths++)
		for (uint64_t entries = 10; entries <= 11; entries++) {
			struct rw_budget budget = rw_budget_default();

			budget.paths = paths;
			budget.tree_entries = entries;
			if (paths == 10 && entries == 11) {
				assert_ok(g,
				    rw_repo_diff(r, g->arena, NULL, &tree, &budget, &c, &n, &g->err));
				assert_int_equal(n, 10);
				assert_int_equal(budget.paths, 0);
				assert_int_equal(budget.tree_entries, 0);
			} else {
				assert_fails(g,
				    rw_repo_diff(r, g->arena, NULL, &tree, &budget, &c, &n, &g->err),
				    RW_E_LIMIT);
			}
		}
	rw_repo_free(r);
}

/* ---- a file of a few bytes that is a delta against a large one ---- */

#define BASE_BYTES (80u << 20)

/* RFC 1950 and 1951: one stored block. */
static void
put_stored(struct rw_buf *b, struct rw_str s)
{
	uint32_t x = 1, y = 0;

	rw_buf_put(b, "\x78\x01\x01", 3);
	rw_buf_put_u8(b, (uint8_t)s.n);
	rw_buf_put_u8(b, (uint8_t)(s.n >> 8));
	rw_buf_put_u8(b, (uint8_t)~s.n);
	rw_buf_put_u8(b, (uint8_t)(~s.n >> 8));
	rw_buf_put_str(b, s);
	for (size_t i = 0; i < s.n; i++) {
		x = (x + (uint8_t)s.p[i]) % 65521;
		y = (y + x) % 65521;
	}
	rw_buf_put_u32(b, y << 16 | x);
}

static void
put_varint(struct rw_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		rw_buf_put_u8(b, (uint8_t)(v | 0x80));
	rw_buf_put_u8(b, (uint8_t)v);
}

/* gitformat-pack(5): the large object as git packed it, and a delta that copies five bytes of it. */
static void
make_delta_pack(struct gitrepo *g)
{
	rw_auto_buf struct rw_buf one = RW_BUF_INIT(4u << 20), pack = RW_BUF_INIT(4u << 20);
	rw_auto_buf struct rw_buf delta = RW_BUF_INIT(64);
	uint8_t sum[20];
	char path[600];
	struct rw_str all;
	size_t distance;

	gitrepo_do(g, "git init -q --bare big; cd big; head -c 83886080 /dev/zero | git hash-object -w --stdin | "
	    "git pack-objects -q --stdout >../one.pack; git init -q --bare ../r");
	snprintf(path, sizeof(path), "%s/one.pack", g->dir);
	assert_ok(g, rw_file_read(-100, path, &one, &g->err));
	put_varint(&delta, BASE_BYTES);
	put_varint(&delta, 5);
	rw_buf_put(&delta, "\x90\x05", 2);
	rw_buf_put(&pack, "PACK\0\0\0\2\0\0\0\2", 12);
	rw_buf_put(&pack, one.data + 12, one.len - 12 - 20);
	distance = pack.len - 12;
	assert_true(distance > 0x4080 && distance < 0x204080 && delta.len < 16);
	rw_buf_put_u8(&pack, (uint8_t)(6 << 4 | delta.len));
	distance -= 0x4080;
	rw_buf_put_u8(&pack, (uint8_t)(0x80 | distance >> 14));
	rw_buf_put_u8(&pack, (uint8_t)(0x80 | (distance >> 7 & 0x7f)));
	rw_buf_put_u8(&pack, distance & 0x7f);
	put_stored(&pack, rw_buf_str(&delta));
	all = rw_buf_str(&pack);
	rw_hash(RW_SHA1, &all, 1, sum);
	rw_buf_put(&pack, sum, sizeof(sum));
	snprintf(path, sizeof(path), "%s/two.pack", g->dir);
	assert_ok(g, rw_file_write(path, rw_buf_str(&pack), 0600, false, &g->err));
	print_message("# the pack has %zu bytes\n", pack.len);
	gitrepo_do(g, "git -C r index-pack --stdin <two.pack >/dev/null");
}

static void
test_delta_base(void **state)
{
	struct gitrepo *g = *state;
	enum rw_object_type type;
	struct rw_object o;
	struct rw_oid id;
	struct rw_repo *r;
	uint64_t size;
	int64_t start;

	assert_ok(g, rw_crypto_init(&g->err));
	make_delta_pack(g);
	id = id_of(g, "printf '%s' | git hash-object --stdin", "\\0\\0\\0\\0\\0");
	r = gitrepo_open(g, "r");
	assert_ok(g, rw_repo_header(r, &id, &type, &size, &g->err));
	assert_int_equal(size, 5);
	start = cpu_ms();
	assert_fails(g, rw_repo_read(r, &id, RW_OBJ_BLOB, 100, &o, &g->err), RW_E_LIMIT);
	print_message("# %lld ms: %s\n", (long long)(cpu_ms() - start), g->err.msg);
	assert_true(rw_git_memory_peak() <= RW_LIMIT_GIT_MEMORY);
	rw_repo_free(r);
}

/* ---- refs without end ---- */

static void
test_many_refs(void **state)
{
	struct gitrepo *g = *state;

	gitrepo_do(g, "git init -q -b main r; git -C r commit -q --allow-empty -m x");
	for (size_t n = RW_LIMIT_REPO_REFS - 1; n <= RW_LIMIT_REPO_REFS; n++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(128u << 20);
		char number[16], *z;
		const struct rw_ref *refs;
		enum rw_ref_kind kind;
		struct rw_oid id;
		struct rw_repo *r;
		struct rw_str target;
		size_t got;
		int64_t start;

		snprintf(number, sizeof(number), "%zu", n);
		z = gitrepo_sh(g, "cd r; seq -f \"$(git rev-parse main) refs/x/%%09g\" %s >.git/packed-refs", number);
		free(z);
		r = gitrepo_open(g, "r/.git");
		start = cpu_ms();
		if (n < RW_LIMIT_REPO_REFS) {
			assert_ok(g, rw_repo_refs(r, a, &refs, &got, &g->err));
			assert_int_equal(got, n + 1);
		} else {
			assert_fails(g, rw_repo_refs(r, a, &refs, &got, &g->err), RW_E_LIMIT);
			assert_ok(g, rw_repo_ref(r, a, rw_str("refs/x/000077777"), &kind, &id, &target, &g->err));
			assert_int_equal(kind, RW_REF_DIRECT);
		}
		print_message("# %lld ms for %zu refs\n", (long long)(cpu_ms() - start), n);
			rw_repo_free(r);
	}
}

/* Large commits, all nearly alike: a small pack, gigabytes to read. Their bytes are paid for, too. */
static void
test_large_commits(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget budget = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid tip;
	struct rw_repo *r;
	size_t n;

	tip = id_of(g, "git init -q --bare r; cd r; head -c 260000 /dev/zero | tr '\\0' x >m; { i=0; while [ $i -lt 50 ]; do "
	    "i=$((i + 1)); echo 'commit refs/heads/x'; echo \"committer A <a@example.com> $i +0000\"; "
	    "echo 'data %s'; cat m; done; } | git -c core.compression=1 fast-import --quiet; git rev-parse x", "260000");
	r = gitrepo_open(g, "r");
	budget.walk_steps = 49 * 2000;	/* the tip is read before */
	assert_fails(g, rw_repo_commits(r, g->arena, &tip, NULL, 0, &budget, &ids, &n, &g->err), RW_E_LIMIT);
	assert_non_null(strstr(g->err.msg, "steps"));
	rw_repo_free(r);
	r = gitrepo_open(g, "r");
	budget.walk_steps = 50 * 2100;
	assert_ok(g, rw_repo_commits(r, g->arena, &tip, NULL, 0, &budget, &ids, &n, &g->err));
	assert_int_equal(n, 50);
	assert_true(budget.walk_steps < 50 * 150);
	rw_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_wide_trees),
		GITREPO_TEST(test_deep_trees),
		GITREPO_TEST(test_long_path),
		GITREPO_TEST(test_budget),
		GITREPO_TEST(test_delta_base),
		GITREPO_TEST(test_many_refs),
		GITREPO_TEST(test_large_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
