/*
 * Changes to subscriptions: what they do to the row, and how they are recorded. The API and the
 * operator's command share them.
 */
#include "refwall/fanout.h"

struct job {
	struct rw_serve *serve;
	struct rw_log *log;
	const struct rw_subscription_change *c;
};

static bool
create(const struct job *j, struct rw_error *err)
{
	return rw_audit_size(j->log, &j->c->sub->start, err) &&
	    rw_subscription_add(j->serve, j->c->sub, &j->c->sub->id, err);
}

static bool
delete(const struct job *j, struct rw_error *err)
{
	return rw_subscription_delete(j->serve, j->c->sub->id, err);
}

static bool
set_state(const struct job *j, enum rw_subscription_state st, struct rw_error *err)
{
	j->c->sub->state = st;
	return rw_subscription_set_state(j->serve, j->c->sub->id, st, err);
}

static bool
pause_one(const struct job *j, struct rw_error *err)
{
	return set_state(j, RW_SUB_PAUSED, err);
}

static bool
resume(const struct job *j, struct rw_error *err)
{
	return set_state(j, RW_SUB_ACTIVE, err);
}

static bool
redeliver(const struct job *j, struct rw_error *err)
{
	return rw_delivery_redeliver(j->serve, j->c->delivery, j->c->now, err);
}

static const struct {
	const char *name;
	bool (*apply)(const struct job *j, struct rw_error *err);
} actions[] = {
	[RW_SUB_CREATE] = { "created", create },
	[RW_SUB_DELETE] = { "deleted", delete },
	[RW_SUB_PAUSE] = { "paused", pause_one },
	[RW_SUB_RESUME] = { "resumed", resume },
	[RW_SUB_REDELIVER] = { "redelivered", redeliver },
};

const char *
rw_subscription_action_name(enum rw_subscription_action a)
{
	return actions[a].name;
}

static bool
record(const struct job *j, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 10);
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_str host = RW_STR_LIT(""), port;
	uint64_t index;
	bool tls;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_url_check(a, j->c->sub->url, &tls, &host, &port, &ignored))
		host = RW_STR_LIT("");
	struct rw_audit_field f[] = {
		{ "action", RW_FIELD_STR, rw_str(actions[j->c->action].name), 0 },
		{ "host", RW_FIELD_STR, host, 0 },
		{ "ref-glob", RW_FIELD_STR, j->c->sub->ref_glob, 0 },
		{ "repo-glob", RW_FIELD_STR, j->c->sub->repo_glob, 0 },
		{ "subscription", RW_FIELD_INT, { NULL, 0 }, j->c->sub->id },
		{ "token", RW_FIELD_INT, { NULL, 0 }, j->c->token },
	};

	/* the last is the token, which the operator's command has not */
	return rw_audit_event(j->log, RW_ENTRY_SUBSCRIPTION, j->c->now, f,
	    RW_ARRAY_LEN(f) - (j->c->token == 0), &index, err);
}

static bool
change(void *ctx, struct rw_error *err)
{
	const struct job *j = ctx;

	return actions[j->c->action].apply(j, err) && record(j, err);
}

bool
rw_subscription_change(struct rw_serve *s, struct rw_log *l, int64_t wait_ms,
    const struct rw_subscription_change *c, struct rw_error *err)
{
	struct job j = { s, l, c };

	return rw_stores_change(s, l, wait_ms, change, &j, err);
}
