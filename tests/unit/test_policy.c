/* What good policies become. */
#include "tests/unit/unit.h"

#include "policy/rules/index.h"
#include "policy/rules/rule.h"
#include "tests/unit/policy_tool.h"

#define TEAM								\
	"version: 1\n"							\
	"identities:\n"							\
	"  alice:\n"							\
	"    accounts: [alice, \"1001\"]\n"				\
	"    emails: [Alice@example.com]\n"				\
	"    keys:\n"							\
	"      - ssh: @KEY1@\n"						\
	"      - {until: 2027-01-01T00:00:00Z, since: 2026-01-01, ssh: @KEY2@}\n"	\
	"  bob: {accounts: [bob], emails: bob@example.com}\n"		\
	"  image-bot: {machine: true, accounts: [\"deploy-key:7\"]}\n"	\
	"groups:\n"							\
	"  everyone: [maintainers, image-bot]\n"			\
	"  maintainers: [alice, bob]\n"					\
	"  team-a: [bob]\n"						\
	"  nobody: []\n"

static void
test_identities(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good(TEAM);
	rw_time t;

	(void)state;
	assert_int_equal(p->n_identities, 3);
	assert_str(p->identity[0].name, "alice");
	assert_int_equal(p->identity[0].n_accounts, 2);
	assert_str(p->identity[0].account[1], "1001");
	assert_str(p->identity[0].email[0], "Alice@example.com");
	assert_false(p->identity[0].machine);
	assert_true(p->identity[2].machine);
	assert_string_equal(p->identity[1].pos.file, "p.yaml");
	assert_int_equal(p->identity[1].pos.line, 9);
	assert_int_equal(p->identity[1].pos.col, 3);
	assert_false(p->from_cache);
	assert_int_equal(rw_keyring_count(p->keyring), 2);
	assert_true(rw_time_parse(rw_str("2027-01-01"), &t));
	assert_true(p->index->key[0].key->since == RW_TIME_NONE && p->index->key[0].key->until == RW_TIME_NONE);
	assert_true(p->index->key[1].key->until == t);
	assert_int_equal(p->index->key[1].key->owner, 0);
	assert_int_equal(p->index->key[1].pos.line, 8);
}

static void
test_lookup(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good(TEAM);
	static const struct {
		const char *account;
		uint32_t want;
	} accounts[] = {
		{ "alice", 0 }, { "1001", 0 }, { "bob", 1 }, { "deploy-key:7", 2 }, { "", RW_IDENTITY_NONE },
		{ "Alice", RW_IDENTITY_NONE }, { "alic", RW_IDENTITY_NONE }, { "alicee", RW_IDENTITY_NONE },
		{ "image-bot", RW_IDENTITY_NONE },
	}, emails[] = {
		{ "alice@example.com", 0 }, { "ALICE@EXAMPLE.COM", 0 }, { "bob@example.com", 1 },
		{ "bob@example.co", RW_IDENTITY_NONE }, { "", RW_IDENTITY_NONE },
	}, names[] = {
		{ "alice", 0 }, { "bob", 1 }, { "image-bot", 2 }, { "maintainers", RW_IDENTITY_NONE },
		{ "", RW_IDENTITY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(accounts); i++)
		assert_int_equal(rw_policy_by_account(p, rw_str(accounts[i].account)), accounts[i].want);
	for (size_t i = 0; i < RW_ARRAY_LEN(emails); i++)
		assert_int_equal(rw_policy_by_email(p, rw_str(emails[i].account)), emails[i].want);
	for (size_t i = 0; i < RW_ARRAY_LEN(names); i++)
		assert_int_equal(rw_policy_by_name(p, rw_str(names[i].account)), names[i].want);
}

static void
test_scope(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good(TEAM
	    "refs: [refs/heads/**, refs/tags/v*, \"!refs/heads/tmp/**\"]\n"
	    "scope: {refs: [refs/heads/main], repos: [\"shop/*\"]}\n"
	    "rules:\n"
	    "  - {name: one, updates: [create, fast-forward]}\n"
	    "  - {name: two, refs: [refs/tags/v*], updates: create, mode: warn, message: no, help: ask alice}\n"
	    "  - {name: three, repos: [\"**\"], paths: [apps/**, \"!apps/tmp/**\"], secrets: encrypted, mode: enforce}\n");
	const struct rw_conf_updates *u = p->rule[0].check[0].conf;

	(void)state;
	assert_true(rw_globs_match(&p->refs, rw_str("refs/heads/x/y"), NULL));
	assert_false(rw_globs_match(&p->refs, rw_str("refs/heads/tmp/y"), NULL));
	assert_int_equal(p->n_rules, 3);

	assert_false(p->rule[0].scope.any_ref);
	assert_true(p->rule[0].scope.any_path);
	assert_true(rw_globs_match(&p->rule[0].scope.refs, rw_str("refs/heads/main"), NULL));
	assert_true(rw_globs_match(&p->rule[0].scope.repos, rw_str("shop/web"), NULL));
	assert_false(rw_globs_match(&p->rule[0].scope.repos, rw_str("web"), NULL));
	assert_true(u->allowed[RW_UPDATE_CREATE] && u->allowed[RW_UPDATE_FAST_FORWARD]);
	assert_false(u->allowed[RW_UPDATE_REWIND] || u->allowed[RW_UPDATE_DELETE] || u->allowed[RW_UPDATE_NONE]);
	assert_false(p->rule[0].warn);

	assert_false(rw_globs_match(&p->rule[1].scope.refs, rw_str("refs/heads/main"), NULL));
	assert_true(rw_globs_match(&p->rule[1].scope.refs, rw_str("refs/tags/v1"), NULL));
	assert_true(p->rule[1].warn);
	assert_str(p->rule[1].message, "no");
	assert_str(p->rule[1].help, "ask alice");

	assert_true(rw_globs_match(&p->rule[2].scope.repos, rw_str("web"), NULL));
	assert_true(rw_globs_match(&p->rule[2].scope.refs, rw_str("refs/heads/main"), NULL));
	assert_false(rw_globs_match(&p->rule[2].scope.paths, rw_str("apps/tmp/x"), NULL));
	assert_int_equal(p->rule[2].pos.line, 21);
	assert_int_equal(p->rule[2].check[0].pos.line, 21);
}

/* Without refs of its own a policy lets branches and tags exist, and nothing else. */
static void
test_usual_refs(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good("version: 1\n");

	(void)state;
	assert_true(rw_globs_match(&p->refs, rw_str("refs/heads/main"), NULL));
	assert_true(rw_globs_match(&p->refs, rw_str("refs/tags/a/b"), NULL));
	assert_false(rw_globs_match(&p->refs, rw_str("refs/notes/commits"), NULL));
	assert_false(rw_globs_match(&p->refs, rw_str("refs/replace/x"), NULL));
	assert_int_equal(p->n_rules, 0);
	assert_int_equal(p->n_identities, 0);
	assert_int_equal(rw_keyring_count(p->keyring), 0);
	assert_int_equal(rw_policy_by_account(p, rw_str("")), RW_IDENTITY_NONE);
}

static void
test_confs(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good(TEAM
	    "rules:\n"
	    "  - name: all of it\n"
	    "    signed: {by: everyone, match: [author, account]}\n"
	    "    pushed-by: [maintainers, image-bot]\n"
	    "    reachable-from: refs/heads/main\n"
	    "    updates: [rewind]\n"
	    "    changed-by: [{who: alice}, {who: [bob, image-bot]}]\n"
	    "    manifests: {ignore: [\"**/README.md\"]}\n"
	    "    images: {pinned: digest, registries: [registry.example.com, \"localhost:5000/a_b\"]}\n"
	    "    secrets: encrypted\n"
	    "    files: {max-size: 1Mi, names: [\"**/*.exe\"], modes: [regular, submodule]}\n"
	    "  - {name: signed, signed: {by: [alice]}}\n"
	    "  - {name: manifests, manifests: {}}\n"
	    "  - {name: tag, images: {pinned: tag}}\n");
	const struct rw_rule *r = &p->rule[0];
	static const char *const order[] = { "updates", "pushed-by", "signed", "reachable-from", "changed-by", "manifests",
		"images", "secrets", "files" };
	const struct rw_conf_signed *s;
	const struct rw_conf_changed_by *c;
	const struct rw_conf_images *m;
	const struct rw_conf_files *f;

	(void)state;
	assert_int_equal(r->n_checks, RW_ARRAY_LEN(order));
	for (size_t i = 0; i < r->n_checks; i++) {
		assert_string_equal(r->check[i].type->name, order[i]);
		assert_true(r->check[i].type->conf_size <= RW_RULE_CONF_MAX);
		assert_ptr_equal(rw_rule_type_find(rw_str(order[i])), r->check[i].type);
	}
	s = r->check[2].conf;
	assert_int_equal(s->match, 2 | 4);
	assert_int_equal(s->by.n, 3);
	c = r->check[4].conf;
	assert_int_equal(c->n, 2);
	assert_int_equal(c->grant[1].n, 2);
	assert_int_equal(c->grant[1].identity[1], 2);
	m = r->check[6].conf;
	assert_int_equal(m->pinned, 2);
	assert_str(m->registry[1], "localhost:5000/a_b");
	f = r->check[8].conf;
	assert_int_equal(f->max_size, 1 << 20);
	assert_int_equal(f->modes, 1 | 8);
	assert_true(f->has_forbidden);
	assert_int_equal(((const struct rw_conf_signed *)p->rule[1].check[0].conf)->match, 0);
	assert_false(((const struct rw_conf_manifests *)p->rule[2].check[0].conf)->has_ignore);
	assert_int_equal(((const struct rw_conf_images *)p->rule[3].check[0].conf)->pinned, 1);
	assert_null(rw_rule_type_find(rw_str("frobnicate")));
}

static struct rw_glob_captures
capture(const char *name, const char *value)
{
	struct rw_glob_captures c = { .n = 1 };

	c.item[0].name = rw_str(name);
	c.item[0].value = rw_str(value);
	return c;
}

static void
test_who(void **state)
{
	rw_auto_policy struct rw_policy *p = policy_good(TEAM
	    "rules:\n"
	    "  - name: teams\n"
	    "    paths: [\"teams/{team}/**\", \"homes/{team}-x/**\"]\n"
	    "    changed-by: [{who: [alice, \"team-{team}\", \"{team}\", \"{team}{team}\"]}]\n");
	const struct rw_who *w = &((const struct rw_conf_changed_by *)p->rule[0].check[0].conf)->grant[0];
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(256);
	char longest[RW_GLOB_CAPTURES_MAX * 64];
	const struct {
		const char *name, *capture, *value;
		uint32_t identity;
		bool want;
	} rows[] = {
		{ "a member named directly", NULL, NULL, 0, true },
		{ "nobody", NULL, NULL, RW_IDENTITY_NONE, false },
		{ "nobody, with a capture", "team", "a", RW_IDENTITY_NONE, false },
		{ "a pattern without captures", NULL, NULL, 1, false },
		{ "a pattern that names a group", "team", "a", 1, true },
		{ "a pattern that names a group the identity is not in", "team", "a", 2, false },
		{ "a pattern that names no group", "team", "b", 1, false },
		{ "a pattern that names an identity", "team", "bob", 1, true },
		{ "another identity", "team", "bob", 2, false },
		{ "another capture", "user", "bob", 1, false },
		{ "an empty value", "team", "", 1, false },
		{ "a name too long", "team", longest, 1, false },
		{ "braces in the value are not filled in again", "team", "{team}", 1, false },
		{ "an empty group", "team", "nobody", 1, false },
	};

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_glob_captures c = rows[i].capture == NULL ? (struct rw_glob_captures){ .n = 0 } :
		    capture(rows[i].capture, rows[i].value);

		print_message("# %s\n", rows[i].name);
		assert_int_equal(rw_who_has(p, w, rows[i].capture == NULL ? NULL : &c, rows[i].identity), rows[i].want);
	}
	rw_who_text(w, &b);
	assert_string_equal(rw_buf_cstr(&b), "alice, team-{team}, {team}, {team}{team}");
}

/* Limits at n and n + 1. */
static void
test_rules_limit(void **state)
{
	(void)state;
	for (int over = 0; over <= 1; over++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
		struct rw_error err = RW_ERROR_INIT;
		rw_auto_policy struct rw_policy *p = NULL;

		rw_buf_puts(&b, "version: 1\nrules:\n");
		for (int i = 0; i < RW_LIMIT_POLICY_RULES + over; i++)
			rw_buf_printf(&b, "  - {name: rule %d, updates: [create]}\n", i);
		p = policy_parse(rw_buf_cstr(&b), &err);
		if (over == 0)
			assert_non_null(p);
		else
			assert_string_equal(err.msg, "p.yaml:2003:5: a policy has at most 2000 rules");
	}
}

static void
test_groups_depth(void **state)
{
	(void)state;
	for (int over = 0; over <= 1; over++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
		struct rw_error err = RW_ERROR_INIT;
		rw_auto_policy struct rw_policy *p = NULL;

		rw_buf_puts(&b, "version: 1\ngroups:\n  g00: []\n");
		/* named so that the outermost is opened first */
		for (int i = 1; i <= 32 + over; i++)
			rw_buf_printf(&b, "  f%02d: [%s%02d]\n", 99 - i, i == 1 ? "g" : "f", i == 1 ? 0 : 100 - i);
		p = policy_parse(rw_buf_cstr(&b), &err);
		if (over == 0)
			assert_non_null(p);
		else
			assert_string_equal(err.msg, "p.yaml:4:9: groups hold each other deeper than 32");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_usual_refs),
		cmocka_unit_test(test_confs),
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_rules_limit),
		cmocka_unit_test(test_groups_depth),
	};

	return cmocka_run_group_tests_name("policy", tests, policy_tool_setup, policy_tool_teardown);
}
