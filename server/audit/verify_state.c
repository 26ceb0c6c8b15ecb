/*
 * What happened to refs, replayed: accepts, their settling, chains of values; and the tables that follow from
 * that.
 */
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/text.h"
#include "server/audit/certificate.h"
#include "server/audit/verify.h"

struct repo {
	struct rw_str name, path;
	uint64_t baseline;
	uint64_t generation;		/* rises with each baseline; 0: none yet */
};

struct taint {
	struct taint *next;
	struct rw_str rule;
	uint64_t push;
	bool gone;
};

struct ref {
	struct rw_str value;
	uint64_t index, generation;
	bool known;
	bool listed;			/* its row was met */
	struct taint *taints;
};

struct accept {
	struct rw_str repo, ref, old_id, new_id;
	uint64_t push;
	bool settled, listed;
};

/* Two strings as one key: the length keeps them apart. */
static struct rw_str
pair(struct rw_arena *a, const char *head, struct rw_str s, struct rw_str t)
{
	size_t n = strlen(head) + 24 + s.n + t.n;
	char *z = rw_arena_alloc(a, n);
	int at;

	if (z == NULL)
		return RW_STR_LIT("");
	at = snprintf(z, n, "%s%zu:", head, s.n);
	if (s.n > 0)
		memcpy(z + at, s.p, s.n);
	if (t.n > 0)
		memcpy(z + at + s.n, t.p, t.n);
	return (struct rw_str){ z, (size_t)at + s.n + t.n };
}

static struct ref *
get_ref(struct rw_verify *v, struct rw_arena *a, struct rw_str repo, struct rw_str name)
{
	return rw_map_put(&v->refs, pair(a, "", repo, name));
}

static struct rw_str
accept_key(struct rw_arena *a, uint64_t push, struct rw_str ref)
{
	char head[24];

	(void)snprintf(head, sizeof(head), "%llu:", (unsigned long long)push);
	return pair(a, head, ref, RW_STR_LIT(""));
}

static bool
nomem(const struct rw_verify *v, struct rw_error *err)
{
	return rw_arena_ok(v->state, "verification", err) || rw_fail_nomem(err);
}

/* ---- entries ---- */

static bool
replay_ref(struct rw_verify *v, struct rw_arena *a, uint64_t index, struct rw_str repo,
    const struct rw_json_value *item, struct rw_error *err)
{
	struct rw_str name = rw_json_get_str(a, item, "name");
	struct accept *x = rw_map_put(&v->accepts, accept_key(a, index, name));
	struct ref *r = get_ref(v, a, repo, name);

	if (x == NULL || r == NULL)
		return nomem(v, err);
	if (x->repo.p != NULL) {
		rw_verify_problem(v, index, "accepts %s twice", RW_SHOW(name));
		return true;
	}
	*x = (struct accept){ rw_arena_str(v->state, repo), rw_arena_str(v->state, name),
	    rw_arena_str(v->state, rw_json_get(item, "old")->str), rw_arena_str(v->state, rw_json_get(item, "new")->str),
	    index, false, false };
	v->open_accepts++;
	for (const struct rw_json_value *t = rw_json_get(item, "tainted")->first; t != NULL; t = t->next) {
		struct taint *n = rw_arena_alloc(v->state, sizeof(*n));

		if (n == NULL)
			return nomem(v, err);
		*n = (struct taint){ r->taints, rw_arena_str(v->state, rw_entry_text(a, t)), index, false };
		r->taints = n;
	}
	return true;
}

static bool
replay_commit(struct rw_verify *v, struct rw_arena *a, uint64_t index, rw_time time, struct rw_str repo,
    const struct rw_json_value *id, struct rw_error *err)
{
	struct rw_str object = id->str;
	char *raw = rw_arena_alloc(a, 20);
	uint64_t at;
	rw_time t;

	if (raw == NULL)
		return rw_arena_ok(a, "entry", err);
	if (!rw_store_seen_get(v->l, repo, object, &t, &at, err))
		return false;
	if (rw_hex_decode(object, raw, 20))
		object = (struct rw_str){ raw, 20 };
	if (at == UINT64_MAX || at > index)
		rw_verify_problem(v, index, "first accepts commit %s, but the table does not say so", RW_SHOW(id->str));
	else if (at == index)
		v->seen[index] += rw_verify_row(v, (uint64_t)time, repo, object);
	return true;
}

static bool
replay_push(struct rw_verify *v, uint64_t index, const struct rw_entry *e, const struct rw_entry_walk *w,
    struct rw_error *err)
{
	struct rw_str repo = rw_json_get_str(w->a, rw_json_get(e->body, "repo"), "id");
	struct rw_map once = RW_MAP_INIT(w->a, bool);
	const struct rw_json_value *const *items;
	size_t n;

	if (!rw_str_eqz(rw_json_get(e->body, "verdict")->str, "accept"))
		return true;
	if (!rw_entry_list(w, rw_json_get(e->body, "refs"), RW_ITEM_REF, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!replay_ref(v, w->a, index, repo, items[i], err))
			return false;
	}
	if (!rw_entry_list(w, rw_json_get(e->body, "commits"), RW_ITEM_ID, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool *again = rw_map_put(&once, items[i]->str);

		if (again == NULL)
			return rw_arena_ok(w->a, "entry", err);
		/* Named twice in one list is counted once, as in the table. */
		if (!*again && !replay_commit(v, w->a, index, e->time, repo, items[i], err))
			return false;
		*again = true;
	}
	return true;
}

/* The ref goes from old to new: does it start where the record left it? */
static bool
replay_move(struct rw_verify *v, struct rw_arena *a, uint64_t index, struct rw_str repo, struct rw_str name,
    struct rw_str old_id, struct rw_str new_id, struct rw_error *err)
{
	const struct repo *rp = rw_map_get(&v->repos, repo);
	struct ref *r = get_ref(v, a, repo, name);
	uint64_t generation = rp == NULL ? 0 : rp->generation;
	bool known;
	struct rw_str value;

	if (r == NULL)
		return nomem(v, err);
	known = r->known && r->generation == generation;
	value = known ? r->value : RW_STR_LIT(RW_ZERO_ID);
	if ((known || generation > 0) && !rw_str_eq(value, old_id))
		rw_verify_problem(v, index, "%s starts from %.12s, but the record left it at %.12s", RW_SHOW(name), old_id.p,
		    value.p);
	r->known = true;
	r->generation = generation;
	r->value = rw_arena_str(v->state, new_id);
	r->index = index;
	return true;
}

static bool
replay_settled(struct rw_verify *v, struct rw_arena *a, uint64_t index, const struct rw_entry *e,
    struct rw_error *err)
{
	const struct rw_json_value *b = e->body;
	struct rw_str repo = rw_json_get_str(a, rw_json_get(b, "repo"), "id"), ref = rw_json_get_str(a, b, "ref");
	struct rw_str old_id = rw_json_get(b, "old")->str, new_id = rw_json_get(b, "new")->str;
	uint64_t push = (uint64_t)rw_json_get_int(b, "push", 0);
	struct accept *x = rw_map_get(&v->accepts, accept_key(a, push, ref));
	bool applied = e->kind == RW_ENTRY_APPLIED;
	struct ref *r = get_ref(v, a, repo, ref);

	if (r == NULL)
		return nomem(v, err);
	if (x == NULL || x->settled) {
		rw_verify_problem(v, index, "settles %s of entry %llu, which %s", RW_SHOW(ref), (unsigned long long)push,
		    x == NULL ? "did not accept it" : "was settled before");
	} else {
		x->settled = true;
		v->open_accepts--;
		if (!rw_str_eq(x->repo, repo) || !rw_str_eq(x->old_id, old_id) || !rw_str_eq(x->new_id, new_id))
			rw_verify_problem(v, index, "settles %s otherwise than entry %llu accepted it", RW_SHOW(ref),
			    (unsigned long long)push);
	}
	for (struct taint *t = r->taints; t != NULL; t = t->next) {
		if (applied ? rw_entry_is_zero(new_id) && t->push <= push : t->push == push)
			t->gone = true;
	}
	return !applied || replay_move(v, a, index, repo, ref, old_id, new_id, err);
}

static bool
replay_baseline(struct rw_verify *v, uint64_t index, const struct rw_entry *e, const struct rw_entry_walk *w,
    struct rw_error *err)
{
	struct rw_str id = rw_json_get_str(w->a, rw_json_get(e->body, "repo"), "id");
	struct repo *rp = rw_map_put(&v->repos, id);
	const struct rw_json_value *const *items;
	size_t n;

	if (rp == NULL)
		return nomem(v, err);
	rp->name = rw_arena_str(v->state, rw_json_get_str(w->a, rw_json_get(e->body, "repo"), "name"));
	rp->path = rw_arena_str(v->state, rw_json_get_str(w->a, e->body, "path"));
	rp->baseline = index;
	rp->generation++;
	if (!rw_entry_list(w, rw_json_get(e->body, "refs"), RW_ITEM_TIP, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct ref *r = get_ref(v, w->a, id, rw_json_get_str(w->a, items[i], "name"));

		if (r == NULL)
			return nomem(v, err);
		r->value = rw_arena_str(v->state, rw_json_get(items[i], "id")->str);
		r->index = index;
		r->generation = rp->generation;
		r->known = true;
	}
	return true;
}

bool
rw_verify_state(struct rw_verify *v, uint64_t index, const struct rw_entry *e, const struct rw_entry_walk *w,
    struct rw_error *err)
{
	const struct rw_json_value *b = e->body;
	bool listed;

	if (v->refs.a == NULL) {
		v->repos = (struct rw_map)RW_MAP_INIT(v->state, struct repo);
		v->refs = (struct rw_map)RW_MAP_INIT(v->state, struct ref);
		v->accepts = (struct rw_map)RW_MAP_INIT(v->state, struct accept);
	}
	if (e->kind == RW_ENTRY_PUSH)
		return replay_push(v, index, e, w, err);
	if (e->kind == RW_ENTRY_BASELINE)
		return replay_baseline(v, index, e, w, err);
	if (e->kind == RW_ENTRY_APPLIED || e->kind == RW_ENTRY_NOT_APPLIED)
		return replay_settled(v, w->a, index, e, err);
	if (e->kind == RW_ENTRY_BYPASS)
		return replay_move(v, w->a, index, rw_json_get_str(w->a, rw_json_get(b, "repo"), "id"),
		    rw_json_get_str(w->a, b, "ref"), rw_json_get(b, "old")->str, rw_json_get(b, "new")->str, err);
	if (e->kind == RW_ENTRY_CERTIFICATE) {
		if (!rw_certificate_listed(v->l, e, &listed, err))
			return false;
		if (!listed)
			rw_verify_problem(v, index, "used a push certificate, but the table does not say so");
	}
	return true;
}

/* ---- tables ---- */

struct finishing {
	struct rw_verify *v;
	struct rw_arena *a;
	uint64_t taints;
};

static bool
tip_row(void *ctx, const struct rw_store_tip *t)
{
	struct finishing *f = ctx;
	const struct repo *rp = rw_map_get(&f->v->repos, t->repo);
	struct ref *r = rw_map_get(&f->v->refs, pair(f->a, "", t->repo, t->ref));

	if (r == NULL || !r->known || r->generation != (rp == NULL ? 0 : rp->generation) || !rw_str_eq(r->value, t->value) ||
	    r->index != t->index)
		rw_verify_problem(f->v, t->index, "table of tips: %s is not what the entries say", RW_SHOW(t->ref));
	else
		r->listed = true;
	return !rw_arena_failed(f->a);
}

static bool
taint_row(void *ctx, const struct rw_store_taint *t)
{
	struct finishing *f = ctx;
	const struct ref *r = rw_map_get(&f->v->refs, pair(f->a, "", t->repo, t->ref));
	const struct taint *x = r == NULL ? NULL : r->taints;

	while (x != NULL && (x->gone || x->push != t->push || !rw_str_eq(x->rule, t->rule)))
		x = x->next;
	if (x == NULL)
		rw_verify_problem(f->v, t->push, "table of taints: %s is not what the entries say", RW_SHOW(t->ref));
	f->taints++;
	return !rw_arena_failed(f->a);
}

static bool
finish_pending(struct rw_verify *v, struct rw_arena *a, struct rw_error *err)
{
	const struct rw_store_pending *rows;
	size_t n;

	if (!rw_store_pending_list(v->l, a, RW_STR_LIT(""), &rows, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct accept *x = rw_map_get(&v->accepts, accept_key(a, rows[i].push, rows[i].ref));

		if (x == NULL || x->settled || !rw_str_eq(x->repo, rows[i].repo) || !rw_str_eq(x->old_id, rows[i].old_id) ||
		    !rw_str_eq(x->new_id, rows[i].new_id))
			rw_verify_problem(v, rows[i].push, "table of pending accepts: %s is not what the entries say",
			    RW_SHOW(rows[i].ref));
		else
			x->listed = true;
	}
	for (size_t i = 0; i < v->accepts.cap; i++) {
		const struct accept *x = v->accepts.slot[i].value;

		if (x != NULL && !x->settled && !x->listed)
			rw_verify_problem(v, x->push, "accepts %s, which is neither settled nor pending", RW_SHOW(x->ref));
	}
	return true;
}

static bool
finish_repos(struct rw_verify *v, struct rw_arena *a, struct rw_error *err)
{
	const struct rw_store_repo *rows;
	size_t n;

	if (!rw_store_repo_list(v->l, a, &rows, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct repo *rp = rw_map_get(&v->repos, rows[i].id);

		if (rp == NULL || rp->baseline != rows[i].baseline || !rw_str_eq(rp->name, rows[i].name) ||
		    !rw_str_eq(rp->path, rows[i].path))
			rw_verify_problem(v, rows[i].baseline, "table of repositories: %s is not what the entries say",
			    RW_SHOW(rows[i].id));
	}
	if (n != v->repos.n)
		rw_verify_problem(v, v->size, "table of repositories: %zu rows, entries say %zu", n, v->repos.n);
	return true;
}

bool
rw_verify_state_finish(struct rw_verify *v, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)1 << 30);
	struct finishing f = { .v = v, .a = a };
	uint64_t taints = 0;

	if (a == NULL)
		return rw_fail_nomem(err);
	v->r->pending = v->open_accepts;
	if (!finish_pending(v, a, err) || !finish_repos(v, a, err) || !rw_store_tip_each(v->l, tip_row, &f, err) ||
	    !rw_store_taint_each(v->l, taint_row, &f, err))
		return false;
	for (size_t i = 0; i < v->refs.cap; i++) {
		const struct ref *r = v->refs.slot[i].value;

		if (r == NULL)
			continue;
		for (const struct taint *t = r->taints; t != NULL; t = t->next)
			taints += !t->gone;
		if (r->known && !r->listed) {
			/* A ref of an older baseline has no row any more. */
			size_t at = 0, n = 0;
			struct rw_str key = v->refs.slot[i].key;
			const struct repo *rp;

			while (at < key.n && key.p[at] != ':')
				n = n * 10 + (size_t)(key.p[at++] - '0');
			rp = rw_map_get(&v->repos, (struct rw_str){ key.p + at + 1, n });
			if (r->generation == (rp == NULL ? 0 : rp->generation))
				rw_verify_problem(v, r->index, "table of tips: a ref that this entry set is not in it");
		}
	}
	if (taints != f.taints)
		rw_verify_problem(v, v->size, "table of taints: %llu rows, entries say %llu", (unsigned long long)f.taints,
		    (unsigned long long)taints);
	return rw_arena_ok(a, "verification", err);
}
