/*
 * Walks through history. Two sides paint the commits that they reach, the newest first by the time that
 * commits claim, and every fourth step goes to the other side, so that a false time cannot make one side
 * wait for the whole history. Paint that comes late is passed on at once to all that was walked over before,
 * so no answer depends on times: only how long the walk takes does.
 */
#include "policy/git/internal.h"

/* Colours of a node. */
#define SIDE_A		1u		/* reached from the first side */
#define SIDE_B		2u
#define BOTH		(SIDE_A | SIDE_B)
#define BELOW		4u		/* lies below a commit that both sides reached (merge bases only) */
#define EXPANDED	8u		/* its parents were painted */
#define EMITTED		16u

#define STEPS_AFTER 1024		/* see settle() */
#define BYTES_PER_STEP 128		/* reading a large commit costs steps as well */

enum question { COMMITS, ANCESTRY, BASES };

struct heap {
	uint32_t *node;
	size_t n, cap;
};

struct walk {
	struct rw_repo *repo;
	enum question question;
	uint32_t epoch;
	struct heap heap[2];
	struct heap late;		/* walked-over nodes whose paint must be passed on (a stack) */
	struct heap common;		/* reached from both sides (merge bases only) */
	uint64_t steps;			/* left */
	uint64_t turn;
	size_t live;			/* waiting nodes that can still change the answer */
	size_t n_a;			/* nodes of side A only */
	bool root_a;			/* side A alone came to a root */
	int64_t oldest_a;		/* of the times of these */
	struct rw_error *err;
};

static void
walk_release(struct walk *w)
{
	free(w->heap[0].node);
	free(w->heap[1].node);
	free(w->late.node);
	free(w->common.node);
}

static struct rw_node *
at(struct walk *w, uint32_t n)
{
	struct rw_node *node = rw_graph_at(w->repo, n);

	if (node->epoch != w->epoch) {
		node->epoch = w->epoch;
		node->flags = 0;
	}
	return node;
}

/* ---- heaps: the newest first ---- */

static bool
newer(struct walk *w, uint32_t a, uint32_t b)
{
	return at(w, a)->time > at(w, b)->time;
}

static bool
append(struct walk *w, struct heap *h, uint32_t n)
{
	if (h->n == h->cap) {
		size_t cap = h->cap == 0 ? 64 : h->cap * 2;
		uint32_t *p = reallocarray(h->node, cap, sizeof(*p));

		if (p == NULL)
			return rw_fail_nomem(w->err);
		h->node = p;
		h->cap = cap;
	}
	h->node[h->n++] = n;
	return true;
}

static bool
heap_push(struct walk *w, struct heap *h, uint32_t n)
{
	size_t i = h->n;

	if (!append(w, h, n))
		return false;
	while (i > 0 && newer(w, n, h->node[(i - 1) / 2])) {
		h->node[i] = h->node[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h->node[i] = n;
	return true;
}

static void
heap_pop(struct walk *w, struct heap *h)
{
	uint32_t last = h->node[--h->n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && newer(w, h->node[child + 1], h->node[child]))
			child++;
		if (!newer(w, h->node[child], last))
			break;
		h->node[i] = h->node[child];
		i = child;
	}
	h->node[i] = last;
}

/* ---- paint ---- */

/* In which heap does a node of this paint wait? -1: in none, its parents do not matter. */
static int
heap_of(const struct walk *w, unsigned flags)
{
	if ((flags & BOTH) == 0)
		return -1;
	switch (w->question) {
	case COMMITS:
		return (flags & SIDE_B) != 0;
	case ANCESTRY:
		return (flags & BOTH) == BOTH ? -1 : (flags & SIDE_B) != 0;
	case BASES:
		return (flags & BOTH) == SIDE_B;
	}
	return -1;
}

static bool
is_live(const struct walk *w, unsigned flags)
{
	switch (w->question) {
	case COMMITS:
		return (flags & BOTH) == SIDE_A;
	case ANCESTRY:
		return (flags & BOTH) == SIDE_B;
	case BASES:
		return (flags & BOTH) != 0 && (flags & BELOW) == 0;
	}
	return false;
}

static bool
pay(struct walk *w, uint64_t steps)
{
	if (w->steps < steps)
		return rw_fail(w->err, RW_E_LIMIT, "history: the walk takes more than %d steps",
		    RW_LIMIT_WALK_STEPS);
	w->steps -= steps;
	return true;
}

/*
 * Read a node. What hides and cannot be read hides nothing, so that one odd object that some ref holds does
 * not stand in the way of every push: ret_ok is false then.
 */
static bool
load(struct walk *w, uint32_t n, bool hides, bool *ret_ok)
{
	uint64_t before = rw_graph_bytes_read(w->repo);
	struct rw_error e = RW_ERROR_INIT;

	*ret_ok = rw_graph_load_node(w->repo, n, &e);
	if (!*ret_ok &&
	    !(hides && (e.code == RW_E_NOT_FOUND || e.code == RW_E_PARSE || e.code == RW_E_LIMIT))) {
		*w->err = e;
		return false;
	}
	return pay(w, (rw_graph_bytes_read(w->repo) - before) / BYTES_PER_STEP);
}

static bool
paint(struct walk *w, uint32_t n, unsigned colours)
{
	unsigned old, now;
	int heap;
	bool ok;

	if (!load(w, n, w->question == COMMITS && colours == SIDE_B, &ok))
		return false;
	if (!ok)
		return true;
	old = at(w, n)->flags;
	now = old | colours;
	if (now == old)
		return true;
	at(w, n)->flags = (uint8_t)now;
	if ((now & BOTH) == SIDE_A && at(w, n)->time < w->oldest_a)
		w->oldest_a = at(w, n)->time;
	w->n_a += (now & BOTH) == SIDE_A;
	w->n_a -= (old & BOTH) == SIDE_A;
	if (w->question == BASES && (now & BOTH) == BOTH && (old & BOTH) != BOTH && !append(w, &w->common, n))
		return false;
	if ((old & EXPANDED) != 0)
		return append(w, &w->late, n);
	w->live += is_live(w, now);
	w->live -= is_live(w, old);
	heap = heap_of(w, now);
	return heap < 0 || heap == heap_of(w, old) || heap_push(w, &w->heap[heap], n);
}

static bool
paint_parents(struct walk *w, uint32_t n)
{
	unsigned colours = at(w, n)->flags & (BOTH | BELOW);
	size_t count = at(w, n)->n_parents;

	if (w->question == BASES && (colours & BOTH) == BOTH)
		colours |= BELOW;
	for (size_t i = 0; i < count; i++) {
		if (!pay(w, 1) || !paint(w, rw_graph_parent(w->repo, n, i), colours))
			return false;
	}
	return true;
}

static bool
pass_on(struct walk *w)
{
	while (w->late.n > 0)
		if (!paint_parents(w, w->late.node[--w->late.n]))
			return false;
	return true;
}

/* The next node of a heap; what was walked over or waits in the other one meanwhile is dropped. */
static bool
top(struct walk *w, int heap, uint32_t *ret)
{
	struct heap *h = &w->heap[heap];

	while (h->n > 0) {
		unsigned flags = at(w, h->node[0])->flags;

		if ((flags & EXPANDED) == 0 && heap_of(w, flags) == heap) {
			*ret = h->node[0];
			return true;
		}
		heap_pop(w, h);
	}
	return false;
}

static bool
expand(struct walk *w, int heap, uint32_t n)
{
	struct rw_node *node = at(w, n);

	heap_pop(w, &w->heap[heap]);
	w->live -= is_live(w, node->flags);
	node->flags |= EXPANDED;
	w->root_a = w->root_a || ((node->flags & BOTH) == SIDE_A && node->n_parents == 0);
	return paint_parents(w, n) && pass_on(w);
}

/* One step. ret: was there one to make? */
static bool
step(struct walk *w, bool *ret)
{
	uint32_t a = 0, b = 0;
	bool has_a = top(w, 0, &a), has_b = top(w, 1, &b);
	bool take_a;

	*ret = has_a || has_b;
	if (!*ret)
		return true;
	take_a = has_a && (!has_b || newer(w, a, b));
	if (has_a && has_b && ++w->turn % 4 == 0)
		take_a = !take_a;
	return expand(w, take_a ? 0 : 1, take_a ? a : b);
}

static void
start(struct walk *w, struct rw_repo *r, enum question question, uint64_t steps, struct rw_error *err)
{
	*w = (struct walk){
		.repo = r,
		.question = question,
		.steps = steps < RW_LIMIT_WALK_STEPS ? steps : RW_LIMIT_WALK_STEPS,
		.oldest_a = INT64_MAX,
		.err = err,
	};
	w->epoch = rw_graph_new_epoch(r);
}

/* ---- commits of tip that are not in hide ---- */

static bool
too_many(struct walk *w)
{
	return rw_fail(w->err, RW_E_LIMIT, "history: more than %d commits are new", RW_LIMIT_PUSH_COMMITS);
}

/*
 * Every path down from the tip has met a hidden commit now, or a root. A commit can still be called new
 * wrongly when hidden history whose times are false has not come down to it; a few steps more, as far as
 * times are right, find nearly all of these. What is left is judged once more, which is safe.
 *
 * A tip near a root outruns hidden history that is long: a new branch of an early commit. Only when no path
 * ended in a root are a few steps enough.
 */
static bool
settle(struct walk *w)
{
	uint32_t b;
	bool more;

	for (size_t i = 0; w->n_a > 0 && (w->root_a || i < STEPS_AFTER) && top(w, 1, &b); i++) {
		if (at(w, b)->time < w->oldest_a)
			break;
		if (!step(w, &more))
			return false;
	}
	return true;
}

static bool
paint_hidden(struct walk *w, const struct rw_oid *hide, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rw_error e = RW_ERROR_INIT;
		enum rw_object_type type = RW_OBJ_NONE;
		struct rw_oid id;
		unsigned nested;
		uint32_t node;

		if (rw_oid_is_zero(&hide[i]))
			continue;
		if (!rw_repo_peel(w->repo, &hide[i], &id, &type, &nested, &e) && e.code != RW_E_NOT_FOUND &&
		    e.code != RW_E_PARSE && e.code != RW_E_LIMIT) {
			*w->err = e;
			return false;
		}
		if (type != RW_OBJ_COMMIT || e.code != RW_E_NONE)
			continue;
		if (!rw_graph_node(w->repo, &id, &node, w->err) || !paint(w, node, SIDE_B))
			return false;
	}
	return true;
}

/* Parents before children: depth first, a node is written when all its parents were. */
static bool
emit(struct walk *w, uint32_t tip, struct rw_arena *a, const struct rw_oid **ret, size_t *ret_n)
{
	struct heap stack = { NULL, 0, 0 };
	struct rw_oid *out = rw_arena_array(a, w->n_a, sizeof(*out));
	size_t n = 0;
	bool ok = rw_arena_ok(a, "commits", w->err) && append(w, &stack, tip);

	while (ok && stack.n > 0) {
		uint32_t top_node = stack.node[stack.n - 1];
		bool ready = true;

		if ((at(w, top_node)->flags & EMITTED) != 0) {
			stack.n--;
			continue;
		}
		for (size_t i = at(w, top_node)->n_parents; ok && i-- > 0; ) {
			uint32_t parent = rw_graph_parent(w->repo, top_node, i);
			unsigned flags = at(w, parent)->flags;

			if ((flags & BOTH) != SIDE_A || (flags & EMITTED) != 0)
				continue;
			ready = false;
			ok = append(w, &stack, parent);
		}
		if (!ready)
			continue;
		at(w, top_node)->flags |= EMITTED;
		out[n++] = at(w, top_node)->id;
		stack.n--;
	}
	free(stack.node);
	*ret = out;
	*ret_n = n;
	return ok;
}

static bool
find_new(struct walk *w, uint32_t tip, const struct rw_oid *hide, size_t n_hide, uint64_t max)
{
	uint32_t b;
	bool more;

	if (!paint(w, tip, SIDE_A) || !paint_hidden(w, hide, n_hide))
		return false;
	while (w->live > 0) {
		if (w->n_a > max && !top(w, 1, &b))
			return too_many(w);
		if (!step(w, &more))
			return false;
	}
	if (!settle(w))
		return false;
	return w->n_a <= max || too_many(w);
}

bool
rw_repo_commits(struct rw_repo *r, struct rw_arena *a, const struct rw_oid *tip, const struct rw_oid *hide,
    size_t n_hide, struct rw_budget *budget, const struct rw_oid **ret, size_t *ret_n, struct rw_error *err)
{
	enum rw_object_type type;
	struct rw_oid id;
	unsigned nested;
	struct walk w;
	uint32_t node;
	bool ok;

	*ret = NULL;
	*ret_n = 0;
	if (!rw_repo_peel(r, tip, &id, &type, &nested, err))
		return false;
	if (type != RW_OBJ_COMMIT)
		return rw_fail(err, RW_E_PARSE, "object %s: is a %s, wanted a commit", RW_OID(&id),
		    rw_object_type_name(type));
	if (!rw_graph_load(r, &id, &node, err))
		return false;
	start(&w, r, COMMITS, budget->walk_steps, err);
	ok = find_new(&w, node, hide, n_hide, budget->commits);
	if (ok && w.n_a > 0)
		ok = emit(&w, node, a, ret, ret_n);
	if (ok) {
		budget->commits -= w.n_a;
		budget->walk_steps = w.steps;
	}
	walk_release(&w);
	return ok;
}

/* ---- ancestry ---- */

/* Side B comes down from id. A commit that both reached lies below `ancestor`: no way up from there. */
static bool
meet(struct walk *w, uint32_t ancestor, uint32_t id, bool *ret)
{
	bool more;

	if (!paint(w, ancestor, SIDE_A) || !paint(w, id, SIDE_B))
		return false;
	while (w->live > 0 && (at(w, ancestor)->flags & SIDE_B) == 0)
		if (!step(w, &more))
			return false;
	*ret = (at(w, ancestor)->flags & SIDE_B) != 0;
	return true;
}

static bool
is_ancestor(struct rw_repo *r, const struct rw_oid *ancestor, const struct rw_oid *id, uint64_t *steps,
    bool *ret, struct rw_error *err)
{
	uint32_t a, b;
	struct walk w;
	bool ok;

	if (!rw_graph_load(r, ancestor, &a, err) || !rw_graph_load(r, id, &b, err))
		return false;
	start(&w, r, ANCESTRY, *steps, err);
	ok = meet(&w, a, b, ret);
	*steps = w.steps;
	walk_release(&w);
	return ok;
}

bool
rw_repo_is_ancestor(struct rw_repo *r, const struct rw_oid *ancestor, const struct rw_oid *id, bool *ret,
    struct rw_error *err)
{
	uint64_t steps = RW_LIMIT_WALK_STEPS;

	return is_ancestor(r, ancestor, id, &steps, ret, err);
}

/* ---- merge bases ---- */

static bool
find_common(struct walk *w, uint32_t a, uint32_t b, struct rw_oid *ret, size_t *ret_n)
{
	bool more;
	size_t n = 0;

	if (!paint(w, a, SIDE_A) || !paint(w, b, SIDE_B))
		return false;
	while (w->live > 0)
		if (!step(w, &more))
			return false;
	for (size_t i = 0; i < w->common.n && n <= RW_LIMIT_MERGE_BASES; i++)
		if ((at(w, w->common.node[i])->flags & BELOW) == 0)
			ret[n++] = at(w, w->common.node[i])->id;
	*ret_n = n;
	return true;
}

/* A base that another one reaches is none. */
static bool
drop_redundant(struct rw_repo *r, struct rw_oid *base, size_t *n, uint64_t *steps, struct rw_error *err)
{
	for (size_t i = 0; i < *n; ) {
		bool redundant = false;

		for (size_t k = 0; k < *n && !redundant; k++)
			if (k != i && !is_ancestor(r, &base[i], &base[k], steps, &redundant, err))
				return false;
		if (redundant)
			base[i] = base[--*n];
		else
			i++;
	}
	return true;
}

bool
rw_repo_merge_bases(struct rw_repo *r, const struct rw_oid *x, const struct rw_oid *y,
    struct rw_budget *budget, struct rw_oid ret[RW_LIMIT_MERGE_BASES + 1], size_t *ret_n,
    struct rw_error *err)
{
	uint32_t a, b;
	struct walk w;
	bool ok;

	if (!rw_graph_load(r, x, &a, err) || !rw_graph_load(r, y, &b, err))
		return false;
	start(&w, r, BASES, budget->walk_steps, err);
	ok = find_common(&w, a, b, ret, ret_n);
	budget->walk_steps = w.steps;
	walk_release(&w);
	return ok && (*ret_n <= 1 || *ret_n > RW_LIMIT_MERGE_BASES ||
	    drop_redundant(r, ret, ret_n, &budget->walk_steps, err));
}

/* ---- small questions ---- */

struct rw_budget
rw_budget_default(void)
{
	return (struct rw_budget){
		.commits = RW_LIMIT_PUSH_COMMITS,
		.paths = RW_LIMIT_PUSH_PATHS,
		.tree_entries = RW_LIMIT_PUSH_TREE_ENTRIES,
		.blob_bytes = RW_LIMIT_PUSH_BLOB_BYTES,
		.walk_steps = RW_LIMIT_WALK_STEPS,
	};
}

bool
rw_repo_commit_tree(struct rw_repo *r, const struct rw_oid *commit, struct rw_oid *ret_tree,
    struct rw_error *err)
{
	uint32_t node;

	if (!rw_graph_load(r, commit, &node, err))
		return false;
	*ret_tree = rw_graph_at(r, node)->tree;
	return true;
}
