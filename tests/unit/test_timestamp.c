#include "unit.h"

#include <time.h>

#include "refwall/timestamp.h"

static void
parsing(void **state)
{
	static const struct { const char *in; bool ok; const char *want; } rows[] = {
		{ "1970-01-01T00:00:00Z", true, "1970-01-01T00:00:00.000Z" },
		{ "2026-11-22T08:30:37.123Z", true, "2026-11-22T08:30:37.123Z" },
		{ "2026-11-22T08:30:37.1Z", true, "2026-11-22T08:30:37.100Z" },
		{ "2026-11-22T08:30:37.123999999Z", true, "2026-11-22T08:30:37.123Z" },
		{ "2026-11-22T08:30:37+01:00", true, "2026-11-22T07:30:37.000Z" },
		{ "2026-12-31T23:30:00-01:00", true, "2027-01-01T00:30:00.000Z" },
		{ "2026-11-22T08:30:37-00:00", true, "2026-11-22T08:30:37.000Z" },
		{ "2027-01-01", true, "2027-01-01T00:00:00.000Z" },
		{ "2024-02-29", true, "2024-02-29T00:00:00.000Z" },
		{ "2000-02-29", true, "2000-02-29T00:00:00.000Z" },
		{ "9999-12-31T23:59:59.999Z", true, "9999-12-31T23:59:59.999Z" },
		{ "1970-01-01T01:00:00+01:00", true, "1970-01-01T00:00:00.000Z" },
		{ "2025-02-29", false, NULL }, { "2100-02-29", false, NULL }, { "2026-04-31", false, NULL },
		{ "2026-00-01", false, NULL }, { "2026-13-01", false, NULL }, { "2026-01-00", false, NULL },
		{ "2026-01-32", false, NULL }, { "1969-12-31", false, NULL }, { "0000-01-01", false, NULL },
		{ "10000-01-01", false, NULL }, { "1970-01-01T00:00:00+00:01", false, NULL },
		{ "9999-12-31T23:59:59-00:01", false, NULL }, { "2026-11-22T24:00:00Z", false, NULL },
		{ "2026-11-22T08:60:00Z", false, NULL }, { "2026-11-22T08:30:60Z", false, NULL },
		{ "2026-11-22T08:30:37", false, NULL }, { "2026-11-22T08:30Z", false, NULL },
		{ "2026-11-22 08:30:37Z", false, NULL }, { "2026-11-22t08:30:37z", false, NULL },
		{ "2026-11-22T08:30:37.Z", false, NULL }, { "2026-11-22T08:30:37.1234567890Z", false, NULL },
		{ "2026-11-22T08:30:37,5Z", false, NULL }, { "2026-11-22T08:30:37+24:00", false, NULL },
		{ "2026-11-22T08:30:37+01:60", false, NULL }, { "2026-11-22T08:30:37+0100", false, NULL },
		{ "2026-11-22T08:30:37+01", false, NULL }, { "2026-11-22T08:30:37ZZ", false, NULL },
		{ "2026-11-22Z", false, NULL }, { "2026-11-2", false, NULL }, { "26-11-22", false, NULL },
		{ " 2026-11-22", false, NULL }, { "2026-11-22 ", false, NULL }, { "2026-+1-22", false, NULL },
		{ "", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		char z[RW_TIME_LEN];
		rw_time t = 4711;

		print_message("# '%s'\n", rows[i].in);
		assert_int_equal(rw_time_parse(rw_str(rows[i].in), &t), rows[i].ok);
		if (rows[i].ok)
			assert_string_equal(rw_time_format(t, z), rows[i].want);
		else
			assert_true(t == 4711);
	}
}

/* Every day to the year 9999 agrees with the C library, and reads back. */
static void
calendar(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 2932897; day += day < 50000 ? 1 : 13) {
		time_t s = (time_t)(day * 86400 + day % 86400);
		char want[64], z[RW_TIME_LEN];
		struct tm tm;
		rw_time back;

		assert_non_null(gmtime_r(&s, &tm));
		assert_int_not_equal(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.007Z", &tm), 0);
		if (strcmp(rw_time_format((rw_time)s * 1000 + 7, z), want) != 0)
			fail_msg("%s is not %s", z, want);
		assert_true(rw_time_parse(rw_str(z), &back));
		assert_true(back == (rw_time)s * 1000 + 7);
	}
}

static void
out_of_range(void **state)
{
	char z[RW_TIME_LEN];

	(void)state;
	assert_string_equal(rw_time_format(RW_TIME_NONE, z), "-");
	assert_string_equal(rw_time_format(-1, z), "1970-01-01T00:00:00.000Z");
	assert_string_equal(rw_time_format(INT64_MAX, z), "9999-12-31T23:59:59.999Z");
	assert_string_equal(rw_time_format(INT64_C(253402300799999) + 1, z), "9999-12-31T23:59:59.999Z");
}

static void
durations(void **state)
{
	static const struct { const char *in; bool ok; int64_t want; } rows[] = {
		{ "0s", true, 0 }, { "500ms", true, 500 }, { "30s", true, 30000 }, { "15m", true, 900000 },
		{ "24h", true, 86400000 }, { "7d", true, 604800000 },
		{ "3650d", true, INT64_C(315360000000) },
		{ "3651d", false, 0 }, { "315360000000ms", true, INT64_C(315360000000) },
		{ "315360000001ms", false, 0 }, { "99999999999999999999d", false, 0 }, { "", false, 0 },
		{ "5", false, 0 },
		{ "s", false, 0 }, { "05s", false, 0 }, { "-5s", false, 0 }, { "1.5h", false, 0 },
		{ "1h30m", false, 0 },
		{ "5 s", false, 0 }, { "5S", false, 0 }, { "5w", false, 0 }, { "5sec", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		int64_t v = 4711;

		print_message("# '%s'\n", rows[i].in);
		assert_int_equal(rw_duration_parse(rw_str(rows[i].in), &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].want : 4711));
	}
}

static void
clocks(void **state)
{
	rw_time then, t = rw_time_now();
	int64_t m = rw_time_monotonic();

	(void)state;
	assert_true(rw_time_parse(RW_STR_LIT("2024-01-01"), &then));
	assert_true(t > then);
	assert_true(rw_time_monotonic() >= m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing),
		cmocka_unit_test(calendar),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(durations),
		cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
