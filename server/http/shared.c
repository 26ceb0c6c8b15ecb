#include <pthread.h>
#include <stdatomic.h>

#include "server/http/call.h"
#include "server/http/limiter.h"

#define ROUTES_MAX	32
#define STATUS_MIN	100
#define STATUS_MAX	599

struct rw_http_shared {
	/* the last row counts requests that matched no route */
	atomic_uint_fast64_t requests[ROUTES_MAX + 1][STATUS_MAX - STATUS_MIN + 1];
	atomic_flag pinging;
	pthread_mutex_t lock;		/* of the limiter */
	struct rw_limiter limiter;
};

struct rw_http_shared *
rw_http_shared_new(void)
{
	struct rw_http_shared *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	atomic_flag_clear(&s->pinging);
	if (pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return NULL;
	}
	return s;
}

void
rw_http_shared_free(struct rw_http_shared *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void
rw_http_count(struct rw_http_shared *s, const struct rw_route *route, unsigned status)
{
	size_t i = route == NULL ? ROUTES_MAX : (size_t)(route - rw_routes);

	if (i <= ROUTES_MAX && status >= STATUS_MIN && status <= STATUS_MAX)
		atomic_fetch_add_explicit(&s->requests[i][status - STATUS_MIN], 1, memory_order_relaxed);
}

void
rw_http_count_put(struct rw_http_shared *s, struct rw_buf *out)
{
	rw_buf_puts(out, "# TYPE refwall_http_requests counter\n"
	    "# HELP refwall_http_requests Requests answered, by route and status.\n");
	for (size_t i = 0; i <= ROUTES_MAX; i++) {
		if (i >= rw_n_routes && i != ROUTES_MAX)
			continue;
		for (unsigned k = STATUS_MIN; k <= STATUS_MAX; k++) {
			uint_fast64_t n = atomic_load_explicit(&s->requests[i][k - STATUS_MIN],
			    memory_order_relaxed);
			const char *method = "other", *pattern = "other";

			if (n == 0)
				continue;
			if (i != ROUTES_MAX) {
				pattern = rw_routes[i].pattern;
				method = rw_routes[i].method == RW_GET ? "get" :
				    rw_routes[i].method == RW_POST ? "post" : "delete";
			}
			rw_buf_printf(out, "refwall_http_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %llu\n", method,
			    pattern, k, (unsigned long long)n);
		}
	}
}

int64_t
rw_http_auth_failed(struct rw_http_shared *s, const uint8_t peer[16], int64_t now_ms)
{
	int64_t wait;

	(void)pthread_mutex_lock(&s->lock);
	wait = rw_limiter_fail(&s->limiter, peer, now_ms);
	(void)pthread_mutex_unlock(&s->lock);
	return wait;
}

bool
rw_http_ping_begin(struct rw_http_shared *s)
{
	return !atomic_flag_test_and_set(&s->pinging);
}

void
rw_http_ping_end(struct rw_http_shared *s)
{
	atomic_flag_clear(&s->pinging);
}
