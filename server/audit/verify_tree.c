/* The tree, built again from the leaves as they are stored. */
#include "server/audit/verify.h"

static bool
check_node(struct rw_verify *v, uint64_t index, const struct rw_verify_node *n, struct rw_error *err)
{
	struct rw_error e = RW_ERROR_INIT;
	struct rw_store_node row;
	uint64_t at = index >> n->level;

	if (!rw_store_node_get(v->l, n->level, at, &row, &e)) {
		if (e.code != RW_E_NOT_FOUND) {
			*err = e;
			return false;
		}
		rw_verify_problem(v, index, "tree node %u/%llu is missing", n->level, (unsigned long long)at);
		return true;
	}
	v->nodes++;
	if (n->unknown)
		return true;
	if (memcmp(row.hash, n->hash, 32) != 0)
		rw_verify_problem(v, index, "tree node %u/%llu is not the hash of what is below it", n->level,
		    (unsigned long long)at);
	if (row.tmin != n->tmin || row.tmax != n->tmax)
		rw_verify_problem(v, index, "tree node %u/%llu does not have the times of what is below it", n->level,
		    (unsigned long long)at);
	return true;
}

bool
rw_verify_leaf(struct rw_verify *v, uint64_t index, rw_time time, const uint8_t *leaf, struct rw_error *err)
{
	struct rw_verify_node n = { .level = 0, .tmin = time, .tmax = time, .unknown = leaf == NULL };

	if (leaf != NULL)
		memcpy(n.hash, leaf, 32);
	while (v->n_edge > 0 && v->edge[v->n_edge - 1].level == n.level) {
		const struct rw_verify_node *left = &v->edge[--v->n_edge];

		rw_merkle_node(left->hash, n.hash, n.hash);
		n.tmin = left->tmin < n.tmin ? left->tmin : n.tmin;
		n.tmax = left->tmax > n.tmax ? left->tmax : n.tmax;
		n.unknown = n.unknown || left->unknown;
		n.level++;
		if (!check_node(v, index, &n, err))
			return false;
	}
	v->edge[v->n_edge++] = n;
	return true;
}

static bool
edge_node(void *ctx, unsigned level, uint64_t index, uint8_t ret[32], struct rw_error *err)
{
	const struct rw_verify *v = ctx;

	(void)index;
	for (size_t i = 0; i < v->n_edge; i++) {
		if (v->edge[i].level == level) {
			memcpy(ret, v->edge[i].hash, 32);
			return true;
		}
	}
	return rw_fail(err, RW_E_INTERNAL, "verify: no edge at level %u", level);
}

bool
rw_verify_root(struct rw_verify *v, struct rw_error *err)
{
	struct rw_merkle_source s = { v, edge_node };
	uint64_t rows;

	if (!rw_merkle_root(&s, v->size, v->r->root, err) || !rw_store_node_count(v->l, &rows, err))
		return false;
	if (rows != v->nodes)
		rw_verify_problem(v, v->size, "the tree has %llu nodes that no entry leads to: entries are missing at the end",
		    (unsigned long long)(rows - v->nodes));
	return true;
}
