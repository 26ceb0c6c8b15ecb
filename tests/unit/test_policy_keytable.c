/* Key tables as a part of a policy: its keys, its digest, its compiled copy, its limits. */
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tests/unit/pgp_make.h"
#include "tests/unit/policy_tool.h"
#include "policy/rules/index.h"
#include "policy/signature/openpgp.h"

#define BORN 1700000000u

static struct pgp_key alice, bob;

/* A table of one key. */
static char *
table(const struct pgp_key *k, enum rw_revocation revoked)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct rw_key_openpgp is = { .created = (rw_time)BORN * 1000, .until = RW_TIME_NONE, .revoked =
	    revoked,
	    .reason = revoked == RW_REVOKED_HARD ? 2 : 1, .revoked_at = revoked == RW_REVOKED_NOT ?
	    RW_TIME_NONE : 5 };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key_parts parts;

	memcpy(is.fingerprint, k->fingerprint, 20);
	memcpy(is.primary, k->fingerprint, 20);
	assert_true(rw_pgp_key_read(rw_buf_str(&k->body), &parts, &err));
	rw_key_table_begin(&b);
	rw_key_table_cert(&b, is.primary, RW_STR_LIT("Somebody"));
	rw_key_table_key(&b, rw_buf_str(&k->body), &parts, &is);
	rw_key_table_end(&b, 0);
	assert_true(rw_buf_ok(&b, "table", &err));
	return rw_buf_detach(&b);
}

static void
put(const char *dir, const char *name, const struct pgp_key *k, enum rw_revocation revoked)
{
	rw_autofree char *text = table(k, revoked);

	policy_file(dir, name, text);
}

#define PEOPLE "version: 1\ninclude: [people/all.yaml]\nrules: [{name: x, signed: {by: [alice]}}]\n"
#define ALL "identities:\n  alice: {keys: [{openpgp: alice.keys, until: 2030-01-01}, {ssh: @KEY1@}]}\n"

static void
test_load(void **state)
{
	char *dir = policy_dir_make();
	rw_auto_policy struct rw_policy *p = NULL, *again = NULL, *copy = NULL, *changed = NULL;
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(8192);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *k;
	char path[4096], hex[RW_PGP_HEX_LEN];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policy.yaml", dir);
	policy_file(dir, "policy.yaml", PEOPLE);
	policy_file(dir, "people/all.yaml", ALL);
	put(dir, "people/alice.keys", &alice, RW_REVOKED_NOT);
	if (!rw_policy_load(path, &p, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(rw_keyring_count(p->keyring), 2);
	k = rw_keyring_find(p->keyring, rw_buf_str(&alice.body));
	assert_non_null(k);
	assert_string_equal(k->fingerprint, rw_pgp_hex(alice.fingerprint, 20, hex));
	assert_int_equal(k->openpgp->created, (rw_time)BORN * 1000);
	assert_int_not_equal(k->until, RW_TIME_NONE);
	/* a source of its own, behind the files of the policy */
	assert_int_equal(p->index->n_sources, 3);
	assert_string_equal(p->index->source[2].name, "people/alice.keys");

	/* the compiled copy holds the same */
	assert_true(rw_policy_load_cached(path, dir, &again, &err));
	assert_false(again->from_cache);
	assert_true(rw_policy_load_cached(path, dir, &copy, &err));
	assert_true(copy->from_cache);
	assert_string_equal(copy->digest, p->digest);
	k = rw_keyring_find(copy->keyring, rw_buf_str(&alice.body));
	assert_non_null(k);
	assert_int_equal(k->openpgp->created, (rw_time)BORN * 1000);
	assert_memory_equal(k->openpgp->fingerprint, alice.fingerprint, 20);
	assert_int_equal(k->openpgp->revoked, RW_REVOKED_NOT);

	/* and is not used once the table is another */
	put(dir, "people/alice.keys", &alice, RW_REVOKED_HARD);
	assert_true(rw_policy_load_cached(path, dir, &changed, &err));
	assert_false(changed->from_cache);
	assert_string_not_equal(changed->digest, p->digest);
	k = rw_keyring_find(changed->keyring, rw_buf_str(&alice.body));
	assert_non_null(k);
	assert_int_equal(k->openpgp->revoked, RW_REVOKED_HARD);
	assert_int_equal(k->openpgp->reason, 2);
	policy_dir_remove(dir);
}

static void
test_faults(void **state)
{
	static const struct { const char *name, *text, *want; } rows[] = {
		{ "missing", "version: 1\nidentities:\n  alice: {keys: [{openpgp: gone.keys}]}\n",
		    "policy.yaml:3:28: openpgp: 'gone.keys' names no file" },
		{ "no table", "version: 1\nidentities:\n  alice: {keys: [{openpgp: policy.yaml}]}\n",
		    "policy.yaml:3:28: openpgp: policy.yaml: line 1: wanted 'refwall-keys 1'" },
		{ "another version", "version: 1\nidentities:\n  alice: {keys: [{openpgp: two.keys}]}\n",
		    "policy.yaml:3:28: openpgp: two.keys: line 1: wanted 'refwall-keys 1'" },
		{ "twice",
		    "version: 1\nidentities:\n  alice: {keys: [{openpgp: a.keys}, {openpgp: a.keys}]}\n",
		    "stands twice, first at policy.yaml:3:" },
		{ "of two",
		    "version: 1\nidentities:\n  alice: {keys: [{openpgp: a.keys}]}\n  bob: {keys: [{openpgp: a.keys}]}\n",
		    "belongs to alice already, at policy.yaml:3:" },
		{ "ends before it begins",
		    "version: 1\nidentities:\n  alice: {keys: [{openpgp: a.keys, since: 2026-01-02, until: 2026-01-01}]}\n",
		    "until: the key would end before it begins" },
	};
	char *dir = policy_dir_make();
	char path[4096];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policy.yaml", dir);
	put(dir, "a.keys", &alice, RW_REVOKED_NOT);
	policy_file(dir, "two.keys", "refwall-keys 2\n");
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_policy struct rw_policy *p = NULL;
		struct rw_error err = RW_ERROR_INIT;

		print_message("# %s\n", rows[i].name);
		policy_file(dir, "policy.yaml", rows[i].text);
		assert_false(rw_policy_load(path, &p, &err));
		if (strstr(err.msg, rows[i].want) == NULL)
			fail_msg("%s", err.msg);
		assert_int_equal(err.code, RW_E_POLICY);
	}
	policy_dir_remove(dir);
}

/* So many tables, and one more; they are all the same, which is another fault, found later. */
static void
test_limit(void **state)
{
	char *dir = policy_dir_make();
	char path[4096];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policy.yaml", dir);
	put(dir, "b.keys", &bob, RW_REVOKED_NOT);
	for (int more = 0; more < 2; more++) {
		rw_auto_buf struct rw_buf text = RW_BUF_INIT(1u << 20);
		rw_auto_policy struct rw_policy *p = NULL;
		struct rw_error err = RW_ERROR_INIT;

		rw_buf_puts(&text, "version: 1\nidentities:\n  bob:\n    keys:\n");
		for (int i = 0; i < RW_LIMIT_POLICY_KEY_TABLES + more; i++)
			rw_buf_puts(&text, "      - openpgp: b.keys\n");
		policy_file(dir, "policy.yaml", text.data);
		assert_false(rw_policy_load(path, &p, &err));
		assert_non_null(strstr(err.msg, more == 0 ? "stands twice" :
		    "names at most 5000 key tables"));
	}
	policy_dir_remove(dir);
}

static int
setup(void **state)
{
	if (policy_tool_setup(state) != 0)
		return -1;
	pgp_key_make(&alice, 22, BORN);
	pgp_key_make(&bob, 27, BORN);
	return 0;
}

static int
teardown(void **state)
{
	pgp_key_release(&alice);
	pgp_key_release(&bob);
	return policy_tool_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load), cmocka_unit_test(test_faults), cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
