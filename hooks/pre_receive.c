/*
 * pre-receive: judge, record, answer, in this order. The exit status is the verdict and is given last; until then every way
 * out refuses. Nothing that waits for the pusher happens while the log's lock is held.
 */
#include <stdio.h>

#include "hooks/hook.h"

#define RW_PLAIN_NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-"

struct session {
	struct rw_hook *hook;
	struct rw_push push;
	struct rw_policy *policy;
	struct rw_log *log;
	struct rw_repo *repo;
	struct rw_verdict verdict;
	uint64_t entry;
};

static void
session_release(struct session *s)
{
	rw_policy_free(s->policy);
	rw_log_close(s->log);
	rw_repo_free(s->repo);
}

static rw_time
first_seen(void *ctx, const struct rw_oid *commit)
{
	const struct session *s = ctx;

	return rw_audit_first_seen(s->log, s->hook->repo_id, rw_str(RW_OID(commit)));
}

static bool
tainted(void *ctx, struct rw_str ref, struct rw_str rule)
{
	const struct session *s = ctx;

	return rw_audit_is_tainted(s->log, s->hook->repo_id, ref, rule);
}

static uint32_t
sk_counter(void *ctx, struct rw_str fingerprint)
{
	const struct session *s = ctx;

	return rw_audit_counter(s->log, s->hook->repo_id, fingerprint);
}

static void
recall(void *ctx, const uint8_t key_set[32], struct rw_sig_memo *memo, size_t n)
{
	const struct session *s = ctx;
	rw_autofree struct rw_store_memo *m = calloc(n, sizeof(*m));

	for (size_t i = 0; m != NULL && i < n; i++)
		memcpy(m[i].object, memo[i].object, sizeof(m[i].object));
	if (m != NULL)
		rw_audit_recall(s->log, key_set, m, n);
	for (size_t i = 0; m != NULL && i < n; i++) {
		memcpy(memo[i].key, m[i].key, sizeof(memo[i].key));
		memo[i].known = m[i].known;
	}
}

static bool
certificate_used(void *ctx, const uint8_t payload[32], uint64_t *ret_entry, struct rw_error *err)
{
	const struct session *s = ctx;

	return rw_audit_certificate_used(s->log, payload, ret_entry, err);
}

static bool
baseline(struct session *s, const struct rw_oid **ret, size_t *ret_n, struct rw_error *err)
{
	const struct rw_str *hex = NULL;
	struct rw_oid *ids;
	size_t n = 0;

	if (!rw_audit_baseline_tips(s->log, s->hook->arena, s->hook->repo_id, &hex, &n, err))
		return false;
	ids = rw_arena_array(s->hook->arena, n == 0 ? 1 : n, sizeof(*ids));
	if (ids == NULL)
		return rw_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (!rw_oid_parse(hex[i], &ids[i]))
			return rw_fail(err, RW_E_CORRUPT, "the log holds a malformed baseline of this repository");
	}
	*ret = ids;
	*ret_n = n;
	return true;
}

/* The chained hook's word, as a finding of its own. */
static bool
ask_chained(struct session *s, bool *ret_refused, struct rw_error *err)
{
	struct rw_hook *h = s->hook;
	rw_auto_buf struct rw_buf output = RW_BUF_INIT(RW_LIMIT_CHAINED_OUTPUT);
	struct rw_finding *f;
	bool ran;
	int status;

	if (!rw_chained_run(h, &output, &ran, &status, err))
		return false;
	*ret_refused = ran && status != 0;
	rw_chained_print(rw_buf_str(&output));
	if (!*ret_refused)
		return true;
	f = rw_arena_alloc(h->arena, sizeof(*f));
	if (f == NULL)
		return rw_fail_nomem(err);
	f->check = "chained";
	f->rule = rw_str("chained");
	f->text = rw_arena_printf(h->arena, "the hook that was here before Refwall refused (exit status %d)", status);
	f->wanted = "its consent; its own words are above";
	s->verdict = (struct rw_verdict){ .accepted = false, .finding = f, .n = 1 };
	return rw_arena_ok(h->arena, "finding", err);
}

static bool
judge(struct session *s, struct rw_error *err)
{
	struct rw_hook *h = s->hook;
	struct rw_judge_input in = {
		.repo = s->repo,
		.policy = s->policy,
		.push = s->push,
		.repo_name = h->repo_name,
		.account = h->account,
		.now = h->now,
		.ctx = s,
		.first_seen = first_seen,
		.tainted = tainted,
		.sk_counter = sk_counter,
		.recall = recall,
		.certificate = h->has_certificate ? &h->certificate : NULL,
		.certificate_used = certificate_used,
	};

	if (!baseline(s, &in.baseline, &in.n_baseline, err))
		return false;
	if (!rw_judge_push(&in, h->arena, &s->verdict, err))
		return false;
	rw_test_count("recalled", s->verdict.n_recalled);
	rw_test_count("verified", s->verdict.n_memos);
	return true;
}

/* One transaction: earlier accepts of this repository are settled, then this verdict stands. */
static bool
record(struct session *s, struct rw_str why, struct rw_error *err)
{
	struct rw_hook *h = s->hook;
	size_t pending = 0;

	rw_test_point("judged");
	if (!rw_log_begin(s->log, h->config.lock_wait_ms, err))
		return false;
	rw_test_point("locked");
	if (s->repo != NULL && (!rw_audit_pending(s->log, h->repo_id, &pending, err) ||
	    (pending > 0 && !rw_hook_settle(h, s->log, s->repo, NULL, 0, err)))) {
		rw_log_rollback(s->log);
		return false;
	}
	rw_test_point("settled");
	if (!rw_hook_record(h, s->log, s->repo, &s->push, s->policy, why.n > 0 ? NULL : &s->verdict, why, &s->entry,
	    err)) {
		rw_log_rollback(s->log);
		return false;
	}
	rw_test_point("appended");
	if (!rw_log_commit(s->log, err))
		return false;
	rw_test_point("committed");
	return true;
}

/* Everything up to a verdict. The log is opened before anything else can fail, so that failures are recorded too. */
static bool
decide(struct session *s, struct rw_error *err)
{
	struct rw_hook *h = s->hook;
	struct rw_repo_location where;
	bool refused = false;

	if (!rw_log_open(h->config.log_dir, RW_STORE_WRITE, &s->log, err))
		return false;
	if (!rw_push_parse(h->arena, rw_buf_str(&h->input), &s->push, err))
		return false;
	if (getenv("GIT_NAMESPACE") != NULL && getenv("GIT_NAMESPACE")[0] != '\0')
		return rw_fail(err, RW_E_DENIED, "git runs under GIT_NAMESPACE, which hides the real names of refs");
	if (!ask_chained(s, &refused, err))
		return false;
	rw_test_point("chained");
	if (!rw_policy_load_cached(h->config.policy, h->config.log_dir, &s->policy, err))
		return false;
	where = rw_hook_location(h);
	if (!rw_git_init(err) || !rw_repo_open(&where, &s->repo, err))
		return false;
	rw_hook_certificate(h, s->repo);
	rw_test_point("opened");
	return refused || judge(s, err);
}

/* A push that could not be judged is refused; if at all possible that is recorded. */
static int
give_up(struct session *s, const struct rw_error *why)
{
	struct rw_error err = RW_ERROR_INIT;
	bool recorded = s->hook->known && s->log != NULL && s->push.n > 0 && record(s, rw_str(why->msg), &err);

	if (recorded)
		fprintf(stderr, "refwall: refused: this push could not be judged (log entry %llu)\n",
		    (unsigned long long)s->entry);
	else
		fprintf(stderr, "refwall: refused: this push could not be judged\n");
	fprintf(stderr, "  found   %s\n", why->msg);
	fprintf(stderr, "  mend    tell the administrator of this server; nothing of the push was kept\n");
	if (s->hook->gitlab)
		fprintf(stderr, "GL-HOOK-ERR: refwall: refused: this push could not be judged: %s\n", why->msg);
	return 3;
}

/*
 * The range that a person would rehearse: of the first refused branch that is not deleted. It will be pasted into a shell, so a
 * name that a shell would read in another way gives none. NULL: none.
 */
static const char *
range_of(struct session *s)
{
	for (size_t i = 0; i < s->verdict.n_updates; i++) {
		const struct rw_judged_update *u = &s->verdict.update[i];
		struct rw_str name = u->update->name;

		if (!u->refused || u->kind == RW_UPDATE_DELETE || !rw_str_has_prefix(name, "refs/heads/"))
			continue;
		if (u->kind == RW_UPDATE_CREATE)
			return "origin/main..HEAD";
		if (strspn(name.p, RW_PLAIN_NAME) != name.n)
			return NULL;
		return rw_arena_printf(s->hook->arena, "origin/%s..HEAD", name.p + strlen("refs/heads/"));
	}
	return NULL;
}

int
rw_pre_receive(struct rw_hook *h)
{
	rw_cleanup(session_release) struct session s = { .hook = h };
	rw_auto_buf struct rw_buf report = RW_BUF_INIT(RW_LIMIT_REPORT_BYTES);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_report_options o;

	if (!rw_hook_prepare(h, h->name, &err))
		return give_up(&s, &err);
	rw_test_point("prepared");
	if (!decide(&s, &err) || !record(&s, (struct rw_str){ NULL, 0 }, &err))
		return give_up(&s, &err);
	o = (struct rw_report_options){
		.repo_name = h->repo_name, .entry = (int64_t)s.entry, .check_range = range_of(&s), .gitlab = h->gitlab,
	};
	rw_report_text(&s.verdict, &o, &report);
	if (!rw_fd_write_all(2, "standard error", rw_buf_str(&report), &err) && s.verdict.accepted)
		return 3;
	rw_test_point("reported");
	return s.verdict.accepted ? 0 : 1;
}
