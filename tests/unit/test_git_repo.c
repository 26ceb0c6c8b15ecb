#include "policy/git/internal.h"
#include "tests/unit/gitrepo.h"

static void
assert_str(struct rw_str s, const char *want)
{
	if (s.n != strlen(want) || memcmp(s.p, want, s.n) != 0)
		fail_msg("\"%.*s\", wanted \"%s\"", (int)s.n, s.p == NULL ? "" : s.p, want);
}

static void
test_open(void **state)
{
	struct gitrepo *g = *state;
	struct rw_repo *r = NULL;
	char path[600];
	struct rw_repo_location where = { .path = path };

	gitrepo_do(g, "git init -q --bare r; mkdir empty; ln -s r link; : >file");
	snprintf(path, sizeof(path), "%s/link/", g->dir);
	assert_ok(g, rw_repo_open(&where, &r, &g->err));
	assert_string_equal(rw_repo_path(r) + strlen(rw_repo_path(r)) - 2, "/r");
	rw_repo_freep(&r);
	snprintf(path, sizeof(path), "%s/none", g->dir);
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/empty", g->dir);
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/file", g->dir);
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_NOT_FOUND);
	assert_null(r);
}

/* What is in the environment is never looked at. */
static void
test_environment(void **state)
{
	struct gitrepo *g = *state;
	struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_oid id;
	struct rw_repo *r;
	char dir[600];

	gitrepo_do(g, "git init -q --bare r; git init -q --bare other; git -C other hash-object -w --stdin </dev/null >blob");
	snprintf(dir, sizeof(dir), "%s/other/objects", g->dir);
	setenv("GIT_OBJECT_DIRECTORY", dir, 1);
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", dir, 1);
	setenv("GIT_DIR", dir, 1);
	r = gitrepo_open(g, "r");
	assert_true(rw_oid_parse(rw_str("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), &id));
	assert_fails(g, rw_repo_read(r, &id, RW_OBJ_BLOB, 10, &o, &g->err), RW_E_NOT_FOUND);
	rw_repo_free(r);
	unsetenv("GIT_OBJECT_DIRECTORY");
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	unsetenv("GIT_DIR");
}

static void
test_read(void **state)
{
	struct gitrepo *g = *state;
	struct rw_oid blob, none = { .b = { 1 } };
	enum rw_object_type type;
	struct rw_object o;
	struct rw_repo *r;
	uint64_t size;

	gitrepo_do(g, "git init -q --bare r; cd r; git tag x $(printf hello | git hash-object -w --stdin)");
	r = gitrepo_open(g, "r");
	blob = gitrepo_id(g, "r", "x");
	assert_ok(g, rw_repo_header(r, &blob, &type, &size, &g->err));
	assert_int_equal(type, RW_OBJ_BLOB);
	assert_int_equal(size, 5);
	assert_string_equal(rw_object_type_name(type), "blob");
	assert_fails(g, rw_repo_header(r, &none, &type, &size, &g->err), RW_E_NOT_FOUND);
	assert_ok(g, rw_repo_read(r, &blob, RW_OBJ_BLOB, 5, &o, &g->err));
	assert_str(o.bytes, "hello");
	rw_object_release(&o);
	rw_object_release(&o);
	assert_fails(g, rw_repo_read(r, &blob, RW_OBJ_BLOB, 4, &o, &g->err), RW_E_LIMIT);
	assert_fails(g, rw_repo_read(r, &blob, RW_OBJ_TREE, 5, &o, &g->err), RW_E_PARSE);
	assert_fails(g, rw_repo_read(r, &none, RW_OBJ_BLOB, 5, &o, &g->err), RW_E_NOT_FOUND);
	rw_repo_free(r);
}

/* An object whose content is not what its name promises. */
static void
test_corrupt(void **state)
{
	struct gitrepo *g = *state;
	struct rw_object o;
	struct rw_oid blob;
	struct rw_repo *r;

	gitrepo_do(g, "git init -q --bare r; cd r; a=$(echo a | git hash-object -w --stdin); b=$(echo b | git hash-object -w --stdin); "
	    "git tag x $a; p() { echo objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-); }; chmod u+w $(p $a); "
	    "cp $(p $b) $(p $a)");
	r = gitrepo_open(g, "r");
	blob = gitrepo_id(g, "r", "x");
	assert_fails(g, rw_repo_read(r, &blob, RW_OBJ_BLOB, 5, &o, &g->err), RW_E_PARSE);
	gitrepo_do(g, "cd r; a=$(git rev-parse x); echo garbage >objects/$(echo $a | cut -c1-2)/$(echo $a | cut -c3-)");
	assert_fails(g, rw_repo_read(r, &blob, RW_OBJ_BLOB, 5, &o, &g->err), RW_E_PARSE);
	rw_repo_free(r);
}

/* As in pre-receive: objects of the push lie apart, and the repository's are an alternate of them. */
static void
test_quarantine(void **state)
{
	struct gitrepo *g = *state;
	char path[600], q[600], alt[1700];
	struct rw_repo_location where = { .path = path };
	enum rw_object_type type;
	struct rw_oid old, new, pool;
	struct rw_repo *r;
	uint64_t size;

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m 1; git clone -q --bare . ../r; "
	    "git commit -q --allow-empty -m 2; git rev-parse HEAD >../new; "
	    "mkdir -p ../r/objects/incoming-x; git rev-list --objects main~1..main | git pack-objects -q ../r/objects/incoming-x/pack >../p; "
	    "mkdir ../r/objects/incoming-x/pack; mv ../r/objects/incoming-x/pack-* ../r/objects/incoming-x/pack/; "
	    "git init -q --bare '../po:\"ol'; git -C '../po:\"ol' hash-object -w --stdin </dev/null >../pool");
	old = gitrepo_id(g, "w", "main~1");
	new = gitrepo_id(g, "w", "main");
	assert_true(rw_oid_parse(rw_str("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), &pool));
	snprintf(path, sizeof(path), "%s/r", g->dir);
	snprintf(q, sizeof(q), "%s/r/./objects/incoming-x", g->dir);
	assert_ok(g, rw_repo_open(&where, &r, &g->err));
	assert_ok(g, rw_repo_header(r, &old, &type, &size, &g->err));
	assert_fails(g, rw_repo_header(r, &new, &type, &size, &g->err), RW_E_NOT_FOUND);
	rw_repo_freep(&r);

	where.object_dir = q;
	assert_ok(g, rw_repo_open(&where, &r, &g->err));
	assert_ok(g, rw_repo_header(r, &old, &type, &size, &g->err));
	assert_ok(g, rw_repo_header(r, &new, &type, &size, &g->err));
	assert_int_equal(type, RW_OBJ_COMMIT);
	assert_fails(g, rw_repo_header(r, &pool, &type, &size, &g->err), RW_E_NOT_FOUND);
	rw_repo_freep(&r);

	where.alternates = alt;
	snprintf(alt, sizeof(alt), "%s/none::%s/r/./objects:\"%s/po\\072\\\"ol/objects\"", g->dir, g->dir, g->dir);
	assert_ok(g, rw_repo_open(&where, &r, &g->err));
	assert_ok(g, rw_repo_header(r, &old, &type, &size, &g->err));
	assert_ok(g, rw_repo_header(r, &new, &type, &size, &g->err));
	assert_ok(g, rw_repo_header(r, &pool, &type, &size, &g->err));
	rw_repo_freep(&r);
	where.alternates = "\"/x";
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_PARSE);
	where.alternates = "\"/x\\q\"";
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_PARSE);
	where.alternates = "\"/x\"y";
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_PARSE);
	where.alternates = NULL;
	snprintf(q, sizeof(q), "%s/none", g->dir);
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_IO);
}

static void
test_alternates_limit(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct gitrepo *g = *state;
	char path[600];
	struct rw_repo_location where = { .path = path };
	struct rw_repo *r;

	gitrepo_do(g, "git init -q --bare r");
	snprintf(path, sizeof(path), "%s/r", g->dir);
	for (int i = 0; i < RW_LIMIT_ALTERNATES; i++)
		rw_buf_puts(&b, "/nowhere:");
	where.alternates = b.data;
	assert_ok(g, rw_repo_open(&where, &r, &g->err));
	rw_repo_freep(&r);
	rw_buf_puts(&b, "/nowhere");
	where.alternates = b.data;
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_LIMIT);
}

/* objects/info/alternates, as forks have it. */
static void
test_fork(void **state)
{
	struct gitrepo *g = *state;
	enum rw_object_type type;
	struct rw_oid id;
	struct rw_repo *r;
	uint64_t size;

	gitrepo_do(g, "git init -q -b main w; git -C w commit -q --allow-empty -m 1; git clone -q --bare --shared w r; "
	    "git clone -q --bare w rel; rm -rf rel/objects/pack/* rel/objects/??; echo ../../w/.git/objects >rel/objects/info/alternates");
	id = gitrepo_id(g, "w", "main");
	r = gitrepo_open(g, "r");
	assert_ok(g, rw_repo_header(r, &id, &type, &size, &g->err));
	rw_repo_freep(&r);
	r = gitrepo_open(g, "rel");
	assert_ok(g, rw_repo_header(r, &id, &type, &size, &g->err));
	rw_repo_free(r);
}

static void
check_ref(struct gitrepo *g, struct rw_repo *r, const char *name, enum rw_ref_kind kind, const char *target)
{
	enum rw_ref_kind got;
	struct rw_oid id;
	struct rw_str t;

	print_message("# %s\n", name);
	assert_ok(g, rw_repo_ref(r, g->arena, rw_str(name), &got, &id, &t, &g->err));
	assert_int_equal(got, kind);
	if (target == NULL)
		assert_int_equal(t.n, 0);
	else
		assert_str(t, target);
	if (kind == RW_REF_DIRECT) {
		struct rw_oid want = gitrepo_id(g, "r", name);

		assert_true(rw_oid_eq(&id, &want));
	}
}

static void
test_refs(void **state)
{
	static const struct {
		const char *name;
		enum rw_ref_kind kind;
		bool zero;
	} want[] = {
		{ "refs/heads/a/b", RW_REF_DIRECT, false },
		{ "refs/heads/broken", RW_REF_ABSENT, true },
		{ "refs/heads/dangling", RW_REF_SYMBOLIC, true },
		{ "refs/heads/empty", RW_REF_ABSENT, true },
		{ "refs/heads/link", RW_REF_SYMBOLIC, false },
		{ "refs/heads/loop", RW_REF_SYMBOLIC, true },
		{ "refs/heads/main", RW_REF_DIRECT, false },
		{ "refs/heads/master", RW_REF_SYMBOLIC, false },
		{ "refs/heads/moved", RW_REF_DIRECT, false },
		{ "refs/heads/odd", RW_REF_SYMBOLIC, true },
		{ "refs/tags/t", RW_REF_DIRECT, false },
	};
	struct gitrepo *g = *state;
	enum rw_ref_kind kind;
	const struct rw_ref *refs;
	struct rw_oid id;
	struct rw_repo *r;
	struct rw_str t;
	size_t n;

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m 1; git tag -m t t; git branch a/b; git branch moved; "
	    "git clone -q --bare . ../r; git commit -q --allow-empty -m 2; cd ../r; git pack-refs --all; git fetch -q ../w main:moved; "
	    "git update-ref refs/heads/new main; git update-ref -d refs/heads/new; git symbolic-ref refs/heads/master refs/heads/main; "
	    "git symbolic-ref refs/heads/dangling refs/heads/none; ln -s refs/heads/main refs/heads/link; "
	    "git symbolic-ref refs/heads/loop refs/heads/loop; echo broken >refs/heads/broken; : >refs/heads/empty; "
	    "echo 'ref: refs/../../odd' >refs/heads/odd; : >refs/heads/x.lock; : >refs/heads/.hidden; : >'refs/heads/b~d'; mkdir refs/heads/dir");
	r = gitrepo_open(g, "r");
	check_ref(g, r, "refs/heads/main", RW_REF_DIRECT, NULL);
	check_ref(g, r, "refs/heads/a/b", RW_REF_DIRECT, NULL);
	check_ref(g, r, "refs/heads/moved", RW_REF_DIRECT, NULL);
	check_ref(g, r, "refs/tags/t", RW_REF_DIRECT, NULL);
	check_ref(g, r, "refs/heads/new", RW_REF_ABSENT, NULL);
	check_ref(g, r, "refs/heads/a", RW_REF_ABSENT, NULL);
	check_ref(g, r, "refs/heads/dir", RW_REF_ABSENT, NULL);
	check_ref(g, r, "refs/heads/main/x", RW_REF_ABSENT, NULL);
	check_ref(g, r, "refs/heads/master", RW_REF_SYMBOLIC, "refs/heads/main");
	check_ref(g, r, "refs/heads/dangling", RW_REF_SYMBOLIC, "refs/heads/none");
	check_ref(g, r, "refs/heads/link", RW_REF_SYMBOLIC, "refs/heads/main");
	check_ref(g, r, "refs/heads/odd", RW_REF_SYMBOLIC, "refs/../../odd");
	check_ref(g, r, "HEAD", RW_REF_SYMBOLIC, "refs/heads/main");
	assert_fails(g, rw_repo_ref(r, g->arena, rw_str("refs/heads/broken"), &kind, &id, &t, &g->err), RW_E_PARSE);
	assert_fails(g, rw_repo_ref(r, g->arena, rw_str("refs/heads/empty"), &kind, &id, &t, &g->err), RW_E_PARSE);
	assert_fails(g, rw_repo_ref(r, g->arena, rw_str("refs/../config"), &kind, &id, &t, &g->err), RW_E_PARSE);
	assert_fails(g, rw_repo_ref(r, g->arena, rw_str("config"), &kind, &id, &t, &g->err), RW_E_PARSE);

	assert_ok(g, rw_repo_refs(r, g->arena, &refs, &n, &g->err));
	assert_int_equal(n, RW_ARRAY_LEN(want));
	for (size_t i = 0; i < n; i++) {
		print_message("# listed: %s\n", want[i].name);
		assert_str(refs[i].name, want[i].name);
		assert_int_equal(refs[i].kind, want[i].kind);
		assert_int_equal(rw_oid_is_zero(&refs[i].id), want[i].zero);
	}

	/* packed-refs changes under us */
	gitrepo_do(g, "cd r; git branch later main; git pack-refs --all");
	check_ref(g, r, "refs/heads/later", RW_REF_DIRECT, NULL);
	gitrepo_do(g, "cd r; rm packed-refs; echo 'garbage' >packed-refs");
	assert_fails(g, rw_repo_refs(r, g->arena, &refs, &n, &g->err), RW_E_PARSE);
	gitrepo_do(g, "cd r; rm packed-refs");
	check_ref(g, r, "refs/heads/later", RW_REF_ABSENT, NULL);
	gitrepo_do(g, "cd r; mv refs/heads real; ln -s ../real refs/heads");
	assert_fails(g, rw_repo_refs(r, g->arena, &refs, &n, &g->err), RW_E_UNSUPPORTED);
	rw_repo_free(r);
}

/* Nobody can push a ref that keeps the others from being listed. */
static void
test_deep_ref(void **state)
{
	struct gitrepo *g = *state;
	rw_auto_buf struct rw_buf name = RW_BUF_INIT(1024);
	const struct rw_ref *refs;
	struct rw_repo *r;
	size_t n;

	rw_buf_puts(&name, "refs/heads");
	while (name.len + 2 <= RW_LIMIT_REF_NAME)
		rw_buf_puts(&name, "/a");
	free(gitrepo_sh(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m x; git update-ref %s main", name.data));
	r = gitrepo_open(g, "w/.git");
	assert_ok(g, rw_repo_refs(r, g->arena, &refs, &n, &g->err));
	assert_int_equal(n, 2);
	assert_str(refs[0].name, name.data);
	rw_repo_free(r);
}

static void
test_linked_work_tree(void **state)
{
	struct gitrepo *g = *state;
	enum rw_ref_kind kind;
	struct rw_oid id, want;
	struct rw_repo *r;
	struct rw_str t;

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m x; git worktree add -q -b side ../wt");
	r = gitrepo_open(g, "w/.git/worktrees/wt");
	assert_ok(g, rw_repo_ref(r, g->arena, rw_str("HEAD"), &kind, &id, &t, &g->err));
	assert_str(t, "refs/heads/side");
	assert_ok(g, rw_repo_ref(r, g->arena, rw_str("refs/heads/main"), &kind, &id, &t, &g->err));
	want = gitrepo_id(g, "w", "main");
	assert_true(rw_oid_eq(&id, &want));
	rw_repo_free(r);
}

/* Behind the edge of a shallow repository nothing is guessed. */
static void
test_shallow(void **state)
{
	struct gitrepo *g = *state;
	struct rw_budget budget = rw_budget_default();
	const struct rw_oid *ids;
	struct rw_oid tip;
	struct rw_repo *r;
	size_t n;

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m 1; git commit -q --allow-empty -m 2; "
	    "git clone -q --bare --depth 1 file://$D/w ../s");
	tip = gitrepo_id(g, "s", "main");
	r = gitrepo_open(g, "s");
	assert_fails(g, rw_repo_commits(r, g->arena, &tip, NULL, 0, &budget, &ids, &n, &g->err),
	    RW_E_NOT_FOUND);
	rw_repo_free(r);
}

#define ID "0123456789abcdef0123456789abcdef01234567"

static void
test_packed(void **state)
{
	static const struct {
		const char *name, *in, *want;		/* names in order; NULL: refused */
	} rows[] = {
		{ "empty", "", "" },
		{ "header", "# pack-refs with: peeled fully-peeled sorted \n" ID " refs/heads/a\n" ID " refs/tags/b\n^" ID "\n",
		    "refs/heads/a refs/tags/b " },
		{ "unsorted", ID " refs/heads/b\n" ID " refs/heads/a\n", "refs/heads/a refs/heads/b " },
		{ "odd names are passed over", ID " refs/heads/..\n" ID " refs/heads/a\n", "refs/heads/a " },
		{ "twice", ID " refs/heads/a\n" ID " refs/heads/a\n", NULL },
		{ "twice, unsorted", ID " refs/heads/b\n" ID " refs/heads/a\n" ID " refs/heads/b\n", NULL },
		{ "no end", ID " refs/heads/a", NULL },
		{ "no space", ID "refs/heads/a\n", NULL },
		{ "short", "0123 refs/heads/a\n", NULL },
		{ "empty line", "\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
		rw_autofree struct rw_packed_ref *item = NULL;
		struct rw_error err = RW_ERROR_INIT;
		size_t n = 0;
		bool ok;

		print_message("# %s\n", rows[i].name);
		ok = rw_packed_refs_parse(rw_str(rows[i].in), &item, &n, &err);
		assert_int_equal(ok, rows[i].want != NULL);
		for (size_t k = 0; k < n; k++) {
			rw_buf_put_str(&b, item[k].name);
			rw_buf_putc(&b, ' ');
		}
		if (ok)
			assert_string_equal(rw_buf_cstr(&b), rows[i].want);
	}
}

/* refs/replace makes git show another object; what is read here is what was asked for. */
static void
test_replace(void **state)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct gitrepo *g = *state;
	struct rw_oid id;
	struct rw_repo *r;
	struct rw_commit c;
	bool is;

	gitrepo_do(g, "git init -q -b main w; cd w; git commit -q --allow-empty -m one; git commit -q --allow-empty -m two; "
	    "git branch other $(git commit-tree -m evil main^{tree}); git replace main other; git rev-parse main >.git/info/grafts");
	id = gitrepo_id(g, "w", "main");
	r = gitrepo_open(g, "w/.git");
	assert_ok(g, rw_repo_read(r, &id, RW_OBJ_COMMIT, 4096, &o, &g->err));
	assert_ok(g, rw_commit_parse(g->arena, o.bytes, &c, &g->err));
	assert_str(c.subject, "two");
	assert_int_equal(c.n_parents, 1);
	assert_ok(g, rw_repo_is_ancestor(r, &c.parent[0], &id, &is, &g->err));
	assert_true(is);
	rw_repo_free(r);
}

static void
test_path_at(void **state)
{
	static const struct {
		const char *path;
		uint32_t mode;
	} rows[] = {
		{ "a", 0100644 }, { "d", 040000 }, { "d/e", 040000 }, { "d/e/f", 0100755 }, { "l", 0120000 }, { "", 040000 },
		{ "b", 0 }, { "d/x", 0 }, { "a/x", 0 }, { "d/", 0 }, { "/a", 0 }, { "d//e", 0 }, { "l/x", 0 }, { "d/e/f/", 0 },
		{ "d-", 0 }, { "d.x", 0100644 }, { ".", 0 }, { "d/../a", 0 },
	};
	struct gitrepo *g = *state;
	struct rw_oid tree, id;
	struct rw_repo *r;
	uint32_t mode;
	char deep[200];

	gitrepo_do(g, "git init -q -b main w; cd w; mkdir -p d/e; echo a >a; echo f >d/e/f; chmod +x d/e/f; ln -s a l; echo x >d.x; "
	    "git add .; git commit -q -m 1; "
	    "t() { printf \"100644 a\\\\0\"; printf 12345678901234567890; printf \"100644 b\\\\0\"; printf 12345678901234567890; "
	    "printf \"100644 a\\\\0\"; printf x2345678901234567890; }; git tag dup $(t | git hash-object -t tree --literally -w --stdin)");
	r = gitrepo_open(g, "w/.git");
	tree = gitrepo_id(g, "w", "main^{tree}");
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
			print_message("# %s\n", rows[i].path);
			assert_ok(g, rw_repo_path_at(r, &tree, rw_str(rows[i].path), &mode, &id, &g->err));
			assert_int_equal(mode, rows[i].mode);
			if (mode != 0) {
				char rev[64];
				struct rw_oid want;

				snprintf(rev, sizeof(rev), "main:%s", rows[i].path);
				want = gitrepo_id(g, "w", rev);
				assert_true(rw_oid_eq(&id, &want));
			}
		}
	tree = gitrepo_id(g, "w", "dup");
	assert_fails(g, rw_repo_path_at(r, &tree, rw_str("a"), &mode, &id, &g->err), RW_E_PARSE);
	memset(deep, '/', sizeof(deep));
	assert_ok(g, rw_repo_path_at(r, &tree, (struct rw_str){ deep, 0 }, &mode, &id, &g->err));
	rw_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_open),
		GITREPO_TEST(test_environment),
		GITREPO_TEST(test_read),
		GITREPO_TEST(test_corrupt),
		GITREPO_TEST(test_quarantine),
		GITREPO_TEST(test_alternates_limit),
		GITREPO_TEST(test_fork),
		GITREPO_TEST(test_refs),
		GITREPO_TEST(test_deep_ref),
		GITREPO_TEST(test_linked_work_tree),
		GITREPO_TEST(test_shallow),
		cmocka_unit_test(test_packed),
		GITREPO_TEST(test_replace),
		GITREPO_TEST(test_path_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
