#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/buf.h"
#include "server/http/target.h"

/* The path's segments joined by '|', then each parameter as ;name=value. */
static void
shape(const struct rw_target *t, char *out, size_t size)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);

	if (t->asterisk)
		rw_buf_putc(&b, '*');
	for (size_t i = 0; i < t->n_segments; i++) {
		if (i > 0)
			rw_buf_putc(&b, '|');
		rw_buf_put_str(&b, t->segment[i]);
	}
	for (size_t i = 0; i < t->n_params; i++) {
		rw_buf_putc(&b, ';');
		rw_buf_put_str(&b, t->param[i].name);
		rw_buf_putc(&b, '=');
		rw_buf_put_str(&b, t->param[i].value);
	}
	(void)snprintf(out, size, "%s", rw_buf_cstr(&b));
}

static void
test_good(void **state)
{
	static const struct { const char *raw, *shape; } rows[] = {
		{ "/", "" },
		{ "*", "*" },
		{ "/v1/audit", "v1|audit" },
		{ "/v1/audit/", "v1|audit|" },
		{ "//v1", "|v1" },
		{ "/v1/audit?", "v1|audit" },
		{ "/v1/audit?repo=shop&ref=refs/heads/main", "v1|audit;repo=shop;ref=refs/heads/main" },
		{ "/v1/audit?a=&b&&c=d=e", "v1|audit;a=;b=;c=d=e" },
		{ "/a%2Fb", "a/b" },
		{ "/..%2f%2e%2e", "../.." },
		{ "/a+b?c+d=e+f%2B", "a+b;c d=e f+" },
		{ "/?p=%C3%BC", ";p=\xc3\xbc" },
		{ "/?x=%ff", ";x=\xff" },
		{ "/?q=?", ";q=?" },
		{ "http://example.com/v1", "v1" },
		{ "https://example.com:1/v1?a=b", "v1;a=b" },
		{ "/a/b/c/d/e/f/g/h", "a|b|c|d|e|f|g|h" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_target t;
		char got[512];

		print_message("# %s\n", rows[i].raw);
		assert_true(rw_target_parse(a, rw_str(rows[i].raw), &t, &err));
		shape(&t, got, sizeof(got));
		assert_string_equal(got, rows[i].shape);
	}
}

static void
test_bad(void **state)
{
	static const struct { const char *raw, *says; } rows[] = {
		{ "", "start with" }, { "v1", "start with" }, { "http://example.com", "no path" },
		    { "**", "start with" },
		{ "/%", "hexadecimal" }, { "/%4", "hexadecimal" }, { "/%g0", "hexadecimal" },
		    { "/?a=%", "hexadecimal" },
		{ "/%00", "NUL" }, { "/?a=%00b", "NUL" },
		{ "/a b", "percent-encoded" }, { "/\xc3\xbc", "percent-encoded" },
		    { "/?a=\x7f", "percent-encoded" },
		{ "/?a=1&a=2", "twice" }, { "/?a&%61=", "twice" },
		{ "/a/b/c/d/e/f/g/h/i", "segments" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_target t;

		print_message("# row %zu\n", i);
		assert_false(rw_target_parse(a, rw_str(rows[i].raw), &t, &err));
		assert_int_equal(err.code, RW_E_PARSE);
		if (strstr(err.msg, rows[i].says) == NULL)
			fail_msg("'%s' says '%s'", rows[i].raw, err.msg);
	}
}

static void
test_limits(void **state)
{
	(void)state;
	for (unsigned over = 0; over < 2; over++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 20);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_target t;

		print_message("# target of %u bytes\n", RW_TARGET_BYTES + over);
		rw_buf_putc(&b, '/');
		while (b.len < RW_TARGET_BYTES + over)
			rw_buf_putc(&b, 'x');
		assert_int_equal(rw_target_parse(a, rw_buf_str(&b), &t, &err), over == 0);
		if (over)
			assert_int_equal(err.code, RW_E_LIMIT);

		print_message("# %u parameters\n", RW_TARGET_PARAMS + over);
		rw_buf_clear(&b);
		rw_buf_puts(&b, "/?");
		for (unsigned i = 0; i < RW_TARGET_PARAMS + over; i++)
			rw_buf_printf(&b, "p%u&", i);
		assert_int_equal(rw_target_parse(a, rw_buf_str(&b), &t, &err), over == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
