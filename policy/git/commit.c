#include "policy/git/internal.h"
#include "refwall/reader.h"
#include "refwall/text.h"

/* What comes behind the fixed headers, up to the empty line. */
struct extras {
	size_t signature_at, signature_end;	/* of the object; equal: none */
	bool encoding;
};

static bool
bad(struct rw_error *err, const char *why)
{
	return rw_fail(err, RW_E_PARSE, "commit: %s", why);
}

static bool
parse_id_header(struct rw_reader *r, const char *key, struct rw_oid *ret, struct rw_error *err)
{
	struct rw_str line;

	if (!rw_reader_skip(r, key))
		return rw_fail(err, RW_E_PARSE, "commit: the header \"%.*s\" is missing or misplaced",
		    (int)strlen(key) - 1, key);
	line = rw_reader_line(r);
	if (r->bad || !rw_oid_parse(line, ret))
		return rw_fail(err, RW_E_PARSE, "commit: the header \"%.*s\" holds no object id",
		    (int)strlen(key) - 1, key);
	return true;
}

static bool
parse_parents(struct rw_arena *a, struct rw_reader *r, struct rw_commit *c, struct rw_error *err)
{
	struct rw_oid *parent = NULL, *p;
	size_t n = 0, cap = 0;

	while (r->left >= 7 && memcmp(r->p, "parent ", 7) == 0) {
		if (n == RW_LIMIT_PARENTS)
			return rw_fail(err, RW_E_LIMIT, "commit: more than %d parents", RW_LIMIT_PARENTS);
		p = rw_arena_push(a, &parent, &n, &cap);
		if (p == NULL)
			return rw_arena_ok(a, "commit", err);
		if (!parse_id_header(r, "parent ", p, err))
			return false;
	}
	c->parent = parent;
	c->n_parents = n;
	return true;
}

static bool
parse_person_header(struct rw_reader *r, const char *key, const char *what, struct rw_person *ret,
    struct rw_error *err)
{
	struct rw_str line;

	if (!rw_reader_skip(r, key))
		return rw_fail(err, RW_E_PARSE, "commit: the header \"%s\" is missing or misplaced", what);
	line = rw_reader_line(r);
	if (r->bad)
		return rw_fail(err, RW_E_PARSE, "commit: the header \"%s\" has no end", what);
	return rw_person_parse(line, what, ret, err) || rw_fail_prefix(err, "commit");
}

/* Lines that begin with a space belong to the header above them. */
static void
skip_continuation(struct rw_reader *r)
{
	while (!r->bad && r->left > 0 && *r->p == ' ')
		(void)rw_reader_line(r);
}

static bool
parse_extra(const struct rw_str all, struct rw_reader *r, struct extras *x, struct rw_error *err)
{
	static const char *const fixed[] = { "tree", "parent", "author", "committer" };
	size_t at = all.n - r->left;
	struct rw_str line = rw_reader_line(r);
	const char *space = line.n == 0 ? NULL : memchr(line.p, ' ', line.n);
	struct rw_str key;

	if (r->bad)
		return bad(err, "a header has no end");
	if (space == NULL || space == line.p)
		return rw_fail(err, RW_E_PARSE, "commit: malformed header \"%s\"", RW_SHOW(line));
	key = (struct rw_str){ line.p, (size_t)(space - line.p) };
	for (size_t i = 0; i < RW_ARRAY_LEN(fixed); i++)
		if (rw_str_eqz(key, fixed[i]))
			return rw_fail(err, RW_E_PARSE, "commit: the header \"%s\" is repeated or misplaced",
			    fixed[i]);
	if (rw_str_eqz(key, "encoding")) {
		if (x->encoding)
			return bad(err, "the header \"encoding\" is repeated");
		x->encoding = true;
	}
	skip_continuation(r);
	if (r->bad)
		return bad(err, "a header has no end");
	if (!rw_str_has_prefix(key, "gpgsig"))
		return true;
	if (!rw_str_eqz(key, "gpgsig"))
		return rw_fail(err, RW_E_PARSE, "commit: the header \"%s\" is not supported", RW_SHOW(key));
	if (x->signature_end != 0)
		return bad(err, "the header \"gpgsig\" is repeated");
	x->signature_at = at;
	x->signature_end = all.n - r->left;
	return true;
}

/* The value of a header without its key and without the spaces that begin its further lines. */
static bool
unfold_signature(struct rw_arena *a, struct rw_str header, struct rw_str *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(header);
	size_t n = 0;
	char *out;

	if (header.n > 2 * RW_LIMIT_SIGNATURE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "commit: signature: more than %u bytes",
		    RW_LIMIT_SIGNATURE_BYTES);
	out = rw_arena_alloc(a, header.n);
	if (out == NULL)
		return rw_arena_ok(a, "commit", err);
	(void)rw_reader_skip(&r, "gpgsig");
	while (r.left > 0) {
		struct rw_str line = rw_reader_line(&r);

		memcpy(out + n, line.p + 1, line.n - 1);
		n += line.n - 1;
		out[n++] = '\n';
	}
	return rw_armour_check((struct rw_str){ out, n }, ret, err) || rw_fail_prefix(err, "commit");
}

static bool
cut_payload(struct rw_arena *a, struct rw_str all, const struct extras *x, struct rw_str *ret,
    struct rw_error *err)
{
	size_t cut = x->signature_end - x->signature_at;
	char *out;

	if (cut == 0) {
		*ret = all;
		return true;
	}
	out = rw_arena_alloc(a, all.n - cut);
	if (out == NULL)
		return rw_arena_ok(a, "commit", err);
	memcpy(out, all.p, x->signature_at);
	memcpy(out + x->signature_at, all.p + x->signature_end, all.n - x->signature_end);
	*ret = (struct rw_str){ out, all.n - cut };
	return true;
}

static struct rw_str
first_line(struct rw_str message)
{
	struct rw_reader r = rw_reader_init(message);
	struct rw_str line;

	while (rw_reader_skip(&r, "\n"))
		;
	if (r.left == 0)
		return (struct rw_str){ NULL, 0 };
	message = (struct rw_str){ r.p, r.left };
	line = rw_reader_line(&r);
	return r.bad ? message : line;
}

bool
rw_commit_parse(struct rw_arena *a, struct rw_str bytes, struct rw_commit *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	struct rw_commit c = { .n_parents = 0 };
	struct extras x = { .encoding = false };

	if (bytes.n > RW_LIMIT_COMMIT_BYTES)
		return rw_fail(err, RW_E_LIMIT, "commit: more than %u bytes", RW_LIMIT_COMMIT_BYTES);
	if (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n) != NULL)
		return bad(err, "holds a NUL byte");
	if (!parse_id_header(&r, "tree ", &c.tree, err) || !parse_parents(a, &r, &c, err) ||
	    !parse_person_header(&r, "author ", "author", &c.author, err) ||
	    !parse_person_header(&r, "committer ", "committer", &c.committer, err))
		return false;
	while (r.left > 0 && *r.p != '\n')
		if (!parse_extra(bytes, &r, &x, err))
			return false;
	(void)rw_reader_skip(&r, "\n");
	c.message = rw_reader_bytes(&r, r.left);
	c.subject = first_line(c.message);
	if (x.signature_end != 0 && !unfold_signature(a, (struct rw_str){ bytes.p + x.signature_at,
	    x.signature_end - x.signature_at }, &c.signature, err))
		return false;
	if (!cut_payload(a, bytes, &x, &c.payload, err))
		return false;
	*ret = c;
	return true;
}
