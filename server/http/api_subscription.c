#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/glob.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/http/body.h"
#include "server/http/call.h"

#define SECRET_BYTES	32	/* of a secret that is made here */

static void
put(struct rw_json *j, const struct rw_subscription *s)
{
	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_int(j, s->id);
	rw_json_key(j, "url");
	rw_json_str(j, s->url);
	rw_json_key(j, "repo");
	rw_json_str(j, s->repo_glob.n == 0 ? RW_STR_LIT("**") : s->repo_glob);
	rw_json_key(j, "ref");
	rw_json_str(j, s->ref_glob.n == 0 ? RW_STR_LIT("**") : s->ref_glob);
	rw_json_key(j, "limited_to");
	if (s->owner_repos.n == 0)
		rw_json_null(j);
	else
		rw_json_str(j, s->owner_repos);
	rw_json_key(j, "state");
	rw_json_strz(j, rw_subscription_state_name(s->state));
	rw_json_key(j, "created");
	rw_json_time(j, s->created);
	rw_json_key(j, "start");
	rw_json_int(j, (int64_t)s->start);
}

static void
answer(struct rw_call *c, unsigned status, const struct rw_subscription *s, const char *secret)
{
	struct rw_json j = rw_json_init(&c->out, false);
	struct rw_error err = RW_ERROR_INIT;

	put(&j, s);
	if (secret != NULL) {
		rw_json_key(&j, "secret");
		rw_json_strz(&j, secret);
	}
	rw_json_end(&j);
	if (!rw_json_ok(&j, "subscription", &err))
		rw_call_error(c, &err);
	else
		rw_call_done(c, status, "application/json");
}

/* A limited token has a world of its own: the subscriptions that tokens of the same limit made. */
static bool
visible(const struct rw_call *c, const struct rw_subscription *s)
{
	return c->token.repos.n == 0 || rw_str_eq(c->token.repos, s->owner_repos);
}

bool
rw_api_subscription_load(struct rw_call *c, int64_t id, struct rw_subscription *ret)
{
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_subscription_get(c->serve, c->arena, id, ret, &err)) {
		if (err.code == RW_E_NOT_FOUND)
			rw_call_problem(c, 404, "there is no subscription %lld", (long long)id);
		else
			rw_call_error(c, &err);
		return false;
	}
	if (!visible(c, ret)) {
		rw_call_problem(c, 404, "there is no subscription %lld", (long long)id);
		return false;
	}
	return true;
}

bool
rw_api_change(struct rw_call *c, enum rw_subscription_action action, struct rw_subscription *s)
{
	struct rw_subscription_change ch = {
		.action = action, .sub = s, .delivery = (int64_t)c->id, .token = c->token.id, .now = c->now,
	};
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_subscription_change(c->serve, c->log, c->o->lock_wait_ms, &ch, &err)) {
		rw_call_error(c, &err);
		return false;
	}
	if (c->o->fanout != NULL)
		rw_fanout_wake(c->o->fanout);
	return true;
}

void
rw_api_subscription_list(struct rw_call *c)
{
	struct rw_json j = rw_json_init(&c->out, false);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_str given = rw_target_param(&c->target, "after");
	uint64_t after = 0;
	const struct rw_subscription *s = NULL;
	size_t n = 0, shown = 0;
	int64_t last = 0;

	for (size_t i = 0; i < c->target.n_params; i++) {
		if (!rw_str_eqz(c->target.param[i].name, "after")) {
			rw_call_problem(c, 400, "unknown parameter \"%s\"; there is \"after\"",
			    RW_SHOW(c->target.param[i].name));
			return;
		}
	}
	if (given.p != NULL && !rw_text_u64(given, INT64_MAX, &after)) {
		rw_call_problem(c, 400, "parameter \"after\": \"%s\" is not the number of a subscription",
		    RW_SHOW(given));
		return;
	}
	last = (int64_t)after;
	rw_json_object(&j);
	rw_json_key(&j, "subscriptions");
	rw_json_array(&j);
	do {
		if (!rw_subscription_list(c->serve, c->arena, last, RW_LIMIT_PAGE, &s, &n, &err)) {
			rw_call_error(c, &err);
			return;
		}
		for (size_t i = 0; i < n && shown < RW_LIMIT_PAGE; i++) {
			last = s[i].id;
			if (!visible(c, &s[i]))
				continue;
			put(&j, &s[i]);
			rw_json_end(&j);
			shown++;
		}
	} while (n == RW_LIMIT_PAGE && shown < RW_LIMIT_PAGE);
	rw_json_end(&j);
	rw_json_key(&j, "next");
	if (n == RW_LIMIT_PAGE) {
		char next[32];

		(void)snprintf(next, sizeof(next), "%lld", (long long)last);
		rw_json_strz(&j, next);
	} else {
		rw_json_null(&j);
	}
	rw_json_end(&j);
	if (!rw_json_ok(&j, "subscriptions", &err))
		rw_call_error(c, &err);
	else
		rw_call_done(c, 200, "application/json");
}

static bool
check_glob(struct rw_call *c, const char *member, struct rw_str glob)
{
	struct rw_error err = RW_ERROR_INIT;

	if (glob.n == 0 || rw_glob_compile(c->arena, glob, &err) != NULL)
		return true;
	rw_call_problem(c, 400, "body: member \"%s\": %s", member, err.msg);
	return false;
}

static bool
check_url(struct rw_call *c, struct rw_str url)
{
	struct rw_error err = RW_ERROR_INIT;

	if (rw_url_allowed(c->arena, url, &c->o->addresses, &err))
		return true;
	rw_call_problem(c, 400, "body: member \"url\": %s", err.msg);
	return false;
}

static bool
make_secret(struct rw_call *c, struct rw_str *ret)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(2 * SECRET_BYTES);
	struct rw_error err = RW_ERROR_INIT;
	uint8_t raw[SECRET_BYTES];

	if (!rw_random(raw, sizeof(raw), &err)) {
		rw_call_error(c, &err);
		return false;
	}
	/* its text is the key, byte for byte: what is pasted into a receiver's configuration is then right */
	rw_base64_encode(&b, (struct rw_str){ (const char *)raw, sizeof(raw) });
	*ret = rw_arena_str(c->arena, rw_buf_str(&b));
	rw_wipe(raw, sizeof(raw));
	if (b.data != NULL)
		rw_wipe(b.data, b.len);
	if (ret->n == 0)
		rw_call_problem(c, 500, "out of memory");
	return ret->n > 0;
}

void
rw_api_subscription_add(struct rw_call *c)
{
	struct rw_subscription s = { .state = RW_SUB_ACTIVE, .created = c->now,
	    .owner_repos = c->token.repos };
	const struct rw_body_member members[] = {
		{ "url", true, RW_LIMIT_URL_BYTES, &s.url },
		{ "repo", false, RW_LIMIT_GLOB_BYTES, &s.repo_glob },
		{ "ref", false, RW_LIMIT_GLOB_BYTES, &s.ref_glob },
		{ "secret", false, RW_LIMIT_SECRET_MAX, &s.secret },
	};
	struct rw_error err = RW_ERROR_INIT;
	bool made = false;

	if (!rw_body_read(c->arena, c->body, members, RW_ARRAY_LEN(members), &err)) {
		rw_call_error(c, &err);
		return;
	}
	if (!check_url(c, s.url) || !check_glob(c, "repo", s.repo_glob) || !check_glob(c, "ref", s.ref_glob))
		return;
	if (s.secret.p != NULL && s.secret.n < RW_LIMIT_SECRET_MIN) {
		rw_call_problem(c, 400, "body: member \"secret\" is shorter than %d bytes; leave it out and one is made",
		    RW_LIMIT_SECRET_MIN);
		return;
	}
	if (s.secret.p == NULL) {
		made = true;
		if (!make_secret(c, &s.secret))
			return;
	}
	if (!rw_api_change(c, RW_SUB_CREATE, &s))
		return;
	rw_call_header(c, "Location", "/v1/subscriptions/%lld", (long long)s.id);
	answer(c, 201, &s, made ? s.secret.p : NULL);
}

void
rw_api_subscription_get(struct rw_call *c)
{
	struct rw_subscription s;

	if (rw_api_subscription_load(c, (int64_t)c->id, &s))
		answer(c, 200, &s, NULL);
}

void
rw_api_subscription_delete(struct rw_call *c)
{
	struct rw_subscription s;

	if (!rw_api_subscription_load(c, (int64_t)c->id, &s) || !rw_api_change(c, RW_SUB_DELETE, &s))
		return;
	rw_call_done(c, 204, NULL);
}

static void
set_state(struct rw_call *c, enum rw_subscription_action action)
{
	struct rw_subscription s;

	if (rw_api_subscription_load(c, (int64_t)c->id, &s) && rw_api_change(c, action, &s))
		answer(c, 200, &s, NULL);
}

void
rw_api_subscription_pause(struct rw_call *c)
{
	set_state(c, RW_SUB_PAUSE);
}

void
rw_api_subscription_resume(struct rw_call *c)
{
	set_state(c, RW_SUB_RESUME);
}

void
rw_api_subscription_ping(struct rw_call *c)
{
	struct rw_json j = rw_json_init(&c->out, false);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_subscription s;
	struct rw_fanout_ping p;
	bool ok;

	if (!rw_api_subscription_load(c, (int64_t)c->id, &s))
		return;
	if (c->o->fanout == NULL || !rw_http_ping_begin(c->shared)) {
		rw_call_header(c, "Retry-After", "5");
		rw_call_problem(c, 503, "another ping is under way");
		return;
	}
	ok = rw_fanout_ping(c->o->fanout, s.id, &p, &err);
	rw_http_ping_end(c->shared);
	if (!ok) {
		rw_call_error(c, &err);
		return;
	}
	rw_json_object(&j);
	rw_json_key(&j, "subscription");
	rw_json_int(&j, s.id);
	rw_json_key(&j, "delivered");
	rw_json_bool(&j, p.status >= 200 && p.status <= 299);
	rw_json_key(&j, "status");
	if (p.status == 0)
		rw_json_null(&j);
	else
		rw_json_int(&j, p.status);
	rw_json_key(&j, "milliseconds");
	rw_json_int(&j, p.ms);
	rw_json_key(&j, "error");
	rw_json_strz(&j, p.error[0] == '\0' ? NULL : p.error);
	rw_json_end(&j);
	if (!rw_json_ok(&j, "ping", &err))
		rw_call_error(c, &err);
	else
		rw_call_done(c, 200, "application/json");
}
