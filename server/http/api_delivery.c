#include "server/http/call.h"

static void
put_delivery(struct rw_json *j, const struct rw_delivery *d)
{
	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_int(j, d->id);
	rw_json_key(j, "repo");
	rw_json_str(j, d->repo_name);
	rw_json_key(j, "ref");
	rw_json_str(j, d->ref);
	rw_json_key(j, "entry");
	rw_json_int(j, (int64_t)d->entry);
	rw_json_key(j, "before");
	rw_json_str(j, d->before);
	rw_json_key(j, "after");
	rw_json_str(j, d->after);
	rw_json_key(j, "uuid");
	rw_json_strz(j, d->uuid);
	rw_json_key(j, "state");
	rw_json_strz(j, rw_delivery_state_name(d->state));
	rw_json_key(j, "attempts");
	rw_json_int(j, d->attempts);
	rw_json_key(j, "next_at");
	rw_json_time(j, d->state == RW_DELIVERY_WAITING ? d->next_at : RW_TIME_NONE);
	rw_json_key(j, "last_status");
	if (d->last_status == 0)
		rw_json_null(j);
	else
		rw_json_int(j, d->last_status);
	rw_json_key(j, "last_error");
	if (d->last_error.n == 0)
		rw_json_null(j);
	else
		rw_json_str(j, d->last_error);
	rw_json_end(j);
}

void
rw_api_delivery_list(struct rw_call *c)
{
	struct rw_json j = rw_json_init(&c->out, false);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_delivery *d;
	struct rw_subscription s;
	size_t n;

	if (!rw_api_subscription_load(c, (int64_t)c->id, &s))
		return;
	if (!rw_delivery_list(c->serve, c->arena, s.id, RW_LIMIT_PAGE, &d, &n, &err)) {
		rw_call_error(c, &err);
		return;
	}
	rw_json_object(&j);
	rw_json_key(&j, "deliveries");
	rw_json_array(&j);
	for (size_t i = 0; i < n; i++)
		put_delivery(&j, &d[i]);
	rw_json_end(&j);
	rw_json_end(&j);
	if (!rw_json_ok(&j, "deliveries", &err))
		rw_call_error(c, &err);
	else
		rw_call_done(c, 200, "application/json");
}

void
rw_api_delivery_redeliver(struct rw_call *c)
{
	struct rw_json j = rw_json_init(&c->out, false);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_subscription s;
	struct rw_delivery d;

	if (!rw_delivery_get(c->serve, c->arena, (int64_t)c->id, &d, &err)) {
		if (err.code == RW_E_NOT_FOUND)
			rw_call_problem(c, 404, "there is no delivery %llu", (unsigned long long)c->id);
		else
			rw_call_error(c, &err);
		return;
	}
	if (!rw_api_subscription_load(c, d.subscription, &s) || !rw_api_change(c, RW_SUB_REDELIVER, &s))
		return;
	if (!rw_delivery_get(c->serve, c->arena, (int64_t)c->id, &d, &err)) {
		rw_call_error(c, &err);
		return;
	}
	put_delivery(&j, &d);
	if (!rw_json_ok(&j, "delivery", &err))
		rw_call_error(c, &err);
	else
		rw_call_done(c, 202, "application/json");
}
