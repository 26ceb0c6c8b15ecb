#include "refwall/manifest.h"

/*
 * Images wherever a pod spec stands: one is known by its lists of containers, not by the kind around it,
 * so that kinds nobody told us of are looked into as well.
 */

struct walk {
	struct rw_arena *a;
	struct rw_kube_image *image;
	size_t n, cap;
};

static void
found(struct walk *w, const struct rw_yaml_node *n, const struct rw_field *f)
{
	struct rw_kube_image *slot;

	if (n == NULL || n->kind != RW_YAML_SCALAR || n->type == RW_SCALAR_NULL)
		return;
	slot = rw_arena_push(w->a, &w->image, &w->n, &w->cap);
	if (slot != NULL)
		*slot = (struct rw_kube_image){ n, rw_field_text(w->a, f), n->value };
}

static void
containers(struct walk *w, const struct rw_yaml_node *list, const struct rw_field *up)
{
	for (size_t i = 0; i < list->n; i++) {
		struct rw_field item = { up, { NULL, 0 }, i };
		struct rw_field image = { &item, RW_STR_LIT("image"), 0 };

		found(w, rw_yaml_get(list->item[i], "image"), &image);
	}
}

static void
volumes(struct walk *w, const struct rw_yaml_node *list, const struct rw_field *up)
{
	for (size_t i = 0; i < list->n; i++) {
		struct rw_field item = { up, { NULL, 0 }, i };
		struct rw_field image = { &item, RW_STR_LIT("image"), 0 };
		struct rw_field reference = { &image, RW_STR_LIT("reference"), 0 };

		found(w, rw_yaml_get(rw_yaml_get(list->item[i], "image"), "reference"), &reference);
	}
}

static const struct {
	struct rw_str key;
	void (*look)(struct walk *, const struct rw_yaml_node *, const struct rw_field *);
} lists[] = {
	{ RW_STR_LIT("containers"), containers },
	{ RW_STR_LIT("initContainers"), containers },
	{ RW_STR_LIT("ephemeralContainers"), containers },
	{ RW_STR_LIT("volumes"), volumes },
	/* Tekton's tasks, Argo's workflows */
	{ RW_STR_LIT("steps"), containers },
	{ RW_STR_LIT("sidecars"), containers },
};

/* One container alone: Argo's templates, Tekton's stepTemplate. */
static const struct rw_str singles[] = {
	RW_STR_LIT("container"), RW_STR_LIT("script"), RW_STR_LIT("stepTemplate"),
};

static void
single(struct walk *w, const struct rw_yaml_node *n, const struct rw_field *f)
{
	struct rw_field image = { f, RW_STR_LIT("image"), 0 };

	for (size_t i = 0; n->kind == RW_YAML_MAP && i < RW_ARRAY_LEN(singles); i++)
		if (rw_str_eq(f->key, singles[i]))
			found(w, rw_yaml_get(n, "image"), &image);
}

/* Depth is bounded by RW_LIMIT_YAML_DEPTH, the number of visits by RW_LIMIT_YAML_NODES. */
static void
visit(struct walk *w, const struct rw_yaml_node *n, const struct rw_field *up)
{
	for (size_t i = 0; i < n->n; i++) {
		const struct rw_yaml_node *v = n->item[i];
		struct rw_field f = { up, { NULL, 0 }, i };

		if (v->n == 0)
			continue;
		if (n->kind == RW_YAML_MAP) {
			f.key = n->key[i]->value;
			if (f.key.p == NULL)
				f.key.p = "";
			for (size_t k = 0; v->kind == RW_YAML_SEQ && k < RW_ARRAY_LEN(lists); k++)
				if (rw_str_eq(f.key, lists[k].key))
					lists[k].look(w, v, &f);
			single(w, v, &f);
		}
		visit(w, v, &f);
	}
}

bool
rw_kube_images(struct rw_arena *a, const struct rw_kube_object *o, const struct rw_kube_image **ret,
    size_t *ret_n, struct rw_error *err)
{
	struct walk w = { .a = a };

	visit(&w, o->node, NULL);
	if (!rw_arena_ok(a, "images", err))
		return false;
	*ret = w.image;
	*ret_n = w.n;
	return true;
}
