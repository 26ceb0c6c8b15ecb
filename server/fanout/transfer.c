#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/fanout/transfer.h"

#define HEADERS_MAX	(64u << 10)	/* bytes of an answer's header */

struct rw_body *
rw_body_new(void)
{
	struct rw_body *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->users = 1;
	b->bytes = (struct rw_buf)RW_BUF_INIT(RW_LIMIT_NOTICE_BYTES);
	return b;
}

void
rw_body_unref(struct rw_body *b)
{
	if (b == NULL || --b->users > 0)
		return;
	rw_buf_release(&b->bytes);
	free(b);
}

bool
rw_slot_init(struct rw_slot *s, struct rw_error *err)
{
	s->easy = curl_easy_init();
	s->names = curl_share_init();
	if (s->easy == NULL || s->names == NULL ||
	    curl_share_setopt(s->names, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) != CURLSHE_OK) {
		rw_slot_release(s);
		return rw_fail_nomem(err);
	}
	return true;
}

void
rw_slot_release(struct rw_slot *s)
{
	curl_easy_cleanup(s->easy);
	(void)curl_share_cleanup(s->names);
	s->easy = NULL;
	s->names = NULL;
}

/*
 * The last word on where a connection goes, whatever the name said: every address passes here before a
 * socket is made.
 */
static curl_socket_t
open_socket(void *p, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct rw_transfer *t = p;
	uint8_t addr[16] = { 0 };

	(void)purpose;
	if (a->family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, &a->addr, sizeof(in6));
		memcpy(addr, &in6.sin6_addr, 16);
	} else if (a->family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, &a->addr, sizeof(in));
		addr[10] = addr[11] = 0xff;
		memcpy(addr + 12, &in.sin_addr, 4);
	} else {
		t->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	if (!rw_address_allowed(t->policy, addr)) {
		t->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	static const char name[] = "Retry-After:";
	struct rw_transfer *t = ctx;

	n *= size;
	t->header_bytes += n;
	if (t->header_bytes > HEADERS_MAX)
		return 0;
	/* an interim answer (1xx) starts the header again */
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		t->retry_after_ms = 0;
	if (n > sizeof(name) - 1 && strncasecmp(p, name, sizeof(name) - 1) == 0)
		t->retry_after_ms = rw_retry_after((struct rw_str){ p + sizeof(name) - 1,
		    n - (sizeof(name) - 1) }, t->now);
	return n;
}

/* The body of an answer is not used; what is beyond the bound is not even read. */
static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct rw_transfer *t = ctx;

	(void)p;
	t->answer_bytes += n * size;
	if (t->answer_bytes > RW_LIMIT_DELIVERY_RESPONSE) {
		t->answer_cut = true;
		return 0;
	}
	return n * size;
}

static bool
add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static bool
make_headers(struct rw_transfer *t, struct rw_error *err)
{
	rw_auto_buf struct rw_buf lines = RW_BUF_INIT(4096);
	char *line, *end;

	if (!rw_notice_headers(t->event, t->uuid, (struct rw_str){ t->secret, t->secret_n },
	    rw_buf_str(&t->body->bytes), t->now, &lines, err))
		return false;
	for (line = lines.data; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (!add_header(&t->headers, line))
			return rw_fail_nomem(err);
	}
	/*
	 * libcurl would ask for leave first, and wait a second for receivers that do not know how to give
	 * it
	 */
	return add_header(&t->headers, "Expect:") || rw_fail_nomem(err);
}

/*
 * "+host:port:addr,addr": libcurl asks nobody what the name means. "+" lets the entry grow old after the
 * usual minute, four times as long as a request can last.
 */
static bool
make_pin(struct rw_transfer *t, const char *host, const char *port, const uint8_t (*addr)[16], size_t n,
    struct rw_error *err)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
	char z[INET6_ADDRSTRLEN];

	if (n == 0)
		return true;
	rw_buf_printf(&b, "+%s:%s:", host, port);
	for (size_t i = 0; i < n; i++) {
		bool v4 = memcmp(addr[i], mapped, sizeof(mapped)) == 0;

		if (inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? addr[i] + 12 : addr[i], z, sizeof(z)) == NULL)
			return rw_fail_errno(err, "inet_ntop");
		rw_buf_printf(&b, v4 ? "%s%s" : "%s[%s]", i == 0 ? "" : ",", z);
	}
	if (!rw_buf_ok(&b, "addresses", err))
		return false;
	t->pin = curl_slist_append(NULL, b.data);
	return t->pin != NULL || rw_fail_nomem(err);
}

static bool
set_options(struct rw_transfer *t, struct rw_slot *slot, void *private)
{
	CURL *e = slot->easy;
	const struct rw_str body = rw_buf_str(&t->body->bytes);
	CURLcode rc = CURLE_OK;

#define SET(option, value) do { if (rc == CURLE_OK) rc = curl_easy_setopt(e, option, value); } while (0)
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");			/* nor one that the environment names */
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)RW_LIMIT_DELIVERY_CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)RW_LIMIT_DELIVERY_TOTAL_MS);
	SET(CURLOPT_SHARE, slot->names);
	/*
	 * what libcurl (7.88) evicts from its full cache of connections leaves a husk that each later
	 * eviction walks over
	 */
	SET(CURLOPT_FORBID_REUSE, t->keep ? 0L : 1L);
	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_RESOLVE, t->pin);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	SET(CURLOPT_POSTFIELDS, body.p);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_PRIVATE, private);
#undef SET
	return rc == CURLE_OK;
}

bool
rw_transfer_start(struct rw_transfer *t, CURLM *multi, struct rw_slot *slot, const char *host,
    const char *port, const uint8_t (*addr)[16], size_t n_addr, rw_time now, void *private,
    struct rw_error *err)
{
	t->now = now;
	t->began = rw_time_monotonic();
	if (!make_headers(t, err) || !make_pin(t, host, port, addr, n_addr, err))
		return false;
	if (!set_options(t, slot, private))
		return rw_fail(err, RW_E_INTERNAL, "libcurl refuses an option");
	if (curl_multi_add_handle(multi, slot->easy) != CURLM_OK)
		return rw_fail(err, RW_E_NOMEM, "libcurl does not take another transfer");
	t->slot = slot;
	return true;
}

struct rw_slot *
rw_transfer_end(struct rw_transfer *t, CURLM *multi, CURLcode code)
{
	char shown[sizeof(t->error)];
	struct rw_slot *slot = t->slot;
	long status = 0;

	t->slot = NULL;
	(void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_multi_remove_handle(multi, slot->easy);
	t->ms = rw_time_monotonic() - t->began;
	if (code == CURLE_OK || t->answer_cut) {
		t->status = (int)status;
		t->error[0] = '\0';
		return slot;
	}
	t->status = 0;
	t->retry_after_ms = 0;
	if (t->refused_address)
		(void)snprintf(t->error, sizeof(t->error),
		    "the address is in a network where notices may not go");
	else if (t->error[0] == '\0')
		(void)snprintf(t->error, sizeof(t->error), "%s", curl_easy_strerror(code));
	/* it may quote the other side */
	(void)rw_text_printable(rw_str(t->error), shown, sizeof(shown));
	memcpy(t->error, shown, sizeof(shown));
	return slot;
}

void
rw_transfer_release(struct rw_transfer *t)
{
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->pin);
	rw_body_unref(t->body);
	free(t->url);
	if (t->secret != NULL)
		rw_wipe(t->secret, t->secret_n);
	free(t->secret);
	t->headers = t->pin = NULL;
	t->body = NULL;
	t->url = t->secret = NULL;
}
