/*
 * One push to 10,000 endpoints on loopback, each an address of its own (127.a.b.c): the engine with its
 * stores, signatures and outcomes against a bare curl-multi loop that sends the same bytes to the same
 * places. Wanted: at most 1.3 times the time.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "refwall/fanout.h"
#include "refwall/hash.h"
#include "tests/bench/row.h"

#define ENDPOINTS	10000
#define ROUNDS		3
#define FDS		65536

static struct rw_error err = RW_ERROR_INIT;
static atomic_uint answered;
static char port[16];

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_fanout: %s: %s\n", what, err.msg[0] != '\0' ? err.msg : strerror(errno));
	exit(1);
}

/* ---- the endpoints: one thread that answers 200 to every whole request ---- */

struct conn { size_t need, have; char head[4096]; };
static struct conn *conns[FDS];

/* Bytes of the request once its header is complete; 0 until then. */
static size_t
request_size(const struct conn *c)
{
	const char *end = memmem(c->head, c->have, "\r\n\r\n", 4), *length;
	char z[4096];

	if (end == NULL)
		return 0;
	memcpy(z, c->head, (size_t)(end - c->head));
	z[end - c->head] = '\0';
	length = strcasestr(z, "content-length:");
	return (size_t)(end + 4 - c->head) + (length == NULL ? 0 : strtoul(length + 15, NULL, 10));
}

static void
serve(int ep, int fd)
{
	static const char yes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct conn *c = conns[fd];
	char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		(void)epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL);
		close(fd);
		free(c);
		conns[fd] = NULL;
		return;
	}
	if (c->need == 0) {
		size_t copy = (size_t)n < sizeof(c->head) - c->have ? (size_t)n : sizeof(c->head) - c->have;

		memcpy(c->head + c->have, buf, copy);
		c->have += (size_t)n;
		if (c->have > sizeof(c->head))
			c->have = sizeof(c->head);
		c->need = request_size(c);
		if (c->need != 0)
			c->have = c->have - copy + (size_t)n;
	} else {
		c->have += (size_t)n;
	}
	if (c->need == 0 || c->have < c->need)
		return;
	c->need = c->have = 0;
	atomic_fetch_add(&answered, 1);
	(void)!send(fd, yes, sizeof(yes) - 1, MSG_NOSIGNAL);
}

static void *
endpoints(void *arg)
{
	int listener = *(int *)arg, ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event e = { .events = EPOLLIN, .data.fd = listener }, got[256];

	(void)epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(ep, got, 256, -1);

		for (int i = 0; i < n; i++) {
			int fd = got[i].data.fd;

			if (fd != listener) {
				serve(ep, fd);
				continue;
			}
			while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
				struct epoll_event one = { .events = EPOLLIN, .data.fd = fd };

				if (fd >= FDS || (conns[fd] = calloc(1, sizeof(*conns[fd]))) == NULL) {
					close(fd);
					continue;
				}
				(void)epoll_ctl(ep, EPOLL_CTL_ADD, fd, &one);
			}
		}
	}
	return NULL;
}

static void
start_endpoints(void)
{
	static int fd;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY) };
	socklen_t n = sizeof(in);
	pthread_t t;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 && listen(fd, 4096) == 0 &&
	    getsockname(fd, (struct sockaddr *)&in, &n) == 0, "listen");
	(void)snprintf(port, sizeof(port), "%u", ntohs(in.sin_port));
	must(pthread_create(&t, NULL, endpoints, &fd) == 0, "thread");
}

static void
url_of(int i, char out[64])
{
	(void)snprintf(out, 64, "http://127.%d.%d.%d:%s/hook", 1 + i / 62500, i / 250 % 250, 1 + i % 250,
	    port);
}

/* ---- the bare loop ---- */

static size_t
ignore(char *p, size_t size, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	return size * n;
}

static double
bare(struct rw_str body, struct curl_slist *headers)
{
	CURLM *m = curl_multi_init();
	CURL *idle[RW_LIMIT_DELIVERY_PARALLEL];
	int n_idle = 0, next = 0, done = 0, left, running;
	int64_t began = rw_time_monotonic();

	curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, 2L * RW_LIMIT_DELIVERY_PARALLEL);
	for (int i = 0; i < RW_LIMIT_DELIVERY_PARALLEL; i++)
		idle[n_idle++] = curl_easy_init();
	while (done < ENDPOINTS) {
		CURLMsg *msg;

		while (n_idle > 0 && next < ENDPOINTS) {
			CURL *e = idle[--n_idle];
			char url[64];

			url_of(next++, url);
			curl_easy_setopt(e, CURLOPT_URL, url);
			curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)body.n);
			curl_easy_setopt(e, CURLOPT_POSTFIELDS, body.p);
			curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
			curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ignore);
			curl_easy_setopt(e, CURLOPT_PROXY, "");
			curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
			/*
			 * without these two libcurl 7.88 walks over all endpoints for each request, and
			 * takes five times as long
			 */
			curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
			curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
			curl_multi_add_handle(m, e);
		}
		curl_multi_perform(m, &running);
		while ((msg = curl_multi_info_read(m, &left)) != NULL) {
			CURL *e = msg->easy_handle;

			must(msg->data.result == CURLE_OK, "bare transfer");
			curl_multi_remove_handle(m, e);
			idle[n_idle++] = e;
			done++;
		}
		if (done < ENDPOINTS)
			curl_multi_poll(m, NULL, 0, 100, NULL);
	}
	while (n_idle > 0)
		curl_easy_cleanup(idle[--n_idle]);
	curl_multi_cleanup(m);
	return (double)(rw_time_monotonic() - began) / 1000;
}

/* ---- the engine ---- */

static void
push(struct rw_log *l, int n)
{
	static const char notice[] = "{\"commit\":{\"author\":{\"email\":\"alice@example.com\",\"name\":\"Alice\"},"
	    "\"id\":\"cccccccccccccccccccccccccccccccccccccccc\",\"message\":\"change\",\"timestamp\":\"2026-11-22T08:30:37.123Z\"},"
	    "\"paths\":{\"added\":[],\"modified\":[\"apps/web.yaml\"],\"removed\":[]}}";
	struct rw_audit_ref r = { .name = RW_STR_LIT("refs/heads/main"), .notice = RW_STR_LIT(notice) };
	struct rw_audit_push p = {
		.now = rw_time_now(), .repo_id = RW_STR_LIT("r"), .repo_name = RW_STR_LIT("shop"),
		    .account = RW_STR_LIT("alice"),
		.transport = "ssh", .ref = &r, .n_refs = 1, .accepted = true, .version = PACKAGE_VERSION,
	};
	struct rw_settle s = { .now = p.now, .by = "post-receive", .repo_id = p.repo_id, .moved = &r,
	    .n_moved = 1 };
	uint64_t index;

	(void)snprintf(r.old_id, sizeof(r.old_id), "%040d", n);
	(void)snprintf(r.new_id, sizeof(r.new_id), "%040d", n + 1);
	must(rw_log_begin(l, 1000, &err) && rw_audit_push(l, &p, &index, &err) &&
	    rw_audit_settle(l, &s, &err) && rw_log_commit(l, &err), "push");
}

static double
engine(struct rw_fanout *f, struct rw_log *l, int n)
{
	unsigned before = atomic_load(&answered);
	struct rw_fanout_stats s0, s;
	int64_t began;

	rw_fanout_stats(f, &s0);
	push(l, n);
	began = rw_time_monotonic();
	do {
		must(rw_fanout_turn(f, 100, &err), "turn");
		rw_fanout_stats(f, &s);
		must(s.retried == s0.retried && s.dead == s0.dead, "a delivery failed");
	} while (s.delivered < s0.delivered + ENDPOINTS);
	/* outcomes are written, too */
	must(rw_fanout_turn(f, 0, &err), "turn");
	must(atomic_load(&answered) - before == ENDPOINTS, "count");
	return (double)(rw_time_monotonic() - began) / 1000;
}

static void
subscribe(const char *dir)
{
	rw_auto_serve struct rw_serve *s = NULL;

	must(rw_serve_open(dir, RW_STORE_WRITE, &s, &err) && rw_serve_begin(s, &err), "serve");
	for (int i = 0; i < ENDPOINTS; i++) {
		struct rw_subscription sub = { .secret = RW_STR_LIT("0123456789abcdef0123456789abcdef") };
		char url[64];
		int64_t id;

		url_of(i, url);
		sub.url = rw_str(url);
		must(rw_subscription_add(s, &sub, &id, &err), "subscription");
	}
	must(rw_serve_commit(s, &err), "commit");
}

int
main(void)
{
	static const struct rw_network loopback = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127 },
	    104 };
	char dir[] = "/tmp/refwall-bench.XXXXXX", log_dir[64], serve_dir[64], command[128];
	struct rw_fanout_options o = { .addresses = { &loopback, NULL, 1, 0 }, .now = rw_time_now };
	struct rlimit limit = { 8192, 8192 };
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(4096), lines = RW_BUF_INIT(4096);
	struct curl_slist *headers = NULL;
	struct rw_fanout *f;

	(void)setrlimit(RLIMIT_NOFILE, &limit);
	must(rw_crypto_init(&err), "crypto");
	must(mkdtemp(dir) != NULL, dir);
	(void)snprintf(log_dir, sizeof(log_dir), "%s/log", dir);
	(void)snprintf(serve_dir, sizeof(serve_dir), "%s/serve", dir);
	start_endpoints();
	must(rw_log_create(log_dir, "bench.example.com", &err) && rw_serve_create(serve_dir, &err) &&
	    rw_log_open(log_dir, RW_STORE_WRITE, &log, &err), "stores");
	subscribe(serve_dir);
	o.log_dir = log_dir;
	o.serve_dir = serve_dir;
	must(rw_fanout_new(&o, &f, &err), "engine");
	must(rw_notice_ping(RW_STR_LIT("shop"), 1, &body, &err), "body");
	while (body.len < 1800)
		rw_buf_putc(&body, ' ');
	must(rw_notice_headers("push", "3f1d9c4e-0000-4000-8000-000000000001", RW_STR_LIT("0123456789abcdef"),
	    rw_buf_str(&body), rw_time_now(), &lines, &err), "headers");
	for (char *line = lines.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		headers = curl_slist_append(headers, line);
	}
	for (int i = 0; i < ROUNDS; i++) {
		double b = bare(rw_buf_str(&body), headers), e = engine(f, log, i);

		bench_row("fan-out: one push to 10000 endpoints, against bare curl-multi", e, b, "s", 1.3);
	}
	curl_slist_free_all(headers);
	rw_fanout_free(f);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command) == 0 ? 0 : 1;
}
