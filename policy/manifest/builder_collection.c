#include "builder.h"

#include "refwall/text.h"

void
rw_build_close_seq(struct rw_builder *b, struct rw_frame *f)
{
	size_t n = b->n_stack - f->base;
	const struct rw_yaml_node **item;

	if (n > 0) {
		item = rw_arena_array(b->a, n, sizeof(*item));
		if (item == NULL) {
			b->stop = true;
			return;
		}
		for (size_t i = 0; i < n; i++)
			item[i] = b->stack[f->base + i].node;
		f->node->item = item;
		f->node->n = n;
	}
}

struct dup_ctx {
	struct rw_builder *b;
	const struct rw_yaml_node *const *key;
	const struct rw_yaml_node *const *merge_key;	/* of pairs that came by a merge, or NULL */
};

static void
on_dup(void *ctx, size_t first, size_t later)
{
	struct dup_ctx *d = ctx;
	const struct rw_yaml_node *was = d->key[first], *k = d->key[later], *at = k;
	bool merged = false;

	if (d->b->problems.n == RW_LIMIT_YAML_FINDINGS) {	/* spare the memory of its text */
		d->b->problems.dropped++;
		return;
	}
	if (d->merge_key != NULL) {
		merged = d->merge_key[later] != NULL || d->merge_key[first] != NULL;
		at = d->merge_key[later] != NULL ? d->merge_key[later] : k;
	}
	rw_build_problem(d->b, RW_YAML_DUPLICATE, (struct rw_place){ at->line, at->col },
	    rw_build_field(d->b, k->value),
	    rw_arena_printf(d->b->a, merged ? "key '%s' is set again by a merge: it was set in line %u" :
	    "key '%s' was set in line %u already", RW_SHOW(k->value), (unsigned)was->line));
}

/* The maps that a merge key brings in: one, or a sequence of them. False: neither. */
static bool
merged_maps(const struct rw_yaml_node *v, const struct rw_yaml_node *const **ret, size_t *ret_n,
    const struct rw_yaml_node *const *self)
{
	if (v->kind == RW_YAML_MAP) {
		*ret = self;
		*ret_n = 1;
		return true;
	}
	*ret = v->item;
	*ret_n = v->kind == RW_YAML_SEQ ? v->n : 0;
	for (size_t i = 0; i < *ret_n; i++)
		if (v->item[i]->kind != RW_YAML_MAP)
			return false;
	return v->kind == RW_YAML_SEQ;
}

void
rw_build_close_map(struct rw_builder *b, struct rw_frame *f)
{
	const struct rw_stacked *s = b->stack == NULL ? NULL : b->stack + f->base;
	size_t pairs = (b->n_stack - f->base) / 2, total = pairs, n = 0;
	const struct rw_yaml_node **key, **item, **from = NULL;
	struct dup_ctx d = { b, NULL, NULL };

	if (pairs == 0)
		return;
	for (size_t i = 0; f->merge && i < pairs; i++) {
		const struct rw_yaml_node *v = s[2 * i + 1].node, *const *map;
		size_t n_maps;

		if (!s[2 * i].merge)
			continue;
		if (!merged_maps(v, &map, &n_maps, &s[2 * i + 1].node)) {
			rw_build_problem(b, RW_YAML_KEY, (struct rw_place){ v->line, v->col },
			    rw_build_field(b, RW_STR_LIT("<<")),
			    "a merge key needs a map or a sequence of maps");
			continue;
		}
		for (size_t j = 0; j < n_maps; j++)
			total += map[j]->n;
	}
	key = rw_arena_array(b->a, total, sizeof(*key));
	item = rw_arena_array(b->a, total, sizeof(*item));
	if (f->merge)
		d.merge_key = from = rw_arena_array(b->a, total, sizeof(*from));
	if (key == NULL || item == NULL || (f->merge && from == NULL)) {
		b->stop = true;
		return;
	}
	for (size_t i = 0; i < pairs; i++) {
		const struct rw_yaml_node *k = s[2 * i].node, *v = s[2 * i + 1].node, *const *map;
		size_t n_maps;

		if (!s[2 * i].merge) {
			key[n] = k;
			item[n++] = v;
			continue;
		}
		if (!merged_maps(v, &map, &n_maps, &s[2 * i + 1].node))
			continue;
		for (size_t j = 0; j < n_maps; j++)
			for (size_t x = 0; x < map[j]->n; x++, n++) {
				key[n] = map[j]->key[x];
				item[n] = map[j]->item[x];
				from[n] = k;
			}
	}
	d.key = key;
	if (n > 1 && !rw_dups(key, n, on_dup, &d))
		b->nomem = b->stop = true;
	f->node->key = key;
	f->node->item = item;
	f->node->n = n;
}
