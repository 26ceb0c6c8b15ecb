/* refwall install: put the hooks into repositories, keep what was there, record the baseline. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/encoding.h"
#include "refwall/git.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

static const char *const hook_names[] = { "pre-receive", "post-receive" };

/* What every guarded repository is told; a size that is already smaller stays. */
static const struct {
	const char *key, *value;
	bool is_size;
} git_settings[] = {
	{ "receive.fsckObjects", "true", false },
	{ "receive.maxInputSize", "256m", true },
	{ "core.useReplaceRefs", "false", false },
	{ "receive.advertiseAtomic", "true", false },
};

/* refwall-hook: beside this program in a build tree, else where `make install` puts it. */
static bool
find_hook(struct rw_invocation *in, const char **ret, struct rw_error *err)
{
	const char *given = rw_given(in, "hook");
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *path = given;
	rw_autofree char *real = NULL;

	if (path == NULL && n > 0) {
		char *slash;

		self[n] = '\0';
		slash = strrchr(self, '/');
		path = rw_arena_printf(in->arena, "%.*s/refwall-hook", (int)(slash - self), self);
		if (path == NULL)
			return rw_fail_nomem(err);
		if (access(path, X_OK) != 0)
			path = NULL;
	}
	if (path == NULL)
		path = RW_HOOK_PATH;
	real = realpath(path, NULL);
	if (real == NULL || access(real, X_OK) != 0)
		return rw_fail(err, RW_E_NOT_FOUND, "%s: there is no refwall-hook to install (--hook FILE names it)", path);
	*ret = rw_arena_strdup(in->arena, real);
	return rw_arena_ok(in->arena, "path of the hook", err);
}

/* Link one hook; a foreign one that is there is kept as NAME.chained and runs first. */
static bool
link_hook(struct rw_arena *a, const char *git_dir, const char *name, const char *hook, bool *ret_chained, struct rw_error *err)
{
	const char *path = rw_arena_printf(a, "%s/hooks/%s", git_dir, name);
	const char *kept = rw_arena_printf(a, "%s/hooks/%s.chained", git_dir, name);
	const char *fresh = rw_arena_printf(a, "%s/hooks/.%s.refwall", git_dir, name);
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (path == NULL || kept == NULL || fresh == NULL)
		return rw_fail_nomem(err);
	*ret_chained = false;
	if (lstat(path, &st) == 0) {
		n = S_ISLNK(st.st_mode) ? readlink(path, target, sizeof(target) - 1) : -1;
		target[n > 0 ? n : 0] = '\0';
		if (n <= 0 || strstr(target, "/refwall-hook") == NULL) {
			if (access(kept, F_OK) == 0)
				return rw_fail(err, RW_E_EXISTS, "%s and %s are both there; remove one", path, kept);
			if (rename(path, kept) != 0)
				return rw_fail_errno(err, "cannot keep %s as %s", path, kept);
		}
	}
	*ret_chained = access(kept, F_OK) == 0;
	(void)unlink(fresh);
	if (symlink(hook, fresh) != 0 || rename(fresh, path) != 0)
		return rw_fail_errno(err, "%s", path);
	return true;
}

static bool
git_config(struct rw_arena *a, const char *git_dir, const char *key, const char *value, struct rw_error *err)
{
	const char *const argv[] = { "git", "--git-dir", git_dir, "config", "--local", "--replace-all", key, value, NULL };

	return rw_cli_git(a, argv, NULL, err);
}

/* A size as git-config(1) writes it, "64m"; what is none counts as 0, which to git is no limit either. */
static uint64_t
size_of(struct rw_str s)
{
	static const char units[] = "kmg";
	const char *unit = s.n == 0 || s.p[s.n - 1] == '\0' ? NULL : strchr(units, s.p[s.n - 1] | 0x20);
	uint64_t v;

	if (unit != NULL)
		s.n--;
	if (!rw_text_u64(s, UINT32_MAX, &v))
		return 0;
	return unit == NULL ? v : v << (10 * (unit - units + 1));
}

/*
 * What signed pushes need: a secret from which git makes nonces, and time between the two requests of a push over HTTP. What an
 * administrator set stays.
 */
static bool
sign_pushes(struct rw_arena *a, const char *git_dir, struct rw_error *err)
{
	static const char slop[] = "60";
	struct rw_str had;
	uint8_t random[32];
	char hex[65];

	if (!rw_repo_config(a, git_dir, "receive.certNonceSeed", &had, err))
		return false;
	if (had.n == 0 && (!rw_random(random, sizeof(random), err) ||
	    !git_config(a, git_dir, "receive.certNonceSeed", rw_hex_encode(random, sizeof(random), hex), err)))
		return false;
	if (!rw_repo_config(a, git_dir, "receive.certNonceSlop", &had, err))
		return false;
	return had.n > 0 || git_config(a, git_dir, "receive.certNonceSlop", slop, err);
}

static bool
harden(struct rw_arena *a, const char *git_dir, struct rw_error *err)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(git_settings); i++) {
		struct rw_error ignored = RW_ERROR_INIT;
		struct rw_str had;

		/* one that is set twice is no bound to keep: git takes the last */
		if (git_settings[i].is_size && rw_repo_config(a, git_dir, git_settings[i].key, &had, &ignored) &&
		    size_of(had) > 0 && size_of(had) < size_of(rw_str(git_settings[i].value)))
			continue;
		if (!git_config(a, git_dir, git_settings[i].key, git_settings[i].value, err))
			return false;
	}
	return true;
}

/* The repository's id: kept when it has one, so that a second install goes on with the same history. */
static bool
repo_id(struct rw_arena *a, const char *git_dir, struct rw_str *ret, struct rw_error *err)
{
	char uuid[RW_UUID_LEN];

	if (!rw_repo_config(a, git_dir, "refwall.id", ret, err))
		return false;
	if (ret->n > 0)
		return true;
	if (!rw_uuid(uuid, err) || !git_config(a, git_dir, "refwall.id", uuid, err))
		return false;
	*ret = rw_str(rw_arena_strdup(a, uuid));
	return rw_arena_ok(a, "repository id", err);
}

static bool
record_baseline(struct rw_invocation *in, const struct rw_config *c, struct rw_str id, struct rw_str name, const char *git_dir,
    uint64_t *ret_index, size_t *ret_tips, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_repo struct rw_repo *repo = NULL;
	struct rw_repo_location where = { .path = git_dir };
	const struct rw_ref *refs;
	struct rw_audit_ref *tips;
	size_t n, kept = 0;

	if (!rw_repo_open(&where, &repo, err) || !rw_log_open(c->log_dir, RW_STORE_WRITE, &log, err))
		return false;
	if (!rw_log_begin(log, c->lock_wait_ms, err))
		return false;
	if (!rw_repo_refs(repo, in->arena, &refs, &n, err))
		return false;
	tips = rw_arena_array(in->arena, n == 0 ? 1 : n, sizeof(*tips));
	if (tips == NULL)
		return rw_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (refs[i].kind != RW_REF_DIRECT)
			continue;
		tips[kept].name = refs[i].name;
		memset(tips[kept].old_id, '0', 40);
		(void)rw_oid_hex(&refs[i].id, tips[kept].new_id);
		kept++;
	}
	*ret_tips = kept;
	return rw_audit_baseline(log, in->now, id, name, rw_str(git_dir), tips, kept, ret_index, err) && rw_log_commit(log, err);
}

static bool
install(struct rw_invocation *in, const struct rw_config *c, const char *hook, const char *path, struct rw_error *err)
{
	const char *const ask[] = { "git", "-C", path, "rev-parse", "--absolute-git-dir", NULL };
	const char *git_dir = NULL;
	struct rw_str id, name, had;
	uint64_t index = 0;
	size_t tips = 0;
	bool chained[RW_ARRAY_LEN(hook_names)];

	if (!rw_cli_git(in->arena, ask, &git_dir, err))
		return rw_fail_prefix(err, "%s", path);
	/* Hooks go in before the baseline is taken: no push can slip between the two unrecorded. */
	if (!rw_repo_config(in->arena, git_dir, "core.hooksPath", &had, err))
		return false;
	if (had.n > 0)
		return rw_fail(err, RW_E_CONFIG, "%s: core.hooksPath is set, so git would not run hooks/; unset it", git_dir);
	if (!rw_repo_name_from_path(in->arena, c->repositories_root, git_dir, &name, err) || !repo_id(in->arena, git_dir, &id, err) ||
	    !git_config(in->arena, git_dir, "refwall.config", c->path, err) || !harden(in->arena, git_dir, err) ||
	    !sign_pushes(in->arena, git_dir, err))
		return false;
	if (mkdir(rw_arena_printf(in->arena, "%s/hooks", git_dir), 0755) != 0 && errno != EEXIST)
		return rw_fail_errno(err, "%s/hooks", git_dir);
	for (size_t i = 0; i < RW_ARRAY_LEN(hook_names); i++) {
		if (!link_hook(in->arena, git_dir, hook_names[i], hook, &chained[i], err))
			return false;
	}
	if (!record_baseline(in, c, id, name, git_dir, &index, &tips, err))
		return rw_fail_prefix(err, "%s", git_dir);
	printf("guarded    %s as %.*s (id %.*s)\n", git_dir, (int)name.n, name.p, (int)id.n, id.p);
	printf("baseline   %zu refs, log entry %llu; their history is exempt from commit rules\n", tips, (unsigned long long)index);
	for (size_t i = 0; i < RW_ARRAY_LEN(hook_names); i++) {
		if (chained[i])
			printf("chained    the %s hook that was there runs first (hooks/%s.chained)\n", hook_names[i], hook_names[i]);
	}
	return true;
}

static int
run(struct rw_invocation *in, struct rw_error *err)
{
	struct rw_config c;
	const char *hook = NULL;

	if (!rw_cli_config(in, &c, err) || !rw_git_init(err) || !find_hook(in, &hook, err))
		return RW_EXIT_FAILED;
	for (size_t i = 0; i < in->n_args; i++) {
		if (!install(in, &c, hook, in->arg[i], err))
			return RW_EXIT_FAILED;
	}
	puts("remember   over ssh, give clients git-shell or a forced command, never a shell of their own:\n"
	    "           with one, `git push --receive-pack=...` runs receive-pack without hooks (SECURITY.md)");
	return RW_EXIT_OK;
}

static const struct rw_option options[] = {
	RW_OPTION_CONFIG,
	{ "hook", "FILE", "the refwall-hook program to link", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct rw_command rw_cmd_install = {
	"install", "REPO...", "guard repositories: link the hooks, keep and chain what was there, record the baseline",
	options, 1, 10000, run,
};
