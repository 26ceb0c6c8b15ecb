#include <stdio.h>

#include "refwall/text.h"
#include "server/http/call.h"

const struct rw_route rw_routes[] = {
	{ RW_GET, "/healthz", 0, rw_api_healthz, RW_ROUTE_QUIET },
	{ RW_GET, "/readyz", 0, rw_api_readyz, RW_ROUTE_QUIET },
	{ RW_GET, "/metrics", RW_SCOPE_METRICS_READ, rw_api_metrics, RW_ROUTE_QUIET },
	{ RW_GET, "/v1/audit", RW_SCOPE_AUDIT_READ, rw_api_audit_list, 0 },
	{ RW_GET, "/v1/audit/{}", RW_SCOPE_AUDIT_READ, rw_api_audit_get, 0 },
	{ RW_GET, "/v1/subscriptions", RW_SCOPE_SUBSCRIPTIONS_READ, rw_api_subscription_list, 0 },
	{ RW_POST, "/v1/subscriptions", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_subscription_add,
	    RW_ROUTE_BODY },
	{ RW_GET, "/v1/subscriptions/{}", RW_SCOPE_SUBSCRIPTIONS_READ, rw_api_subscription_get, 0 },
	{ RW_DELETE, "/v1/subscriptions/{}", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_subscription_delete, 0 },
	{ RW_POST, "/v1/subscriptions/{}/pause", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_subscription_pause, 0 },
	{ RW_POST, "/v1/subscriptions/{}/resume", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_subscription_resume,
	    0 },
	{ RW_POST, "/v1/subscriptions/{}/ping", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_subscription_ping, 0 },
	{ RW_GET, "/v1/subscriptions/{}/deliveries", RW_SCOPE_SUBSCRIPTIONS_READ, rw_api_delivery_list, 0 },
	{ RW_POST, "/v1/deliveries/{}/redeliver", RW_SCOPE_SUBSCRIPTIONS_WRITE, rw_api_delivery_redeliver,
	    0 },
};
const size_t rw_n_routes = RW_ARRAY_LEN(rw_routes);

static const struct { const char *name; unsigned methods; } methods[] = {
	{ "GET", RW_GET }, { "HEAD", RW_GET }, { "POST", RW_POST }, { "DELETE", RW_DELETE },
	{ "OPTIONS", 0 }, { "PUT", 0 }, { "PATCH", 0 }, { "TRACE", 0 }, { "CONNECT", 0 },
};

enum match { NO_MATCH, BAD_NUMBER, MATCH };

static enum match
match(const char *pattern, const struct rw_target *t, uint64_t *ret_id)
{
	const char *p = pattern;
	enum match found = MATCH;
	size_t i = 0;

	for (; *p == '/'; i++) {
		size_t n = strcspn(p + 1, "/");
		struct rw_str want = { p + 1, n };

		if (i == t->n_segments)
			return NO_MATCH;
		if (rw_str_eqz(want, "{}")) {
			if (!rw_text_u64(t->segment[i], INT64_MAX, ret_id))
				found = BAD_NUMBER;
		} else if (!rw_str_eq(want, t->segment[i])) {
			return NO_MATCH;
		}
		p += 1 + n;
	}
	return i == t->n_segments ? found : NO_MATCH;
}

static void
allow(struct rw_call *c, unsigned have)
{
	rw_call_header(c, "Allow", "%s%s%sOPTIONS", (have & RW_GET) != 0 ? "GET, HEAD, " : "",
	    (have & RW_POST) != 0 ? "POST, " : "", (have & RW_DELETE) != 0 ? "DELETE, " : "");
}

bool
rw_route_find(struct rw_call *c)
{
	bool options = strcmp(c->method, "OPTIONS") == 0, known = false, bad_number = false;
	unsigned want = 0, have = 0;

	for (size_t i = 0; i < RW_ARRAY_LEN(methods); i++) {
		if (strcmp(methods[i].name, c->method) == 0) {
			want = methods[i].methods;
			known = true;
		}
	}
	if (!known) {
		rw_call_problem(c, 501, "this service does not know the method %s",
		    RW_SHOW(rw_str(c->method)));
		return false;
	}
	for (size_t i = 0; i < rw_n_routes; i++) {
		enum match m = c->target.asterisk ? MATCH : match(rw_routes[i].pattern, &c->target, &c->id);

		bad_number = bad_number || m == BAD_NUMBER;
		if (m != MATCH)
			continue;
		have |= rw_routes[i].method;
		if (rw_routes[i].method == want && !c->target.asterisk) {
			c->route = &rw_routes[i];
			return true;
		}
	}
	if (bad_number) {
		rw_call_problem(c, 404, "what stands in the path for a number is none");
		return false;
	}
	if (have == 0) {
		rw_call_problem(c, 404, "there is nothing here; the API begins at /v1/");
		return false;
	}
	allow(c, have);
	if (options) {
		rw_buf_clear(&c->out);
		c->status = 204;
		return false;
	}
	rw_call_problem(c, 405, "%s is not possible here, see the Allow header", c->method);
	return false;
}
