/* One change in both stores. */
#include "refwall/store.h"

#define WAIT_MS 2000

bool
rw_stores_change(struct rw_serve *s, struct rw_log *l, int64_t wait_ms,
    bool (*change)(void *ctx, struct rw_error *err), void *ctx, struct rw_error *err)
{
	if (wait_ms > WAIT_MS)
		wait_ms = WAIT_MS;
	if (rw_serve_begin(s, err) && rw_log_begin(l, wait_ms, err) && change(ctx, err) &&
	    rw_log_commit(l, err) && rw_serve_commit(s, err))
		return true;
	rw_log_rollback(l);
	rw_serve_rollback(s);
	return false;
}
