#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/fanout/host.h"

static struct rw_hosts hs;

static struct rw_host *
host_with(const char *name, struct rw_job *jobs, size_t n)
{
	struct rw_host *h = rw_hosts_get(&hs, name, "80");

	assert_non_null(h);
	for (size_t i = 0; i < n; i++)
		rw_host_wait(&hs, h, &jobs[i]);
	return h;
}

static void
test_turns(void **state)
{
	static struct rw_job a[100], b[2], c[1];
	char got[16] = "";
	struct rw_host *h;

	(void)state;
	rw_hosts_init(&hs);
	assert_null(rw_hosts_next(&hs));
	(void)host_with("a", a, 100);
	(void)host_with("b", b, 2);
	(void)host_with("c", c, 1);
	assert_int_equal(hs.waiting, 103);
	assert_int_equal(hs.n_turn, 3);
	print_message("# one with much to do does not hold up the others\n");
	for (int i = 0; i < 8; i++) {
		h = rw_hosts_next(&hs);
		got[i] = h->name[0];
		assert_non_null(rw_host_pop(&hs, h));
	}
	assert_string_equal(got, "abcabaaa");
	assert_int_equal(hs.waiting, 95);
	assert_int_equal(hs.n_turn, 1);
	print_message("# in the order of arrival\n");
	h = rw_hosts_next(&hs);
	assert_ptr_equal(rw_host_pop(&hs, h), &a[5]);
	while (rw_host_pop(&hs, h) != NULL)
		;
	assert_null(rw_hosts_next(&hs));
	assert_int_equal(hs.waiting, 0);
	rw_hosts_release(&hs);
}

static void
test_limits(void **state)
{
	struct rw_host *h, *down[RW_HOST_FAILING_MAX + 1];
	char name[32];

	(void)state;
	rw_hosts_init(&hs);
	h = rw_hosts_get(&hs, "a", "80");
	for (int i = 0; i < RW_LIMIT_DELIVERY_PER_HOST; i++) {
		assert_true(rw_host_may_start(&hs, h));
		rw_host_started(&hs, h);
	}
	print_message("# no more at one host\n");
	assert_false(rw_host_may_start(&hs, h));
	print_message("# not reached: the others under way count as failing\n");
	rw_host_ended(&hs, h, false);
	assert_int_equal(hs.failing_active, RW_LIMIT_DELIVERY_PER_HOST - 1);
	assert_false(rw_host_may_start(&hs, h));
	assert_false(rw_host_open_circuit(h));
	rw_host_ended(&hs, h, false);
	rw_host_ended(&hs, h, false);
	assert_true(rw_host_open_circuit(h));
	print_message("# one answer closes the circuit\n");
	rw_host_ended(&hs, h, true);
	assert_int_equal(hs.failing_active, 0);
	assert_false(rw_host_open_circuit(h));
	assert_true(rw_host_may_start(&hs, h));
	while (h->active > 0)
		rw_host_ended(&hs, h, true);

	print_message("# all that fail together have a quarter of the places, one each\n");
	for (int i = 0; i <= RW_HOST_FAILING_MAX; i++) {
		(void)snprintf(name, sizeof(name), "down-%d", i);
		down[i] = rw_hosts_get(&hs, name, "80");
		rw_host_started(&hs, down[i]);
		rw_host_ended(&hs, down[i], false);
	}
	for (int i = 0; i < RW_HOST_FAILING_MAX; i++) {
		assert_true(rw_host_may_start(&hs, down[i]));
		rw_host_started(&hs, down[i]);
		assert_false(rw_host_may_start(&hs, down[i]));
	}
	assert_false(rw_host_may_start(&hs, down[RW_HOST_FAILING_MAX]));
	assert_true(rw_host_may_start(&hs, h));
	rw_host_ended(&hs, down[0], true);
	assert_true(rw_host_may_start(&hs, down[RW_HOST_FAILING_MAX]));
	rw_hosts_release(&hs);
}

static void
test_table(void **state)
{
	static struct rw_job job;
	struct rw_host *a, *b;

	(void)state;
	rw_hosts_init(&hs);
	a = rw_hosts_get(&hs, "example.com", "80");
	print_message("# the port is a part of it\n");
	assert_ptr_equal(rw_hosts_get(&hs, "example.com", "80"), a);
	b = rw_hosts_get(&hs, "example.com", "443");
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(rw_hosts_by_tag(&hs, b->tag), b);
	assert_null(rw_hosts_by_tag(&hs, 99));
	assert_false(a->literal);
	assert_true(rw_hosts_get(&hs, "192.0.2.1", "80")->literal);
	assert_true(rw_hosts_get(&hs, "2001:db8::1", "80")->literal);
	print_message("# forgotten when idle, not while something waits or is asked for\n");
	rw_host_wait(&hs, a, &job);
	b->names = RW_NAMES_ASKED;
	rw_hosts_sweep(&hs, 1000);
	assert_ptr_equal(rw_hosts_by_tag(&hs, 1), a);
	assert_ptr_equal(rw_hosts_by_tag(&hs, 2), b);
	assert_null(rw_hosts_by_tag(&hs, 3));
	(void)rw_host_pop(&hs, a);
	b->names = RW_NAMES_KNOWN;
	b->names_until = 2000;
	rw_hosts_sweep(&hs, 1999);
	assert_null(rw_hosts_by_tag(&hs, 1));
	assert_ptr_equal(rw_hosts_by_tag(&hs, 2), b);
	print_message("# a failing one is remembered longer\n");
	rw_host_started(&hs, b);
	rw_host_ended(&hs, b, false);
	rw_hosts_sweep(&hs, 2000);
	assert_ptr_equal(rw_hosts_by_tag(&hs, 2), b);
	rw_hosts_sweep(&hs, 2000 + 10 * 60 * 1000);
	assert_null(rw_hosts_by_tag(&hs, 2));
	rw_hosts_release(&hs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
