/*
 * verify.h: the parts of a verification. Private to server/audit.
 *
 *	verify.c	entry by entry: bytes, leaf, shape, time, side records; and the report
 *	verify_tree.c	the nodes of the tree
 *	verify_rows.c	are the rows of the index, of side records and of first-seen commits those that the entries name?
 *	verify_state.c	settling and the history of each ref, replayed; and the tables that say where that has led
 */
#ifndef REFWALL_AUDIT_VERIFY_H
#define REFWALL_AUDIT_VERIFY_H

#include "refwall/store_repo.h"
#include "server/audit/entry.h"
#include "server/audit/map.h"
#include "server/audit/merkle.h"

#define RW_VERIFY_PROBLEMS 100

struct rw_verify_node {			/* a perfect subtree on the right edge */
	uint8_t hash[32];
	unsigned level;
	rw_time tmin, tmax;
	bool unknown;			/* a leaf below is missing: that was said, its ancestors are not blamed too */
};

struct rw_verify {
	struct rw_log *l;
	struct rw_arena *a;		/* of the report */
	struct rw_arena *state;		/* of the maps */
	struct rw_audit_report *r;
	struct rw_audit_problem *problem;
	uint64_t size;
	/* verify_tree.c */
	struct rw_verify_node edge[64];
	size_t n_edge;
	uint64_t nodes;
	/* verify_rows.c: per entry, the sum of what it names less the sum of the rows that are there */
	uint64_t *keys, *sides, *seen;
	uint8_t secret[32];
	/* verify_state.c */
	struct rw_map repos, refs, accepts;
	uint64_t open_accepts;
	rw_time last;
};

void rw_verify_problem(struct rw_verify *v, uint64_t index, const char *fmt, ...) rw_printf_like(3, 4);

rw_must_check bool rw_verify_leaf(struct rw_verify *v, uint64_t index, rw_time time, const uint8_t *leaf,
    struct rw_error *err);			/* leaf NULL: missing */
rw_must_check bool rw_verify_root(struct rw_verify *v, struct rw_error *err);

rw_must_check bool rw_verify_rows_init(struct rw_verify *v, struct rw_error *err);
void rw_verify_rows_free(struct rw_verify *v);
/* A number for a row that cannot be aimed at: the key is random. */
uint64_t rw_verify_row(const struct rw_verify *v, uint64_t tag, struct rw_str a, struct rw_str b);
rw_must_check bool rw_verify_rows_finish(struct rw_verify *v, struct rw_error *err);

/* Replay one well-formed entry; w gives its side records. */
rw_must_check bool rw_verify_state(struct rw_verify *v, uint64_t index, const struct rw_entry *e,
    const struct rw_entry_walk *w, struct rw_error *err);
rw_must_check bool rw_verify_state_finish(struct rw_verify *v, struct rw_error *err);

#endif
