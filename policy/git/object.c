#include "policy/git/internal.h"

static const struct {
	const char *name;
	git_object_t git;
} types[] = {
	[RW_OBJ_NONE] = { "none", GIT_OBJECT_INVALID },
	[RW_OBJ_COMMIT] = { "commit", GIT_OBJECT_COMMIT },
	[RW_OBJ_TREE] = { "tree", GIT_OBJECT_TREE },
	[RW_OBJ_BLOB] = { "blob", GIT_OBJECT_BLOB },
	[RW_OBJ_TAG] = { "tag", GIT_OBJECT_TAG },
};

const char *
rw_object_type_name(enum rw_object_type t)
{
	return types[(size_t)t < RW_ARRAY_LEN(types) ? t : RW_OBJ_NONE].name;
}

static enum rw_object_type
type_of(git_object_t g)
{
	for (size_t i = RW_OBJ_COMMIT; i < RW_ARRAY_LEN(types); i++)
		if (types[i].git == g)
			return (enum rw_object_type)i;
	return RW_OBJ_NONE;
}

bool
rw_repo_header(struct rw_repo *r, const struct rw_oid *id, enum rw_object_type *ret_type, uint64_t *ret_size,
    struct rw_error *err)
{
	git_oid g = rw_git_oid(id);
	git_object_t type;
	size_t size;
	int rc;

	/*
	 * Whoever is to read an object asks for its header first, and reading asks again; each time libgit2
	 * opens the file and inflates its beginning. An id names the same bytes for ever, so the last answer holds.
	 */
	if (r->header.type != RW_OBJ_NONE && memcmp(r->header.id.b, id->b, sizeof(id->b)) == 0) {
		*ret_type = r->header.type;
		*ret_size = r->header.size;
		return true;
	}
	(void)rw_git_memory_refused();
	rc = git_odb_read_header(&size, &type, r->odb, &g);
	if (rc != 0)
		return rw_git_fail(err, rc, "object", id);
	if (type_of(type) == RW_OBJ_NONE)
		return rw_fail(err, RW_E_PARSE, "object %s: is of no known type", RW_OID(id));
	r->header.id = *id;
	r->header.type = *ret_type = type_of(type);
	r->header.size = *ret_size = size;
	return true;
}

void
rw_object_release(struct rw_object *o)
{
	git_odb_object_free(o->handle);
	*o = (struct rw_object){ .type = RW_OBJ_NONE };
}

bool
rw_repo_read(struct rw_repo *r, const struct rw_oid *id, enum rw_object_type type, size_t max,
    struct rw_object *ret, struct rw_error *err)
{
	const char *what = rw_object_type_name(type);
	enum rw_object_type is;
	git_odb_object *o = NULL;
	git_oid g = rw_git_oid(id);
	uint64_t size;
	int rc;

	if (!rw_repo_header(r, id, &is, &size, err))
		return false;
	if (is != type)
		return rw_fail(err, RW_E_PARSE, "object %s: is a %s, wanted a %s", RW_OID(id),
		    rw_object_type_name(is), what);
	if (size > max)
		return rw_fail(err, RW_E_LIMIT, "%s %s: has %llu bytes, at most %zu are read", what,
		    RW_OID(id), (unsigned long long)size, max);
	rc = git_odb_read(&o, r->odb, &g);
	if (rc != 0)
		return rw_git_fail(err, rc, what, id);
	if (git_odb_object_size(o) != size || type_of(git_odb_object_type(o)) != type) {
		git_odb_object_free(o);
		return rw_fail(err, RW_E_PARSE, "%s %s: is not what its header says", what, RW_OID(id));
	}
	*ret = (struct rw_object){
		.bytes = { git_odb_object_data(o), git_odb_object_size(o) },
		.type = type,
		.handle = o,
	};
	return true;
}
