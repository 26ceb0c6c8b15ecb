/*
 * call.h: one request on its way through the service, and what its handlers share. Only inside
 * server/http.
 *
 * A handler reads the call, and ends by filling in status, body and headers: with rw_call_done(),
 * rw_call_problem() or rw_call_error(). It runs in one thread of the pool; log and serve are that
 * thread's own handles.
 */
#ifndef REFWALL_SERVER_HTTP_CALL_H
#define REFWALL_SERVER_HTTP_CALL_H

#include "refwall/audit.h"
#include "refwall/http.h"
#include "server/http/target.h"

#define RW_CALL_HEADERS		8
#define RW_CALL_BODY_MAX	(32u << 20)	/* of an answer */
#define RW_CALL_BODY_SOFT	(4u << 20)	/* a page ends behind the entry that passes it */
#define RW_CALL_ARENA		(64u << 20)

struct rw_http_shared;

struct rw_call {
	const struct rw_http_options *o;
	struct rw_http_shared *shared;		/* counters, limiter */
	struct rw_log *log;
	struct rw_serve *serve;
	struct rw_arena *arena;
	rw_time now;
	uint8_t peer[16];

	/* the request */
	const char *method;
	struct rw_target target;
	struct rw_str authorization, accept, content_type;	/* {NULL,0}: absent */
	struct rw_str body;
	const struct rw_route *route;				/* NULL: none matched */
	uint64_t id;						/* the number in the path */
	struct rw_token token;					/* of a route that wants one */

	/* the answer */
	unsigned status;
	const char *content_type_out;
	struct rw_buf out;
	struct { const char *name, *value; } header[RW_CALL_HEADERS];
	size_t n_headers;
	/* why it failed, for the program's log only */
	char log_note[1024];
};

enum { RW_ROUTE_BODY = 1 /* wants a JSON body */,
    RW_ROUTE_QUIET = 2 /* not worth a line in the log when it went well */ };

enum rw_method { RW_GET = 1, RW_POST = 2, RW_DELETE = 4 };

struct rw_route {
	enum rw_method method;
	const char *pattern;			/* "/v1/audit/{}": {} is a number */
	unsigned scopes;			/* any of them, or admin; 0: open to all */
	void (*handle)(struct rw_call *c);
	unsigned flags;
};

/* route.c */
extern const struct rw_route rw_routes[];
extern const size_t rw_n_routes;
/* Find the route and the number in the path. False: answered (404, 405, OPTIONS). */
bool rw_route_find(struct rw_call *c);

/* auth.c: false: answered (401, 403, 429). */
bool rw_auth_check(struct rw_call *c);
/* May a limited token touch what belongs to `repo`? True for a token without limit. */
bool rw_auth_repo(struct rw_call *c, struct rw_str repo);

/* answer.c */
void rw_call_header(struct rw_call *c, const char *name, const char *fmt, ...) rw_printf_like(3, 4);
void rw_call_problem(struct rw_call *c, unsigned status, const char *fmt, ...) rw_printf_like(3, 4);
/* A failure of the library: what the client did wrong is told, what went wrong here is only logged. */
void rw_call_error(struct rw_call *c, const struct rw_error *err);
/* 200 with what was written to c->out, or a problem when writing failed. */
void rw_call_done(struct rw_call *c, unsigned status, const char *content_type);
const char *rw_status_title(unsigned status);

/* api_*.c, metrics.c */
void rw_api_audit_list(struct rw_call *c);
void rw_api_audit_get(struct rw_call *c);
void rw_api_subscription_list(struct rw_call *c);
void rw_api_subscription_add(struct rw_call *c);
void rw_api_subscription_get(struct rw_call *c);
void rw_api_subscription_delete(struct rw_call *c);
void rw_api_subscription_pause(struct rw_call *c);
void rw_api_subscription_resume(struct rw_call *c);
void rw_api_subscription_ping(struct rw_call *c);
void rw_api_delivery_list(struct rw_call *c);
void rw_api_delivery_redeliver(struct rw_call *c);
void rw_api_healthz(struct rw_call *c);
void rw_api_readyz(struct rw_call *c);
void rw_api_metrics(struct rw_call *c);

/* api_subscription.c: the subscription, if the token may see it. False: answered. */
bool rw_api_subscription_load(struct rw_call *c, int64_t id, struct rw_subscription *ret);
/* Change it, record that, wake the engine. The call's id is the delivery's where it is one. False: answered. */
bool rw_api_change(struct rw_call *c, enum rw_subscription_action action, struct rw_subscription *s);

/* shared.c: what all threads count and limit together. */
struct rw_http_shared *rw_http_shared_new(void);
void rw_http_shared_free(struct rw_http_shared *s);
void rw_http_count(struct rw_http_shared *s, const struct rw_route *route, unsigned status);
void rw_http_count_put(struct rw_http_shared *s, struct rw_buf *out);
int64_t rw_http_auth_failed(struct rw_http_shared *s, const uint8_t peer[16], int64_t now_ms);
/* One ping at a time waits for its answer, so that the pool stays free. */
bool rw_http_ping_begin(struct rw_http_shared *s);
void rw_http_ping_end(struct rw_http_shared *s);

#endif
