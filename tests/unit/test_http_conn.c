#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/http/conn.h"

/* Has the other end been shut down? */
static bool
ended(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static void
test_phases(void **state)
{
	static const struct { const char *name; enum rw_conn_phase phase; int64_t ms; } rows[] = {
		{ "header", RW_CONN_HEADER, 40000 },
		{ "body", RW_CONN_BODY, 20000 },
		{ "answer", RW_CONN_ANSWER, 120000 },
	};
	struct rw_conns *s = rw_conns_new();

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_conn *c;
		int fd[2];

		print_message("# %s\n", rows[i].name);
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
		c = rw_conn_add(s, fd[0], 0);
		rw_conn_phase(s, c, rows[i].phase, 1000);
		assert_int_equal(rw_conns_sweep(s, 1000 + rows[i].ms - 1), 0);
		assert_false(ended(fd[1]));
		assert_int_equal(rw_conns_sweep(s, 1000 + rows[i].ms), 1);
		assert_true(ended(fd[1]));
		rw_conn_remove(s, c);
		assert_int_equal(rw_conns_sweep(s, INT64_MAX), 0);
		close(fd[0]);
		close(fd[1]);
	}
	rw_conns_free(s);
}

static void
test_trickle(void **state)
{
	struct rw_conns *s = rw_conns_new();
	struct rw_conn *c[3];
	int fd[3][2];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd[i]), 0);
		c[i] = rw_conn_add(s, fd[i][0], 0);
	}
	print_message("# bytes that come now and then do not help: only the next phase does\n");
	assert_int_equal(write(fd[1][1], "G", 1), 1);
	rw_conn_phase(s, c[2], RW_CONN_ANSWER, 30000);
	assert_int_equal(rw_conns_sweep(s, 40000), 2);
	assert_true(ended(fd[0][1]));
	assert_true(ended(fd[1][1]));
	assert_false(ended(fd[2][1]));
	print_message("# taken out in any order\n");
	rw_conn_remove(s, c[1]);
	rw_conn_remove(s, c[0]);
	rw_conn_remove(s, NULL);
	assert_int_equal(rw_conns_sweep(s, INT64_MAX), 1);
	rw_conns_free(s);		/* with one left */
	for (int i = 0; i < 3; i++) {
		close(fd[i][0]);
		close(fd[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_phases), cmocka_unit_test(test_trickle) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
