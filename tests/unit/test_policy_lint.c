/* What is suspicious in a policy. */
#include "tests/unit/unit.h"

#include "tests/unit/policy_tool.h"

#define ALICE "identities: {alice: {accounts: [alice], emails: [alice@example.com]}}\n"
#define RULE "rules: [{name: r, pushed-by: [alice]}]\n"

static const struct {
	const char *name, *text;
	const char *want;		/* one line for each note */
} rows[] = {
	{ "nothing", "version: 1\n" ALICE RULE, "" },
	{ "no rules", "version: 1\n", "1:1 the policy has no rules: whatever its refs allow is accepted\n" },
	{ "unused, in the order of the file",
	    "version: 1\n" RULE
	    "identities:\n"
	    "  zoe: {accounts: [zoe]}\n"
	    "  alice: {accounts: [alice]}\n"
	    "  bob: {accounts: [bob]}\n"
	    "groups: {team: [zoe]}\n",
	    "4:3 identity zoe is used by no rule\n6:3 identity bob is used by no rule\n"
	    "7:10 group team is used by no rule\n" },
	{ "used through a group",
	    "version: 1\n" ALICE "groups: {inner: [alice], outer: [inner]}\nrules: [{name: r, pushed-by: outer}]\n",
	    "3:10 group inner is used by no rule\n" },
	{ "used through a pattern",
	    "version: 1\n" ALICE "groups: {team-a: [alice], other: [alice]}\n"
	    "rules: [{name: r, paths: [\"t/{team}/**\"], changed-by: [{who: \"team-{team}\"}]}]\n",
	    "3:27 group other is used by no rule\n" },
	{ "a pattern that names nobody",
	    "version: 1\n" ALICE
	    "rules: [{name: r, paths: [\"t/{team}/**\"], changed-by: [{who: [alice, \"team-{team}\"]}]}]\n",
	    "3:70 changed-by.who: 'team-{team}' can name nobody: no identity or group is called so\n" },
	{ "an empty group", "version: 1\n" ALICE "groups: {a: []}\nrules: [{name: r, pushed-by: [alice, a]}]\n",
	    "3:10 group a has no members\n" },
	{ "an identity without anything",
	    "version: 1\nidentities: {alice: {}}\nrules: [{name: r, changed-by: [{who: alice}]}]\n",
	    "2:14 alice has no account, e-mail or key: nobody can be recognised as alice\n" },
	{ "refs that the policy does not allow",
	    "version: 1\n" ALICE "refs: [refs/heads/**]\n"
	    "rules:\n"
	    "  - {name: tags, refs: [refs/tags/v1], pushed-by: [alice]}\n"
	    "  - {name: both, refs: [refs/tags/v1, refs/heads/main], pushed-by: [alice]}\n"
	    "  - {name: glob, refs: [refs/tags/*], pushed-by: [alice]}\n",
	    "5:5 rule 'tags' can never match: the policy's refs allow none of its refs\n" },
	{ "exclusions that leave nothing over",
	    "version: 1\n" ALICE
	    "rules:\n"
	    "  - {name: r, refs: [refs/heads/main, \"!refs/**\"], pushed-by: [alice]}\n"
	    "  - {name: p, paths: [a/b, \"!a/*\"], changed-by: [{who: alice}]}\n"
	    "  - {name: q, repos: [a, \"!a\"], pushed-by: [alice]}\n"
	    "  - {name: s, paths: [\"!a/*\"], changed-by: [{who: alice}]}\n",
	    "4:5 rule 'r' can never match: its exclusions leave nothing over\n"
	    "5:5 rule 'p' can never match: its exclusions leave nothing over\n"
	    "6:5 rule 'q' can never match: its exclusions leave nothing over\n" },
	{ "signed by nobody with a key", "version: 1\n" ALICE "rules: [{name: r, signed: {by: [alice]}}]\n",
	    "3:19 nobody in signed.by has a key: every commit will be refused\n" },
	{ "pushed by nobody with an account",
	    "version: 1\nidentities: {alice: {emails: [alice@example.com]}}\n" RULE,
	    "3:19 nobody in pushed-by has an account: every push will be refused\n" },
	{ "keys that are past",
	    "version: 1\n"
	    "identities:\n"
	    "  alice:\n"
	    "    accounts: [alice]\n"
	    "    keys:\n"
	    "      - {until: 2026-06-01, ssh: @KEY1@}\n"
	    "      - {until: 2026-06-01T00:00:00.001Z, ssh: @KEY2@}\n"
	    "      - {since: 2027-01-01, ssh: @KEY3@}\n"
	    RULE,
	    "6:9 key @FP1@ of alice ended at 2026-06-01T00:00:00.000Z\n" },
};

static void
test_rows(void **state)
{
	rw_time now;

	(void)state;
	assert_true(rw_time_parse(rw_str("2026-06-01T00:00:00Z"), &now));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_policy struct rw_policy *p = NULL;
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
		rw_autofree char *want = policy_text(rows[i].want);
		struct rw_error err = RW_ERROR_INIT;
		const struct rw_lint *lint;
		size_t n;

		print_message("# %s\n", rows[i].name);
		p = policy_good(rows[i].text);
		assert_true(rw_policy_lint(p, now, a, &lint, &n, &err));
		for (size_t k = 0; k < n; k++)
			rw_buf_printf(&b, "%u:%u %s\n", lint[k].pos.line, lint[k].pos.col, lint[k].text);
		assert_string_equal(rw_buf_cstr(&b), want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("policy_lint", tests, policy_tool_setup, policy_tool_teardown);
}
