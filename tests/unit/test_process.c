#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "refwall/process.h"

static void
test_self(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_audit_process p, q;

	(void)state;
	assert_true(rw_process_capture(getpid(), &p, &err));
	assert_int_equal(p.pid, getpid());
	assert_true(p.start > 0);
	assert_int_equal(strlen(p.boot), 36);
	assert_true(rw_process_alive(&p));

	print_message("# started at another time\n");
	q = p;
	q.start++;
	assert_false(rw_process_alive(&q));

	print_message("# another boot\n");
	q = p;
	q.boot[0] = q.boot[0] == 'x' ? 'y' : 'x';
	assert_false(rw_process_alive(&q));

	print_message("# boot unknown\n");
	q = p;
	q.boot[0] = '\0';
	assert_true(rw_process_alive(&q));

	print_message("# start unknown\n");
	q = p;
	q.start = 0;
	assert_true(rw_process_alive(&q));
}

static void
test_child(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_audit_process p;
	siginfo_t info;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char c;

		close(fds[1]);
		_exit(read(fds[0], &c, 1) == 0 ? 0 : 1);
	}
	close(fds[0]);
	assert_true(rw_process_capture(pid, &p, &err));
	assert_true(rw_process_alive(&p));
	close(fds[1]);
	print_message("# a zombie does nothing any more\n");
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(rw_process_alive(&p));
	print_message("# gone\n");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(rw_process_alive(&p));
	assert_false(rw_process_capture(pid, &p, &err));
	assert_int_equal(err.code, RW_E_NOT_FOUND);
	assert_int_equal(p.pid, 0);
}

static void
test_nonsense(void **state)
{
	static const int64_t pids[] = { 0, -1, INT64_MIN, INT64_MAX, (int64_t)1 << 31 };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(pids); i++) {
		struct rw_error err = RW_ERROR_INIT;
		struct rw_audit_process p = { .pid = pids[i] };

		print_message("# %lld\n", (long long)pids[i]);
		assert_false(rw_process_alive(&p));
		assert_false(rw_process_capture(pids[i], &p, &err));
		assert_int_equal(err.code, RW_E_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
