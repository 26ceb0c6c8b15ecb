/* The name of a repository, where no forge says one: the hook and `refwall install` must agree on it. */
#include "refwall/config.h"
#include "refwall/text.h"

/* Cut the real path of root, and the slash behind it, off the front. */
static bool
below(const char *root, struct rw_str *path, struct rw_error *err)
{
	rw_autofree char *real = realpath(root, NULL);
	size_t n;

	if (real == NULL)
		return rw_fail_errno(err, "repositories.root %s", root);
	n = strlen(real);
	if (path->n <= n + 1 || memcmp(path->p, real, n) != 0 || path->p[n] != '/')
		return rw_fail(err, RW_E_CONFIG, "%s is not below repositories.root (%s)", RW_SHOW(*path), root);
	path->p += n + 1;
	path->n -= n + 1;
	return true;
}

bool
rw_repo_name_from_path(struct rw_arena *a, const char *root, const char *git_dir, struct rw_str *ret, struct rw_error *err)
{
	struct rw_str name = rw_str(git_dir);

	if (rw_str_has_suffix(name, "/.git"))
		name.n -= 5;
	else if (rw_str_has_suffix(name, ".git"))
		name.n -= 4;
	if (root != NULL) {
		if (!below(root, &name, err))
			return false;
	} else {
		const char *slash = memrchr(name.p, '/', name.n);

		if (slash != NULL) {
			name.n -= (size_t)(slash + 1 - name.p);
			name.p = slash + 1;
		}
	}
	if (name.n == 0 || name.p[name.n - 1] == '/' || !rw_text_utf8(name))
		return rw_fail(err, RW_E_CONFIG, "the path of the repository gives it no usable name");
	*ret = rw_arena_str(a, name);
	return rw_arena_ok(a, "the repository's name", err);
}
