#include "policy/rules/patch.h"

static void
visit(const char *key, size_t i, const struct rw_yaml_node *item, rw_patch_fn *fn, void *ctx)
{
	rw_auto_arena struct rw_arena *a = NULL;
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_yaml y;
	struct rw_patch p = {
		.at = item->kind == RW_YAML_MAP ? rw_yaml_get(item, "patch") : item,
		.key = key,
		.target_kind = rw_yaml_get(rw_yaml_get(item, "target"), "kind"),
	};

	if (p.at == NULL || p.at->kind != RW_YAML_SCALAR)
		return;
	a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	if (a != NULL && rw_yaml_parse(a, p.at->value, &y, &ignored)) {
		const char *z = rw_arena_printf(a, "%s[%zu]", key, i);

		p.yaml = &y;
		p.key = z == NULL ? key : z;
	}
	p.arena = a;
	fn(ctx, &p);
}

static void
patches_of(const struct rw_yaml_node *map, rw_patch_fn *fn, void *ctx)
{
	static const char *const keys[] = { "patches", "patchesJson6902", "patchesStrategicMerge" };

	for (size_t k = 0; k < RW_ARRAY_LEN(keys); k++) {
		const struct rw_yaml_node *list = rw_yaml_get(map, keys[k]);

		for (size_t i = 0; list != NULL && list->kind == RW_YAML_SEQ && i < list->n; i++)
			visit(keys[k], i, list->item[i], fn, ctx);
	}
}

void
rw_patches_each(const struct rw_yaml_node *root, rw_patch_fn *fn, void *ctx)
{
	patches_of(root, fn, ctx);
	patches_of(rw_yaml_get(root, "spec"), fn, ctx);
}

const struct rw_yaml_node *
rw_patch_sets(const struct rw_yaml_node *op, struct rw_str *ret_path)
{
	*ret_path = rw_yaml_get_str(op, "path");
	return rw_str_eqz(rw_yaml_get_str(op, "op"), "test") ? NULL : rw_yaml_get(op, "value");
}
