#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "policy/git/internal.h"
#include "refwall/text.h"

static char *
join(const char *dir, const char *name, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(PATH_MAX);

	rw_buf_puts(&b, dir);
	rw_buf_putc(&b, '/');
	rw_buf_puts(&b, name);
	if (!rw_buf_ok(&b, "path", err))
		return NULL;
	return rw_buf_detach(&b);
}

/* A small file of the git directory; not there: empty, and false in ret_there. */
static bool
read_small(const char *dir, const char *name, struct rw_buf *ret, bool *ret_there, struct rw_error *err)
{
	rw_autofree char *path = join(dir, name, err);
	struct rw_error e = RW_ERROR_INIT;

	*ret_there = false;
	if (path == NULL)
		return false;
	*ret_there = rw_file_read(AT_FDCWD, path, ret, &e);
	if (!*ret_there && e.code != RW_E_NOT_FOUND) {
		*err = e;
		return false;
	}
	return true;
}

char *
rw_git_common_dir(const char *git_dir, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(PATH_MAX);
	rw_autofree char *joined = NULL;
	struct stat st;
	char *real;
	bool there;

	if (stat(git_dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
		(void)rw_fail(err, RW_E_NOT_FOUND, "%s: is no git directory", RW_SHOW(rw_str(git_dir)));
		return NULL;
	}
	if (!read_small(git_dir, "commondir", &b, &there, err))
		return NULL;
	while (b.len > 0 && (b.data[b.len - 1] == '\n' || b.data[b.len - 1] == '\r'))
		rw_buf_truncate(&b, b.len - 1);
	if (there && b.len > 0 && b.data[0] != '/') {
		joined = join(git_dir, b.data, err);
		if (joined == NULL)
			return NULL;
	}
	real = realpath(joined != NULL ? joined : there && b.len > 0 ? b.data : git_dir, NULL);
	if (real == NULL)
		(void)rw_fail_errno(err, "%s: what its file \"commondir\" names", RW_SHOW(rw_str(git_dir)));
	return real;
}

static bool
parse_file(const char *common_dir, rw_gitconfig_fn *fn, void *ctx, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_GIT_CONFIG_BYTES);
	bool there;

	if (!read_small(common_dir, "config", &b, &there, err))
		return false;
	if (there && !rw_gitconfig_parse(rw_buf_str(&b), fn, ctx, err))
		return rw_fail_prefix(err, "%s", RW_SHOW(rw_str(common_dir)));
	return true;
}

/* ---- one value ---- */

struct wanted {
	const char *key;
	struct rw_arena *arena;
	struct rw_str found;
	unsigned line;
};

static bool
equal_nocase(struct rw_str lower_case, struct rw_str s)
{
	if (lower_case.n != s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower_case.p[i])
			return false;
	}
	return true;
}

/* "section.key" or "section.any.thing.key": names without regard to case, what is between them exactly. */
static bool
is_key(const struct rw_gitconfig_entry *e, const char *key)
{
	const char *first = strchr(key, '.');
	const char *last = strrchr(key, '.');
	struct rw_str section, sub = { NULL, 0 };

	if (first == NULL)
		return false;
	section = (struct rw_str){ key, (size_t)(first - key) };
	if (last != first)
		sub = (struct rw_str){ first + 1, (size_t)(last - first - 1) };
	return equal_nocase(e->section, section) && equal_nocase(e->key, rw_str(last + 1)) &&
	    (e->subsection.p == NULL) == (last == first) && rw_str_eq(e->subsection, sub);
}

static bool
find_value(void *ctx, const struct rw_gitconfig_entry *e, struct rw_error *err)
{
	struct wanted *w = ctx;

	if (!is_key(e, w->key))
		return true;
	if (w->line != 0)
		return rw_fail(err, RW_E_PARSE, "git config: line %u: %s is set twice, first in line %u",
		    e->line, w->key, w->line);
	if (!e->has_value)
		return rw_fail(err, RW_E_PARSE, "git config: line %u: %s has no value", e->line, w->key);
	w->line = e->line;
	w->found = rw_arena_str(w->arena, e->value);
	return rw_arena_ok(w->arena, "git config", err);
}

bool
rw_repo_config(struct rw_arena *a, const char *git_dir, const char *key, struct rw_str *ret,
    struct rw_error *err)
{
	rw_autofree char *common = rw_git_common_dir(git_dir, err);
	struct wanted w = { .key = key, .arena = a };

	if (common == NULL || !parse_file(common, find_value, &w, err))
		return false;
	*ret = w.found;
	return true;
}

/* ---- the repository's format: gitrepository-layout(5), "repository format" ---- */

/* What may be set without harm. Everything else changes how the repository is to be read. */
static const struct {
	const char *key, *value;	/* NULL: any value */
} harmless[] = {
	{ "noop", NULL },
	{ "noop-v1", NULL },
	{ "preciousobjects", NULL },
	{ "objectformat", "sha1" },
	{ "refstorage", "files" },
};

static bool
check_entry(void *ctx, const struct rw_gitconfig_entry *e, struct rw_error *err)
{
	(void)ctx;
	if (rw_str_eqz(e->section, "core") && e->subsection.p == NULL &&
	    rw_str_eqz(e->key, "repositoryformatversion")) {
		if (!rw_str_eqz(e->value, "0") && !rw_str_eqz(e->value, "1"))
			return rw_fail(err, RW_E_UNSUPPORTED,
			    "repository format version \"%s\" is not supported", RW_SHOW(e->value));
		return true;
	}
	if (!rw_str_eqz(e->section, "extensions"))
		return true;
	for (size_t i = 0; i < RW_ARRAY_LEN(harmless); i++)
		if (rw_str_eqz(e->key, harmless[i].key) &&
		    (harmless[i].value == NULL || rw_str_eqz(e->value, harmless[i].value)))
			return true;
	return rw_fail(err, RW_E_UNSUPPORTED,
	    "extensions.%s=%s is not supported: Refwall reads SHA-1 repositories whose refs "
	    "are files",
	    RW_SHOW(e->key), RW_SHOW(e->value));
}

bool
rw_git_check_format(const char *common_dir, struct rw_error *err)
{
	return parse_file(common_dir, check_entry, NULL, err);
}
