#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/http/limiter.h"

static struct rw_limiter limiter;

static void
v4(uint32_t n, uint8_t out[16])
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(n >> (24 - 8 * i));
}

static void
test_burst(void **state)
{
	uint8_t a[16], b[16];
	int64_t now = 1000;

	(void)state;
	memset(&limiter, 0, sizeof(limiter));
	v4(0x0a000001, a);
	v4(0x0a000002, b);
	for (int i = 0; i < RW_LIMITER_BURST; i++)
		assert_int_equal(rw_limiter_fail(&limiter, a, now), 0);
	print_message("# one more\n");
	assert_int_equal(rw_limiter_fail(&limiter, a, now), RW_LIMITER_REFILL_MS);
	print_message("# another peer\n");
	assert_int_equal(rw_limiter_fail(&limiter, b, now), 0);
	print_message("# just before and at the refill\n");
	assert_int_equal(rw_limiter_fail(&limiter, a, now + RW_LIMITER_REFILL_MS - 1), 1);
	assert_int_equal(rw_limiter_fail(&limiter, a, now + RW_LIMITER_REFILL_MS), 0);
	assert_int_equal(rw_limiter_fail(&limiter, a, now + RW_LIMITER_REFILL_MS), RW_LIMITER_REFILL_MS);
	print_message("# everything is forgiven after a while\n");
	now += RW_LIMITER_REFILL_MS * (RW_LIMITER_BURST + 5);
	for (int i = 0; i < RW_LIMITER_BURST; i++)
		assert_int_equal(rw_limiter_fail(&limiter, a, now), 0);
	assert_true(rw_limiter_fail(&limiter, a, now) > 0);
}

static void
test_v6(void **state)
{
	uint8_t a[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1 },
	    b[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 2 };

	(void)state;
	memset(&limiter, 0, sizeof(limiter));
	print_message("# addresses of one /64 are one peer\n");
	for (int i = 0; i < RW_LIMITER_BURST; i++) {
		a[15] = (uint8_t)i;
		assert_int_equal(rw_limiter_fail(&limiter, a, 1000), 0);
	}
	a[15] = 99;
	assert_true(rw_limiter_fail(&limiter, a, 1000) > 0);
	assert_int_equal(rw_limiter_fail(&limiter, b, 1000), 0);
}

static void
test_full(void **state)
{
	uint8_t a[16];

	(void)state;
	memset(&limiter, 0, sizeof(limiter));
	print_message("# many peers: no crash, no growth, and one that goes on is still stopped\n");
	for (uint32_t n = 0; n < 100000; n++) {
		v4(n, a);
		(void)rw_limiter_fail(&limiter, a, 1000 + n);
	}
	v4(0x7f000001, a);
	for (int i = 0; i < RW_LIMITER_BURST; i++)
		assert_int_equal(rw_limiter_fail(&limiter, a, 200000), 0);
	assert_true(rw_limiter_fail(&limiter, a, 200000) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
