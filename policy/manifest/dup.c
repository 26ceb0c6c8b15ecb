#include "tree.h"

/* Up to here every pair is compared; beyond, the keys are sorted, so that no choice of keys is slow. */
#define SMALL 32

struct entry {
	struct rw_str key;
	size_t i;
};

static int
entry_cmp(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int r;

	if (a->key.n != b->key.n)
		return a->key.n < b->key.n ? -1 : 1;
	r = a->key.n == 0 ? 0 : memcmp(a->key.p, b->key.p, a->key.n);
	if (r != 0)
		return r;
	return a->i < b->i ? -1 : a->i > b->i;
}

static void
small_dups(const struct rw_yaml_node *const *node, size_t n, rw_dup_fn *fn, void *ctx)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		struct rw_str k = node[i]->value;
		uint64_t bit = UINT64_C(1) << ((k.n * 7 + (k.n == 0 ? 0 :
		    (unsigned char)k.p[0] * 5u + (unsigned char)k.p[k.n - 1])) & 63);

		if (node[i]->kind != RW_YAML_SCALAR)
			continue;
		if ((seen & bit) != 0)
			for (size_t j = 0; j < i; j++)
				if (rw_str_eq(node[j]->value, k) && node[j]->kind == RW_YAML_SCALAR) {
					fn(ctx, j, i);
					break;
				}
		seen |= bit;
	}
}

bool
rw_dups(const struct rw_yaml_node *const *node, size_t n, rw_dup_fn *fn, void *ctx)
{
	rw_autofree struct entry *e = NULL;
	size_t used = 0, first = 0;

	if (n <= SMALL) {
		small_dups(node, n, fn, ctx);
		return true;
	}
	e = calloc(n, sizeof(*e));
	if (e == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (node[i]->kind == RW_YAML_SCALAR)
			e[used++] = (struct entry){ node[i]->value, i };
	qsort(e, used, sizeof(*e), entry_cmp);
	for (size_t i = 1; i < used; i++) {
		if (rw_str_eq(e[first].key, e[i].key))
			fn(ctx, e[first].i, e[i].i);
		else
			first = i;
	}
	return true;
}
