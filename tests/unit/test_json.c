#include "unit.h"

#include "refwall/json.h"
#include "refwall/timestamp.h"

#define BUF(name) rw_auto_buf struct rw_buf name = RW_BUF_INIT(100000)

/* RFC 8785 section 3.2.2.2. */
static void
strings(void **state)
{
	static const struct { const char *name; struct rw_str in; const char *want; } rows[] = {
		{ "empty", RW_STR_LIT(""), "\"\"" },
		{ "plain", RW_STR_LIT("refs/heads/main"), "\"refs/heads/main\"" },
		{ "short escapes", RW_STR_LIT("\b\t\n\f\r\"\\"), "\"\\b\\t\\n\\f\\r\\\"\\\\\"" },
		{ "other controls", RW_STR_LIT("\0\1\x0b\x0e\x1f"),
		    "\"\\u0000\\u0001\\u000b\\u000e\\u001f\"" },
		{ "stand for themselves", RW_STR_LIT("/\x7f<>&'"), "\"/\x7f<>&'\"" },
		{ "not escaped", RW_STR_LIT("\xe2\x82\xac\xe2\x80\xa8\xf0\x9f\x98\x82"),
		    "\"\xe2\x82\xac\xe2\x80\xa8\xf0\x9f\x98\x82\"" },
		{ "escape first and last", RW_STR_LIT("\nx\n"), "\"\\nx\\n\"" },
		{ "latin-1", RW_STR_LIT("caf\xe9"), "{\"b64\":\"Y2Fm6Q==\"}" },
		{ "surrogate", RW_STR_LIT("\xed\xa0\x80"), "{\"b64\":\"7aCA\"}" },
		{ "no bytes", { NULL, 0 }, "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_error e = RW_ERROR_INIT;
		rw_auto_arena struct rw_arena *a = rw_arena_new(4096);
		const struct rw_json_value *v;
		struct rw_str back;
		BUF(b);
		struct rw_json j = rw_json_init(&b, true);
		BUF(b2);
		struct rw_json j2 = rw_json_init(&b2, true);

		print_message("# %s\n", rows[i].name);
		rw_json_str(&j, rows[i].in);
		assert_true(rw_json_ok(&j, "it", &e));
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
		/* And back, by name, without loss. */
		rw_json_object(&j2);
		rw_json_key(&j2, "k");
		rw_json_str(&j2, rows[i].in);
		rw_json_end(&j2);
		assert_true(rw_json_ok(&j2, "it", &e));
		assert_true(rw_json_parse(a, rw_buf_str(&b2), &v, &e));
		back = rw_json_get_str(a, v, "k");
		assert_non_null(back.p);
		assert_true(rw_str_eq(back, rows[i].in));
	}
}

static void
whole_value(void **state)
{
	struct rw_error e = RW_ERROR_INIT;
	BUF(b);
	struct rw_json j = rw_json_init(&b, true);

	(void)state;
	rw_json_object(&j);
	rw_json_key(&j, "");
	rw_json_null(&j);
	rw_json_key(&j, "A");
	rw_json_array(&j);
	rw_json_end(&j);
	rw_json_key(&j, "B");
	rw_json_object(&j);
	rw_json_end(&j);
	rw_json_key(&j, "a");
	rw_json_array(&j);
	rw_json_int(&j, 0);
	rw_json_int(&j, -1);
	rw_json_int(&j, RW_JSON_INT_MAX);
	rw_json_int(&j, -RW_JSON_INT_MAX);
	rw_json_bool(&j, true);
	rw_json_bool(&j, false);
	rw_json_strz(&j, NULL);
	rw_json_strz(&j, "z");
	rw_json_hex(&j, "\x00\xff", 2);
	rw_json_time(&j, 0);
	rw_json_time(&j, RW_TIME_NONE);
	rw_json_raw(&j, RW_STR_LIT("{\"x\":1}"));
	rw_json_end(&j);
	rw_json_key(&j, "a\n\"b");
	rw_json_str(&j, RW_STR_LIT(""));
	rw_json_key(&j, "aa");
	rw_json_int(&j, 1);
	rw_json_end(&j);
	assert_true(rw_json_ok(&j, "it", &e));
	assert_string_equal(rw_buf_cstr(&b),
	    "{\"\":null,\"A\":[],\"B\":{},\"a\":[0,-1,9007199254740991,-9007199254740991,true,false,null,\"z\","
	    "\"00ff\",\"1970-01-01T00:00:00.000Z\",null,{\"x\":1}],\"a\\n\\\"b\":\"\",\"aa\":1}");
}

static void
long_hex(void **state)
{
	struct rw_error e = RW_ERROR_INIT;
	uint8_t bytes[200];
	BUF(b);
	struct rw_json j = rw_json_init(&b, true);

	(void)state;
	memset(bytes, 0xab, sizeof(bytes));
	rw_json_hex(&j, bytes, sizeof(bytes));
	assert_true(rw_json_ok(&j, "it", &e));
	assert_int_equal(b.len, 402);
	assert_memory_equal(b.data + 391, "ababababab\"", 11);
}

/* What a caller may do wrong. Each is found, and nothing of the text is left. */
static void
misuse(void **state)
{
	static char name63[64], name64[65];
	static const struct { const char *name; const char *script; bool canonical, ok; } rows[] = {
		/*
		 * { [ ] open and close; names: k l, n and N of 63 and 64 bytes, u not ASCII;
		 * values: v, i and I an integer too large and too small, r an empty raw one.
		 */
		{ "names rise", "{kvlv]", true, true },
		{ "names fall", "{lvkv]", true, false },
		{ "names fall, not canonical", "{lvkv]", false, true },
		{ "name repeated", "{kvkv]", true, false },
		{ "repeated in another object", "{k{kv]l{kv]]", true, true },
		{ "name of 63", "{nv]", true, true },
		{ "name of 64", "{Nv]", true, false },
		{ "name of 64, not canonical", "{Nv]", false, false },
		{ "name not ASCII", "{uv]", true, false },
		{ "nothing written", "", true, false },
		{ "two values", "vv", true, false },
		{ "value behind the end", "{]v", true, false },
		{ "not closed", "{kv", true, false },
		{ "closed twice", "{]]", true, false },
		{ "value without name", "{v]", true, false },
		{ "name without value", "{k]", true, false },
		{ "two names", "{klv]", true, false },
		{ "name in an array", "[kv]", true, false },
		{ "name at the top", "kv", true, false },
		{ "integer too large", "i", true, false },
		{ "integer too small", "I", true, false },
		{ "empty raw", "[r]", true, false },
	};

	(void)state;
	memset(name63, 'x', 63);
	memset(name64, 'x', 64);
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_error e = RW_ERROR_INIT;
		BUF(b);
		struct rw_json j = rw_json_init(&b, rows[i].canonical);

		print_message("# %s\n", rows[i].name);
		for (const char *s = rows[i].script; *s != '\0'; s++) {
			switch (*s) {
			case '{': rw_json_object(&j); break;
			case '[': rw_json_array(&j); break;
			case ']': rw_json_end(&j); break;
			case 'k': rw_json_key(&j, "k"); break;
			case 'l': rw_json_key(&j, "l"); break;
			case 'n': rw_json_key(&j, name63); break;
			case 'N': rw_json_key(&j, name64); break;
			case 'u': rw_json_key(&j, "\xc3\xa9"); break;
			case 'i': rw_json_int(&j, RW_JSON_INT_MAX + 1); break;
			case 'I': rw_json_int(&j, -RW_JSON_INT_MAX - 1); break;
			case 'r': rw_json_raw(&j, RW_STR_LIT("")); break;
			default: rw_json_int(&j, 1); break;
			}
		}
		assert_int_equal(rw_json_ok(&j, "it", &e), rows[i].ok);
		if (rows[i].ok)
			continue;
		assert_int_equal(e.code, RW_E_INTERNAL);
		if (j.bad) {
			assert_null(b.data);
			assert_true(b.failed);
		}
	}
}

static void
depth(void **state)
{
	(void)state;
	for (unsigned n = RW_JSON_DEPTH_MAX; n <= RW_JSON_DEPTH_MAX + 1; n++) {
		struct rw_error e = RW_ERROR_INIT;
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		const struct rw_json_value *v;
		BUF(b);
		struct rw_json j = rw_json_init(&b, true);
		char text[2 * RW_JSON_DEPTH_MAX + 2];
		bool ok = n == RW_JSON_DEPTH_MAX;

		for (unsigned i = 0; i < n; i++)
			rw_json_array(&j);
		for (unsigned i = 0; i < n; i++)
			rw_json_end(&j);
		assert_int_equal(rw_json_ok(&j, "it", &e), ok);
		memset(text, '[', n);
		memset(text + n, ']', n);
		assert_int_equal(rw_json_parse(a, (struct rw_str){ text, (size_t)n * 2 }, &v, &e), ok);
	}
}

static void
buffer_bound(void **state)
{
	(void)state;
	for (size_t max = 8; max <= 9; max++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(max);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_json j = rw_json_init(&b, true);

		rw_json_object(&j);
		rw_json_key(&j, "k");
		rw_json_str(&j, RW_STR_LIT("v"));
		rw_json_end(&j);
		assert_int_equal(rw_json_ok(&j, "it", &e), max == 9);
		if (max == 8)
			assert_int_equal(e.code, RW_E_LIMIT);
	}
}

static void
accepts(void **state)
{
	static const char in[] = "{\"a\":[1,-2,true,false,null,\"x\\n\\u0001\\\"\"],"
	    "\"b\":{\"b64\":\"/w==\"},\"c\":\"\"}";
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
	const struct rw_json_value *v, *list, *x;
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	assert_true(rw_json_parse(a, RW_STR_LIT(in), &v, &e));
	assert_int_equal(v->kind, RW_JSON_OBJECT);
	assert_int_equal(v->n, 3);
	assert_str(v->raw, in);
	list = rw_json_get(v, "a");
	assert_str(list->name, "a");
	assert_int_equal(list->n, 6);
	assert_str(list->raw, "[1,-2,true,false,null,\"x\\n\\u0001\\\"\"]");
	x = list->first;
	assert_int_equal(x->kind, RW_JSON_INT);
	assert_int_equal(x->integer, 1);
	x = x->next;
	assert_int_equal(x->integer, -2);
	x = x->next;
	assert_int_equal(x->kind, RW_JSON_BOOL);
	assert_true(x->boolean);
	x = x->next;
	assert_int_equal(x->kind, RW_JSON_BOOL);
	assert_false(x->boolean);
	x = x->next;
	assert_int_equal(x->kind, RW_JSON_NULL);
	x = x->next;
	assert_str(x->str, "x\n\1\"");
	assert_null(x->next);
	assert_str(rw_json_get_str(a, v, "b"), "\xff");
	assert_str(rw_json_get_str(a, v, "c"), "");
	assert_non_null(rw_json_get_str(a, v, "c").p);
	assert_null(rw_json_get_str(a, v, "d").p);
	assert_null(rw_json_get_str(a, v, "a").p);
	assert_null(rw_json_get(NULL, "a"));
	assert_null(rw_json_get(list, "a"));
	assert_int_equal(rw_json_get_int(v, "c", 7), 7);
}

/* Well-formed JSON, but not what the writer writes: one value has one form. */
static void
refuses(void **state)
{
	static const struct { const char *name; struct rw_str in; const char *msg; } rows[] = {
		{ "nothing", RW_STR_LIT(""), "JSON: byte 0: wanted a value" },
		{ "space before", RW_STR_LIT(" 1"), NULL },
		{ "space behind", RW_STR_LIT("1 "), "JSON: byte 1: wanted the end" },
		{ "newline behind", RW_STR_LIT("{}\n"), NULL },
		{ "space inside", RW_STR_LIT("[1, 2]"), NULL },
		{ "space behind colon", RW_STR_LIT("{\"a\": 1}"), NULL },
		{ "NUL behind", RW_STR_LIT("1\0"), NULL },
		{ "byte order mark", RW_STR_LIT("\xef\xbb\xbf{}"), NULL },
		{ "two values", RW_STR_LIT("1,2"), NULL },
		{ "trailing comma", RW_STR_LIT("[1,]"), NULL },
		{ "leading comma", RW_STR_LIT("[,1]"), NULL },
		{ "trailing comma of object", RW_STR_LIT("{\"a\":1,}"), NULL },
		{ "not closed", RW_STR_LIT("[1"), "JSON: byte 2: wanted a comma or the end of the list" },
		{ "closed otherwise", RW_STR_LIT("[1}"), NULL },
		{ "names fall", RW_STR_LIT("{\"b\":1,\"a\":1}"),
		    "JSON: byte 10: wanted names that rise and do not repeat" },
		{ "name repeated", RW_STR_LIT("{\"a\":1,\"a\":1}"), NULL },
		{ "name repeated by escape", RW_STR_LIT("{\"a\":1,\"\\u0061\":1}"), NULL },
		{ "name not ASCII", RW_STR_LIT("{\"\xc3\xa9\":1}"), NULL },
		{ "name with NUL", RW_STR_LIT("{\"\\u0000\":1}"), NULL },
		{ "name is a number", RW_STR_LIT("{1:1}"), NULL },
		{ "no colon", RW_STR_LIT("{\"a\"1}"), NULL },
		{ "no value", RW_STR_LIT("{\"a\":}"), NULL },
		{ "leading zero", RW_STR_LIT("01"), NULL },
		{ "minus zero", RW_STR_LIT("-0"), NULL },
		{ "minus", RW_STR_LIT("-"), NULL },
		{ "plus", RW_STR_LIT("+1"), NULL },
		{ "fraction", RW_STR_LIT("1.0"), NULL },
		{ "exponent", RW_STR_LIT("1e3"), NULL },
		{ "2^53", RW_STR_LIT("9007199254740992"), NULL },
		{ "-2^53", RW_STR_LIT("-9007199254740992"), NULL },
		{ "beyond 64 bits", RW_STR_LIT("18446744073709551617"), NULL },
		{ "NaN", RW_STR_LIT("NaN"), NULL },
		{ "True", RW_STR_LIT("True"), NULL },
		{ "word cut", RW_STR_LIT("nul"), NULL },
		{ "word too long", RW_STR_LIT("nullx"), NULL },
		{ "escaped slash", RW_STR_LIT("\"\\/\""), NULL },
		{ "long escape of newline", RW_STR_LIT("\"\\u000a\""),
		    "JSON: byte 7: wanted the shortest escape" },
		{ "upper-case escape", RW_STR_LIT("\"\\u001F\""), NULL },
		{ "escape of a letter", RW_STR_LIT("\"\\u0041\""), NULL },
		{ "escape of DEL", RW_STR_LIT("\"\\u007f\""), NULL },
		{ "escape beyond ASCII", RW_STR_LIT("\"\\u00e9\""), NULL },
		{ "surrogate escapes", RW_STR_LIT("\"\\ud83d\\ude02\""), NULL },
		{ "unknown escape", RW_STR_LIT("\"\\a\""), NULL },
		{ "escape of NUL byte", RW_STR_LIT("\"\\\0\""), NULL },
		{ "raw newline", RW_STR_LIT("\"\n\""), NULL },
		{ "raw NUL", RW_STR_LIT("\"\0\""), NULL },
		{ "raw control behind escape", RW_STR_LIT("\"\\n\1\""), NULL },
		{ "quote missing", RW_STR_LIT("\"abc"), NULL },
		{ "quote escaped away", RW_STR_LIT("\"abc\\\""), NULL },
		{ "backslash at the end", RW_STR_LIT("\"\\"), NULL },
		{ "escape cut", RW_STR_LIT("\"\\u00\""), NULL },
		{ "latin-1", RW_STR_LIT("\"caf\xe9\""), NULL },
		{ "overlong", RW_STR_LIT("\"\xc0\xaf\""), NULL },
		{ "surrogate", RW_STR_LIT("\"\\n\xed\xa0\x80\""), NULL },
		{ "single quotes", RW_STR_LIT("'a'"), NULL },
		{ "comment", RW_STR_LIT("/**/1"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_json_value *v;
		/* An allocation of the exact size shows a read beyond it. */
		rw_autofree char *exact = malloc(rows[i].in.n + (rows[i].in.n == 0));

		print_message("# %s\n", rows[i].name);
		memcpy(exact, rows[i].in.p, rows[i].in.n);
		assert_false(rw_json_parse(a, (struct rw_str){ exact, rows[i].in.n }, &v, &e));
		assert_int_equal(e.code, RW_E_PARSE);
		assert_null(v);
		if (rows[i].msg != NULL)
			assert_string_equal(e.msg, rows[i].msg);
	}
}

static void
names_of_63(void **state)
{
	(void)state;
	for (size_t n = 63; n <= 64; n++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_json_value *v;
		char text[80];
		int len = snprintf(text, sizeof(text), "{\"%0*d\":1}", (int)n, 0);

		assert_int_equal(rw_json_parse(a, (struct rw_str){ text, (size_t)len }, &v, &e), n == 63);
	}
}

/* Only what cannot be a string may stand as {"b64":...}. */
static void
bytes_have_one_form(void **state)
{
	static const struct { const char *name, *in; bool ok; } rows[] = {
		{ "not UTF-8", "{\"k\":{\"b64\":\"/w==\"}}", true },
		{ "is UTF-8", "{\"k\":{\"b64\":\"YQ==\"}}", false },
		{ "empty", "{\"k\":{\"b64\":\"\"}}", false },
		{ "padding missing", "{\"k\":{\"b64\":\"/w\"}}", false },
		{ "unused bits", "{\"k\":{\"b64\":\"/x==\"}}", false },
		{ "a number", "{\"k\":{\"b64\":7}}", false },
		{ "another member", "{\"k\":{\"b64\":\"/w==\",\"c\":1}}", false },
		{ "another name", "{\"k\":{\"b65\":\"/w==\"}}", false },
		{ "no member", "{\"k\":{}}", false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_json_value *v;

		print_message("# %s\n", rows[i].name);
		assert_true(rw_json_parse(a, rw_str(rows[i].in), &v, &e));
		assert_int_equal(rw_json_get_str(a, v, "k").p != NULL, rows[i].ok);
	}
}

static void
memory_bound(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1000);
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_json_value *v;

	(void)state;
	assert_false(rw_json_parse(a, RW_STR_LIT("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"), &v, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	assert_null(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),
		cmocka_unit_test(whole_value),
		cmocka_unit_test(long_hex),
		cmocka_unit_test(misuse),
		cmocka_unit_test(depth),
		cmocka_unit_test(buffer_bound),
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(names_of_63),
		cmocka_unit_test(bytes_have_one_form),
		cmocka_unit_test(memory_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
