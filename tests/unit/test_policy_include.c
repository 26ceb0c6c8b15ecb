/* Includes: which files a policy is made of, in which order, and what may never be read. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "tests/unit/policy_tool.h"

#define FILES_MAX 6

static const struct {
	const char *name;
	struct { const char *name, *text; } file[FILES_MAX];	/* text "-> x": a symbolic link; "/": a folder */
	const char *want;	/* error behind the directory's name, or "= a b c": names of the identities in order */
} rows[] = {
	{ "one file", {
	    { "policy.yaml", "version: 1\ninclude: [people.yaml]\n" },
	    { "people.yaml", "identities: {alice: {}, bob: {}}\n" },
	    }, "= alice bob" },
	{ "wildcards are sorted", {
	    { "policy.yaml", "version: 1\ninclude: ids/*.yaml\nidentities: {first: {}}\n" },
	    { "ids/b.yaml", "identities: {b: {}}\n" },
	    { "ids/a.yaml", "identities: {a: {}}\n" },
	    { "ids/B.yaml", "version: 1\nidentities: {B: {}}\n" },
	    { "ids/readme.txt", "not yaml" },
	    }, "= first B a b" },
	{ "files with a dot are passed over", {
	    { "policy.yaml", "version: 1\ninclude: [ids/*]\n" },
	    { "ids/.#a.yaml", "broken [" },
	    { "ids/a.yaml", "identities: {a: {}}\n" },
	    }, "= a" },
	{ "included files include, relative to themselves", {
	    { "policy.yaml", "version: 1\ninclude: [teams/one/all.yaml, teams/t*/all.yaml]\n" },
	    { "teams/one/all.yaml", "include: [people/?.yaml]\nidentities: {one: {}}\n" },
	    { "teams/one/people/x.yaml", "identities: {x: {}}\n" },
	    { "teams/two/all.yaml", "identities: {two: {}}\n" },
	    { "teams/three/readme", "" },
	    { "teams/tfile", "" },
	    }, "= one x two" },
	{ "an empty included file", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "" },
	    }, "a.yaml:1:1: nothing in the file, wanted a map" },
	{ "positions are of the file", {
	    { "policy.yaml", "version: 1\ninclude: [rules/a.yaml]\n" },
	    { "rules/a.yaml", "rules:\n  - name: x\n    update: create\n" },
	    }, "rules/a.yaml:3:5: unknown key 'update' in a rule (did you mean 'updates'?)" },
	{ "names are shared by all files", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml, b.yaml]\n" },
	    { "a.yaml", "identities:\n  alice: {accounts: [a]}\n" },
	    { "b.yaml", "groups:\n  alice: []\n" },
	    }, "b.yaml:2:3: the name alice is taken already, at a.yaml:2:3" },
	{ "an account is one identity's over all files", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml, b.yaml]\n" },
	    { "a.yaml", "identities:\n  alice: {accounts: [a]}\n" },
	    { "b.yaml", "identities:\n  bob: {accounts: [b, a]}\n" },
	    }, "b.yaml:2:23: account a belongs to alice already, at a.yaml:2:22" },
	{ "a rule's name is one rule's over all files", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\nrules: [{name: x, updates: [create]}]\n" },
	    { "a.yaml", "rules: [{name: x, updates: [create]}]\n" },
	    }, "a.yaml:1:16: a rule is called 'x' already, at policy.yaml:3:16" },
	{ "scope only in the first", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "scope: {refs: [refs/heads/main]}\n" },
	    }, "a.yaml:1:1: 'scope' holds for the whole policy: it may stand only in policy.yaml" },
	{ "refs only in the first", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "version: 1\nrefs: [refs/heads/main]\n" },
	    }, "a.yaml:2:1: 'refs' holds for the whole policy: it may stand only in policy.yaml" },
	{ "version of an included file", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "version: 3\n" },
	    }, "a.yaml:1:10: version 3 of the policy language is not known to this program, wanted version: 1" },
	{ "no such file", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    }, "policy.yaml:2:11: include: 'a.yaml' names no file" },
	{ "no such folder", {
	    { "policy.yaml", "version: 1\ninclude:\n  - a/b.yaml\n" },
	    }, "policy.yaml:3:5: include: 'a/b.yaml' names no file" },
	{ "a wildcard without files", {
	    { "policy.yaml", "version: 1\ninclude: [rule/*.yaml]\n" },
	    { "rules/a.yaml", "rules: []\n" },
	    }, "policy.yaml:2:11: include: 'rule/*.yaml' names no file" },
	{ "absolute", {
	    { "policy.yaml", "version: 1\ninclude: [/etc/passwd]\n" },
	    }, "policy.yaml:2:11: include: '/etc/passwd' is absolute, wanted a name relative to this file" },
	{ "out of the folder", {
	    { "policy.yaml", "version: 1\ninclude: [../a.yaml]\n" },
	    }, "policy.yaml:2:11: include: '../a.yaml' has '..' in it: everything lies below the policy's own folder" },
	{ "out and in again", {
	    { "policy.yaml", "version: 1\ninclude: [x/../a.yaml]\n" },
	    { "a.yaml", "identities: {}\n" },
	    }, "policy.yaml:2:11: include: 'x/../a.yaml' has '..' in it: everything lies below the policy's own folder" },
	{ "a dot", {
	    { "policy.yaml", "version: 1\ninclude: [./a.yaml]\n" },
	    }, "policy.yaml:2:11: include: './a.yaml' has an empty part or '.' in it" },
	{ "a slash at the end", {
	    { "policy.yaml", "version: 1\ninclude: [a/]\n" },
	    }, "policy.yaml:2:11: include: 'a/' has an empty part or '.' in it" },
	{ "two stars", {
	    { "policy.yaml", "version: 1\ninclude: [\"**/a.yaml\"]\n" },
	    }, "policy.yaml:2:11: include: '**/a.yaml' may have only *, ? and [...] as wildcards" },
	{ "an exclusion", {
	    { "policy.yaml", "version: 1\ninclude: [\"*.yaml\", \"!b.yaml\"]\n" },
	    }, "policy.yaml:2:11: include: policy.yaml would include itself" },
	{ "a malformed set", {
	    { "policy.yaml", "version: 1\ninclude: [\"[a.yaml\"]\n" },
	    }, "policy.yaml:2:11: include: pattern [a.yaml: column 1: '[' without ']'" },
	{ "itself", {
	    { "policy.yaml", "version: 1\ninclude: [policy.yaml]\n" },
	    }, "policy.yaml:2:11: include: policy.yaml would include itself" },
	{ "a ring", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "include: [b.yaml]\n" },
	    { "b.yaml", "include: [a.yaml]\n" },
	    }, "b.yaml:1:11: include: a.yaml would include itself" },
	{ "back to the first", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "a.yaml", "include: [policy.yaml]\n" },
	    }, "a.yaml:1:11: include: policy.yaml would include itself" },
	{ "twice", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml, \"?.yaml\"]\n" },
	    { "a.yaml", "identities: {}\n" },
	    }, "policy.yaml:2:19: include: a.yaml is included already at policy.yaml:2:11" },
	{ "a symbolic link", {
	    { "policy.yaml", "version: 1\ninclude: [a.yaml]\n" },
	    { "b.yaml", "identities: {}\n" },
	    { "a.yaml", "-> b.yaml" },
	    }, "policy.yaml:2:11: include: a.yaml is a symbolic link" },
	{ "a symbolic link that a wildcard names", {
	    { "policy.yaml", "version: 1\ninclude: [x/*.yaml]\n" },
	    { "x/b.yaml", "identities: {}\n" },
	    { "x/a.yaml", "-> b.yaml" },
	    }, "policy.yaml:2:11: include: x/a.yaml is a symbolic link" },
	{ "a symbolic link to a folder", {
	    { "policy.yaml", "version: 1\ninclude: [y/b.yaml]\n" },
	    { "x/b.yaml", "identities: {}\n" },
	    { "y", "-> x" },
	    }, "policy.yaml:2:11: include: y is a symbolic link" },
	{ "a folder", {
	    { "policy.yaml", "version: 1\ninclude: [x]\n" },
	    { "x", "/" },
	    }, "policy.yaml:2:11: include: x: is not a regular file" },
	{ "a file as a folder", {
	    { "policy.yaml", "version: 1\ninclude: [x/a.yaml]\n" },
	    { "x", "" },
	    }, "policy.yaml:2:11: include: x is no folder" },
	{ "the policy itself a symbolic link", {
	    { "real.yaml", "version: 1\n" },
	    { "policy.yaml", "-> real.yaml" },
	    }, "policy.yaml: is a symbolic link, wanted a regular file" },
	{ "no policy", { { "other.yaml", "version: 1\n" } }, "policy.yaml: no such file" },
};

static void
make(const char *dir, const char *name, const char *text)
{
	rw_autofree char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	if (strncmp(text, "-> ", 3) == 0)
		assert_int_equal(symlink(text + 3, path), 0);
	else if (strcmp(text, "/") == 0)
		assert_int_equal(mkdir(path, 0700), 0);
	else
		policy_file(dir, name, text);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		char *dir = policy_dir_make();
		rw_autofree char *path = NULL;
		struct rw_error err = RW_ERROR_INIT;
		rw_auto_policy struct rw_policy *p = NULL;
		rw_auto_buf struct rw_buf names = RW_BUF_INIT(1024);
		const char *msg = err.msg;

		print_message("# %s\n", rows[i].name);
		for (size_t k = 0; k < FILES_MAX && rows[i].file[k].name != NULL; k++)
			make(dir, rows[i].file[k].name, rows[i].file[k].text);
		assert_true(asprintf(&path, "%s/policy.yaml", dir) > 0);
		if (rw_policy_load(path, &p, &err)) {
			rw_buf_puts(&names, "=");
			for (size_t k = 0; k < p->n_identities; k++)
				rw_buf_printf(&names, " %s", p->identity[k].name.p);
			msg = rw_buf_cstr(&names);
		} else if (strncmp(msg, dir, strlen(dir)) == 0)
			msg += strlen(dir) + 1;
		assert_string_equal(msg, rows[i].want);
		policy_dir_remove(dir);
	}
}

/* The digest is what sha256sum(1) gives, hashed once more, and moves with every byte and name. */
static void
test_digest(void **state)
{
	static const char first[] = "version: 1\ninclude: [a.yaml]\n", second[] = "identities: {}\n";
	rw_auto_buf struct rw_buf list = RW_BUF_INIT(1024);
	char *dir = policy_dir_make(), hex[65];
	rw_autofree char *path = NULL;
	struct rw_error err = RW_ERROR_INIT;
	rw_auto_policy struct rw_policy *p = NULL;
	uint8_t sum[RW_SHA256_LEN];

	(void)state;
	policy_file(dir, "policy.yaml", first);
	policy_file(dir, "a.yaml", second);
	assert_true(asprintf(&path, "%s/policy.yaml", dir) > 0);
	assert_true(rw_policy_load(path, &p, &err));
	rw_sha256(rw_str(first), sum);
	rw_buf_printf(&list, "%s  policy.yaml\n", rw_hex_encode(sum, sizeof(sum), hex));
	rw_sha256(rw_str(second), sum);
	rw_buf_printf(&list, "%s  a.yaml\n", rw_hex_encode(sum, sizeof(sum), hex));
	rw_sha256(rw_buf_str(&list), sum);
	assert_string_equal(p->digest, rw_hex_encode(sum, sizeof(sum), hex));
	policy_dir_remove(dir);
}

/* Files that include each other in a long chain end at 16. */
static void
test_depth(void **state)
{
	char *dir = policy_dir_make();
	rw_autofree char *path = NULL;

	(void)state;
	assert_true(asprintf(&path, "%s/policy.yaml", dir) > 0);
	for (int over = 0; over <= 1; over++) {
		struct rw_error err = RW_ERROR_INIT;
		rw_auto_policy struct rw_policy *p = NULL;

		policy_file(dir, "policy.yaml", "version: 1\ninclude: [f01.yaml]\n");
		for (int i = 1; i <= 16 + over; i++) {
			char name[32], text[64];

			(void)snprintf(name, sizeof(name), "f%02d.yaml", i);
			(void)snprintf(text, sizeof(text), i == 16 + over ? "identities: {}\n" : "include: [f%02d.yaml]\n",
			    i + 1);
			policy_file(dir, name, text);
		}
		if (over == 0)
			assert_true(rw_policy_load(path, &p, &err));
		else {
			assert_false(rw_policy_load(path, &p, &err));
			assert_string_equal(err.msg, "f16.yaml:1:11: include: files include each other deeper than 16");
		}
	}
	policy_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests_name("policy_include", tests, policy_tool_setup, policy_tool_teardown);
}
