/*
 * manifest.h: bytes -> YAML tree with positions -> Kubernetes documents. Pure; knows no git and no policy.
 *
 * A file is parsed by libyaml's events into a bounded tree: depth, nodes, documents, aliases and the
 * size after alias expansion are counted as events arrive, never afterwards. What is wrong with the file is a
 * problem (a list, with line and column), not an error: an error means that memory ran out.
 * Trees live in the caller's arena. Views in the tree point into the arena.
 */
#ifndef REFWALL_MANIFEST_H
#define REFWALL_MANIFEST_H

#include "refwall/arena.h"
#include "refwall/limits.h"

enum rw_yaml_kind { RW_YAML_NONE, RW_YAML_SCALAR, RW_YAML_SEQ, RW_YAML_MAP };
enum rw_yaml_style { RW_YAML_PLAIN, RW_YAML_SINGLE, RW_YAML_DOUBLE, RW_YAML_LITERAL, RW_YAML_FOLDED };

/* What a scalar is to Kubernetes (sigs.k8s.io/yaml, i.e. the core rules of go-yaml v2). */
enum rw_scalar_type { RW_SCALAR_STRING, RW_SCALAR_NULL, RW_SCALAR_BOOL, RW_SCALAR_INT, RW_SCALAR_FLOAT };

struct rw_yaml_node {
	enum rw_yaml_kind kind;
	enum rw_yaml_style style;
	enum rw_scalar_type type;
	uint32_t line, col;			/* 1-based, column in characters */
	bool boolean;				/* RW_SCALAR_BOOL */
	bool aliased;				/* reached through an alias at least once */
	struct rw_str tag;			/* explicit tag, in full ("tag:yaml.org,2002:str"), else empty */
	struct rw_str value;			/* scalar; of a map key: the key that Kubernetes sees ("on" is "true") */
	size_t n;				/* items or pairs */
	const struct rw_yaml_node *const *item;	/* sequence items, or map values */
	const struct rw_yaml_node *const *key;	/* map keys, `n` of them, merge keys resolved; NULL for sequences */
};

/* A path to a node, from the leaf up, on the walker's stack. A step with key.p == NULL is an index. */
struct rw_field {
	const struct rw_field *up;
	struct rw_str key;
	size_t index;
};
/* "spec.containers[0].image", printable; keys that are no plain words stand as ["a.b"]. "" when f is NULL or memory ran out. */
const char *rw_field_text(struct rw_arena *a, const struct rw_field *f);

/* id, and the text for people when there is nothing better to say */
#define RW_YAML_PROBLEMS(X)						\
	X(RW_YAML_SYNTAX,	"syntax")				\
	X(RW_YAML_ENCODING,	"encoding")	/* not UTF-8, BOM, control characters */	\
	X(RW_YAML_DUPLICATE,	"duplicate-key")			\
	X(RW_YAML_KEY,		"key")		/* null, or a collection, as a key */	\
	X(RW_YAML_DEPTH,	"depth")				\
	X(RW_YAML_SIZE,		"size")		/* nodes, documents, bytes */	\
	X(RW_YAML_ALIAS,	"alias")	/* undefined, recursive, or a bomb */	\
	X(RW_YAML_IDENTITY,	"identity")	/* apiVersion, kind, metadata.name */	\
	X(RW_YAML_STREAM,	"stream")	/* readers would disagree on what the documents are */

#define RW_YAML_PROBLEM_ENUM(id, name) id,
enum rw_yaml_problem_id { RW_YAML_PROBLEM_NONE, RW_YAML_PROBLEMS(RW_YAML_PROBLEM_ENUM) RW_YAML_PROBLEM_MAX };
#undef RW_YAML_PROBLEM_ENUM
const char *rw_yaml_problem_name(enum rw_yaml_problem_id id);

struct rw_yaml_problem {
	enum rw_yaml_problem_id id;
	uint32_t line, col;
	uint32_t document;			/* 0-based */
	const char *field;			/* "spec.containers[0].image", printable, or "" */
	const char *text;			/* printable, one line: what is wrong */
	const char *found, *wanted;		/* printable, or NULL */
};

struct rw_yaml {
	const struct rw_yaml_node *const *document;	/* root nodes; NULL entries stand for empty documents */
	size_t n;
	const struct rw_yaml_problem *problem;
	size_t n_problems;			/* at most RW_LIMIT_YAML_FINDINGS kept */
	size_t n_dropped;
};

/*
 * Parse a YAML or JSON stream. False only when memory ran out or the bytes pass RW_LIMIT_YAML_BYTES
 * (RW_E_LIMIT). With problems of kind syntax, depth, size or alias the documents before them are still there.
 */
rw_must_check bool rw_yaml_parse(struct rw_arena *a, struct rw_str bytes, struct rw_yaml *ret, struct rw_error *err);

/* Value of a key in a map (the first), or NULL; also NULL when n is NULL or no map. */
const struct rw_yaml_node *rw_yaml_get(const struct rw_yaml_node *n, const char *key);
/* The key node itself, for its position. */
const struct rw_yaml_node *rw_yaml_get_key(const struct rw_yaml_node *n, const char *key);
/* rw_yaml_get() when it is a string scalar, else an empty view. */
struct rw_str rw_yaml_get_str(const struct rw_yaml_node *n, const char *key);

/*
 * How a plain scalar resolves (type, and in ret_bool the value of a boolean). Pure; the table is
 * go-yaml v2's resolve.go as Kubernetes uses it: y/n/yes/no/on/off are booleans, 0777 and 0x1f are numbers,
 * 20:30 is a string, 08 is a number.
 */
enum rw_scalar_type rw_yaml_resolve(struct rw_str value, bool *ret_bool);

/* ---- Kubernetes ---- */

struct rw_kube_object {
	const struct rw_yaml_node *node;
	struct rw_str api_version, kind, name, namespace_, generate_name;
	uint32_t document;
	bool is_list_item;			/* it stood in the items of a List */
};

/*
 * The objects of a stream: one per document, Lists opened. A document that is no Kubernetes object (no apiVersion and
 * kind, of the wrong type, an empty or malformed name, a top-level sequence or scalar) gives a problem of kind identity. Empty documents are passed over.
 * Where only metadata is wrong the object is still listed, so that other rules can look into it. The items of a PodList without kind are Pods.
 * `kind: Kustomization` and `kind: Component` of kustomize.config.k8s.io (also a file named kustomization.yaml without kind) need no name.
 */
rw_must_check bool rw_kube_objects(struct rw_arena *a, const struct rw_yaml *y, struct rw_str file_name,
    const struct rw_kube_object **ret, size_t *ret_n,
    const struct rw_yaml_problem **ret_problem, size_t *ret_n_problems, struct rw_error *err);

/* One container image reference of an object, wherever a pod template stands in it. */
struct rw_kube_image {
	const struct rw_yaml_node *node;	/* the scalar */
	const char *field;			/* "spec.template.spec.containers[0].image" */
	struct rw_str text;
};
/*
 * Every `image` of containers, initContainers and ephemeralContainers in every pod spec found anywhere in the
 * object (Pod, the workload kinds, CronJob, Lists, and unknown kinds that embed one), volumes of type image
 * included; and of the steps, sidecars, container, script and stepTemplate of Tekton and Argo Workflows.
 */
rw_must_check bool rw_kube_images(struct rw_arena *a, const struct rw_kube_object *o,
    const struct rw_kube_image **ret, size_t *ret_n, struct rw_error *err);

/* An image reference, as the distribution reference grammar splits it. Pure. */
struct rw_image_ref {
	struct rw_str registry;			/* "docker.io" when none is written */
	struct rw_str repository;		/* "library/nginx" when short */
	struct rw_str tag, digest;		/* empty when absent; digest "sha256:..." checked */
};
bool rw_image_parse(struct rw_arena *a, struct rw_str text, struct rw_image_ref *ret);

enum rw_secret_kind { RW_SECRET_NONE, RW_SECRET_PLAIN, RW_SECRET_SOPS, RW_SECRET_SEALED, RW_SECRET_EMPTY };
/*
 * What a Secret-bearing object is: a plain v1 Secret with data or stringData; one encrypted by SOPS (a `sops` map with mac and every
 * data value an ENC[...] string; anything less is plain); a SealedSecret or ExternalSecret. ret_node: the first plain value.
 */
enum rw_secret_kind rw_kube_secret(const struct rw_kube_object *o, const struct rw_yaml_node **ret_node);

#endif
