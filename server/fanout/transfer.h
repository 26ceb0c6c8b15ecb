/*
 * transfer.h: one request to one endpoint. Everything that libcurl is told stands in transfer.c.
 */
#ifndef REFWALL_SERVER_FANOUT_TRANSFER_H
#define REFWALL_SERVER_FANOUT_TRANSFER_H

#include <curl/curl.h>

#include "refwall/fanout.h"
#include "refwall/hash.h"
#include "server/fanout/resolve.h"

/* A request body that several transfers share. Not thread-safe. */
struct rw_body {
	unsigned users;
	struct rw_buf bytes;
};
struct rw_body *rw_body_new(void);
void rw_body_unref(struct rw_body *b);

/*
 * A place for one request at a time. Its handle is used again; its cache of names holds what this place
 * was told lately, so that libcurl does not look through the names of ten thousand endpoints for each
 * request.
 */
struct rw_slot {
	CURL *easy;
	CURLSH *names;
};
rw_must_check bool rw_slot_init(struct rw_slot *s, struct rw_error *err);
void rw_slot_release(struct rw_slot *s);

struct rw_transfer {
	/* filled in before the start */
	const struct rw_address_policy *policy;
	char *url;
	char *secret;			/* owned, wiped at the end */
	size_t secret_n;
	char uuid[RW_UUID_LEN];
	const char *event;		/* "push", "ping" */
	struct rw_body *body;		/* a reference of its own */
	bool keep;			/* the connection: more is to be sent there */

	/* while it runs */
	struct rw_slot *slot;		/* NULL: it does not run */
	struct curl_slist *headers, *pin;
	size_t header_bytes, answer_bytes;
	bool refused_address, answer_cut;
	rw_time now;
	int64_t began;			/* monotonic ms */

	/* the outcome */
	int status;			/* 0: no answer */
	int64_t retry_after_ms, ms;
	char error[CURL_ERROR_SIZE];	/* printable; empty when an answer came */
};

/*
 * Set up the slot's handle and add it to multi. host and port as rw_url_check() gave them; addr is empty
 * for a literal address.
 */
rw_must_check bool rw_transfer_start(struct rw_transfer *t, CURLM *multi, struct rw_slot *slot,
    const char *host, const char *port, const uint8_t (*addr)[16], size_t n_addr, rw_time now, void *private,
    struct rw_error *err);
/* It has ended: fill in the outcome and take it out of multi. The slot is the caller's again. */
struct rw_slot *rw_transfer_end(struct rw_transfer *t, CURLM *multi, CURLcode code);
/* Release what it owns; it must not run any more. */
void rw_transfer_release(struct rw_transfer *t);

#endif
