#include "unit.h"

#include "refwall/text.h"

static void
utf8(void **state)
{
	static const struct { const char *name; struct rw_str in; bool ok; } rows[] = {
		{ "nothing", RW_STR_LIT(""), true },
		{ "ASCII and NUL", RW_STR_LIT("a\0b"), true },
		{ "smallest of two", RW_STR_LIT("\xc2\x80"), true },
		{ "largest of two", RW_STR_LIT("\xdf\xbf"), true },
		{ "smallest of three", RW_STR_LIT("\xe0\xa0\x80"), true },
		{ "before the surrogates", RW_STR_LIT("\xed\x9f\xbf"), true },
		{ "behind the surrogates", RW_STR_LIT("\xee\x80\x80"), true },
		{ "noncharacter", RW_STR_LIT("\xef\xbf\xbf"), true },
		{ "smallest of four", RW_STR_LIT("\xf0\x90\x80\x80"), true },
		{ "U+10FFFF", RW_STR_LIT("\xf4\x8f\xbf\xbf"), true },
		{ "eight ASCII, then two", RW_STR_LIT("12345678\xc3\xa9"), true },
		{ "bare continuation", RW_STR_LIT("\x80"), false },
		{ "overlong NUL", RW_STR_LIT("\xc0\x80"), false },
		{ "overlong slash", RW_STR_LIT("\xc0\xaf"), false },
		{ "overlong two", RW_STR_LIT("\xc1\xbf"), false },
		{ "overlong three", RW_STR_LIT("\xe0\x9f\xbf"), false },
		{ "overlong four", RW_STR_LIT("\xf0\x8f\xbf\xbf"), false },
		{ "first surrogate", RW_STR_LIT("\xed\xa0\x80"), false },
		{ "last surrogate", RW_STR_LIT("\xed\xbf\xbf"), false },
		{ "U+110000", RW_STR_LIT("\xf4\x90\x80\x80"), false },
		{ "five bytes", RW_STR_LIT("\xf8\x88\x80\x80\x80"), false },
		{ "0xff", RW_STR_LIT("\xff"), false },
		{ "two cut", RW_STR_LIT("a\xc3"), false },
		{ "three cut", RW_STR_LIT("\xe2\x82"), false },
		{ "four cut", RW_STR_LIT("\xf0\x9f\x94"), false },
		{ "continuation missing", RW_STR_LIT("\xe2\x82g"), false },
		{ "latin-1", RW_STR_LIT("caf\xe9 noir"), false },
		{ "bad behind eight", RW_STR_LIT("12345678\x80"), false },
		{ "bad in the second word", RW_STR_LIT("123456781234\xff" "678"), false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].name);
		assert_int_equal(rw_text_utf8(rows[i].in), rows[i].ok);
	}
}

static void
printable(void **state)
{
	static const struct { const char *name; struct rw_str in; const char *want; } rows[] = {
		{ "plain", RW_STR_LIT("envs/prod/a b.yaml"), "envs/prod/a b.yaml" },
		{ "letters", RW_STR_LIT("caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\x92"),
		    "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\x92" },
		{ "backslash", RW_STR_LIT("a\\x41"), "a\\\\x41" },
		{ "NUL", RW_STR_LIT("a\0b"), "a\\x00b" },
		{ "newline and tab", RW_STR_LIT("a\n\tb"), "a\\x0a\\x09b" },
		{ "terminal colour", RW_STR_LIT("\x1b[31m"), "\\x1b[31m" },
		{ "DEL", RW_STR_LIT("\x7f"), "\\x7f" },
		{ "C1, CSI", RW_STR_LIT("\xc2\x9b" "31m"), "\\xc2\\x9b31m" },
		{ "last C1", RW_STR_LIT("\xc2\x9f"), "\\xc2\\x9f" },
		{ "no-break space is seen", RW_STR_LIT("\xc2\xa0"), "\xc2\xa0" },
		{ "soft hyphen", RW_STR_LIT("\xc2\xad"), "\\xc2\\xad" },
		{ "Arabic letter mark", RW_STR_LIT("\xd8\x9c"), "\\xd8\\x9c" },
		{ "zero width space", RW_STR_LIT("\xe2\x80\x8b"), "\\xe2\\x80\\x8b" },
		{ "zero width joiner", RW_STR_LIT("\xe2\x80\x8d"), "\\xe2\\x80\\x8d" },
		{ "left-to-right mark", RW_STR_LIT("\xe2\x80\x8e"), "\\xe2\\x80\\x8e" },
		{ "right-to-left mark", RW_STR_LIT("\xe2\x80\x8f"), "\\xe2\\x80\\x8f" },
		{ "dash stays", RW_STR_LIT("\xe2\x80\x90"), "\xe2\x80\x90" },
		{ "line separator", RW_STR_LIT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8" },
		{ "paragraph separator", RW_STR_LIT("\xe2\x80\xa9"), "\\xe2\\x80\\xa9" },
		{ "first embedding", RW_STR_LIT("\xe2\x80\xaa"), "\\xe2\\x80\\xaa" },
		{ "override", RW_STR_LIT("a\xe2\x80\xae" "b"), "a\\xe2\\x80\\xaeb" },
		{ "behind the overrides", RW_STR_LIT("\xe2\x80\xaf"), "\xe2\x80\xaf" },
		{ "word joiner", RW_STR_LIT("\xe2\x81\xa0"), "\\xe2\\x81\\xa0" },
		{ "first isolate", RW_STR_LIT("\xe2\x81\xa6"), "\\xe2\\x81\\xa6" },
		{ "last isolate", RW_STR_LIT("\xe2\x81\xa9"), "\\xe2\\x81\\xa9" },
		{ "Hangul filler", RW_STR_LIT("\xe3\x85\xa4"), "\\xe3\\x85\\xa4" },
		{ "byte order mark", RW_STR_LIT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf" },
		{ "variation selector", RW_STR_LIT("\xef\xb8\x8f"), "\\xef\\xb8\\x8f" },
		{ "noncharacter U+FDD0", RW_STR_LIT("\xef\xb7\x90"), "\\xef\\xb7\\x90" },
		{ "noncharacter U+FFFF", RW_STR_LIT("\xef\xbf\xbf"), "\\xef\\xbf\\xbf" },
		{ "replacement character", RW_STR_LIT("\xef\xbf\xbd"), "\xef\xbf\xbd" },
		{ "noncharacter U+1FFFE", RW_STR_LIT("\xf0\x9f\xbf\xbe"), "\\xf0\\x9f\\xbf\\xbe" },
		{ "tag letter", RW_STR_LIT("\xf3\xa0\x81\xa1"), "\\xf3\\xa0\\x81\\xa1" },
		{ "malformed", RW_STR_LIT("a\xff\xc3" "b"), "a\\xff\\xc3b" },
		{ "cut character", RW_STR_LIT("\xf0\x9f\x94"), "\\xf0\\x9f\\x94" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(200);

		print_message("# %s\n", rows[i].name);
		rw_text_put_printable(&b, rows[i].in, 100);
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
		assert_string_equal(RW_SHOW(rows[i].in), rows[i].want);
	}
}

static void
cutting(void **state)
{
	static const struct { const char *name; struct rw_str in; size_t max; const char *want; } rows[] = {
		{ "exact", RW_STR_LIT("abcd"), 4, "abcd" },
		{ "one more", RW_STR_LIT("abcde"), 4, "abcd..." },
		{ "characters, not bytes", RW_STR_LIT("\xc3\xa9\xc3\xa9"), 2, "\xc3\xa9\xc3\xa9" },
		{ "between characters", RW_STR_LIT("\xc3\xa9\xc3\xa9\xc3\xa9"), 2, "\xc3\xa9\xc3\xa9..." },
		{ "an escape is four", RW_STR_LIT("\n\n"), 8, "\\x0a\\x0a" },
		{ "an escape is not cut", RW_STR_LIT("\n\n"), 7, "\\x0a..." },
		{ "a hidden character is not cut", RW_STR_LIT("a\xe2\x80\xae"), 12, "a..." },
		{ "nothing allowed", RW_STR_LIT("a"), 0, "..." },
		{ "nothing there", RW_STR_LIT(""), 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(200);

		print_message("# %s\n", rows[i].name);
		rw_text_put_printable(&b, rows[i].in, rows[i].max);
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
	}
}

static void
fixed_array(void **state)
{
	static const struct { const char *name; struct rw_str in; size_t size; const char *want; } rows[] = {
		{ "exact", RW_STR_LIT("abcdefg"), 8, "abcdefg" },
		{ "one more", RW_STR_LIT("abcdefgh"), 8, "abcd..." },
		{ "escape at the end", RW_STR_LIT("abc\n"), 8, "abc\\x0a" },
		{ "escape cut", RW_STR_LIT("abcd\n"), 8, "abcd..." },
		{ "escape and more", RW_STR_LIT("abc\nx"), 8, "abc..." },
		{ "wide character cut", RW_STR_LIT("abc\xc3\xa9xyz"), 8, "abc..." },
		{ "only dots", RW_STR_LIT("abcd"), 4, "..." },
		{ "two dots", RW_STR_LIT("abcd"), 3, ".." },
		{ "terminator only", RW_STR_LIT("abcd"), 1, "" },
		{ "nothing", RW_STR_LIT(""), 1, "" },
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_autofree char *out = malloc(rows[i].size);

		print_message("# %s\n", rows[i].name);
		assert_string_equal(rw_text_printable(rows[i].in, out, rows[i].size), rows[i].want);
	}
	assert_string_equal(rw_text_printable(RW_STR_LIT("x"), NULL, 0), "");
	memset(text, 'x', sizeof(text));
	assert_int_equal(strlen(RW_SHOW(((struct rw_str){ text, 159 }))), 159);
	assert_int_equal(strlen(RW_SHOW(((struct rw_str){ text, 160 }))), 159);
	assert_int_equal(RW_SHOW(((struct rw_str){ text, 160 }))[158], '.');
}

static void
nearest(void **state)
{
	static const char *const names[] = { "paths", "refs", "repos", "updates", "changed-by", "pushed-by" };
	static const struct { const char *in, *want; } rows[] = {
		{ "path", "paths" }, { "PATHS", "paths" }, { "apths", "paths" }, { "ref", "refs" },
		{ "rfes", "refs" },
		{ "update", "updates" }, { "changed_by", "changed-by" }, { "chnged-bby", "changed-by" },
		{ "pusher-by", "pushed-by" }, { "changes", NULL }, { "zebra", NULL }, { "x", NULL },
		{ "", NULL },
		{ "pa", NULL },
	};
	char longer[80];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		const char *got = rw_text_nearest(rw_str(rows[i].in), names, RW_ARRAY_LEN(names));

		print_message("# %s\n", rows[i].in);
		if (rows[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].want);
	}
	memset(longer, 'p', sizeof(longer));
	assert_null(rw_text_nearest((struct rw_str){ longer, sizeof(longer) }, names, RW_ARRAY_LEN(names)));
	assert_null(rw_text_nearest(RW_STR_LIT("a"), NULL, 0));
}

static void
numbers(void **state)
{
	static const struct { const char *in; uint64_t max; bool ok; uint64_t want; } rows[] = {
		{ "0", 0, true, 0 }, { "7", 7, true, 7 }, { "8", 7, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 }, { "", 9, false, 0 }, { "00", 9, false, 0 },
		{ "01", 9, false, 0 }, { "-1", 9, false, 0 }, { "+1", 9, false, 0 }, { " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 }, { "0x1", 9, false, 0 }, { "1e1", 99, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		uint64_t v = 4711;

		print_message("# '%s'\n", rows[i].in);
		assert_int_equal(rw_text_u64(rw_str(rows[i].in), rows[i].max, &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].want : 4711));
	}
}

static void
sizes(void **state)
{
	static const struct { const char *in; uint64_t max; bool ok; uint64_t want; } rows[] = {
		{ "512", 512, true, 512 }, { "1Ki", 1024, true, 1024 }, { "1Ki", 1023, false, 0 },
		{ "512Ki", UINT64_MAX, true, 512u << 10 }, { "2Mi", UINT64_MAX, true, 2u << 20 },
		{ "3Gi", UINT64_MAX, true, UINT64_C(3) << 30 },
		{ "17179869183Gi", UINT64_MAX, true, UINT64_C(17179869183) << 30 },
		{ "17179869184Gi", UINT64_MAX, false, 0 }, { "Ki", 9999, false, 0 }, { "1K", 9999, false, 0 },
		{ "1ki", 9999, false, 0 }, { "1 Ki", 9999, false, 0 }, { "1KiKi", UINT64_MAX, false, 0 },
		{ "1.5Ki", 9999, false, 0 }, { "", 9999, false, 0 }, { "0Ki", 0, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		uint64_t v = 4711;

		print_message("# '%s'\n", rows[i].in);
		assert_int_equal(rw_text_size(rw_str(rows[i].in), rows[i].max, &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].want : 4711));
	}
}

static void
test_base_name(void **state)
{
	static const struct { const char *path, *name; } rows[] = {
		{ "a/b/c.yaml", "c.yaml" }, { "c.yaml", "c.yaml" }, { "/c", "c" }, { "a/", "" }, { "/", "" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].path);
		assert_true(rw_str_eqz(rw_text_base_name(rw_str(rows[i].path)), rows[i].name));
	}
	assert_int_equal(rw_text_base_name((struct rw_str){ NULL, 0 }).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8),
		cmocka_unit_test(printable),
		cmocka_unit_test(cutting),
		cmocka_unit_test(fixed_array),
		cmocka_unit_test(nearest),
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(test_base_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
