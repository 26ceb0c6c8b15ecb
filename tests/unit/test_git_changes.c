#include "tests/unit/gitrepo.h"

/* c NAME "PARENTS" PATH=CONTENT...: a commit, tagged NAME, that holds exactly these files. */
#define PRELUDE \
	"rm -rf r; git init -q --bare r; cd r; c() { n=$1; p=$2; shift 2; rm -f idx; for f; do " \
	"b=$(printf %%s \"${f#*=}\" | git hash-object -w --stdin); " \
	"GIT_INDEX_FILE=idx git update-index --add --cacheinfo 100644,$b,\"${f%%%%=*}\"; done; " \
	"t=$(GIT_INDEX_FILE=idx git write-tree); a=; for x in $p; do a=\"$a -p $x\"; done; " \
	"git tag $n $(git commit-tree $a -m $n $t); }; "

static void
put_side(struct gitrepo *g, struct rw_repo *r, struct rw_buf *b, uint32_t mode, const struct rw_oid *id)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };

	if (mode == 0) {
		assert_true(rw_oid_is_zero(id));
		rw_buf_putc(b, '-');
		return;
	}
	if (mode != 0100644)
		rw_buf_printf(b, "%o:", mode);
	if (mode == 0160000) {
		rw_buf_puts(b, "link");
		return;
	}
	assert_ok(g, rw_repo_read(r, id, RW_OBJ_BLOB, 100, &o, &g->err));
	rw_buf_put_str(b, o.bytes);
}

/* "path=old>new " for each change. */
static void
put_changes(struct gitrepo *g, struct rw_repo *r, struct rw_buf *b, const struct rw_change *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(strlen(c[i].path.p), c[i].path.n);
		assert_true(i == 0 || rw_str_cmp(c[i - 1].path, c[i].path) <= 0);
		rw_buf_put_str(b, c[i].path);
		rw_buf_putc(b, '=');
		put_side(g, r, b, c[i].old_mode, &c[i].old_id);
		rw_buf_putc(b, '>');
		put_side(g, r, b, c[i].new_mode, &c[i].new_id);
		rw_buf_putc(b, ' ');
	}
}

static bool
changes_of(struct gitrepo *g, struct rw_repo *r, const struct rw_oid *id, struct rw_budget *budget,
    const struct rw_change **ret, size_t *ret_n, struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_commit c;

	assert_ok(g, rw_repo_read(r, id, RW_OBJ_COMMIT, RW_LIMIT_COMMIT_BYTES, &o, &g->err));
	assert_ok(g, rw_commit_parse(g->arena, o.bytes, &c, &g->err));
	return rw_repo_commit_changes(r, g->arena, &c, budget, ret, ret_n, err);
}

static const struct {
	const char *name, *script, *want;
} rows[] = {
	{ "root", "c R '' a=1 d/b=2", "a=->1 d/b=->2 " },
	{ "empty root", "c R ''", "" },
	{ "nothing", "c A '' a=1; c R A a=1", "" },
	{ "change, create, delete", "c A '' a=1 b=2; c R A a=3 c=4", "a=1>3 b=2>- c=->4 " },
	{ "everything deleted", "c A '' a=1 d/b=2; c R A", "a=1>- d/b=2>- " },
	{ "deep", "c A '' d/e/f=1 d/g=2 h/i=3; c R A d/e/f=9 d/g=2 h/i=3", "d/e/f=1>9 " },
	{ "file to directory", "c A '' a=1 a-=x; c R A a/b=1 a-=y", "a=1>- a-=x>y a/b=->1 " },
	{ "directory to file", "c A '' a/b=1 a/c=2; c R A a=1", "a=->1 a/b=1>- a/c=2>- " },
	{ "order of files and directories", "c A '' a.b=1 a/b=1 a0=1; c R A a.b=2 a/b=2 a0=2", "a.b=1>2 a/b=1>2 a0=1>2 " },

	{ "clean merge", "c B '' a=1 b=1 d/x=1 d/y=1; c P B a=2 b=1 d/x=2 d/y=1; c Q B a=1 b=2 d/x=1 d/y=2; "
	    "c R 'P Q' a=2 b=2 d/x=2 d/y=2", "" },
	{ "merge without fast-forward", "c B '' a=1; c Q B a=2; c R 'B Q' a=2", "" },
	{ "merge of unchanged subtrees", "c B '' d/x=1 e/x=1; c P B d/x=2 e/x=1; c Q B d/x=1 e/x=2; c R 'P Q' d/x=2 e/x=2", "" },
	{ "rollback merge", "c OLD '' a=1 p/d=good; c M OLD a=2 p/d=better p/n=1; c R 'M OLD' a=1 p/d=good",
	    "a=2>1 p/d=better>good p/n=1>- " },
	{ "rollback merge, parents swapped", "c OLD '' a=1; c M OLD a=2; c R 'OLD M' a=1", "a=2>1 " },
	{ "rollback on a side branch", "c OLD '' a=1 b=1; c M OLD a=2 b=1; c S OLD a=1 b=2; c R 'M S' a=1 b=2", "a=2>1 " },
	{ "ours: the side is dropped", "c B '' a=1 b=1; c P B a=2 b=1; c Q B a=1 b=2 n=1; c R 'P Q' a=2 b=1", "b=2>1 n=1>- " },
	{ "evil merge", "c B '' a=1; c P B a=2; c Q B a=1 b=1; c R 'P Q' a=2 b=1 evil=1", "evil=->1 " },
	{ "evil content", "c B '' a=1; c P B a=2; c Q B a=1 b=1; c R 'P Q' a=3 b=1", "a=2>3 " },
	{ "both sides changed it alike", "c B '' a=1 b=1; c P B a=2 b=1; c Q B a=2 b=2; c R 'P Q' a=2 b=2", "" },
	{ "both sides changed it alike, then changed", "c B '' a=1; c P B a=2; c Q B a=2; c R 'P Q' a=1", "a=2>1 " },
	{ "conflict taken from the first", "c B '' a=1; c P B a=2; c Q B a=3; c R 'P Q' a=2", "a=3>2 " },
	{ "conflict taken from the second", "c B '' a=1; c P B a=2; c Q B a=3; c R 'P Q' a=3", "a=2>3 " },
	{ "conflict solved anew", "c B '' a=1; c P B a=2; c Q B a=3; c R 'P Q' a=4", "a=2>4 a=3>4 " },
	{ "conflict solved by the base", "c B '' a=1; c P B a=2; c Q B a=3; c R 'P Q' a=1", "a=2>1 a=3>1 " },
	{ "one side deleted it", "c B '' a=1 b=1; c P B b=1; c Q B a=1 b=2; c R 'P Q' b=2", "" },
	{ "one side deleted it, the merge keeps it", "c B '' a=1 b=1; c P B b=1; c Q B a=1 b=2; c R 'P Q' a=1 b=2", "a=->1 " },
	{ "deleted and changed", "c B '' a=1 b=1; c P B b=1; c Q B a=2 b=1; c R 'P Q' a=2 b=1", "a=->2 " },
	{ "deleted and changed, deleted", "c B '' a=1 b=1; c P B b=1; c Q B a=2 b=1; c R 'P Q' b=1", "a=2>- " },
	{ "both created it differently", "c B '' b=1; c P B a=1 b=1; c Q B a=2 b=1; c R 'P Q' a=1 b=1", "a=2>1 " },
	{ "directory against file", "c B '' a=1 z=1; c P B a/b=1 z=1; c Q B a=1 z=2; c R 'P Q' a/b=1 z=2", "" },
	{ "directory against file, undone", "c B '' a=1 z=1; c P B a/b=1 z=1; c Q B a=1 z=2; c R 'P Q' a=1 z=2", "a=->1 a/b=1>- " },
	{ "no common base", "c P '' a=1; c Q '' b=1; c R 'P Q' a=1 b=1", "a=->1 b=->1 " },
	{ "no common base, one taken", "c P '' a=1 s=1; c Q '' a=2 s=1; c R 'P Q' a=1 s=1", "a=2>1 " },
	{ "criss-cross", "c B '' a=1 b=1 s=1; c P B a=2 b=1 s=1; c Q B a=1 b=2 s=1; c X 'P Q' a=2 b=2 s=1; c Y 'Q P' a=2 b=2 s=1; "
	    "c X2 X a=3 b=2 s=1; c Y2 Y a=2 b=3 s=1; c R 'X2 Y2' a=3 b=3 s=1", "a=2>3 b=2>3 " },
	{ "octopus", "c B '' a=1 s=1; c P B a=1 p=1 s=1; c Q B a=1 q=1 s=1; c S B a=2 s=1; c R 'P Q S' a=2 p=1 q=1 s=1",
	    "a=1>2 a=1>2 p=->1 p=->1 q=->1 q=->1 " },
	{ "octopus of the same", "c A '' a=1; c P A a=2; c Q A a=2 ; c Z A a=2; c R 'P Q Z' a=2", "" },
	{ "merge of a commit with what it holds", "c A '' a=1; c P A a=2; c R 'P A' a=2", "" },
};

static void
test_commits(void **state)
{
	struct gitrepo *g = *state;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
		struct rw_budget budget = rw_budget_default();
		const struct rw_change *c;
		struct rw_repo *r;
		struct rw_oid id;
		size_t n;

		print_message("# %s\n", rows[i].name);
		free(gitrepo_sh(g, PRELUDE "%s", rows[i].script));
		r = gitrepo_open(g, "r");
		id = gitrepo_id(g, "r", "R");
		assert_ok(g, changes_of(g, r, &id, &budget, &c, &n, &g->err));
		put_changes(g, r, &b, c, n);
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
		assert_int_equal(budget.paths, RW_LIMIT_PUSH_PATHS - n);
		rw_repo_free(r);
	}
}

static void
test_modes(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
	struct rw_budget budget = rw_budget_default();
	struct gitrepo *g = *state;
	const struct rw_change *c;
	struct rw_oid old, new;
	struct rw_repo *r;
	size_t n;

	gitrepo_do(g, "git init -q -b main r; cd r; echo -n 1 >a; echo -n 2 >b; echo -n 3 >c; ln -s x d; git add .; git commit -q -m 1; "
	    "chmod +x a; rm b; ln -s 2 b; git add .; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; "
	    "git update-index --cacheinfo 160000,$(git rev-parse HEAD),c; git commit -q -m 2");
	r = gitrepo_open(g, "r/.git");
	old = gitrepo_id(g, "r", "main~1^{tree}");
	new = gitrepo_id(g, "r", "main^{tree}");
	assert_ok(g, rw_repo_diff(r, g->arena, &old, &new, &budget, &c, &n, &g->err));
	put_changes(g, r, &b, c, n);
	assert_string_equal(rw_buf_cstr(&b), "a=1>100755:1 b=2>120000:2 c=3>160000:link sub=->160000:link ");
	rw_repo_free(r);
}

/* ---- random trees, against what a table of files gives ---- */

#define FILES 14
static const char *const files[FILES] = { "a", "a-", "a.b", "a/b", "a/c", "a/d/e", "a/d/f", "a0", "b/x", "b/y/z", "c", "d/e", "d/f",
	"d/f-" };

struct model { char at[FILES]; };	/* '\0': not there */

static uint32_t
rnd(uint32_t *s, uint32_t n)
{
	*s = *s * 1664525u + 1013904223u;
	return (*s >> 8) % n;
}

static struct model
random_model(uint32_t *s, const struct model *from)
{
	struct model m = *from;

	for (size_t k = rnd(s, 5); k-- > 0; )
		m.at[rnd(s, FILES)] = "\000123"[rnd(s, 4)];
	if (m.at[0] != '\0')		/* "a" and "a/..." exclude each other */
		for (size_t i = 3; i <= 6; i++)
			m.at[i] = '\0';
	return m;
}

static void
put_commit(FILE *f, size_t mark, const struct model *m, size_t p1, size_t p2)
{
	fprintf(f, "commit refs/heads/x%zu\nmark :%zu\ncommitter A <a@example.com> %zu +0000\ndata 0\n", mark, mark, mark);
	if (p1 != 0)
		fprintf(f, "from :%zu\n", p1);
	if (p2 != 0)
		fprintf(f, "merge :%zu\n", p2);
	fprintf(f, "deleteall\n");
	for (size_t i = 0; i < FILES; i++)
		if (m->at[i] != '\0')
			fprintf(f, "M 644 inline %s\ndata 1\n%c\n", files[i], m->at[i]);
}

static void
put_expected(struct rw_buf *b, const struct model *base, const struct model *p, const struct model *q,
    const struct model *r)
{
	for (size_t i = 0; i < FILES; i++) {
		char o = base->at[i], x = p->at[i], y = q->at[i], z = r->at[i];
		char olds[2] = { x, y };
		size_t n = 2;

		if (x == y || o == y)
			n = 1;
		else if (o == x) {
			olds[0] = y;
			n = 1;
		}
		for (size_t k = 0; k < n; k++)
			if (olds[k] != z)
				rw_buf_printf(b, "%s=%c>%c ", files[i], olds[k] == '\0' ? '-' : olds[k], z == '\0' ? '-' : z);
	}
}

#define ROUNDS 300

static void
test_random(void **state)
{
	static struct model m[ROUNDS][4];
	struct gitrepo *g = *state;
	char path[600], *marks, *line;
	struct rw_repo *r;
	uint32_t seed = 5;
	FILE *f;

	snprintf(path, sizeof(path), "%s/stream", g->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct model empty = { .at = { 0 } };

		for (size_t k = 0; k < 6; k++)
			empty = random_model(&seed, &empty);
		m[i][0] = empty;
		for (size_t k = 1; k < 4; k++)
			m[i][k] = random_model(&seed, &m[i][k == 3 ? rnd(&seed, 3) : 0]);
		put_commit(f, 4 * i + 1, &m[i][0], 0, 0);
		put_commit(f, 4 * i + 2, &m[i][1], 4 * i + 1, 0);
		put_commit(f, 4 * i + 3, &m[i][2], 4 * i + 1, 0);
		put_commit(f, 4 * i + 4, &m[i][3], 4 * i + 2, 4 * i + 3);
	}
	fclose(f);
	gitrepo_do(g, "git init -q --bare r; git -C r fast-import --quiet --export-marks=$D/m <stream");
	line = marks = gitrepo_sh(g, "sort -t: -k2n m | cut -d' ' -f2");
	r = gitrepo_open(g, "r");
	for (size_t i = 0; i < ROUNDS; i++) {
		rw_auto_buf struct rw_buf got = RW_BUF_INIT(65536), want = RW_BUF_INIT(65536);
		struct rw_budget budget = rw_budget_default();
		struct rw_oid id[4], tree[2];
		const struct rw_change *c;
		size_t n;

		for (size_t k = 0; k < 4; k++, line += 41)
			assert_true(rw_oid_parse((struct rw_str){ line, 40 }, &id[k]));
		put_expected(&want, &m[i][0], &m[i][1], &m[i][2], &m[i][3]);
		assert_ok(g, changes_of(g, r, &id[3], &budget, &c, &n, &g->err));
		put_changes(g, r, &got, c, n);
		assert_string_equal(rw_buf_cstr(&got), rw_buf_cstr(&want));

		rw_buf_clear(&got);
		rw_buf_clear(&want);
		put_expected(&want, &m[i][1], &m[i][1], &m[i][1], &m[i][3]);
		for (size_t k = 0; k < 2; k++)
			assert_ok(g, rw_repo_commit_tree(r, &id[1 + 2 * k], &tree[k], &g->err));
		assert_ok(g, rw_repo_diff(r, g->arena, &tree[0], &tree[1], &budget, &c, &n, &g->err));
		put_changes(g, r, &got, c, n);
		assert_string_equal(rw_buf_cstr(&got), rw_buf_cstr(&want));
	}
	free(marks);
	rw_repo_free(r);
}

/* ---- refusals ---- */

static const struct {
	const char *name, *script;
	enum rw_error_code code;
	const char *message;
} malformed[] = {
	{ "duplicate", "t \"100644 d.yaml\\\\0\" \"100644 d.yaml\\\\0\"", RW_E_PARSE, "there twice" },
	{ "slash", "t \"100644 envs/prod/d.yaml\\\\0\"", RW_E_PARSE, "holds a slash" },
	{ "unsorted", "t \"100644 b\\\\0\" \"100644 a\\\\0\"", RW_E_PARSE, "out of order" },
	{ "odd mode", "t \"100666 a\\\\0\"", RW_E_PARSE, "mode" },
	{ ".git", "t \"40000 .git\\\\0\"", RW_E_PARSE, "not allowed" },
	{ "a subtree that is a blob", "git hash-object -w --stdin </dev/null >blob; printf \"40000 d\\0"
	    "\\346\\235\\342\\233\\262\\321\\326\\103\\113\\213\\051\\256\\167\\132\\330\\302\\344\\214\\123\\221\" | "
	    "git hash-object -t tree --literally -w --stdin", RW_E_PARSE, "wanted a tree" },
	{ "a subtree that is not there", "echo \"040000 tree 1111111111111111111111111111111111111111\td\" | git mktree --missing",
	    RW_E_NOT_FOUND, "not in the repository" },
};

static void
test_malformed(void **state)
{
	struct gitrepo *g = *state;

	for (size_t i = 0; i < RW_ARRAY_LEN(malformed); i++) {
		struct rw_budget budget = rw_budget_default();
		const struct rw_change *c;
		struct rw_oid tree;
		struct rw_repo *r;
		size_t n;

		print_message("# %s\n", malformed[i].name);
		free(gitrepo_sh(g, "rm -rf r; git init -q --bare r; cd r; "
		    "t() { for e; do printf \"$e\"; printf 12345678901234567890; done | git hash-object -t tree --literally -w --stdin; }; "
		    "m() { %s; }; git tag T $(m)", malformed[i].script));
		r = gitrepo_open(g, "r");
		tree = gitrepo_id(g, "r", "T");
		assert_fails(g, rw_repo_diff(r, g->arena, NULL, &tree, &budget, &c, &n, &g->err),
		    malformed[i].code);
		if (strstr(g->err.msg, malformed[i].message) == NULL)
			fail_msg("%s", g->err.msg);
		rw_repo_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_commits),
		GITREPO_TEST(test_modes),
		GITREPO_TEST(test_random),
		GITREPO_TEST(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
