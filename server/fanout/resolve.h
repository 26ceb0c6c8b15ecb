/*
 * resolve.h: names to addresses, beside the thread that delivers. getaddrinfo(3) may block for as long as
 * a resolver likes, so a few helper threads call it; one that hangs is waited for by nobody, and ends
 * with what it shares when it returns.
 *
 * Thread rule: one thread asks and collects.
 */
#ifndef REFWALL_SERVER_FANOUT_RESOLVE_H
#define REFWALL_SERVER_FANOUT_RESOLVE_H

#include "refwall/error.h"

#define RW_RESOLVE_ADDRESSES	16
#define RW_RESOLVE_THREADS	6

struct rw_resolver;

struct rw_resolved {
	uint64_t tag;
	uint8_t addr[RW_RESOLVE_ADDRESSES][16];		/* IPv4 mapped, in the resolver's order */
	size_t n;					/* 0: error says why */
	bool more;					/* there were further addresses */
	char error[128];
};

/* wake is called from a helper thread when an answer can be collected. */
rw_must_check bool rw_resolver_new(void (*wake)(void *ctx), void *ctx, struct rw_resolver **ret,
    struct rw_error *err);
/* wake is not called any more when this returns. */
void rw_resolver_free(struct rw_resolver *r);

/* Ask for a host; the answer will carry the tag. False: out of memory. */
bool rw_resolver_ask(struct rw_resolver *r, const char *host, uint64_t tag);
/* Take one answer; false: there is none. */
bool rw_resolver_take(struct rw_resolver *r, struct rw_resolved *ret);

#endif
