#include "unit.h"

#include "refwall/reader.h"

static void
numbers(void **state)
{
	struct rw_reader r = rw_reader_init(RW_STR_LIT("\xfe\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c"));

	(void)state;
	assert_int_equal(rw_reader_u8(&r), 0xfe);
	assert_int_equal(rw_reader_u32(&r), 0x01020304);
	assert_false(rw_reader_done(&r));
	assert_true(rw_reader_u64(&r) == 0x05060708090a0b0cu);
	assert_true(rw_reader_done(&r));
	assert_int_equal(rw_reader_u8(&r), 0);
	assert_false(rw_reader_done(&r));
}

/* One byte too few: zero, empty, and bad for ever. */
static void
short_input(void **state)
{
	static const char bytes[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct rw_reader r;

	(void)state;
	r = rw_reader_init((struct rw_str){ bytes, 0 });
	assert_int_equal(rw_reader_u8(&r), 0);
	assert_true(r.bad);
	r = rw_reader_init((struct rw_str){ bytes, 3 });
	assert_int_equal(rw_reader_u32(&r), 0);
	assert_int_equal(rw_reader_u8(&r), 0);
	assert_int_equal(rw_reader_bytes(&r, 0).n, 0);
	assert_false(rw_reader_done(&r));
	r = rw_reader_init((struct rw_str){ bytes, 7 });
	assert_true(rw_reader_u64(&r) == 0);
	assert_true(r.bad);
	r = rw_reader_init((struct rw_str){ bytes, 8 });
	assert_null(rw_reader_bytes(&r, 9).p);
	assert_true(r.bad);
	r = rw_reader_init((struct rw_str){ bytes, 8 });
	assert_null(rw_reader_bytes(&r, SIZE_MAX).p);
	r = rw_reader_init((struct rw_str){ NULL, 0 });
	assert_int_equal(rw_reader_bytes(&r, 0).n, 0);
	assert_true(rw_reader_done(&r));
}

static void
strings(void **state)
{
	static const struct { const char *name; struct rw_str in; bool ok; const char *want; } rows[] = {
		{ "two bytes", RW_STR_LIT("\0\0\0\2hi"), true, "hi" },
		{ "empty", RW_STR_LIT("\0\0\0\0"), true, "" },
		{ "one byte short", RW_STR_LIT("\0\0\0\3hi"), false, "" },
		{ "length cut", RW_STR_LIT("\0\0\0"), false, "" },
		{ "largest length", RW_STR_LIT("\xff\xff\xff\xffhi"), false, "" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_reader r = rw_reader_init(rows[i].in);

		print_message("# %s\n", rows[i].name);
		assert_str(rw_reader_string32(&r), rows[i].want);
		assert_int_equal(rw_reader_done(&r), rows[i].ok);
	}
}

static void
lines(void **state)
{
	struct rw_reader r = rw_reader_init(RW_STR_LIT("a b\n\nlast"));

	(void)state;
	assert_str(rw_reader_until(&r, ' '), "a");
	assert_str(rw_reader_line(&r), "b");
	assert_str(rw_reader_line(&r), "");
	assert_false(r.bad);
	assert_null(rw_reader_line(&r).p);
	assert_true(r.bad);
	r = rw_reader_init(RW_STR_LIT("x\n"));
	assert_str(rw_reader_line(&r), "x");
	assert_true(rw_reader_done(&r));
	assert_null(rw_reader_line(&r).p);
	assert_true(r.bad);
}

static void
skipping(void **state)
{
	struct rw_reader r = rw_reader_init(RW_STR_LIT("tree x"));

	(void)state;
	assert_false(rw_reader_skip(&r, "trees"));
	assert_true(rw_reader_skip(&r, ""));
	assert_true(rw_reader_skip(&r, "tree "));
	assert_false(rw_reader_skip(&r, "xy"));
	assert_false(r.bad);
	assert_true(rw_reader_skip(&r, "x"));
	assert_true(rw_reader_done(&r));
	assert_false(rw_reader_skip(&r, "x"));
	assert_true(rw_reader_done(&r));
	(void)rw_reader_u8(&r);
	assert_false(rw_reader_skip(&r, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(short_input),
		cmocka_unit_test(strings),
		cmocka_unit_test(lines),
		cmocka_unit_test(skipping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
