/*
 * fanout.h: accepted pushes to subscribers, from the log by cursor.
 *
 * One thread (the daemon's) drives it. Everything is bounded: requests under way, per host, times, what
 * is read of an answer. At least once, in order per (subscription, repository, ref), coalesced,
 * restart-safe: state is in serve.db.
 *
 * Sources of the wire format: GitHub webhook events (push, ping), Standard Webhooks 1.0.0, Flux
 * generic-hmac.
 */
#ifndef REFWALL_FANOUT_H
#define REFWALL_FANOUT_H

#include "refwall/audit.h"
#include "refwall/network.h"
#include "refwall/store.h"

/* ---- the notice: pure ---- */

struct rw_notice_options {
	/* html_url is this + "/" + repository name; NULL: "https://localhost" is used */
	const char *external_url;
	const char *default_branch;		/* of the repository, "main" when NULL */
};

/*
 * GitHub-shaped push event for one applied ref, with the net difference as one synthetic commit (files
 * all or nothing). RW_E_PARSE when it cannot be encoded (a ref name that is not UTF-8): dead-letter it.
 */
rw_must_check bool rw_notice_push(const struct rw_audit_applied *e, const char *before_hex,
    const struct rw_notice_options *o, struct rw_buf *body, struct rw_error *err);
rw_must_check bool rw_notice_ping(struct rw_str repo_name, int64_t subscription, struct rw_buf *body,
    struct rw_error *err);

/*
 * Request headers, one per line of "Name: value": Content-Type, User-Agent, X-GitHub-Event,
 * X-GitHub-Delivery, X-Hub-Signature-256, X-Signature, webhook-id, webhook-timestamp, webhook-signature.
 * Signed anew for each attempt. Pure (now is given).
 */
rw_must_check bool rw_notice_headers(const char *event, const char *uuid, struct rw_str secret,
    struct rw_str body, rw_time now, struct rw_buf *headers, struct rw_error *err);

/* ---- changes to subscriptions ---- */

enum rw_subscription_action { RW_SUB_CREATE, RW_SUB_DELETE, RW_SUB_PAUSE, RW_SUB_RESUME, RW_SUB_REDELIVER };

struct rw_subscription_change {
	enum rw_subscription_action action;
	/* CREATE: what to make; start and id are filled in. Else as it was read; its state is brought up to date. */
	struct rw_subscription *sub;
	int64_t delivery;		/* REDELIVER */
	int64_t token;			/* of the API that asked; 0: the operator's command */
	rw_time now;
};

/*
 * Do it and record it, as rw_stores_change(). The record names the endpoint's host only: the URL may be a
 * secret of its own (a Flux receiver's is). Wake the engine afterwards.
 */
rw_must_check bool rw_subscription_change(struct rw_serve *s, struct rw_log *l, int64_t wait_ms,
    const struct rw_subscription_change *c, struct rw_error *err);
/* "created", "deleted", "paused", "resumed", "redelivered": as recorded. */
const char *rw_subscription_action_name(enum rw_subscription_action a);

/* ---- where notices may go: pure ---- */

struct rw_address_policy { const struct rw_network *allow, *deny; size_t n_allow, n_deny; };

/*
 * http or https, a host, an optional port, path and query; no user information, no fragment, at most
 * RW_LIMIT_URL_BYTES, printable ASCII. RW_E_USAGE says what is wrong. ret_host, ret_port point into / are
 * copied to the arena.
 */
rw_must_check bool rw_url_check(struct rw_arena *a, struct rw_str url, bool *ret_tls, struct rw_str *ret_host,
    struct rw_str *ret_port, struct rw_error *err);

/*
 * May this address (16 bytes, IPv4 mapped) be contacted? deny wins, then allow, then the built-in list of
 * special networks refuses: loopback, private, link-local, CGNAT, multicast, documentation, benchmarking,
 * 6to4, NAT64, Teredo, unique-local, unspecified, mapped forms.
 */
bool rw_address_allowed(const struct rw_address_policy *p, const uint8_t addr[16]);

/*
 * rw_url_check(), and a host that is an address must be allowed (RW_E_USAGE). A name is judged when it is
 * resolved, before each attempt.
 */
rw_must_check bool rw_url_allowed(struct rw_arena *a, struct rw_str url, const struct rw_address_policy *p,
    struct rw_error *err);

/* ---- retries: pure ---- */

enum rw_outcome { RW_OUTCOME_DONE, RW_OUTCOME_RETRY, RW_OUTCOME_DEAD,
    RW_OUTCOME_GONE /* 410: pause the subscription */ };
/* What an answer means: status 0 is a transport failure; 3xx is a failure (redirects are not followed). */
enum rw_outcome rw_retry_outcome(int status, unsigned attempts);
/* ms to wait before attempt number `attempts` + 1; random is 0..UINT32_MAX; retry_after_ms 0 when absent. */
int64_t rw_retry_delay(unsigned attempts, int status, int64_t retry_after_ms, uint32_t random);
/*
 * Retry-After: seconds or an HTTP date (RFC 9110 section 10.2.3), bounded to
 * RW_LIMIT_DELIVERY_BACKOFF_MS. 0: absent or malformed.
 */
int64_t rw_retry_after(struct rw_str value, rw_time now);

/* ---- the engine ---- */

struct rw_fanout;

struct rw_fanout_options {
	const char *log_dir, *serve_dir;
	struct rw_address_policy addresses;
	struct rw_notice_options notice;
	rw_time (*now)(void);			/* rw_time_now, or a test's clock */
	/* one line per delivery outcome, printable, for the program's log; may be NULL */
	void (*event)(void *ctx, const char *line);
	void *ctx;
};

struct rw_fanout_stats { uint64_t delivered, retried, dead, coalesced; uint64_t waiting; };

rw_must_check bool rw_fanout_new(const struct rw_fanout_options *o, struct rw_fanout **ret,
    struct rw_error *err);
void rw_fanout_free(struct rw_fanout *f);
/*
 * One turn: take new entries, start what is due, move transfers, wait at most wait_ms (or until
 * rw_fanout_wake).
 */
rw_must_check bool rw_fanout_turn(struct rw_fanout *f, int wait_ms, struct rw_error *err);
void rw_fanout_wake(struct rw_fanout *f);	/* from any thread */
/*
 * Send a ping event to the endpoint of a subscription, whatever its state, and wait for the outcome (at
 * most the time of one delivery). From any thread but the one that drives. False: it could not be tried
 * (RW_E_NOT_FOUND, RW_E_BUSY).
 */
struct rw_fanout_ping {
	int status;				/* of the answer; 0: none came, error says why */
	int64_t ms;
	char error[256];			/* printable */
};
rw_must_check bool rw_fanout_ping(struct rw_fanout *f, int64_t subscription, struct rw_fanout_ping *ret,
    struct rw_error *err);
void rw_fanout_stats(const struct rw_fanout *f, struct rw_fanout_stats *ret);	/* from any thread */

#endif
