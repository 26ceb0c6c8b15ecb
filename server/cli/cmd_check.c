/*
 * refwall check: the hook's judgement before pushing. Files and directories are judged by content rules; a range of
 * commits in a repository is judged by all of them, as a push to --ref by --as would be.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/judge.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

#define RW_CHECK_FILES_MAX 200000
#define RW_CHECK_DEPTH_MAX 64

struct collection {
	struct rw_arena *arena;
	const char *root;		/* absolute, without a slash at the end; paths are judged relative to it */
	struct rw_file *file;
	size_t n, cap;
};

static bool
add_file(struct collection *c, const char *path, mode_t mode, struct rw_error *err)
{
	size_t n = strlen(c->root);
	struct rw_file *f;

	/* no rule with paths would look at it, and so all would seem well */
	if (strncmp(path, c->root, n) != 0 || path[n] != '/')
		return rw_fail(err, RW_E_USAGE, "%s is not below %s; --root names the top of the work tree", path,
		    n == 0 ? "/" : c->root);
	if (c->n == RW_CHECK_FILES_MAX)
		return rw_fail(err, RW_E_LIMIT, "more than %d files", RW_CHECK_FILES_MAX);
	f = rw_arena_push(c->arena, &c->file, &c->n, &c->cap);
	if (f == NULL)
		return rw_fail_nomem(err);
	f->handle = rw_arena_strdup(c->arena, path);
	f->path = rw_str((const char *)f->handle + n + 1);
	f->mode = S_ISLNK(mode) ? 0120000 : (mode & 0100) != 0 ? 0100755 : 0100644;
	return rw_arena_ok(c->arena, "list of files", err);
}

static void
close_dirp(DIR **d)
{
	if (*d != NULL)
		closedir(*d);
}

static bool
add_path(struct collection *c, const char *path, unsigned depth, struct rw_error *err)
{
	rw_cleanup(close_dirp) DIR *d = NULL;
	struct stat st;
	struct dirent *e;

	if (lstat(path, &st) != 0)
		return rw_fail_errno(err, "%s", path);
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return add_file(c, path, st.st_mode, err);
	if (!S_ISDIR(st.st_mode))
		return rw_fail(err, RW_E_USAGE, "%s is neither a file nor a directory", path);
	if (depth == RW_CHECK_DEPTH_MAX)
		return rw_fail(err, RW_E_LIMIT, "%s: directories are nested deeper than %d", path, RW_CHECK_DEPTH_MAX);
	d = opendir(path);
	if (d == NULL)
		return rw_fail_errno(err, "%s", path);
	while ((e = readdir(d)) != NULL) {
		const char *child;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, ".git") == 0)
			continue;
		child = rw_arena_printf(c->arena, "%s/%s", path, e->d_name);
		if (child == NULL)
			return rw_fail_nomem(err);
		if (!add_path(c, child, depth + 1, err))
			return false;
	}
	return true;
}

static int
by_path(const void *a, const void *b)
{
	return rw_str_cmp(((const struct rw_file *)a)->path, ((const struct rw_file *)b)->path);
}

static bool
read_one(void *ctx, const struct rw_file *f, size_t max, struct rw_buf *ret, struct rw_error *err)
{
	(void)ctx;
	if (f->mode == 0120000) {
		char target[RW_LIMIT_PATH_BYTES];
		ssize_t n = readlink(f->handle, target, sizeof(target));

		if (n < 0)
			return rw_fail_errno(err, "%s", RW_SHOW(f->path));
		rw_buf_put(ret, target, (size_t)n);
		return rw_buf_ok(ret, "symbolic link", err);
	}
	if (ret->max > max)
		ret->max = max;
	return rw_file_read(AT_FDCWD, f->handle, ret, err);
}

static bool
identity_of(struct rw_invocation *in, const struct rw_policy *p, uint32_t *ret, struct rw_error *err)
{
	const char *as = rw_given(in, "as");

	*ret = RW_IDENTITY_NONE;
	if (as == NULL)
		return true;
	*ret = rw_policy_by_name(p, rw_str(as));
	if (*ret == RW_IDENTITY_NONE)
		*ret = rw_policy_by_account(p, rw_str(as));
	if (*ret == RW_IDENTITY_NONE)
		return rw_fail(err, RW_E_USAGE, "--as %s: the policy knows no identity or account of that name", as);
	return true;
}

static struct rw_str
option_or(struct rw_invocation *in, const char *name, const char *dflt)
{
	const char *z = rw_given(in, name);

	return rw_str(z == NULL ? dflt : z);
}

static bool
check_files(struct rw_invocation *in, const struct rw_policy *policy, struct rw_verdict *ret, struct rw_error *err)
{
	struct collection c = { .arena = in->arena };
	const char *root_given = rw_given(in, "root");
	rw_autofree char *root = realpath(root_given == NULL ? "." : root_given, NULL);
	struct rw_judge_files files = {
		.policy = policy,
		.repo_name = option_or(in, "repo-name", ""),
		.ref = option_or(in, "ref", "refs/heads/main"),
		.read = read_one,
	};

	if (root == NULL)
		return rw_fail_errno(err, "--root %s", root_given == NULL ? "." : root_given);
	c.root = strcmp(root, "/") == 0 ? "" : root;
	for (size_t i = 0; i < in->n_args; i++) {
		rw_autofree char *dir = NULL;
		const char *slash = strrchr(in->arg[i], '/'), *path;
		struct stat st;

		/* A link that is named on the command line is judged as a link, so only its directory is resolved. */
		if (lstat(in->arg[i], &st) != 0)
			return rw_fail_errno(err, "%s", in->arg[i]);
		if (S_ISLNK(st.st_mode)) {
			rw_autofree char *parent = slash == NULL ? strdup(".") : strndup(in->arg[i], (size_t)(slash - in->arg[i]) + 1);

			dir = parent == NULL ? NULL : realpath(parent, NULL);
			path = dir == NULL ? NULL : rw_arena_printf(in->arena, "%s/%s", dir, slash == NULL ? in->arg[i] : slash + 1);
		} else {
			dir = realpath(in->arg[i], NULL);
			path = dir;
		}
		if (path == NULL)
			return rw_fail_errno(err, "%s", in->arg[i]);
		if (!add_path(&c, path, 0, err))
			return false;
	}
	if (c.n > 0)
		qsort(c.file, c.n, sizeof(*c.file), by_path);
	files.file = c.file;
	files.n_files = c.n;
	return identity_of(in, policy, &files.as, err) && rw_judge_files(&files, in->arena, ret, err);
}

/* "A..B" to commit ids, by git. */
static bool
resolve(struct rw_invocation *in, const char *git_dir, const char *rev, struct rw_oid *ret, struct rw_error *err)
{
	const char *spec = rw_arena_printf(in->arena, "%s^{commit}", rev);
	const char *const argv[] = { "git", "--git-dir", git_dir, "rev-parse", "--verify", "--end-of-options", spec, NULL };
	const char *line = NULL;

	if (spec == NULL)
		return rw_fail_nomem(err);
	if (!rw_cli_git(in->arena, argv, &line, err) || !rw_oid_parse(rw_str(line), ret))
		return rw_fail(err, RW_E_USAGE, "\"%s\" names no commit in %s", rev, git_dir);
	return true;
}

static bool
check_range(struct rw_invocation *in, const struct rw_policy *policy, struct rw_verdict *ret, struct rw_error *err)
{
	const char *ask[] = { "git", "-C", rw_given(in, "repo"), "rev-parse", "--absolute-git-dir", NULL };
	const char *git_dir = NULL, *dots = strstr(in->arg[0], ".."), *from;
	struct rw_repo_location where;
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_ref_update u = { .name = option_or(in, "ref", "refs/heads/main") };
	struct rw_judge_input judge = {
		.policy = policy, .push = { &u, 1 }, .repo_name = option_or(in, "repo-name", ""), .now = in->now, .rehearse = true,
	};

	if (in->n_args != 1 || dots == NULL || dots[2] == '.')
		return rw_fail(err, RW_E_USAGE, "with --repo, one range is wanted: origin/main..HEAD");
	from = rw_arena_strndup(in->arena, in->arg[0], (size_t)(dots - in->arg[0]));
	if (from == NULL)
		return rw_fail_nomem(err);
	if (!rw_refname_valid(u.name))
		return rw_fail(err, RW_E_USAGE, "--ref wants a full name, such as refs/heads/main");
	if (!rw_cli_git(in->arena, ask, &git_dir, err))
		return false;
	if (!resolve(in, git_dir, from[0] == '\0' ? "HEAD" : from, &u.old_id, err) ||
	    !resolve(in, git_dir, dots[2] == '\0' ? "HEAD" : dots + 2, &u.new_id, err))
		return false;
	where = (struct rw_repo_location){ .path = git_dir };
	if (!identity_of(in, policy, &judge.as, err) || !rw_git_init(err) || !rw_repo_open(&where, &repo, err))
		return false;
	judge.repo = repo;
	return rw_judge_push(&judge, in->arena, ret, err);
}

static int
run(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_policy struct rw_policy *policy = NULL;
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	const char *format = rw_given(in, "format");
	struct rw_verdict v = { .accepted = false };
	struct rw_report_options o = { .entry = -1 };
	bool json = format != NULL && strcmp(format, "json") == 0;

	if (format != NULL && !json && strcmp(format, "text") != 0)
		return rw_usage(err, "--format is text or json");
	if (!rw_policy_load(rw_given(in, "policy"), &policy, err))
		return RW_EXIT_FAILED;
	if (!(rw_given(in, "repo") != NULL ? check_range : check_files)(in, policy, &v, err))
		return err->code == RW_E_USAGE ? RW_EXIT_USAGE : RW_EXIT_FAILED;
	o.repo_name = option_or(in, "repo-name", "");
	if (json) {
		rw_report_json(&v, true, &out);
		rw_buf_putc(&out, '\n');
	} else {
		rw_report_text(&v, &o, &out);
	}
	if (!rw_buf_ok(&out, "the report", err))
		return RW_EXIT_FAILED;
	if (fwrite(rw_buf_cstr(&out), 1, out.len, stdout) != out.len) {
		(void)rw_fail_errno(err, "standard output");
		return RW_EXIT_FAILED;
	}
	return v.accepted ? RW_EXIT_OK : RW_EXIT_FINDING;
}

static const struct rw_option options[] = {
	{ "policy", "FILE", "the policy to judge by", false, true },
	{ "format", "FORMAT", "text or json", false, false },
	{ "root", "DIR", "what paths are relative to (the current directory)", false, false },
	{ "repo", "REPO", "judge a range of commits of this repository", false, false },
	{ "repo-name", "NAME", "the repository's name, for rules limited to some", false, false },
	{ "ref", "REF", "the ref that would be pushed to (refs/heads/main)", false, false },
	{ "as", "ID", "who would push: an identity or account of the policy", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct rw_command rw_cmd_check = {
	"check", "PATH...|A..B", "judge files, directories or a range as the hook would", options, 1, 10000, run,
};
