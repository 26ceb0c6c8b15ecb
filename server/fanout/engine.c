#include <stdio.h>
#include <time.h>

#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/fanout/engine.h"

#define TAKE_ARENA	(16u << 20)
#define SWEEP_MS	10000

static void
wake(void *ctx)
{
	struct rw_fanout *f = ctx;

	(void)curl_multi_wakeup(f->multi);
}

void
rw_fanout_wake(struct rw_fanout *f)
{
	atomic_store(&f->woken, true);
	wake(f);
}

bool
rw_fanout_new(const struct rw_fanout_options *o, struct rw_fanout **ret, struct rw_error *err)
{
	struct rw_fanout *f;
	pthread_condattr_t attr;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return rw_fail(err, RW_E_INTERNAL, "libcurl cannot be initialised");
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return rw_fail_nomem(err);
	f->o = *o;
	rw_hosts_init(&f->hosts);
	for (size_t i = 0; i < RW_ARRAY_LEN(f->slot); i++)
		f->idle[f->n_idle++] = &f->slot[i];
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&f->ping_done, &attr);
	(void)pthread_condattr_destroy(&attr);
	f->multi = curl_multi_init();
	if (f->multi == NULL) {
		rw_fanout_free(f);
		return rw_fail_nomem(err);
	}
	(void)curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)(2 * RW_LIMIT_DELIVERY_PARALLEL));
	if (!rw_resolver_new(wake, f, &f->resolver, err) ||
	    !rw_log_open(o->log_dir, RW_STORE_READ, &f->log, err) ||
	    !rw_serve_open(o->serve_dir, RW_STORE_WRITE, &f->serve, err) ||
	    !rw_delivery_recover(f->serve, err)) {
		rw_fanout_free(f);
		return false;
	}
	*ret = f;
	return true;
}

/*
 * Outcomes that could not be written are lost with the process; their rows are SENDING and are taken up
 * again at the start.
 */
void
rw_fanout_free(struct rw_fanout *f)
{
	struct rw_host *h;

	if (f == NULL)
		return;
	rw_resolver_free(f->resolver);
	while (f->running != NULL) {
		struct rw_job *j = f->running;

		f->running = j->next;
		(void)rw_transfer_end(&j->t, f->multi, CURLE_ABORTED_BY_CALLBACK);
		if (j->ping != NULL)
			rw_engine_ping_end(f, j->ping, 0, 0, "the service stops", NULL);
		rw_job_free(j);
	}
	while ((h = rw_hosts_next(&f->hosts)) != NULL) {
		struct rw_job *j = rw_host_pop(&f->hosts, h);

		if (j->ping != NULL)
			rw_engine_ping_end(f, j->ping, 0, 0, "the service stops", NULL);
		rw_job_free(j);
	}
	rw_hosts_release(&f->hosts);
	for (size_t i = 0; i < RW_ARRAY_LEN(f->slot); i++)
		rw_slot_release(&f->slot[i]);
	if (f->multi != NULL)
		(void)curl_multi_cleanup(f->multi);
	rw_body_unref(f->body);
	rw_log_close(f->log);
	rw_serve_close(f->serve);
	(void)pthread_cond_destroy(&f->ping_done);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
}

/* ---- the end of a job ---- */

/* A quotation mark would end the value early in the program's log. */
static void
unquote(char *z)
{
	for (; *z != '\0'; z++) {
		if (*z == '"')
			*z = '\'';
	}
}

static void
say(struct rw_fanout *f, const struct rw_job *j, const char *outcome)
{
	char line[900], error[sizeof(j->t.error)];

	if (f->o.event == NULL)
		return;
	memcpy(error, j->t.error, sizeof(error));
	unquote(error);
	if (error[0] == '\0')
		(void)snprintf(line, sizeof(line),
		    "event=delivery outcome=%s subscription=%lld %s entry=%llu attempt=%u status=%d ms=%lld",
		    outcome, (long long)j->subscription, j->what, (unsigned long long)j->entry, j->attempts,
		    j->t.status, (long long)j->t.ms);
	else
		(void)snprintf(line, sizeof(line), "event=delivery outcome=%s subscription=%lld %s entry=%llu attempt=%u ms=%lld error=\"%s\"",
		    outcome, (long long)j->subscription, j->what, (unsigned long long)j->entry, j->attempts,
		    (long long)j->t.ms, error);
	f->o.event(f->o.ctx, line);
}

static uint32_t
random32(void)
{
	struct rw_error ignored = RW_ERROR_INIT;
	uint32_t v;

	return rw_random(&v, sizeof(v), &ignored) ? v : UINT32_MAX / 2;
}

void
rw_engine_finish(struct rw_fanout *f, struct rw_job *j)
{
	struct rw_result *r;

	if (j->ping != NULL) {
		say(f, j, "ping");
		rw_engine_ping_end(f, j->ping, j->t.status, j->t.ms, j->t.error, NULL);
		rw_job_free(j);
		return;
	}
	if (f->n_results == 0)
		f->oldest_result = rw_time_monotonic();
	r = &f->result[f->n_results++];
	memset(r, 0, sizeof(*r));
	r->delivery = j->delivery;
	r->subscription = j->subscription;
	r->entry = j->entry;
	r->status = j->t.status;
	if (j->t.error[0] != '\0')
		(void)snprintf(r->error, sizeof(r->error), "%.199s", j->t.error);
	else if (j->t.status < 200 || j->t.status > 299)
		(void)snprintf(r->error, sizeof(r->error), "the endpoint answered %d", j->t.status);
	/* what was never tried cannot have failed for the last time: others may keep the host's circuit open */
	switch (j->untried ? RW_OUTCOME_RETRY : rw_retry_outcome(j->t.status, j->attempts)) {
	case RW_OUTCOME_DONE:
		r->state = RW_DELIVERY_DONE;
		atomic_fetch_add(&f->delivered, 1);
		say(f, j, "delivered");
		break;
	case RW_OUTCOME_RETRY:
		r->state = RW_DELIVERY_WAITING;
		r->next_at = f->o.now() + rw_retry_delay(j->attempts, j->t.status, j->t.retry_after_ms,
		    random32());
		atomic_fetch_add(&f->retried, 1);
		say(f, j, "retry");
		break;
	case RW_OUTCOME_DEAD:
		r->state = RW_DELIVERY_DEAD;
		atomic_fetch_add(&f->dead, 1);
		say(f, j, "dead");
		break;
	case RW_OUTCOME_GONE:
		r->state = RW_DELIVERY_DEAD;
		r->gone = true;
		atomic_fetch_add(&f->dead, 1);
		say(f, j, "gone");
		break;
	}
	rw_job_free(j);
}

/* Everything that waits for a host ends without being tried. */
static void
defer_all(struct rw_fanout *f, struct rw_host *h, const char *why, bool untried)
{
	struct rw_job *j;

	while ((j = rw_host_pop(&f->hosts, h)) != NULL) {
		(void)snprintf(j->t.error, sizeof(j->t.error), "%.199s", why);
		j->untried = untried;
		rw_engine_finish(f, j);
	}
}

/* ---- names ---- */

static void
names_failed(struct rw_fanout *f, struct rw_host *h, const char *why)
{
	h->names = RW_NAMES_FAILED;
	h->names_until = rw_time_monotonic() + RW_HOST_STALE_MS;
	(void)snprintf(h->error, sizeof(h->error), "%.159s", why);
	defer_all(f, h, h->error, false);
}

static void
take_names(struct rw_fanout *f)
{
	struct rw_resolved a;

	while (rw_resolver_take(f->resolver, &a)) {
		struct rw_host *h = rw_hosts_by_tag(&f->hosts, a.tag);
		bool allowed = !a.more;

		if (h == NULL)
			continue;
		for (size_t i = 0; i < a.n; i++)
			allowed = allowed && rw_address_allowed(&f->o.addresses, a.addr[i]);
		if (a.n == 0) {
			names_failed(f, h, a.error);
		} else if (!allowed) {
			names_failed(f, h, a.more ? "the name has too many addresses" :
			    "the name has an address in a network where notices may not go");
		} else {
			h->names = RW_NAMES_KNOWN;
			h->names_until = rw_time_monotonic() + RW_HOST_FRESH_MS;
			memcpy(h->addr, a.addr, sizeof(h->addr));
			h->n_addr = a.n;
		}
	}
}

/* Is it known where the host is? Asks if need be; what waits is deferred when the answer is no. */
static bool
names_ready(struct rw_fanout *f, struct rw_host *h, int64_t mono)
{
	if (h->literal)
		return true;
	switch (h->names) {
	case RW_NAMES_KNOWN:
		if (mono < h->names_until)
			return true;
		break;
	case RW_NAMES_ASKED:
		if (mono >= h->names_until)
			names_failed(f, h, "the name could not be resolved in time");
		return false;
	case RW_NAMES_FAILED:
		if (mono >= h->names_until)
			break;
		defer_all(f, h, h->error, false);
		return false;
	case RW_NAMES_UNKNOWN:
		break;
	}
	if (!rw_resolver_ask(f->resolver, h->name, h->tag)) {
		names_failed(f, h, "out of memory");
		return false;
	}
	h->names = RW_NAMES_ASKED;
	h->names_until = mono + RW_HOST_PATIENCE_MS;
	return false;
}

/* ---- requests ---- */

static struct rw_slot *
slot_take(struct rw_fanout *f, struct rw_error *err)
{
	struct rw_slot *slot;

	if (f->n_idle == 0) {
		(void)rw_fail(err, RW_E_INTERNAL, "no place is free");
		return NULL;
	}
	slot = f->idle[f->n_idle - 1];
	if (slot->easy == NULL && !rw_slot_init(slot, err))
		return NULL;
	f->n_idle--;
	return slot;
}

static void
slot_back(struct rw_fanout *f, struct rw_slot *slot)
{
	curl_easy_reset(slot->easy);
	f->idle[f->n_idle++] = slot;
}

static void
start(struct rw_fanout *f, struct rw_host *h, struct rw_job *j)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_slot *slot = slot_take(f, &err);

	j->t.keep = h->first != NULL;
	if (slot == NULL || !rw_transfer_start(&j->t, f->multi, slot, h->name, h->port, h->addr,
	    h->literal ? 0 : h->n_addr, f->o.now(), j, &err)) {
		if (slot != NULL)
			slot_back(f, slot);
		(void)snprintf(j->t.error, sizeof(j->t.error), "%.200s", err.msg);
		rw_engine_finish(f, j);
		return;
	}
	j->next = f->running;
	f->running = j;
	f->active++;
	rw_host_started(&f->hosts, h);
}

static void
start_waiting(struct rw_fanout *f)
{
	int64_t mono = rw_time_monotonic();
	bool started = true;

	while (started && f->active < RW_LIMIT_DELIVERY_PARALLEL) {
		started = false;
		for (size_t n = f->hosts.n_turn; n > 0 && f->active < RW_LIMIT_DELIVERY_PARALLEL; n--) {
			struct rw_host *h = rw_hosts_next(&f->hosts);

			if (h == NULL)
				break;
			if (!names_ready(f, h, mono) || !rw_host_may_start(&f->hosts, h))
				continue;
			start(f, h, rw_host_pop(&f->hosts, h));
			started = true;
		}
	}
}

static void
reap(struct rw_fanout *f)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(f->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		struct rw_job *j = NULL, **link;
		struct rw_host *h;

		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    (char **)&j) != CURLE_OK || j == NULL)
			continue;
		for (link = &f->running; *link != NULL && *link != j; link = &(*link)->next)
			;
		if (*link == j)
			*link = j->next;
		f->active--;
		h = j->host;
		slot_back(f, rw_transfer_end(&j->t, f->multi, code));
		rw_host_ended(&f->hosts, h, j->t.status != 0);
		if (j->t.status == 0 && rw_host_open_circuit(h)) {
			char why[200];

			/* its addresses may have moved */
			if (!h->literal && h->names == RW_NAMES_KNOWN)
				h->names_until = 0;
			(void)snprintf(why, sizeof(why), "not tried, the endpoint is down: %.150s",
			    j->t.error);
			defer_all(f, h, why, true);
		}
		rw_engine_finish(f, j);
	}
}

/* ---- rows ---- */

static bool
write_results(struct rw_fanout *f, struct rw_error *err)
{
	for (size_t i = 0; i < f->n_results; i++) {
		const struct rw_result *r = &f->result[i];
		struct rw_error why = RW_ERROR_INIT;

		/* deleted meanwhile: nobody waits for it */
		if (!rw_delivery_finish(f->serve, r->delivery, r->entry, r->state, r->next_at, r->status,
		    rw_str(r->error), &why) && why.code != RW_E_NOT_FOUND) {
			*err = why;
			return false;
		}
		if (r->gone && !rw_subscription_set_state(f->serve, r->subscription, RW_SUB_GONE, &why) &&
		    why.code != RW_E_NOT_FOUND) {
			*err = why;
			return false;
		}
	}
	return true;
}

/* One transaction for both: what ended is written, what is due is taken. */
static bool
exchange(struct rw_fanout *f, size_t room, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(TAKE_ARENA);
	const struct rw_delivery *row = NULL;
	size_t n = 0;

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_serve_begin(f->serve, err))
		return false;
	if (!write_results(f, err) || (room > 0 &&
	    !rw_delivery_take(f->serve, a, f->o.now(), room, &row, &n, err)) ||
	    !rw_delivery_next(f->serve, &f->due, err) || !rw_serve_commit(f->serve, err)) {
		rw_serve_rollback(f->serve);
		return false;
	}
	f->n_results = 0;
	f->due_known = true;
	for (size_t i = 0; i < n; i++) {
		if (!rw_engine_row(f, &row[i], err)) {
			/* the store fails: what was taken is put back, as far as that goes */
			struct rw_error ignored = RW_ERROR_INIT;

			f->due_known = false;
			for (; i < n; i++) {
				if (!rw_delivery_finish(f->serve, row[i].id, row[i].entry,
				    RW_DELIVERY_WAITING, f->o.now() + 1000, 0, rw_str(err->msg), &ignored))
					break;
			}
			return false;
		}
	}
	return true;
}

static size_t
room(const struct rw_fanout *f)
{
	size_t held = f->hosts.waiting + f->active + f->n_results;
	size_t free_places = held >= RW_ENGINE_HELD ? 0 : RW_ENGINE_HELD - held;

	return free_places > RW_ENGINE_TAKE ? RW_ENGINE_TAKE : free_places;
}

/* Take many at once when there is much to do, not one for each that ends. */
static bool
may_take(const struct rw_fanout *f)
{
	return room(f) >= (f->hosts.waiting < RW_LIMIT_DELIVERY_PARALLEL ? 1 : RW_ENGINE_TAKE);
}

static bool
rows(struct rw_fanout *f, int64_t mono, struct rw_error *err)
{
	bool full = f->n_results >= RW_ENGINE_FLUSH || (f->n_results > 0 && (f->active == 0 ||
	    mono >= f->oldest_result + RW_ENGINE_FLUSH_MS));
	bool take;

	if (!f->due_known && !rw_delivery_next(f->serve, &f->due, err))
		return false;
	f->due_known = true;
	take = f->due != RW_TIME_NONE && f->due <= f->o.now() && may_take(f);
	if (!full && !take)
		return true;
	return exchange(f, take ? room(f) : 0, err);
}

/* ---- the turn ---- */

static int
patience(const struct rw_fanout *f, int wait_ms)
{
	int64_t ms = wait_ms, left;

	if (f->n_results > 0)
		ms = ms < RW_ENGINE_FLUSH_MS ? ms : RW_ENGINE_FLUSH_MS;
	if (f->due_known && f->due != RW_TIME_NONE && may_take(f)) {
		left = f->due - f->o.now();
		ms = left < ms ? left : ms;
	}
	return ms < 0 ? 0 : (int)ms;
}

bool
rw_fanout_turn(struct rw_fanout *f, int wait_ms, struct rw_error *err)
{
	int64_t mono = rw_time_monotonic();
	int running;

	if (atomic_exchange(&f->woken, false))
		f->look_at = mono;
	if (mono >= f->look_at) {
		f->look_at = mono + RW_ENGINE_LOOK_MS;
		/* another process may have changed rows too: ask again when the next is due */
		f->due_known = false;
		if (!rw_engine_ingest(f, err))
			return false;
	}
	rw_engine_pings(f);
	take_names(f);
	if (!rows(f, mono, err))
		return false;
	start_waiting(f);
	(void)curl_multi_perform(f->multi, &running);
	reap(f);
	start_waiting(f);
	atomic_store(&f->waiting, f->hosts.waiting + f->active);
	if (mono >= f->sweep_at) {
		f->sweep_at = mono + SWEEP_MS;
		rw_hosts_sweep(&f->hosts, mono);
	}
	(void)curl_multi_poll(f->multi, NULL, 0, patience(f, wait_ms), NULL);
	return true;
}

bool
rw_fanout_ping(struct rw_fanout *f, int64_t subscription, struct rw_fanout_ping *ret, struct rw_error *err)
{
	struct rw_ping *p = calloc(1, sizeof(*p));
	struct timespec until;
	bool ok = true;

	if (p == NULL)
		return rw_fail_nomem(err);
	p->subscription = subscription;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RW_ENGINE_PING_MS / 1000;
	(void)pthread_mutex_lock(&f->lock);
	p->next = f->ping;
	f->ping = p;
	rw_fanout_wake(f);
	while (ok && !p->done)
		ok = pthread_cond_timedwait(&f->ping_done, &f->lock, &until) == 0;
	p->abandoned = !p->done;
	ok = p->done;
	(void)pthread_mutex_unlock(&f->lock);
	if (!ok)
		return rw_fail(err, RW_E_BUSY, "the ping found no place among the deliveries in time");
	*ret = p->out;
	if (p->err.code != RW_E_NONE) {
		*err = p->err;
		ok = false;
	}
	free(p);
	return ok;
}

void
rw_fanout_stats(const struct rw_fanout *f, struct rw_fanout_stats *ret)
{
	ret->delivered = atomic_load(&f->delivered);
	ret->retried = atomic_load(&f->retried);
	ret->dead = atomic_load(&f->dead);
	ret->coalesced = atomic_load(&f->coalesced);
	ret->waiting = atomic_load(&f->waiting);
}
