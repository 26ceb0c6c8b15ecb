#include "policy/git/internal.h"
#include "refwall/reader.h"
#include "refwall/text.h"

static bool
bad(struct rw_error *err, const char *why)
{
	return rw_fail(err, RW_E_PARSE, "tag: %s", why);
}

static bool
header(struct rw_reader *r, const char *key, struct rw_str *ret, struct rw_error *err)
{
	if (rw_reader_skip(r, key)) {
		*ret = rw_reader_line(r);
		if (!r->bad)
			return true;
	}
	return rw_fail(err, RW_E_PARSE, "tag: the header \"%.*s\" is missing or misplaced",
	    (int)strlen(key) - 1, key);
}

static bool
parse_type(struct rw_str s, enum rw_object_type *ret)
{
	static const enum rw_object_type known[] = { RW_OBJ_COMMIT, RW_OBJ_TREE, RW_OBJ_BLOB, RW_OBJ_TAG };

	for (size_t i = 0; i < RW_ARRAY_LEN(known); i++)
		if (rw_str_eqz(s, rw_object_type_name(known[i]))) {
			*ret = known[i];
			return true;
		}
	return false;
}

/* Would refs/tags/NAME be a ref? */
static bool
name_valid(struct rw_str s)
{
	char full[RW_LIMIT_REF_NAME + 1];
	size_t n = strlen("refs/tags/");

	if (s.n == 0 || s.n > sizeof(full) - n)
		return false;
	memcpy(full, "refs/tags/", n);
	memcpy(full + n, s.p, s.n);
	return rw_refname_valid((struct rw_str){ full, n + s.n });
}

/* git takes the last line that begins a signature; we refuse when there are two. */
static bool
split_signature(struct rw_str bytes, struct rw_str body, struct rw_tag *t, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(body);
	size_t at = body.n;

	while (r.left > 0) {
		size_t start = body.n - r.left;
		struct rw_str line = rw_reader_line(&r);

		if (r.bad)
			line = (struct rw_str){ body.p + start, body.n - start };
		if (rw_armour_begins(line)) {
			at = start;
			break;
		}
		if (r.bad)
			break;
	}
	t->message = (struct rw_str){ body.p, at };
	t->payload = (struct rw_str){ bytes.p, bytes.n - (body.n - at) };
	if (at == body.n)
		return true;
	return rw_armour_check((struct rw_str){ body.p + at, body.n - at }, &t->signature, err) ||
	    rw_fail_prefix(err, "tag");
}

bool
rw_tag_parse(struct rw_arena *a, struct rw_str bytes, struct rw_tag *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	struct rw_tag t = { .type = RW_OBJ_NONE };
	struct rw_str object, type, tagger;

	(void)a;
	if (bytes.n > RW_LIMIT_TAG_BYTES)
		return rw_fail(err, RW_E_LIMIT, "tag: more than %u bytes", RW_LIMIT_TAG_BYTES);
	if (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n) != NULL)
		return bad(err, "holds a NUL byte");
	if (!header(&r, "object ", &object, err) || !header(&r, "type ", &type, err) ||
	    !header(&r, "tag ", &t.name, err) || !header(&r, "tagger ", &tagger, err))
		return false;
	if (!rw_oid_parse(object, &t.object))
		return bad(err, "the header \"object\" holds no object id");
	if (!parse_type(type, &t.type))
		return rw_fail(err, RW_E_PARSE, "tag: \"%s\" is no type of object", RW_SHOW(type));
	if (!name_valid(t.name))
		return rw_fail(err, RW_E_PARSE, "tag: \"%s\" is no name for a tag", RW_SHOW(t.name));
	if (!rw_person_parse(tagger, "tagger", &t.tagger, err))
		return rw_fail_prefix(err, "tag");
	if (r.left > 0 && !rw_reader_skip(&r, "\n"))
		return bad(err, "an unknown header stands behind \"tagger\"");
	if (!split_signature(bytes, rw_reader_bytes(&r, r.left), &t, err))
		return false;
	*ret = t;
	return true;
}
