/* ssh_tool.c: keys and signatures for tests, made while they run by the real ssh-keygen. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/ssh_tool.h"

bool
ssh_tool_present(void)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path != NULL && *path != '\0') {
		size_t n = strcspn(path, ":");

		(void)snprintf(file, sizeof(file), "%.*s/ssh-keygen", (int)n, path);
		if (access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	print_message("# skipped: ssh-keygen is not on PATH (Debian package: openssh-client)\n");
	return false;
}

char *
ssh_dir_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = NULL;

	assert_true(asprintf(&dir, "%s/rw-ssh-XXXXXX", tmp == NULL ? "/tmp" : tmp) > 0);
	assert_non_null(mkdtemp(dir));
	return dir;
}

void
ssh_dir_remove(char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	closedir(d);
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

void
ssh_run(const char *const argv[], struct rw_buf *out)
{
	struct rw_error err = RW_ERROR_INIT;
	int fds[2], status = 0;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null < 0 || dup2(null, 0) < 0 || dup2(fds[1], 1) < 0)
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[1]);
	if (out != NULL) {
		assert_true(rw_fd_read_all(fds[0], argv[0], out, &err));
	} else {
		char sink[512];

		while (read(fds[0], sink, sizeof(sink)) > 0)
			;
	}
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

void
ssh_key_make(const char *dir, const char *name, const char *type, const char *bits)
{
	char file[4096];
	const char *argv[] = { "ssh-keygen", "-q", "-N", "", "-C", "alice@example.com", "-f", file,
		"-t", type, bits == NULL ? NULL : "-b", bits, NULL };

	(void)snprintf(file, sizeof(file), "%s/%s", dir, name);
	ssh_run(argv, NULL);
}

void
ssh_key_line(const char *dir, const char *name, struct rw_buf *ret)
{
	struct rw_error err = RW_ERROR_INIT;
	char file[4096];

	(void)snprintf(file, sizeof(file), "%s/%s.pub", dir, name);
	assert_true(rw_file_read(AT_FDCWD, file, ret, &err));
}

void
ssh_sign(const char *dir, const char *name, const char *ns, const char *hash, struct rw_str payload,
    struct rw_buf *ret)
{
	struct rw_error err = RW_ERROR_INIT;
	char key[4096], file[4096], sig[4200], option[64];
	const char *argv[] = { "ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", ns,
		hash == NULL ? file : "-O", option, file, NULL };

	if (hash == NULL)
		argv[9] = NULL;
	(void)snprintf(option, sizeof(option), "hashalg=%s", hash == NULL ? "" : hash);
	(void)snprintf(key, sizeof(key), "%s/%s", dir, name);
	(void)snprintf(file, sizeof(file), "%s/payload", dir);
	(void)snprintf(sig, sizeof(sig), "%s.sig", file);
	assert_true(rw_file_write(file, payload, 0600, false, &err));
	ssh_run(argv, NULL);
	assert_true(rw_file_read(AT_FDCWD, sig, ret, &err));
	assert_int_equal(unlink(sig), 0);
}

const char *
ssh_corpus(const char *name)
{
	static char dir[4096];
	const char *corpus = getenv("REFWALL_CORPUS"), *src = getenv("RW_SRCDIR");
	struct stat st;

	if (corpus != NULL)
		(void)snprintf(dir, sizeof(dir), "%s/vectors/%s", corpus, name);
	else
		(void)snprintf(dir, sizeof(dir), "%s/../shared/corpus/vectors/%s", src == NULL ? "." : src,
		    name);
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return dir;
	print_message("# skipped: no vectors at %s\n", dir);
	return NULL;
}
