/* test_sandbox.c: what a process that reads hostile files can still do. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "server/cli/sandbox.h"

#define ANSWER_MAX 1000

static bool
say(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	(void)err;
	rw_buf_puts(answer, arg);
	return true;
}

static bool
give_up(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	(void)answer;
	return rw_fail(err, RW_E_PARSE, "%s: is malformed", (const char *)arg);
}

/* What is possible is named in the answer. */
static bool
reach_out(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	int fds[2];

	(void)arg;
	(void)err;
	if (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
		rw_buf_puts(answer, "open ");
	if (open("/tmp/refwall-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
		rw_buf_puts(answer, "create ");
	if (unlink("/nonexistent") == 0 || errno == ENOENT)
		rw_buf_puts(answer, "unlink ");
	if (socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0)
		rw_buf_puts(answer, "socket ");
	if (pipe2(fds, O_CLOEXEC) == 0)
		rw_buf_puts(answer, "pipe ");
	if (kill(getppid(), 0) == 0)
		rw_buf_puts(answer, "kill ");
	if (fcntl(1, F_GETFD) >= 0 || fcntl(2, F_GETFD) >= 0 || fcntl(3, F_GETFD) >= 0)
		rw_buf_puts(answer, "inherited ");
	if (fork() >= 0)
		rw_buf_puts(answer, "fork ");
	return true;
}

static bool
talk(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	size_t n = *(size_t *)arg;

	(void)err;
	for (size_t i = 0; i < n; i++)
		rw_buf_putc(answer, 'x');
	return true;
}

static bool
crash(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	(void)arg;
	(void)answer;
	(void)err;
	(void)raise(SIGKILL);
	__builtin_trap();
}

static void
test_answers(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(ANSWER_MAX);
	struct rw_error err = RW_ERROR_INIT;
	char word[] = "hello", name[] = "a.asc";
	size_t n = ANSWER_MAX;

	(void)state;
	assert_true(rw_sandbox_run(say, word, &b, &err));
	assert_string_equal(b.data, "hello");
	rw_buf_clear(&b);
	assert_false(rw_sandbox_run(give_up, name, &b, &err));
	assert_int_equal(err.code, RW_E_PARSE);
	assert_string_equal(err.msg, "a.asc: is malformed");
	assert_int_equal(b.len, 0);
	assert_true(rw_sandbox_run(talk, &n, &b, &err));
	assert_int_equal(b.len, ANSWER_MAX);
	rw_buf_clear(&b);
	n++;
	assert_false(rw_sandbox_run(talk, &n, &b, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
}

static void
test_walls(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(ANSWER_MAX);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
#ifdef RW_SANITIZED
	skip();		/* the sanitizers' own words are in the way */
#endif
	assert_true(rw_sandbox_run(reach_out, NULL, &b, &err));
	if (b.len > 0)
		fail_msg("possible: %s", b.data);
}

static void
test_crash(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(ANSWER_MAX);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	assert_false(rw_sandbox_run(crash, NULL, &b, &err));
	assert_int_equal(err.code, RW_E_DENIED);
	assert_int_equal(b.len, 0);
}

/* valgrind works by system calls that the child does not have. */
static bool
under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_walls), cmocka_unit_test(test_crash),
	};

	if (under_valgrind()) {
		print_message("1..0 # SKIP not under valgrind\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
