#include "unit.h"

#include "refwall/encoding.h"

static void
hex(void **state)
{
	static const struct { const char *name; struct rw_str in; size_t n; bool ok; } rows[] = {
		{ "lower", RW_STR_LIT("00ff7f"), 3, true },
		{ "upper", RW_STR_LIT("00FF7F"), 3, true },
		{ "odd", RW_STR_LIT("00ff7"), 3, false },
		{ "long", RW_STR_LIT("00ff7f00"), 3, false },
		{ "not a digit", RW_STR_LIT("00fg7f"), 3, false },
		{ "space", RW_STR_LIT(" 0ff7f"), 3, false },
		{ "NUL", RW_STR_LIT("00\0f7f"), 3, false },
		{ "high byte", RW_STR_LIT("00\xff\xff""7f"), 3, false },
	};
	uint8_t out[3];
	char z[7];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].name);
		assert_int_equal(rw_hex_decode(rows[i].in, out, rows[i].n), rows[i].ok);
		if (rows[i].ok)
			assert_memory_equal(out, "\0\xff\x7f", 3);
	}
	assert_true(rw_hex_decode(RW_STR_LIT(""), out, 0));
	assert_false(rw_hex_decode(RW_STR_LIT(""), out, SIZE_MAX / 2 + 1));
	assert_string_equal(rw_hex_encode("\0\xff\x7f", 3, z), "00ff7f");
	assert_string_equal(rw_hex_encode(NULL, 0, z), "");
}

/* RFC 4648 section 10, and what a strict reader refuses. */
static void
base64(void **state)
{
	static const struct { const char *name, *text; struct rw_str code; bool strict, lines; } rows[] = {
		{ "empty", "", RW_STR_LIT(""), true, true },
		{ "f", "f", RW_STR_LIT("Zg=="), true, true },
		{ "fo", "fo", RW_STR_LIT("Zm8="), true, true },
		{ "foo", "foo", RW_STR_LIT("Zm9v"), true, true },
		{ "foobar", "foobar", RW_STR_LIT("Zm9vYmFy"), true, true },
		{ "digits 62 and 63", "\xfb\xff", RW_STR_LIT("+/8="), true, true },
		{ "line feed", "foobar", RW_STR_LIT("Zm9v\nYmFy\n"), false, true },
		{ "all white space", "foobar", RW_STR_LIT(" Zm\t9v\r\nYmFy "), false, true },
		{ "space in padding", "f", RW_STR_LIT("Zg=\n="), false, true },
		{ "no padding", NULL, RW_STR_LIT("Zg"), false, false },
		{ "half padding", NULL, RW_STR_LIT("Zg="), false, false },
		{ "one digit", NULL, RW_STR_LIT("Z"), false, false },
		{ "one digit, padded", NULL, RW_STR_LIT("Z==="), false, false },
		{ "only padding", NULL, RW_STR_LIT("===="), false, false },
		{ "unused bits, two pads", NULL, RW_STR_LIT("Zh=="), false, false },
		{ "unused bits, one pad", NULL, RW_STR_LIT("Zm9="), false, false },
		{ "digit behind a pad", NULL, RW_STR_LIT("Zg=v"), false, false },
		{ "quantum behind padding", NULL, RW_STR_LIT("Zg==Zg=="), false, false },
		{ "extra pad", NULL, RW_STR_LIT("Zm9v="), false, false },
		{ "extra pads", NULL, RW_STR_LIT("Zm9v===="), false, false },
		{ "url alphabet", NULL, RW_STR_LIT("-_8="), false, false },
		{ "NUL", NULL, RW_STR_LIT("Zm9v\0"), false, false },
		{ "NUL inside", NULL, RW_STR_LIT("Zm\0v"), false, false },
		{ "form feed", NULL, RW_STR_LIT("Zm9v\fYmFy"), false, false },
		{ "high byte", NULL, RW_STR_LIT("Zm9\xff"), false, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);

		print_message("# %s\n", rows[i].name);
		rw_buf_puts(&b, "kept");
		assert_int_equal(rw_base64_decode(&b, rows[i].code), rows[i].strict);
		if (rows[i].strict)
			assert_string_equal(rw_buf_cstr(&b) + 4, rows[i].text);
		else
			assert_string_equal(rw_buf_cstr(&b), "kept");
		rw_buf_truncate(&b, 4);
		assert_int_equal(rw_base64_decode_lines(&b, rows[i].code), rows[i].lines);
		if (rows[i].lines)
			assert_string_equal(rw_buf_cstr(&b) + 4, rows[i].text);
		else
			assert_string_equal(rw_buf_cstr(&b), "kept");
		if (rows[i].strict) {
			rw_buf_clear(&b);
			rw_base64_encode(&b, rw_str(rows[i].text));
			assert_str(rw_buf_str(&b), rows[i].code.p);
		}
	}
}

/* Around the sizes at which the codecs hand their pieces on. */
static void
round_trip(void **state)
{
	static char bytes[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 251);
	for (size_t n = 0; n < sizeof(bytes); n += n < 800 ? 1 : 97) {
		rw_auto_buf struct rw_buf code = RW_BUF_INIT(8000), back = RW_BUF_INIT(n),
		    small = RW_BUF_INIT(n - 1);

		rw_base64_encode(&code, (struct rw_str){ bytes, n });
		assert_int_equal(code.len, (n + 2) / 3 * 4);
		assert_true(rw_base64_decode(&back, rw_buf_str(&code)));
		assert_true(rw_str_eq(rw_buf_str(&back), (struct rw_str){ bytes, n }));
		if (n > 0)
			assert_false(rw_base64_decode(&small, rw_buf_str(&code)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex),
		cmocka_unit_test(base64),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
