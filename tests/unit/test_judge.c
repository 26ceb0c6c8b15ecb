/*
 * Scenarios: tests/data/judge/NAME.scn, each a policy, a script that makes a repository and a push with the
 * real git, and the text that the pusher must read. What differs from run to run (ids, fingerprints) is
 * written as <id> and <key>.
 *
 * The script finds: as NAME (who commits, and with which key), put FILE TEXT, save [OPTION...] (commit all),
 * certified FROM TO (carol signs with a certificate of that validity), on REF (the ref stands at HEAD before the push), want REF [REV] (the push moves it; REV "-": deletes it),
 * seen REV TIME, taint REF RULE, baseline REV, account NAME. Commits are made on a detached HEAD in the
 * repository itself: only what `on` says is on a ref.
 */
#include "tests/unit/gitrepo.h"

#include <dirent.h>

#include "refwall/hash.h"
#include "refwall/judge.h"
#include "refwall/text.h"

static char keys[64];			/* directory of the keys */

static const char prelude[] =
    "K=%s\n"
    "as() { user=$1; name=$(printf %%s \"$1\" | sed 's/^a/A/;s/^b/B/;s/^m/M/;s/^o/O/')\n"
    "	export GIT_AUTHOR_NAME=\"$name\" GIT_AUTHOR_EMAIL=\"$user@example.com\"\n"
    "	export GIT_COMMITTER_NAME=\"$name\" GIT_COMMITTER_EMAIL=\"$user@example.com\"\n"
    "	git config user.signingKey \"$K/$user\"; }\n"
    "certified() { as carol; cp \"$K/bob\" \"$D/carol\"; cp \"$K/bob.pub\" \"$D/carol.pub\"\n"
    "	TZ=UTC ssh-keygen -q -s \"$K/old\" -I carol -n carol -V \"$1:$2\" \"$D/carol.pub\"\n"
    "	git config user.signingKey \"$D/carol-cert.pub\"; }\n"
    "put() { case $1 in */*) mkdir -p \"${1%%/*}\";; esac; printf '%%b' \"$2\" >\"$1\"; }\n"
    "save() { git add -A; git commit -q --allow-empty --allow-empty-message \"$@\"\n"
    "	if git symbolic-ref -q HEAD >/dev/null; then\n"
    "		git checkout -q --detach; git update-ref -d refs/heads/start; fi; }\n"
    "on() { git update-ref \"$1\" HEAD; }\n"
    "want() {\n"
    "	old=$(git rev-parse -q --verify \"$1\" || echo 0000000000000000000000000000000000000000)\n"
    "	if [ \"${2-HEAD}\" = - ]; then new=0000000000000000000000000000000000000000\n"
    "	else new=$(git rev-parse --verify \"${2-HEAD}\"); fi\n"
    "	echo \"$old $new $1\" >>\"$D/push\"; }\n"
    "seen() { echo \"$(git rev-parse \"$1\") $2\" >>\"$D/seen\"; }\n"
    "taint() { echo \"$1 $2\" >>\"$D/tainted\"; }\n"
    "baseline() { git rev-parse \"$1\" >>\"$D/baseline\"; }\n"
    "account() { echo \"$1\" >\"$D/account\"; }\n"
    "good='apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: a\\ndata: {x: \"1\"}\\n'\n"
    "git init -q -b start r; cd r; git config gpg.format ssh; as alice\n"
    ": >\"$D/push\"\n";

static const char identities[] =
    "identities:\n"
    "  alice: {accounts: [alice], emails: [alice@example.com], keys: [{ssh: @alice@}]}\n"
    "  bob: {accounts: [bob], emails: [bob@example.com], keys: [{ssh: @bob@}]}\n"
    "  mallory: {accounts: [mallory], emails: [mallory@example.com], keys: [{ssh: @mallory@}]}\n"
    "  old: {accounts: [old], emails: [old@example.com], keys: [{ssh: @old@, until: 2026-01-01T00:00:00Z}]}\n"
    "  carol: {emails: [carol@example.com], keys: [{ssh-ca: @old@, principals: [carol]}]}\n"
    "groups:\n"
    "  maintainers: [alice, bob]\n";

/* ---- reading a scenario ---- */

static struct rw_str
section(struct rw_str text, const char *name)
{
	char head[64];
	const char *start, *end;

	snprintf(head, sizeof(head), "--- %s\n", name);
	start = memmem(text.p, text.n, head, strlen(head));
	if (start == NULL)
		return (struct rw_str){ "", 0 };
	start += strlen(head);
	end = memmem(start, (size_t)(text.p + text.n - start), "\n--- ", 5);
	return (struct rw_str){ start, (size_t)((end == NULL ? text.p + text.n : end + 1) - start) };
}

static void
replace(struct rw_buf *b, const char *what, const char *by)
{
	rw_autofree char *old = rw_buf_detach(b);
	const char *p = old, *hit;

	*b = (struct rw_buf)RW_BUF_INIT(1u << 20);
	while ((hit = strstr(p, what)) != NULL) {
		rw_buf_put(b, p, (size_t)(hit - p));
		rw_buf_puts(b, by);
		p = hit + strlen(what);
	}
	rw_buf_puts(b, p);
}

static void
put_key(struct rw_buf *b, const char *name)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(4096);
	struct rw_error err = RW_ERROR_INIT;
	char path[200], mark[64], *comment;

	snprintf(path, sizeof(path), "%s/%s.pub", keys, name);
	snprintf(mark, sizeof(mark), "@%s@", name);
	assert_true(rw_file_read(-1, path, &line, &err));
	comment = strrchr(line.data, ' ');
	assert_non_null(comment);
	*comment = '\0';
	replace(b, mark, line.data);
}

static struct rw_policy *
load_policy(struct gitrepo *g, struct rw_str text)
{
	static const char *const names[] = { "alice", "bob", "mallory", "old" };
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_policy *p = NULL;
	char path[600];
	size_t i;

	rw_buf_puts(&b, "version: 1\n");
	rw_buf_puts(&b, identities);
	rw_buf_put_str(&b, text);
	for (i = 0; i < RW_ARRAY_LEN(names); i++)
		put_key(&b, names[i]);
	snprintf(path, sizeof(path), "%s/policy.yaml", g->dir);
	assert_ok(g, rw_file_write(path, rw_buf_str(&b), 0600, false, &g->err));
	assert_ok(g, rw_policy_load(path, &p, &g->err));
	return p;
}

/* A file that the script may have written; "" when it did not. */
static char *
side_file(struct gitrepo *g, const char *name)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	if (!rw_file_read(-1, path, &b, &err))
		return strdup("");
	return rw_buf_detach(&b);
}

struct memory {
	char *seen, *tainted;
};

static rw_time
first_seen(void *ctx, const struct rw_oid *commit)
{
	const struct memory *m = ctx;
	const char *hit = strstr(m->seen, RW_OID(commit));
	rw_time t;

	if (hit == NULL)
		return RW_TIME_NONE;
	hit += 41;
	assert_true(rw_time_parse((struct rw_str){ hit, strcspn(hit, "\n") }, &t));
	return t;
}

static bool
tainted(void *ctx, struct rw_str ref, struct rw_str rule)
{
	const struct memory *m = ctx;
	char line[512];

	snprintf(line, sizeof(line), "%.*s %.*s\n", (int)ref.n, ref.p, (int)rule.n, rule.p);
	return strstr(m->tainted, line) != NULL;
}

/* ---- comparing ---- */

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool
is_word(char c)
{
	return is_hex(c) || (c >= 'g' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' ||
	    c == '-';
}

static void
put_stable(struct rw_buf *b, const char *z)
{
	const char *start = z;

	while (*z != '\0') {
		size_t n = 0;

		if (strncmp(z, "SHA256:", 7) == 0) {
			rw_buf_puts(b, "<key>");
			z += 7 + 43;
			continue;
		}
		if (z == start || z[-1] == '/' || !is_word(z[-1]))
			while (is_hex(z[n]))
				n++;
		if (n < 40 && z > start && z[-1] == '/')
			n = 0;
		if ((n == 7 || n == 12 || n == 40) && !is_word(z[n])) {
			rw_buf_puts(b, "<id>");
			z += n;
			continue;
		}
		rw_buf_putc(b, *z++);
	}
}

static void
update_golden(const char *path, struct rw_str text, const struct rw_buf *got)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	const char *at = memmem(text.p, text.n, "--- expect\n", 11);

	rw_buf_put(&b, text.p, at == NULL ? text.n : (size_t)(at - text.p));
	rw_buf_puts(&b, "--- expect\n");
	rw_buf_put_str(&b, rw_buf_str(got));
	assert_true(rw_file_write(path, rw_buf_str(&b), 0644, false, &err));
}

static void
judge(struct gitrepo *g, const struct rw_policy *policy, struct rw_buf *ret)
{
	rw_autofree char *lines = side_file(g, "push"), *seen = side_file(g, "seen"),
			 *taints = side_file(g, "tainted");
	rw_autofree char *account = side_file(g, "account"), *base = side_file(g, "baseline");
	struct memory memory = { seen, taints };
	struct rw_oid baseline[16];
	struct rw_judge_input in = {
		.policy = policy, .repo_name = RW_STR_LIT("shop"), .ctx = &memory, .first_seen = first_seen,
		.tainted = tainted, .baseline = baseline, .n_threads = 1
	};
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	struct rw_report_options options = { .repo_name = in.repo_name,
		.entry = 1042,
		.check_range = "origin/main..HEAD" };
	rw_auto_buf struct rw_buf json = RW_BUF_INIT(4u << 20);
	rw_auto_repo struct rw_repo *repo = gitrepo_open(g, "r/.git");
	struct rw_verdict v;
	const char *line;

	in.repo = repo;
	in.account =
	    account[0] == '\0' ? RW_STR_LIT("alice") : (struct rw_str){ account, strcspn(account, "\n") };
	assert_true(rw_time_parse(RW_STR_LIT("2026-06-01T00:00:00Z"), &in.now));
	for (line = base; *line != '\0'; line += 41)
		assert_true(rw_oid_parse((struct rw_str){ line, 40 }, &baseline[in.n_baseline++]));
	assert_ok(g, rw_push_parse(a, rw_str(lines), &in.push, &g->err));
	g->err = (struct rw_error)RW_ERROR_INIT;
	if (!rw_judge_push(&in, a, &v, &g->err)) {
		rw_buf_printf(ret, "could not judge: %s: %s\n", rw_error_name(g->err.code), g->err.msg);
		assert_false(v.accepted);
		return;
	}
	rw_report_text(&v, &options, ret);
	rw_report_json(&v, true, &json);
	rw_report_json(&v, false, &json);
	assert_false(json.failed);
}

static bool
run_scenario(struct gitrepo *g, const char *path, const char *name)
{
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(1u << 20);
	rw_auto_buf struct rw_buf got = RW_BUF_INIT(1u << 20);
	rw_auto_buf struct rw_buf stable = RW_BUF_INIT(1u << 20);
	rw_auto_policy struct rw_policy *policy = NULL;
	struct rw_str script, want;
	char head[4096];

	print_message("# %s\n", name);
	assert_ok(g, rw_file_read(-1, path, &text, &g->err));
	script = section(rw_buf_str(&text), "script");
	want = section(rw_buf_str(&text), "expect");
	free(gitrepo_sh(g, "rm -rf r push seen tainted baseline account"));
	snprintf(head, sizeof(head), prelude, keys);
	free(gitrepo_sh(g, "%s%.*s", head, (int)script.n, script.p));
	policy = load_policy(g, section(rw_buf_str(&text), "policy"));
	judge(g, policy, &got);
	put_stable(&stable, rw_buf_cstr(&got));
	if (rw_str_eq(rw_buf_str(&stable), want))
		return true;
	if (getenv("RW_UPDATE_GOLDEN") != NULL) {
		update_golden(path, rw_buf_str(&text), &stable);
		return true;
	}
	print_message("# %s: wanted\n%.*s# got\n%s", name, (int)want.n, want.p, rw_buf_cstr(&stable));
	return false;
}

static int
not_hidden(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && strcmp(e->d_name + n - 4, ".scn") == 0;
}

static void
test_scenarios(void **state)
{
	struct gitrepo *g = *state;
	const char *src = getenv("RW_SRCDIR"), *only = getenv("RW_SCENARIO");
	struct dirent **list;
	char dir[512], path[1024];
	int i, n, bad = 0;

	snprintf(dir, sizeof(dir), "%s/tests/data/judge", src == NULL ? "." : src);
	n = scandir(dir, &list, not_hidden, alphasort);
	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		if (only == NULL || strstr(list[i]->d_name, only) != NULL)
			bad += !run_scenario(g, path, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { GITREPO_TEST(test_scenarios) };
	struct rw_error err = RW_ERROR_INIT;
	const char *tmp = getenv("TMPDIR");
	char cmd[512];
	int r;

	if (!rw_crypto_init(&err) || system("command -v git ssh-keygen >/dev/null") != 0) {
		print_message("1..0 # SKIP git or ssh-keygen is not there\n");
		return 0;
	}
	snprintf(keys, sizeof(keys), "%s/rwkeys.XXXXXX", tmp == NULL || strlen(tmp) > 40 ? "/tmp" : tmp);
	if (mkdtemp(keys) == NULL)
		return 1;
	snprintf(cmd, sizeof(cmd),
	    "cd %s && for k in alice bob mallory old outsider; do "
	    "ssh-keygen -q -t ed25519 -N '' -f $k </dev/null || exit 1; done",
	    keys);
	r = system(cmd) != 0 ? 1 : cmocka_run_group_tests_name("judge", tests, NULL, NULL);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", keys);
	return system(cmd) != 0 ? 1 : r;
}
