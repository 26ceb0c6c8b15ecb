/*
 * refwalld: the service. It answers HTTP, delivers notices, and settles accepts whose hook or client
 * died. It judges nothing: with the daemon down, pushes are judged and recorded as ever.
 *
 * Three threads besides those of HTTP: this one waits for signals; "fanout" drives deliveries; "keeper"
 * settles, counts and ends slow connections.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "refwall/audit.h"
#include "refwall/config.h"
#include "refwall/fanout.h"
#include "refwall/git.h"
#include "refwall/hash.h"
#include "refwall/http.h"
#include "refwall/process.h"
#include "refwall/text.h"

enum { EXIT_FINE = 0, EXIT_USAGE = 2, EXIT_FAILED = 3 };

#define TURN_MS		200			/* longest wait of the fan-out between two looks at the log */
#define TICK_MS		500			/* of the keeper */
#define SETTLE_MS	(60 * 1000)		/* between two settlings when nothing is pending */
#define PENDING_MS	2000			/* and when something is */
#define SETTLE_LOCK_MS	2000
#define ALIVE_MS	(30 * 1000)		/* a thread that did not show itself for that long hangs */
#define TALLY_PAGES	8			/* pages of the log that are counted in one tick */

struct daemon {
	struct rw_config config;
	struct rw_fanout *fanout;
	struct rw_http *http;
	pthread_mutex_t lock;
	pthread_cond_t stopping;
	bool stop;
	atomic_int_least64_t fanout_seen, keeper_seen;			/* monotonic ms */
	atomic_uint_fast64_t accepted, refused, settled_applied, settled_not_applied, settle_failed;
};

/* ---- the program's log: one line an event, key=value, on standard error ---- */

static void
line(void *ctx, const char *text)
{
	char z[RW_TIME_LEN];

	(void)ctx;
	flockfile(stderr);
	fprintf(stderr, "time=%s %s\n", rw_time_format(rw_time_now(), z), text);
	funlockfile(stderr);
}

static void say(const char *fmt, ...) rw_printf_like(1, 2);

static void
say(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line(NULL, text);
}

/* ---- waiting that ends when the daemon does ---- */

static bool
stopped(struct daemon *d)
{
	bool stop;

	(void)pthread_mutex_lock(&d->lock);
	stop = d->stop;
	(void)pthread_mutex_unlock(&d->lock);
	return stop;
}

static bool
wait_or_stop(struct daemon *d, int ms)
{
	struct timespec until;
	bool stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	(void)pthread_mutex_lock(&d->lock);
	while (!d->stop && pthread_cond_timedwait(&d->stopping, &d->lock, &until) == 0)
		;
	stop = d->stop;
	(void)pthread_mutex_unlock(&d->lock);
	return stop;
}

/* ---- fan-out ---- */

static void *
run_fanout(void *arg)
{
	struct daemon *d = arg;

	while (!stopped(d)) {
		struct rw_error err = RW_ERROR_INIT;

		if (!rw_fanout_turn(d->fanout, TURN_MS, &err)) {
			say("event=fanout problem=\"%s\"", err.msg);
			(void)wait_or_stop(d, 1000);
			continue;
		}
		atomic_store(&d->fanout_seen, rw_time_monotonic());
	}
	return NULL;
}

/* ---- settling ---- */

/* The repository that was asked last: settling goes repository by repository. */
struct tips {
	struct rw_repo *repo;
	char path[RW_LIMIT_PATH_BYTES];
};

static bool
tip(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct tips *t = ctx;
	struct rw_error err = RW_ERROR_INIT;
	enum rw_ref_kind kind;
	struct rw_str target;
	struct rw_oid id;

	if (a == NULL || repo->path.n == 0 || repo->path.n >= sizeof(t->path))
		return false;
	if (t->repo == NULL || strlen(t->path) != repo->path.n ||
	    memcmp(t->path, repo->path.p, repo->path.n) != 0) {
		struct rw_repo_location where = { .path = t->path };

		rw_repo_free(t->repo);
		t->repo = NULL;
		memcpy(t->path, repo->path.p, repo->path.n);
		t->path[repo->path.n] = '\0';
		if (!rw_repo_open(&where, &t->repo, &err)) {
			say("event=settle repo=\"%s\" problem=\"%s\"", RW_SHOW(repo->name), err.msg);
			return false;
		}
	}
	if (!rw_repo_ref(t->repo, a, ref, &kind, &id, &target, &err)) {
		say("event=settle repo=\"%s\" problem=\"%s\"", RW_SHOW(repo->name), err.msg);
		return false;
	}
	if (kind == RW_REF_SYMBOLIC)
		return false;
	if (kind == RW_REF_ABSENT)
		memset(&id, 0, sizeof(id));
	(void)rw_oid_hex(&id, ret_hex);
	return true;
}

static bool
alive(void *ctx, const struct rw_audit_process *p)
{
	(void)ctx;
	return rw_process_alive(p);
}

static void
settle(struct daemon *d, struct rw_log *log, size_t *ret_pending)
{
	struct tips tips = { NULL, "" };
	struct rw_settle s = { .now = rw_time_now(), .by = "refwalld", .ctx = &tips, .tip = tip,
	    .alive = alive };
	struct rw_error err = RW_ERROR_INIT;
	bool ok;

	if (!rw_audit_pending(log, s.repo_id, ret_pending, &err)) {
		atomic_fetch_add(&d->settle_failed, 1);
		say("event=settle problem=\"%s\"", err.msg);
		return;
	}
	if (*ret_pending == 0)
		return;
	ok = rw_log_begin(log, SETTLE_LOCK_MS, &err) && rw_audit_settle(log, &s, &err);
	if (ok && s.applied + s.not_applied > 0)
		ok = rw_log_commit(log, &err);
	else
		rw_log_rollback(log);
	rw_repo_free(tips.repo);
	if (!ok) {
		/* the queue was long: the next turn is soon enough */
		if (err.code != RW_E_BUSY) {
			atomic_fetch_add(&d->settle_failed, 1);
			say("event=settle problem=\"%s\"", err.msg);
		}
		return;
	}
	*ret_pending = s.still_pending;
	atomic_fetch_add(&d->settled_applied, s.applied);
	atomic_fetch_add(&d->settled_not_applied, s.not_applied);
	if (s.applied + s.not_applied == 0)
		return;
	say("event=settle applied=%zu not-applied=%zu pending=%zu", s.applied, s.not_applied,
	    s.still_pending);
	rw_fanout_wake(d->fanout);
}

/* ---- counting verdicts, from the log's beginning, a few pages at a time ---- */

static void
tally(struct daemon *d, struct rw_log *log, uint64_t *cursor)
{
	bool more = true;

	for (int i = 0; i < TALLY_PAGES && more; i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
		struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;
		struct rw_error err = RW_ERROR_INIT;
		const struct rw_audit_entry *e;
		size_t n;

		f.kind = RW_ENTRY_PUSH;
		f.after = *cursor;
		f.limit = RW_LIMIT_PAGE;
		if (a == NULL || !rw_audit_list(log, a, &f, &e, &n, &more, &err))
			return;
		for (size_t k = 0; k < n; k++) {
			const struct rw_json_value *v;
			struct rw_str verdict = { NULL, 0 };

			if (rw_json_parse(a, e[k].body, &v, &err))
				verdict = rw_json_get_str(a, v, "verdict");
			atomic_fetch_add(rw_str_eqz(verdict, "accept") ? &d->accepted : &d->refused, 1);
			*cursor = e[k].index + 1;
		}
	}
}

static void *
run_keeper(void *arg)
{
	struct daemon *d = arg;
	rw_auto_log struct rw_log *log = NULL;
	int64_t settle_at = 0, pending_at = 0;
	uint64_t cursor = 0;
	size_t pending = 0;

	do {
		struct rw_error err = RW_ERROR_INIT;
		int64_t now = rw_time_monotonic();

		rw_http_tick(d->http);
		if (log == NULL && !rw_log_open(d->config.log_dir, RW_STORE_WRITE, &log, &err)) {
			say("event=keeper problem=\"%s\"", err.msg);
			continue;
		}
		if (now >= settle_at || (now >= pending_at &&
		    (pending > 0 || rw_audit_pending(log, (struct rw_str){ NULL, 0 }, &pending, &err)) &&
		    pending > 0)) {
			settle(d, log, &pending);
			settle_at = now + SETTLE_MS;
			pending_at = now + PENDING_MS;
		}
		tally(d, log, &cursor);
		atomic_store(&d->keeper_seen, rw_time_monotonic());
	} while (!wait_or_stop(d, TICK_MS));
	return NULL;
}

/* ---- what HTTP asks of the daemon ---- */

static bool
ready(void *ctx, struct rw_buf *why)
{
	struct daemon *d = ctx;
	int64_t now = rw_time_monotonic();
	bool fine = true;

	if (now - atomic_load(&d->fanout_seen) > ALIVE_MS) {
		rw_buf_puts(why, "the delivery of notices does not go on");
		fine = false;
	}
	if (now - atomic_load(&d->keeper_seen) > ALIVE_MS) {
		rw_buf_puts(why, fine ? "" : "; ");
		rw_buf_puts(why, "the settling of accepts does not go on");
		fine = false;
	}
	return fine;
}

static void
metrics(void *ctx, struct rw_buf *out)
{
	struct daemon *d = ctx;
	struct rw_fanout_stats s;

	rw_fanout_stats(d->fanout, &s);
	rw_buf_printf(out, "# TYPE refwall_pushes counter\n"
	    "# HELP refwall_pushes Judged pushes in the log, by verdict.\n"
	    "refwall_pushes_total{verdict=\"accept\"} %llu\n"
	    "refwall_pushes_total{verdict=\"refuse\"} %llu\n",
	    (unsigned long long)atomic_load(&d->accepted), (unsigned long long)atomic_load(&d->refused));
	rw_buf_printf(out, "# TYPE refwall_settled_refs counter\n"
	    "# HELP refwall_settled_refs Accepted ref updates that this daemon settled, by outcome.\n"
	    "refwall_settled_refs_total{outcome=\"applied\"} %llu\n"
	    "refwall_settled_refs_total{outcome=\"not-applied\"} %llu\n"
	    "# TYPE refwall_settle_failures counter\n"
	    "# HELP refwall_settle_failures Settlings that failed.\n"
	    "refwall_settle_failures_total %llu\n",
	    (unsigned long long)atomic_load(&d->settled_applied),
	    (unsigned long long)atomic_load(&d->settled_not_applied),
	    (unsigned long long)atomic_load(&d->settle_failed));
	rw_buf_printf(out, "# TYPE refwall_delivery_attempts counter\n"
	    "# HELP refwall_delivery_attempts Attempts to deliver a notice, by outcome.\n"
	    "refwall_delivery_attempts_total{outcome=\"delivered\"} %llu\n"
	    "refwall_delivery_attempts_total{outcome=\"retry\"} %llu\n"
	    "refwall_delivery_attempts_total{outcome=\"dead\"} %llu\n"
	    "# TYPE refwall_deliveries_in_hand gauge\n"
	    "# HELP refwall_deliveries_in_hand Deliveries that are under way or wait for a place.\n"
	    "refwall_deliveries_in_hand %llu\n",
	    (unsigned long long)s.delivered, (unsigned long long)s.retried, (unsigned long long)s.dead,
	    (unsigned long long)s.waiting);
}

/* ---- the life of the daemon ---- */

static bool
start(struct daemon *d, struct rw_error *err)
{
	const struct rw_config *c = &d->config;
	const struct rw_address_policy addresses = { c->allow, c->deny, c->n_allow, c->n_deny };
	struct rw_fanout_options fo = {
		.log_dir = c->log_dir, .serve_dir = c->serve_dir, .addresses = addresses,
		.notice = { .external_url = c->external_url },
		.now = rw_time_now, .event = line,
	};
	struct rw_http_options ho = {
		.host = c->listen_host, .port = c->listen_port, .addresses = addresses,
		.log_dir = c->log_dir, .serve_dir = c->serve_dir, .lock_wait_ms = c->lock_wait_ms,
		.ready = ready, .metrics = metrics, .event = line, .ctx = d,
	};
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&d->stopping, &attr);
	(void)pthread_condattr_destroy(&attr);
	atomic_store(&d->fanout_seen, rw_time_monotonic());
	atomic_store(&d->keeper_seen, rw_time_monotonic());
	if (!rw_fanout_new(&fo, &d->fanout, err))
		return false;
	ho.fanout = d->fanout;
	return rw_http_start(&ho, &d->http, err);
}

/* Wait for the signal that ends it. Others were blocked before there were threads, so they all come here. */
static int
serve(struct daemon *d, const sigset_t *signals, struct rw_error *err)
{
	pthread_t fanout, keeper;
	int caught = 0;

	if (pthread_create(&fanout, NULL, run_fanout, d) != 0) {
		(void)rw_fail(err, RW_E_NOMEM, "cannot start a thread");
		return EXIT_FAILED;
	}
	if (pthread_create(&keeper, NULL, run_keeper, d) != 0) {
		(void)rw_fail(err, RW_E_NOMEM, "cannot start a thread");
		caught = SIGTERM;
	}
	while (caught != SIGTERM && caught != SIGINT) {
		if (sigwait(signals, &caught) != 0)
			caught = 0;
		else if (caught == SIGHUP)
			say("event=signal name=SIGHUP note=\"the configuration is read at start only\"");
	}
	if (err->code == RW_E_NONE)
		say("event=stop");
	(void)pthread_mutex_lock(&d->lock);
	d->stop = true;
	(void)pthread_cond_broadcast(&d->stopping);
	(void)pthread_mutex_unlock(&d->lock);
	if (err->code == RW_E_NONE)
		(void)pthread_join(keeper, NULL);
	/* HTTP before the fan-out ends: a request may be waiting for a ping */
	rw_http_stop(d->http);
	d->http = NULL;
	rw_fanout_wake(d->fanout);
	(void)pthread_join(fanout, NULL);
	return err->code == RW_E_NONE ? EXIT_FINE : EXIT_FAILED;
}

static int
run(const char *config, const char *port_file, struct rw_error *err)
{
	static struct daemon d;
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	rw_auto_buf struct rw_buf address = RW_BUF_INIT(256);
	sigset_t signals;
	int status = EXIT_FAILED;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (a == NULL) {
		(void)rw_fail_nomem(err);
		return EXIT_FAILED;
	}
	if (!rw_crypto_init(err) || !rw_git_init(err) || !rw_config_load(a, config, &d.config, err))
		return EXIT_FAILED;
	if (start(&d, err)) {
		rw_buf_printf(&address, "%s\n", rw_http_address(d.http));
		if (port_file == NULL || rw_file_write(port_file, rw_buf_str(&address), 0644, false, err)) {
			fprintf(stderr, "refwalld: listening on %s", rw_buf_cstr(&address));
			status = serve(&d, &signals, err);
		}
	}
	rw_http_stop(d.http);
	rw_fanout_free(d.fanout);
	return status;
}

static void
usage(FILE *out)
{
	fputs("usage: refwalld --config FILE [--port-file FILE]\n"
	    "\n"
	    "Serves the audit log and subscriptions over HTTP, delivers notices of accepted pushes, settles accepts.\n"
	    "Runs in the foreground and logs to standard error; SIGTERM or SIGINT ends it.\n"
	    "\n"
	    "  --config FILE      refwall.yaml\n"
	    "  --port-file FILE   write HOST:PORT there when it listens (listen: 127.0.0.1:0 picks a port)\n"
	    "  --help, --version\n", out);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "port-file", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = NULL, *port_file = NULL;
	struct rw_error err = RW_ERROR_INIT;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'p':
			port_file = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_FINE;
		case 'v':
			puts("refwalld (" PACKAGE_NAME ") " PACKAGE_VERSION);
			return EXIT_FINE;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (config == NULL || optind != argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	status = run(config, port_file, &err);
	if (status != EXIT_FINE)
		fprintf(stderr, "refwalld: %s\n", err.msg);
	return status;
}
