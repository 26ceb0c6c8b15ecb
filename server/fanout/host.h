/*
 * host.h: what is known of each endpoint's host and port while something is to be sent there: its
 * addresses, how many requests are under way, what waits, and whether it can be reached at all. Memory
 * only; it starts anew with the daemon.
 *
 * Fairness: a host has at most RW_LIMIT_DELIVERY_PER_HOST requests under way, one that could not be
 * reached lately has one, and all of those together have a quarter of the places. Hosts take turns.
 */
#ifndef REFWALL_SERVER_FANOUT_HOST_H
#define REFWALL_SERVER_FANOUT_HOST_H

#include "server/fanout/transfer.h"

#define RW_HOST_BUCKETS		1024
#define RW_HOST_FRESH_MS	30000		/* an answer of the resolver is used that long, */
#define RW_HOST_STALE_MS	5000		/* a failure that long, */
#define RW_HOST_PATIENCE_MS	5000		/* and a resolver is waited for that long */
#define RW_HOST_CIRCUIT		3		/* failures to reach it in a row that defer all that waits */
#define RW_HOST_FAILING_MAX	(RW_LIMIT_DELIVERY_PARALLEL / 4)

struct rw_host;

struct rw_job {
	struct rw_job *next;
	struct rw_host *host;
	struct rw_transfer t;
	int64_t delivery, subscription;		/* delivery 0: a ping */
	uint64_t entry;
	unsigned attempts;			/* with this one */
	bool untried;			/* it ended only because the host's circuit is open */
	struct rw_ping *ping;
	char what[160];				/* for the program's log */
};

enum rw_names { RW_NAMES_UNKNOWN, RW_NAMES_ASKED, RW_NAMES_KNOWN, RW_NAMES_FAILED };

struct rw_host {
	struct rw_host *chain;			/* in its bucket */
	/* in the ring of hosts with waiting jobs; link NULL: not in it */
	struct rw_host *turn, **turn_link;
	uint64_t tag;
	char *name, *port;
	bool literal;				/* an address, not a name */
	enum rw_names names;
	int64_t names_until;			/* monotonic ms */
	uint8_t addr[RW_RESOLVE_ADDRESSES][16];
	size_t n_addr;
	char error[160];
	unsigned active, failures;
	struct rw_job *first, **last;		/* waiting */
};

struct rw_hosts {
	struct rw_host *bucket[RW_HOST_BUCKETS];
	struct rw_host *turn;			/* those with waiting jobs, whose turn it is first */
	struct rw_host **turn_last;
	size_t n_turn;
	uint64_t tags;
	unsigned failing_active;
	size_t waiting;				/* jobs, in all */
};

void rw_hosts_init(struct rw_hosts *hs);
void rw_hosts_release(struct rw_hosts *hs);	/* no job may be left */

/* The host of an URL that was checked; NULL: out of memory. */
struct rw_host *rw_hosts_get(struct rw_hosts *hs, const char *name, const char *port);
struct rw_host *rw_hosts_by_tag(struct rw_hosts *hs, uint64_t tag);
void rw_host_wait(struct rw_hosts *hs, struct rw_host *h, struct rw_job *j);
/* The next waiting job of a host, or NULL; the host goes to the end of the ring, or leaves it. */
struct rw_job *rw_host_pop(struct rw_hosts *hs, struct rw_host *h);
/* The host whose turn it is, which goes to the end of the ring; NULL: nothing waits. */
struct rw_host *rw_hosts_next(struct rw_hosts *hs);
/* May it have another request under way? */
bool rw_host_may_start(const struct rw_hosts *hs, const struct rw_host *h);
void rw_host_started(struct rw_hosts *hs, struct rw_host *h);
/* A request has ended; reached: the other side answered. */
void rw_host_ended(struct rw_hosts *hs, struct rw_host *h, bool reached);
/* Is it given up for now, so that what waits should be deferred? */
bool rw_host_open_circuit(const struct rw_host *h);
/* Drop those that are idle and in good standing: call now and then. */
void rw_hosts_sweep(struct rw_hosts *hs, int64_t now_ms);

#endif
