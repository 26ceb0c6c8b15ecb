/*
 * bench_append [PUSHES [ENTRIES]], in a new directory of the current one: what it costs to record a push
 * durably, against one bare SQLite transaction that inserts a row of the same size, in the same directory,
 * with the same pragmas. Both take turns, 50 at a time, so that a slow moment of the disk is shared. ENTRIES
 * are written beforehand, many to a transaction, to see what a long log costs. Then pages of the list are
 * timed, filter by filter, and a verification of it all.
 */
#include <stdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "refwall/audit.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "tests/bench/row.h"

#define TURN 50

static void
need(bool ok, const struct rw_error *err)
{
	if (!ok) {
		(void)fprintf(stderr, "bench_append: %s\n", err->msg);
		exit(1);
	}
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
hex_id(char id[41], uint64_t n)
{
	(void)snprintf(id, 41, "%016llx%024llx", (unsigned long long)(n * 0x9e3779b97f4a7c15ULL), (unsigned long long)n);
}

/* One branch, one commit, three files: ten repositories, fifty people. */
static void
push(struct rw_log *l, uint64_t n, bool settle)
{
	static const char notice[] = "{\"commit\":{\"author\":\"alice\",\"message\":\"a commit message of usual length\",\"id\":"
	    "\"0123456789012345678901234567890123456789\"},\"paths\":{\"added\":[],\"modified\":[\"a\",\"b\"],\"removed\":[]}}";
	char repo[32], account[32], path[3][64];
	struct rw_error err = RW_ERROR_INIT;
	struct rw_audit_ref r = { .name = RW_STR_LIT("refs/heads/main"), .notice = RW_STR_LIT(notice) };
	struct rw_str paths[3], signer, id, rule = RW_STR_LIT("signed");
	bool refused = n % 10 == 9;
	struct rw_audit_push p = { .now = 1800000000000 + (int64_t)n * 1000, .transport = "ssh", .ref = &r, .n_refs = 1,
	    .accepted = !refused, .version = "0.1.0", .path = paths, .n_paths = 3, .signer = &signer, .n_signers = 1,
	    .policy_digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    .config_digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" };
	struct rw_settle s = { .now = p.now, .by = "post-receive", .moved = &r, .n_moved = 1 };
	uint64_t index;

	(void)snprintf(repo, sizeof(repo), "repository-%llu", (unsigned long long)(n % 10));
	(void)snprintf(account, sizeof(account), "person-%llu", (unsigned long long)(n / 10 % 50));
	for (int i = 0; i < 3; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "apps/app-%llu/file-%d.yaml", (unsigned long long)(n % 97), i);
		paths[i] = rw_str(path[i]);
	}
	p.repo_id = p.repo_name = s.repo_id = rw_str(repo);
	p.account = signer = rw_str(account);
	if (n < 10)
		memset(r.old_id, '0', 40);
	else
		hex_id(r.old_id, n - 10 + 1000000007);
	hex_id(r.new_id, n + 1000000007);
	id = rw_str(r.new_id);
	p.new_commit = &id;
	p.n_new_commits = 1;
	if (refused) {
		p.findings = RW_STR_LIT("[{\"rule\":\"signed\",\"text\":\"commit is not signed\"}]");
		p.n_findings = p.n_rules = 1;
		p.rule = &rule;
	}
	need(rw_audit_push(l, &p, &index, &err), &err);
	if (settle && !refused)
		need(rw_audit_settle(l, &s, &err), &err);
}

static void
bare(sqlite3_stmt *s, sqlite3 *db, uint64_t n, struct rw_str body)
{
	struct rw_error err = { RW_E_IO, "bare SQLite" };

	need(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, &err);
	(void)sqlite3_bind_int64(s, 1, (sqlite3_int64)n);
	(void)sqlite3_bind_blob(s, 2, body.p, (int)body.n, SQLITE_STATIC);
	need(sqlite3_step(s) == SQLITE_DONE, &err);
	(void)sqlite3_reset(s);
	need(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, &err);
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
query(struct rw_log *l, const char *const *filter)
{
	rw_auto_buf struct rw_buf what = RW_BUF_INIT(1024);
	double t[100];
	size_t n = 0;

	for (size_t i = 0; i < RW_ARRAY_LEN(t); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
		struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;
		const struct rw_audit_entry *e;
		struct rw_error err = RW_ERROR_INIT;
		uint64_t next;
		double start;
		bool more;

		f.ret_next = &next;
		for (size_t k = 0; filter[k] != NULL; k += 2) {
			need(rw_audit_filter_set(a, &f, rw_str(filter[k]), rw_str(filter[k + 1]), &err), &err);
			if (i == 0)
				rw_buf_printf(&what, " %s=%s", filter[k], filter[k + 1]);
		}
		start = seconds();
		need(rw_audit_list(l, a, &f, &e, &n, &more, &err), &err);
		t[i] = (seconds() - start) * 1e3;
	}
	qsort(t, RW_ARRAY_LEN(t), sizeof(t[0]), by_value);
	(void)printf("page of %2zu: median %7.3f ms, p99 %7.3f ms  %s\n", n, t[50], t[98], rw_buf_cstr(&what));
}

static void
queries(struct rw_log *l)
{
	static const char *const filters[][10] = {
		{ NULL }, { "order", "desc" }, { "repo", "repository-3", "order", "desc" }, { "account", "person-7" },
		{ "account", "nobody" }, { "verdict", "refuse", "order", "desc" }, { "rule", "signed" },
		{ "path", "apps/app-5/file-0.yaml" }, { "ref", "refs/heads/main" }, { "kind", "applied", "order", "desc" },
		{ "repo", "repository-3", "account", "person-7" },
		{ "repo", "repository-9", "account", "person-7", "verdict", "refuse" },
		{ "repo", "repository-3", "verdict", "refuse" }, { "since", "2027-01-15T08:20:00Z" },
		{ "until", "2027-01-15T08:20:00Z", "order", "desc" },
		{ "since", "2027-01-15T08:20:00Z", "until", "2027-01-15T08:30:00Z", "account", "person-7" },
		{ "since", "2099-01-01" }, { "commit", "0000000" },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(filters); i++)
		query(l, filters[i]);
}

static void
verify(struct rw_log *l)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_audit_report r;
	double t = seconds();

	need(rw_audit_verify(l, a, &r, &err), &err);
	(void)printf("verify: %llu entries, %llu side records, %zu problems in %.1f s\n", (unsigned long long)r.entries,
	    (unsigned long long)r.side_records, r.n_problems, seconds() - t);
}

static void
clean_up(const char *base)
{
	static const char *const files[] = { "log/log.db", "log/log.db-wal", "log/log.db-shm", "log/log.lock", "bare.db", "log" };
	char path[600];

	for (size_t i = 0; i < RW_ARRAY_LEN(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", base, files[i]);
		(void)remove(path);
	}
	(void)rmdir(base);
}

int
main(int argc, char **argv)
{
	char base[] = "bench-append.XXXXXX";
	uint64_t pushes = 2000, before = 0, n = 0;
	struct rw_error err = RW_ERROR_INIT;
	char dir[512], path[600], *body;
	struct rw_log *l = NULL;
	double ours = 0, theirs = 0, worst = 0;
	sqlite3_stmt *s;
	sqlite3 *db;

	if ((argc > 1 && !rw_text_u64(rw_str(argv[1]), 100000000, &pushes)) ||
	    (argc > 2 && !rw_text_u64(rw_str(argv[2]), 100000000, &before))) {
		(void)fprintf(stderr, "usage: bench_append [PUSHES [ENTRIES]]\n");
		return 2;
	}
	need(rw_crypto_init(&err), &err);
	need(mkdtemp(base) != NULL, &err);
	(void)snprintf(dir, sizeof(dir), "%s/log", base);
	need(rw_log_create(dir, "bench.example.com", &err), &err);
	need(rw_log_open(dir, RW_STORE_WRITE, &l, &err), &err);
	while (n < before) {
		need(rw_log_begin(l, 1000, &err), &err);
		for (int i = 0; i < 2000 && n < before; i++)
			push(l, n++, true);
		need(rw_log_commit(l, &err), &err);
	}

	(void)snprintf(path, sizeof(path), "%s/bare.db", base);
	need(sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "PRAGMA wal_autocheckpoint=1000; CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?1, ?2)", -1, &s, NULL) == SQLITE_OK, &err);
	body = calloc(1, RW_LIMIT_ENTRY_BYTES);
	if (body == NULL)
		return 1;
	for (uint64_t done = 0; done < pushes; done += TURN) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);
		struct rw_audit_entry e;
		uint64_t size;
		double t = seconds(), one;

		for (int i = 0; i < TURN; i++) {
			one = seconds();
			need(rw_log_begin(l, 1000, &err), &err);
			push(l, n++, false);
			need(rw_log_commit(l, &err), &err);
			one = seconds() - one;
			worst = one > worst ? one : worst;
		}
		ours += seconds() - t;
		need(rw_audit_size(l, &size, &err) && rw_audit_get(l, a, size - 1, &e, &err), &err);
		t = seconds();
		for (int i = 0; i < TURN; i++)
			bare(s, db, done + (uint64_t)i, (struct rw_str){ body, e.body.n });
		theirs += seconds() - t;
		if (done == 0)
			(void)printf("# entries of %zu bytes\n", e.body.n);
	}
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	free(body);
	bench_row("append one push / a bare SQLite transaction", ours * 1e3 / (double)pushes, theirs * 1e3 / (double)pushes, "ms", 1.5);
	(void)printf("# the slowest took %.2f ms\n", worst * 1e3);
	if (before > 0) {
		queries(l);
		verify(l);
	}
	rw_log_close(l);
	clean_up(base);
	return 0;
}
