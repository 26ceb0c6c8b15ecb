#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/buf.h"
#include "server/http/body.h"

static void
test_rows(void **state)
{
	static const struct { const char *json; enum rw_error_code code; const char *says, *url,
	    *ref; } rows[] = {
		{ "{\"url\":\"u\"}", RW_E_NONE, NULL, "u", NULL },
		{ " {\"url\" : \"u\", \"ref\":\"r\"}\n", RW_E_NONE, NULL, "u", "r" },
		{ "{\"url\":\"\\u00fc\"}", RW_E_NONE, NULL, "\xc3\xbc", NULL },
		{ "{\"url\":\"u\",\"ref\":null}", RW_E_NONE, NULL, "u", NULL },
		{ "{\"url\":\"u\",\"ref\":\"\"}", RW_E_NONE, NULL, "u", "" },
		{ "{\"url\":\"u\",\"ref\":\"12345678\"}", RW_E_NONE, NULL, "u", "12345678" },
		{ "{\"url\":\"u\",\"ref\":\"123456789\"}", RW_E_USAGE, "longer than 8", NULL, NULL },
		{ "", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{\"url\":\"u\"} x", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{\"url\":\"u\",}", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{'url':'u'}", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{\"url\":\"u\",\"url\":\"v\"}", RW_E_PARSE, "duplicate", NULL, NULL },
		{ "{\"url\":\"a\\u0000b\"}", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{\"url\":\"\xff\"}", RW_E_PARSE, "line 1", NULL, NULL },
		{ "{\"url\":\"\\ud800\"}", RW_E_PARSE, "line 1", NULL, NULL },
		{ "[]", RW_E_USAGE, "object", NULL, NULL },
		{ "\"x\"", RW_E_USAGE, "object", NULL, NULL },
		{ "{}", RW_E_USAGE, "\"url\" is missing", NULL, NULL },
		{ "{\"url\":null}", RW_E_USAGE, "\"url\" is missing", NULL, NULL },
		{ "{\"url\":1}", RW_E_USAGE, "must be a string", NULL, NULL },
		{ "{\"url\":[\"u\"]}", RW_E_USAGE, "must be a string", NULL, NULL },
		{ "{\"url\":\"u\",\"rfe\":\"x\"}", RW_E_USAGE, "did you mean \"ref\"", NULL, NULL },
		{ "{\"url\":\"u\",\"a\\u001bb\":1}", RW_E_USAGE, "a\\x1bb", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_str url, ref;
		const struct rw_body_member m[] = { { "url", true, 2048, &url }, { "ref", false, 8, &ref } };

		print_message("# row %zu\n", i);
		if (rows[i].code == RW_E_NONE) {
			assert_true(rw_body_read(a, rw_str(rows[i].json), m, 2, &err));
			assert_string_equal(url.p, rows[i].url);
			if (rows[i].ref == NULL)
				assert_null(ref.p);
			else
				assert_string_equal(ref.p, rows[i].ref);
			continue;
		}
		assert_false(rw_body_read(a, rw_str(rows[i].json), m, 2, &err));
		assert_int_equal(err.code, rows[i].code);
		if (strstr(err.msg, rows[i].says) == NULL)
			fail_msg("'%s' says '%s'", rows[i].json, err.msg);
	}
}

static void
test_deep(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1 << 17);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_str url;
	const struct rw_body_member m[] = { { "url", true, 2048, &url } };

	(void)state;
	for (int i = 0; i < 60000; i++)
		rw_buf_putc(&b, '[');
	assert_false(rw_body_read(a, rw_buf_str(&b), m, 1, &err));
	assert_int_equal(err.code, RW_E_PARSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_deep) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
