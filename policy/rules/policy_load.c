/* From a file name to a policy: read the file and its includes, parse them, and have the parts compiled. */
#include <fcntl.h>

#include "refwall/encoding.h"
#include "refwall/text.h"
#include "policy/rules/builder.h"

#define INCLUDE_DEPTH_MAX 16

static const struct rw_builder_key top_keys[RW_TOP_MAX] = {
	[RW_TOP_VERSION] = { "version", RW_KEY_OPTIONAL },	/* required in the first file */
	[RW_TOP_INCLUDE] = { "include", RW_KEY_OPTIONAL },
	[RW_TOP_IDENTITIES] = { "identities", RW_KEY_OPTIONAL },
	[RW_TOP_GROUPS] = { "groups", RW_KEY_OPTIONAL },
	[RW_TOP_REFS] = { "refs", RW_KEY_OPTIONAL },
	[RW_TOP_SCOPE] = { "scope", RW_KEY_OPTIONAL },
	[RW_TOP_RULES] = { "rules", RW_KEY_OPTIONAL },
	[RW_TOP_REVOKED] = { "revoked", RW_KEY_OPTIONAL },
	[RW_TOP_OVERRIDE] = { "override", RW_KEY_LATER },
};

/* ---- a policy's life ---- */

struct rw_policy *
rw_policy_new(struct rw_policy_index **ret_index)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	struct rw_policy_index *index;
	struct rw_policy *p;

	if (a == NULL)
		return NULL;
	p = rw_arena_alloc(a, sizeof(*p));
	index = rw_arena_alloc(a, sizeof(*index));
	if (p == NULL || index == NULL)
		return NULL;
	p->index = *ret_index = index;
	p->arena = rw_steal(&a);
	return p;
}

void
rw_policy_free(struct rw_policy *p)
{
	char *bytes;

	if (p == NULL)
		return;
	bytes = p->index->bytes;
	rw_arena_free(p->arena);
	free(bytes);
}

void
rw_policy_freep(struct rw_policy **p)
{
	rw_policy_free(*p);
	*p = NULL;
}

/* ---- files ---- */

static bool
version_check(struct rw_policy_builder *b, const struct rw_yaml_node *n, struct rw_error *err)
{
	uint64_t v;

	if (n->kind != RW_YAML_SCALAR || n->style != RW_YAML_PLAIN || !rw_text_u64(n->value, UINT32_MAX, &v))
		return rw_strict_fail(&b->strict, n, err, "version: wanted the number 1");
	return v == 1 || rw_strict_fail(&b->strict, n, err,
	    "version %u of the policy language is not known to this program, wanted version: 1", (unsigned)v);
}

/* What holds for the whole policy stands where it is looked for. */
static bool
first_only(struct rw_policy_builder *b, const struct rw_yaml_node *root, const struct rw_yaml_node *const *top,
    struct rw_error *err)
{
	static const enum rw_top_key only[] = { RW_TOP_REFS, RW_TOP_SCOPE, RW_TOP_REVOKED };

	for (size_t i = 0; i < RW_ARRAY_LEN(only); i++)
		if (top[only[i]] != NULL)
			return rw_strict_fail(&b->strict, rw_yaml_get_key(root, top_keys[only[i]].name), err,
			    "'%s' holds for the whole policy: it may stand only in %s", top_keys[only[i]].name,
			    b->source[0].name);
	return true;
}

/* Add a file whose name is in the policy's arena. Its includes are not looked at here. */
static bool
source_add(struct rw_policy_builder *b, const char *name, uint32_t parent, struct rw_pos included,
    struct rw_str bytes, struct rw_error *err)
{
	struct rw_builder_key keys[RW_TOP_MAX];
	struct rw_builder_source *s;
	const struct rw_yaml_node *root;

	memcpy(keys, top_keys, sizeof(keys));
	s = rw_arena_push(b->scratch, &b->source, &b->n_sources, &b->source_cap);
	if (s == NULL)
		return rw_builder_ok(b, err);
	s->name = name;
	s->parent = parent;
	s->included = included;
	rw_sha256(bytes, s->sha256);
	rw_builder_enter(b, b->n_sources - 1);
	if (b->n_sources == 1)
		keys[RW_TOP_VERSION].is = RW_KEY_REQUIRED;
	if (!rw_strict_load(&b->strict, bytes, &root, err) ||
	    !rw_builder_map(b, root, "a policy", keys, RW_TOP_MAX, s->top, err))
		return false;
	if (b->n_sources > 1 && !first_only(b, root, s->top, err))
		return false;
	return s->top[RW_TOP_VERSION] == NULL || version_check(b, s->top[RW_TOP_VERSION], err);
}

static size_t
source_find(const struct rw_policy_builder *b, const char *name)
{
	size_t i = 0;

	while (i < b->n_sources && strcmp(b->source[i].name, name) != 0)
		i++;
	return i;
}

static bool includes(struct rw_policy_builder *b, uint32_t from, unsigned depth, struct rw_error *err);

/* One file that an include names: read it, and go on with its own includes. */
static bool
include_file(struct rw_policy_builder *b, uint32_t from, const struct rw_yaml_node *at, const char *name,
    unsigned depth, struct rw_error *err)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	struct rw_pos pos = rw_builder_pos(b, at);
	struct rw_error inner = RW_ERROR_INIT;
	size_t known = source_find(b, name);
	char *kept;

	for (uint32_t up = from;; up = b->source[up].parent) {
		if (up == known)
			return rw_strict_fail(&b->strict, at, err, "include: %s would include itself", name);
		if (up == 0)
			break;
	}
	if (known < b->n_sources)
		return rw_strict_fail(&b->strict, at, err, "include: %s is included already at %s:%u:%u", name,
		    b->source[known].included.file, b->source[known].included.line, b->source[known].included.col);
	if (b->n_sources == RW_LIMIT_POLICY_FILES)
		return rw_strict_fail(&b->strict, at, err, "include: a policy has at most %d files",
		    RW_LIMIT_POLICY_FILES);
	if (depth == INCLUDE_DEPTH_MAX)
		return rw_strict_fail(&b->strict, at, err, "include: files include each other deeper than %d",
		    INCLUDE_DEPTH_MAX);
	if (!rw_source_read(b->dir, name, &bytes, &inner))
		return inner.code == RW_E_NOMEM ? rw_fail_nomem(err) :
		    rw_strict_fail(&b->strict, at, err, "include: %s", inner.msg);
	kept = rw_arena_strdup(b->arena, name);
	if (kept == NULL)
		return rw_builder_ok(b, err);
	known = b->n_sources;
	if (!source_add(b, kept, from, pos, rw_buf_str(&bytes), err))
		return false;
	if (!includes(b, (uint32_t)known, depth + 1, err))
		return false;
	rw_builder_enter(b, from);
	return true;
}

static bool
include_pattern(struct rw_policy_builder *b, uint32_t from, const struct rw_yaml_node *at, struct rw_str pattern,
    unsigned depth, struct rw_error *err)
{
	struct rw_error inner = RW_ERROR_INIT;
	const char *fault = rw_source_pattern_fault(pattern);
	struct rw_policy_include *inc;
	const char *const *name;
	uint32_t *result;
	size_t n, self;

	if (fault != NULL)
		return rw_strict_fail(&b->strict, at, err, "include: '%s' %s", RW_SHOW(pattern), fault);
	if (!rw_source_expand(b->dir, b->source[from].name, pattern, b->scratch, &name, &n, &inner))
		return inner.code == RW_E_NOMEM ? rw_fail_nomem(err) :
		    rw_strict_fail(&b->strict, at, err, "include: %s", inner.msg);
	if (n == 0)
		return rw_strict_fail(&b->strict, at, err, "include: '%s' names no file", RW_SHOW(pattern));
	self = b->n_includes;
	inc = rw_arena_push(b->scratch, &b->include, &b->n_includes, &b->include_cap);
	result = rw_arena_array(b->arena, n, sizeof(*result));
	if (inc == NULL || result == NULL)
		return rw_builder_ok(b, err);
	inc->source = from;
	inc->pattern = rw_builder_keep(b, pattern);
	for (size_t i = 0; i < n; i++) {
		result[i] = (uint32_t)b->n_sources;
		if (!include_file(b, from, at, name[i], depth, err))
			return false;
	}
	b->include[self].result = result;
	b->include[self].n = n;
	return true;
}

static bool
includes(struct rw_policy_builder *b, uint32_t from, unsigned depth, struct rw_error *err)
{
	const struct rw_yaml_node *n = b->source[from].top[RW_TOP_INCLUDE];
	const struct rw_str *pattern;
	size_t count;

	if (n == NULL)
		return true;
	if (b->dir < 0)
		return rw_strict_fail(&b->strict, n, err, "include: is possible only in a policy that is a file");
	if (!rw_strict_strs(&b->strict, n, "include", 1, &pattern, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!include_pattern(b, from, n->kind == RW_YAML_SEQ ? n->item[i] : n, pattern[i], depth, err))
			return false;
	return true;
}

/* ---- other files ---- */

static uint32_t
source_now(const struct rw_policy_builder *b)
{
	uint32_t i = 0;

	while (strcmp(b->source[i].name, b->strict.file) != 0)
		i++;
	return i;
}

bool
rw_builder_file(struct rw_policy_builder *b, const struct rw_yaml_node *at, const char *what, struct rw_str name,
    struct rw_buf *ret, struct rw_error *err)
{
	struct rw_error inner = RW_ERROR_INIT;
	const char *fault = rw_source_pattern_fault(name);
	uint32_t from = source_now(b);
	struct rw_builder_source *s;
	const char *const *found;
	size_t n;

	for (size_t i = 0; fault == NULL && i < name.n; i++)
		if (strchr("*?[", name.p[i]) != NULL)
			fault = "has a wildcard in it, wanted the name of one file";
	if (fault != NULL)
		return rw_strict_fail(&b->strict, at, err, "%s: '%s' %s", what, RW_SHOW(name), fault);
	if (b->dir < 0)
		return rw_strict_fail(&b->strict, at, err, "%s: is possible only in a policy that is a file", what);
	if (!rw_source_expand(b->dir, b->source[from].name, name, b->scratch, &found, &n, &inner) ||
	    (n == 1 && !rw_source_read(b->dir, found[0], ret, &inner)))
		return inner.code == RW_E_NOMEM ? rw_fail_nomem(err) :
		    rw_strict_fail(&b->strict, at, err, "%s: %s", what, inner.msg);
	if (n != 1)
		return rw_strict_fail(&b->strict, at, err, "%s: '%s' names no file", what, RW_SHOW(name));
	s = rw_arena_push(b->scratch, &b->source, &b->n_sources, &b->source_cap);
	if (s == NULL)
		return rw_builder_ok(b, err);
	s->name = rw_arena_strdup(b->arena, found[0]);
	s->parent = from;
	s->included = rw_builder_pos(b, at);
	rw_sha256(rw_buf_str(ret), s->sha256);
	return rw_builder_ok(b, err);
}

/* ---- all together ---- */

/* What `sha256sum FILE...` prints, hashed. */
static bool
digest(const struct rw_policy_index *index, char out[65], struct rw_error *err)
{
	struct rw_sha256 *h = rw_sha256_new();
	uint8_t sum[RW_SHA256_LEN];
	char hex[2 * RW_SHA256_LEN + 1];

	if (h == NULL)
		return rw_fail_nomem(err);
	for (size_t i = 0; i < index->n_sources; i++) {
		rw_sha256_update(h, rw_str(rw_hex_encode(index->source[i].sha256, RW_SHA256_LEN, hex)));
		rw_sha256_update(h, rw_str("  "));
		rw_sha256_update(h, rw_str(index->source[i].name));
		rw_sha256_update(h, rw_str("\n"));
	}
	rw_sha256_final(h, sum);
	(void)rw_hex_encode(sum, sizeof(sum), out);
	return true;
}

/* Copy a list that was collected in the scratch memory to where the policy lives. */
static void *
keep_list(struct rw_policy_builder *b, const void *v, size_t n, size_t size)
{
	void *kept = rw_arena_array(b->arena, n, size);

	if (kept != NULL && n > 0)
		memcpy(kept, v, n * size);
	return kept;
}

static bool
finish(struct rw_policy_builder *b, struct rw_error *err)
{
	struct rw_policy_index *x = b->index;
	struct rw_policy_source *source = rw_arena_array(b->arena, b->n_sources, sizeof(*source));
	const char **file = rw_arena_array(b->arena, b->n_sources, sizeof(*file));

	if (source == NULL || file == NULL)
		return rw_builder_ok(b, err);
	for (size_t i = 0; i < b->n_sources; i++) {
		source[i].name = file[i] = b->source[i].name;
		memcpy(source[i].sha256, b->source[i].sha256, RW_SHA256_LEN);
	}
	x->source = source;
	x->n_sources = b->n_sources;
	x->file = file;
	x->include = keep_list(b, b->include, b->n_includes, sizeof(*b->include));
	x->n_includes = b->n_includes;
	x->set = keep_list(b, b->set, b->n_sets, sizeof(*b->set));
	x->n_sets = b->n_sets;
	x->note = keep_list(b, b->note, b->n_notes, sizeof(*b->note));
	x->n_notes = b->n_notes;
	return rw_builder_ok(b, err) && digest(x, b->policy->digest, err);
}

static bool
load(const char *name, int dir, struct rw_str bytes, struct rw_policy **ret, struct rw_error *err)
{
	struct rw_policy_index *index;
	rw_auto_policy struct rw_policy *p = rw_policy_new(&index);
	rw_auto_arena struct rw_arena *scratch = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	struct rw_policy_builder b = { .scratch = scratch, .policy = p, .dir = dir };
	struct rw_pos nowhere = { "", 0, 0 };
	char *kept;

	*ret = NULL;
	if (p == NULL || scratch == NULL)
		return rw_fail_nomem(err);
	b.arena = p->arena;
	b.index = index;
	b.strict = (struct rw_strict){ name, scratch, RW_E_POLICY };
	kept = rw_arena_strdup(p->arena, name);
	if (kept == NULL)
		return rw_builder_ok(&b, err);
	if (!source_add(&b, kept, 0, nowhere, bytes, err) || !includes(&b, 0, 0, err) ||
	    !rw_builder_revoked(&b, err) || !rw_builder_identities(&b, err) || !rw_builder_groups(&b, err) ||
	    !rw_builder_rules(&b, err))
		return false;
	rw_builder_lint(&b);
	if (!finish(&b, err))
		return false;
	*ret = rw_steal(&p);
	return true;
}

bool
rw_policy_parse(const char *name, struct rw_str bytes, struct rw_policy **ret, struct rw_error *err)
{
	return load(name, -1, bytes, ret, err);
}

bool
rw_policy_load(const char *path, struct rw_policy **ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	rw_autoclose int dir = -1;
	const char *base;

	*ret = NULL;
	if (!rw_source_open_dir(path, &dir, &base, err) || !rw_file_read(AT_FDCWD, path, &bytes, err))
		return false;
	return load(base, dir, rw_buf_str(&bytes), ret, err);
}
