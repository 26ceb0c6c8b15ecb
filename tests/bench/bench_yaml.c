/*
 * Trees of manifests against the bare libyaml events of the same bytes. Manifests are made here, and real ones are
 * used as well when files are named on the command line. Each row is the best of several rounds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <yaml.h>

#include "refwall/buf.h"
#include "refwall/manifest.h"
#include "tests/bench/row.h"

#define ROUNDS 15

struct set {
	struct rw_str *file;
	size_t n, documents, bytes;
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench_yaml: %s\n", what);
	exit(1);
}

/* ---- what is measured ---- */

static void
events(const struct set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		yaml_parser_t p;
		yaml_event_t e;
		bool more = true;

		if (!yaml_parser_initialize(&p))
			die("out of memory");
		yaml_parser_set_input_string(&p, (const unsigned char *)s->file[i].p, s->file[i].n);
		while (more && yaml_parser_parse(&p, &e)) {
			more = e.type != YAML_STREAM_END_EVENT;
			yaml_event_delete(&e);
		}
		yaml_parser_delete(&p);
	}
}

static size_t
trees(const struct set *s, bool objects)
{
	size_t documents = 0;

	for (size_t i = 0; i < s->n; i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_yaml_problem *p;
		const struct rw_kube_object *o;
		size_t n, n_problems;
		struct rw_yaml y;

		if (a == NULL || !rw_yaml_parse(a, s->file[i], &y, &e))
			die(e.msg);
		documents += y.n;
		if (!objects)
			continue;
		if (!rw_kube_objects(a, &y, RW_STR_LIT("a.yaml"), &o, &n, &p, &n_problems, &e))
			die(e.msg);
		for (size_t j = 0; j < n; j++) {
			const struct rw_kube_image *image;
			const struct rw_yaml_node *plain;
			struct rw_image_ref r;
			size_t n_images;

			(void)rw_kube_secret(&o[j], &plain);
			if (!rw_kube_images(a, &o[j], &image, &n_images, &e))
				die(e.msg);
			for (size_t k = 0; k < n_images; k++)
				(void)rw_image_parse(a, image[k].text, &r);
		}
	}
	return documents;
}

static void
run(const char *name, struct set *s)
{
	static const char *const names[] = { "trees", "trees, objects, images" };
	static const double wanted[] = { 0, 2.5 };
	double best[3] = { 1e9, 1e9, 1e9 };

	for (int round = 0; round < ROUNDS; round++) {
		double t0 = seconds(), t1, t2, t3;

		events(s);
		t1 = seconds();
		s->documents = trees(s, false);
		t2 = seconds();
		(void)trees(s, true);
		t3 = seconds();
		best[0] = t1 - t0 < best[0] ? t1 - t0 : best[0];
		best[1] = t2 - t1 < best[1] ? t2 - t1 : best[1];
		best[2] = t3 - t2 < best[2] ? t3 - t2 : best[2];
	}
	printf("# %s: %zu files, %zu documents, %.2f MB\n", name, s->n, s->documents, (double)s->bytes / 1e6);
	for (int i = 0; i < 2; i++) {
		char what[80];

		(void)snprintf(what, sizeof(what), "%s: %s / libyaml's events", name, names[i]);
		bench_row(what, best[i + 1] * 1e6 / (double)s->documents, best[0] * 1e6 / (double)s->documents, "us", wanted[i]);
	}
}

/* ---- manifests ---- */

static void
make_manifest(struct rw_buf *b, size_t i)
{
	rw_buf_printf(b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%zu\n  namespace: shop\n"
	    "  labels:\n    app.kubernetes.io/name: web\n    app.kubernetes.io/instance: web-%zu\n"
	    "    app.kubernetes.io/part-of: shop\n", i, i);
	rw_buf_puts(b, "spec:\n  replicas: 3\n  revisionHistoryLimit: 2\n  selector:\n    matchLabels:\n"
	    "      app.kubernetes.io/name: web\n  template:\n    metadata:\n      labels:\n"
	    "        app.kubernetes.io/name: web\n      annotations:\n        prometheus.io/scrape: \"true\"\n"
	    "    spec:\n      serviceAccountName: web\n      containers:\n");
	for (size_t j = 0; j < 2; j++)
		rw_buf_printf(b, "      - name: c%zu\n        image: registry.example.com/shop/web:1.%zu@sha256:"
		    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
		    "        imagePullPolicy: IfNotPresent\n        ports:\n        - name: http\n"
		    "          containerPort: 8080\n          protocol: TCP\n        env:\n"
		    "        - name: LOG_LEVEL\n          value: info\n        - name: REGION\n          value: \"eu\"\n"
		    "        resources:\n          requests: {cpu: 100m, memory: 128Mi}\n"
		    "          limits: {cpu: 500m, memory: 256Mi}\n        livenessProbe:\n          httpGet:\n"
		    "            path: /healthz\n            port: http\n          initialDelaySeconds: 10\n"
		    "        securityContext:\n          allowPrivilegeEscalation: false\n"
		    "          readOnlyRootFilesystem: true\n          capabilities:\n            drop: [ALL]\n", j, i);
}

static struct rw_str
keep(struct rw_buf *b)
{
	size_t n = b->len;
	const char *p = rw_buf_detach(b);

	if (p == NULL)
		die("out of memory");
	return (struct rw_str){ p, n };
}

static void
release(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->file[i].p);
	free(s->file);
}

int
main(int argc, char **argv)
{
	struct set made = { NULL, 2000, 0, 0 }, real = { NULL, 0, 0, 0 };

	made.file = calloc(made.n, sizeof(*made.file));
	real.file = calloc((size_t)argc, sizeof(*real.file));
	if (made.file == NULL || real.file == NULL)
		die("out of memory");
	for (size_t i = 0; i < made.n; i++) {
		struct rw_buf b = RW_BUF_INIT(1u << 20);

		make_manifest(&b, i);
		made.bytes += b.len;
		made.file[i] = keep(&b);
	}
	run("generated", &made);
	for (int i = 1; i < argc; i++) {
		struct rw_buf b = RW_BUF_INIT(RW_LIMIT_YAML_BYTES);
		struct rw_error e = RW_ERROR_INIT;

		if (!rw_file_read(AT_FDCWD, argv[i], &b, &e)) {
			fprintf(stderr, "bench_yaml: %s\n", e.msg);
			continue;
		}
		real.bytes += b.len;
		real.file[real.n++] = keep(&b);
	}
	if (real.n > 0)
		run("given", &real);
	release(&made);
	release(&real);
	return 0;
}
