#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/git.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "0123456789abcdef0123456789abcdef01234567"
#define Z40 "0000000000000000000000000000000000000000"
#define A64 A40 "aaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	struct rw_str in;
	enum rw_error_code code;
	size_t n;
} pushes[] = {
#define ROW(name, text, code, n) { name, { text, sizeof(text) - 1 }, code, n }
	ROW("one update", A40 " " B40 " refs/heads/main\n", RW_E_NONE, 1),
	ROW("create and delete", Z40 " " B40 " refs/heads/a\n" B40 " " Z40 " refs/heads/b\n", RW_E_NONE, 2),
	ROW("names that differ by case", A40 " " B40 " refs/heads/a\n" A40 " " B40 " refs/heads/A\n", RW_E_NONE, 2),
	ROW("nothing", "", RW_E_PARSE, 0),
	ROW("no newline at the end", A40 " " B40 " refs/heads/main", RW_E_PARSE, 0),
	ROW("an empty line", A40 " " B40 " refs/heads/main\n\n", RW_E_PARSE, 0),
	ROW("two spaces", A40 "  " B40 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("tab", A40 "\t" B40 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("CR", A40 " " B40 " refs/heads/main\r\n", RW_E_PARSE, 0),
	ROW("NUL", A40 " " B40 " refs/heads/ma\0in\n", RW_E_PARSE, 0),
	ROW("upper case", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA " B40 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("short id", "aaaa " B40 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("SHA-256", A64 " " A64 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("no name", A40 " " B40 " \n", RW_E_PARSE, 0),
	ROW("two fields", A40 " " B40 "\n", RW_E_PARSE, 0),
	ROW("a fourth field", A40 " " B40 " refs/heads/main x\n", RW_E_PARSE, 0),
	ROW("HEAD", A40 " " B40 " HEAD\n", RW_E_PARSE, 0),
	ROW("both zero", Z40 " " Z40 " refs/heads/main\n", RW_E_PARSE, 0),
	ROW("repeated", A40 " " B40 " refs/heads/a\n" A40 " " B40 " refs/heads/b\n" B40 " " A40 " refs/heads/a\n",
	    RW_E_PARSE, 0),
#undef ROW
};

static void
test_push(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(pushes); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_push p = { NULL, 0 };

		print_message("# %s\n", pushes[i].name);
		assert_int_equal(rw_push_parse(a, pushes[i].in, &p, &err), pushes[i].code == RW_E_NONE);
		assert_int_equal(err.code, pushes[i].code);
		assert_int_equal(p.n, pushes[i].n);
	}
}

static void
test_push_fields(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	char in[] = Z40 " " B40 " refs/heads/main\n";
	struct rw_push p;

	(void)state;
	assert_true(rw_push_parse(a, rw_str(in), &p, &err));
	memset(in, 'x', sizeof(in));
	assert_string_equal(p.update[0].name.p, "refs/heads/main");
	assert_int_equal(p.update[0].name.n, 15);
	assert_true(rw_oid_is_zero(&p.update[0].old_id));
	assert_string_equal(RW_OID(&p.update[0].new_id), B40);
}

static bool
parse_many(size_t n, struct rw_push *p, struct rw_error *err)
{
	static struct rw_arena *a;
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16u << 20);

	rw_arena_free(a);
	a = rw_arena_new(4u << 20);
	for (size_t i = 0; i < n; i++)
		rw_buf_printf(&b, A40 " " B40 " refs/heads/%zu\n", i);
	return rw_push_parse(a, rw_buf_str(&b), p, err);
}

static void
test_push_limits(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_push p;

	(void)state;
	assert_true(parse_many(RW_LIMIT_PUSH_REFS, &p, &err));
	assert_int_equal(p.n, RW_LIMIT_PUSH_REFS);
	assert_false(parse_many(RW_LIMIT_PUSH_REFS + 1, &p, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	err = (struct rw_error)RW_ERROR_INIT;
	assert_false(parse_many(100000, &p, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_string_equal(err.msg, "push: longer than 4194304 bytes");
}

static const struct {
	struct rw_str name;
	bool valid;
} names[] = {
#define ROW(text, valid) { { text, sizeof(text) - 1 }, valid }
	ROW("refs/heads/main", true),
	ROW("refs/x", true),
	ROW("refs/heads/a/b/c.d", true),
	ROW("refs/heads/\xff\xfe", true),
	ROW("refs/heads/@", true),
	ROW("refs/heads/a@b", true),
	ROW("refs/heads/{a}", true),
	ROW("refs/heads/-a", true),
	ROW("", false),
	ROW("refs", false),
	ROW("refs/", false),
	ROW("HEAD", false),
	ROW("heads/main", false),
	ROW("/refs/heads/main", false),
	ROW("refs//heads", false),
	ROW("refs/heads/", false),
	ROW("refs/heads/.a", false),
	ROW("refs/heads/a.", false),
	ROW("refs/heads/a..b", false),
	ROW("refs/heads/a.lock", false),
	ROW("refs/heads/a.lock/b", false),
	ROW("refs/heads/a@{b", false),
	ROW("refs/heads/a b", false),
	ROW("refs/heads/a~b", false),
	ROW("refs/heads/a^b", false),
	ROW("refs/heads/a:b", false),
	ROW("refs/heads/a?b", false),
	ROW("refs/heads/a*b", false),
	ROW("refs/heads/a[b", false),
	ROW("refs/heads/a\\b", false),
	ROW("refs/heads/a\x7f", false),
	ROW("refs/heads/a\x1f", false),
	ROW("refs/heads/a\n", false),
	ROW("refs/heads/a\0b", false),
	ROW("refs/../x", false),
#undef ROW
};

static void
test_refname(void **state)
{
	char name[RW_LIMIT_REF_NAME + 1];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(names); i++) {
		print_message("# %s\n", names[i].name.p);
		assert_int_equal(rw_refname_valid(names[i].name), names[i].valid);
	}
	memset(name, 'a', sizeof(name));
	memcpy(name, "refs/", 5);
	assert_true(rw_refname_valid((struct rw_str){ name, RW_LIMIT_REF_NAME }));
	assert_false(rw_refname_valid((struct rw_str){ name, RW_LIMIT_REF_NAME + 1 }));
}

static void
test_oid(void **state)
{
	struct rw_oid o, p;
	char hex[RW_OID_HEX_LEN];

	(void)state;
	assert_true(rw_oid_parse(rw_str(B40), &o));
	assert_string_equal(rw_oid_hex(&o, hex), B40);
	assert_false(rw_oid_is_zero(&o));
	assert_true(rw_oid_parse(rw_str(Z40), &p));
	assert_true(rw_oid_is_zero(&p));
	assert_false(rw_oid_eq(&o, &p));
	assert_false(rw_oid_parse(rw_str(A64), &p));
	assert_false(rw_oid_parse(rw_str("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &p));
	assert_false(rw_oid_parse(rw_str("gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_push),
		cmocka_unit_test(test_push_fields),
		cmocka_unit_test(test_push_limits),
		cmocka_unit_test(test_refname),
		cmocka_unit_test(test_oid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
