#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/fanout.h"

static void
address(const char *z, uint8_t out[16])
{
	memset(out, 0, 16);
	if (strchr(z, ':') != NULL) {
		assert_int_equal(inet_pton(AF_INET6, z, out), 1);
		return;
	}
	out[10] = out[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, z, out + 12), 1);
}

static void
test_builtin(void **state)
{
	static const struct { const char *addr; bool allowed; } rows[] = {
		{ "8.8.8.8", true }, { "1.1.1.1", true }, { "93.184.216.34", true },
		{ "0.0.0.0", false }, { "0.255.255.255", false }, { "1.0.0.0", true },
		{ "9.255.255.255", true }, { "10.0.0.0", false }, { "10.255.255.255", false },
		    { "11.0.0.0", true },
		{ "100.63.255.255", true }, { "100.64.0.0", false }, { "100.127.255.255", false },
		    { "100.128.0.0", true },
		{ "126.255.255.255", true }, { "127.0.0.1", false }, { "127.255.255.255", false },
		    { "128.0.0.0", true },
		{ "169.253.255.255", true }, { "169.254.0.0", false }, { "169.254.169.254", false },
		{ "169.254.255.255", false }, { "169.255.0.0", true },
		{ "172.15.255.255", true }, { "172.16.0.0", false }, { "172.31.255.255", false },
		    { "172.32.0.0", true },
		{ "191.255.255.255", true }, { "192.0.0.0", false }, { "192.0.0.170", false },
		    { "192.0.1.0", true },
		{ "192.0.2.1", false }, { "192.0.3.0", true },
		{ "192.88.98.255", true }, { "192.88.99.1", false }, { "192.88.100.0", true },
		{ "192.167.255.255", true }, { "192.168.0.1", false }, { "192.168.255.255", false },
		    { "192.169.0.0", true },
		{ "198.17.255.255", true }, { "198.18.0.0", false }, { "198.19.255.255", false },
		    { "198.20.0.0", true },
		{ "198.51.99.255", true }, { "198.51.100.7", false }, { "198.51.101.0", true },
		{ "203.0.112.255", true }, { "203.0.113.7", false }, { "203.0.114.0", true },
		{ "223.255.255.255", true }, { "224.0.0.1", false }, { "239.255.255.255", false },
		{ "240.0.0.1", false }, { "255.255.255.255", false },
		{ "::", false }, { "::1", false }, { "::2", false }, { "::127.0.0.1", false },
		{ "::ffff:127.0.0.1", false }, { "::ffff:10.1.2.3", false }, { "::ffff:8.8.8.8", true },
		{ "::ffff:0:8.8.8.8", false },			/* translated (RFC 2765) */
		{ "64:ff9b::8.8.8.8", false }, { "64:ff9b::7f00:1", false }, { "64:ff9b:1::1", false },
		{ "100::1", false }, { "1fff::1", false },
		{ "2000::1", true }, { "2001::1", false }, { "2001:0:4136:e378:8000:63bf:3fff:fdd2", false },
		{ "2001:2::1", false }, { "2001:10::1", false }, { "2001:20::1", false },
		    { "2001:1ff:ffff::1", false },
		{ "2001:200::1", true }, { "2001:4860:4860::8888", true },
		{ "2001:db7:ffff::1", true }, { "2001:db8::1", false }, { "2001:db8:ffff::1", false },
		    { "2001:db9::1", true },
		{ "2002:7f00:1::1", false }, { "2002:808:808::1", false }, { "2003::1", true },
		{ "2606:4700::1111", true }, { "2a00:1450::1", true },
		{ "3ffd:ffff::1", true }, { "3ffe::1", false }, { "3fff::1", false },
		    { "3fff:fff:ffff::1", false },
		{ "3fff:1000::1", true },
		{ "4000::1", false }, { "5f00::1", false }, { "8000::1", false },
		{ "fbff::1", false }, { "fc00::1", false }, { "fd12:3456::1", false }, { "fe80::1", false },
		{ "fec0::1", false }, { "ff02::1", false },
		    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	};
	static const struct rw_address_policy none;

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		uint8_t addr[16];

		print_message("# %s\n", rows[i].addr);
		address(rows[i].addr, addr);
		assert_int_equal(rw_address_allowed(&none, addr), rows[i].allowed);
	}
}

static void
test_rules(void **state)
{
	static const struct {
		const char *name, *allow;
		unsigned allow_bits;
		const char *deny;
		unsigned deny_bits;
		const char *addr;
		bool allowed;
	} rows[] = {
		{ "loopback by allow", "127.0.0.0", 104, NULL, 0, "127.0.0.1", true },
		{ "not beyond the allowed network", "127.0.0.0", 104, NULL, 0, "10.0.0.1", false },
		{ "one address", "10.0.0.7", 128, NULL, 0, "10.0.0.7", true },
		{ "its neighbour", "10.0.0.7", 128, NULL, 0, "10.0.0.6", false },
		{ "inside of odd bits", "10.0.0.128", 121, NULL, 0, "10.0.0.255", true },
		{ "outside of odd bits", "10.0.0.128", 121, NULL, 0, "10.0.0.127", false },
		{ "deny wins over allow", "10.0.0.0", 104, "10.1.0.0", 112, "10.1.2.3", false },
		{ "beside what is denied", "10.0.0.0", 104, "10.1.0.0", 112, "10.2.2.3", true },
		{ "deny of the public", NULL, 0, "8.8.8.0", 120, "8.8.8.8", false },
		{ "other public stays", NULL, 0, "8.8.8.0", 120, "8.8.9.8", true },
		{ "the same address mapped", NULL, 0, "8.8.8.0", 120, "::ffff:8.8.8.8", false },
		{ "unique-local by allow", "fd00::", 8, NULL, 0, "fd12::1", true },
		{ "deny all IPv4", NULL, 0, "0.0.0.0", 96, "8.8.8.8", false },
		{ "deny all IPv4 leaves IPv6", NULL, 0, "0.0.0.0", 96, "2606:4700::1", true },
		{ "deny everything", NULL, 0, "::", 0, "8.8.8.8", false },
		{ "allow all IPv4", "0.0.0.0", 96, NULL, 0, "192.168.1.1", true },
		{ "impossible allow", "10.0.0.1", 129, NULL, 0, "10.0.0.1", false },
		{ "impossible deny", NULL, 0, "10.0.0.1", 129, "8.8.8.8", false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_network allow = { .bits = rows[i].allow_bits },
		    deny = { .bits = rows[i].deny_bits };
		struct rw_address_policy p = { &allow, &deny, rows[i].allow != NULL, rows[i].deny != NULL };
		uint8_t addr[16];

		print_message("# %s\n", rows[i].name);
		if (rows[i].allow != NULL)
			address(rows[i].allow, allow.addr);
		if (rows[i].deny != NULL)
			address(rows[i].deny, deny.addr);
		address(rows[i].addr, addr);
		assert_int_equal(rw_address_allowed(&p, addr), rows[i].allowed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
