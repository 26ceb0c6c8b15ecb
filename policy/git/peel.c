#include "policy/git/internal.h"
#include "refwall/reader.h"

/* Old tags are read leniently: only where they point matters here. */
static bool
target_of(struct rw_repo *r, const struct rw_oid *tag, struct rw_oid *ret, struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .type = RW_OBJ_NONE };
	struct rw_reader rd;

	if (!rw_repo_read(r, tag, RW_OBJ_TAG, RW_LIMIT_TAG_BYTES, &o, err))
		return false;
	rd = rw_reader_init(o.bytes);
	if (!rw_reader_skip(&rd, "object ") || !rw_oid_parse(rw_reader_line(&rd), ret))
		return rw_fail(err, RW_E_PARSE, "tag %s: points nowhere", RW_OID(tag));
	return true;
}

bool
rw_repo_peel(struct rw_repo *r, const struct rw_oid *id, struct rw_oid *ret_id, enum rw_object_type *ret_type,
    unsigned *ret_nested, struct rw_error *err)
{
	struct rw_oid now = *id, next;
	enum rw_object_type type;
	uint64_t size;
	unsigned n = 0;

	for (;;) {
		if (!rw_repo_header(r, &now, &type, &size, err))
			return false;
		if (type != RW_OBJ_TAG)
			break;
		if (n == RW_LIMIT_TAG_NESTING)
			return rw_fail(err, RW_E_LIMIT, "tag %s: more than %d tags of tags", RW_OID(id),
			    RW_LIMIT_TAG_NESTING);
		if (!target_of(r, &now, &next, err))
			return false;
		now = next;
		n++;
	}
	*ret_id = now;
	*ret_type = type;
	*ret_nested = n;
	return true;
}
