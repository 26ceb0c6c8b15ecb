/* Running git itself, for what git does best (its config file). Arguments are a vector; no shell is involved. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refwall/text.h"
#include "server/cli/cli.h"

#define RW_GIT_OUTPUT (64u << 10)

/* PATH is kept; everything else that could change what git does is not. */
static char **
clean_environment(struct rw_arena *a)
{
	static const char *const fixed[] = {
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_NO_REPLACE_OBJECTS=1", "GIT_TERMINAL_PROMPT=0",
		"HOME=/nonexistent", "LC_ALL=C",
		/* an operator may install into a repository of the git user's: it is named on the command line */
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	};
	char **env = rw_arena_array(a, RW_ARRAY_LEN(fixed) + 2, sizeof(*env));
	const char *path = getenv("PATH");
	size_t n = 0;

	if (env == NULL)
		return NULL;
	for (size_t i = 0; i < RW_ARRAY_LEN(fixed); i++)
		env[n++] = rw_arena_strdup(a, fixed[i]);
	env[n++] = rw_arena_printf(a, "PATH=%s", path == NULL ? "/usr/bin:/bin" : path);
	env[n] = NULL;
	return rw_arena_failed(a) ? NULL : env;
}

static struct rw_str
first_line(struct rw_str s)
{
	const char *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	return (struct rw_str){ s.p, end == NULL ? s.n : (size_t)(end - s.p) };
}

static struct rw_str
last_line(struct rw_str s)
{
	const char *before;

	while (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	before = s.n == 0 ? NULL : memrchr(s.p, '\n', s.n);
	return before == NULL ? s : (struct rw_str){ before + 1, s.n - (size_t)(before + 1 - s.p) };
}

bool
rw_cli_git(struct rw_arena *a, const char *const *argv, const char **ret_line, struct rw_error *err)
{
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_GIT_OUTPUT);
	char **env = clean_environment(a);
	int fd[2], status = 0;
	bool read_ok;
	pid_t pid, waited;

	if (env == NULL)
		return rw_fail_nomem(err);
	if (pipe2(fd, O_CLOEXEC) != 0)
		return rw_fail_errno(err, "pipe");
	pid = fork();
	if (pid == 0) {
		if (dup2(fd[1], STDOUT_FILENO) < 0 || dup2(fd[1], STDERR_FILENO) < 0)
			_exit(127);
		execvpe("git", (char *const *)(uintptr_t)argv, env);
		_exit(127);
	}
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return rw_fail_errno(err, "fork");
	}
	read_ok = rw_fd_read_all(fd[0], "git", &out, err);
	close(fd[0]);
	do
		waited = waitpid(pid, &status, 0);
	while (waited < 0 && errno == EINTR);
	if (waited != pid)
		return rw_fail_errno(err, "git's exit status");
	if (!read_ok)
		return false;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return rw_fail(err, RW_E_IO, "git could not be run; is it installed?");
	if (WEXITSTATUS(status) != 0)
		return rw_fail(err, RW_E_IO, "git %s: %s", argv[1], RW_SHOW(first_line(rw_buf_str(&out))));
	/* git warns before it answers */
	if (ret_line != NULL)
		*ret_line = rw_arena_str(a, last_line(rw_buf_str(&out))).p;
	return rw_arena_ok(a, "git's answer", err);
}
