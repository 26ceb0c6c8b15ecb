#include <stdio.h>

#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/fanout/engine.h"

/* a row whose subscription is paused is looked at again after that */
#define PAUSED_MS	60000
#define ROW_ARENA	(64u << 20)		/* a notice of RW_LIMIT_SIDE_BYTES, parsed */

void
rw_job_free(struct rw_job *j)
{
	if (j == NULL)
		return;
	rw_transfer_release(&j->t);
	free(j);
}

/* For the program's log: printable, and no quotation mark inside the marks. */
static void
describe(struct rw_job *j, const struct rw_delivery *row)
{
	struct rw_shown repo = rw_text_show(row->repo_name), ref = rw_text_show(row->ref);

	for (size_t i = 0; i < sizeof(repo.z); i++) {
		repo.z[i] = (char)(repo.z[i] == '"' ? '\'' : repo.z[i]);
		ref.z[i] = (char)(ref.z[i] == '"' ? '\'' : ref.z[i]);
	}
	(void)snprintf(j->what, sizeof(j->what), "repo=\"%.60s\" ref=\"%.60s\"", repo.z, ref.z);
}

/* The request's fixed parts. NULL: out of memory. */
static struct rw_job *
job_new(struct rw_fanout *f, const struct rw_subscription *s, const char *uuid, const char *event)
{
	struct rw_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->subscription = s->id;
	j->t.policy = &f->o.addresses;
	j->t.event = event;
	(void)snprintf(j->t.uuid, sizeof(j->t.uuid), "%s", uuid);
	j->t.url = strndup(s->url.p, s->url.n);
	j->t.secret = malloc(s->secret.n + 1);
	if (j->t.url == NULL || j->t.secret == NULL) {
		rw_job_free(j);
		return NULL;
	}
	if (s->secret.n > 0)
		memcpy(j->t.secret, s->secret.p, s->secret.n);
	j->t.secret_n = s->secret.n;
	return j;
}

/* Let it wait for its host. */
static bool
enqueue(struct rw_fanout *f, struct rw_arena *a, struct rw_job *j, struct rw_error *err)
{
	struct rw_str host, port;
	struct rw_host *h;
	bool tls;

	if (!rw_url_check(a, rw_str(j->t.url), &tls, &host, &port, err))
		return false;
	h = rw_hosts_get(&f->hosts, host.p, port.p);
	if (h == NULL)
		return rw_fail_nomem(err);
	rw_host_wait(&f->hosts, h, j);
	return true;
}

/* The body of a row, made or found. Ten thousand subscribers of one push share it. */
static struct rw_body *
body_of(struct rw_fanout *f, struct rw_arena *a, const struct rw_delivery *row, struct rw_error *err)
{
	const struct rw_audit_applied *e;
	struct rw_body *b;
	char before[41];
	uint64_t next;
	size_t n;

	(void)snprintf(before, sizeof(before), "%.*s", (int)(row->before.n < 41 ? row->before.n : 40),
	    row->before.p);
	if (f->body != NULL && f->body_entry == row->entry && strcmp(f->body_before, before) == 0) {
		f->body->users++;
		return f->body;
	}
	if (!rw_audit_applied_from(f->log, a, row->entry, 1, &e, &n, &next, err))
		return NULL;
	if (n == 0 || e[0].index != row->entry) {
		(void)rw_fail(err, RW_E_NOT_FOUND, "log entry %llu is not an applied ref",
		    (unsigned long long)row->entry);
		return NULL;
	}
	b = rw_body_new();
	if (b == NULL) {
		(void)rw_fail_nomem(err);
		return NULL;
	}
	if (!rw_notice_push(&e[0], before, &f->o.notice, &b->bytes, err)) {
		rw_body_unref(b);
		return NULL;
	}
	if (!rw_str_eqz(e[0].old_id, before))
		atomic_fetch_add(&f->coalesced, 1);
	rw_body_unref(f->body);
	f->body = b;
	f->body_entry = row->entry;
	memcpy(f->body_before, before, sizeof(before));
	b->users++;
	return b;
}

/* Nothing was sent and nothing will be now: say when, or that never. */
static void
result(struct rw_fanout *f, const struct rw_delivery *row, enum rw_delivery_state st, rw_time next_at,
    const char *error)
{
	struct rw_result *r = &f->result[f->n_results++];

	if (f->n_results == 1)
		f->oldest_result = rw_time_monotonic();
	memset(r, 0, sizeof(*r));
	r->delivery = row->id;
	r->subscription = row->subscription;
	r->entry = row->entry;
	r->state = st;
	r->next_at = next_at;
	(void)snprintf(r->error, sizeof(r->error), "%.199s", error);
	if (st == RW_DELIVERY_DEAD)
		atomic_fetch_add(&f->dead, 1);
}

bool
rw_engine_row(struct rw_fanout *f, const struct rw_delivery *row, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(ROW_ARENA);
	struct rw_error why = RW_ERROR_INIT;
	struct rw_subscription s;
	struct rw_body *body = NULL;
	struct rw_job *j = NULL;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_subscription_get(f->serve, a, row->subscription, &s, &why)) {
		if (why.code != RW_E_NOT_FOUND) {
			*err = why;
			return false;
		}
		result(f, row, RW_DELIVERY_DEAD, 0, "the subscription is gone");
		return true;
	}
	if (s.state != RW_SUB_ACTIVE) {
		result(f, row, RW_DELIVERY_WAITING, f->o.now() + PAUSED_MS, "the subscription is paused");
		return true;
	}
	body = body_of(f, a, row, &why);
	if (body != NULL) {
		j = job_new(f, &s, row->uuid, "push");
		if (j == NULL) {
			rw_body_unref(body);
			(void)rw_fail_nomem(&why);
		}
	}
	if (j != NULL) {
		j->t.body = body;
		j->delivery = row->id;
		j->entry = row->entry;
		j->attempts = row->attempts;
		describe(j, row);
		if (enqueue(f, a, j, &why))
			return true;
		rw_job_free(j);
	}
	/*
	 * what can never be said is dead at once and blocks nothing; the rest (memory, the disk) may be
	 * better later
	 */
	if (why.code == RW_E_PARSE || why.code == RW_E_LIMIT || why.code == RW_E_USAGE ||
	    why.code == RW_E_NOT_FOUND || rw_retry_outcome(0, row->attempts) == RW_OUTCOME_DEAD)
		result(f, row, RW_DELIVERY_DEAD, 0, why.msg);
	else
		result(f, row, RW_DELIVERY_WAITING,
		    f->o.now() + rw_retry_delay(row->attempts, 0, 0, UINT32_MAX / 2), why.msg);
	return true;
}

void
rw_engine_ping_end(struct rw_fanout *f, struct rw_ping *p, int status, int64_t ms, const char *error,
    const struct rw_error *err)
{
	bool abandoned;

	(void)pthread_mutex_lock(&f->lock);
	abandoned = p->abandoned;
	p->done = true;
	p->out.status = status;
	p->out.ms = ms;
	(void)snprintf(p->out.error, sizeof(p->out.error), "%.255s", error);
	if (err != NULL)
		p->err = *err;
	(void)pthread_cond_broadcast(&f->ping_done);
	(void)pthread_mutex_unlock(&f->lock);
	if (abandoned)
		free(p);
}

static void
ping(struct rw_fanout *f, struct rw_ping *p)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_subscription s;
	struct rw_job *j = NULL;
	char uuid[RW_UUID_LEN];
	bool ok;

	ok = a != NULL || rw_fail_nomem(&err);
	ok = ok && rw_subscription_get(f->serve, a, p->subscription, &s, &err) && rw_uuid(uuid, &err);
	if (ok) {
		j = job_new(f, &s, uuid, "ping");
		ok = j != NULL && (j->t.body = rw_body_new()) != NULL;
		if (!ok)
			(void)rw_fail_nomem(&err);
	}
	if (ok) {
		j->ping = p;
		(void)snprintf(j->what, sizeof(j->what), "ping");
		ok = rw_notice_ping((struct rw_str){ NULL, 0 }, s.id, &j->t.body->bytes, &err) &&
		    enqueue(f, a, j, &err);
	}
	if (ok)
		return;
	rw_job_free(j);
	rw_engine_ping_end(f, p, 0, 0, "", &err);
}

void
rw_engine_pings(struct rw_fanout *f)
{
	struct rw_ping *p;

	do {
		(void)pthread_mutex_lock(&f->lock);
		p = f->ping;
		if (p != NULL)
			f->ping = p->next;
		(void)pthread_mutex_unlock(&f->lock);
		if (p != NULL)
			ping(f, p);
	} while (p != NULL);
}
