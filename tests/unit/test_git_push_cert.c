#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/git.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "0123456789abcdef0123456789abcdef01234567"
#define FIRST "certificate version 0.1\n"
#define PUSHER "pusher SHA256:abc 1700000000 +0000\n"
#define PUSHEE "pushee ssh://example.com/shop.git\n"
#define NONCE "nonce 1700000000-0123\n"
#define REF A40 " " B40 " refs/heads/main\n"
#define SSH "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"
#define PGP "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"

static const struct {
	const char *name;
	struct rw_str in;
	const char *error;		/* NULL: it is good */
	size_t n;
} certs[] = {
#define GOOD(name, text, n) { name, { text, sizeof(text) - 1 }, NULL, n }
#define BAD(name, text, error) { name, { text, sizeof(text) - 1 }, error, 0 }
	GOOD("ssh", FIRST PUSHER PUSHEE NONCE "\n" REF SSH, 1),
	GOOD("openpgp", FIRST PUSHER PUSHEE NONCE "\n" REF PGP, 1),
	GOOD("no pushee, no nonce", FIRST PUSHER "\n" REF SSH, 1),
	GOOD("a person", FIRST "pusher Alice B. <alice@example.com> 1 -0330\n\n" REF SSH, 1),
	GOOD("push options", FIRST PUSHER NONCE "push-option a\npush-option a b\n\n" REF SSH, 1),
	GOOD("two refs", FIRST PUSHER "\n" REF B40 " " A40 " refs/heads/b\n" SSH, 2),
	BAD("nothing", "", "first"),
	BAD("another version", "certificate version 0.2\n" PUSHER "\n" REF SSH, "first"),
	BAD("a version that goes on", "certificate version 0.10\n" PUSHER "\n" REF SSH, "first"),
	BAD("an empty line first", "\n" FIRST PUSHER "\n" REF SSH, "first"),
	BAD("CRLF", "certificate version 0.1\r\n" PUSHER "\n" REF SSH, "first"),
	BAD("no pusher", FIRST NONCE "\n" REF SSH, "pusher is missing"),
	BAD("a pusher without a time", FIRST "pusher alice\n\n" REF SSH, "WHO SECONDS ZONE"),
	BAD("a pusher without a name", FIRST "pusher 1 +0000\n\n" REF SSH, "WHO SECONDS ZONE"),
	BAD("a pusher with an empty name", FIRST "pusher  1 +0000\n\n" REF SSH, "WHO SECONDS ZONE"),
	BAD("a pusher with an odd time", FIRST "pusher a -1 +0000\n\n" REF SSH, "no number of seconds"),
	BAD("a pusher with a late time", FIRST "pusher a 253402300800 +0000\n\n" REF SSH, "no number of seconds"),
	BAD("a pusher with an odd zone", FIRST "pusher a 1 +00x0\n\n" REF SSH, "zone is no number"),
	BAD("a pusher without a zone", FIRST "pusher a b 1\n\n" REF SSH, "WHO SECONDS ZONE"),
	BAD("pusher twice", FIRST PUSHER PUSHER "\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("pushee twice", FIRST PUSHER PUSHEE PUSHEE "\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("nonce twice", FIRST PUSHER NONCE NONCE "\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("nonce before pushee", FIRST PUSHER NONCE PUSHEE "\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("an empty nonce", FIRST PUSHER "nonce \n\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("nonce behind an option", FIRST PUSHER "push-option a\n" NONCE "\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("a line that nobody knows", FIRST PUSHER "x y\n\n" REF SSH, "unknown, misplaced or repeated"),
	BAD("no empty line", FIRST PUSHER NONCE REF SSH, "unknown, misplaced or repeated"),
	BAD("two empty lines", FIRST PUSHER "\n\n" REF SSH, "old new ref"),
	BAD("a NUL", FIRST "pusher a\0b 1 +0000\n\n" REF SSH, "control character"),
	BAD("an escape", FIRST PUSHER "push-option \033[2J\n\n" REF SSH, "control character"),
	BAD("no refs", FIRST PUSHER "\n" SSH, "no ref is updated"),
	BAD("a ref twice", FIRST PUSHER "\n" REF REF SSH, "updated twice"),
	BAD("a ref in words", FIRST PUSHER "\nmain\n" SSH, "old new ref"),
	BAD("a nonce below the empty line", FIRST PUSHER "\n" REF NONCE SSH, "old new ref"),
	BAD("not signed", FIRST PUSHER "\n" REF, "not signed"),
	BAD("signed by nobody knows what", FIRST PUSHER "\n" REF "-----BEGIN SIGNATURE-----\n", "not signed"),
	BAD("no end", FIRST PUSHER "\n" REF "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n", "is missing"),
	BAD("no newline at the end", FIRST PUSHER "\n" REF "-----BEGIN SSH SIGNATURE-----\nA\n-----END SSH SIGNATURE-----",
	    "is missing"),
	BAD("two signatures", FIRST PUSHER "\n" REF SSH SSH, "behind its end"),
	BAD("a signature inside", FIRST PUSHER "\n" REF "-----BEGIN SSH SIGNATURE-----\n" PGP, "a second one"),
	BAD("refs behind the signature", FIRST PUSHER "\n" REF SSH B40 " " A40 " refs/heads/b\n", "behind its end"),
	BAD("an empty line behind the signature", FIRST PUSHER "\n" REF SSH "\n", "behind its signature"),
};

static void
test_cert(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(certs); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_push_cert c;
		bool ok;

		print_message("# %s\n", certs[i].name);
		memset(&c, 0, sizeof(c));
		ok = rw_push_cert_parse(a, certs[i].in, &c, &err);
		assert_int_equal(ok, certs[i].error == NULL);
		assert_int_equal(c.push.n, certs[i].n);
		if (ok) {
			assert_ptr_equal(c.payload.p, certs[i].in.p);
			assert_ptr_equal(c.signature.p, c.payload.p + c.payload.n);
			assert_int_equal(c.payload.n + c.signature.n, certs[i].in.n);
		} else {
			assert_int_equal(err.code, RW_E_PARSE);
			if (strstr(err.msg, certs[i].error) == NULL)
				fail_msg("%s", err.msg);
		}
	}
}

static void
test_fields(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_push_cert c;

	(void)state;
	assert_true(rw_push_cert_parse(a, rw_str(FIRST "pusher Alice <a@example.com> 1700000000 +0100\n" PUSHEE NONCE
	    "push-option x\npush-option y z\n\n" REF SSH), &c, &err));
	assert_true(rw_str_eqz(c.pusher, "Alice <a@example.com>"));
	assert_int_equal(c.time, 1700000000000);
	assert_true(rw_str_eqz(c.pushee, "ssh://example.com/shop.git"));
	assert_true(rw_str_eqz(c.nonce, "1700000000-0123"));
	assert_int_equal(c.n_options, 2);
	assert_true(rw_str_eqz(c.option[1], "y z"));
	assert_string_equal(c.push.update[0].name.p, "refs/heads/main");
	assert_string_equal(RW_OID(&c.push.update[0].new_id), B40);
	assert_true(rw_str_eqz(c.signature, SSH));
}

/* Options up to n, then padding of the last one up to the size. */
static enum rw_error_code
parse_large(size_t options, size_t bytes)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_push_cert c;
	size_t tail = strlen("\n" REF SSH);

	rw_buf_puts(&b, FIRST PUSHER);
	for (size_t i = 0; i < options; i++)
		rw_buf_puts(&b, i + 1 < options ? "push-option x\n" : "push-option x");
	while (b.len + tail + 1 < bytes)
		rw_buf_putc(&b, 'x');
	rw_buf_puts(&b, "\n\n" REF SSH);
	assert_true(bytes == 0 || b.len == bytes);
	return rw_push_cert_parse(a, rw_buf_str(&b), &c, &err) ? RW_E_NONE : err.code;
}

static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_large(RW_LIMIT_PUSH_OPTIONS, 0), RW_E_NONE);
	assert_int_equal(parse_large(RW_LIMIT_PUSH_OPTIONS + 1, 0), RW_E_LIMIT);
	assert_int_equal(parse_large(1, RW_LIMIT_PUSH_CERT_BYTES), RW_E_NONE);
	assert_int_equal(parse_large(1, RW_LIMIT_PUSH_CERT_BYTES + 1), RW_E_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cert),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
