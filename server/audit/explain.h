/*
 * explain.h: which of the accepted updates of one ref explain how it got from the last recorded value to
 * where it is. Pure.
 *
 * Each accept is also an observation: its old value was the ref's real value when it was judged. So the rows,
 * in the order of their acceptance, say where the ref was in between; what must have happened for that was
 * applied. A row whose old value nothing explains was judged against a value that is outdated by now, and
 * says nothing.
 */
#ifndef REFWALL_AUDIT_EXPLAIN_H
#define REFWALL_AUDIT_EXPLAIN_H

#include "refwall/base.h"

#define RW_EXPLAIN_ROWS 1024		/* of one ref at a time; the rest waits for the next settling */

struct rw_explain_row {
	struct rw_str old_id, new_id;
	uint64_t push;
	bool forced;			/* git says that it moved */
	bool alive;			/* its process may still act */
	bool applied;			/* out */
};

struct rw_explain {
	struct rw_explain_row *row;	/* by push, rising */
	size_t n;			/* at most RW_EXPLAIN_ROWS */
	bool known;			/* value is what the record says */
	struct rw_str value;
	uint64_t value_index;		/* of the entry that says so */
	bool has_tip;			/* false also when there are further rows, which the tip may be due to */
	struct rw_str tip;
	size_t order[RW_EXPLAIN_ROWS];	/* out: rows that were applied, in the order in which that happened */
	size_t n_applied;		/* out */
};

void rw_explain(struct rw_explain *x);

#endif
