/* Repositories and their baselines. */
#include "refwall/store_repo.h"
#include "refwall/text.h"
#include "server/audit/append.h"

static void
item_tip(struct rw_json *j, void *ctx, size_t i)
{
	const struct rw_audit_ref *const *r = ctx;

	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_strz(j, (*r)[i].new_id);
	rw_json_key(j, "name");
	rw_json_str(j, (*r)[i].name);
	rw_json_end(j);
}

static void
put_body(struct rw_json *j, rw_time now, const struct rw_store_repo *r, const struct rw_list *refs)
{
	rw_json_object(j);
	rw_json_key(j, "kind");
	rw_json_strz(j, "baseline");
	rw_json_key(j, "path");
	rw_json_str(j, r->path);
	rw_json_key(j, "refs");
	rw_list_put(j, refs);
	rw_put_repo(j, r->id, r->name);
	rw_json_key(j, "time");
	rw_json_time(j, now);
	rw_put_v(j);
	rw_json_end(j);
}

static bool
write_body(struct rw_draft *d, rw_time now, const struct rw_store_repo *r, struct rw_list *refs,
    struct rw_buf *out, struct rw_error *err)
{
	struct rw_json j = rw_json_init(out, true);

	put_body(&j, now, r, refs);
	if (!out->failed || out->nomem || j.bad)
		return rw_json_ok(&j, "baseline entry", err);
	if (!rw_list_spill(d, refs, err))
		return false;
	rw_buf_clear(out);
	j = rw_json_init(out, true);
	put_body(&j, now, r, refs);
	return rw_json_ok(&j, "baseline entry", err);
}

bool
rw_audit_baseline(struct rw_log *l, rw_time now, struct rw_str repo_id, struct rw_str repo_name,
    struct rw_str path, const struct rw_audit_ref *tips, size_t n, uint64_t *ret_index, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 128);
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	struct rw_draft d = { .a = a };
	struct rw_list refs = { .n = n, .ctx = &tips, .item = item_tip };
	struct rw_store_repo r = { repo_id, repo_name, path, 0 };

	if (a == NULL)
		return rw_fail_nomem(err);
	if (repo_id.n == 0)
		return rw_fail(err, RW_E_USAGE, "baseline: a repository without id");
	if (n > RW_LIMIT_REPO_REFS)
		return rw_fail(err, RW_E_LIMIT, "baseline: more than %d refs", RW_LIMIT_REPO_REFS);
	if (!write_body(&d, now, &r, &refs, &out, err) || !rw_append(l, &d, now, rw_buf_str(&out), ret_index, err))
		return false;
	r.baseline = *ret_index;
	if (!rw_store_repo_put(l, &r, err) || !rw_store_tip_clear(l, repo_id, err))
		return rw_log_spoil(l);
	for (size_t i = 0; i < n; i++) {
		struct rw_store_tip t = { repo_id, tips[i].name, rw_str(tips[i].new_id), *ret_index };

		if (!rw_store_tip_put(l, &t, err))
			return rw_log_spoil(l);
	}
	return true;
}

bool
rw_audit_repos(struct rw_log *l, struct rw_arena *a, const struct rw_audit_repo **ret, size_t *ret_n,
    struct rw_error *err)
{
	const struct rw_store_repo *rows;
	struct rw_audit_repo *repos;
	size_t n;

	if (!rw_store_repo_list(l, a, &rows, &n, err))
		return false;
	repos = rw_arena_array(a, n + 1, sizeof(*repos));
	if (repos == NULL)
		return rw_arena_ok(a, "repositories", err);
	for (size_t i = 0; i < n; i++)
		repos[i] = (struct rw_audit_repo){ rows[i].id, rows[i].name, rows[i].path };
	*ret = repos;
	*ret_n = n;
	return true;
}

bool
rw_audit_repo_by_id(struct rw_log *l, struct rw_arena *a, struct rw_str id, struct rw_audit_repo *ret,
    struct rw_error *err)
{
	struct rw_store_repo r;

	if (!rw_store_repo_get(l, a, id, &r, err))
		return false;
	*ret = (struct rw_audit_repo){ r.id, r.name, r.path };
	return true;
}

bool
rw_audit_baseline_tips(struct rw_log *l, struct rw_arena *a, struct rw_str repo_id, const struct rw_str **ret,
    size_t *ret_n, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *tmp = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 128);
	const struct rw_json_value *const *items;
	struct rw_entry_source src = { l, tmp, 0 };
	struct rw_entry_walk w;
	struct rw_store_repo r;
	struct rw_entry e;
	struct rw_str *ids;
	size_t n;

	if (tmp == NULL)
		return rw_fail_nomem(err);
	if (!rw_store_repo_get(l, tmp, repo_id, &r, err) || !rw_entry_load(l, tmp, r.baseline, &e, err))
		return false;
	if (e.kind != RW_ENTRY_BASELINE)
		return rw_fail(err, RW_E_CORRUPT, "repository %s: entry %llu is not its baseline", RW_SHOW(repo_id),
		    (unsigned long long)r.baseline);
	src.index = r.baseline;
	w = rw_entry_walk_log(&src);
	if (!rw_entry_list(&w, rw_json_get(e.body, "refs"), RW_ITEM_TIP, &items, &n, err))
		return false;
	ids = rw_arena_array(a, n + 1, sizeof(*ids));
	if (ids == NULL)
		return rw_arena_ok(a, "baseline", err);
	for (size_t i = 0; i < n; i++)
		ids[i] = rw_arena_str(a, rw_json_get(items[i], "id")->str);
	*ret = ids;
	*ret_n = n;
	return rw_arena_ok(a, "baseline", err);
}

/* Unsure counts as tainted: a ref that vouches for nothing only makes for more judging. */
bool
rw_audit_is_tainted(struct rw_log *l, struct rw_str repo_id, struct rw_str ref, struct rw_str rule)
{
	struct rw_error ignored = RW_ERROR_INIT;
	bool has;

	return !rw_store_taint_has(l, repo_id, ref, rule, &has, &ignored) || has;
}

/* A counter that cannot be read raises no alarm; a store in that state refuses the push by itself. */
uint32_t
rw_audit_counter(struct rw_log *l, struct rw_str repo_id, struct rw_str key)
{
	struct rw_error ignored = RW_ERROR_INIT;
	uint32_t counter;

	return rw_store_counter_get(l, repo_id, key, &counter, &ignored) ? counter : 0;
}

/* What cannot be read is not known, and is found out again. */
void
rw_audit_recall(struct rw_log *l, const uint8_t key_set[32], struct rw_store_memo *memo, size_t n)
{
	struct rw_error ignored = RW_ERROR_INIT;

	(void)!rw_store_memo_get(l, key_set, memo, n, &ignored);
}

rw_time
rw_audit_first_seen(struct rw_log *l, struct rw_str repo_id, struct rw_str commit_hex)
{
	struct rw_error ignored = RW_ERROR_INIT;
	uint64_t index;
	rw_time t;

	return rw_store_seen_get(l, repo_id, commit_hex, &t, &index, &ignored) ? t : RW_TIME_NONE;
}
