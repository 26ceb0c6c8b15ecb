#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/fanout.h"
#include "refwall/hash.h"

#define OLD "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"
#define MID "3333333333333333333333333333333333333333"
#define TAG "4444444444444444444444444444444444444444"
#define ZERO "0000000000000000000000000000000000000000"

static const char commit_json[] =
    "{\"author\":{\"email\":\"alice@example.com\",\"name\":\"Alice\"},\"id\":\"" NEW "\",\"message\":\"fix port\","
    "\"timestamp\":\"2026-11-22T08:30:37.123Z\"}";

static struct rw_str
z(const char *s)
{
	return rw_str(s);
}

static struct rw_audit_applied
applied(const char *notice)
{
	return (struct rw_audit_applied){
		.index = 7, .push = 6, .time = 1795336300000,
		.repo_id = z("r-1"), .repo_name = z("infra/shop"), .ref = z("refs/heads/main"),
		.old_id = z(OLD), .new_id = z(NEW), .account = z("alice"), .notice = z(notice),
	};
}

/* The body, or NULL when it was refused with the code that is wanted. */
static char *
body(const struct rw_audit_applied *e, const char *before, const struct rw_notice_options *o,
    enum rw_error_code want)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_NOTICE_BYTES);
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_notice_push(e, before, o, &b, &err)) {
		assert_int_equal(err.code, want);
		return NULL;
	}
	assert_int_equal(err.code, RW_E_NONE);
	assert_int_equal(want, RW_E_NONE);
	return rw_buf_detach(&b);
}

static char *
notice(const char *paths)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);

	rw_buf_printf(&b, "{\"commit\":%s,\"paths\":%s}", commit_json, paths);
	return rw_buf_detach(&b);
}

static void
test_golden(void **state)
{
	static const char want[] =
	    "{\"ref\":\"refs/heads/main\",\"before\":\"" OLD "\",\"after\":\"" NEW "\",\"created\":false,\"deleted\":false,"
	    "\"forced\":false,\"base_ref\":null,\"compare\":\"\",\"repository\":{\"id\":182495164906950,\"name\":\"shop\","
	    "\"full_name\":\"infra/shop\",\"html_url\":\"https://git.example.com/infra/shop\","
	    "\"url\":\"https://git.example.com/infra/shop\",\"clone_url\":\"https://git.example.com/infra/shop.git\","
	    "\"ssh_url\":\"git@git.example.com:infra/shop.git\",\"default_branch\":\"main\","
	    "\"owner\":{\"name\":\"infra\",\"login\":\"infra\"}},\"pusher\":{\"name\":\"alice\"},\"sender\":{\"login\":\"alice\"},"
	    "\"head_commit\":{\"id\":\"" NEW "\",\"distinct\":true,\"message\":\"fix port\","
	    "\"timestamp\":\"2026-11-22T08:30:37.123Z\",\"url\":\"https://git.example.com/infra/shop\","
	    "\"author\":{\"name\":\"Alice\",\"email\":\"alice@example.com\"},"
	    "\"committer\":{\"name\":\"Alice\",\"email\":\"alice@example.com\"},"
	    "\"added\":[\"a.yaml\"],\"removed\":[],\"modified\":[\"b/c.yaml\",\"d\\\"e\"]},"
	    "\"commits\":[{\"id\":\"" NEW "\",\"distinct\":true,\"message\":\"fix port\","
	    "\"timestamp\":\"2026-11-22T08:30:37.123Z\",\"url\":\"https://git.example.com/infra/shop\","
	    "\"author\":{\"name\":\"Alice\",\"email\":\"alice@example.com\"},"
	    "\"committer\":{\"name\":\"Alice\",\"email\":\"alice@example.com\"},"
	    "\"added\":[\"a.yaml\"],\"removed\":[],\"modified\":[\"b/c.yaml\",\"d\\\"e\"]}]}";
	static const struct rw_notice_options o = { "https://git.example.com", NULL };
	rw_autofree char *n = notice("{\"added\":[\"a.yaml\"],\"modified\":[\"b/c.yaml\",\"d\\\"e\"],\"removed\":[]}");
	struct rw_audit_applied e = applied(n);
	rw_autofree char *got = body(&e, OLD, &o, RW_E_NONE);

	(void)state;
	assert_string_equal(got, want);
	print_message("# the types of these differ between forges and break typed readers\n");
	assert_null(strstr(got, "created_at"));
	assert_null(strstr(got, "pushed_at"));
	assert_null(strstr(got, "updated_at"));
}

/* What must and what must not stand in the body. */
static void
test_parts(void **state)
{
	static const struct {
		const char *name, *notice, *before, *old_id, *new_id, *ref, *repo, *account, *url, *branch;
		const char *has[4], *not[3];
	} rows[] = {
		{ .name = "a branch is created", .before = ZERO, .old_id = ZERO,
		    .has = { "\"before\":\"" ZERO "\"", "\"created\":true", "\"added\":[\"x\"]" } },
		{ .name = "coalesced: the files of a longer way are not known, so none is listed",
		    .before = MID, .has = { "\"before\":\"" MID "\"", "\"added\":[]", "\"modified\":[]" },
		    .not = { "\"x\"" } },
		{ .name = "no notice", .notice = "", .has = { "\"message\":\"\"", "\"id\":\"" NEW "\"",
		    "\"timestamp\":\"2026-11-22T08:31:40.000Z\"", "\"added\":[]" } },
		{ .name = "odd notice", .notice = "[1]", .has = { "\"message\":\"\"", "\"added\":[]" } },
		{ .name = "broken notice", .notice = "{", .has = { "\"message\":\"\"", "\"added\":[]" } },
		{ .name = "too many files", .notice = "{\"commit\":{\"message\":\"m\"},\"paths\":null}",
		    .has = { "\"message\":\"m\"", "\"added\":[]" } },
		{ .name = "a list is missing", .notice = "{\"paths\":{\"added\":[\"x\"],\"modified\":[]}}",
		    .has = { "\"added\":[]" }, .not = { "\"x\"" } },
		{ .name = "a path that is not UTF-8 empties all lists",
		    .notice = "{\"paths\":{\"added\":[\"x\"],\"modified\":[{\"b64\":\"/w==\"}],\"removed\":[]}}",
		    .has = { "\"added\":[]", "\"modified\":[]" }, .not = { "\"x\"", "b64" } },
		{ .name = "a message that is not UTF-8 is still a string",
		    .notice = "{\"commit\":{\"message\":{\"b64\":\"/2E=\"}}}",
		    .has = { "\"message\":\"\\\\xffa\"" }, .not = { "b64" } },
		{ .name = "a forced update", .notice = "{\"forced\":true}", .has = { "\"forced\":true" } },
		{ .name = "a tag: its commit stands in the commit",
		    .notice = "{\"commit\":{\"id\":\"" NEW "\"}}", .new_id = TAG, .ref = "refs/tags/v1",
		    .has = { "\"after\":\"" TAG "\"", "\"ref\":\"refs/tags/v1\"", "{\"id\":\"" NEW "\"" } },
		{ .name = "a commit id that is none", .notice = "{\"commit\":{\"id\":\"main\"}}",
		    .has = { "{\"id\":\"" NEW "\"" } },
		{ .name = "a deletion", .new_id = ZERO, .notice = "",
		    .has = { "\"deleted\":true", "\"head_commit\":null", "\"commits\":[]" } },
		{ .name = "no external URL", .has = { "\"html_url\":\"https://localhost/infra/shop\"",
		    "git@localhost:" } },
		{ .name = "a port is no part of the ssh host", .url = "https://git.example.com:8443",
		    .has = { "https://git.example.com:8443/infra/shop.git",
		    "git@git.example.com:infra/shop.git" } },
		{ .name = "IPv6 host", .url = "https://[::1]:8443", .has = { "git@[::1]:infra/shop.git" } },
		{ .name = "a name without a slash", .repo = "shop",
		    .has = { "\"name\":\"shop\",\"full_name\":\"shop\"",
		    "\"owner\":{\"name\":\"shop\",\"login\":\"shop\"}" } },
		{ .name = "a deep name", .repo = "a/b/c",
		    .has = { "\"name\":\"c\",\"full_name\":\"a/b/c\"", "\"login\":\"a\"" } },
		{ .name = "a name that needs escapes", .repo = "a b/c#\xc3\xbc",
		    .has = { "\"html_url\":\"https://localhost/a%20b/c%23%C3%BC\"",
		    "\"full_name\":\"a b/c#\xc3\xbc\"" } },
		{ .name = "nobody known", .account = "", .has = { "\"pusher\":{\"name\":\"unknown\"}" } },
		{ .name = "the recorded default branch", .branch = "trunk",
		    .notice = "{\"default_branch\":\"live\",\"forced\":false,\"paths\":null}",
		    .has = { "\"default_branch\":\"live\"" } },
		{ .name = "another default branch", .branch = "trunk",
		    .has = { "\"default_branch\":\"trunk\"" } },
		{ .name = "a ref that needs escapes", .ref = "refs/heads/a\"b",
		    .has = { "\"ref\":\"refs/heads/a\\\"b\"" } },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_notice_options o = { rows[i].url, rows[i].branch };
		rw_autofree char *usual = notice("{\"added\":[\"x\"],\"modified\":[],\"removed\":[]}");
		struct rw_audit_applied e = applied(rows[i].notice == NULL ? usual : rows[i].notice);
		rw_autofree char *got = NULL;

		print_message("# %s\n", rows[i].name);
		if (rows[i].old_id != NULL)
			e.old_id = z(rows[i].old_id);
		if (rows[i].new_id != NULL)
			e.new_id = z(rows[i].new_id);
		if (rows[i].ref != NULL)
			e.ref = z(rows[i].ref);
		if (rows[i].repo != NULL)
			e.repo_name = z(rows[i].repo);
		if (rows[i].account != NULL)
			e.account = z(rows[i].account);
		got = body(&e, rows[i].before == NULL ? OLD : rows[i].before, &o, RW_E_NONE);
		for (size_t k = 0; k < RW_ARRAY_LEN(rows[i].has) && rows[i].has[k] != NULL; k++) {
			if (strstr(got, rows[i].has[k]) == NULL)
				fail_msg("%s is not in %s", rows[i].has[k], got);
		}
		for (size_t k = 0; k < RW_ARRAY_LEN(rows[i].not) && rows[i].not[k] != NULL; k++) {
			if (strstr(got, rows[i].not[k]) != NULL)
				fail_msg("%s is in %s", rows[i].not[k], got);
		}
	}
}

static void
test_refused(void **state)
{
	static const struct { const char *name, *ref, *repo, *before, *new_id; } rows[] = {
		{ "a ref that is not UTF-8", "refs/heads/\xff", "shop", OLD, NEW },
		{ "a repository that is not UTF-8", "refs/heads/main", "\xc3", OLD, NEW },
		{ "no ref", "", "shop", OLD, NEW },
		{ "no repository", "refs/heads/main", "", OLD, NEW },
		{ "short before", "refs/heads/main", "shop", "1111", NEW },
		{ "no before", "refs/heads/main", "shop", "", NEW },
		{ "upper-case after", "refs/heads/main", "shop", OLD,
		    "ABCDEF1111111111111111111111111111111111" },
	};
	static const struct rw_notice_options o;

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_audit_applied e = applied("");

		print_message("# %s\n", rows[i].name);
		e.ref = z(rows[i].ref);
		e.repo_name = z(rows[i].repo);
		e.new_id = z(rows[i].new_id);
		assert_null(body(&e, rows[i].before, &o, RW_E_PARSE));
	}
}

/* n paths of `length` bytes each */
static char *
many(unsigned n, int length)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);

	rw_buf_puts(&b, "{\"added\":[");
	for (unsigned i = 0; i < n; i++)
		rw_buf_printf(&b, "%s\"%0*u\"", i == 0 ? "" : ",", length, i);
	rw_buf_puts(&b, "],\"modified\":[],\"removed\":[]}");
	return rw_buf_detach(&b);
}

static void
test_limits(void **state)
{
	static const struct { const char *name; unsigned n; int length; bool listed; } rows[] = {
		{ "500 paths", RW_LIMIT_NOTICE_PATHS, 20, true },
		{ "501 paths", RW_LIMIT_NOTICE_PATHS + 1, 20, false },
		{ "paths beyond the size of a notice", RW_LIMIT_NOTICE_PATHS, 4000, false },
	};
	static const struct rw_notice_options o;

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_autofree char *paths = many(rows[i].n, rows[i].length);
		rw_autofree char *n = notice(paths);
		struct rw_audit_applied e = applied(n);
		rw_autofree char *got = body(&e, OLD, &o, RW_E_NONE);

		print_message("# %s\n", rows[i].name);
		assert_int_equal(strstr(got, "\"added\":[]") == NULL, rows[i].listed);
		assert_non_null(strstr(got, "fix port"));
	}
}

static void
test_ping(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_NOTICE_BYTES);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	assert_true(rw_notice_ping((struct rw_str){ NULL, 0 }, 12, &b, &err));
	assert_non_null(strstr(b.data, "\"hook_id\":12"));
	assert_null(strstr(b.data, "repository"));
	assert_true(rw_notice_ping(z("infra/shop"), 12, &b, &err));
	assert_non_null(strstr(b.data, "\"repository\":{\"full_name\":\"infra/shop\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_ping),
	};
	struct rw_error err = RW_ERROR_INIT;

	return rw_crypto_init(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
