/* Settling from a hook: the repository at hand answers for its refs, /proc for other pushes' processes. */
#include "hooks/hook.h"
#include "refwall/process.h"

struct probe {
	struct rw_hook *hook;
	struct rw_repo *repo;
};

static bool
tip_of(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	const struct probe *p = ctx;
	struct rw_error err = RW_ERROR_INIT;
	enum rw_ref_kind kind;
	struct rw_oid id = { { 0 } };
	struct rw_str target;

	if (p->repo == NULL || !rw_str_eq(repo->id, p->hook->repo_id))
		return false;
	if (!rw_repo_ref(p->repo, p->hook->arena, ref, &kind, &id, &target, &err) || kind == RW_REF_SYMBOLIC)
		return false;
	if (kind == RW_REF_ABSENT)
		id = (struct rw_oid){ { 0 } };
	(void)rw_oid_hex(&id, ret_hex);
	return true;
}

static bool
is_alive(void *ctx, const struct rw_audit_process *p)
{
	(void)ctx;
	return rw_process_alive(p);
}

bool
rw_hook_settle(struct rw_hook *h, struct rw_log *log, struct rw_repo *repo, const struct rw_audit_ref *moved,
    size_t n_moved, struct rw_error *err)
{
	struct probe p = { h, repo };
	struct rw_settle s = {
		.now = h->now,
		.by = moved != NULL ? "post-receive" : "hook",
		.repo_id = h->repo_id,
		.moved = moved,
		.n_moved = n_moved,
		.ctx = &p,
		.tip = repo == NULL ? NULL : tip_of,
		.alive = is_alive,
	};

	return rw_audit_settle(log, &s, err);
}
