/* The compiled copy: equal to what was compiled, never used when anything is otherwise, never in the way. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "policy/rules/builder.h"
#include "policy/signature/keyring.h"
#include "tests/unit/policy_tool.h"

static const char policy_yaml[] =
    "version: 1\n"
    "include: [ids/*.yaml]\n"
    "groups: {maintainers: [alice, bob], team-a: [bob], everyone: [maintainers, image-bot]}\n"
    "refs: [refs/heads/**, refs/tags/v*, \"!refs/heads/tmp/**\"]\n"
    "scope: {refs: [refs/heads/main]}\n"
    "rules:\n"
    "  - {name: append-only, updates: [create, fast-forward], pushed-by: everyone, mode: warn}\n"
    "  - name: all\n"
    "    repos: [\"{group}/*\", \"!old/*\"]\n"
    "    refs: [refs/tags/v*]\n"
    "    message: no\n"
    "    help: ask alice\n"
    "    signed: {by: [maintainers, image-bot], match: [committer, account]}\n"
    "    reachable-from: [refs/heads/main, refs/heads/release-*]\n"
    "  - name: content\n"
    "    paths: [\"teams/{team}/**\", \"!**/*.md\"]\n"
    "    changed-by: [{who: \"team-{team}\"}, {who: [alice, image-bot]}]\n"
    "    manifests: {ignore: [\"**/README.md\"]}\n"
    "    images: {pinned: digest, registries: [registry.example.com, localhost:5000/x]}\n"
    "    secrets: encrypted\n"
    "    files: {max-size: 1Mi, names: [\"**/*.exe\"], modes: [regular, executable]}\n";

static const char alice_yaml[] =
    "identities:\n"
    "  alice:\n"
    "    accounts: [alice, a]\n"
    "    emails: [Alice@example.com]\n"
    "    keys: [{ssh: @KEY1@}, {until: 2027-01-01, ssh: @KEY2@},\n"
    "      {ssh-ca: @KEY4@, principals: [alice, ops], since: 2026-01-01}]\n";

static const char others_yaml[] =
    "identities:\n"
    "  bob: {accounts: [bob], emails: [bob@example.com], keys: [{since: 2026-01-01, ssh: @KEY3@},\n"
    "      {ssh-ca: @KEY4@, principals: bob}]}\n"
    "  image-bot: {machine: true, accounts: [bot]}\n"
    "  mallory: {}\n";

struct place {
	char *dir, *path, *cache;
};

static struct place
place_make(void)
{
	struct place at = { policy_dir_make(), NULL, NULL };

	policy_file(at.dir, "policy.yaml", policy_yaml);
	policy_file(at.dir, "ids/alice.yaml", alice_yaml);
	policy_file(at.dir, "ids/others.yaml", others_yaml);
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

static struct rw_policy *
load(const struct place *at)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *p;

	if (!rw_policy_load_cached(at->path, at->cache, &p, &err))
		fail_msg("%s", err.msg);
	return p;
}

/* Load, and say whether the copy was used. */
static bool
from_cache(const struct place *at)
{
	rw_auto_policy struct rw_policy *p = load(at);

	return p->from_cache;
}

static void
cache_read(const struct place *at, struct rw_buf *b)
{
	rw_autofree char *file = NULL;
	struct rw_error err = RW_ERROR_INIT;

	assert_true(asprintf(&file, "%s/policy.cache", at->cache) > 0);
	if (!rw_file_read(-100, file, b, &err))
		fail_msg("%s", err.msg);
}

static void
cache_write(const struct place *at, struct rw_str s)
{
	rw_autofree char *file = NULL;
	struct rw_error err = RW_ERROR_INIT;

	assert_true(asprintf(&file, "%s/policy.cache", at->cache) > 0);
	assert_true(rw_file_write(file, s, 0660, false, &err));
}

static void
same_who(const struct rw_policy *p, const struct rw_policy *q, const struct rw_who *a, const struct rw_who *b)
{
	static const char *const values[] = { "a", "b", "bob", "" };

	assert_int_equal(a->n_text, b->n_text);
	for (uint32_t i = 0; i < p->n_identities; i++) {
		assert_int_equal(rw_who_has(p, a, NULL, i), rw_who_has(q, b, NULL, i));
		for (size_t v = 0; v < RW_ARRAY_LEN(values); v++) {
			struct rw_glob_captures c = { .n = 1 };

			c.item[0].name = rw_str("team");
			c.item[0].value = rw_str(values[v]);
			assert_int_equal(rw_who_has(p, a, &c, i), rw_who_has(q, b, &c, i));
		}
	}
}

static void
same_globs(const struct rw_globs *a, const struct rw_globs *b)
{
	static const char *const texts[] = { "refs/heads/main", "refs/heads/tmp/x", "refs/tags/v1", "refs/tags/x",
		"teams/a/x.yaml", "teams/a/x.md", "x/README.md", "a/b.exe", "shop/web", "old/web", "", "refs/heads/release-1" };

	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < RW_ARRAY_LEN(texts); i++) {
		struct rw_glob_captures x = { .n = 0 }, y = { .n = 0 };

		assert_int_equal(rw_globs_match(a, rw_str(texts[i]), &x), rw_globs_match(b, rw_str(texts[i]), &y));
		assert_int_equal(x.n, y.n);
		for (size_t k = 0; k < x.n; k++)
			assert_true(rw_str_eq(x.item[k].name, y.item[k].name) && rw_str_eq(x.item[k].value, y.item[k].value));
	}
}

static void
same_pos(struct rw_pos a, struct rw_pos b)
{
	assert_string_equal(a.file, b.file);
	assert_int_equal(a.line, b.line);
	assert_int_equal(a.col, b.col);
}

/* Everything that a judgement can ask of a policy. */
static void
same(const struct rw_policy *p, const struct rw_policy *q)
{
	assert_string_equal(p->digest, q->digest);
	assert_int_equal(p->n_identities, q->n_identities);
	for (size_t i = 0; i < p->n_identities; i++) {
		const struct rw_identity *a = &p->identity[i], *b = &q->identity[i];

		assert_true(rw_str_eq(a->name, b->name));
		assert_int_equal(a->machine, b->machine);
		assert_int_equal(a->n_accounts, b->n_accounts);
		assert_int_equal(a->n_emails, b->n_emails);
		for (size_t k = 0; k < a->n_accounts; k++)
			assert_int_equal(rw_policy_by_account(q, a->account[k]), i);
		for (size_t k = 0; k < a->n_emails; k++)
			assert_int_equal(rw_policy_by_email(q, a->email[k]), i);
		assert_int_equal(rw_policy_by_name(q, a->name), i);
		same_pos(a->pos, b->pos);
	}
	assert_int_equal(rw_keyring_count(p->keyring), rw_keyring_count(q->keyring));
	assert_int_equal(p->index->n_keys, q->index->n_keys);
	for (size_t i = 0; i < p->index->n_keys; i++) {
		const struct rw_policy_key *x = &p->index->key[i], *y = &q->index->key[i];
		const struct rw_key *a = x->key, *b = y->key;

		if (x->n_principals == 0)
			assert_ptr_equal(b, rw_keyring_find(q->keyring, a->blob));
		assert_int_equal(x->n_principals, y->n_principals);
		for (size_t k = 0; k < x->n_principals; k++) {
			const struct rw_keyring_entry *ca = rw_keyring_ca_find(q->keyring, a->blob);

			assert_true(rw_str_eq(x->principal[k], y->principal[k]));
			assert_ptr_equal(rw_keyring_grant_find(q->keyring, ca, x->principal[k]), b);
		}
		assert_true(a->type == b->type && a->since == b->since && a->until == b->until && a->owner == b->owner);
		assert_string_equal(a->fingerprint, b->fingerprint);
	}
	same_globs(&p->refs, &q->refs);
	assert_int_equal(p->n_rules, q->n_rules);
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rw_rule *a = &p->rule[i], *b = &q->rule[i];

		assert_true(rw_str_eq(a->name, b->name) && rw_str_eq(a->message, b->message) && rw_str_eq(a->help, b->help));
		assert_int_equal(a->warn, b->warn);
		same_pos(a->pos, b->pos);
		assert_true(a->scope.any_repo == b->scope.any_repo && a->scope.any_ref == b->scope.any_ref &&
		    a->scope.any_path == b->scope.any_path);
		same_globs(&a->scope.repos, &b->scope.repos);
		same_globs(&a->scope.refs, &b->scope.refs);
		same_globs(&a->scope.paths, &b->scope.paths);
		assert_int_equal(a->n_checks, b->n_checks);
		for (size_t k = 0; k < a->n_checks; k++) {
			assert_ptr_equal(a->check[k].type, b->check[k].type);
			same_pos(a->check[k].pos, b->check[k].pos);
		}
	}
}

static void
same_confs(const struct rw_policy *p, const struct rw_policy *q)
{
	const struct rw_check *a = p->rule[0].check, *b = q->rule[0].check;
	const struct rw_conf_images *ia, *ib;
	const struct rw_conf_files *fa, *fb;

	assert_memory_equal(a[0].conf, b[0].conf, sizeof(struct rw_conf_updates));
	same_who(p, q, &((const struct rw_conf_pushed_by *)a[1].conf)->who, &((const struct rw_conf_pushed_by *)b[1].conf)->who);
	a = p->rule[1].check;
	b = q->rule[1].check;
	same_who(p, q, &((const struct rw_conf_signed *)a[0].conf)->by, &((const struct rw_conf_signed *)b[0].conf)->by);
	assert_int_equal(((const struct rw_conf_signed *)b[0].conf)->match, 5);
	same_globs(&((const struct rw_conf_reachable *)a[1].conf)->refs, &((const struct rw_conf_reachable *)b[1].conf)->refs);
	a = p->rule[2].check;
	b = q->rule[2].check;
	for (size_t i = 0; i < 2; i++)
		same_who(p, q, &((const struct rw_conf_changed_by *)a[0].conf)->grant[i],
		    &((const struct rw_conf_changed_by *)b[0].conf)->grant[i]);
	same_globs(&((const struct rw_conf_manifests *)a[1].conf)->ignore, &((const struct rw_conf_manifests *)b[1].conf)->ignore);
	ia = a[2].conf;
	ib = b[2].conf;
	assert_true(ia->pinned == ib->pinned && ia->n_registries == ib->n_registries);
	assert_true(rw_str_eq(ia->registry[1], ib->registry[1]));
	assert_true(((const struct rw_conf_secrets *)b[3].conf)->encrypted);
	fa = a[4].conf;
	fb = b[4].conf;
	assert_true(fa->max_size == fb->max_size && fa->modes == fb->modes && fa->has_forbidden == fb->has_forbidden);
	same_globs(&fa->forbidden, &fb->forbidden);
}

static void
test_same(void **state)
{
	struct place at = place_make();
	rw_auto_policy struct rw_policy *p = load(&at), *q = load(&at);
	rw_auto_buf struct rw_buf x = RW_BUF_INIT(1u << 20), y = RW_BUF_INIT(1u << 20);
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	const struct rw_lint *lint, *other;
	struct rw_error err = RW_ERROR_INIT;
	size_t n, m;

	(void)state;
	assert_false(p->from_cache);
	assert_true(q->from_cache);
	same(p, q);
	same(q, p);
	same_confs(p, q);
	assert_true(rw_policy_encode(p, &x, &err));
	assert_true(rw_policy_encode(q, &y, &err));
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	assert_true(rw_policy_lint(p, 0, a, &lint, &n, &err));
	assert_true(rw_policy_lint(q, 0, a, &other, &m, &err));
	assert_true(n > 0 && n == m);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(lint[i].text, other[i].text);
	place_remove(&at);
}

/* Whatever is changed, the copy is passed over once, and made anew. */
static const struct {
	const char *name, *file, *text;		/* text NULL: the file is removed */
	bool stays;				/* nothing that the policy is made of */
} changes[] = {
	{ "nothing", NULL, NULL, true },
	{ "the policy", "policy.yaml", "version: 1\ninclude: [ids/*.yaml]\n", false },
	{ "an included file", "ids/others.yaml", "identities: {bob: {}, image-bot: {}}\n", false },
	{ "the same again", "ids/others.yaml", others_yaml, true },
	{ "a new file that an include names", "ids/new.yaml", "identities: {new: {}}\n", false },
	{ "a file that no include names", "ids/new.txt", "identities: {new: {}}\n", true },
	{ "a file with a dot", "ids/.new.yaml", "identities: {new: {}}\n", true },
	{ "an included file that is gone", "ids/mallory.yaml", NULL, false },
};

static void
test_stale(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(changes); i++) {
		struct place at = place_make();

		print_message("# %s\n", changes[i].name);
		policy_file(at.dir, "ids/mallory.yaml", "identities: {carol: {}}\n");
		assert_false(from_cache(&at));
		assert_true(from_cache(&at));
		if (changes[i].text != NULL)
			policy_file(at.dir, changes[i].file, changes[i].text);
		else if (changes[i].file != NULL) {
			rw_autofree char *file = NULL;

			assert_true(asprintf(&file, "%s/%s", at.dir, changes[i].file) > 0);
			assert_int_equal(unlink(file), 0);
		}
		assert_int_equal(from_cache(&at), changes[i].stays);
		assert_true(from_cache(&at));
		place_remove(&at);
	}
}

/* A broken policy is refused even though a good copy of what it was lies there. */
static void
test_broken_policy(void **state)
{
	struct place at = place_make();
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *p;

	(void)state;
	assert_false(from_cache(&at));
	policy_file(at.dir, "policy.yaml", "version: 1\nrules: x\n");
	assert_false(rw_policy_load_cached(at.path, at.cache, &p, &err));
	assert_null(p);
	assert_string_equal(err.msg, "policy.yaml:2:8: rules: wanted a list of rules");
	policy_file(at.dir, "policy.yaml", policy_yaml);
	assert_true(from_cache(&at));
	place_remove(&at);
}

/* Another policy file with the same cache. */
static void
test_other_name(void **state)
{
	struct place at = place_make();

	(void)state;
	assert_false(from_cache(&at));
	policy_file(at.dir, "policy.yml", policy_yaml);
	free(at.path);
	assert_true(asprintf(&at.path, "%s/policy.yml", at.dir) > 0);
	assert_false(from_cache(&at));
	place_remove(&at);
}

static bool
readable(struct rw_str s)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *p = NULL;
	char *copy = malloc(s.n + 1);
	bool ok;

	assert_non_null(copy);
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	ok = rw_policy_cache_read(copy, s.n, &p, &err);
	assert_true(ok == (p != NULL));
	assert_true(ok || err.msg[0] != '\0');
	rw_policy_free(p);
	return ok;
}

static void
test_damaged(void **state)
{
	struct place at = place_make();
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	size_t step = 0;

	(void)state;
	assert_false(from_cache(&at));
	cache_read(&at, &b);
	assert_true(readable(rw_buf_str(&b)));
	for (size_t n = 0; n < b.len; n += 97) {
		assert_false(readable((struct rw_str){ b.data, n }));
		if (step++ % 8 == 0) {
			cache_write(&at, (struct rw_str){ b.data, n });
			assert_false(from_cache(&at));
		}
	}
	/* every byte of the header, and some of the rest */
	for (size_t i = 0; i < b.len; i += i < 100 ? 1 : 53)
		for (int bit = 0; bit < 8; bit++) {
			b.data[i] = (char)(b.data[i] ^ (1 << bit));
			assert_false(readable(rw_buf_str(&b)));
			b.data[i] = (char)(b.data[i] ^ (1 << bit));
		}
	rw_buf_putc(&b, '\0');
	assert_false(readable(rw_buf_str(&b)));
	cache_write(&at, rw_buf_str(&b));
	assert_false(from_cache(&at));
	assert_true(from_cache(&at));
	place_remove(&at);
}

/* Behind the digest: the decoder itself, given bytes that nobody vouches for. */
static void
test_decoder(void **state)
{
	struct place at = place_make();
	rw_auto_policy struct rw_policy *p = load(&at);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20), again = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	assert_true(rw_policy_encode(p, &b, &err));
	for (size_t i = 0; i <= b.len; i++) {
		rw_auto_policy struct rw_policy *q = NULL;
		char *copy = malloc(b.len + 1);

		assert_non_null(copy);
		memcpy(copy, b.data, b.len);
		if (i < b.len)
			copy[i] = (char)(copy[i] ^ (1 << i % 8));
		if (!rw_policy_decode(copy, 0, b.len, &q, &err)) {
			assert_true(i < b.len);
			continue;
		}
		/* what is accepted has one form only */
		rw_buf_clear(&again);
		assert_true(rw_policy_encode(q, &again, &err));
		assert_true(rw_policy_by_name(q, rw_str("alice")) != 7);
	}
	assert_int_equal(again.len, b.len);
	assert_memory_equal(again.data, b.data, b.len);
	place_remove(&at);
}

static void
test_other_version(void **state)
{
	struct place at = place_make();
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *p;
	char *copy;

	(void)state;
	assert_false(from_cache(&at));
	cache_read(&at, &b);
	b.data[11]++;			/* u32 behind the magic */
	copy = malloc(b.len);
	assert_non_null(copy);
	memcpy(copy, b.data, b.len);
	assert_false(rw_policy_cache_read(copy, b.len, &p, &err));
	assert_int_equal(err.code, RW_E_UNSUPPORTED);
	cache_write(&at, rw_buf_str(&b));
	assert_false(from_cache(&at));
	assert_true(from_cache(&at));
	place_remove(&at);
}

static void
test_mode(void **state)
{
	struct place at = place_make();
	rw_autofree char *file = NULL;
	struct stat st;

	(void)state;
	assert_false(from_cache(&at));
	assert_true(asprintf(&file, "%s/policy.cache", at.cache) > 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	place_remove(&at);
}

/* Where no copy can be written the policy works all the same; a link is never written through or read. */
static void
test_unwritable(void **state)
{
	struct place at = place_make();
	rw_autofree char *file = NULL, *target = NULL;
	struct stat st;

	(void)state;
	free(at.cache);
	assert_true(asprintf(&at.cache, "%s/absent", at.dir) > 0);
	assert_false(from_cache(&at));
	assert_false(from_cache(&at));
	free(at.cache);
	assert_true(asprintf(&at.cache, "%s/policy.yaml", at.dir) > 0);
	assert_false(from_cache(&at));
	free(at.cache);
	assert_true(asprintf(&at.cache, "%s/log", at.dir) > 0);
	assert_true(asprintf(&target, "%s/victim", at.dir) > 0);
	assert_true(asprintf(&file, "%s/policy.cache", at.cache) > 0);
	policy_file(at.dir, "victim", "untouched");
	assert_int_equal(symlink(target, file), 0);
	assert_false(from_cache(&at));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_size, 9);
	assert_true(from_cache(&at));
	place_remove(&at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_broken_policy),
		cmocka_unit_test(test_other_name),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_decoder),
		cmocka_unit_test(test_other_version),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_unwritable),
	};

	return cmocka_run_group_tests_name("policy_cache", tests, policy_tool_setup, policy_tool_teardown);
}
