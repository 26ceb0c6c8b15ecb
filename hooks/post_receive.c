/*
 * post-receive: git says which refs moved; their accepts become "applied". This hook can no longer refuse
 * anything, and nothing depends on it: what it misses, the next hook or refwalld settles. So it is
 * brief, and its failures are told to the pusher as what they are, a delay.
 */
#include <stdio.h>

#include "hooks/hook.h"

static bool
record_moved(struct rw_hook *h, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	struct rw_audit_ref *moved;
	struct rw_push push;

	if (!rw_hook_prepare(h, h->name, err))
		return false;
	rw_test_point("post-prepared");
	if (!rw_push_parse(h->arena, rw_buf_str(&h->input), &push, err))
		return false;
	moved = rw_arena_array(h->arena, push.n == 0 ? 1 : push.n, sizeof(*moved));
	if (moved == NULL)
		return rw_fail_nomem(err);
	for (size_t i = 0; i < push.n; i++) {
		moved[i].name = push.update[i].name;
		(void)rw_oid_hex(&push.update[i].old_id, moved[i].old_id);
		(void)rw_oid_hex(&push.update[i].new_id, moved[i].new_id);
	}
	if (!rw_log_open(h->config.log_dir, RW_STORE_WRITE, &log, err))
		return false;
	if (!rw_log_begin(log, h->config.lock_wait_ms, err))
		return false;
	if (!rw_hook_settle(h, log, NULL, moved, push.n, err))
		return false;
	rw_test_point("post-settled");
	if (!rw_log_commit(log, err))
		return false;
	rw_test_point("post-committed");
	return true;
}

int
rw_post_receive(struct rw_hook *h)
{
	struct rw_error err = RW_ERROR_INIT;
	rw_auto_buf struct rw_buf output = RW_BUF_INIT(RW_LIMIT_CHAINED_OUTPUT);
	bool ran = false;
	int status = 0;
	bool recorded = record_moved(h, &err);

	if (!recorded)
		fprintf(stderr, "refwall: the push is in, its record will be completed later: %s\n", err.msg);
	if (h->known && rw_chained_run(h, &output, &ran, &status, &err) && ran)
		rw_chained_print(rw_buf_str(&output));
	return recorded ? 0 : 3;
}
