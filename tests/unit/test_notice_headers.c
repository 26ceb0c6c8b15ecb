#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/fanout.h"
#include "refwall/hash.h"

static const char spec_key[] = "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0";
static const char odd_key[] = "\x00\x01\xffsixteen-bytes-x";
static char long_key[200];

/* The value of a header, or fails. Each name stands once. */
static struct rw_str
header(const struct rw_buf *b, const char *name)
{
	const char *p = b->data;
	struct rw_str found = { NULL, 0 };

	for (size_t n = strlen(name); p != NULL && *p != '\0'; p = strchr(p, '\n') + 1) {
		if (strncmp(p, name, n) == 0 && p[n] == ':' && p[n + 1] == ' ') {
			assert_null(found.p);
			found = (struct rw_str){ p + n + 2, strcspn(p + n + 2, "\n") };
		}
	}
	if (found.p == NULL)
		fail_msg("no header %s", name);
	return found;
}

/*
 * Digests made by another implementation; the first two rows are the published examples of the two
 * schemes.
 */
static void
test_vectors(void **state)
{
	static const struct {
		const char *name;
		struct rw_str key, body;
		const char *uuid;
		rw_time now;
		const char *hex, *standard, *seconds;
	} rows[] = {
		{ "GitHub's example", { "It's a Secret to Everybody", 26 }, { "Hello, World!", 13 },
		    "3f1d9c4e-0000-4000-8000-000000000001", 1700000000000,
		    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
		    "xlD7yogT+tYo8bdSIu+j9zmFwOtZJwVoNQ/HJ5Q8mZA=", "1700000000" },
		{ "Standard Webhooks' example", { spec_key, 24 }, { "{\"test\": 2432232314}", 20 },
		    "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330999, NULL,
		    "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "1614265330" },
		{ "NUL in the key, empty body, the epoch", { odd_key, 18 }, { NULL, 0 }, "a", 0,
		    "7a10c283df7da99583be17bc87cfbcc69a27cecb4a2ad7cc26d6fc625fe29f4a",
		    "Ur9g/Bmysx8xhcyy+G94RmcorNruNFtD8TV5Zl8ZPPM=", "0" },
		{ "a key longer than a block", { long_key, 200 }, { "{\"ref\":\"refs/heads/main\"}", 25 },
		    "3f1d9c4e-0000-4000-8000-000000000002", 1795336237123,
		    "080d85e3391d5daaf92b2c5a994f1ef87d32ff4cb0484b07e44e7e0e2aa9feef",
		    "2IULS1c5MmGhDUNnAlG0g8YDot0EYiZjKZmD6Ls47qA=", "1795336237" },
	};

	(void)state;
	memset(long_key, 'k', sizeof(long_key));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_str v;

		print_message("# %s\n", rows[i].name);
		assert_true(rw_notice_headers("push", rows[i].uuid, rows[i].key, rows[i].body, rows[i].now,
		    &b, &err));
		if (rows[i].hex != NULL) {
			v = header(&b, "X-Hub-Signature-256");
			assert_true(rw_str_has_prefix(v, "sha256="));
			assert_true(rw_str_eqz((struct rw_str){ v.p + 7, v.n - 7 }, rows[i].hex));
			v = header(&b, "X-Signature");
			assert_true(rw_str_has_prefix(v, "sha256="));
			assert_true(rw_str_eqz((struct rw_str){ v.p + 7, v.n - 7 }, rows[i].hex));
		}
		v = header(&b, "webhook-signature");
		assert_true(rw_str_has_prefix(v, "v1,"));
		assert_true(rw_str_eqz((struct rw_str){ v.p + 3, v.n - 3 }, rows[i].standard));
		assert_true(rw_str_eqz(header(&b, "webhook-id"), rows[i].uuid));
		assert_true(rw_str_eqz(header(&b, "webhook-timestamp"), rows[i].seconds));
		assert_true(rw_str_eqz(header(&b, "X-GitHub-Delivery"), rows[i].uuid));
		assert_true(rw_str_eqz(header(&b, "X-GitHub-Event"), "push"));
		assert_true(rw_str_eqz(header(&b, "Content-Type"), "application/json"));
		assert_true(rw_str_has_prefix(header(&b, "User-Agent"), "Refwall/"));
		print_message("# headers of other forges would be believed first\n");
		assert_null(strcasestr(b.data, "gogs"));
		assert_null(strcasestr(b.data, "gitea"));
		assert_null(strcasestr(b.data, "gitlab"));
		assert_null(strcasestr(b.data, "hook-uuid"));
	}
}

static void
test_injection(void **state)
{
	static const struct { const char *event, *uuid; } rows[] = {
		{ "push\nX: y", "a" }, { "push", "a\r\nX: y" }, { "", "a" }, { "push", "" },
		    { "push", "a.b" }, { "pu sh", "a" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
		struct rw_error err = RW_ERROR_INIT;

		print_message("# row %zu\n", i);
		assert_false(rw_notice_headers(rows[i].event, rows[i].uuid, RW_STR_LIT("k"), RW_STR_LIT("b"),
		    0, &b, &err));
		assert_int_equal(err.code, RW_E_INTERNAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_injection),
	};
	struct rw_error err = RW_ERROR_INIT;

	return rw_crypto_init(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
