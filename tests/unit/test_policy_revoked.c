/* revoked: [FILE...] of a policy: what is wrong with a list is wrong with the policy, also through the compiled copy. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "policy/rules/builder.h"
#include "policy/signature/keyring.h"
#include "policy/signature/revocation.h"
#include "tests/unit/policy_tool.h"

#define IDENTITIES "identities:\n  alice: {keys: [{ssh: @KEY1@}, {ssh: @KEY2@}]}\n"

struct place {
	char *dir, *path, *cache;
};

static struct place
place_make(const char *policy)
{
	struct place at = { policy_dir_make(), NULL, NULL };

	policy_file(at.dir, "policy.yaml", policy);
	policy_file(at.dir, "log/x", "");
	assert_true(asprintf(&at.path, "%s/policy.yaml", at.dir) > 0);
	assert_true(asprintf(&at.cache, "%s/log", at.dir) > 0);
	return at;
}

static void
place_remove(struct place *at)
{
	policy_dir_remove(at->dir);
	free(at->path);
	free(at->cache);
}

static void
test_bad(void **state)
{
	static const struct {
		const char *name, *revoked;
		const char *file;		/* content of revoked.txt, or NULL: there is none */
		const char *message;
	} rows[] = {
		{ "missing", "[revoked.txt]", NULL, "policy.yaml:2:11: revoked: revoked.txt: no such file" },
		{ "in a missing folder", "[x/revoked.txt]", NULL, "policy.yaml:2:11: revoked: x/revoked.txt: no such file" },
		{ "malformed", "[revoked.txt]", "@KEY1@\nrubbish\n",
		    "policy.yaml:2:11: revoked: revoked.txt: line 2: wanted a public key" },
		{ "cut short", "[revoked.txt]", "SSHKRL\n", "policy.yaml:2:11: revoked: revoked.txt: line 1: " },
		{ "no list", "[]", NULL, "policy.yaml:2:10: revoked: wanted at least 1" },
		{ "wildcard", "\"*.txt\"", "", "policy.yaml:2:10: revoked: '*.txt' has a wildcard" },
		{ "outside", "../revoked.txt", "", "revoked: '../revoked.txt' has '..' in it" },
		{ "absolute", "/etc/revoked", "", "revoked: '/etc/revoked' is absolute" },
		{ "twice", "[revoked.txt, revoked.txt]", "", "'revoked.txt' is listed twice" },
		{ "a policy's own file", "[policy.yaml]", "", "policy.yaml is a part of the policy already" },
		{ "a folder", "[log]", "", "policy.yaml:2:11: revoked: log: " },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_autofree char *text = NULL;
		struct rw_error err = RW_ERROR_INIT;
		struct rw_policy *p;
		struct place at;

		print_message("# %s\n", rows[i].name);
		assert_true(asprintf(&text, "version: 1\nrevoked: %s\n" IDENTITIES, rows[i].revoked) > 0);
		at = place_make(text);
		if (rows[i].file != NULL)
			policy_file(at.dir, "revoked.txt", rows[i].file);
		assert_false(rw_policy_load_cached(at.path, at.cache, &p, &err));
		assert_int_equal(err.code, RW_E_POLICY);
		if (strstr(err.msg, rows[i].message) == NULL)
			fail_msg("%s", err.msg);
		place_remove(&at);
	}
}

static void
test_place(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	struct place at = place_make("version: 1\ninclude: [more.yaml]\n");
	struct rw_policy *p;

	(void)state;
	policy_file(at.dir, "more.yaml", "revoked: [x]\n");
	assert_false(rw_policy_load(at.path, &p, &err));
	assert_non_null(strstr(err.msg, "more.yaml:1:1: 'revoked' holds for the whole policy"));
	place_remove(&at);
	assert_null(policy_parse("version: 1\nrevoked: [x]\n", &err));
	assert_non_null(strstr(err.msg, "only in a policy that is a file"));
}

/* What does the policy say of alice's keys? Bits: 1 the first is revoked, 2 the second, 4 from the compiled copy. */
static unsigned
load(const struct place *at, char digest[65])
{
	rw_auto_policy struct rw_policy *p = NULL;
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_revocations *r;
	unsigned bits = 0;

	if (!rw_policy_load_cached(at->path, at->cache, &p, &err)) {
		print_message("# %s\n", err.msg);
		return 8;
	}
	r = rw_keyring_revoked(p->keyring);
	assert_int_equal(p->index->n_keys, 2);
	for (unsigned i = 0; i < 2; i++)
		bits |= (unsigned)(rw_revoked(r, p->index->key[i].key->blob, NULL) != NULL) << i;
	memcpy(digest, p->digest, 65);
	return bits | (p->from_cache ? 4 : 0);
}

static void
test_cache(void **state)
{
	struct place at = place_make("version: 1\nrevoked: [a.txt, lists/b.txt]\n" IDENTITIES);
	char first[65], again[65], changed[65];
	rw_autofree char *file = NULL;

	(void)state;
	policy_file(at.dir, "a.txt", "# none\n");
	policy_file(at.dir, "lists/b.txt", "@KEY2@\n");
	assert_int_equal(load(&at, first), 2);
	assert_int_equal(load(&at, again), 2 | 4);
	assert_string_equal(first, again);
	print_message("# one more is revoked\n");
	policy_file(at.dir, "a.txt", "@FP1@\n");
	assert_int_equal(load(&at, changed), 3);
	assert_string_not_equal(first, changed);
	assert_int_equal(load(&at, again), 3 | 4);
	print_message("# a list vanishes\n");
	assert_true(asprintf(&file, "%s/lists/b.txt", at.dir) > 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(load(&at, again), 8);
	print_message("# a symbolic link is no list\n");
	assert_int_equal(symlink("../a.txt", file), 0);
	assert_int_equal(load(&at, again), 8);
	assert_int_equal(unlink(file), 0);
	policy_file(at.dir, "lists/b.txt", "@KEY2@\n");
	assert_int_equal(load(&at, again), 3 | 4);
	assert_string_equal(again, changed);
	place_remove(&at);
}

static void
test_lint(void **state)
{
	struct place at = place_make("version: 1\nrevoked: a.txt\n" IDENTITIES);
	rw_auto_policy struct rw_policy *p = NULL;
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_lint *l;
	bool found = false;
	size_t n;

	(void)state;
	policy_file(at.dir, "a.txt", "@FP2@\n");
	assert_true(rw_policy_load(at.path, &p, &err));
	assert_true(rw_policy_lint(p, 0, a, &l, &n, &err));
	for (size_t i = 0; i < n; i++)
		found = found || (strstr(l[i].text, "of alice is revoked") != NULL && l[i].pos.line == 4);
	assert_true(found);
	place_remove(&at);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad), cmocka_unit_test(test_place), cmocka_unit_test(test_cache),
		cmocka_unit_test(test_lint),
	};

	return cmocka_run_group_tests_name("policy_revoked", tests, policy_tool_setup, policy_tool_teardown);
}
