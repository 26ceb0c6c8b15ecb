/*
 * Real signatures: what our parsers cut out of a commit or a tag must be exactly what git gives to ssh-keygen
 * and gpg. The keys are made here.
 */
#include "tests/unit/gitrepo.h"

static void
write_file(struct gitrepo *g, const char *name, struct rw_str s)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	assert_ok(g, rw_file_write(path, s, 0600, false, &g->err));
}

static void
cut_commit(struct gitrepo *g, const char *rev)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_repo *r = gitrepo_open(g, "w/.git");
	struct rw_oid id = gitrepo_id(g, "w", rev);
	struct rw_commit c;

	assert_ok(g, rw_repo_read(r, &id, RW_OBJ_COMMIT, RW_LIMIT_COMMIT_BYTES, &o, &g->err));
	assert_ok(g, rw_commit_parse(g->arena, o.bytes, &c, &g->err));
	write_file(g, "payload", c.payload);
	write_file(g, "signature", c.signature);
	rw_repo_free(r);
}

static void
cut_tag(struct gitrepo *g, const char *name)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_repo *r = gitrepo_open(g, "w/.git");
	struct rw_oid id = gitrepo_id(g, "w", name);
	struct rw_tag t;

	assert_ok(g, rw_repo_read(r, &id, RW_OBJ_TAG, RW_LIMIT_TAG_BYTES, &o, &g->err));
	assert_ok(g, rw_tag_parse(g->arena, o.bytes, &t, &g->err));
	write_file(g, "payload", t.payload);
	write_file(g, "signature", t.signature);
	rw_repo_free(r);
}

#define VERIFY "ssh-keygen -q -Y verify -n git -f allowed -I alice@example.com -s signature <payload >/dev/null"

static void
test_ssh(void **state)
{
	static const char *const commits[] = { "one", "two", "merge", "odd" };
	struct gitrepo *g = *state;

	if (system("command -v ssh-keygen >/dev/null") != 0) {
		print_message("# no ssh-keygen\n");
		skip();
	}
	gitrepo_do(g, "ssh-keygen -q -t ed25519 -N '' -f key -C x; echo \"alice@example.com $(cut -d' ' -f1,2 key.pub)\" >allowed; "
	    "git init -q -b main w; cd w; git config gpg.format ssh; git config user.signingkey $D/key; git config i18n.commitEncoding ISO-8859-1; "
	    "git config gpg.ssh.allowedSignersFile $D/allowed; "
	    "git commit -q -S --allow-empty -m one; git tag one; git checkout -q -b side; git commit -q -S --allow-empty -m two; git tag two; "
	    "git tag -s -m 'a release' v1; git checkout -q main; git merge -q --no-ff -S -m merge v1; git tag merge; "
	    "git commit -q -S --allow-empty --allow-empty-message -m ''; git tag odd; git tag -s -m '' v2; "
	    "git verify-commit one two merge odd 2>/dev/null; git verify-tag v1 v2 2>/dev/null; "
	    "git cat-file commit merge | grep -q ^mergetag");
	for (size_t i = 0; i < RW_ARRAY_LEN(commits); i++) {
		print_message("# %s\n", commits[i]);
		cut_commit(g, commits[i]);
		gitrepo_do(g, VERIFY);
		gitrepo_do(g, "echo x >>payload; ! " VERIFY);
	}
	cut_tag(g, "v1");
	gitrepo_do(g, VERIFY);
	cut_tag(g, "v2");
	gitrepo_do(g, VERIFY);
}

#define GPG "export GNUPGHOME=$D/gpg; "

static void
test_openpgp(void **state)
{
	struct gitrepo *g = *state;

	if (system("command -v gpg >/dev/null && command -v gpgconf >/dev/null") != 0) {
		print_message("# no gpg\n");
		skip();
	}
	gitrepo_do(g, GPG "mkdir -m 700 gpg; "
	    "gpg -q --batch --passphrase '' --quick-gen-key 'Alice <alice@example.com>' ed25519 sign never 2>/dev/null; "
	    "git init -q -b main w; cd w; git config user.signingkey alice@example.com; git commit -q -S --allow-empty -m one; "
	    "git tag -s -m tag v1; git verify-commit HEAD 2>/dev/null; git verify-tag v1 2>/dev/null");
	cut_commit(g, "main");
	gitrepo_do(g, GPG "gpg -q --batch --verify signature payload 2>/dev/null");
	cut_tag(g, "v1");
	gitrepo_do(g, GPG "gpg -q --batch --verify signature payload 2>/dev/null; echo x >>payload; "
	    "! gpg -q --batch --verify signature payload 2>/dev/null; gpgconf --kill all");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GITREPO_TEST(test_ssh),
		GITREPO_TEST(test_openpgp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
