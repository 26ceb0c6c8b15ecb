/*
 * The compiled copy of a policy. A hook starts for every push, and most of what it would do then is parse the same YAML
 * again; the copy is used when every file that it was made of is what it was, and no include names another set of files.
 *
 *	8 bytes magic | u32 version | 32 bytes layout | u64 length | 32 bytes SHA-256 of the body | body
 *
 * The layout is a digest over what the body's form depends on besides the version: the program's own version and its
 * kinds of checks.
 */
#include <fcntl.h>
#include <stdio.h>

#include "refwall/reader.h"
#include "policy/rules/index.h"
#include "policy/rules/rule.h"

#define MAGIC "RWPOLICY"
#define FORMAT 5
#define HEADER (8 + 4 + RW_SHA256_LEN + 8 + RW_SHA256_LEN)
#define CACHE_NAME "policy.cache"
#define CACHE_MODE 0660

static bool
layout(uint8_t out[RW_SHA256_LEN], struct rw_error *err)
{
	struct rw_sha256 *h = rw_sha256_new();

	if (h == NULL)
		return rw_fail_nomem(err);
	rw_sha256_update(h, RW_STR_LIT(PACKAGE_VERSION));
	for (size_t i = 0; rw_rule_types[i] != NULL; i++) {
		uint8_t size[2] = {
			(uint8_t)(rw_rule_types[i]->conf_size >> 8), (uint8_t)rw_rule_types[i]->conf_size
		};

		rw_sha256_update(h, (struct rw_str){ rw_rule_types[i]->name, strlen(rw_rule_types[i]->name) + 1 });
		rw_sha256_update(h, (struct rw_str){ (const char *)size, sizeof(size) });
	}
	rw_sha256_final(h, out);
	return true;
}

bool
rw_policy_cache_write(const struct rw_policy *p, struct rw_buf *b, struct rw_error *err)
{
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	uint8_t sum[RW_SHA256_LEN], form[RW_SHA256_LEN];

	if (!rw_policy_encode(p, &body, err) || !layout(form, err))
		return false;
	rw_sha256(rw_buf_str(&body), sum);
	rw_buf_puts(b, MAGIC);
	rw_buf_put_u32(b, FORMAT);
	rw_buf_put(b, form, sizeof(form));
	rw_buf_put_u64(b, body.len);
	rw_buf_put(b, sum, sizeof(sum));
	rw_buf_put_str(b, rw_buf_str(&body));
	return rw_buf_ok(b, "compiled policy", err);
}

bool
rw_policy_cache_read(char *bytes, size_t n, struct rw_policy **ret, struct rw_error *err)
{
	rw_autofree char *own = bytes;
	struct rw_reader r = rw_reader_init((struct rw_str){ bytes, n });
	struct rw_str magic = rw_reader_bytes(&r, 8);
	uint32_t version = rw_reader_u32(&r);
	struct rw_str form = rw_reader_bytes(&r, RW_SHA256_LEN);
	uint64_t length = rw_reader_u64(&r);
	struct rw_str sum = rw_reader_bytes(&r, RW_SHA256_LEN);
	uint8_t is[RW_SHA256_LEN], wanted[RW_SHA256_LEN];
	struct rw_policy *p;

	*ret = NULL;
	if (r.bad || !rw_str_eqz(magic, MAGIC) || length != r.left)
		return rw_fail(err, RW_E_PARSE, "compiled policy: is no compiled policy, or not all of it");
	if (!layout(wanted, err))
		return false;
	if (version != FORMAT || memcmp(form.p, wanted, sizeof(wanted)) != 0)
		return rw_fail(err, RW_E_UNSUPPORTED, "compiled policy: was made by another version");
	rw_sha256((struct rw_str){ r.p, r.left }, is);
	if (memcmp(sum.p, is, sizeof(is)) != 0)
		return rw_fail(err, RW_E_PARSE, "compiled policy: is damaged");
	if (!rw_policy_decode(rw_steal(&own), HEADER, n, &p, err))
		return false;
	p->from_cache = true;
	*ret = p;
	return true;
}

/* ---- is it still the same policy? ---- */

static bool
source_same(int dir, const char *path, const struct rw_policy_source *s, bool first, struct rw_buf *bytes)
{
	struct rw_error ignored = RW_ERROR_INIT;
	uint8_t sum[RW_SHA256_LEN];

	if (first ? !rw_file_read(AT_FDCWD, path, bytes, &ignored) : !rw_source_read(dir, s->name, bytes, &ignored))
		return false;
	rw_sha256(rw_buf_str(bytes), sum);
	return memcmp(sum, s->sha256, sizeof(sum)) == 0;
}

static bool
include_same(int dir, const struct rw_policy_index *x, const struct rw_policy_include *inc, struct rw_arena *a)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const char *const *name;
	size_t n;

	if (rw_source_pattern_fault(inc->pattern) != NULL ||
	    !rw_source_expand(dir, x->source[inc->source].name, inc->pattern, a, &name, &n, &ignored) || n != inc->n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(name[i], x->source[inc->result[i]].name) != 0)
			return false;
	return true;
}

static bool
still_same(const struct rw_policy *p, int dir, const char *path, const char *base)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	const struct rw_policy_index *x = p->index;

	if (a == NULL || strcmp(x->source[0].name, base) != 0)
		return false;
	for (size_t i = 0; i < x->n_sources; i++)
		if (!source_same(dir, path, &x->source[i], i == 0, &bytes))
			return false;
	for (size_t i = 0; i < x->n_includes; i++)
		if (!include_same(dir, x, &x->include[i], a))
			return false;
	return true;
}

static bool
cache_load(const char *path, const char *cache, struct rw_policy **ret)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	rw_auto_policy struct rw_policy *p = NULL;
	struct rw_error ignored = RW_ERROR_INIT;
	rw_autoclose int dir = -1;
	const char *base;
	size_t n;

	if (!rw_source_open_dir(path, &dir, &base, &ignored) || !rw_file_read(AT_FDCWD, cache, &bytes, &ignored))
		return false;
	n = bytes.len;
	if (!rw_policy_cache_read(rw_buf_detach(&bytes), n, &p, &ignored) || !still_same(p, dir, path, base))
		return false;
	*ret = rw_steal(&p);
	return true;
}

static void
cache_save(const struct rw_policy *p, const char *cache)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	struct rw_error ignored = RW_ERROR_INIT;

	if (rw_policy_cache_write(p, &bytes, &ignored))
		(void)!rw_file_write(cache, rw_buf_str(&bytes), CACHE_MODE, false, &ignored);
}

bool
rw_policy_load_cached(const char *path, const char *cache_dir, struct rw_policy **ret, struct rw_error *err)
{
	rw_autofree char *cache = NULL;
	size_t size = strlen(cache_dir) + sizeof("/" CACHE_NAME);

	*ret = NULL;
	cache = malloc(size);
	if (cache == NULL)
		return rw_fail_nomem(err);
	(void)snprintf(cache, size, "%s/" CACHE_NAME, cache_dir);
	if (cache_load(path, cache, ret))
		return true;
	if (!rw_policy_load(path, ret, err))
		return false;
	cache_save(*ret, cache);
	return true;
}
