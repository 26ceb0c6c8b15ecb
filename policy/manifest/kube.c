#include "refwall/manifest.h"

#include "refwall/text.h"
#include "tree.h"

/* What a walk over the documents of one file carries. */
struct walk {
	struct rw_arena *a;
	struct rw_problems problems;
	struct rw_kube_object *object;
	size_t n, cap;
	uint32_t document;
	bool kustomization_file;
};

static void
identity(struct walk *w, const struct rw_yaml_node *at, const struct rw_field *field, const char *text,
    const char *found, const char *wanted)
{
	struct rw_yaml_problem p = {
		.id = RW_YAML_IDENTITY, .line = at->line, .col = at->col, .document = w->document,
		.field = rw_field_text(w->a, field), .text = text, .found = found, .wanted = wanted,
	};

	rw_problem_add(&w->problems, &p);
}

static const char *
shown(struct walk *w, const struct rw_yaml_node *n)
{
	static const char *const kind[] = {
		[RW_YAML_NONE] = "nothing", [RW_YAML_SCALAR] = "", [RW_YAML_SEQ] = "a list", [RW_YAML_MAP] = "a map",
	};

	if (n == NULL)
		return "nothing";
	if (n->kind != RW_YAML_SCALAR)
		return kind[n->kind];
	if (n->value.n == 0)
		return n->style == RW_YAML_PLAIN ? "nothing" : "an empty string";
	return rw_arena_strdup(w->a, RW_SHOW(n->value));
}

/* ---- the shapes of names ---- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

#define RW_NAME_WANTED "a name without '/', '%' or blanks"

/*
 * What the API server demands of any name: that it can be a segment of a URL's path. And no blanks here. What a kind demands
 * beyond that comes with its schema: kustomize also takes placeholders that it replaces.
 */
static bool
is_path_segment(struct rw_str s)
{
	if (s.n == 0 || s.n > 253 || rw_str_eqz(s, ".") || rw_str_eqz(s, ".."))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/' || s.p[i] == '%' || (unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return rw_text_utf8(s);
}

/* "v1", "apps/v1" */
static bool
is_api_version(struct rw_str s)
{
	size_t slash = 0;

	if (s.n == 0 || s.n > 317)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '/' && slash == 0 && i > 0 && i + 1 < s.n)
			slash = i;
		else if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
			return false;
	}
	return true;
}

static bool
is_kind(struct rw_str s)
{
	if (s.n == 0 || s.n > 63 || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* ---- objects ---- */

static bool
is_null(const struct rw_yaml_node *n)
{
	return n == NULL || (n->kind == RW_YAML_SCALAR && n->type == RW_SCALAR_NULL);
}

static bool
is_string(const struct rw_yaml_node *n)
{
	return n != NULL && n->kind == RW_YAML_SCALAR && n->type == RW_SCALAR_STRING;
}

/* A string member that must have a shape. ret is left as it is when the member is absent and may be. */
static bool
member(struct walk *w, const struct rw_yaml_node *map, const struct rw_field *up, const char *key,
    bool (*ok)(struct rw_str), bool required, const char *wanted, struct rw_str *ret)
{
	const struct rw_yaml_node *v = rw_yaml_get(map, key);
	struct rw_field f = { up, rw_str(key), 0 };

	if (is_null(v) && !required)
		return true;
	if (!is_string(v) || !ok(v->value)) {
		bool missing = is_null(v) || v->kind != RW_YAML_SCALAR || v->value.n == 0;

		identity(w, v == NULL ? map : v, &f,
		    missing ? "missing, so this is no Kubernetes object" : "malformed", shown(w, v), wanted);
		return false;
	}
	*ret = v->value;
	return true;
}

/* What is wrong here is said, but the object is still one: other rules look into it all the same. */
static void
read_metadata(struct walk *w, const struct rw_field *up, bool need_name, struct rw_kube_object *o)
{
	const struct rw_yaml_node *m = rw_yaml_get(o->node, "metadata");
	const struct rw_yaml_node *name = rw_yaml_get(m, "name"), *ns = rw_yaml_get(m, "namespace");
	struct rw_field fm = { up, RW_STR_LIT("metadata"), 0 };
	struct rw_field fname = { &fm, RW_STR_LIT("name"), 0 }, fns = { &fm, RW_STR_LIT("namespace"), 0 };

	o->generate_name = rw_yaml_get_str(m, "generateName");
	if (!is_null(m) && m->kind != RW_YAML_MAP) {
		identity(w, m, &fm, "malformed", shown(w, m), "a map");
		return;
	}
	if (!is_null(ns) && (!is_string(ns) || (ns->value.n > 0 && !is_path_segment(ns->value))))
		identity(w, ns, &fns, "malformed namespace", shown(w, ns), RW_NAME_WANTED);
	o->namespace_ = rw_yaml_get_str(m, "namespace");
	if (is_null(name) || (name->kind == RW_YAML_SCALAR && name->value.n == 0)) {
		if (!need_name || o->generate_name.n > 0)
			return;
		identity(w, is_null(name) ? (is_null(m) ? o->node : m) : name, &fname, "an object without a name",
		    NULL, "a name");
		return;
	}
	if (!is_string(name)) {
		identity(w, name, &fname, "malformed name", shown(w, name), "a string");
		return;
	}
	o->name = name->value;
	if (!is_path_segment(name->value))
		identity(w, name, &fname, "malformed name", shown(w, name), RW_NAME_WANTED);
}

/* Kustomize's own files are read by name and need none inside. */
static bool
read_type(struct walk *w, const struct rw_yaml_node *n, const struct rw_field *up,
    const struct rw_kube_object *list, struct rw_kube_object *o)
{
	bool required = true;

	if (list != NULL && list->kind.n > 4) {		/* a PodList says what its items are */
		o->api_version = list->api_version;
		o->kind = (struct rw_str){ list->kind.p, list->kind.n - 4 };
		required = false;
	} else if (w->kustomization_file && list == NULL) {
		o->api_version = RW_STR_LIT("kustomize.config.k8s.io/v1beta1");
		o->kind = RW_STR_LIT("Kustomization");
		required = false;
	}
	return member(w, n, up, "apiVersion", is_api_version, required, "a version like apps/v1",
	    &o->api_version) &&
	    member(w, n, up, "kind", is_kind, required, "a kind like Deployment", &o->kind);
}

static void
visit(struct walk *w, const struct rw_yaml_node *n, const struct rw_field *up,
    const struct rw_kube_object *list)
{
	struct rw_kube_object o = { .node = n, .document = w->document, .is_list_item = list != NULL }, *slot;
	const struct rw_yaml_node *items;
	struct rw_field fi = { up, RW_STR_LIT("items"), 0 };
	bool is_list, need_name;

	if (n->kind != RW_YAML_MAP) {
		identity(w, n, up, n->kind == RW_YAML_SEQ ? "a list, not a Kubernetes object" :
		    "a scalar, not a Kubernetes object", NULL, "a map with apiVersion, kind and metadata.name");
		return;
	}
	if (!read_type(w, n, up, list, &o))
		return;
	/* kubectl takes whatever has items for a list, others go by the kind */
	items = rw_yaml_get(n, "items");
	is_list = rw_str_has_suffix(o.kind, "List");
	if (items != NULL && items->kind == RW_YAML_SEQ) {
		if (!is_list)
			identity(w, items, &fi,
			    "items in an object whose kind is no list: readers disagree on what it is", NULL, NULL);
		for (size_t i = 0; i < items->n; i++) {
			struct rw_field f = { &fi, { NULL, 0 }, i };

			visit(w, items->item[i], &f, is_list ? &o : NULL);
		}
		if (is_list)
			return;
	} else if (rw_str_eqz(o.kind, "List") && rw_str_eqz(o.api_version, "v1")) {
		if (!is_null(items))
			identity(w, items, &fi, "malformed", shown(w, items), "a list of objects");
		return;
	}
	need_name = !rw_str_has_prefix(o.api_version, "kustomize.config.k8s.io/");
	read_metadata(w, up, need_name, &o);
	slot = rw_arena_push(w->a, &w->object, &w->n, &w->cap);
	if (slot != NULL)
		*slot = o;
}

static bool
is_kustomization_file(struct rw_str name)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml", "Kustomization" };

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/') {
			name = (struct rw_str){ name.p + i, name.n - i };
			break;
		}
	for (size_t i = 0; i < RW_ARRAY_LEN(names); i++)
		if (rw_str_eqz(name, names[i]))
			return true;
	return false;
}

bool
rw_kube_objects(struct rw_arena *a, const struct rw_yaml *y, struct rw_str file_name,
    const struct rw_kube_object **ret, size_t *ret_n, const struct rw_yaml_problem **ret_problem,
    size_t *ret_n_problems, struct rw_error *err)
{
	struct walk w = { .a = a, .problems = { .arena = a } };

	w.kustomization_file = is_kustomization_file(file_name);
	for (size_t i = 0; i < y->n; i++) {
		w.document = (uint32_t)i;
		if (!is_null(y->document[i]))
			visit(&w, y->document[i], NULL, NULL);
	}
	if (!rw_arena_ok(a, "Kubernetes objects", err))
		return false;
	*ret = w.object;
	*ret_n = w.n;
	*ret_problem = w.problems.item;
	*ret_n_problems = w.problems.n;
	return true;
}
