#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/http/accept.h"

static void
test_choose(void **state)
{
	static const char *const types[] = { "application/json", "application/x-ndjson", "text/csv" };
	static const struct { const char *header; int want; } rows[] = {
		{ "", 0 }, { "  ", 0 }, { "*/*", 0 }, { "application/json", 0 },
		    { "application/x-ndjson", 1 }, { "text/csv", 2 },
		{ "TEXT/CSV", 2 }, { "text/*", 2 }, { "application/*", 0 }, { "text/html, */*;q=0.8", 0 },
		{ "text/csv;q=0.5, application/json;q=0.4", 2 },
		    { "text/csv;q=0.4, application/json;q=0.5", 0 },
		{ "application/json;q=0, */*", 1 }, { "application/json;q=0", -1 }, { "*/*;q=0", -1 },
		    { "text/html", -1 },
		{ "application/*;q=0.1, application/x-ndjson;q=0.9", 1 },
		    { "text/csv ; q=1.000 , */*;q=0.001", 2 },
		{ "text/csv;header=present", 2 }, { "text/csv;q=1.001", -1 }, { "text/csv;q=2", -1 },
		    { "text/csv;q=", -1 },
		{ "text/csv;q", -1 }, { "text/csv;q=0.1234", -1 },
		    { "text/csv;q=x, application/json;q=0.1", 0 },
		{ ",,,text/csv,,", 2 }, { "text", -1 }, { "text/", -1 }, { "*", -1 }, { "/", -1 },
		    { "text/csvx", -1 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# '%s'\n", rows[i].header);
		assert_int_equal(rw_accept_choose(rw_str(rows[i].header), types, RW_ARRAY_LEN(types)),
		    rows[i].want);
	}
	assert_int_equal(rw_accept_choose((struct rw_str){ NULL, 0 }, types, RW_ARRAY_LEN(types)), 0);
}

static void
test_media_type(void **state)
{
	static const struct { const char *header; bool want; } rows[] = {
		{ "application/json", true }, { "Application/JSON", true },
		    { "application/json; charset=utf-8", true },
		{ " application/json ;x", true }, { "application/jsonx", false }, { "text/json", false },
		    { "", false },
		{ "application/cloudevents+json", false }, { "application/x-www-form-urlencoded", false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# '%s'\n", rows[i].header);
		assert_int_equal(rw_media_type_is(rw_str(rows[i].header), "application/json"), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_choose),
	    cmocka_unit_test(test_media_type) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
