#include "policy/git/internal.h"
#include "tests/unit/gitrepo.h"

/* ---- the parser: entries as "section(sub).key=value;" ---- */

static bool
write_entry(void *ctx, const struct rw_gitconfig_entry *e, struct rw_error *err)
{
	struct rw_buf *b = ctx;

	(void)err;
	rw_buf_put_str(b, e->section);
	if (e->subsection.p != NULL) {
		rw_buf_putc(b, '(');
		rw_buf_put_str(b, e->subsection);
		rw_buf_putc(b, ')');
	}
	rw_buf_putc(b, '.');
	rw_buf_put_str(b, e->key);
	if (e->has_value) {
		rw_buf_putc(b, '=');
		rw_buf_put_str(b, e->value);
	}
	rw_buf_putc(b, ';');
	return true;
}

static const struct {
	const char *name;
	struct rw_str in;
	const char *want;		/* NULL: refused */
} files[] = {
#define ROW(name, text, want) { name, { text, sizeof(text) - 1 }, want }
	ROW("empty", "", ""),
	ROW("usual", "[core]\n\tbare = true\n[refwall]\n\tconfig = /etc/refwall.yaml\n", "core.bare=true;refwall.config=/etc/refwall.yaml;"),
	ROW("case", "[CORE \"A b\"]\nBare=X\n", "core(A b).bare=X;"),
	ROW("old subsections", "[Branch.Main.x]\na=b\n", "branch(main.x).a=b;"),
	ROW("comments", "# x\n; y\n[a] # z\nb = c ; d\n", "a.b=c;"),
	ROW("key behind the section", "[a] b = c\n", "a.b=c;"),
	ROW("no value", "[a]\nb\nc # d\n", "a.b;a.c;"),
	ROW("empty value", "[a]\nb =\n", "a.b=;"),
	ROW("quotes", "[a]\nb = \"x # y \" z\n", "a.b=x # y  z;"),
	ROW("quotes in the middle", "[a]\nb = x\" \"y  \n", "a.b=x y;"),
	ROW("escapes", "[a]\nb = \\\"\\\\\\n\\t\n", "a.b=\"\\\n\t;"),
	ROW("continued", "[a]\nb = x\\\n  y\n", "a.b=x  y;"),
	ROW("CR LF", "[a]\r\nb = c\r\n", "a.b=c;"),
	ROW("byte order mark", "\xef\xbb\xbf[a]\nb=c", "a.b=c;"),
	ROW("no newline at the end", "[a]\nb=c", "a.b=c;"),
	ROW("escaped subsection", "[a \"x\\\"\\\\y\\z\"]\nb=c\n", "a(x\"\\yz).b=c;"),
	ROW("empty subsection", "[a \"\"]\nb=c\n", "a().b=c;"),
	ROW("includes are entries only", "[include]\npath = /dev/zero\n", "include.path=/dev/zero;"),

	ROW("key before a section", "a=b\n", NULL),
	ROW("section without an end", "[a\nb=c\n", NULL),
	ROW("empty section", "[]\nb=c\n", NULL),
	ROW("blank section", "[ ]\nb=c\n", NULL),
	ROW("odd section", "[a_b]\nb=c\n", NULL),
	ROW("subsection without quotes", "[a b]\nb=c\n", NULL),
	ROW("subsection without an end", "[a \"b\n]\nb=c\n", NULL),
	ROW("text behind the subsection", "[a \"b\" x]\nb=c\n", NULL),
	ROW("NUL in a subsection", "[a \"b\0\"]\nb=c\n", NULL),
	ROW("key with a digit first", "[a]\n1=c\n", NULL),
	ROW("key with an underscore", "[a]\nb_c=d\n", NULL),
	ROW("two words", "[a]\nb c\n", NULL),
	ROW("unknown escape", "[a]\nb=\\x\n", NULL),
	ROW("escape at the end", "[a]\nb=\\", NULL),
	ROW("quote without an end", "[a]\nb=\"x\n", NULL),
	ROW("NUL", "[a]\nb=x\0y\n", NULL),
	ROW("NUL escaped", "[a]\nb=\\\0y\n", NULL),
	ROW("control", "\x01", NULL),
#undef ROW
};

static void
test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(files); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
		struct rw_error err = RW_ERROR_INIT;
		bool ok;

		print_message("# %s\n", files[i].name);
		ok = rw_gitconfig_parse(files[i].in, write_entry, &b, &err);
		assert_int_equal(ok, files[i].want != NULL);
		assert_int_equal(err.code, ok ? RW_E_NONE : RW_E_PARSE);
		if (ok)
			assert_string_equal(rw_buf_cstr(&b), files[i].want);
	}
}

static void
test_limit(void **state)
{
	rw_autofree char *z = malloc(RW_LIMIT_GIT_CONFIG_BYTES + 1);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	memset(z, '#', RW_LIMIT_GIT_CONFIG_BYTES + 1);
	assert_true(rw_gitconfig_parse((struct rw_str){ z, RW_LIMIT_GIT_CONFIG_BYTES }, write_entry, &b, &err));
	assert_false(rw_gitconfig_parse((struct rw_str){ z, RW_LIMIT_GIT_CONFIG_BYTES + 1 }, write_entry, &b, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
}

/* What git itself reads from a file, and what we read. */
static void
test_like_git(void **state)
{
	static const char *const values[] = { "x", "a b", "\"q\"", "back\\slash", "# no comment", " blanks ", "a;b", "tab\there" };
	struct gitrepo *g = *state;
	struct rw_str got;
	char path[600];

	gitrepo_do(g, "git init -q --bare r");
	snprintf(path, sizeof(path), "%s/r", g->dir);
	for (size_t i = 0; i < RW_ARRAY_LEN(values); i++) {
		free(gitrepo_sh(g, "git -C r config --local 'refwall.Sub.Sect.key' '%s'", values[i]));
		assert_ok(g, rw_repo_config(g->arena, path, "Refwall.Sub.Sect.KEY", &got, &g->err));
		assert_string_equal(got.p, values[i]);
	}
	assert_ok(g, rw_repo_config(g->arena, path, "refwall.sub.Sect.key", &got, &g->err));
	assert_null(got.p);
}

static void
test_local_only(void **state)
{
	struct gitrepo *g = *state;
	struct rw_str got;
	char path[600];

	gitrepo_do(g, "git init -q --bare r; git config -f .gitconfig refwall.config /home/evil; "
	    "printf '[refwall]\\n\\tconfig = /included/evil\\n' >inc; git -C r config include.path $D/inc; "
	    "git init -q w; git -C w commit -q --allow-empty -m x; git -C w config refwall.config /w; "
	    "git -C w worktree add -q $D/wt");
	snprintf(path, sizeof(path), "%s/r", g->dir);
	assert_ok(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err));
	assert_null(got.p);
	assert_int_equal(got.n, 0);
	gitrepo_do(g, "git -C r config refwall.config /good");
	assert_ok(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err));
	assert_string_equal(got.p, "/good");
	gitrepo_do(g, "git -C r config --add refwall.config /other");
	assert_fails(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err), RW_E_PARSE);
	assert_non_null(strstr(g->err.msg, "set twice"));
	gitrepo_do(g, "printf '[refwall]\\n\\tconfig\\n' >r/config");
	assert_fails(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err), RW_E_PARSE);
	gitrepo_do(g, "rm r/config");
	assert_ok(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err));
	assert_null(got.p);
	gitrepo_do(g, "ln -s $D/inc r/config");
	assert_fails(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err), RW_E_IO);
	/* a linked work tree shares the config of its repository */
	snprintf(path, sizeof(path), "%s/w/.git/worktrees/wt", g->dir);
	assert_ok(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err));
	assert_string_equal(got.p, "/w");
	snprintf(path, sizeof(path), "%s/none", g->dir);
	assert_fails(g, rw_repo_config(g->arena, path, "refwall.config", &got, &g->err), RW_E_NOT_FOUND);
}

static const struct {
	const char *name, *script;	/* in a bare repository */
	enum rw_error_code code;
} formats[] = {
	{ "usual", "true", RW_E_NONE },
	{ "version 1", "git config core.repositoryformatversion 1", RW_E_NONE },
	{ "sha1 by name", "git config core.repositoryformatversion 1; git config extensions.objectFormat sha1", RW_E_NONE },
	{ "refs as files by name", "git config extensions.refStorage files", RW_E_NONE },
	{ "precious objects", "git config extensions.preciousObjects true", RW_E_NONE },
	{ "version 2", "git config core.repositoryformatversion 2", RW_E_UNSUPPORTED },
	{ "version empty", "git config core.repositoryformatversion ''", RW_E_UNSUPPORTED },
	{ "reftable", "git config extensions.refStorage reftable", RW_E_UNSUPPORTED },
	{ "sha256 without version", "git config extensions.objectFormat sha256", RW_E_UNSUPPORTED },
	{ "partial clone", "git config extensions.partialClone origin", RW_E_UNSUPPORTED },
	{ "config of work trees", "git config extensions.worktreeConfig true", RW_E_UNSUPPORTED },
	{ "unknown", "git config extensions.fromTheFuture 1", RW_E_UNSUPPORTED },
	{ "subsection", "git config extensions.objectFormat.x 1", RW_E_UNSUPPORTED },
	{ "broken config", "echo '[' >>config", RW_E_PARSE },
};

static void
test_formats(void **state)
{
	struct gitrepo *g = *state;

	for (size_t i = 0; i < RW_ARRAY_LEN(formats); i++) {
		struct rw_repo *r = NULL;
		char path[600];
		struct rw_repo_location where = { .path = path };

		print_message("# %s\n", formats[i].name);
		free(gitrepo_sh(g, "rm -rf r; git init -q --bare r; cd r; %s", formats[i].script));
		snprintf(path, sizeof(path), "%s/r", g->dir);
		if (formats[i].code == RW_E_NONE)
			assert_ok(g, rw_repo_open(&where, &r, &g->err));
		else
			assert_fails(g, rw_repo_open(&where, &r, &g->err), formats[i].code);
		rw_repo_free(r);
	}
}

static void
test_sha256(void **state)
{
	struct gitrepo *g = *state;
	struct rw_repo *r = NULL;
	char path[600];
	struct rw_repo_location where = { .path = path };

	gitrepo_do(g, "git init -q --bare --object-format=sha256 r");
	snprintf(path, sizeof(path), "%s/r", g->dir);
	assert_fails(g, rw_repo_open(&where, &r, &g->err), RW_E_UNSUPPORTED);
	assert_non_null(strstr(g->err.msg, "extensions.objectformat=sha256"));
	assert_null(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limit),
		GITREPO_TEST(test_like_git),
		GITREPO_TEST(test_local_only),
		GITREPO_TEST(test_formats),
		GITREPO_TEST(test_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
