/*
 * logfill: writes a log without any git, for tests of what reads it.
 *
 *	logfill create LOGDIR SERVEDIR			both stores, empty
 *	logfill token SERVEDIR NAME SCOPES REPOS EXPIRES
 *		prints the token; SCOPES as "a,b", REPOS may be "", EXPIRES in s from now or 0
 *	logfill push LOGDIR REPO REF N [FROM]
 *		N accepted and applied pushes, each on the one before, starting at commit number FROM (0: creation)
 *	logfill refuse LOGDIR REPO REF N		N refused pushes
 *	logfill pending LOGDIR REPO REF OLD NEW PID	an accepted push that nobody settled; PID 0: its git is gone
 *	logfill baseline LOGDIR REPO PATH		register a repository
 *	logfill delete LOGDIR REPO REF FROM		the ref is deleted
 *	logfill subscriptions SERVEDIR N URL		N subscriptions at URL/1, URL/2, ...; secret: 32 times 's'
 *
 * Commit number n has the id that is n in hexadecimal, padded by 'c' on the left.
 */
#include <stdio.h>
#include <unistd.h>

#include "refwall/audit.h"
#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "refwall/process.h"
#include "refwall/text.h"

#define ZERO "0000000000000000000000000000000000000000"

static struct rw_error err = RW_ERROR_INIT;

static void
check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "logfill: %s: %s\n", what, err.msg);
	exit(3);
}

static uint64_t
number(const char *z)
{
	uint64_t n = 0;

	check(rw_text_u64(rw_str(z), 1000000000, &n) || rw_fail(&err, RW_E_USAGE, "%s is no number", z),
	    "argument");
	return n;
}

static void
commit_id(uint64_t n, char out[41])
{
	if (n == 0) {
		memcpy(out, ZERO, 41);
		return;
	}
	memset(out, 'c', 40);
	out[40] = '\0';
	for (int i = 39; n > 0; i--, n >>= 4)
		out[i] = "0123456789abcdef"[n & 15];
}

static void
append(struct rw_log *l, const char *repo, const char *ref, const char *old_id, const char *new_id,
    bool accepted, bool settled, int64_t pid)
{
	char notice[1024], id[64];
	struct rw_str path = RW_STR_LIT("apps/web.yaml"), signer = RW_STR_LIT("alice"),
	    rule = RW_STR_LIT("main is append-only");
	struct rw_str commit = rw_str(new_id);
	struct rw_audit_ref r = { .name = rw_str(ref) };
	struct rw_audit_push p = {
		.now = rw_time_now(), .repo_name = rw_str(repo), .account = RW_STR_LIT("alice"),
		    .transport = "ssh",
		.ref = &r, .n_refs = 1, .accepted = accepted, .version = PACKAGE_VERSION,
		.path = &path, .n_paths = 1, .signer = &signer, .n_signers = 1, .new_commit = &commit,
		    .n_new_commits = 1,
	};
	uint64_t index;

	(void)snprintf(id, sizeof(id), "id-%.50s", repo);
	p.repo_id = rw_str(id);
	memcpy(r.old_id, old_id, 41);
	memcpy(r.new_id, new_id, 41);
	(void)snprintf(notice, sizeof(notice),
	    "{\"commit\":{\"author\":{\"email\":\"alice@example.com\",\"name\":\"Alice\"},"
	    "\"id\":\"%s\",\"message\":\"change\",\"timestamp\":\"2026-11-22T08:30:37.123Z\"},"
	    "\"paths\":{\"added\":[],\"modified\":[\"apps/web.yaml\"],\"removed\":[]}}", new_id);
	r.notice = rw_str(notice);
	if (strcmp(new_id, ZERO) == 0) {
		r.notice = (struct rw_str){ NULL, 0 };
		p.n_new_commits = 0;
	}
	if (!accepted) {
		p.rule = &rule;
		p.n_rules = 1;
		p.n_findings = 1;
		p.findings = RW_STR_LIT("[]");
		p.n_new_commits = 0;
		r.notice = (struct rw_str){ NULL, 0 };
	}
	if (pid > 0)
		check(rw_process_capture(pid, &p.process, &err), "process");
	check(rw_log_begin(l, 10000, &err), "begin");
	check(rw_audit_push(l, &p, &index, &err), "push");
	if (accepted && settled) {
		struct rw_settle s = { .now = rw_time_now(), .by = "post-receive", .repo_id = p.repo_id,
		    .moved = &r, .n_moved = 1 };

		check(rw_audit_settle(l, &s, &err), "settle");
	}
	check(rw_log_commit(l, &err), "commit");
}

static void
add_token(char **v)
{
	rw_auto_serve struct rw_serve *s = NULL;
	uint8_t raw[16];
	char hex[33], text[64];
	struct rw_token t = { .name = rw_str(v[1]), .repos = rw_str(v[3]), .created = rw_time_now(),
	    .expires = RW_TIME_NONE };
	struct rw_str rest = rw_str(v[2]);
	int64_t id;

	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		struct rw_str one = { rest.p, comma == NULL ? rest.n : (size_t)(comma - rest.p) };
		unsigned flag;

		check(rw_scope_parse(one, &flag) || rw_fail(&err, RW_E_USAGE, "no scope %s", RW_SHOW(one)),
		    "scope");
		t.scopes |= flag;
		rest = (struct rw_str){ rest.p + one.n, rest.n - one.n };
		if (rest.n > 0)
			rest = (struct rw_str){ rest.p + 1, rest.n - 1 };
	}
	if (strcmp(v[4], "0") != 0)
		t.expires = t.created + (v[4][0] == '-' ?
		    -(int64_t)number(v[4] + 1) : (int64_t)number(v[4])) * 1000;
	check(rw_random(raw, sizeof(raw), &err), "random");
	(void)snprintf(text, sizeof(text), "rwt_%s", rw_hex_encode(raw, sizeof(raw), hex));
	rw_sha256(rw_str(text), t.hash);
	check(rw_serve_open(v[0], RW_STORE_WRITE, &s, &err), v[0]);
	check(rw_token_add(s, &t, &id, &err), "token");
	puts(text);
}

static void
add_subscriptions(char **v)
{
	rw_auto_serve struct rw_serve *s = NULL;
	uint64_t n = number(v[1]);

	check(rw_serve_open(v[0], RW_STORE_WRITE, &s, &err), v[0]);
	check(rw_serve_begin(s, &err), "begin");
	for (uint64_t i = 1; i <= n; i++) {
		char url[512];
		struct rw_subscription sub = { .secret = RW_STR_LIT("ssssssssssssssssssssssssssssssss"),
		    .created = rw_time_now() };
		int64_t id;

		(void)snprintf(url, sizeof(url), "%s/%llu", v[2], (unsigned long long)i);
		sub.url = rw_str(url);
		check(rw_subscription_add(s, &sub, &id, &err), "subscription");
	}
	check(rw_serve_commit(s, &err), "commit");
}

static void
log_command(const char *what, char **v, int n)
{
	rw_auto_log struct rw_log *l = NULL;
	char old_id[41], new_id[41];

	check(rw_log_open(v[0], RW_STORE_WRITE, &l, &err), v[0]);
	if (strcmp(what, "push") == 0 && n >= 4) {
		uint64_t from = n > 4 ? number(v[4]) : 0;

		for (uint64_t i = 0; i < number(v[3]); i++) {
			commit_id(from + i, old_id);
			commit_id(from + i + 1, new_id);
			append(l, v[1], v[2], old_id, new_id, true, true, 0);
		}
	} else if (strcmp(what, "refuse") == 0 && n == 4) {
		commit_id(1, old_id);
		commit_id(2, new_id);
		for (uint64_t i = 0; i < number(v[3]); i++)
			append(l, v[1], v[2], old_id, new_id, false, false, 0);
	} else if (strcmp(what, "pending") == 0 && n == 6) {
		append(l, v[1], v[2], v[3], v[4], true, false, (int64_t)number(v[5]));
	} else if (strcmp(what, "delete") == 0 && n == 4) {
		commit_id(number(v[3]), old_id);
		append(l, v[1], v[2], old_id, ZERO, true, true, 0);
	} else if (strcmp(what, "baseline") == 0 && n == 3) {
		char id[64];
		uint64_t index;

		(void)snprintf(id, sizeof(id), "id-%.50s", v[1]);
		check(rw_log_begin(l, 10000, &err) &&
		    rw_audit_baseline(l, rw_time_now(), rw_str(id), rw_str(v[1]), rw_str(v[2]), NULL, 0,
		    &index, &err) && rw_log_commit(l, &err), "baseline");
	} else {
		check(rw_fail(&err, RW_E_USAGE, "see the head of logfill.c"), what);
	}
}

int
main(int argc, char **argv)
{
	check(rw_crypto_init(&err), "crypto");
	if (argc == 4 && strcmp(argv[1], "create") == 0) {
		check(rw_log_create(argv[2], "test.example.com", &err), argv[2]);
		check(rw_serve_create(argv[3], &err), argv[3]);
	} else if (argc == 7 && strcmp(argv[1], "token") == 0) {
		add_token(argv + 2);
	} else if (argc == 5 && strcmp(argv[1], "subscriptions") == 0) {
		add_subscriptions(argv + 2);
	} else if (argc > 4) {
		log_command(argv[1], argv + 2, argc - 2);
	} else {
		fputs("usage: see the head of logfill.c\n", stderr);
		return 2;
	}
	return 0;
}
