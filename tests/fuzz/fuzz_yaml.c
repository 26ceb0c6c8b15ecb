/*
 * Bytes as a manifest: the tree keeps its bounds, every problem has a place and printable words, and what
 * is built on the tree takes whatever the tree holds. The same bytes are then read as strict YAML.
 */
#include "refwall/buf.h"
#include "refwall/manifest.h"
#include "refwall/strict.h"
#include "refwall/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
printable(const char *z)
{
	must(z == NULL || rw_text_utf8(rw_str(z)));
	for (; z != NULL && *z != '\0'; z++)
		must((unsigned char)*z >= ' ' && *z != 0x7f);
}

static void
problems(const struct rw_yaml_problem *p, size_t n)
{
	must(n <= RW_LIMIT_YAML_FINDINGS);
	for (size_t i = 0; i < n; i++) {
		must(p[i].id > RW_YAML_PROBLEM_NONE && p[i].id < RW_YAML_PROBLEM_MAX);
		must(p[i].line > 0 && p[i].col > 0 && p[i].field != NULL && p[i].text != NULL);
		printable(p[i].field);
		printable(p[i].text);
		printable(p[i].found);
		printable(p[i].wanted);
	}
}

static size_t
walk(const struct rw_yaml_node *n, unsigned depth, size_t *budget)
{
	size_t count = 1;

	must(depth <= RW_LIMIT_YAML_DEPTH && (*budget)-- > 0);
	must(n->line > 0 && n->col > 0 && n->kind != RW_YAML_NONE);
	must(n->kind == RW_YAML_SCALAR ? n->n == 0 : (n->kind == RW_YAML_MAP) == (n->key != NULL) || n->n == 0);
	for (size_t i = 0; i < n->n; i++) {
		if (n->key != NULL)
			count += walk(n->key[i], depth + 1, budget);
		count += walk(n->item[i], depth + 1, budget);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	struct rw_str in = { (const char *)data, size };
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_yaml_problem *p;
	const struct rw_kube_object *o;
	const struct rw_yaml_node *root;
	size_t n, n_problems, budget = RW_LIMIT_YAML_NODES;
	struct rw_yaml y;
	struct rw_strict s = { "x.yaml", a, RW_E_POLICY };
	bool ok;

	if (!rw_yaml_parse(a, in, &y, &e))
		return 0;
	problems(y.problem, y.n_problems);
	for (size_t i = 0; i < y.n; i++)
		if (y.document[i] != NULL)
			(void)walk(y.document[i], 0, &budget);
	must(rw_kube_objects(a, &y, RW_STR_LIT("a.yaml"), &o, &n, &p, &n_problems, &e));
	problems(p, n_problems);
	for (size_t i = 0; i < n; i++) {
		const struct rw_yaml_node *plain;
		const struct rw_kube_image *image;
		struct rw_image_ref r;
		size_t n_images;

		must(rw_kube_images(a, &o[i], &image, &n_images, &e));
		for (size_t j = 0; j < n_images; j++) {
			printable(image[j].field);
			(void)rw_image_parse(a, image[j].text, &r);
		}
		must((rw_kube_secret(&o[i], &plain) == RW_SECRET_PLAIN) == (plain != NULL));
	}
	ok = rw_strict_load(&s, in, &root, &e);
	/* what strict reading takes has no problem for manifests either, but keys may collide there once they are text */
	for (size_t i = 0; ok && i < y.n_problems; i++)
		must(y.problem[i].id == RW_YAML_DUPLICATE || y.problem[i].id == RW_YAML_KEY ||
		    y.problem[i].id == RW_YAML_SIZE || y.problem[i].id == RW_YAML_SYNTAX);
	return 0;
}
