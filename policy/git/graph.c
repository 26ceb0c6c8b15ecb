/*
 * What walks need of a commit: its tree, parents and time. Read once, held in two arrays and a hash table of
 * indices. Old history is read leniently here, as git reads it; what a push brings is parsed strictly
 * elsewhere.
 */
#include "policy/git/internal.h"
#include "refwall/hash.h"
#include "refwall/reader.h"

struct rw_graph {
	struct rw_node *node;
	size_t n, cap;
	uint32_t *parent;
	size_t n_parents, cap_parents;
	uint32_t *slot;			/* index + 1; 0: free */
	size_t n_slots;			/* a power of two */
	uint64_t seed;
	uint64_t bytes_read;		/* of commits, so far */
	uint32_t epoch;
};

#define SLOTS_FIRST 1024

static struct rw_graph *
graph_new(struct rw_error *err)
{
	struct rw_graph *g = calloc(1, sizeof(*g));

	if (g == NULL || (g->slot = calloc(SLOTS_FIRST, sizeof(*g->slot))) == NULL) {
		free(g);
		(void)rw_fail_nomem(err);
		return NULL;
	}
	g->n_slots = SLOTS_FIRST;
	if (!rw_random(&g->seed, sizeof(g->seed), err)) {
		rw_graph_free(g);
		return NULL;
	}
	return g;
}

void
rw_graph_free(struct rw_graph *g)
{
	if (g == NULL)
		return;
	free(g->node);
	free(g->parent);
	free(g->slot);
	free(g);
}

struct rw_node *
rw_graph_at(struct rw_repo *r, uint32_t node)
{
	return &r->graph->node[node];
}

uint32_t
rw_graph_parent(struct rw_repo *r, uint32_t node, size_t i)
{
	return r->graph->parent[r->graph->node[node].parent + i];
}

size_t
rw_graph_count(const struct rw_repo *r)
{
	return r->graph == NULL ? 0 : r->graph->n;
}

uint32_t
rw_graph_new_epoch(struct rw_repo *r)
{
	struct rw_graph *g = r->graph;

	if (g->epoch == UINT32_MAX) {
		for (size_t i = 0; i < g->n; i++)
			g->node[i].epoch = 0;
		g->epoch = 0;
	}
	return ++g->epoch;
}

/* ---- the table ---- */

static uint64_t
hash(const struct rw_graph *g, const struct rw_oid *id)
{
	uint64_t a, b;

	memcpy(&a, id->b, 8);
	memcpy(&b, id->b + 8, 8);
	a = (a ^ g->seed) * 0x9e3779b97f4a7c15u;
	a = (a ^ a >> 32 ^ b) * 0xd6e8feb86659fd93u;
	return a ^ a >> 32;
}

/* The slot of an id, or the free one where it belongs. */
static uint32_t *
find_slot(struct rw_graph *g, const struct rw_oid *id)
{
	size_t i = (size_t)hash(g, id) & (g->n_slots - 1);

	while (g->slot[i] != 0 && !rw_oid_eq(&g->node[g->slot[i] - 1].id, id))
		i = (i + 1) & (g->n_slots - 1);
	return &g->slot[i];
}

static bool
widen(struct rw_graph *g, struct rw_error *err)
{
	uint32_t *old = g->slot;

	if (2 * (g->n + 1) <= g->n_slots)
		return true;
	g->slot = calloc(g->n_slots * 2, sizeof(*g->slot));
	if (g->slot == NULL) {
		g->slot = old;
		return rw_fail_nomem(err);
	}
	g->n_slots *= 2;
	for (size_t i = 0; i < g->n; i++)
		*find_slot(g, &g->node[i].id) = (uint32_t)i + 1;
	free(old);
	return true;
}

/* The node of an id, loaded or not. */
static bool
intern(struct rw_graph *g, const struct rw_oid *id, uint32_t *ret, struct rw_error *err)
{
	uint32_t *slot = find_slot(g, id);

	if (*slot != 0) {
		*ret = *slot - 1;
		return true;
	}
	if (g->n == RW_LIMIT_WALK_COMMITS)
		return rw_fail(err, RW_E_LIMIT, "history: more than %d commits would have to be walked over",
		    RW_LIMIT_WALK_COMMITS);
	if (g->n == g->cap) {
		size_t cap = g->cap == 0 ? 256 : g->cap * 2;
		struct rw_node *p = reallocarray(g->node, cap, sizeof(*p));

		if (p == NULL)
			return rw_fail_nomem(err);
		g->node = p;
		g->cap = cap;
	}
	if (!widen(g, err))
		return false;
	*ret = (uint32_t)g->n;
	*find_slot(g, id) = *ret + 1;
	g->node[g->n++] = (struct rw_node){ .id = *id };
	return true;
}

/* ---- reading ---- */

static bool
add_parent(struct rw_graph *g, uint32_t parent, struct rw_error *err)
{
	if (g->n_parents == g->cap_parents) {
		size_t cap = g->cap_parents == 0 ? 256 : g->cap_parents * 2;
		uint32_t *p;

		if (cap > UINT32_MAX)
			return rw_fail(err, RW_E_LIMIT, "history: too many parents");
		p = reallocarray(g->parent, cap, sizeof(*p));
		if (p == NULL)
			return rw_fail_nomem(err);
		g->parent = p;
		g->cap_parents = cap;
	}
	g->parent[g->n_parents++] = parent;
	return true;
}

/* The number behind the last '>' of the committer's line, as git's parse_commit_date finds it. */
static int64_t
committer_time(struct rw_reader *r)
{
	struct rw_str author = rw_reader_line(r), line;
	const char *p;
	int64_t t = 0;

	(void)author;
	if (!rw_reader_skip(r, "committer "))
		return 0;
	line = rw_reader_line(r);
	if (r->bad || line.n == 0 || (p = memrchr(line.p, '>', line.n)) == NULL)
		return 0;
	for (p++; p < line.p + line.n && *p == ' '; p++)
		;
	for (; p < line.p + line.n && *p >= '0' && *p <= '9'; p++) {
		if (t > INT64_MAX / 10 - 10)
			return 0;
		t = t * 10 + (*p - '0');
	}
	return t;
}

/* Parents are interned while g->node may move: the node itself is filled at the end. */
static bool
parse(struct rw_graph *g, uint32_t at, struct rw_str bytes, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	size_t first = g->n_parents, n = 0;
	struct rw_oid tree, id;
	uint32_t parent;

	if (!rw_reader_skip(&r, "tree ") || !rw_oid_parse(rw_reader_line(&r), &tree))
		return rw_fail(err, RW_E_PARSE, "commit %s: has no tree", RW_OID(&g->node[at].id));
	while (rw_reader_skip(&r, "parent ")) {
		if (!rw_oid_parse(rw_reader_line(&r), &id))
			return rw_fail(err, RW_E_PARSE, "commit %s: has a malformed parent",
			    RW_OID(&g->node[at].id));
		if (++n > RW_LIMIT_ANCESTRY_PARENTS)
			return rw_fail(err, RW_E_LIMIT, "commit %s: more than %d parents",
			    RW_OID(&g->node[at].id), RW_LIMIT_ANCESTRY_PARENTS);
		if (!intern(g, &id, &parent, err) || !add_parent(g, parent, err))
			return false;
	}
	g->node[at].tree = tree;
	g->node[at].parent = (uint32_t)first;
	g->node[at].n_parents = (uint16_t)n;
	g->node[at].time = committer_time(&r);
	g->node[at].loaded = true;
	return true;
}

bool
rw_graph_load_node(struct rw_repo *r, uint32_t node, struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_oid id = r->graph->node[node].id;

	if (r->graph->node[node].loaded)
		return true;
	if (!rw_repo_read(r, &id, RW_OBJ_COMMIT, RW_LIMIT_COMMIT_BYTES, &o, err))
		return false;
	r->graph->bytes_read += o.bytes.n;
	return parse(r->graph, node, o.bytes, err);
}

uint64_t
rw_graph_bytes_read(const struct rw_repo *r)
{
	return r->graph->bytes_read;
}

bool
rw_graph_node(struct rw_repo *r, const struct rw_oid *id, uint32_t *ret, struct rw_error *err)
{
	if (r->graph == NULL && (r->graph = graph_new(err)) == NULL)
		return false;
	return intern(r->graph, id, ret, err);
}

bool
rw_graph_load(struct rw_repo *r, const struct rw_oid *id, uint32_t *ret, struct rw_error *err)
{
	return rw_graph_node(r, id, ret, err) && rw_graph_load_node(r, *ret, err);
}
