#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/git.h"

#define ID "0123456789abcdef0123456789abcdef01234567"
#define OBJECT "object " ID "\n"
#define TYPE "type commit\n"
#define NAME "tag v1.0\n"
#define TAGGER "tagger Alice <alice@example.com> 1700000000 +0100\n"
#define FIXED OBJECT TYPE NAME TAGGER
#define SIG "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"

static const struct {
	const char *name;
	struct rw_str in;
	enum rw_error_code code;
	const char *message;
} tags[] = {
#define ROW(name, text, code, message) { name, { text, sizeof(text) - 1 }, code, message }
	ROW("usual", FIXED "\nhello\n", RW_E_NONE, NULL),
	ROW("no message", FIXED, RW_E_NONE, NULL),
	ROW("signed", FIXED "\nhello\n" SIG, RW_E_NONE, NULL),
	ROW("signed without a message", FIXED "\n" SIG, RW_E_NONE, NULL),
	ROW("signed, an empty line behind", FIXED "\nhello\n" SIG "\n", RW_E_NONE, NULL),
	ROW("of a tag", OBJECT "type tag\n" NAME TAGGER "\n", RW_E_NONE, NULL),
	ROW("armour in the middle of a line", FIXED "\nx -----BEGIN SSH SIGNATURE-----\n", RW_E_NONE, NULL),
	ROW("armour git does not know", FIXED "\n-----BEGIN FOO SIGNATURE-----\n", RW_E_NONE, NULL),

	ROW("nothing", "", RW_E_PARSE, "\"object\" is missing"),
	ROW("NUL", FIXED "\nx\0\n", RW_E_PARSE, "NUL"),
	ROW("no object", TYPE NAME TAGGER "\n", RW_E_PARSE, "\"object\" is missing"),
	ROW("malformed object", "object 01\n" TYPE NAME TAGGER "\n", RW_E_PARSE, "no object id"),
	ROW("two objects", OBJECT OBJECT TYPE NAME TAGGER "\n", RW_E_PARSE, "\"type\" is missing"),
	ROW("no type", OBJECT NAME TAGGER "\n", RW_E_PARSE, "\"type\" is missing"),
	ROW("unknown type", OBJECT "type none\n" NAME TAGGER "\n", RW_E_PARSE, "no type"),
	ROW("empty type", OBJECT "type \n" NAME TAGGER "\n", RW_E_PARSE, "no type"),
	ROW("no name", OBJECT TYPE TAGGER "\n", RW_E_PARSE, "\"tag\" is missing"),
	ROW("empty name", OBJECT TYPE "tag \n" TAGGER "\n", RW_E_PARSE, "no name for a tag"),
	ROW("name with a space", OBJECT TYPE "tag a b\n" TAGGER "\n", RW_E_PARSE, "no name for a tag"),
	ROW("name with ..", OBJECT TYPE "tag a..b\n" TAGGER "\n", RW_E_PARSE, "no name for a tag"),
	ROW("no tagger", OBJECT TYPE NAME "\nx\n", RW_E_PARSE, "\"tagger\" is missing"),
	ROW("malformed tagger", OBJECT TYPE NAME "tagger Alice\n\n", RW_E_PARSE, "tagger"),
	ROW("two taggers", FIXED TAGGER "\n", RW_E_PARSE, "unknown header"),
	ROW("unknown header", FIXED "x y\n\n", RW_E_PARSE, "unknown header"),
	ROW("gpgsig", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----\n -----END SSH SIGNATURE-----\n\nx\n", RW_E_PARSE, "unknown header"),
	ROW("order", TYPE OBJECT NAME TAGGER "\n", RW_E_PARSE, "\"object\" is missing"),
	ROW("two signatures", FIXED "\nx\n" SIG SIG, RW_E_PARSE, "behind its end"),
	ROW("text between two signatures", FIXED "\nx\n" SIG "more\n" SIG, RW_E_PARSE, "behind its end"),
	ROW("BEGIN twice", FIXED "\n-----BEGIN SSH SIGNATURE-----\n" SIG, RW_E_PARSE, "a second one"),
	ROW("text behind", FIXED "\nx\n" SIG "more\n", RW_E_PARSE, "behind its end"),
	ROW("no END", FIXED "\nx\n-----BEGIN PGP SIGNATURE-----\nAAAA\n", RW_E_PARSE, "is missing"),
	ROW("BEGIN and nothing", FIXED "\nx\n-----BEGIN PGP SIGNATURE-----", RW_E_PARSE, "armour"),
	ROW("END without a newline", FIXED "\nx\n-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----", RW_E_PARSE,
	    "is missing"),
#undef ROW
};

static void
test_tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(tags); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_tag t;
		bool ok;

		print_message("# %s\n", tags[i].name);
		ok = rw_tag_parse(a, tags[i].in, &t, &err);
		if (ok != (tags[i].code == RW_E_NONE) || err.code != tags[i].code ||
		    (tags[i].message != NULL && strstr(err.msg, tags[i].message) == NULL))
			fail_msg("%s: %s", rw_error_name(err.code), err.msg);
	}
}

static void
assert_str(struct rw_str s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static void
test_fields(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_tag t;

	(void)state;
	assert_true(rw_tag_parse(a, rw_str(FIXED "\nhello\n\nworld\n" SIG "\n"), &t, &err));
	assert_string_equal(RW_OID(&t.object), ID);
	assert_int_equal(t.type, RW_OBJ_COMMIT);
	assert_str(t.name, "v1.0");
	assert_str(t.tagger.name, "Alice");
	assert_int_equal(t.tagger.time, 1700000000000);
	assert_str(t.message, "hello\n\nworld\n");
	assert_str(t.signature, SIG);
	assert_str(t.payload, FIXED "\nhello\n\nworld\n");
	assert_true(rw_tag_parse(a, rw_str(FIXED "\nhello\n"), &t, &err));
	assert_int_equal(t.signature.n, 0);
	assert_str(t.payload, FIXED "\nhello\n");
}

static void
test_limit(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_tag t;

	(void)state;
	rw_buf_puts(&b, FIXED "\n");
	while (b.len < RW_LIMIT_TAG_BYTES)
		rw_buf_putc(&b, 'm');
	assert_true(rw_tag_parse(a, rw_buf_str(&b), &t, &err));
	rw_buf_putc(&b, 'm');
	assert_false(rw_tag_parse(a, rw_buf_str(&b), &t, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
