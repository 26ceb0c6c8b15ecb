/* One file being judged: its size, its bytes and its YAML, each found on first use. */
#include <strings.h>

#include "policy/rules/judgement.h"
#include "refwall/text.h"

void
rw_content_release(struct rw_content *c)
{
	rw_object_release(&c->object);
	rw_buf_release(&c->buf);
	rw_arena_freep(&c->arena);
}

static struct rw_arena *
arena_of(struct rw_content *c)
{
	if (c->arena == NULL)
		c->arena = rw_arena_new(RW_LIMIT_YAML_ARENA);
	return c->arena;
}

static bool
unreadable(struct rw_content *c, const char *why)
{
	c->unreadable = true;
	c->why = why;
	return true;
}

static bool
too_large(struct rw_judgement *j, struct rw_content *c)
{
	return unreadable(c, rw_judgement_text(j, "it is larger than %u MiB", RW_LIMIT_BLOB_BYTES >> 20));
}

bool
rw_content_size(struct rw_judgement *j, struct rw_content *c, struct rw_error *err)
{
	enum rw_object_type type;

	if (c->has_size)
		return true;
	c->has_size = true;
	if ((c->mode & 0170000) == 0160000)
		return unreadable(c, "it is a submodule");
	if (c->file != NULL) {
		if (!rw_content_bytes(j, c, err))
			return false;
		c->size = c->bytes.n;
		return true;
	}
	if (!rw_repo_header(j->repo, &c->id, &type, &c->size, err))
		return false;
	return type == RW_OBJ_BLOB || unreadable(c, "the tree calls it a file, but it is another object");
}

static bool
read_file(struct rw_judgement *j, struct rw_content *c, struct rw_error *err)
{
	struct rw_error why = RW_ERROR_INIT;

	c->buf = (struct rw_buf)RW_BUF_INIT(RW_LIMIT_BLOB_BYTES);
	if (!j->files->read(j->files->ctx, c->file, RW_LIMIT_BLOB_BYTES, &c->buf, &why)) {
		if (why.code == RW_E_LIMIT)
			return too_large(j, c);
		*err = why;
		return false;
	}
	c->bytes = rw_buf_str(&c->buf);
	return true;
}

bool
rw_content_bytes(struct rw_judgement *j, struct rw_content *c, struct rw_error *err)
{
	if (c->has_bytes)
		return true;
	c->has_bytes = true;
	if (c->file != NULL)
		return read_file(j, c, err);
	if (!rw_content_size(j, c, err))
		return false;
	if (c->unreadable)
		return true;
	if (c->size > RW_LIMIT_BLOB_BYTES)
		return too_large(j, c);
	if (c->size > j->budget.blob_bytes)
		return rw_fail(err, RW_E_LIMIT,
		    "the push has more than %u MiB of files to judge: push it in parts",
		    RW_LIMIT_PUSH_BLOB_BYTES >> 20);
	j->budget.blob_bytes -= c->size;
	if (!rw_repo_read(j->repo, &c->id, RW_OBJ_BLOB, RW_LIMIT_BLOB_BYTES, &c->object, err))
		return false;
	c->bytes = c->object.bytes;
	return true;
}

bool
rw_content_yaml(struct rw_judgement *j, struct rw_content *c, struct rw_error *err)
{
	struct rw_error why = RW_ERROR_INIT;

	if (c->has_yaml)
		return true;
	c->has_yaml = true;
	if (!rw_content_size(j, c, err))
		return false;
	if (c->unreadable)
		return true;
	if (c->size > RW_LIMIT_YAML_BYTES) {
		c->oversize_yaml = true;
		return true;
	}
	if (!rw_content_bytes(j, c, err))
		return false;
	if (c->unreadable)
		return true;
	if (arena_of(c) == NULL)
		return rw_fail_nomem(err);
	if (rw_yaml_parse(c->arena, c->bytes, &c->yaml, &why))
		return true;
	if (why.code == RW_E_LIMIT) {
		c->oversize_yaml = true;
		return true;
	}
	*err = why;
	return false;
}

bool
rw_content_objects(struct rw_judgement *j, struct rw_content *c, struct rw_error *err)
{
	struct rw_error why = RW_ERROR_INIT;

	if (c->has_objects)
		return true;
	c->has_objects = true;
	if (!rw_content_yaml(j, c, err))
		return false;
	if (c->unreadable || c->oversize_yaml)
		return true;
	if (rw_kube_objects(c->arena, &c->yaml, c->path, &c->kube, &c->n_kube, &c->kube_problem,
		&c->n_kube_problems, &why))
		return true;
	if (why.code == RW_E_LIMIT) {
		c->oversize_yaml = true;
		return true;
	}
	*err = why;
	return false;
}

bool
rw_content_is_kustomization(struct rw_str path)
{
	struct rw_str name = rw_text_base_name(path);

	return rw_str_eqz(name, "kustomization.yaml") || rw_str_eqz(name, "kustomization.yml") ||
	    rw_str_eqz(name, "Kustomization");
}

/* Case is ignored: kubectl and kustomize read whatever file they are told to. */
static bool
has_extension(struct rw_str path, const char *wanted)
{
	size_t n = strlen(wanted);

	return path.n >= n && strncasecmp(path.p + path.n - n, wanted, n) == 0;
}

bool
rw_content_is_manifest(struct rw_str path)
{
	return has_extension(path, ".yaml") || has_extension(path, ".yml") || has_extension(path, ".json") ||
	    rw_content_is_kustomization(path);
}
