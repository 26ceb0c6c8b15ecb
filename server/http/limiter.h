/*
 * limiter.h: how often a peer may fail to authenticate. A bucket per address (per /64 for IPv6), in a
 * table of fixed size: when it is full the stalest bucket is given away, so that memory stays bounded
 * whoever comes. Pure; the caller locks.
 */
#ifndef REFWALL_SERVER_HTTP_LIMITER_H
#define REFWALL_SERVER_HTTP_LIMITER_H

#include "refwall/base.h"

#define RW_LIMITER_SLOTS	1024
#define RW_LIMITER_PROBES	8
#define RW_LIMITER_BURST	10
#define RW_LIMITER_REFILL_MS	6000		/* one more failure is forgiven every six seconds */

struct rw_limiter {
	struct { uint8_t key[16]; int64_t empty_at; } slot[RW_LIMITER_SLOTS];
};

/*
 * A failure of that peer (IPv4 mapped) at a monotonic time > 0. 0: within bounds; else ms until the next is.
 */
int64_t rw_limiter_fail(struct rw_limiter *l, const uint8_t addr[16], int64_t now_ms);

#endif
