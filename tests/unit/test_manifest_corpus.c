#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "refwall/buf.h"
#include "refwall/manifest.h"

/*
 * Real trees, straight out of their archives: no finding may be false. The archives are not part of the
 * project; without them every test here is skipped.
 */

struct tally {
	size_t files, documents, objects, images, bad_images;
	size_t problems[RW_YAML_PROBLEM_MAX];
	size_t without_template;	/* syntax and key problems in files that hold no "{{" */
};

static bool
wanted(struct rw_str name)
{
	return rw_str_has_suffix(name, ".yaml") || rw_str_has_suffix(name, ".yml") || rw_str_has_suffix(name, ".json");
}

static bool
has(struct rw_str s, const char *z)
{
	return memmem(s.p, s.n, z, strlen(z)) != NULL;
}

static void
one_file(struct tally *t, struct rw_str name, struct rw_str bytes)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_yaml_problem *p;
	const struct rw_kube_object *o;
	size_t n, n_problems;
	struct rw_yaml y;

	if (!rw_yaml_parse(a, bytes, &y, &e))
		fail_msg("%.*s: %s", (int)name.n, name.p, e.msg);
	t->files++;
	t->documents += y.n;
	for (size_t i = 0; i < y.n_problems; i++) {
		const struct rw_yaml_problem *q = &y.problem[i];

		t->problems[q->id]++;
		if ((q->id == RW_YAML_SYNTAX || q->id == RW_YAML_KEY) && !has(bytes, "{{"))
			t->without_template++;
		if (q->id != RW_YAML_SYNTAX || !has(bytes, "{{"))
			print_message("# %.*s:%u:%u: %s: %s: %s\n", (int)name.n, name.p, (unsigned)q->line,
			    (unsigned)q->col, rw_yaml_problem_name(q->id), q->field, q->text);
	}
	assert_true(rw_kube_objects(a, &y, name, &o, &n, &p, &n_problems, &e));
	t->objects += n;
	t->problems[RW_YAML_IDENTITY] += n_problems;
	for (size_t i = 0; i < n; i++) {
		const struct rw_kube_image *image;
		struct rw_image_ref r;
		size_t n_images;

		assert_true(rw_kube_images(a, &o[i], &image, &n_images, &e));
		t->images += n_images;
		for (size_t j = 0; j < n_images; j++)
			t->bad_images += !rw_image_parse(a, image[j].text, &r);
	}
}

/* The entries of a ustar or GNU archive; names longer than a header holds are cut, which does no harm here. */
static void
walk_tar(struct tally *t, struct rw_str tar)
{
	while (tar.n >= 512 && tar.p[0] != '\0') {
		struct rw_str name = { tar.p, strnlen(tar.p, 100) }, body;
		char octal[13] = "";
		size_t size, padded;

		memcpy(octal, tar.p + 124, 12);
		size = strtoul(octal, NULL, 8);
		padded = (size + 511) / 512 * 512;
		assert_true(padded + 512 <= tar.n);
		body = (struct rw_str){ tar.p + 512, size };
		if ((tar.p[156] == '0' || tar.p[156] == '\0') && wanted(name))
			one_file(t, name, body);
		tar.p += 512 + padded;
		tar.n -= 512 + padded;
	}
}

static void
run(const char *archive, struct tally *t)
{
	rw_auto_buf struct rw_buf command = RW_BUF_INIT(4096), tar = RW_BUF_INIT(512u << 20);
	const char *corpus = getenv("REFWALL_CORPUS"), *src = getenv("RW_SRCDIR");
	struct rw_error e = RW_ERROR_INIT;
	FILE *f;
	bool ok;

	memset(t, 0, sizeof(*t));
	if (corpus != NULL)
		rw_buf_printf(&command, "xz -dc '%s/manifests/%s.tar.xz' 2>/dev/null", corpus, archive);
	else
		rw_buf_printf(&command, "xz -dc '%s/../shared/corpus/manifests/%s.tar.xz' 2>/dev/null",
		    src == NULL ? "." : src, archive);
	f = popen(rw_buf_cstr(&command), "r");
	assert_non_null(f);
	ok = rw_fd_read_all(fileno(f), archive, &tar, &e);
	(void)pclose(f);
	if (!ok || tar.len == 0) {
		print_message("# skipped: no %s.tar.xz, or no xz\n", archive);
		rw_buf_release(&command);
		rw_buf_release(&tar);
		skip();
	}
	walk_tar(t, rw_buf_str(&tar));
	print_message("# %s: %zu files, %zu documents, %zu objects, %zu images (%zu malformed)\n", archive, t->files,
	    t->documents, t->objects, t->images, t->bad_images);
	for (int i = RW_YAML_PROBLEM_NONE + 1; i < RW_YAML_PROBLEM_MAX; i++)
		print_message("#   %s %zu\n", rw_yaml_problem_name((enum rw_yaml_problem_id)i), t->problems[i]);
	/* none of these trees holds anything of the kind */
	assert_int_equal(t->problems[RW_YAML_ENCODING], 0);
	assert_int_equal(t->problems[RW_YAML_STREAM], 0);
	assert_int_equal(t->problems[RW_YAML_DEPTH], 0);
	assert_int_equal(t->problems[RW_YAML_SIZE], 0);
	assert_int_equal(t->problems[RW_YAML_ALIAS], 0);
}

static void
flux_example(void **state)
{
	struct tally t;

	(void)state;
	run("flux2-kustomize-helm-example", &t);
	assert_int_equal(t.problems[RW_YAML_SYNTAX] + t.problems[RW_YAML_KEY] + t.problems[RW_YAML_DUPLICATE], 0);
}

static void
home_ops(void **state)
{
	struct tally t;

	(void)state;
	run("home-ops", &t);
	/* .vscode/settings.json has comments, which JSON has not */
	assert_int_equal(t.problems[RW_YAML_SYNTAX] + t.problems[RW_YAML_KEY] + t.problems[RW_YAML_DUPLICATE], 1);
}

static void
kubeflow(void **state)
{
	struct tally t;

	(void)state;
	run("kubeflow-manifests", &t);
	/* templates of Helm charts only */
	assert_int_equal(t.without_template, 0);
	assert_int_equal(t.problems[RW_YAML_DUPLICATE], 0);
}

static void
examples(void **state)
{
	struct tally t;

	(void)state;
	run("kubernetes-examples", &t);
	assert_int_equal(t.without_template, 0);
	/* selector, type and storageClassName stand twice in five files */
	assert_int_equal(t.problems[RW_YAML_DUPLICATE], 5);
}

static void
api_objects(void **state)
{
	struct tally t;

	(void)state;
	run("kubernetes-api-objects", &t);
	assert_int_equal(t.problems[RW_YAML_SYNTAX] + t.problems[RW_YAML_KEY] + t.problems[RW_YAML_DUPLICATE], 0);
	assert_int_equal(t.documents, t.objects + 1);	/* a WatchEvent is none */
}

static void
pod_security(void **state)
{
	struct tally t;

	(void)state;
	run("pod-security", &t);
	assert_int_equal(t.problems[RW_YAML_SYNTAX] + t.problems[RW_YAML_KEY] + t.problems[RW_YAML_DUPLICATE], 0);
	assert_int_equal(t.documents, t.objects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flux_example), cmocka_unit_test(home_ops), cmocka_unit_test(kubeflow),
		cmocka_unit_test(examples), cmocka_unit_test(api_objects), cmocka_unit_test(pod_security),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
