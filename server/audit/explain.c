#include "server/audit/explain.h"

static void
apply(struct rw_explain *x, size_t i)
{
	x->row[i].applied = true;
	x->order[x->n_applied++] = i;
}

/* Of two rows that say the same, the one whose process is gone and then the newer one is taken. */
static bool
better(const struct rw_explain *x, size_t i, size_t than)
{
	const struct rw_explain_row *a = &x->row[i], *b = &x->row[than];

	return a->alive != b->alive ? !a->alive : a->push > b->push;
}

static bool
usable(const struct rw_explain_row *r)
{
	return !r->applied && !rw_str_eq(r->old_id, r->new_id);
}

/*
 * The shortest chain of rows among the first n that leads from one value to another, breadth first: from[i]
 * is the row before row i, or itself when it starts at `from`. Applies the chain; false when there is none.
 */
static bool
lead(struct rw_explain *x, size_t n, struct rw_str from, struct rw_str to)
{
	size_t before[RW_EXPLAIN_ROWS], queue[RW_EXPLAIN_ROWS], chain[RW_EXPLAIN_ROWS];
	bool reached[RW_EXPLAIN_ROWS] = { false };
	size_t head = 0, tail = 0, best = n, len = 0;

	for (size_t i = 0; i < n; i++) {
		if (usable(&x->row[i]) && rw_str_eq(x->row[i].new_id, to))
			best = i;
	}
	if (best == n)
		return false;
	best = n;
	for (size_t i = 0; i < n; i++) {
		if (usable(&x->row[i]) && rw_str_eq(x->row[i].old_id, from)) {
			reached[i] = true;
			before[i] = i;
			queue[tail++] = i;
		}
	}
	for (size_t level_end = tail; head < tail; level_end = tail) {
		for (size_t k = head; k < level_end; k++) {
			if (rw_str_eq(x->row[queue[k]].new_id, to) && (best == n || better(x, queue[k], best)))
				best = queue[k];
		}
		if (best < n)
			break;
		for (; head < level_end; head++) {
			for (size_t i = 0; i < n; i++) {
				if (!reached[i] && usable(&x->row[i]) &&
				    rw_str_eq(x->row[i].old_id, x->row[queue[head]].new_id)) {
					reached[i] = true;
					before[i] = queue[head];
					queue[tail++] = i;
				}
			}
		}
	}
	if (best == n)
		return false;
	for (size_t i = best; ; i = before[i]) {
		chain[len++] = i;
		if (before[i] == i)
			break;
	}
	while (len > 0)
		apply(x, chain[--len]);
	return true;
}

/*
 * Nothing leads from the record to the tip: the ref was moved behind our back, and then by us. Find the
 * longest chain of accepts that ends at the tip. Only accepts that came after the recorded value count: older
 * ones are outdated, not proof of anything.
 */
static void
trail(struct rw_explain *x, struct rw_str tip)
{
	size_t chain[RW_EXPLAIN_ROWS], len = 0;
	struct rw_str at = tip;
	uint64_t below = UINT64_MAX;

	for (;;) {
		size_t best = x->n;

		for (size_t i = 0; i < x->n; i++) {
			const struct rw_explain_row *r = &x->row[i];

			if (usable(r) && r->push < below && (!x->known || r->push > x->value_index) &&
			    rw_str_eq(r->new_id, at) && (best == x->n || better(x, i, best)))
				best = i;
		}
		if (best == x->n)
			break;
		chain[len++] = best;
		at = x->row[best].old_id;
		below = x->row[best].push;
	}
	while (len > 0)
		apply(x, chain[--len]);
}

void
rw_explain(struct rw_explain *x)
{
	struct rw_str at;

	x->n_applied = 0;
	if (x->n == 0)
		return;
	at = x->known ? x->value : x->row[0].old_id;
	for (size_t i = 0; i < x->n; i++) {
		struct rw_explain_row *r = &x->row[i];

		if (!rw_str_eq(r->old_id, at) && lead(x, i, at, r->old_id))
			at = r->old_id;
		/* Said again of a move that the record has: it is where that one led to. */
		if (r->forced && !rw_str_eq(r->old_id, at) && rw_str_eq(r->new_id, at))
			continue;
		if (r->forced && !r->applied) {
			apply(x, i);
			at = r->new_id;
		}
	}
	if (x->has_tip && !rw_str_eq(x->tip, at) && !lead(x, x->n, at, x->tip))
		trail(x, x->tip);
}
