#include "refwall/manifest.h"

static size_t
find(const struct rw_yaml_node *n, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < n->n; i++) {
		struct rw_str k = n->key[i]->value;

		if (k.n == len && memcmp(k.p, key, len) == 0 && n->key[i]->kind == RW_YAML_SCALAR)
			return i;
	}
	return SIZE_MAX;
}

const struct rw_yaml_node *
rw_yaml_get(const struct rw_yaml_node *n, const char *key)
{
	size_t i;

	if (n == NULL || n->kind != RW_YAML_MAP)
		return NULL;
	i = find(n, key);
	return i == SIZE_MAX ? NULL : n->item[i];
}

const struct rw_yaml_node *
rw_yaml_get_key(const struct rw_yaml_node *n, const char *key)
{
	size_t i;

	if (n == NULL || n->kind != RW_YAML_MAP)
		return NULL;
	i = find(n, key);
	return i == SIZE_MAX ? NULL : n->key[i];
}

struct rw_str
rw_yaml_get_str(const struct rw_yaml_node *n, const char *key)
{
	const struct rw_yaml_node *v = rw_yaml_get(n, key);

	if (v == NULL || v->kind != RW_YAML_SCALAR || v->type != RW_SCALAR_STRING)
		return (struct rw_str){ NULL, 0 };
	return v->value;
}
