/* The verdict as an audit entry: what the store is told of a push. */
#include "hooks/hook.h"
#include "refwall/json.h"

/* Lists grow in the hook's arena; what does not fit fails the whole record, and so the push. */
struct strs {
	struct rw_str *item;
	size_t n, cap;
};

static void
add(struct rw_arena *a, struct strs *l, struct rw_str s)
{
	struct rw_str *slot = rw_arena_push(a, &l->item, &l->n, &l->cap);

	if (slot != NULL)
		*slot = s;
}

static int
by_bytes(const void *x, const void *y)
{
	return rw_str_cmp(*(const struct rw_str *)x, *(const struct rw_str *)y);
}

static void
sort_unique(struct strs *l)
{
	size_t kept = 0;

	if (l->n < 2)
		return;
	qsort(l->item, l->n, sizeof(*l->item), by_bytes);
	for (size_t i = 0; i < l->n; i++) {
		if (kept == 0 || !rw_str_eq(l->item[kept - 1], l->item[i]))
			l->item[kept++] = l->item[i];
	}
	l->n = kept;
}

/* Paths of one kind of change: 0 added, 1 modified, 2 removed. */
static void
put_paths(struct rw_json *j, const char *name, const struct rw_judged_update *u, int kind)
{
	rw_json_key(j, name);
	rw_json_array(j);
	for (size_t i = 0; i < u->n_changes; i++) {
		const struct rw_change *c = &u->change[i];
		int k = c->old_mode == 0 ? 0 : c->new_mode == 0 ? 2 : 1;

		if (k == kind)
			rw_json_str(j, c->path);
	}
	rw_json_end(j);
}

/* What HEAD names, "main": appliers that follow HEAD look at no other branch. Empty when it names none. */
static struct rw_str
default_branch(struct rw_hook *h, struct rw_repo *repo)
{
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_str target = { NULL, 0 };
	enum rw_ref_kind kind;
	struct rw_oid id;

	if (repo == NULL || !rw_repo_ref(repo, h->arena, rw_str("HEAD"), &kind, &id, &target, &ignored) ||
	    kind != RW_REF_SYMBOLIC || !rw_str_has_prefix(target, "refs/heads/"))
		return (struct rw_str){ NULL, 0 };
	return (struct rw_str){ target.p + strlen("refs/heads/"), target.n - strlen("refs/heads/") };
}

/* What fan-out will need and can no longer ask the repository for. Paths are all or none. */
static struct rw_str
notice_of(struct rw_arena *a, const struct rw_judged_update *u, struct rw_str branch)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	struct rw_json j = rw_json_init(&b, true);
	struct rw_error ignored = RW_ERROR_INIT;

	if (u->kind == RW_UPDATE_DELETE)
		return (struct rw_str){ NULL, 0 };
	rw_json_object(&j);
	rw_json_key(&j, "commit");
	rw_json_object(&j);
	rw_json_key(&j, "author");
	rw_json_object(&j);
	rw_json_key(&j, "email");
	rw_json_str(&j, u->author_email);
	rw_json_key(&j, "name");
	rw_json_str(&j, u->author_name);
	rw_json_end(&j);
	rw_json_key(&j, "id");
	rw_json_strz(&j, RW_OID(&u->tip));
	rw_json_key(&j, "message");
	rw_json_str(&j, u->subject);
	rw_json_key(&j, "timestamp");
	rw_json_time(&j, u->author_time);
	rw_json_end(&j);
	if (branch.n > 0) {
		rw_json_key(&j, "default_branch");
		rw_json_str(&j, branch);
	}
	rw_json_key(&j, "forced");
	rw_json_bool(&j, u->kind == RW_UPDATE_REWIND);
	rw_json_key(&j, "paths");
	if (u->n_changes > RW_LIMIT_NOTICE_PATHS) {
		rw_json_null(&j);
	} else {
		rw_json_object(&j);
		put_paths(&j, "added", u, 0);
		put_paths(&j, "modified", u, 1);
		put_paths(&j, "removed", u, 2);
		rw_json_end(&j);
	}
	rw_json_end(&j);
	return rw_json_ok(&j, "notice", &ignored) ? rw_arena_str(a, rw_buf_str(&b)) : (struct rw_str){ NULL, 0 };
}

static const struct rw_judged_update *
judged(const struct rw_verdict *v, const struct rw_ref_update *u)
{
	for (size_t i = 0; v != NULL && i < v->n_updates; i++) {
		if (rw_str_eq(v->update[i].update->name, u->name))
			return &v->update[i];
	}
	return NULL;
}

static bool
fill_refs(struct rw_hook *h, struct rw_repo *repo, const struct rw_push *push, const struct rw_verdict *v,
    struct rw_audit_push *p, struct strs *paths, struct rw_error *err)
{
	struct rw_str branch = v != NULL && v->accepted ? default_branch(h, repo) : (struct rw_str){ NULL, 0 };
	struct rw_audit_ref *refs = rw_arena_array(h->arena, push->n == 0 ? 1 : push->n, sizeof(*refs));

	for (size_t i = 0; refs != NULL && i < push->n; i++) {
		const struct rw_ref_update *u = &push->update[i];
		const struct rw_judged_update *ju = judged(v, u);

		refs[i].name = u->name;
		(void)rw_oid_hex(&u->old_id, refs[i].old_id);
		(void)rw_oid_hex(&u->new_id, refs[i].new_id);
		if (ju == NULL || v == NULL || !v->accepted)
			continue;
		refs[i].notice = notice_of(h->arena, ju, branch);
		refs[i].tainted_by = ju->warned;
		refs[i].n_tainted_by = ju->n_warned;
		for (size_t k = 0; k < ju->n_changes && paths->n < RW_LIMIT_NOTICE_PATHS; k++)
			add(h->arena, paths, ju->change[k].path);
	}
	p->ref = refs;
	p->n_refs = push->n;
	return rw_arena_ok(h->arena, "list of refs", err);
}

static bool
fill_counters(struct rw_hook *h, const struct rw_verdict *v, struct rw_audit_push *p, struct rw_error *err)
{
	struct rw_audit_counter *c = rw_arena_array(h->arena, v->n_sk_counters, sizeof(*c));

	for (size_t i = 0; c != NULL && i < v->n_sk_counters; i++)
		c[i] = (struct rw_audit_counter){ rw_str(v->sk_counter[i].fingerprint), v->sk_counter[i].counter };
	p->counter = c;
	p->n_counters = c == NULL ? 0 : v->n_sk_counters;
	return rw_arena_ok(h->arena, "record of the push", err);
}

static bool
fill_memos(struct rw_hook *h, const struct rw_verdict *v, struct rw_audit_push *p, struct rw_error *err)
{
	size_t n = v->accepted ? v->n_memos : 0;
	struct rw_store_memo *m = rw_arena_array(h->arena, n, sizeof(*m));

	for (size_t i = 0; m != NULL && i < n; i++) {
		memcpy(m[i].object, v->memo[i].object, sizeof(m[i].object));
		memcpy(m[i].key, v->memo[i].key, sizeof(m[i].key));
	}
	memcpy(p->key_set, v->key_set, sizeof(p->key_set));
	p->memo = m;
	p->n_memos = m == NULL ? 0 : n;
	return rw_arena_ok(h->arena, "record of the push", err);
}

static bool
fill_verdict(struct rw_hook *h, const struct rw_policy *policy, const struct rw_verdict *v, struct rw_audit_push *p,
    struct strs *paths, struct rw_error *err)
{
	rw_auto_buf struct rw_buf json = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	struct strs rules = { NULL, 0, 0 }, signers = { NULL, 0, 0 }, commits = { NULL, 0, 0 };

	for (size_t i = 0; i < v->n; i++) {
		add(h->arena, &rules, v->finding[i].rule);
		if (v->finding[i].path.n > 0 && paths->n < 2 * RW_LIMIT_NOTICE_PATHS)
			add(h->arena, paths, v->finding[i].path);
	}
	sort_unique(&rules);
	for (size_t i = 0; policy != NULL && i < v->n_signers; i++)
		add(h->arena, &signers, policy->identity[v->signer[i]].name);
	for (size_t i = 0; v->accepted && i < v->n_new_commits; i++)
		add(h->arena, &commits, rw_str(rw_arena_strdup(h->arena, RW_OID(&v->new_commit[i]))));
	if (v->n > 0) {
		rw_report_json(v, true, &json);
		if (!rw_buf_ok(&json, "list of findings", err))
			return false;
		p->findings = rw_arena_str(h->arena, rw_buf_str(&json));
	}
	p->n_findings = v->n + v->n_dropped;
	p->rule = rules.item;
	p->n_rules = rules.n;
	p->signer = signers.item;
	p->n_signers = signers.n;
	p->new_commit = commits.item;
	p->n_new_commits = commits.n;
	return rw_arena_ok(h->arena, "record of the push", err);
}

/* The first push under another policy or configuration says so in an entry of its own. */
static bool
note_digest(struct rw_hook *h, struct rw_log *log, enum rw_entry_kind kind, const char *digest, struct rw_error *err)
{
	struct rw_audit_filter last = RW_AUDIT_FILTER_INIT;
	struct rw_audit_field f = { "digest", RW_FIELD_STR, rw_str(digest), 0 };
	const struct rw_audit_entry *e = NULL;
	const struct rw_json_value *v = NULL;
	uint64_t index;
	size_t n = 0;
	bool more;

	last.kind = kind;
	last.descending = true;
	last.limit = 1;
	if (!rw_audit_list(log, h->arena, &last, &e, &n, &more, err))
		return false;
	if (n > 0 && !rw_json_parse(h->arena, e[0].body, &v, err))
		return false;
	if (n > 0 && rw_str_eqz(rw_json_get_str(h->arena, v, "digest"), digest))
		return true;
	return rw_audit_event(log, kind, h->now, &f, 1, &index, err);
}

bool
rw_hook_record(struct rw_hook *h, struct rw_log *log, struct rw_repo *repo, const struct rw_push *push,
    const struct rw_policy *policy, const struct rw_verdict *verdict, struct rw_str error, uint64_t *ret_index,
    struct rw_error *err)
{
	struct strs paths = { NULL, 0, 0 };
	struct rw_audit_push p = {
		.now = h->now,
		.repo_id = h->repo_id,
		.repo_name = h->repo_name,
		.account = h->account,
		.transport = h->transport,
		.accepted = verdict != NULL && verdict->accepted,
		.policy_digest = policy == NULL ? NULL : policy->digest,
		.config_digest = h->config.digest,
		.version = PACKAGE_VERSION,
		.error = error,
	};

	p.process = h->process;
	p.certificate = h->certificate.bytes;
	if (verdict != NULL && verdict->certificate_used)
		p.certificate_payload = verdict->certificate_payload;
	if (!note_digest(h, log, RW_ENTRY_CONFIG, h->config.digest, err) ||
	    (policy != NULL && !note_digest(h, log, RW_ENTRY_POLICY, policy->digest, err)))
		return false;
	if (!fill_refs(h, repo, push, verdict, &p, &paths, err))
		return false;
	if (verdict != NULL && (!fill_verdict(h, policy, verdict, &p, &paths, err) ||
	    !fill_counters(h, verdict, &p, err) || !fill_memos(h, verdict, &p, err)))
		return false;
	sort_unique(&paths);
	p.path = paths.item;
	p.n_paths = paths.n;
	return rw_audit_push(log, &p, ret_index, err);
}
