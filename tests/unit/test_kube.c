#include "unit.h"

#include "refwall/buf.h"
#include "refwall/manifest.h"

static void
load(struct rw_arena *a, const char *text, struct rw_yaml *y)
{
	struct rw_error e = RW_ERROR_INIT;

	assert_true(rw_yaml_parse(a, rw_str(text), y, &e));
	assert_int_equal(y->n_problems, 0);
}

/* ---- objects ---- */

/* "version kind namespace/name @document" and "! line:col field: text", one a line. */
static void
describe(struct rw_buf *b, struct rw_arena *a, const char *text, const char *file)
{
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_kube_object *o;
	const struct rw_yaml_problem *p;
	struct rw_yaml y;
	size_t n, n_problems;

	load(a, text, &y);
	assert_true(rw_kube_objects(a, &y, rw_str(file), &o, &n, &p, &n_problems, &e));
	for (size_t i = 0; i < n; i++)
		rw_buf_printf(b, "%.*s %.*s %.*s%s%.*s%.*s @%u%s\n", (int)o[i].api_version.n, o[i].api_version.p,
		    (int)o[i].kind.n, o[i].kind.p, (int)o[i].namespace_.n, o[i].namespace_.p,
		    o[i].namespace_.n == 0 ? "" : "/", (int)o[i].name.n, o[i].name.p, (int)o[i].generate_name.n,
		    o[i].generate_name.p, (unsigned)o[i].document, o[i].is_list_item ? " item" : "");
	for (size_t i = 0; i < n_problems; i++) {
		assert_int_equal(p[i].id, RW_YAML_IDENTITY);
		rw_buf_printf(b, "! %u:%u %s: %s\n", (unsigned)p[i].line, (unsigned)p[i].col, p[i].field, p[i].text);
	}
}

static void
objects(void **state)
{
#define CM "apiVersion: v1\nkind: ConfigMap\n"
	static const struct { const char *name, *in, *file, *want; } rows[] = {
		{ "nothing", "", "a.yaml", "" },
		{ "empty documents", "---\n# x\n---\nnull\n", "a.yaml", "" },
		{ "one", CM "metadata: {name: a}\n", "a.yaml", "v1 ConfigMap a @0\n" },
		{ "two, an empty one between", CM "metadata: {name: a}\n---\n---\napiVersion: apps/v1\nkind: Deployment\n"
		    "metadata:\n  name: b\n  namespace: ns\n", "a.yaml", "v1 ConfigMap a @0\napps/v1 Deployment ns/b @2\n" },
		{ "a generated name", "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n", "a.yaml",
		    "batch/v1 Job a- @0\n" },
		{ "a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
		    "- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n", "a.yaml",
		    "v1 Secret a @0 item\nv1 Pod b @0 item\n" },
		{ "an empty list", "apiVersion: v1\nkind: List\nitems: []\n", "a.yaml", "" },
		{ "a list without items", "apiVersion: v1\nkind: List\n", "a.yaml", "" },
		{ "a list in a list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n"
		    "  - {apiVersion: v1, kind: Pod, metadata: {name: b}}\n", "a.yaml", "v1 Pod b @0 item\n" },
		{ "a list of one kind", "apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: b}}\n", "a.yaml",
		    "v1 Pod b @0 item\n" },
		{ "a kind that ends in List and is none", "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\n"
		    "spec: {}\n", "a.yaml", "example.com/v1 AllowList a @0\n" },
		{ "a list of broken items", "apiVersion: v1\nkind: List\nitems: [1, {kind: Pod}, ~]\n", "a.yaml",
		    "! 3:9 items[0]: a scalar, not a Kubernetes object\n"
		    "! 3:12 items[1].apiVersion: missing, so this is no Kubernetes object\n"
		    "! 3:25 items[2]: a scalar, not a Kubernetes object\n" },
		{ "items in what is no list", CM "metadata: {name: a}\nitems:\n- {apiVersion: v1, kind: Pod,"
		    " metadata: {name: b}}\n", "a.yaml", "v1 Pod b @0\nv1 ConfigMap a @0\n"
		    "! 5:1 items: items in an object whose kind is no list: readers disagree on what it is\n" },

		{ "a top-level list", "- op: remove\n  path: /x\n", "a.yaml", "! 1:1 : a list, not a Kubernetes object\n" },
		{ "a top-level scalar", "version https://git-lfs.github.com/spec/v1\n", "a.yaml",
		    "! 1:1 : a scalar, not a Kubernetes object\n" },
		{ "no version", "kind: Pod\n", "a.yaml", "! 1:1 apiVersion: missing, so this is no Kubernetes object\n" },
		{ "no kind", "apiVersion: v1\n", "a.yaml", "! 1:1 kind: missing, so this is no Kubernetes object\n" },
		{ "an empty kind", "apiVersion: v1\nkind: \"\"\n", "a.yaml",
		    "! 2:7 kind: missing, so this is no Kubernetes object\n" },
		{ "a version that is a number", "apiVersion: 1\nkind: Pod\n", "a.yaml", "! 1:13 apiVersion: malformed\n" },
		{ "a version with two slashes", "apiVersion: a/b/c\nkind: Pod\n", "a.yaml", "! 1:13 apiVersion: malformed\n" },
		{ "a kind with a slash", "apiVersion: v1\nkind: a/b\n", "a.yaml", "! 2:7 kind: malformed\n" },
		{ "a kind that is a map", "apiVersion: v1\nkind: {a: b}\n", "a.yaml",
		    "! 2:7 kind: missing, so this is no Kubernetes object\n" },

		{ "no metadata", CM, "a.yaml", "v1 ConfigMap  @0\n! 1:1 metadata.name: an object without a name\n" },
		{ "metadata of nothing", CM "metadata:\n", "a.yaml",
		    "v1 ConfigMap  @0\n! 1:1 metadata.name: an object without a name\n" },
		{ "metadata that is a list", CM "metadata: [a]\n", "a.yaml", "v1 ConfigMap  @0\n! 3:11 metadata: malformed\n" },
		{ "no name", CM "metadata: {labels: {}}\n", "a.yaml",
		    "v1 ConfigMap  @0\n! 3:11 metadata.name: an object without a name\n" },
		{ "an empty name", CM "metadata: {name: \"\"}\n", "a.yaml",
		    "v1 ConfigMap  @0\n! 3:18 metadata.name: an object without a name\n" },
		{ "a name that is a number", CM "metadata: {name: 1}\n", "a.yaml",
		    "v1 ConfigMap  @0\n! 3:18 metadata.name: malformed name\n" },
		{ "a placeholder that kustomize replaces", CM "metadata: {name: _}\n", "a.yaml", "v1 ConfigMap _ @0\n" },
		{ "a blank", CM "metadata: {name: a b}\n", "a.yaml",
		    "v1 ConfigMap a b @0\n! 3:18 metadata.name: malformed name\n" },
		{ "dots", CM "metadata: {name: a.b-c}\n", "a.yaml", "v1 ConfigMap a.b-c @0\n" },
		{ "a role may have colons", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
		    "metadata: {name: \"system:Foo\"}\n", "a.yaml",
		    "rbac.authorization.k8s.io/v1 ClusterRole system:Foo @0\n" },
		{ "but no slash", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a/b}\n",
		    "a.yaml", "rbac.authorization.k8s.io/v1 ClusterRole a/b @0\n! 3:18 metadata.name: malformed name\n" },
		{ "nor be dots", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ..}\n",
		    "a.yaml", "rbac.authorization.k8s.io/v1 ClusterRole .. @0\n! 3:18 metadata.name: malformed name\n" },
		{ "a namespace with a slash", CM "metadata: {name: a, namespace: a/b}\n", "a.yaml",
		    "v1 ConfigMap a/b/a @0\n! 3:32 metadata.namespace: malformed namespace\n" },
		{ "a namespace that is a number", CM "metadata: {name: a, namespace: 1}\n", "a.yaml",
		    "v1 ConfigMap a @0\n! 3:32 metadata.namespace: malformed namespace\n" },

		{ "a kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
		    "a.yaml", "kustomize.config.k8s.io/v1beta1 Kustomization  @0\n" },
		{ "a component", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", "a.yaml",
		    "kustomize.config.k8s.io/v1alpha1 Component  @0\n" },
		{ "a kustomization by its name", "resources: []\n", "envs/kustomization.yaml",
		    "kustomize.config.k8s.io/v1beta1 Kustomization  @0\n" },
		{ "the other name", "resources: []\n", "Kustomization", "kustomize.config.k8s.io/v1beta1 Kustomization  @0\n" },
		{ "not its name", "resources: []\n", "xkustomization.yaml",
		    "! 1:1 apiVersion: missing, so this is no Kubernetes object\n" },
		{ "Flux's kind of that name", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", "a.yaml",
		    "kustomize.toolkit.fluxcd.io/v1 Kustomization  @0\n! 1:1 metadata.name: an object without a name\n" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);

		print_message("# %s\n", rows[i].name);
		describe(&b, a, rows[i].in, rows[i].file);
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
	}
}

static void
name_lengths(void **state)
{
	static const struct { const char *name; size_t n; bool ok; } rows[] = {
		{ "253 bytes", 253, true }, { "254 bytes", 254, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf in = RW_BUF_INIT(1u << 16), out = RW_BUF_INIT(1u << 16);

		print_message("# %s\n", rows[i].name);
		rw_buf_puts(&in, CM "metadata:\n  name: ");
		for (size_t j = 0; j < rows[i].n; j++)
			rw_buf_putc(&in, 'x');
		rw_buf_putc(&in, '\n');
		describe(&out, a, rw_buf_cstr(&in), "a.yaml");
		assert_int_equal(strchr(rw_buf_cstr(&out), '!') == NULL, rows[i].ok);
	}
#undef CM
}

/* ---- images ---- */

static void
images(void **state)
{
#define HEAD "apiVersion: x/v1\nkind: X\nmetadata: {name: a}\n"
	static const struct { const char *name, *in, *want; } rows[] = {
		{ "none", HEAD "spec: {containers: {a: {image: b}}, image: c, volumes: x}\n", "" },
		{ "a pod", HEAD "spec:\n  containers:\n  - {name: a, image: b}\n  - name: c\n    image: \"d:1\"\n",
		    "spec.containers[0].image b\nspec.containers[1].image d:1\n" },
		{ "all kinds of containers", HEAD "spec:\n  template:\n    spec:\n      initContainers: [{image: a}]\n"
		    "      containers: [{image: b}]\n      ephemeralContainers: [{image: c}]\n"
		    "      volumes: [{name: v, image: {reference: d, pullPolicy: Always}}, {name: w, emptyDir: {}}]\n",
		    "spec.template.spec.initContainers[0].image a\nspec.template.spec.containers[0].image b\n"
		    "spec.template.spec.ephemeralContainers[0].image c\n"
		    "spec.template.spec.volumes[0].image.reference d\n" },
		{ "a cron job", HEAD "spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: a}]}}}}}\n",
		    "spec.jobTemplate.spec.template.spec.containers[0].image a\n" },
		{ "deep in a kind nobody knows", HEAD "spec: {pools: [{\"x.y\": {containers: [{image: a}]}}]}\n",
		    "spec.pools[0][\"x.y\"].containers[0].image a\n" },
		{ "Argo's workflows", HEAD "spec: {templates: [{container: {image: a}}, {script: {image: b, source: x}},"
		    " {sidecars: [{image: c}]}, {container: main}]}\n", "spec.templates[0].container.image a\n"
		    "spec.templates[1].script.image b\nspec.templates[2].sidecars[0].image c\n" },
		{ "Tekton's tasks", HEAD "spec: {stepTemplate: {image: a}, steps: [{image: b}, {script: ls}]}\n",
		    "spec.stepTemplate.image a\nspec.steps[0].image b\n" },
		{ "by an alias", HEAD "spec: {a: &x {containers: [{image: a}]}, b: *x}\n",
		    "spec.a.containers[0].image a\nspec.b.containers[0].image a\n" },
		{ "by a merge", HEAD "spec: {a: &x {image: a}, containers: [{<<: *x, name: b}]}\n",
		    "spec.containers[0].image a\n" },
		{ "a number", HEAD "spec: {containers: [{image: 1}]}\n", "spec.containers[0].image 1\n" },
		{ "empty, null, a map", HEAD "spec: {containers: [{image: \"\"}, {image: ~}, {image: {a: b}}]}\n",
		    "spec.containers[0].image \n" },
		{ "encoded", HEAD "spec: {containers: [{image: !!binary aGk=}]}\n", "spec.containers[0].image hi\n" },
	};
#undef HEAD

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_yaml_problem *p;
		const struct rw_kube_object *o;
		const struct rw_kube_image *image;
		size_t n, n_images, n_problems;
		struct rw_yaml y;

		print_message("# %s\n", rows[i].name);
		load(a, rows[i].in, &y);
		assert_true(rw_kube_objects(a, &y, RW_STR_LIT("a.yaml"), &o, &n, &p, &n_problems, &e));
		assert_int_equal(n, 1);
		assert_true(rw_kube_images(a, o, &image, &n_images, &e));
		for (size_t j = 0; j < n_images; j++)
			rw_buf_printf(&b, "%s %.*s\n", image[j].field, (int)image[j].text.n, image[j].text.p);
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
	}
}

static void
image_references(void **state)
{
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct { const char *in, *registry, *repository, *tag, *digest; } rows[] = {
		{ "nginx", "docker.io", "library/nginx", "", "" },
		{ "nginx:1.25", "docker.io", "library/nginx", "1.25", "" },
		{ "docker.io/nginx", "docker.io", "library/nginx", "", "" },
		{ "index.docker.io/library/nginx", "docker.io", "library/nginx", "", "" },
		{ "team/app", "docker.io", "team/app", "", "" },
		{ "ghcr.io/team/app:v1", "ghcr.io", "team/app", "v1", "" },
		{ "GHCR.IO/team/app:V1", "ghcr.io", "team/app", "V1", "" },
		{ "Host/app", "host", "app", "", "" },
		{ "localhost/app", "localhost", "app", "", "" },
		{ "localhost:5000/app", "localhost:5000", "app", "", "" },
		{ "host:5000/a/b/c:x", "host:5000", "a/b/c", "x", "" },
		{ "[::1]:5000/app", "[::1]:5000", "app", "", "" },
		{ "[2001:db8::1]/app:1", "[2001:db8::1]", "app", "1", "" },
		{ "10.0.0.1/app", "10.0.0.1", "app", "", "" },
		{ "host:5000", "docker.io", "library/host", "5000", "" },
		{ "app@sha256:" HEX, "docker.io", "library/app", "", "sha256:" HEX },
		{ "ghcr.io/a/b:v1@sha256:" HEX, "ghcr.io", "a/b", "v1", "sha256:" HEX },
		{ "a@sha512:" HEX HEX, "docker.io", "library/a", "", "sha512:" HEX HEX },
		{ "a.b_c/x", NULL, NULL, NULL, NULL },
		{ "x/a.b_c__d--e---f", "docker.io", "x/a.b_c__d--e---f", "", "" },
		{ "a:_x.-Y", "docker.io", "library/a", "_x.-Y", "" },

		{ "", NULL, NULL, NULL, NULL }, { ":1", NULL, NULL, NULL, NULL }, { "a:", NULL, NULL, NULL, NULL },
		{ "a@", NULL, NULL, NULL, NULL }, { "@sha256:" HEX, NULL, NULL, NULL, NULL },
		{ "a@sha256:" HEX "0", NULL, NULL, NULL, NULL }, { "a@sha256:0123", NULL, NULL, NULL, NULL },
		{ "a@sha256:ABCDEF6789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL, NULL, NULL, NULL },
		{ "a@md5:0123456789abcdef0123456789abcdef", NULL, NULL, NULL, NULL },
		{ "a@sha256:" HEX "@sha256:" HEX, NULL, NULL, NULL, NULL }, { "a@sha256:" HEX ":1", NULL, NULL, NULL, NULL },
		{ HEX, NULL, NULL, NULL, NULL }, { "A", NULL, NULL, NULL, NULL }, { "a/B", NULL, NULL, NULL, NULL },
		{ "ghcr.io/A/b", NULL, NULL, NULL, NULL }, { "/a", NULL, NULL, NULL, NULL }, { "a/", NULL, NULL, NULL, NULL },
		{ "a//b", NULL, NULL, NULL, NULL }, { "ghcr.io./a", NULL, NULL, NULL, NULL },
		{ "ghcr..io/a", NULL, NULL, NULL, NULL }, { "-a.io/b", NULL, NULL, NULL, NULL },
		{ "a-.io/b", NULL, NULL, NULL, NULL }, { "a.-b/c", NULL, NULL, NULL, NULL }, { "a.b:/c", NULL, NULL, NULL, NULL },
		{ "a.b:x/c", NULL, NULL, NULL, NULL }, { "[::1/a", NULL, NULL, NULL, NULL }, { "[x]/a", NULL, NULL, NULL, NULL },
		{ "a b", NULL, NULL, NULL, NULL }, { " a", NULL, NULL, NULL, NULL }, { "a\n", NULL, NULL, NULL, NULL },
		{ "a._b", NULL, NULL, NULL, NULL }, { "a___b", NULL, NULL, NULL, NULL }, { "a..b", NULL, NULL, NULL, NULL },
		{ "-a", NULL, NULL, NULL, NULL }, { "a-", NULL, NULL, NULL, NULL }, { "a:.b", NULL, NULL, NULL, NULL },
		{ "a:-b", NULL, NULL, NULL, NULL }, { "a:b:c", NULL, NULL, NULL, NULL }, { "$(IMAGE)", NULL, NULL, NULL, NULL },
		{ "https://ghcr.io/a", NULL, NULL, NULL, NULL }, { "\xc3\xa9", NULL, NULL, NULL, NULL },
	};
#undef HEX
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_image_ref r;
		bool ok = rows[i].registry != NULL;

		print_message("# '%s'\n", rows[i].in);
		assert_int_equal(rw_image_parse(a, rw_str(rows[i].in), &r), ok);
		if (!ok)
			continue;
		assert_str(r.registry, rows[i].registry);
		assert_str(r.repository, rows[i].repository);
		assert_str(r.tag, rows[i].tag);
		assert_str(r.digest, rows[i].digest);
	}
}

static void
image_lengths(void **state)
{
	static const struct { const char *name, *head; size_t n; } rows[] = {
		{ "a repository of 255", "a.io/", 255 }, { "a repository of 255, once library/ stands in front", "", 247 },
		{ "a tag of 128", "a.io/b:", 128 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++)
		for (size_t more = 0; more < 2; more++) {
			rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
			rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);
			struct rw_image_ref r;

			print_message("# %s and %zu\n", rows[i].name, more);
			rw_buf_puts(&b, rows[i].head);
			for (size_t j = 0; j < rows[i].n + more; j++)
				rw_buf_putc(&b, 'x');
			assert_int_equal(rw_image_parse(a, rw_buf_str(&b), &r), more == 0);
		}
}

/* ---- secrets ---- */

static void
secrets(void **state)
{
#define SECRET "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
#define ENC(t) "\"ENC[AES256_GCM,data:Zm9v,iv:AAAA,tag:AAAA,type:" t "]\""
#define SOPS "sops: {mac: " ENC("str") ", version: 3.9.0}\n"
	static const struct { const char *name, *in; enum rw_secret_kind want; unsigned line, col; } rows[] = {
		{ "not a secret", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n", RW_SECRET_NONE, 0, 0 },
		{ "another group's Secret", "apiVersion: example.com/v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: b}\n",
		    RW_SECRET_NONE, 0, 0 },
		{ "data", SECRET "data:\n  a: Zm9v\n", RW_SECRET_PLAIN, 5, 6 },
		{ "stringData", SECRET "data: {}\nstringData: {b: \"\", a: foo}\n", RW_SECRET_PLAIN, 5, 24 },
		{ "data that is no map", SECRET "data: foo\n", RW_SECRET_PLAIN, 4, 7 },
		{ "data that is a list", SECRET "stringData: [foo]\n", RW_SECRET_PLAIN, 4, 13 },
		{ "a map in data", SECRET "data: {a: {b: c}}\n", RW_SECRET_PLAIN, 4, 11 },
		{ "nothing in it", SECRET "type: Opaque\n", RW_SECRET_EMPTY, 0, 0 },
		{ "empty values", SECRET "data: {a: \"\", b: }\nstringData:\n", RW_SECRET_EMPTY, 0, 0 },
		{ "SOPS", SECRET "data: {a: " ENC("str") "}\nstringData: {b: " ENC("int") ", c: \"\"}\n" SOPS, RW_SECRET_SOPS, 0, 0 },
		{ "SOPS, one value forgotten", SECRET "data: {a: " ENC("str") ", b: Zm9v}\n" SOPS, RW_SECRET_PLAIN, 4, 69 },
		{ "SOPS without a mac", SECRET "data: {a: " ENC("str") "}\nsops: {version: 3.9.0}\n", RW_SECRET_PLAIN, 4, 11 },
		{ "SOPS with a made-up mac", SECRET "data: {a: " ENC("str") "}\nsops: {mac: x}\n", RW_SECRET_PLAIN, 4, 11 },
		{ "no sops at all", SECRET "data: {a: " ENC("str") "}\n", RW_SECRET_PLAIN, 4, 11 },
		{ "sops that is text", SECRET "data: {a: " ENC("str") "}\nsops: x\n", RW_SECRET_PLAIN, 4, 11 },
		{ "a value dressed up", SECRET "data: {a: \"ENC[my password]\"}\n" SOPS, RW_SECRET_PLAIN, 4, 11 },
		{ "a value dressed up better", SECRET "data: {a: \"ENC[AES256_GCM,data:my password,iv:AAAA,tag:AAAA,type:str]\"}\n"
		    SOPS, RW_SECRET_PLAIN, 4, 11 },
		{ "a tail behind the value", SECRET "data: {a: \"ENC[AES256_GCM,data:Zm9v,iv:AAAA,tag:AAAA,type:str] x\"}\n" SOPS,
		    RW_SECRET_PLAIN, 4, 11 },
		{ "SOPS, and a copy that kubectl left", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n"
		    "    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"a\":\"Zm9v\"}}'\n"
		    "data: {a: " ENC("str") "}\n" SOPS, RW_SECRET_PLAIN, 6, 55 },
		{ "SOPS, and the copy encrypted too", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n"
		    "    kubectl.kubernetes.io/last-applied-configuration: " ENC("str") "\n"
		    "data: {a: " ENC("str") "}\n" SOPS, RW_SECRET_SOPS, 0, 0 },
		{ "sealed", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\n"
		    "spec: {encryptedData: {a: AgB}}\n", RW_SECRET_SEALED, 0, 0 },
		{ "external", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\n",
		    RW_SECRET_SEALED, 0, 0 },
		{ "sealed by name only", "apiVersion: bitnami.community/v1\nkind: SealedSecret\nmetadata: {name: a}\n",
		    RW_SECRET_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_yaml_problem *p;
		const struct rw_yaml_node *node;
		const struct rw_kube_object *o;
		size_t n, n_problems;
		struct rw_yaml y;

		print_message("# %s\n", rows[i].name);
		load(a, rows[i].in, &y);
		assert_true(rw_kube_objects(a, &y, RW_STR_LIT("a.yaml"), &o, &n, &p, &n_problems, &e));
		assert_int_equal(n, 1);
		assert_int_equal(rw_kube_secret(o, &node), rows[i].want);
		if (rows[i].line == 0) {
			assert_null(node);
			continue;
		}
		assert_non_null(node);
		assert_int_equal(node->line, rows[i].line);
		assert_int_equal(node->col, rows[i].col);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects), cmocka_unit_test(name_lengths), cmocka_unit_test(images),
		cmocka_unit_test(image_references), cmocka_unit_test(image_lengths), cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
