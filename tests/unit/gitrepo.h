/*
 * Real repositories for tests, made by the real git in a directory of their own, with nothing of the caller's
 * configuration. Included once by each test program.
 */
#ifndef TESTS_UNIT_GITREPO_H
#define TESTS_UNIT_GITREPO_H

#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "refwall/git.h"

struct gitrepo {
	char dir[512];			/* for this test alone; $D in scripts */
	struct rw_arena *arena;
	struct rw_error err;
};

#define GITREPO_OUTPUT (8u << 20)

static void
gitrepo_exec(const char *dir, const char *script)
{
	char home[600], d[600], path[2048];
	char *env[] = { home, d, path, (char []){ "GIT_CONFIG_NOSYSTEM=1" }, (char []){ "LC_ALL=C" },
		(char []){ "TZ=UTC" }, (char []){ "GIT_AUTHOR_NAME=Alice" }, (char []){ "GIT_AUTHOR_EMAIL=alice@example.com" },
		(char []){ "GIT_COMMITTER_NAME=Bob" }, (char []){ "GIT_COMMITTER_EMAIL=bob@example.com" },
		(char []){ "GIT_AUTHOR_DATE=1700000000 +0100" }, (char []){ "GIT_COMMITTER_DATE=1700000001 +0100" },
		(char []){ "GIT_CONFIG_COUNT=1" }, (char []){ "GIT_CONFIG_KEY_0=advice.nestedTag" },
		(char []){ "GIT_CONFIG_VALUE_0=false" }, NULL };
	char *argv[] = { (char []){ "sh" }, (char []){ "-ec" }, NULL, NULL };
	char *copy = strdup(script);
	const char *p = getenv("PATH");

	argv[2] = copy;
	snprintf(home, sizeof(home), "HOME=%s", dir);
	snprintf(d, sizeof(d), "D=%s", dir);
	snprintf(path, sizeof(path), "PATH=%s", p == NULL ? "/usr/bin:/bin" : p);
	if (chdir(dir) == 0)
		execve("/bin/sh", argv, env);
	_exit(127);
}

/* Run a script in the test's directory; its standard output, to be freed. A failing script fails the test. */
static inline char *
gitrepo_sh(struct gitrepo *g, const char *fmt, ...)
{
	rw_auto_buf struct rw_buf script = RW_BUF_INIT(GITREPO_OUTPUT);
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(GITREPO_OUTPUT);
	va_list ap;
	char *z = NULL;
	int fd[2], status;
	pid_t pid;

	va_start(ap, fmt);
	assert_true(vasprintf(&z, fmt, ap) >= 0);
	va_end(ap);
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], 1);
		close(fd[0]);
		close(fd[1]);
		gitrepo_exec(g->dir, z);
	}
	close(fd[1]);
	assert_true(rw_fd_read_all(fd[0], "sh", &out, &g->err));
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		print_message("# failed: %s\n", z);
	assert_int_equal(status, 0);
	free(z);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		rw_buf_truncate(&out, out.len - 1);
	return rw_buf_detach(&out);
}

static inline void
gitrepo_do(struct gitrepo *g, const char *script)
{
	free(gitrepo_sh(g, "%s", script));
}

/* An object id that a git command prints. */
static inline struct rw_oid
gitrepo_id(struct gitrepo *g, const char *repo, const char *rev)
{
	char *z = gitrepo_sh(g, "git -C '%s' rev-parse --verify '%s'", repo, rev);
	struct rw_oid id;

	assert_true(rw_oid_parse(rw_str(z), &id));
	free(z);
	return id;
}

static inline struct rw_repo *
gitrepo_open(struct gitrepo *g, const char *name)
{
	char path[1024];
	struct rw_repo_location where = { .path = path };
	struct rw_repo *r = NULL;

	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	if (!rw_repo_open(&where, &r, &g->err))
		fail_msg("%s", g->err.msg);
	return r;
}

static inline int
gitrepo_setup(void **state)
{
	struct gitrepo *g = calloc(1, sizeof(*g));
	const char *tmp = getenv("TMPDIR");

	if (g == NULL)
		return -1;
	snprintf(g->dir, sizeof(g->dir), "%s/rwgit.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	g->arena = rw_arena_new(256u << 20);
	*state = g;
	return mkdtemp(g->dir) != NULL && g->arena != NULL && rw_git_init(&g->err) ? 0 : -1;
}

static inline int
gitrepo_teardown(void **state)
{
	struct gitrepo *g = *state;
	char cmd[1200];

	rw_arena_free(g->arena);
	snprintf(cmd, sizeof(cmd), "chmod -R u+w '%s' && rm -rf '%s'", g->dir, g->dir);
	assert_int_equal(system(cmd), 0);
	free(g);
	return 0;
}

#define GITREPO_TEST(f) cmocka_unit_test_setup_teardown(f, gitrepo_setup, gitrepo_teardown)

/* On failure, show why. */
#define assert_ok(g, call) \
	do { \
		(g)->err = (struct rw_error)RW_ERROR_INIT; \
		if (!(call)) \
			fail_msg("%s", (g)->err.msg); \
	} while (0)
#define assert_fails(g, call, c) \
	do { \
		(g)->err = (struct rw_error)RW_ERROR_INIT; \
		assert_false(call); \
		if ((g)->err.code != (c)) \
			fail_msg("%s: %s", rw_error_name((g)->err.code), (g)->err.msg); \
	} while (0)

#endif
