/* groups: names for sets of identities, and of other groups. */
#include "refwall/text.h"
#include "policy/rules/builder.h"

#define GROUP_DEPTH_MAX 32

enum state { NEW, OPEN, DONE };

struct grouping {
	struct rw_policy_builder *b;
	struct rw_policy_group *group;
	enum state *state;
	struct rw_error *err;
};

struct numbers {
	uint32_t *v;
	size_t n, cap;
};

static bool
push(struct grouping *g, struct numbers *out, const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t *slot = rw_arena_push(g->b->scratch, &out->v, &out->n, &out->cap);

		if (slot == NULL)
			return rw_builder_ok(g->b, g->err);
		*slot = v[i];
	}
	return true;
}

static bool group_open(struct grouping *g, const struct rw_named *self, unsigned depth);

static bool
member(struct grouping *g, const struct rw_named *self, const struct rw_yaml_node *at, struct rw_str name,
    unsigned depth, struct numbers *out)
{
	struct rw_policy_builder *b = g->b;
	const struct rw_named *m = rw_named_find(&b->names, name);

	if (m == NULL)
		return rw_builder_unknown(b, at, self->name.p, name, g->err);
	if (!m->is_group)
		return push(g, out, &m->owner, 1);
	if (g->state[m->owner] == OPEN)
		return rw_strict_fail(&b->strict, at, g->err, "group %s would be a member of itself", m->name.p);
	if (depth == GROUP_DEPTH_MAX)
		return rw_strict_fail(&b->strict, at, g->err, "groups hold each other deeper than %d", GROUP_DEPTH_MAX);
	if (!group_open(g, m, depth + 1))
		return false;
	rw_builder_enter(b, self->source);
	return push(g, out, g->group[m->owner].member, g->group[m->owner].n);
}

static bool
group_open(struct grouping *g, const struct rw_named *self, unsigned depth)
{
	struct rw_policy_builder *b = g->b;
	struct rw_policy_group *group = &g->group[self->owner];
	struct numbers out = { NULL, 0, 0 };
	const struct rw_policy_set *set;
	const struct rw_str *v;
	size_t n;

	if (g->state[self->owner] == DONE)
		return true;
	g->state[self->owner] = OPEN;
	rw_builder_enter(b, self->source);
	if (!rw_strict_strs(&b->strict, self->node, self->name.p, 0, &v, &n, g->err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!member(g, self, self->node->kind == RW_YAML_SEQ ? self->node->item[i] : self->node, v[i], depth,
		    &out))
			return false;
	set = rw_builder_set(b, out.v, out.n);
	if (set == NULL)
		return rw_builder_ok(b, g->err);
	group->name = self->name;
	group->pos = self->pos;
	group->member = set->identity;
	group->n = set->n;
	g->state[self->owner] = DONE;
	return true;
}

bool
rw_builder_groups(struct rw_policy_builder *b, struct rw_error *err)
{
	const struct rw_named *first = NULL, *twin = rw_named_sort(&b->names, &first);
	struct grouping g = { .b = b, .err = err };
	uint32_t *by_name = rw_arena_array(b->arena, b->policy->n_identities, sizeof(*by_name));
	uint32_t n_names = 0, n_groups = 0;

	if (twin != NULL)
		return rw_builder_fail_at(twin->pos, err, "the name %s is taken already, at %s:%u:%u", twin->name.p,
		    first->pos.file, first->pos.line, first->pos.col);
	if (by_name == NULL)
		return rw_builder_ok(b, err);
	/* From here on groups are numbered by name. */
	for (size_t i = 0; i < b->names.n; i++)
		if (b->names.v[i].is_group)
			b->names.v[i].owner = n_groups++;
		else
			by_name[n_names++] = b->names.v[i].owner;
	b->index->by_name = by_name;
	g.group = rw_arena_array(b->arena, n_groups, sizeof(*g.group));
	g.state = rw_arena_array(b->scratch, n_groups, sizeof(*g.state));
	if (g.group == NULL || g.state == NULL)
		return rw_builder_ok(b, err);
	for (size_t i = 0; i < b->names.n; i++)
		if (b->names.v[i].is_group && !group_open(&g, &b->names.v[i], 0))
			return false;
	b->index->group = g.group;
	b->index->n_groups = n_groups;
	return true;
}
