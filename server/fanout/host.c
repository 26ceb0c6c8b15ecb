#include <arpa/inet.h>

#include "server/fanout/host.h"

/* a failing host that nobody asks for is forgotten after that */
#define FAILING_KEPT_MS (10 * 60 * 1000)

void
rw_hosts_init(struct rw_hosts *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->turn_last = &hs->turn;
}

static void
host_free(struct rw_host *h)
{
	free(h->name);
	free(h->port);
	free(h);
}

void
rw_hosts_release(struct rw_hosts *hs)
{
	for (size_t i = 0; i < RW_HOST_BUCKETS; i++) {
		while (hs->bucket[i] != NULL) {
			struct rw_host *h = hs->bucket[i];

			hs->bucket[i] = h->chain;
			host_free(h);
		}
	}
	rw_hosts_init(hs);
}

static size_t
bucket_of(const char *name, const char *port)
{
	uint64_t hash = 14695981039346656037u;		/* FNV-1a */

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 1099511628211u;
	hash = (hash ^ ':') * 1099511628211u;
	for (; *port != '\0'; port++)
		hash = (hash ^ (uint8_t)*port) * 1099511628211u;
	return hash % RW_HOST_BUCKETS;
}

struct rw_host *
rw_hosts_get(struct rw_hosts *hs, const char *name, const char *port)
{
	size_t at = bucket_of(name, port);
	struct rw_host *h;
	uint8_t addr[16];

	for (h = hs->bucket[at]; h != NULL; h = h->chain) {
		if (strcmp(h->name, name) == 0 && strcmp(h->port, port) == 0)
			return h;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->name = strdup(name);
	h->port = strdup(port);
	if (h->name == NULL || h->port == NULL) {
		host_free(h);
		return NULL;
	}
	h->tag = ++hs->tags;
	h->literal = inet_pton(AF_INET, name, addr) == 1 || inet_pton(AF_INET6, name, addr) == 1;
	h->last = &h->first;
	h->chain = hs->bucket[at];
	hs->bucket[at] = h;
	return h;
}

struct rw_host *
rw_hosts_by_tag(struct rw_hosts *hs, uint64_t tag)
{
	for (size_t i = 0; i < RW_HOST_BUCKETS; i++) {
		for (struct rw_host *h = hs->bucket[i]; h != NULL; h = h->chain) {
			if (h->tag == tag)
				return h;
		}
	}
	return NULL;
}

static void
ring_leave(struct rw_hosts *hs, struct rw_host *h)
{
	if (h->turn_link == NULL)
		return;
	*h->turn_link = h->turn;
	if (h->turn != NULL)
		h->turn->turn_link = h->turn_link;
	else
		hs->turn_last = h->turn_link;
	h->turn = NULL;
	h->turn_link = NULL;
	hs->n_turn--;
}

static void
ring_enter(struct rw_hosts *hs, struct rw_host *h)
{
	h->turn = NULL;
	h->turn_link = hs->turn_last;
	*hs->turn_last = h;
	hs->turn_last = &h->turn;
	hs->n_turn++;
}

struct rw_host *
rw_hosts_next(struct rw_hosts *hs)
{
	struct rw_host *h = hs->turn;

	if (h != NULL) {
		ring_leave(hs, h);
		ring_enter(hs, h);
	}
	return h;
}

void
rw_host_wait(struct rw_hosts *hs, struct rw_host *h, struct rw_job *j)
{
	j->host = h;
	j->next = NULL;
	*h->last = j;
	h->last = &j->next;
	hs->waiting++;
	if (h->turn_link == NULL)
		ring_enter(hs, h);
}

struct rw_job *
rw_host_pop(struct rw_hosts *hs, struct rw_host *h)
{
	struct rw_job *j = h->first;

	if (j == NULL)
		return NULL;
	h->first = j->next;
	if (h->first == NULL)
		h->last = &h->first;
	j->next = NULL;
	hs->waiting--;
	ring_leave(hs, h);
	if (h->first != NULL)
		ring_enter(hs, h);
	return j;
}

bool
rw_host_may_start(const struct rw_hosts *hs, const struct rw_host *h)
{
	if (h->failures == 0)
		return h->active < RW_LIMIT_DELIVERY_PER_HOST;
	return h->active == 0 && hs->failing_active < RW_HOST_FAILING_MAX;
}

void
rw_host_started(struct rw_hosts *hs, struct rw_host *h)
{
	h->active++;
	if (h->failures > 0)
		hs->failing_active++;
}

void
rw_host_ended(struct rw_hosts *hs, struct rw_host *h, bool reached)
{
	bool was = h->failures > 0, is;

	if (was)
		hs->failing_active--;
	h->active--;
	h->failures = reached ? 0 : h->failures + 1;
	is = h->failures > 0;
	/* those of it that are still under way count as what the host is now */
	if (is && !was)
		hs->failing_active += h->active;
	else if (!is && was)
		hs->failing_active -= h->active;
}

bool
rw_host_open_circuit(const struct rw_host *h)
{
	return h->failures >= RW_HOST_CIRCUIT;
}

static bool
idle(const struct rw_host *h, int64_t now_ms)
{
	if (h->active > 0 || h->first != NULL || h->names == RW_NAMES_ASKED)
		return false;
	return h->failures == 0 ? h->names_until <= now_ms : h->names_until + FAILING_KEPT_MS <= now_ms;
}

void
rw_hosts_sweep(struct rw_hosts *hs, int64_t now_ms)
{
	for (size_t i = 0; i < RW_HOST_BUCKETS; i++) {
		struct rw_host **link = &hs->bucket[i];

		while (*link != NULL) {
			struct rw_host *h = *link;

			if (idle(h, now_ms)) {
				*link = h->chain;
				host_free(h);
			} else {
				link = &h->chain;
			}
		}
	}
}
