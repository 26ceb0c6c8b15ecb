#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/fanout.h"

#define LAST RW_LIMIT_DELIVERY_ATTEMPTS

static void
test_outcome(void **state)
{
	static const struct { int status; unsigned attempts; enum rw_outcome want; } rows[] = {
		{ 200, 1, RW_OUTCOME_DONE }, { 201, 1, RW_OUTCOME_DONE }, { 202, 1, RW_OUTCOME_DONE },
		{ 204, 1, RW_OUTCOME_DONE }, { 299, 1, RW_OUTCOME_DONE }, { 200, LAST, RW_OUTCOME_DONE },
		{ 200, LAST + 1, RW_OUTCOME_DONE },
		{ 0, 1, RW_OUTCOME_RETRY }, { 100, 1, RW_OUTCOME_RETRY }, { 199, 1, RW_OUTCOME_RETRY },
		{ 300, 1, RW_OUTCOME_RETRY }, { 301, 1, RW_OUTCOME_RETRY }, { 302, 1, RW_OUTCOME_RETRY },
		{ 307, 1, RW_OUTCOME_RETRY }, { 400, 1, RW_OUTCOME_RETRY }, { 401, 1, RW_OUTCOME_RETRY },
		{ 404, 1, RW_OUTCOME_RETRY }, { 413, 1, RW_OUTCOME_RETRY }, { 429, 1, RW_OUTCOME_RETRY },
		{ 500, 1, RW_OUTCOME_RETRY }, { 503, 1, RW_OUTCOME_RETRY }, { 599, 1, RW_OUTCOME_RETRY },
		{ -1, 1, RW_OUTCOME_RETRY }, { 2000, 1, RW_OUTCOME_RETRY },
		{ 500, LAST - 1, RW_OUTCOME_RETRY }, { 500, LAST, RW_OUTCOME_DEAD },
		    { 500, LAST + 1, RW_OUTCOME_DEAD },
		{ 0, LAST, RW_OUTCOME_DEAD }, { 302, LAST, RW_OUTCOME_DEAD },
		{ 410, 1, RW_OUTCOME_GONE }, { 410, LAST, RW_OUTCOME_GONE }, { 411, 1, RW_OUTCOME_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %d after %u\n", rows[i].status, rows[i].attempts);
		assert_int_equal(rw_retry_outcome(rows[i].status, rows[i].attempts), rows[i].want);
	}
}

static void
test_delay(void **state)
{
	static const struct { const char *name; unsigned attempts; int status; int64_t after, low,
	    high; } rows[] = {
		{ "first", 1, 500, 0, 800, 1200 },
		{ "zero counts as first", 0, 500, 0, 800, 1200 },
		{ "second", 2, 500, 0, 2400, 3600 },
		{ "third", 3, 0, 0, 7200, 10800 },
		{ "eighth", 8, 500, 0, 2187000 * 8 / 10, 2187000 * 12 / 10 },
		{ "ninth is an hour, never more", 9, 500, 0, 2880000, 3600000 },
		{ "last", LAST, 500, 0, 2880000, 3600000 },
		{ "absurd", 4000000000u, 500, 0, 2880000, 3600000 },
		{ "429 without a time", 1, 429, 0, 24000, 36000 },
		{ "429 with a short time", 1, 429, 4000, 4000, 4400 },
		{ "429 with a time below the back-off", 3, 429, 1000, 7200, 10800 },
		{ "429 with a longer time", 1, 429, 60000, 60000, 66000 },
		{ "Retry-After is a lower bound", 1, 503, 10000, 10000, 11000 },
		{ "Retry-After below the back-off", 5, 503, 1000, 64800, 97200 },
		{ "Retry-After at the bound", 1, 503, 3600000, 3600000, 3600000 },
		{ "Retry-After beyond the bound", 1, 503, INT64_MAX / 4, 3600000, 3600000 },
	};
	static const uint32_t random[] = { 0, 1, 1u << 30, 0x7fffffff, 1u << 31, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		int64_t least = INT64_MAX, most = 0;

		print_message("# %s\n", rows[i].name);
		for (size_t k = 0; k < RW_ARRAY_LEN(random); k++) {
			int64_t ms = rw_retry_delay(rows[i].attempts, rows[i].status, rows[i].after,
			    random[k]);

			assert_true(ms >= rows[i].low);
			assert_true(ms <= rows[i].high);
			least = ms < least ? ms : least;
			most = ms > most ? ms : most;
		}
		assert_int_equal(least, rows[i].low);
		assert_int_equal(most, rows[i].high);
	}
}

static void
test_after(void **state)
{
	static const struct { const char *value; int64_t want; } rows[] = {
		{ "", 0 }, { "0", 0 }, { "1", 1000 }, { "120", 120000 }, { " 7 ", 7000 }, { "7\r\n", 7000 },
		    { "007", 7000 },
		{ "3600", 3600000 }, { "3601", 3600000 }, { "99999999999999999999999999", 3600000 },
		{ "-1", 0 }, { "+1", 0 }, { "1.5", 0 }, { "1s", 0 }, { "soon", 0 }, { "1, 2", 0 },
		    { "0x10", 0 },
		/* now is Sun, 06 Nov 1994 08:49:37 GMT */
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:38 GMT", 1000 },
		{ "Sun, 06 Nov 1994 08:50:37 GMT", 60000 },
		{ "Sun, 06 Nov 1994 09:49:37 GMT", 3600000 },
		{ "Sun, 06 Nov 1994 09:49:38 GMT", 3600000 },
		{ "Sun, 06 Nov 9999 08:49:37 GMT", 3600000 },
		{ "Sun, 06 Nov 1994 08:49:36 GMT", 0 },
		{ "Mon, 07 Nov 1988 08:49:37 GMT", 0 },
		{ "Sunday, 06-Nov-94 08:49:47 GMT", 10000 },
		{ "Sunday, 06-Nov-44 08:49:47 GMT", 0 },
		{ "Saturday, 06-Nov-10 08:49:47 GMT", 0 },
		{ "Sun Nov  6 08:49:47 1994", 10000 },
		{ "Sun Nov 06 08:49:47 1994", 10000 },
		{ "Sun Nov 16 08:49:47 1994", 3600000 },
		{ "Sun, 06 Nov 1994 08:49:47 UTC", 0 },
		{ "Sun, 06 Nov 1994 08:49:47 GMT+1", 0 },
		{ "Sun, 06 nov 1994 08:49:47 GMT", 0 },
		{ "Sun, 6 Nov 1994 08:49:47 GMT", 0 },
		{ "Sun, 31 Nov 1994 08:49:47 GMT", 0 },
		{ "Sun, 06 Nov 1994 24:49:47 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:60:47 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:47", 0 },
		{ "Sun, 06 Nov 1994", 0 }, { ",", 0 }, { "Sun,", 0 }, { "Sun", 0 },
	};
	rw_time now;

	(void)state;
	assert_true(rw_time_parse(RW_STR_LIT("1994-11-06T08:49:37Z"), &now));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# '%.60s'\n", rows[i].value);
		assert_int_equal(rw_retry_after(rw_str(rows[i].value), now), rows[i].want);
	}
	print_message("# NUL bytes\n");
	assert_int_equal(rw_retry_after((struct rw_str){ "1\0", 2 }, now), 0);
	assert_int_equal(rw_retry_after((struct rw_str){ NULL, 0 }, now), 0);
	print_message("# a two-digit year is the nearest that is not over 50 years ahead\n");
	assert_true(rw_time_parse(RW_STR_LIT("2099-12-31T23:59:59Z"), &now));
	assert_int_equal(rw_retry_after(RW_STR_LIT("Thursday, 31-Dec-99 23:59:59 GMT"), now), 0);
	assert_int_equal(rw_retry_after(RW_STR_LIT("Friday, 01-Jan-00 00:00:01 GMT"), now), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
