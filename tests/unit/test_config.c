#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "refwall/buf.h"
#include "refwall/config.h"
#include "refwall/hash.h"

#define HEAD "version: 1\norigin: git.example.com/refwall\n"

static void
bad(void **state)
{
	static const struct { const char *in, *message; } rows[] = {
		{ "", "/etc/refwall.yaml:1:1: nothing in the file, wanted a map" },
		{ "version: 1\n", "/etc/refwall.yaml:1:1: the configuration lacks 'origin'" },
		{ "origin: a\n", "/etc/refwall.yaml:1:1: the configuration lacks 'version'" },
		{ "version: 2\norigin: a\n", "/etc/refwall.yaml:1:10: version: wanted a number from 1 to 1, found '2'" },
		{ HEAD "polcy: x\n",
		    "/etc/refwall.yaml:3:1: unknown key 'polcy' in the configuration (did you mean 'policy'?)" },
		{ HEAD "policy: a\npolicy: b\n", "/etc/refwall.yaml:4:1: key 'policy' was set in line 3 already" },
		{ HEAD "policy:\n", "/etc/refwall.yaml:3:1: 'policy' in the configuration has no value" },
		{ HEAD "policy: [a]\n", "/etc/refwall.yaml:3:9: policy: wanted a string, found a list" },
		{ HEAD "policy: \"a\\nb\"\n", "/etc/refwall.yaml:3:9: policy: wanted one line of printable text, found"
		    " 'a\\x0ab'" },
		{ "version: 1\norigin: \"a b\"\n",
		    "/etc/refwall.yaml:2:9: origin: wanted a name like git.example.com/refwall, found 'a b'" },
		{ "version: 1\norigin: a+b\n",
		    "/etc/refwall.yaml:2:9: origin: wanted a name like git.example.com/refwall, found 'a+b'" },
		{ HEAD "serve: ./log//\n", "/etc/refwall.yaml:3:8: serve: wanted another directory than log" },
		{ HEAD "log: serve\n", "/etc/refwall.yaml:1:1: serve: wanted another directory than log" },
		{ HEAD "listen: 8480\n", "/etc/refwall.yaml:3:9: listen: wanted host:port like 127.0.0.1:8480 or [::1]:8480,"
		    " found '8480'" },
		{ HEAD "listen: a:65536\n", "/etc/refwall.yaml:3:9: listen: wanted host:port like 127.0.0.1:8480 or"
		    " [::1]:8480, found 'a:65536'" },
		{ HEAD "listen: ::1:80\n", "/etc/refwall.yaml:3:9: listen: wanted host:port like 127.0.0.1:8480 or"
		    " [::1]:8480, found '::1:80'" },
		{ HEAD "external-url: git.example.com\n", "/etc/refwall.yaml:3:15: external-url: wanted a URL like"
		    " https://git.example.com, found 'git.example.com'" },
		{ HEAD "external-url: https://a@example.com\n", "/etc/refwall.yaml:3:15: external-url: wanted a URL like"
		    " https://git.example.com, found 'https://a@example.com'" },
		{ HEAD "external-url: https://a?b\n", "/etc/refwall.yaml:3:15: external-url: wanted a URL like"
		    " https://git.example.com, found 'https://a?b'" },
		{ HEAD "external-url: https:///\n", "/etc/refwall.yaml:3:15: external-url: wanted a URL like"
		    " https://git.example.com, found 'https://'" },
		{ HEAD "repositories: {}\n",
		    "/etc/refwall.yaml:3:15: repositories: wanted 'root' or 'from', so that they have names" },
		{ HEAD "repositories: {path: /srv}\n", "/etc/refwall.yaml:3:16: unknown key 'path' in repositories, which has:"
		    " root, from" },
		{ HEAD "accounts: {}\n", "/etc/refwall.yaml:3:11: accounts lacks 'from'" },
		{ HEAD "accounts: {from: []}\n", "/etc/refwall.yaml:3:18: accounts.from: wanted a list of rows like"
		    " {var: REMOTE_USER, as: \"%s\"}" },
		{ HEAD "accounts:\n  from:\n  - as: x\n", "/etc/refwall.yaml:5:5: a row lacks 'var'" },
		{ HEAD "accounts:\n  from:\n  - var: a b\n", "/etc/refwall.yaml:5:10: var: wanted the name of a variable, or"
		    " two joined by '/', found 'a b'" },
		{ HEAD "accounts:\n  from:\n  - var: A/B/C\n", "/etc/refwall.yaml:5:10: var: wanted the name of a variable, or"
		    " two joined by '/', found 'A/B/C'" },
		{ HEAD "accounts:\n  from:\n  - var: 1A\n", "/etc/refwall.yaml:5:10: var: wanted the name of a variable, or"
		    " two joined by '/', found '1A'" },
		{ HEAD "accounts:\n  from:\n  - {var: A, as: \"x\"}\n",
		    "/etc/refwall.yaml:5:18: as: wanted a text with exactly one %s, found 'x'" },
		{ HEAD "accounts:\n  from:\n  - {var: A, as: \"%s%s\"}\n",
		    "/etc/refwall.yaml:5:18: as: wanted a text with exactly one %s, found '%s%s'" },
		{ HEAD "accounts:\n  from:\n  - {var: A, as: \"%s%n\"}\n",
		    "/etc/refwall.yaml:5:18: as: wanted a text with exactly one %s, found '%s%n'" },
		{ HEAD "accounts:\n  from:\n  - {var: A, unless: x}\n",
		    "/etc/refwall.yaml:5:22: unless: wanted a list of values like [\"\", \"0\"]" },
		{ HEAD "delivery: {allow: [10.0.0.1/8]}\n", "/etc/refwall.yaml:3:20: delivery.allow: wanted a network like"
		    " 10.0.0.0/8 or fd00::/8 (no bits set behind its length), found '10.0.0.1/8'" },
		{ HEAD "delivery: {deny: [\"fd00::/129\"]}\n", "/etc/refwall.yaml:3:19: delivery.deny: wanted a network like"
		    " 10.0.0.0/8 or fd00::/8 (no bits set behind its length), found 'fd00::/129'" },
		{ HEAD "delivery: {deny: [a, a]}\n", "/etc/refwall.yaml:3:22: delivery.deny: 'a' is listed twice" },
		{ HEAD "lock-wait: 10\n",
		    "/etc/refwall.yaml:3:12: lock-wait: wanted a duration like 30s, 15m, 24h or 7d, found '10'" },
		{ HEAD "lock-wait: 11m\n",
		    "/etc/refwall.yaml:3:12: lock-wait: wanted a duration from 100ms to 600s, found '11m'" },
		{ HEAD "chained-timeout: 99ms\n",
		    "/etc/refwall.yaml:3:18: chained-timeout: wanted a duration from 100ms to 300s, found '99ms'" },
		{ HEAD "x: &a 1\n", "/etc/refwall.yaml:3:4: an anchor, which is not allowed here" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_config c;

		print_message("# %s\n", rows[i].message);
		assert_false(rw_config_parse(a, "/etc/refwall.yaml", rw_str(rows[i].in), &c, &e));
		assert_string_equal(e.msg, rows[i].message);
		assert_int_equal(e.code, RW_E_CONFIG);
	}
}

static void
defaults(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_config c;

	(void)state;
	assert_true(rw_config_parse(a, "/var/lib/refwall/refwall.yaml", RW_STR_LIT("{version: 1, origin: x}"), &c, &e));
	assert_string_equal(c.path, "/var/lib/refwall/refwall.yaml");
	assert_string_equal(c.dir, "/var/lib/refwall");
	assert_string_equal(c.origin, "x");
	assert_string_equal(c.policy, "/var/lib/refwall/policy.yaml");
	assert_string_equal(c.log_dir, "/var/lib/refwall/log");
	assert_string_equal(c.serve_dir, "/var/lib/refwall/serve");
	assert_string_equal(c.listen_host, "127.0.0.1");
	assert_string_equal(c.listen_port, "8480");
	assert_null(c.external_url);
	assert_null(c.repositories_root);
	assert_int_equal(c.n_repository_from + c.n_account_from + c.n_allow + c.n_deny, 0);
	assert_int_equal(c.lock_wait_ms, RW_LIMIT_LOCK_WAIT_MS);
	assert_int_equal(c.chained_timeout_ms, RW_LIMIT_CHAINED_SECONDS * 1000);
	assert_string_equal(c.digest, "ad002b021fab7c61fdb0e3e6fc27b28873beea56f7aab64daa1aaef3c81b2633");
}

static void
everything(void **state)
{
	static const char text[] = HEAD
	    "policy: ../etc/./policy.yaml\n"
	    "log: /var//log/refwall/\n"
	    "serve: state/serve\n"
	    "listen: \"[::1]:0\"\n"
	    "external-url: https://git.example.com:8443/git//\n"
	    "repositories:\n"
	    "  root: /srv/git/\n"
	    "  from: [{var: GITEA_REPO_USER_NAME/GITEA_REPO_NAME, as: \"%s\"}]\n"
	    "accounts:\n"
	    "  from: [{var: GITEA_DEPLOY_KEY_ID, unless: [\"\", \"0\", 1], as: \"deploy-key:%s\"}, {var: REMOTE_USER}]\n"
	    "delivery:\n"
	    "  allow: [127.0.0.0/8, \"::1\"]\n"
	    "  deny: 192.0.2.1\n"
	    "lock-wait: 100ms\n"
	    "chained-timeout: 5m\n";
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_config c;

	(void)state;
	if (!rw_config_parse(a, "/etc/refwall.yaml", rw_str(text), &c, &e))
		fail_msg("%s", e.msg);
	assert_string_equal(c.policy, "/etc/../etc/policy.yaml");
	assert_string_equal(c.log_dir, "/var/log/refwall");
	assert_string_equal(c.serve_dir, "/etc/state/serve");
	assert_string_equal(c.listen_host, "::1");
	assert_string_equal(c.listen_port, "0");
	assert_string_equal(c.external_url, "https://git.example.com:8443/git");
	assert_string_equal(c.repositories_root, "/srv/git");
	assert_int_equal(c.n_repository_from, 1);
	assert_string_equal(c.repository_from[0].var, "GITEA_REPO_USER_NAME/GITEA_REPO_NAME");
	assert_int_equal(c.n_account_from, 2);
	assert_string_equal(c.account_from[0].as, "deploy-key:%s");
	assert_int_equal(c.account_from[0].n_unless, 3);
	assert_string_equal(c.account_from[0].unless[0], "");
	assert_string_equal(c.account_from[0].unless[2], "1");
	assert_string_equal(c.account_from[1].as, "%s");
	assert_int_equal(c.n_allow, 2);
	assert_int_equal(c.allow[0].bits, 104);
	assert_int_equal(c.allow[1].bits, 128);
	assert_int_equal(c.n_deny, 1);
	assert_int_equal(c.deny[0].bits, 128);
	assert_int_equal(c.lock_wait_ms, 100);
	assert_int_equal(c.chained_timeout_ms, 300000);
}

static void
files(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(2u << 20);
	rw_auto_buf struct rw_buf big = RW_BUF_INIT(RW_LIMIT_CONFIG_BYTES + 1);
	char dir[] = "/tmp/refwall-test-config-XXXXXX", cwd[4096];
	struct rw_error e = RW_ERROR_INIT;
	struct rw_config c;

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_false(rw_config_load(a, "none.yaml", &c, &e));
	assert_true(rw_file_write("refwall.yaml", RW_STR_LIT(HEAD "listen: x\n"), 0600, true, &e));
	assert_false(rw_config_load(a, "refwall.yaml", &c, &e));
	assert_string_equal(e.msg, "refwall.yaml:3:9: listen: wanted host:port like 127.0.0.1:8480 or [::1]:8480, found 'x'");
	assert_true(rw_file_write("refwall.yaml", RW_STR_LIT(HEAD), 0600, false, &e));
	assert_true(rw_config_load(a, "refwall.yaml", &c, &e));
	assert_string_equal(c.dir, dir);

	rw_buf_puts(&big, HEAD "#");
	while (big.len < RW_LIMIT_CONFIG_BYTES)
		rw_buf_putc(&big, 'x');
	assert_true(rw_file_write("refwall.yaml", rw_buf_str(&big), 0600, false, &e));
	assert_true(rw_config_load(a, "refwall.yaml", &c, &e));
	assert_true(rw_config_parse(a, "/refwall.yaml", rw_buf_str(&big), &c, &e));
	assert_string_equal(c.dir, "/");
	assert_string_equal(c.log_dir, "/log");
	rw_buf_putc(&big, 'x');
	assert_true(rw_file_write("refwall.yaml", rw_buf_str(&big), 0600, false, &e));
	assert_false(rw_config_load(a, "refwall.yaml", &c, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	assert_false(rw_config_parse(a, "/refwall.yaml", rw_buf_str(&big), &c, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	assert_false(rw_config_parse(a, "refwall.yaml", RW_STR_LIT(HEAD), &c, &e));
	assert_int_equal(e.code, RW_E_USAGE);

	assert_int_equal(unlink("refwall.yaml"), 0);
	assert_int_equal(chdir(cwd), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
networks(void **state)
{
	static const struct { const char *net, *addr; bool ok, in; } rows[] = {
		{ "10.0.0.0/8", "10.255.0.1", true, true }, { "10.0.0.0/8", "11.0.0.0", true, false },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", true, true }, { "10.0.0.0/8", "a00::", true, false },
		{ "192.0.2.1", "192.0.2.1", true, true }, { "192.0.2.1", "192.0.2.2", true, false },
		{ "192.0.2.128/25", "192.0.2.255", true, true }, { "192.0.2.128/25", "192.0.2.127", true, false },
		{ "0.0.0.0/0", "255.255.255.255", true, true }, { "0.0.0.0/0", "::1", true, false },
		{ "::/0", "10.0.0.1", true, true }, { "fd00::/8", "fdff::1", true, true },
		{ "fd00::/8", "fc00::", true, false }, { "fc00::/7", "fdff::", true, true }, { "::1", "::1", true, true },
		{ "::ffff:10.0.0.0/104", "10.9.9.9", true, true },
		{ "10.0.0.1/8", NULL, false, false }, { "10.0.0.0/33", NULL, false, false },
		{ "10.0.0.0/", NULL, false, false }, { "10.0.0.0/08", NULL, false, false },
		{ "10.0.0/8", NULL, false, false }, { "010.0.0.0/8", NULL, false, false }, { "", NULL, false, false },
		{ "/8", NULL, false, false }, { "fd00::/129", NULL, false, false }, { "fe80::1%eth0", NULL, false, false },
		{ "localhost", NULL, false, false }, { "10.0.0.0/8 ", NULL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_network n, addr;

		print_message("# %s, %s\n", rows[i].net, rows[i].addr == NULL ? "malformed" : rows[i].addr);
		assert_int_equal(rw_network_parse(rw_str(rows[i].net), &n), rows[i].ok);
		if (!rows[i].ok)
			continue;
		assert_true(rw_network_parse(rw_str(rows[i].addr), &addr));
		assert_int_equal(rw_network_contains(&n, addr.addr), rows[i].in);
	}
	assert_false(rw_network_parse((struct rw_str){ "10.0.0.1\0x", 10 }, &(struct rw_network){ .bits = 0 }));
}

struct variable { const char *name, *value; };

static const char *
lookup(void *ctx, const char *name)
{
	for (const struct variable *v = ctx; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v->value;
	return NULL;
}

static void
sources(void **state)
{
	static const char *const unless[] = { "", "0" };
	static const struct rw_source list[] = {
		{ "KEY_ID", "deploy-key:%s", unless, 2 }, { "OWNER/NAME", "%s", NULL, 0 }, { "USER", "<%s>", NULL, 0 },
	};
	static const struct { const char *name; struct variable var[4]; const char *want, *message; } rows[] = {
		{ "nothing set", { { NULL, NULL } }, "", NULL },
		{ "the first", { { "KEY_ID", "7" }, { "USER", "alice" } }, "deploy-key:7", NULL },
		{ "the first says nobody", { { "KEY_ID", "0" }, { "USER", "alice" } }, "<alice>", NULL },
		{ "the first is empty", { { "KEY_ID", "" }, { "USER", "alice" } }, "<alice>", NULL },
		{ "two joined", { { "OWNER", "team" }, { "NAME", "shop" }, { "USER", "alice" } }, "team/shop", NULL },
		{ "half of two", { { "OWNER", "team" }, { "NAME", "" }, { "USER", "alice" } }, "<alice>", NULL },
		{ "dots", { { "KEY_ID", "../x" } }, NULL, "KEY_ID gives 'deploy-key:../x': wanted 1 to 256 printable bytes"
		    " without '..' and without '/' at the ends" },
		{ "a slash in front", { { "OWNER", "/a" }, { "NAME", "b" } }, NULL, "OWNER/NAME gives '/a/b': wanted 1 to 256"
		    " printable bytes without '..' and without '/' at the ends" },
		{ "a slash behind", { { "OWNER", "a" }, { "NAME", "b/" } }, NULL, "OWNER/NAME gives 'a/b/': wanted 1 to 256"
		    " printable bytes without '..' and without '/' at the ends" },
		{ "a line feed", { { "USER", "a\nb" } }, NULL, "USER gives '<a\\x0ab>': wanted 1 to 256 printable bytes"
		    " without '..' and without '/' at the ends" },
	};
	char name[300];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		struct variable var[5] = { { NULL, NULL } };
		struct rw_str got;

		print_message("# %s\n", rows[i].name);
		memcpy(var, rows[i].var, sizeof(rows[i].var));
		if (rows[i].message != NULL) {
			assert_false(rw_source_resolve(a, list, RW_ARRAY_LEN(list), lookup, var, &got, &e));
			assert_string_equal(e.msg, rows[i].message);
			assert_int_equal(e.code, RW_E_DENIED);
			continue;
		}
		assert_true(rw_source_resolve(a, list, RW_ARRAY_LEN(list), lookup, var, &got, &e));
		assert_str(got, rows[i].want);
	}
	/* 256 bytes, and one more */
	for (size_t more = 0; more < 2; more++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct variable var[2] = { { "USER", name }, { NULL, NULL } };
		struct rw_error e = RW_ERROR_INIT;
		struct rw_str got;

		memset(name, 'x', sizeof(name));
		name[254 + more] = '\0';
		assert_int_equal(rw_source_resolve(a, list, RW_ARRAY_LEN(list), lookup, var, &got, &e), more == 0);
	}
}

static int
setup(void **state)
{
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	return rw_crypto_init(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad), cmocka_unit_test(defaults), cmocka_unit_test(everything), cmocka_unit_test(files),
		cmocka_unit_test(networks), cmocka_unit_test(sources),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
