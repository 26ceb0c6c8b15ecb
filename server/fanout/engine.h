/*
 * engine.h: the inside of struct rw_fanout, shared by the files of the engine.
 *
 *	ingest.c	new log entries -> rows of serve.db
 *	job.c		rows and pings -> requests ready to start
 *	engine.c	the turn: what is due, what starts, what has ended, what is written back
 */
#ifndef REFWALL_SERVER_FANOUT_ENGINE_H
#define REFWALL_SERVER_FANOUT_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/fanout/host.h"

#define RW_ENGINE_HELD		4096	/* rows in hand at most */
#define RW_ENGINE_TAKE		256	/* rows taken at once */
#define RW_ENGINE_LOOK_MS	50	/* between two looks at the log */
/* outcomes wait that long for company: one transaction costs one fsync */
#define RW_ENGINE_FLUSH_MS	20
#define RW_ENGINE_FLUSH		64
#define RW_ENGINE_PING_MS	(RW_LIMIT_DELIVERY_TOTAL_MS + RW_HOST_PATIENCE_MS + 5000)

struct rw_ping {
	struct rw_ping *next;
	int64_t subscription;
	bool done, abandoned;
	struct rw_fanout_ping out;
	struct rw_error err;
};

/* An outcome that is still to be written. */
struct rw_result {
	int64_t delivery, subscription;
	uint64_t entry;
	enum rw_delivery_state state;
	bool gone;
	rw_time next_at;
	int status;
	char error[200];
};

struct rw_fanout {
	struct rw_fanout_options o;
	struct rw_log *log;
	struct rw_serve *serve;
	CURLM *multi;
	struct rw_resolver *resolver;
	struct rw_hosts hosts;
	struct rw_slot slot[RW_LIMIT_DELIVERY_PARALLEL], *idle[RW_LIMIT_DELIVERY_PARALLEL];
	size_t n_idle;
	unsigned active;
	struct rw_result result[2 * RW_ENGINE_HELD];
	size_t n_results;
	int64_t oldest_result;			/* monotonic ms */
	uint64_t cursor;
	bool have_cursor, due_known;
	rw_time due;
	int64_t look_at, sweep_at;		/* monotonic ms */

	/* the last body that was made, most likely the next one wanted */
	struct rw_body *body;
	uint64_t body_entry;
	char body_before[41];

	atomic_bool woken;
	atomic_uint_fast64_t delivered, retried, dead, coalesced, waiting;
	pthread_mutex_t lock;			/* of the pings */
	pthread_cond_t ping_done;
	struct rw_ping *ping;
	struct rw_job *running;			/* under way, for the end */
};

/* ingest.c */
rw_must_check bool rw_engine_ingest(struct rw_fanout *f, struct rw_error *err);

/* job.c */
/* A row that was taken becomes a waiting job, or a result when it cannot. */
rw_must_check bool rw_engine_row(struct rw_fanout *f, const struct rw_delivery *row, struct rw_error *err);
void rw_engine_pings(struct rw_fanout *f);
void rw_engine_ping_end(struct rw_fanout *f, struct rw_ping *p, int status, int64_t ms, const char *error,
    const struct rw_error *err);
void rw_job_free(struct rw_job *j);

/* engine.c: the end of a job, with t.status, t.error and t.ms set. Frees it. */
void rw_engine_finish(struct rw_fanout *f, struct rw_job *j);

#endif
