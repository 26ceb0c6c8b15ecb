/* Accepted is not moved: every accept becomes "applied" or "not-applied". */
#include "refwall/store_repo.h"
#include "refwall/text.h"
#include "server/audit/append.h"
#include "server/audit/explain.h"

struct settling {
	struct rw_log *l;
	struct rw_settle *s;
	const struct rw_store_pending *row;	/* of one ref */
	struct rw_explain x;
};

static bool
append_moved(struct settling *t, enum rw_entry_kind kind, const struct rw_store_pending *p,
    struct rw_str old_id, struct rw_str new_id, uint64_t *ret_index, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	struct rw_json j = rw_json_init(&b, true);
	const struct rw_draft none = { NULL, NULL, 0, 0 };

	rw_json_object(&j);
	rw_json_key(&j, "by");
	rw_json_strz(&j, t->s->by == NULL ? "" : t->s->by);
	rw_json_key(&j, "kind");
	rw_json_strz(&j, rw_entry_kind_name(kind));
	rw_json_key(&j, "new");
	rw_json_str(&j, new_id);
	rw_json_key(&j, "old");
	rw_json_str(&j, old_id);
	if (kind != RW_ENTRY_BYPASS) {
		rw_json_key(&j, "push");
		rw_json_int(&j, (int64_t)p->push);
	}
	rw_json_key(&j, "ref");
	rw_json_str(&j, p->ref);
	rw_put_repo(&j, p->repo, p->name);
	rw_json_key(&j, "time");
	rw_json_time(&j, t->s->now);
	rw_put_v(&j);
	rw_json_end(&j);
	return rw_json_ok(&j, "settling entry", err) &&
	    rw_append(t->l, &none, t->s->now, rw_buf_str(&b), ret_index, err);
}

static bool
settle_applied(struct settling *t, const struct rw_store_pending *p, struct rw_error *err)
{
	struct rw_store_tip tip = { p->repo, p->ref, p->new_id, 0 };
	uint64_t bypass;

	/* The ref left the recorded value without us. That is said before it is built upon. */
	if (t->x.known && !rw_str_eq(t->x.value, p->old_id) &&
	    !append_moved(t, RW_ENTRY_BYPASS, p, t->x.value, p->old_id, &bypass, err))
		return false;
	if (!append_moved(t, RW_ENTRY_APPLIED, p, p->old_id, p->new_id, &tip.index, err) ||
	    !rw_store_tip_put(t->l, &tip, err) || !rw_store_pending_delete(t->l, p->push, p->ref, err))
		return false;
	/* A ref that is gone holds nothing that was only warned about. */
	if (rw_entry_is_zero(p->new_id) && !rw_store_taint_clear(t->l, p->repo, p->ref, p->push, true, err))
		return false;
	t->x.known = true;
	t->x.value = p->new_id;
	t->s->applied++;
	return true;
}

static bool
settle_not_applied(struct settling *t, const struct rw_store_pending *p, struct rw_error *err)
{
	uint64_t index;

	t->s->not_applied++;
	return append_moved(t, RW_ENTRY_NOT_APPLIED, p, p->old_id, p->new_id, &index, err) &&
	    rw_store_pending_delete(t->l, p->push, p->ref, err) &&
	    rw_store_taint_clear(t->l, p->repo, p->ref, p->push, false, err);
}

/* What the record says of the ref. Of a repository that was never registered it says nothing. */
static bool
look_up(struct settling *t, struct rw_arena *a, const struct rw_store_pending *p, struct rw_audit_repo *repo,
    struct rw_error *err)
{
	struct rw_store_repo r;
	struct rw_store_tip tip;
	struct rw_error e = RW_ERROR_INIT;

	*repo = (struct rw_audit_repo){ p->repo, p->name, RW_STR_LIT("") };
	t->x.known = false;
	if (rw_store_repo_get(t->l, a, p->repo, &r, &e)) {
		*repo = (struct rw_audit_repo){ r.id, r.name, r.path };
		t->x.known = true;
		t->x.value = RW_STR_LIT(RW_ZERO_ID);
		t->x.value_index = r.baseline;
	} else if (e.code != RW_E_NOT_FOUND) {
		*err = e;
		return false;
	}
	if (rw_store_tip_get(t->l, a, p->repo, p->ref, &tip, &e)) {
		t->x.known = true;
		t->x.value = tip.value;
		t->x.value_index = tip.index;
	} else if (e.code != RW_E_NOT_FOUND) {
		*err = e;
		return false;
	}
	return true;
}

/*
 * post-receive names updates by their values. Should two accepts say the same, the newest is meant: an older
 * one was refused by git or is settled by now.
 */
static void
force_moved(const struct rw_settle *s, const struct rw_store_pending *p, struct rw_explain *x)
{
	if (!rw_str_eq(p->repo, s->repo_id))
		return;
	for (size_t m = 0; m < s->n_moved; m++) {
		if (!rw_str_eq(s->moved[m].name, p->ref))
			continue;
		for (size_t i = x->n; i-- > 0; ) {
			struct rw_explain_row *r = &x->row[i];

			if (!r->forced && rw_str_eqz(r->old_id, s->moved[m].old_id) &&
			    rw_str_eqz(r->new_id, s->moved[m].new_id)) {
				r->forced = true;
				break;
			}
		}
	}
}

static bool
settle_ref(struct settling *t, struct rw_arena *a, size_t n, struct rw_error *err)
{
	struct rw_settle *s = t->s;
	struct rw_explain *x = &t->x;
	struct rw_audit_repo repo;
	char tip[41] = "";

	x->n = n < RW_EXPLAIN_ROWS ? n : RW_EXPLAIN_ROWS;
	x->row = rw_arena_array(a, x->n, sizeof(*x->row));
	if (x->row == NULL)
		return rw_arena_ok(a, "settling", err);
	if (!look_up(t, a, t->row, &repo, err))
		return false;
	/* Who is gone is asked before the tip is read: a process could move the ref and end in between. */
	for (size_t i = 0; i < x->n; i++) {
		const struct rw_store_pending *p = &t->row[i];
		struct rw_audit_process proc = { .pid = p->pid, .start = p->start };

		if (p->boot.n < sizeof(proc.boot) && p->boot.n > 0)
			memcpy(proc.boot, p->boot.p, p->boot.n);
		x->row[i] = (struct rw_explain_row){ .old_id = p->old_id, .new_id = p->new_id, .push = p->push,
		    .alive = s->alive == NULL || s->alive(s->ctx, &proc) };
	}
	force_moved(s, t->row, x);
	x->has_tip = s->tip != NULL && n == x->n && s->tip(s->ctx, &repo, t->row->ref, tip);
	x->tip = rw_str(tip);
	rw_explain(x);
	for (size_t i = 0; i < x->n_applied; i++) {
		if (!settle_applied(t, &t->row[x->order[i]], err))
			return false;
	}
	for (size_t i = 0; i < x->n; i++) {
		if (x->row[i].applied)
			continue;
		if (!x->has_tip || x->row[i].alive)
			s->still_pending++;
		else if (!settle_not_applied(t, &t->row[i], err))
			return false;
	}
	s->still_pending += n - x->n;
	return true;
}

bool
rw_audit_settle(struct rw_log *l, struct rw_settle *s, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	const struct rw_store_pending *rows;
	rw_autofree struct settling *t = calloc(1, sizeof(*t));
	size_t n;

	s->applied = s->not_applied = s->still_pending = 0;
	if (a == NULL || t == NULL)
		return rw_fail_nomem(err);
	if (!rw_log_in_transaction(l))
		return rw_fail(err, RW_E_USAGE, "settling: no transaction is open");
	if (!rw_store_pending_list(l, a, s->repo_id, &rows, &n, err))
		return false;
	t->l = l;
	t->s = s;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n; end++) {
			if (!rw_str_eq(rows[end].repo, rows[i].repo) || !rw_str_eq(rows[end].ref, rows[i].ref))
				break;
		}
		t->row = &rows[i];
		if (!settle_ref(t, a, end - i, err))
			return rw_log_spoil(l);
	}
	return true;
}

bool
rw_audit_pending(struct rw_log *l, struct rw_str repo_id, size_t *ret_n, struct rw_error *err)
{
	uint64_t n;

	if (!rw_store_pending_count(l, repo_id, &n, err))
		return false;
	*ret_n = (size_t)n;
	return true;
}
