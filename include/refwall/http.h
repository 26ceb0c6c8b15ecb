/*
 * http.h: the service's HTTP side. It answers /v1 and the three pages that machines look at; it decides
 * nothing about pushes.
 *
 * rw_http_start() binds, starts its own threads and returns; everything given in the options must outlive
 * rw_http_stop(). Each thread opens its own store handles. Bounds are in limits.h: header, body,
 * connections (in all and per address), and the time that a request may take to arrive and to be read.
 *
 * Errors are RFC 9457 problem documents. Tokens come as "Authorization: Bearer ..." only; what is stored
 * is their SHA-256.
 */
#ifndef REFWALL_HTTP_H
#define REFWALL_HTTP_H

#include "refwall/buf.h"
#include "refwall/fanout.h"

struct rw_http;

struct rw_http_options {
	const char *host, *port;			/* port "0": the kernel picks one */
	const char *log_dir, *serve_dir;
	/* for the log, at most 2 s of it is used: a person waits */
	int64_t lock_wait_ms;
	unsigned threads;				/* 0: four */
	/* a subscription to a forbidden literal address is refused at once */
	struct rw_address_policy addresses;
	struct rw_fanout *fanout;			/* woken after changes, asked to ping; may be NULL */
	/* False when the service should get no traffic; why says so, printable. Any thread. May be NULL. */
	bool (*ready)(void *ctx, struct rw_buf *why);
	/* Further metric families in OpenMetrics text. Any thread. May be NULL. */
	void (*metrics)(void *ctx, struct rw_buf *out);
	/* One line per request, printable, "key=value ...". Any thread. May be NULL. */
	void (*event)(void *ctx, const char *line);
	void *ctx;
};

rw_must_check bool rw_http_start(const struct rw_http_options *o, struct rw_http **ret, struct rw_error *err);

/* "127.0.0.1:8480" or "[::1]:8480": where it really listens. */
const char *rw_http_address(const struct rw_http *h);

/*
 * Call every second or so: ends connections whose request takes too long, which an idle time-out alone
 * does not.
 */
void rw_http_tick(struct rw_http *h);

void rw_http_stop(struct rw_http *h);

#endif
