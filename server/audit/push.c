/* The entry of a push. */
#include "refwall/encoding.h"
#include "refwall/store_repo.h"
#include "refwall/text.h"
#include "server/audit/append.h"
#include "server/audit/certificate.h"

struct commitments {
	uint8_t (*digest)[32];
};

struct refs {
	const struct rw_audit_push *p;
	uint8_t (*notice)[32];
};

struct body {
	const struct rw_audit_push *p;
	uint8_t account[32];
	uint8_t findings[32];
	struct rw_list paths, commits, refs, rules, signers;
};

static void
item_text(struct rw_json *j, void *ctx, size_t i)
{
	const struct rw_str *const *s = ctx;

	rw_json_str(j, (*s)[i]);
}

static void
item_commitment(struct rw_json *j, void *ctx, size_t i)
{
	const struct commitments *c = ctx;

	rw_put_commitment(j, c->digest[i]);
}

static void
item_ref(struct rw_json *j, void *ctx, size_t i)
{
	const struct refs *x = ctx;
	const struct rw_audit_ref *r = &x->p->ref[i];

	rw_json_object(j);
	rw_json_key(j, "name");
	rw_json_str(j, r->name);
	rw_json_key(j, "new");
	rw_json_strz(j, r->new_id);
	rw_json_key(j, "notice");
	if (r->notice.n > 0)
		rw_json_hex(j, x->notice[i], 32);
	else
		rw_json_null(j);
	rw_json_key(j, "old");
	rw_json_strz(j, r->old_id);
	rw_json_key(j, "tainted");
	rw_json_array(j);
	for (size_t k = 0; k < r->n_tainted_by; k++)
		rw_json_str(j, r->tainted_by[k]);
	rw_json_end(j);
	rw_json_end(j);
}

static void
put_findings(struct rw_json *j, const struct body *b)
{
	if (b->p->n_findings == 0 && b->p->findings.n == 0) {
		rw_json_null(j);
		return;
	}
	rw_json_object(j);
	rw_json_key(j, "count");
	rw_json_int(j, (int64_t)b->p->n_findings);
	rw_json_key(j, "rules");
	rw_list_put(j, &b->rules);
	rw_json_key(j, "sha256");
	if (b->p->findings.n > 0)
		rw_json_hex(j, b->findings, 32);
	else
		rw_json_null(j);
	rw_json_end(j);
}

static void
put_body(struct rw_json *j, const struct body *b)
{
	const struct rw_audit_push *p = b->p;

	rw_json_object(j);
	rw_json_key(j, "account");
	if (p->account.n > 0)
		rw_put_commitment(j, b->account);
	else
		rw_json_null(j);
	rw_json_key(j, "commits");
	rw_list_put(j, &b->commits);
	rw_json_key(j, "config");
	rw_json_strz(j, p->config_digest);
	rw_json_key(j, "error");
	if (p->error.n > 0)
		rw_json_str(j, p->error);
	else
		rw_json_null(j);
	rw_json_key(j, "findings");
	put_findings(j, b);
	rw_json_key(j, "kind");
	rw_json_strz(j, "push");
	rw_json_key(j, "paths");
	rw_list_put(j, &b->paths);
	rw_json_key(j, "policy");
	rw_json_strz(j, p->policy_digest);
	rw_json_key(j, "refs");
	rw_list_put(j, &b->refs);
	rw_put_repo(j, p->repo_id, p->repo_name);
	rw_json_key(j, "signers");
	rw_list_put(j, &b->signers);
	rw_json_key(j, "time");
	rw_json_time(j, p->now);
	rw_json_key(j, "transport");
	rw_json_strz(j, p->transport == NULL ? "" : p->transport);
	rw_put_v(j);
	rw_json_key(j, "verdict");
	rw_json_strz(j, p->accepted ? "accept" : "refuse");
	rw_json_key(j, "version");
	rw_json_strz(j, p->version == NULL ? "" : p->version);
	rw_json_end(j);
}

/* Lists leave the entry one after the other, in this order, until the rest fits. */
static bool
write_body(struct rw_draft *d, struct body *b, struct rw_buf *out, struct rw_error *err)
{
	struct rw_list *spillable[] = { &b->paths, &b->commits, &b->refs, &b->rules, &b->signers };
	size_t next = 0;

	for (;;) {
		struct rw_json j;

		rw_buf_clear(out);
		j = rw_json_init(out, true);
		put_body(&j, b);
		if (!out->failed || out->nomem || j.bad)
			return rw_json_ok(&j, "push entry", err);
		while (next < RW_ARRAY_LEN(spillable) && spillable[next]->n == 0)
			next++;
		if (next == RW_ARRAY_LEN(spillable))
			return rw_fail(err, RW_E_LIMIT, "push entry: more than %u bytes", RW_LIMIT_ENTRY_BYTES);
		if (!rw_list_spill(d, spillable[next++], err))
			return false;
	}
}

/* What must outlive the push for the log's own sake: pending rows, taints, first-seen commits, known signatures. */
static bool
remember(struct rw_log *l, const struct rw_audit_push *p, uint64_t index, struct rw_error *err)
{
	for (size_t i = 0; i < p->n_refs; i++) {
		const struct rw_audit_ref *r = &p->ref[i];
		struct rw_store_pending row = { .push = index, .repo = p->repo_id, .name = p->repo_name, .ref = r->name,
		    .old_id = rw_str(r->old_id), .new_id = rw_str(r->new_id), .pid = p->process.pid,
		    .start = p->process.start, .boot = rw_str(p->process.boot) };

		if (!rw_store_pending_add(l, &row, err))
			return false;
		for (size_t k = 0; k < r->n_tainted_by; k++) {
			struct rw_store_taint t = { p->repo_id, r->name, r->tainted_by[k], index };

			if (!rw_store_taint_add(l, &t, err))
				return false;
		}
	}
	for (size_t i = 0; i < p->n_new_commits; i++) {
		if (!rw_store_seen_add(l, p->repo_id, p->new_commit[i], p->now, index, err))
			return false;
	}
	for (size_t i = 0; i < p->n_counters; i++) {
		if (!rw_store_counter_put(l, p->repo_id, p->counter[i].key, p->counter[i].counter, index, err))
			return false;
	}
	return rw_store_memo_put(l, p->key_set, p->memo, p->n_memos, err);
}

static bool
prepare(struct rw_draft *d, struct body *b, struct commitments *signers, struct refs *refs,
    struct rw_error *err)
{
	const struct rw_audit_push *p = b->p;

	if (p->account.n > 0 && !rw_draft_opening(d, p->account, b->account, err))
		return false;
	if (p->findings.n > 0 && !rw_draft_side(d, RW_SIDE_FINDINGS, p->findings, b->findings, err))
		return false;
	signers->digest = rw_arena_array(d->a, p->n_signers + 1, 32);
	refs->notice = rw_arena_array(d->a, p->n_refs + 1, 32);
	if (signers->digest == NULL || refs->notice == NULL)
		return rw_arena_ok(d->a, "push entry", err);
	for (size_t i = 0; i < p->n_signers; i++) {
		if (!rw_draft_opening(d, p->signer[i], signers->digest[i], err))
			return false;
	}
	for (size_t i = 0; i < p->n_refs; i++) {
		if (p->ref[i].notice.n > 0 &&
		    !rw_draft_side(d, RW_SIDE_NOTICE, p->ref[i].notice, refs->notice[i], err))
			return false;
	}
	return true;
}

bool
rw_audit_push(struct rw_log *l, const struct rw_audit_push *p, uint64_t *ret_index, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 32);
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	struct rw_draft d = { .a = a };
	struct commitments signers = { NULL };
	struct refs refs = { p, NULL };
	const struct rw_str *paths = p->path, *commits = p->new_commit, *rules = p->rule;
	struct body b = { .p = p,
		.paths = { .n = p->n_paths, .ctx = &paths, .item = item_text },
		.commits = { .n = p->accepted ? p->n_new_commits : 0, .ctx = &commits, .item = item_text },
		.refs = { .n = p->n_refs, .ctx = &refs, .item = item_ref },
		.rules = { .n = p->n_rules, .ctx = &rules, .item = item_text },
		.signers = { .n = p->n_signers, .ctx = &signers, .item = item_commitment },
	};

	if (a == NULL)
		return rw_fail_nomem(err);
	if (p->repo_id.n == 0)
		return rw_fail(err, RW_E_USAGE, "push entry: a repository without id");
	return prepare(&d, &b, &signers, &refs, err) && write_body(&d, &b, &out, err) &&
	    rw_append(l, &d, p->now, rw_buf_str(&out), ret_index, err) &&
	    (((!p->accepted || remember(l, p, *ret_index, err)) && rw_certificate_append(l, p, *ret_index, err)) ||
	    rw_log_spoil(l));
}
