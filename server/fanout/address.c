#include <arpa/inet.h>

#include "refwall/fanout.h"
#include "refwall/text.h"

/*
 * What is not the public internet. IPv4 after the IANA IPv4 Special-Purpose Address Registry; IPv6 the
 * other way round: only 2000::/3 is assigned as global unicast, so everything else is special, and so are
 * these parts of it. NAT64, 6to4 and Teredo carry an IPv4 address inside and would lead around the IPv4
 * rows.
 */
#define V4(a, b, c, d, n) { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (a), (b), (c), (d) }, 96 + (n) }

static const struct rw_network special_v4[] = {
	V4(0, 0, 0, 0, 8),		/* this network (RFC 791) */
	V4(10, 0, 0, 0, 8),		/* private (RFC 1918) */
	V4(100, 64, 0, 0, 10),		/* carrier-grade NAT (RFC 6598) */
	V4(127, 0, 0, 0, 8),		/* loopback */
	V4(169, 254, 0, 0, 16),		/* link-local, clouds' metadata (RFC 3927) */
	V4(172, 16, 0, 0, 12),		/* private */
	V4(192, 0, 0, 0, 24),		/* IETF protocol assignments (RFC 6890) */
	V4(192, 0, 2, 0, 24),		/* documentation (RFC 5737) */
	V4(192, 88, 99, 0, 24),		/* 6to4 relays (RFC 7526) */
	V4(192, 168, 0, 0, 16),		/* private */
	V4(198, 18, 0, 0, 15),		/* benchmarking (RFC 2544) */
	V4(198, 51, 100, 0, 24),	/* documentation */
	V4(203, 0, 113, 0, 24),		/* documentation */
	V4(224, 0, 0, 0, 4),		/* multicast */
	V4(240, 0, 0, 0, 4),		/* reserved, broadcast */
};

static const struct rw_network special_v6[] = {
	/* unspecified, loopback, translated, NAT64, discard, not assigned */
	{ { 0x00 }, 3 },
	{ { 0x40 }, 2 },			/* not assigned, segment routing (RFC 9602) */
	/* not assigned, unique-local, link-local, site-local, multicast */
	{ { 0x80 }, 1 },
	/* IETF assignments: Teredo, benchmarking, ORCHID (RFC 2928) */
	{ { 0x20, 0x01, 0x00 }, 23 },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },	/* documentation (RFC 3849) */
	{ { 0x20, 0x02 }, 16 },			/* 6to4 (RFC 3056) */
	{ { 0x3f, 0xfe }, 16 },			/* the former 6bone (RFC 3701) */
	{ { 0x3f, 0xff }, 20 },			/* documentation (RFC 9637) */
};

static bool
in_table(const struct rw_network *t, size_t n, const uint8_t addr[16])
{
	for (size_t i = 0; i < n; i++) {
		if (rw_network_contains(&t[i], addr))
			return true;
	}
	return false;
}

bool
rw_address_allowed(const struct rw_address_policy *p, const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	/* a rule with an impossible length denies everything and allows nothing */
	for (size_t i = 0; i < p->n_deny; i++) {
		if (p->deny[i].bits > 128 || rw_network_contains(&p->deny[i], addr))
			return false;
	}
	for (size_t i = 0; i < p->n_allow; i++) {
		if (p->allow[i].bits <= 128 && rw_network_contains(&p->allow[i], addr))
			return true;
	}
	if (memcmp(addr, mapped, sizeof(mapped)) == 0)
		return !in_table(special_v4, RW_ARRAY_LEN(special_v4), addr);
	return !in_table(special_v6, RW_ARRAY_LEN(special_v6), addr);
}

bool
rw_url_allowed(struct rw_arena *a, struct rw_str url, const struct rw_address_policy *p, struct rw_error *err)
{
	uint8_t addr[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct rw_str host, port;
	bool tls;

	if (!rw_url_check(a, url, &tls, &host, &port, err))
		return false;
	if (inet_pton(AF_INET, host.p, addr + 12) != 1 && inet_pton(AF_INET6, host.p, addr) != 1)
		return true;
	return rw_address_allowed(p, addr) || rw_fail(err, RW_E_USAGE, "%s is in a network where notices "
	    "may not go; delivery.allow in refwall.yaml can permit it", RW_SHOW(host));
}
