#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/fanout.h"

static void
test_good(void **state)
{
	static const struct { const char *url; bool tls; const char *host, *port; } rows[] = {
		{ "http://example.com", false, "example.com", "80" },
		{ "https://example.com", true, "example.com", "443" },
		{ "https://example.com/", true, "example.com", "443" },
		{ "HTTPS://Example.COM/Path", true, "example.com", "443" },
		{ "http://example.com:8080/hook/abc", false, "example.com", "8080" },
		{ "http://example.com?x=y", false, "example.com", "80" },
		{ "http://example.com:1", false, "example.com", "1" },
		{ "http://example.com:65535/", false, "example.com", "65535" },
		{ "http://webhook-receiver.flux-system.svc.cluster.local/hook/0123", false,
		    "webhook-receiver.flux-system.svc.cluster.local", "80" },
		{ "http://my_service:9292/", false, "my_service", "9292" },
		{ "http://127.0.0.1:9/", false, "127.0.0.1", "9" },
		{ "http://[::1]:80/", false, "::1", "80" },
		{ "http://[2001:DB8::1]/", false, "2001:db8::1", "80" },
		{ "http://[::ffff:10.0.0.1]/", false, "::ffff:10.0.0.1", "80" },
		{ "http://1.2.3.4.example/", false, "1.2.3.4.example", "80" },
		{ "http://xn--bcher-kva.example/", false, "xn--bcher-kva.example", "80" },
		{ "http://a/%2Fb%20c?d=%7B", false, "a", "80" },
		{ "http://a/@user:name", false, "a", "80" },
		{ "http://a/?u=x@y:z", false, "a", "80" },
		{ "http://0xcafe.example/", false, "0xcafe.example", "80" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_str host, port;
		bool tls;

		print_message("# %s\n", rows[i].url);
		assert_true(rw_url_check(a, rw_str(rows[i].url), &tls, &host, &port, &err));
		assert_int_equal(tls, rows[i].tls);
		assert_string_equal(host.p, rows[i].host);
		assert_int_equal(host.n, strlen(rows[i].host));
		assert_string_equal(port.p, rows[i].port);
	}
}

static void
test_bad(void **state)
{
	static const struct { const char *url, *says; } rows[] = {
		{ "", "empty" },
		{ "example.com", "start with http" },
		{ "//example.com/", "start with http" },
		{ "http:/example.com/", "start with http" },
		{ "http:example.com", "start with http" },
		{ "ftp://example.com/", "start with http" },
		{ "file:///etc/passwd", "start with http" },
		{ "gopher://example.com/", "start with http" },
		{ " http://example.com/", "printable" },
		{ "http://example.com/ ", "printable" },
		{ "http://example.com/\r\nX: y", "printable" },
		{ "http://example.com/\t", "printable" },
		{ "http://ex\x7f" "ample.com/", "printable" },
		{ "http://b\xc3\xbc" "cher.example/", "printable" },
		{ "http://", "host is missing" },
		{ "http:///path", "host is missing" },
		{ "http://:80/", "host is missing" },
		{ "http://user@example.com/", "user" },
		{ "http://user:pw@example.com/", "user" },
		{ "http://good.example@evil.example/", "user" },
		{ "http://@example.com/", "user" },
		{ "http://example.com#@evil/", "fragment" },
		{ "http://example.com/#x", "fragment" },
		{ "http://example.com?#", "fragment" },
		{ "http://example.com\\@evil/", "user" },
		{ "http://example.com\\evil/", "letters" },
		{ "http://exam%70le.com/", "letters" },
		{ "http://example.com/a\\b", "%5C" },
		{ "http://example.com/a|b", "%7C" },
		{ "http://example.com/\"", "%22" },
		{ "http://example.com/<x>", "%3C" },
		{ "http://example.com/{x}", "%7B" },
		{ "http://example.com/%", "hexadecimal" },
		{ "http://example.com/%4", "hexadecimal" },
		{ "http://example.com/%zz", "hexadecimal" },
		{ "http://example.com:/", "port" },
		{ "http://example.com:0/", "port" },
		{ "http://example.com:65536/", "port" },
		{ "http://example.com:080/", "port" },
		{ "http://example.com:-1/", "port" },
		{ "http://example.com:80:80/", "port" },
		{ "http://example.com:8o/", "port" },
		{ "http://example.com:99999999999999999999/", "port" },
		{ "http://[::1/", "]" },
		{ "http://[]/", "IPv6" },
		{ "http://[::1]x/", "after the IPv6" },
		{ "http://[fe80::1%25eth0]/", "IPv6" },
		{ "http://[1.2.3.4]/", "IPv6" },
		{ "http://[::g]/", "IPv6" },
		{ "http://::1/", "host is missing" },
		{ "http://example..com/", "empty label" },
		{ "http://.example.com/", "empty label" },
		{ "http://example.com./", "empty label" },
		{ "http://-example.com/", "'-'" },
		{ "http://example-.com/", "'-'" },
		{ "http://127.1/", "four decimal" },
		{ "http://2130706433/", "four decimal" },
		{ "http://0x7f000001/", "four decimal" },
		{ "http://0x7f.0.0.1/", "four decimal" },
		{ "http://0177.0.0.1/", "four decimal" },
		{ "http://127.0.0.01/", "four decimal" },
		{ "http://1.2.3.256/", "four decimal" },
		{ "http://1.2.3.4.5/", "four decimal" },
		{ "http://evil.0x1/", "four decimal" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_str host, port;
		bool tls;

		print_message("# row %zu\n", i);
		assert_false(rw_url_check(a, rw_str(rows[i].url), &tls, &host, &port, &err));
		assert_int_equal(err.code, RW_E_USAGE);
		if (strstr(err.msg, rows[i].says) == NULL)
			fail_msg("'%s' says '%s', wanted '%s'", rows[i].url, err.msg, rows[i].says);
	}
}

static bool
check(const char *prefix, char fill, size_t n, const char *suffix)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1 << 16);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1 << 16);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_str host, port;
	bool tls;

	rw_buf_puts(&b, prefix);
	for (size_t i = 0; i < n; i++)
		rw_buf_putc(&b, fill);
	rw_buf_puts(&b, suffix);
	return rw_url_check(a, rw_buf_str(&b), &tls, &host, &port, &err);
}

static void
test_limits(void **state)
{
	(void)state;
	print_message("# URL of 2048 and 2049 bytes\n");
	assert_true(check("http://a/", 'x', RW_LIMIT_URL_BYTES - 9, ""));
	assert_false(check("http://a/", 'x', RW_LIMIT_URL_BYTES - 8, ""));
	print_message("# label of 63 and 64 bytes\n");
	assert_true(check("http://", 'x', 63, "/"));
	assert_false(check("http://", 'x', 64, "/"));
	print_message("# host of 253 and 254 bytes\n");
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	assert_true(check("http://" L63 L63 L63, 'x', 61, "/"));
	assert_false(check("http://" L63 L63 L63, 'x', 62, "/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
