#include <jansson.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/http/accept.h"
#include "server/http/call.h"
#include "server/http/conn.h"
#include "server/http/head.h"

#define THREADS		4
#define BACKLOG		128
/* bytes of a body that are read to be refused in words; then the line is cut */
#define OVERRUN		(1u << 20)

struct rw_http {
	struct rw_http_options o;
	struct MHD_Daemon *daemon;
	struct rw_http_shared *shared;
	struct rw_conns *conns;
	pthread_key_t key;		/* struct worker of the thread */
	bool have_key;
	char address[128];
};

/* One thread's own stores. */
struct worker {
	struct rw_log *log;
	struct rw_serve *serve;
};

/* One request, from its first line to its end. */
struct request {
	struct rw_call c;
	struct rw_buf in;
	struct rw_error target_error;
	bool target_bad, begun, too_large;
	size_t overrun;
	int64_t start;
};

static void
worker_free(void *p)
{
	struct worker *w = p;

	if (w == NULL)
		return;
	rw_log_close(w->log);
	rw_serve_close(w->serve);
	free(w);
}

/* The stores of this thread, opened when first needed, and again after a failure. */
static bool
stores(struct rw_http *h, struct rw_call *c, struct rw_error *err)
{
	struct worker *w = pthread_getspecific(h->key);

	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			return rw_fail_nomem(err);
		if (pthread_setspecific(h->key, w) != 0) {
			free(w);
			return rw_fail_nomem(err);
		}
	}
	if (w->log == NULL && !rw_log_open(h->o.log_dir, RW_STORE_WRITE, &w->log, err))
		return false;
	if (w->serve == NULL && !rw_serve_open(h->o.serve_dir, RW_STORE_WRITE, &w->serve, err))
		return false;
	c->log = w->log;
	c->serve = w->serve;
	return true;
}

static void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	if (r->in.data != NULL)
		rw_wipe(r->in.data, r->in.len);
	rw_buf_release(&r->in);
	rw_buf_release(&r->c.out);
	rw_arena_free(r->c.arena);
	free(r);
}

static void
peer_of(struct MHD_Connection *m, uint8_t out[16])
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = i == NULL ? NULL : i->client_addr;

	memset(out, 0, 16);
	if (sa != NULL && sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		memcpy(out, &in6.sin6_addr, 16);
	} else if (sa != NULL && sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		out[10] = out[11] = 0xff;
		memcpy(out + 12, &in.sin_addr, 4);
	}
}

static struct rw_conn *
conn_of(struct MHD_Connection *m)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return i == NULL ? NULL : i->socket_context;
}

/* The first line has come: the target is kept as it was sent, since the library's own decoding is lenient. */
static void *
on_target(void *cls, const char *uri, struct MHD_Connection *m)
{
	struct rw_http *h = cls;
	struct request *r = calloc(1, sizeof(*r));
	struct rw_str copy;

	if (r == NULL)
		return NULL;
	r->start = rw_time_monotonic();
	r->in = (struct rw_buf)RW_BUF_INIT(RW_LIMIT_HTTP_BODY);
	r->c.out = (struct rw_buf)RW_BUF_INIT(RW_CALL_BODY_MAX);
	r->c.arena = rw_arena_new(RW_CALL_ARENA);
	r->c.o = &h->o;
	r->c.shared = h->shared;
	if (r->c.arena == NULL) {
		request_free(r);
		return NULL;
	}
	copy = rw_arena_str(r->c.arena, rw_str(uri));
	r->target_bad = !rw_target_parse(r->c.arena, copy, &r->c.target, &r->target_error);
	peer_of(m, r->c.peer);
	return r;
}

/* All that can be said before the body is read. False: answered. */
static bool
begin(struct rw_http *h, struct request *r, struct MHD_Connection *m)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_head head;
	uint64_t n = 0;

	if (!rw_head_read(&r->c, m, &head))
		return false;
	if (r->target_bad) {
		rw_call_problem(&r->c, r->target_error.code == RW_E_LIMIT ? 414 : 400, "%s",
		    r->target_error.msg);
		return false;
	}
	if (!rw_route_find(&r->c))
		return false;
	/* that the process lives is true without any store */
	if (r->c.route->handle != rw_api_healthz && !stores(h, &r->c, &err)) {
		(void)snprintf(r->c.log_note, sizeof(r->c.log_note), "%s", err.msg);
		rw_call_problem(&r->c, 503, "a store cannot be opened; the service's log says why");
		return false;
	}
	if (!rw_auth_check(&r->c))
		return false;
	if (head.length.p != NULL && (!rw_text_u64(head.length, UINT64_MAX, &n) || n > RW_LIMIT_HTTP_BODY)) {
		rw_call_problem(&r->c, 413, "a body has at most %u bytes", RW_LIMIT_HTTP_BODY);
		return false;
	}
	if ((r->c.route->flags & RW_ROUTE_BODY) != 0 &&
	    !rw_media_type_is(r->c.content_type, "application/json")) {
		rw_call_problem(&r->c, 415, "the body must be sent as Content-Type: application/json");
		return false;
	}
	if ((r->c.route->flags & RW_ROUTE_BODY) == 0 && (n > 0 || head.coding.p != NULL)) {
		rw_call_problem(&r->c, 413, "this request takes no body");
		return false;
	}
	return true;
}

static void
log_line(struct rw_http *h, struct request *r)
{
	char line[2048];
	int n;

	if (h->o.event == NULL || (r->c.route != NULL && (r->c.route->flags & RW_ROUTE_QUIET) != 0 &&
	    r->c.status < 400))
		return;
	n = snprintf(line, sizeof(line), "event=http method=%s route=%s status=%u ms=%lld",
	    RW_SHOW(rw_str(r->c.method)), r->c.route == NULL ? "-" : r->c.route->pattern, r->c.status,
	    (long long)(rw_time_monotonic() - r->start));
	if (n > 0 && (size_t)n < sizeof(line) && r->c.token.id != 0)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " token=%lld", (long long)r->c.token.id);
	if (n > 0 && (size_t)n < sizeof(line) && r->c.log_note[0] != '\0')
		(void)snprintf(line + n, sizeof(line) - (size_t)n, " error=\"%s\"", r->c.log_note);
	h->o.event(h->o.ctx, line);
}

static const struct { const char *name, *value; } security[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
	{ "Referrer-Policy", "no-referrer" },
};

static enum MHD_Result
queue(struct rw_http *h, struct request *r, struct MHD_Connection *m)
{
	size_t len = r->c.out.len;
	struct MHD_Response *response;
	enum MHD_Result queued;
	char *body = rw_buf_detach(&r->c.out);

	if (body == NULL)
		return MHD_NO;
	response = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
	if (response == NULL) {
		free(body);
		return MHD_NO;
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(security); i++)
		(void)MHD_add_response_header(response, security[i].name, security[i].value);
	if (r->c.content_type_out != NULL)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->c.content_type_out);
	for (size_t i = 0; i < r->c.n_headers; i++)
		(void)MHD_add_response_header(response, r->c.header[i].name, r->c.header[i].value);
	rw_conn_phase(h->conns, conn_of(m), RW_CONN_ANSWER, rw_time_monotonic());
	rw_http_count(h->shared, r->c.route, r->c.status);
	log_line(h, r);
	queued = MHD_queue_response(m, r->c.status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *m, const char *url, const char *method, const char *version,
    const char *data, size_t *data_n, void **state)
{
	struct rw_http *h = cls;
	struct request *r = *state;

	(void)url;
	(void)version;
	if (r == NULL)
		return MHD_NO;
	if (!r->begun) {
		r->begun = true;
		r->c.method = method;
		r->c.now = rw_time_now();
		rw_conn_phase(h->conns, conn_of(m), RW_CONN_BODY, rw_time_monotonic());
		return begin(h, r, m) ? MHD_YES : queue(h, r, m);
	}
	if (*data_n > 0) {
		if (r->in.len + *data_n > RW_LIMIT_HTTP_BODY || r->too_large) {
			r->too_large = true;
			r->overrun += *data_n;
			if (r->overrun > OVERRUN)
				return MHD_NO;
		} else {
			rw_buf_put(&r->in, data, *data_n);
		}
		*data_n = 0;
		return MHD_YES;
	}
	if (r->too_large) {
		rw_call_problem(&r->c, 413, "a body has at most %u bytes", RW_LIMIT_HTTP_BODY);
	} else if (r->in.failed) {
		rw_call_problem(&r->c, 503, "out of memory");
	} else {
		r->c.body = rw_buf_str(&r->in);
		r->c.route->handle(&r->c);
	}
	return queue(h, r, m);
}

static void
on_completed(void *cls, struct MHD_Connection *m, void **state, enum MHD_RequestTerminationCode why)
{
	struct rw_http *h = cls;

	(void)why;
	rw_conn_phase(h->conns, conn_of(m), RW_CONN_HEADER, rw_time_monotonic());
	request_free(*state);
	*state = NULL;
}

static void
on_connection(void *cls, struct MHD_Connection *m, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct rw_http *h = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *i = MHD_get_connection_info(m,
		    MHD_CONNECTION_INFO_CONNECTION_FD);

		*context = i == NULL ? NULL : rw_conn_add(h->conns, i->connect_fd, rw_time_monotonic());
	} else {
		rw_conn_remove(h->conns, *context);
		*context = NULL;
	}
}

static bool
listen_on(const struct rw_http_options *o, int *ret_fd, char *address, size_t address_n, struct rw_error *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	rw_autoclose int fd = -1;
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	char host[64], port[16];
	int rc, on = 1;
	bool ok;

	rc = getaddrinfo(o->host, o->port, &hints, &found);
	if (rc != 0)
		return rw_fail(err, RW_E_CONFIG, "listen: %s port %s: %s", o->host, o->port,
		    gai_strerror(rc));
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (found->ai_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
	    sizeof(on)) == 0) && bind(fd, found->ai_addr, found->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&ss, &n) == 0;
	if (!ok)
		(void)rw_fail_errno(err, "cannot listen on %s port %s", o->host, o->port);
	freeaddrinfo(found);
	if (!ok)
		return false;
	rc = getnameinfo((struct sockaddr *)&ss, n, host, sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV);
	if (rc != 0)
		return rw_fail(err, RW_E_IO, "listen: %s", gai_strerror(rc));
	(void)snprintf(address, address_n, ss.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	*ret_fd = fd;
	fd = -1;
	return true;
}

bool
rw_http_start(const struct rw_http_options *o, struct rw_http **ret, struct rw_error *err)
{
	struct rw_http *h = calloc(1, sizeof(*h));
	int fd = -1;

	if (h == NULL)
		return rw_fail_nomem(err);
	h->o = *o;
	/* before there are threads */
	json_object_seed(0);
	h->have_key = pthread_key_create(&h->key, worker_free) == 0;
	h->shared = rw_http_shared_new();
	h->conns = rw_conns_new();
	if (!h->have_key || h->shared == NULL || h->conns == NULL) {
		rw_http_stop(h);
		return rw_fail_nomem(err);
	}
	if (!listen_on(o, &fd, h->address, sizeof(h->address), err)) {
		rw_http_stop(h);
		return false;
	}
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
	    MHD_OPTION_THREAD_POOL_SIZE, o->threads == 0 ? (unsigned)THREADS : o->threads,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)RW_LIMIT_HTTP_POOL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)RW_LIMIT_HTTP_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)RW_LIMIT_HTTP_PER_IP,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)RW_LIMIT_HTTP_IDLE_SECONDS,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_END);
	if (h->daemon == NULL) {
		(void)close(fd);
		rw_http_stop(h);
		return rw_fail(err, RW_E_IO, "the HTTP service could not be started");
	}
	*ret = h;
	return true;
}

const char *
rw_http_address(const struct rw_http *h)
{
	return h->address;
}

void
rw_http_tick(struct rw_http *h)
{
	(void)rw_conns_sweep(h->conns, rw_time_monotonic());
}

void
rw_http_stop(struct rw_http *h)
{
	if (h == NULL)
		return;
	/* ends the threads, whose stores close with them; it closes the listening socket too */
	if (h->daemon != NULL)
		MHD_stop_daemon(h->daemon);
	if (h->have_key)
		(void)pthread_key_delete(h->key);
	rw_conns_free(h->conns);
	rw_http_shared_free(h->shared);
	free(h);
}
