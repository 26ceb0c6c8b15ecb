/* test_signers.c: lines of allowed_signers files, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/hash.h"
#include "refwall/signers.h"
#include "tests/unit/ssh_tool.h"

#define B64 "AAAAC3NzaC1lZDI1NTE5AAAAIItAZCPrbD6eNld2ywYNGyGf23hGstLWozwf6fjA9BNA"
#define KEY "ssh-ed25519 " B64
#define SK "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIItAZCPrbD6eNld2ywYNGyGf23hGstLWozwf6fjA9BNAAAAABHNzaDo="
#define AT_2026 INT64_C(1767225600000)

static const struct {
	const char *name, *line;
	const char *fault;			/* NULL: right */
	const char *principals;			/* joined by spaces; NULL: the line is empty */
	bool ca;
	rw_time since, until;
} rows[] = {
	{ "plain", "alice@example.com " KEY, NULL, "alice@example.com", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "comment behind, CR", "alice " KEY " alice at work\r", NULL, "alice", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "blank", " \t ", NULL, NULL, false, 0, 0 },
	{ "comment", "  # alice " KEY, NULL, NULL, false, 0, 0 },
	{ "two principals", "alice,bob@example.com " KEY, NULL, "alice bob@example.com", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "quoted, with a space", "\"Alice A,bob\" " KEY, NULL, "Alice A bob", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "CA", "alice cert-authority " KEY, NULL, "alice", true, RW_TIME_NONE, RW_TIME_NONE },
	{ "keywords in capitals", "alice Cert-Authority,NAMESPACES=\"git\" " KEY, NULL, "alice", true, RW_TIME_NONE,
	    RW_TIME_NONE },
	{ "namespaces with git", "alice namespaces=\"file,g*\" " KEY, NULL, "alice", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "namespaces without", "alice namespaces=\"file\" " KEY, "for the namespaces \"file\", and not for git", NULL, false, 0, 0 },
	{ "namespaces but git", "alice namespaces=\"*,!git\" " KEY, "not for git", NULL, false, 0, 0 },
	{ "valid from, to", "alice valid-after=\"20260101Z\",valid-before=\"202601020000Z\" " KEY, NULL, "alice", false, AT_2026,
	    AT_2026 + 86401000 },
	{ "with seconds and UTC", "alice valid-after=\"20260101000001UTC\" " KEY, NULL, "alice", false, AT_2026 + 1000,
	    RW_TIME_NONE },
	{ "local time", "alice valid-after=\"20260101\" " KEY, "local time, which differs between machines; wanted \"20260101Z\"",
	    NULL, false, 0, 0 },
	{ "local time with minutes", "alice valid-before=\"202601011200\" " KEY, "\"202601011200Z\" for UTC", NULL, false, 0, 0 },
	{ "no date", "alice valid-after=\"tomorrow\" " KEY, "is no time", NULL, false, 0, 0 },
	{ "no such date", "alice valid-after=\"20260230Z\" " KEY, "there is no such time", NULL, false, 0, 0 },
	{ "turned about", "alice valid-after=\"20260102Z\",valid-before=\"20260101Z\" " KEY, "not behind valid-after", NULL, false,
	    0, 0 },
	{ "wrong name of a security key", "alice ssh-ed25519-sk " SK,
	    "key type name \"ssh-ed25519-sk\" is wrong: this key is of type sk-ssh-ed25519@openssh.com", NULL, false, 0, 0 },
	{ "right name", "alice sk-ssh-ed25519@openssh.com " SK, NULL, "alice", false, RW_TIME_NONE, RW_TIME_NONE },
	{ "name cut short", "alice ed25519 " B64, "this key is of type ssh-ed25519", NULL, false, 0, 0 },
	{ "wrong name behind options", "alice namespaces=\"git\" ssh-rsa " B64, "this key is of type ssh-ed25519", NULL, false, 0,
	    0 },
	{ "no key", "alice", "wanted \"principals [options] type base64\"", NULL, false, 0, 0 },
	{ "type only", "alice ssh-ed25519", "where the key should be", NULL, false, 0, 0 },
	{ "rubbish", "alice ssh-ed25519 AAAA", "where the key should be", NULL, false, 0, 0 },
	{ "words", "alice is a friend", "found \"a\" where the key should be", NULL, false, 0, 0 },
	{ "no principals", KEY, "wanted \"principals", NULL, false, 0, 0 },
	{ "unknown option", "alice no-touch-required " KEY, "option \"no-touch-required\" is not known", NULL, false, 0, 0 },
	{ "option twice", "alice cert-authority,cert-authority " KEY, "stands twice", NULL, false, 0, 0 },
	{ "value without quotes", "alice namespaces=git " KEY, "wanted a value in double quotes", NULL, false, 0, 0 },
	{ "CA with a value", "alice cert-authority=\"x\" " KEY, "it has no value", NULL, false, 0, 0 },
	{ "quote not closed", "alice namespaces=\"git " KEY, "not closed", NULL, false, 0, 0 },
	{ "pattern", "*@example.com " KEY, "is a pattern", NULL, false, 0, 0 },
	{ "exclusion", "alice,!bob " KEY, "is a pattern", NULL, false, 0, 0 },
	{ "empty principal", "alice,,bob " KEY, "an empty principal", NULL, false, 0, 0 },
	{ "hostile principal", "al\033[2Jice " KEY, "cannot be shown", NULL, false, 0, 0 },
	{ "small order", "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "small order",
	    NULL, false, 0, 0 },
};

static void
test_lines(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	assert_true(rw_crypto_init(&err));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf joined = RW_BUF_INIT(1024);
		struct rw_error why = RW_ERROR_INIT;
		struct rw_signer s;
		bool empty, good;

		print_message("# %s\n", rows[i].name);
		good = rw_signer_parse(a, rw_str(rows[i].line), &s, &empty, &why);
		if (rows[i].fault != NULL) {
			assert_false(good);
			if (strstr(why.msg, rows[i].fault) == NULL)
				fail_msg("%s", why.msg);
			continue;
		}
		if (!good)
			fail_msg("%s", why.msg);
		assert_int_equal(empty, rows[i].principals == NULL);
		if (empty)
			continue;
		for (size_t k = 0; k < s.n; k++) {
			rw_buf_puts(&joined, k == 0 ? "" : " ");
			rw_buf_put_str(&joined, s.principal[k]);
		}
		assert_string_equal(rw_buf_cstr(&joined), rows[i].principals);
		assert_int_equal(s.ca, rows[i].ca);
		assert_true(s.key.since == rows[i].since && s.key.until == rows[i].until);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests_name("signers", tests, NULL, NULL);
}
