/*
 * network.h: networks of addresses, IPv4 and IPv6 in one form. Pure.
 */
#ifndef REFWALL_NETWORK_H
#define REFWALL_NETWORK_H

#include "refwall/base.h"

struct rw_network {			/* CIDR; IPv4 as ::ffff:a.b.c.d with 96 added */
	uint8_t addr[16];
	unsigned bits;			/* at most 128 */
};

/* Parse "10.0.0.0/8" or "fd00::/8" or a bare address. False also when bits are set behind the length. */
bool rw_network_parse(struct rw_str s, struct rw_network *ret);
bool rw_network_contains(const struct rw_network *n, const uint8_t addr[16]);

#endif
