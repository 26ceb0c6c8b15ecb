#include "unit.h"

#include "refwall/buf.h"

/* A refused allocation is a result here, not the end. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
writes(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	assert_string_equal(rw_buf_cstr(&b), "");
	rw_buf_put(&b, NULL, 0);
	assert_null(b.data);
	rw_buf_puts(&b, "ab");
	rw_buf_putc(&b, 'c');
	rw_buf_put_str(&b, (struct rw_str){ NULL, 0 });
	rw_buf_printf(&b, "%d", 42);
	assert_true(rw_buf_ok(&b, "x", &e));
	assert_str(rw_buf_str(&b), "abc42");
	assert_string_equal(rw_buf_cstr(&b), "abc42");
	rw_buf_truncate(&b, 9);
	assert_int_equal(b.len, 5);
	rw_buf_truncate(&b, 1);
	assert_string_equal(rw_buf_cstr(&b), "a");
	rw_buf_clear(&b);
	assert_string_equal(rw_buf_cstr(&b), "");
}

static void
big_endian(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);

	(void)state;
	rw_buf_put_u8(&b, 0xfe);
	rw_buf_put_u32(&b, 0x01020304);
	rw_buf_put_u64(&b, 0x05060708090a0b0cu);
	rw_buf_put_string32(&b, RW_STR_LIT("hi"));
	assert_int_equal(b.len, 19);
	assert_memory_equal(b.data, "\xfe\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\0\0\0\2hi", 20);
}

/* Every way to write fits at n and fails at n + 1. */
static void
bound(void **state)
{
	static const struct { const char *name; size_t need; int how; } rows[] = {
		{ "put", 10, 0 }, { "puts", 10, 1 }, { "printf, short", 10, 2 }, { "printf, long", 500, 3 },
		{ "byte by byte", 200, 4 }, { "string32", 14, 5 }, { "u64", 8, 6 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		for (size_t less = 0; less < 2; less++) {
			rw_auto_buf struct rw_buf b = RW_BUF_INIT(rows[i].need - less);
			struct rw_error e = RW_ERROR_INIT;

			print_message("# %s, %zu of %zu\n", rows[i].name, b.max, rows[i].need);
			switch (rows[i].how) {
			case 0: rw_buf_put(&b, "0123456789", 10); break;
			case 1: rw_buf_puts(&b, "0123456789"); break;
			case 2: rw_buf_printf(&b, "%010d", 7); break;
			case 3: rw_buf_printf(&b, "%0500d", 7); break;
			case 4: for (int k = 0; k < 200; k++) rw_buf_putc(&b, 'x'); break;
			case 5: rw_buf_put_string32(&b, RW_STR_LIT("0123456789")); break;
			default: rw_buf_put_u64(&b, 1); break;
			}
			if (less == 0) {
				assert_true(rw_buf_ok(&b, "it", &e));
				assert_int_equal(b.len, rows[i].need);
				assert_int_equal(b.data[b.len], 0);
				continue;
			}
			assert_false(rw_buf_ok(&b, "it", &e));
			assert_int_equal(e.code, RW_E_LIMIT);
			assert_memory_equal(e.msg, "it: more than", 13);
			assert_null(b.data);
			rw_buf_puts(&b, "");
			rw_buf_putc(&b, 'x');
			assert_int_equal(b.len, 0);
			assert_string_equal(rw_buf_cstr(&b), "");
			assert_null(rw_buf_detach(&b));
			rw_buf_clear(&b);
			rw_buf_putc(&b, 'x');
			assert_true(rw_buf_ok(&b, "it", &e));
		}
	}
}

static void
no_room_at_all(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(0);
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	rw_buf_puts(&b, "");
	assert_true(rw_buf_ok(&b, "it", &e));
	rw_buf_putc(&b, 'x');
	assert_false(rw_buf_ok(&b, "it", &e));
}

static void
no_memory(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(SIZE_MAX - 1), unbounded = RW_BUF_INIT(SIZE_MAX);
	volatile size_t huge = SIZE_MAX / 2;
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	rw_buf_puts(&b, "kept?");
	rw_buf_put(&b, "", huge);
	assert_null(b.data);
	assert_false(rw_buf_ok(&b, "it", &e));
	assert_int_equal(e.code, RW_E_NOMEM);
	/* There is no unbounded buffer. */
	rw_buf_putc(&unbounded, 'x');
	assert_false(rw_buf_ok(&unbounded, "it", &e));
	assert_int_equal(e.code, RW_E_LIMIT);
}

static void
detach(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(10);
	rw_autofree char *empty = rw_buf_detach(&b);
	rw_autofree char *full = NULL;

	(void)state;
	assert_string_equal(empty, "");
	rw_buf_puts(&b, "x");
	full = rw_buf_detach(&b);
	assert_string_equal(full, "x");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	rw_buf_puts(&b, "0123456789");
	assert_false(b.failed);
}

/* Room is made to the byte, keeps what is there, and knows the bound. */
static void
reserves(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	rw_buf_reserve(&b, 0);
	assert_string_equal(rw_buf_cstr(&b), "");
	rw_buf_puts(&b, "abc");
	rw_buf_reserve(&b, 97);
	assert_true(rw_buf_ok(&b, "buffer", &err));
	assert_int_equal(b.cap, 101);
	assert_int_equal(b.len, 3);
	assert_string_equal(b.data, "abc");
	rw_buf_reserve(&b, 98);
	assert_false(rw_buf_ok(&b, "buffer", &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	rw_buf_reserve(&b, 1);
	assert_null(b.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(big_endian),
		cmocka_unit_test(bound),
		cmocka_unit_test(no_room_at_all),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(detach),
		cmocka_unit_test(reserves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
