#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "refwall/store_entry.h"
#include "refwall/store_repo.h"
#include "refwall/timestamp.h"
#include "server/store/log_private.h"
#include "tests/unit/log_fixture.h"

static const char *const files[] = { "log.db", "log.db-wal", "log.db-shm", "log.lock" };

static const char *
path_of(const struct fixture *f, const char *file)
{
	static char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, file);
	return path;
}

/* ---- files ---- */

static void
check_modes(const struct fixture *f)
{
	struct stat st;

	assert_int_equal(stat(f->dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 02770);
	for (size_t i = 0; i < RW_ARRAY_LEN(files); i++) {
		print_message("# %s\n", files[i]);
		assert_int_equal(stat(path_of(f, files[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0660);
	}
}

/* With umask 077 SQLite's own files would shut out the second user. */
static void
modes_do_not_depend_on_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 077 };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(masks); i++) {
		mode_t old = umask(masks[i]);
		struct fixture *f;
		void *own;

		print_message("# umask %03o\n", (unsigned)masks[i]);
		(void)fixture_setup(&own);
		f = own;
		check_modes(f);
		(void)push_one(f, "refs/heads/main", '0', 'a', true);
		check_modes(f);
		/* Closed and opened again by the next hook. */
		rw_log_closep(&f->l);
		must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
		(void)push_one(f, "refs/heads/main", '0', 'a', true);
		check_modes(f);
		/* SQLite makes these anew when somebody removed them. */
		rw_log_closep(&f->l);
		assert_int_equal(unlink(path_of(f, "log.db-shm")), 0);
		must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
		(void)push_one(f, "refs/heads/main", '0', 'a', true);
		check_modes(f);
		(void)fixture_teardown(&own);
		(void)umask(old);
	}
}

static void
creates_once(void **state)
{
	static const struct { const char *name, *origin; } bad[] = {
		{ "empty", "" }, { "space", "a b" }, { "plus", "a+b" }, { "newline", "a\nb" }, { "not UTF-8", "\xff" },
	};
	struct fixture *f = *state;
	char other[128];

	assert_true(rw_str_eqz(rw_log_origin(f->l), "git.example.com/refwall"));
	must_fail(rw_log_create(f->dir, "x", err), RW_E_EXISTS, "exists");
	(void)snprintf(other, sizeof(other), "%s/other", f->base);
	for (size_t i = 0; i < RW_ARRAY_LEN(bad); i++) {
		print_message("# origin: %s\n", bad[i].name);
		must_fail(rw_log_create(other, bad[i].origin, err), RW_E_USAGE, "origin");
	}
	/* A directory that the administrator made is used as it is. */
	assert_int_equal(mkdir(other, 0700), 0);
	must(rw_log_create(other, "x", err));
}

static void
opening_never_creates(void **state)
{
	struct fixture *f = *state;
	struct rw_log *l = NULL;
	char nowhere[128];

	(void)snprintf(nowhere, sizeof(nowhere), "%s/nowhere", f->base);
	must_fail(rw_log_open(nowhere, RW_STORE_WRITE, &l, err), RW_E_NOT_FOUND, "refwall init");
	assert_int_equal(access(nowhere, F_OK), -1);
	must_fail(rw_log_open(f->base, RW_STORE_READ, &l, err), RW_E_NOT_FOUND, "refwall init");
	rw_log_closep(&f->l);
	assert_int_equal(unlink(path_of(f, "log.lock")), 0);
	must_fail(rw_log_open(f->dir, RW_STORE_WRITE, &l, err), RW_E_NOT_FOUND, "log.lock");
}

static void
links_are_not_followed(void **state)
{
	static const struct { const char *name; bool hard; } rows[] = { { "symbolic", false }, { "hard", true } };

	(void)state;
	for (size_t k = 0; k < RW_ARRAY_LEN(rows); k++) {
		for (size_t i = 0; i < RW_ARRAY_LEN(files); i++) {
			struct rw_log *l = NULL;
			char away[160];
			struct fixture *f;
			void *own;

			print_message("# %s link: %s\n", rows[k].name, files[i]);
			(void)fixture_setup(&own);
			f = own;
			rw_log_closep(&f->l);
			(void)snprintf(away, sizeof(away), "%s/away", f->base);
			assert_int_equal(rename(path_of(f, files[i]), away), 0);
			assert_int_equal(rows[k].hard ? link(away, path_of(f, files[i])) :
			    symlink(away, path_of(f, files[i])), 0);
			must_fail(rw_log_open(f->dir, RW_STORE_WRITE, &l, err), RW_E_DENIED, "link");
			must_fail(rw_log_open(f->dir, RW_STORE_READ, &l, err), RW_E_DENIED, files[i]);
			(void)fixture_teardown(&own);
		}
	}
}

static void
the_directory_is_no_link_either(void **state)
{
	struct fixture *f = *state;
	struct rw_log *l = NULL;
	char via[128], below[160];

	(void)snprintf(via, sizeof(via), "%s/via", f->base);
	assert_int_equal(symlink(f->dir, via), 0);
	must_fail(rw_log_open(via, RW_STORE_WRITE, &l, err), RW_E_DENIED, "symbolic link");
	must_fail(rw_log_create(via, "x", err), RW_E_IO, "cannot open");
	/* Links above the store are the operator's own. */
	(void)snprintf(via, sizeof(via), "%s/up", f->base);
	assert_int_equal(symlink(f->base, via), 0);
	(void)snprintf(below, sizeof(below), "%s/log", via);
	must(rw_log_open(below, RW_STORE_WRITE, &l, err));
	rw_log_closep(&l);
}

static void
other_databases_are_refused(void **state)
{
	static const struct { const char *name, *dir; enum rw_error_code code; const char *words; } rows[] = {
		{ "not a database", "a", RW_E_CORRUPT, "not a database" },
		{ "an empty file", "b", RW_E_CORRUPT, "no log store" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		char path[160], dir[128];
		struct rw_log *l = NULL;
		FILE *out;

		print_message("# %s\n", rows[i].name);
		(void)snprintf(dir, sizeof(dir), "%s/%s", f->base, rows[i].dir);
		assert_int_equal(mkdir(dir, 0700), 0);
		(void)snprintf(path, sizeof(path), "%s/log.lock", dir);
		assert_non_null(out = fopen(path, "w"));
		assert_int_equal(fclose(out), 0);
		(void)snprintf(path, sizeof(path), "%s/log.db", dir);
		assert_non_null(out = fopen(path, "w"));
		for (int k = 0; i == 0 && k < 200; k++)
			assert_true(fputs("hello, this is text. ", out) >= 0);
		assert_int_equal(fclose(out), 0);
		must_fail(rw_log_open(dir, RW_STORE_WRITE, &l, err), rows[i].code, rows[i].words);
	}
}

/* Readers pass over an entry that is corrupt; a table that is missing must not make them pass over all. */
static void
a_missing_table_is_no_corrupt_entry(void **state)
{
	struct fixture *f = *state;

	must_fail(rw_db_exec(&f->l->db, "SELECT * FROM nowhere", err), RW_E_INTERNAL, "no such table");
}

static void
a_reader_reads_and_does_not_write(void **state)
{
	struct fixture *f = *state;
	struct rw_log *l = NULL;
	uint64_t size;

	(void)push_one(f, "refs/heads/main", '0', 'a', true);
	/* While somebody writes, and when nobody has it open. */
	for (int i = 0; i < 2; i++) {
		must(rw_log_open(f->dir, RW_STORE_READ, &l, err));
		if (i == 0)
			begin(f);
		must(rw_audit_size(l, &size, err));
		assert_int_equal(size, 1);
		must_fail(rw_log_begin(l, 0, err), RW_E_USAGE, "reading");
		if (i == 0)
			commit(f);
		rw_log_closep(&l);
		rw_log_closep(&f->l);
	}
}

/* ---- transactions ---- */

static void
rolls_back_and_commits(void **state)
{
	struct fixture *f = *state;
	uint64_t size;

	must_fail(rw_log_commit(f->l, err), RW_E_USAGE, "no transaction");
	begin(f);
	assert_true(rw_log_in_transaction(f->l));
	must_fail(rw_log_begin(f->l, 0, err), RW_E_USAGE, "already");
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &f->index, err));
	rw_log_rollback(f->l);
	assert_false(rw_log_in_transaction(f->l));
	must(rw_audit_size(f->l, &size, err));
	assert_int_equal(size, 0);
	begin(f);
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now, NULL, 0, &f->index, err));
	/* Closing is rolling back, and lets the next one in. */
	rw_log_closep(&f->l);
	must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
	begin(f);
	commit(f);
	must(rw_audit_size(f->l, &size, err));
	assert_int_equal(size, 0);
}

static void
waits_no_longer_than_it_should(void **state)
{
	static const struct { const char *name; int64_t wait; } rows[] = { { "not at all", 0 }, { "a little", 120 } };
	struct fixture *f = *state;
	rw_auto_log struct rw_log *second = NULL;

	must(rw_log_open(f->dir, RW_STORE_WRITE, &second, err));
	begin(f);
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		int64_t t = rw_time_monotonic();

		print_message("# %s\n", rows[i].name);
		must_fail(rw_log_begin(second, rows[i].wait, err), RW_E_BUSY, "");
		t = rw_time_monotonic() - t;
		assert_true(t >= rows[i].wait && t < rows[i].wait + 2000);
	}
	commit(f);
	must(rw_log_begin(second, 0, err));
	rw_log_rollback(second);
}

struct thread {
	struct fixture *f;
	pthread_t id;
	bool ok;
};

static void *
write_in_thread(void *arg)
{
	struct thread *t = arg;
	struct rw_error err = RW_ERROR_INIT;
	rw_auto_log struct rw_log *l = NULL;
	uint64_t index;

	t->ok = rw_log_open(t->f->dir, RW_STORE_WRITE, &l, &err);
	for (int i = 0; i < 20 && t->ok; i++)
		t->ok = rw_log_begin(l, 10000, &err) &&
		    rw_audit_event(l, RW_ENTRY_CONFIG, t->f->now, NULL, 0, &index, &err) && rw_log_commit(l, &err);
	return NULL;
}

static void
threads_wait_too(void **state)
{
	struct fixture *f = *state;
	struct thread t[8];
	uint64_t size;

	for (size_t i = 0; i < RW_ARRAY_LEN(t); i++) {
		t[i].f = f;
		assert_int_equal(pthread_create(&t[i].id, NULL, write_in_thread, &t[i]), 0);
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(t); i++) {
		assert_int_equal(pthread_join(t[i].id, NULL), 0);
		assert_true(t[i].ok);
	}
	must(rw_audit_size(f->l, &size, err));
	assert_int_equal(size, 8 * 20);
}

/* A signal that somebody else gets must neither end the wait nor be lost. */
static volatile sig_atomic_t got_usr1;

static void
on_usr1(int sig)
{
	(void)sig;
	got_usr1 = 1;
}

static void
other_signals_do_not_end_the_wait(void **state)
{
	struct fixture *f = *state;
	struct sigaction sa, old;
	rw_auto_log struct rw_log *second = NULL;
	pid_t pid, parent = getpid();
	int64_t t;

	must(rw_log_open(f->dir, RW_STORE_WRITE, &second, err));
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_usr1;
	assert_int_equal(sigaction(SIGUSR1, &sa, &old), 0);
	begin(f);
	pid = fork();
	if (pid == 0) {
		(void)usleep(50 * 1000);
		(void)kill(parent, SIGUSR1);
		_exit(0);
	}
	t = rw_time_monotonic();
	must_fail(rw_log_begin(second, 300, err), RW_E_BUSY, "gave up");
	assert_true(rw_time_monotonic() - t >= 300);
	assert_true(got_usr1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	commit(f);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

#define WRITERS 20
#define ROUNDS 5
#define HOLD_MS 10

struct board {
	int64_t worst[WRITERS];
	bool ok[WRITERS];
};

/* Each holds the lock for 10 ms, again and again, as a busy server's hooks would. */
static void
one_writer(const struct fixture *f, struct board *b, int me, int go)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_log *l = NULL;
	struct timespec hold = { 0, HOLD_MS * 1000000L };
	char c;

	if (!rw_log_open(f->dir, RW_STORE_WRITE, &l, &err) || read(go, &c, 1) != 0)
		_exit(1);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t index;
		int64_t t = rw_time_monotonic();

		if (!rw_log_begin(l, 60000, &err))
			_exit(2);
		t = rw_time_monotonic() - t;
		if (t > b->worst[me])
			b->worst[me] = t;
		if (!rw_audit_event(l, RW_ENTRY_CONFIG, f->now, NULL, 0, &index, &err))
			_exit(3);
		(void)nanosleep(&hold, NULL);
		if (!rw_log_commit(l, &err))
			_exit(4);
	}
	rw_log_close(l);
	b->ok[me] = true;
	_exit(0);
}

static void
writers_are_served_in_order(void **state)
{
	struct fixture *f = *state;
	struct board *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t started, took, worst = 0, best = INT64_MAX, fair;
	pid_t pid[WRITERS];
	int go[2];

	assert_true(b != MAP_FAILED);
	assert_int_equal(pipe(go), 0);
	rw_log_closep(&f->l);
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			(void)close(go[1]);
			one_writer(f, b, i, go[0]);
		}
	}
	(void)close(go[0]);
	started = rw_time_monotonic();
	(void)close(go[1]);
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
		assert_true(b->ok[i]);
	}
	took = rw_time_monotonic() - started;
	for (int i = 0; i < WRITERS; i++) {
		worst = b->worst[i] > worst ? b->worst[i] : worst;
		best = b->worst[i] < best ? b->worst[i] : best;
	}
	/* Everybody else once, at the pace that this machine had: that is a round. */
	fair = took / ROUNDS;
	print_message("# %d writers, %d rounds in %lld ms: a round takes %lld ms, worst wait %lld ms\n", WRITERS, ROUNDS,
	    (long long)took, (long long)fair, (long long)worst);
	assert_true(worst <= 2 * fair + 50);
	assert_int_equal(munmap(b, sizeof(*b)), 0);
	must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
}

/* ---- a process that dies ---- */

static bool
yes_tip(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	(void)ctx;
	(void)repo;
	(void)ref;
	set_id(ret_hex, 'b');
	return true;
}

/* What a hook does, step by step; it kills itself behind step `last`. */
static void
die_after(struct fixture *f, int last)
{
	struct rw_audit_ref r = ref_update("refs/heads/main", 'a', 'b');
	struct rw_audit_push p = simple_push(f, &r, true);
	struct rw_settle s = { .now = f->now, .by = "hook", .tip = yes_tip };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_log *l = NULL;
	uint64_t index;
	bool ok = true;

	for (int step = 0; ok; step++) {
		switch (step) {
		case 0:
			ok = rw_log_open(f->dir, RW_STORE_WRITE, &l, &err);
			break;
		case 1:
			ok = rw_log_begin(l, 1000, &err);
			break;
		case 2:
			ok = rw_audit_push(l, &p, &index, &err);
			break;
		case 3:
			ok = rw_log_commit(l, &err);
			break;
		case 4:
			ok = rw_log_begin(l, 1000, &err);
			break;
		case 5:
			ok = rw_audit_settle(l, &s, &err);
			break;
		case 6:
			ok = rw_log_commit(l, &err);
			break;
		default:
			_exit(0);
		}
		if (step == last && ok)
			(void)kill(getpid(), SIGKILL);
	}
	_exit(1);
}

static void
whoever_dies_leaves_a_log_that_verifies(void **state)
{
	static const struct { const char *name; uint64_t entries, pending; } rows[] = {
		{ "after open", 1, 0 }, { "after begin", 1, 0 }, { "after push", 1, 0 }, { "after commit", 2, 1 },
		{ "after the second begin", 2, 1 }, { "after settling", 2, 1 }, { "after the second commit", 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_audit_report r;
		struct fixture *f;
		void *own;
		int status;
		pid_t pid;

		print_message("# killed %s\n", rows[i].name);
		(void)fixture_setup(&own);
		f = own;
		(void)baseline_one(f, "refs/heads/main", 'a');
		rw_log_closep(&f->l);
		pid = fork();
		if (pid == 0)
			die_after(f, (int)i);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
		must(rw_audit_verify(f->l, f->a, &r, err));
		assert_int_equal(r.n_problems, 0);
		assert_int_equal(r.entries, rows[i].entries);
		assert_int_equal(r.pending, rows[i].pending);
		/* The lock went with the process. */
		must(rw_log_begin(f->l, 0, err));
		rw_log_rollback(f->l);
		(void)fixture_teardown(&own);
	}
}

/* Killed at any moment, not only between steps. */
static void
killed_while_writing(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_report r;
	uint64_t before = 0;

	rw_log_closep(&f->l);
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct rw_error err = RW_ERROR_INIT;
			struct rw_log *l = NULL;
			uint64_t index;

			if (!rw_log_open(f->dir, RW_STORE_WRITE, &l, &err))
				_exit(1);
			for (;;) {
				if (!rw_log_begin(l, 1000, &err) ||
				    !rw_audit_event(l, RW_ENTRY_CONFIG, f->now, NULL, 0, &index, &err) ||
				    !rw_log_commit(l, &err))
					_exit(2);
			}
		}
		(void)usleep(5000 + 3000 * (unsigned)i);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
		must(rw_audit_verify(f->l, f->a, &r, err));
		assert_int_equal(r.n_problems, 0);
		assert_true(r.entries >= before);
		before = r.entries;
		rw_log_closep(&f->l);
	}
	assert_true(before > 0);
	must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
}

/* ---- tables ---- */

static void
entries_are_dense_and_bounded(void **state)
{
	struct fixture *f = *state;
	struct rw_store_entry e = { .index = 1, .kind = RW_STR_LIT("config"), .body = RW_STR_LIT("{}") };
	struct rw_store_side s = { .kind = RW_SIDE_LIST };
	char *big = calloc(1, RW_LIMIT_SIDE_BYTES + 1);

	assert_non_null(big);
	must_fail(rw_store_entry_add(f->l, &e, err), RW_E_USAGE, "no transaction");
	begin(f);
	must_fail(rw_store_entry_add(f->l, &e, err), RW_E_CORRUPT, "without gaps");
	e.index = 0;
	must(rw_store_entry_add(f->l, &e, err));
	must_fail(rw_store_entry_add(f->l, &e, err), RW_E_CORRUPT, "");
	s.content = (struct rw_str){ big, RW_LIMIT_SIDE_BYTES };
	must(rw_store_side_add(f->l, &s, err));
	s.digest[0] = 1;
	s.content.n++;
	must_fail(rw_store_side_add(f->l, &s, err), RW_E_LIMIT, "side record");
	s.index = 9;
	s.content.n = 1;
	must_fail(rw_store_side_add(f->l, &s, err), RW_E_CORRUPT, "FOREIGN KEY");
	/* A list is no personal value. */
	must_fail(rw_store_side_erase(f->l, 0, (const uint8_t[32]){ 0 }, 1, err), RW_E_NOT_FOUND, "can be erased");
	rw_log_rollback(f->l);
	free(big);
}

/* ---- the write-ahead log ---- */

static off_t
size_of(const struct fixture *f, const char *file)
{
	struct stat st;

	assert_int_equal(stat(path_of(f, file), &st), 0);
	return st.st_size;
}

/* Each writer lives for one transaction and finds the log closed, as hooks do without a daemon. */
static void
short_lived_writers_keep_the_write_ahead_log_short(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_report r;
	off_t most = 0;

	for (int i = 0; i < 120; i++) {
		(void)push_one(f, "refs/heads/main", '0', 'a', false);
		rw_log_closep(&f->l);
		if (size_of(f, "log.db-wal") > most)
			most = size_of(f, "log.db-wal");
		must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
	}
	assert_true(most > 0);
	assert_true(most < 150 * 4096);
	assert_true(size_of(f, "log.db") > 120 * 512);
	must(rw_audit_verify(f->l, f->a, &r, err));
	assert_int_equal(r.n_problems, 0);
}

/* The highest counter stays, for each repository and key; a store from before there were any gets the table. */
static void
the_highest_counter_stays(void **state)
{
	struct fixture *f = *state;
	uint32_t n = 99;

	must(rw_store_counter_get(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), &n, err));
	assert_int_equal(n, 0);
	must_fail(rw_store_counter_put(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), 1, 0, err), RW_E_USAGE, "transaction");
	must(rw_log_begin(f->l, 0, err));
	must(rw_store_counter_put(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), 7, 0, err));
	must(rw_store_counter_put(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k2"), UINT32_MAX, 0, err));
	must(rw_store_counter_put(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), 5, 0, err));
	must(rw_log_commit(f->l, err));
	must(rw_store_counter_get(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), &n, err));
	assert_int_equal(n, 7);
	must(rw_store_counter_get(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k2"), &n, err));
	assert_true(n == UINT32_MAX);
	must(rw_store_counter_get(f->l, RW_STR_LIT("r2"), RW_STR_LIT("k1"), &n, err));
	assert_int_equal(n, 0);

	must(rw_log_begin(f->l, 0, err));
	must(rw_db_exec(&f->l->db, "DROP TABLE sk_counter", err));
	must(rw_log_commit(f->l, err));
	must(rw_store_counter_get(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), &n, err));
	assert_int_equal(n, 0);
	must(rw_log_begin(f->l, 0, err));
	must(rw_store_counter_put(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), 3, 0, err));
	must(rw_log_commit(f->l, err));
	must(rw_store_counter_get(f->l, RW_STR_LIT("r1"), RW_STR_LIT("k1"), &n, err));
	assert_int_equal(n, 3);
}

/* How many of n signatures are known, numbered from first. */
static size_t
known(struct fixture *f, uint8_t keys, size_t first, size_t n)
{
	rw_autofree struct rw_store_memo *m = calloc(n, sizeof(*m));
	uint8_t key_set[32] = { keys };
	size_t hits = 0;

	assert_non_null(m);
	for (size_t i = 0; i < n; i++) {
		uint64_t name = first + i;

		memcpy(m[i].object, &name, sizeof(name));
		m[i].known = true;
	}
	must(rw_store_memo_get(f->l, key_set, m, n, err));
	for (size_t i = 0; i < n; i++) {
		hits += m[i].known;
		assert_int_equal(m[i].key[31], m[i].known ? keys + 1 : 0);
	}
	return hits;
}

static void
learn(struct fixture *f, uint8_t keys, size_t first, size_t n)
{
	rw_autofree struct rw_store_memo *m = calloc(n, sizeof(*m));
	uint8_t key_set[32] = { keys };

	assert_non_null(m);
	for (size_t i = 0; i < n; i++) {
		uint64_t name = first + i;

		memcpy(m[i].object, &name, sizeof(name));
		m[i].key[31] = (uint8_t)(keys + 1);
	}
	must(rw_log_begin(f->l, 0, err));
	must(rw_store_memo_put(f->l, key_set, m, n, err));
	must(rw_log_commit(f->l, err));
}

/* Known under the same keys only; the oldest sets go, whole. A store from before there were any gets the tables. */
static void
signatures_are_remembered_within_bounds(void **state)
{
	struct fixture *f = *state;
	struct rw_store_memo one = { .known = false };
	struct rw_audit_report r;
	uint8_t keys[32] = { 1 };

	assert_int_equal(known(f, 1, 0, 3), 0);
	must_fail(rw_store_memo_put(f->l, keys, &one, 1, err), RW_E_USAGE, "transaction");
	learn(f, 1, 0, 2);
	assert_int_equal(known(f, 1, 0, 3), 2);
	assert_int_equal(known(f, 2, 0, 3), 0);
	learn(f, 1, 1, 2);
	assert_int_equal(known(f, 1, 0, 3), 3);

	print_message("# undone with what it came with\n");
	must(rw_log_begin(f->l, 0, err));
	one.object[0] = 99;
	must(rw_store_memo_put(f->l, keys, &one, 1, err));
	rw_log_rollback(f->l);
	assert_int_equal(known(f, 1, 99, 1), 0);

	print_message("# other keys, as many sets as there may be, and one more\n");
	for (uint8_t k = 2; k <= RW_LIMIT_MEMO_SETS; k++)
		learn(f, k, 0, 1);
	assert_int_equal(known(f, 1, 0, 3), 3);
	learn(f, RW_LIMIT_MEMO_SETS + 1, 0, 1);
	assert_int_equal(known(f, 1, 0, 3), 0);
	assert_int_equal(known(f, 2, 0, 1), 1);

	print_message("# a full set, and one more\n");
	learn(f, 20, 0, RW_LIMIT_MEMO_ROWS);
	assert_int_equal(known(f, 3, 0, 1), 1);
	learn(f, 20, RW_LIMIT_MEMO_ROWS, 1);
	assert_int_equal(known(f, 3, 0, 1), 0);
	assert_int_equal(known(f, 20, 0, RW_LIMIT_MEMO_ROWS + 2), RW_LIMIT_MEMO_ROWS + 1);

	must(rw_log_begin(f->l, 0, err));
	must(rw_db_exec(&f->l->db, "DROP TABLE sig_memo; DROP TABLE sig_set", err));
	must(rw_log_commit(f->l, err));
	assert_int_equal(known(f, 20, 0, 3), 0);
	learn(f, 1, 0, 1);
	assert_int_equal(known(f, 1, 0, 3), 1);
	must(rw_audit_verify(f->l, f->a, &r, err));
	assert_int_equal(r.n_problems, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
		T(the_highest_counter_stays),
		T(signatures_are_remembered_within_bounds),
		cmocka_unit_test(modes_do_not_depend_on_the_umask),
		T(creates_once),
		T(opening_never_creates),
		cmocka_unit_test(links_are_not_followed),
		T(the_directory_is_no_link_either),
		T(other_databases_are_refused), T(a_missing_table_is_no_corrupt_entry),
		T(a_reader_reads_and_does_not_write),
		T(rolls_back_and_commits),
		T(waits_no_longer_than_it_should),
		T(threads_wait_too),
		T(other_signals_do_not_end_the_wait),
		T(writers_are_served_in_order),
		T(short_lived_writers_keep_the_write_ahead_log_short),
		cmocka_unit_test(whoever_dies_leaves_a_log_that_verifies),
		T(killed_while_writing),
		T(entries_are_dense_and_bounded),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
