/* sandbox.c: hostile files are parsed where a mistake in the parser does no harm. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/cli/sandbox.h"

#define NOBODY 65534
#define CPU_SECONDS 20
#define DESCRIPTORS_MAX (1 << 20)
#define DATA_BYTES (64u << 20)

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#endif

#define ALLOW(name)								\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (name), 0, 1),			\
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* What memory and an answer need. Anything else is not permitted, and the libraries cope with that. */
static bool
filter(void)
{
#ifdef FILTER_ARCH
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(__NR_write),
		ALLOW(__NR_brk),
		ALLOW(__NR_mmap),
		ALLOW(__NR_munmap),
		ALLOW(__NR_mremap),
		ALLOW(__NR_mprotect),
		ALLOW(__NR_madvise),
		ALLOW(__NR_futex),
		ALLOW(__NR_getrandom),
		ALLOW(__NR_clock_gettime),
		ALLOW(__NR_rt_sigprocmask),
		ALLOW(__NR_rt_sigreturn),
		ALLOW(__NR_exit),
		ALLOW(__NR_exit_group),
#ifdef RW_SANITIZED
		ALLOW(__NR_gettid),
		ALLOW(__NR_getpid),
		ALLOW(__NR_sigaltstack),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog prog = { (unsigned short)RW_ARRAY_LEN(code), code };

	/* A kernel without filters leaves the other bounds. */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0 || errno == EINVAL;
#else
	return true;
#endif
}

static bool
limit(int what, rlim_t n)
{
	struct rlimit l = { n, n };

	return setrlimit(what, &l) == 0;
}

/* All but standard input. Kernels before 5.9, and some containers, know no close_range(). */
static bool
close_others(void)
{
	long n = sysconf(_SC_OPEN_MAX);

	if (syscall(__NR_close_range, 1, ~0u, 0) == 0)
		return true;
	if ((errno != ENOSYS && errno != EPERM) || n < 0 || n > DESCRIPTORS_MAX)
		return false;
	for (int fd = 1; fd < n; fd++)
		(void)close(fd);
	return true;
}

static bool
enter(int answer)
{
	if (getuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0))
		return false;
	if (dup2(answer, STDIN_FILENO) < 0 || !close_others())
		return false;
	if (!limit(RLIMIT_NOFILE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_CORE, 0) ||
	    !limit(RLIMIT_NPROC, 0) ||
	    !limit(RLIMIT_CPU, CPU_SECONDS))
		return false;
#ifndef RW_SANITIZED
	if (!limit(RLIMIT_DATA, DATA_BYTES))
		return false;
#endif
	return prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter();
}

/* 1 and the answer, or 0, the code and the message of a failure. */
static void
child(bool (*work)(void *, struct rw_buf *, struct rw_error *), void *arg, size_t max, int fd)
{
	struct rw_buf answer = RW_BUF_INIT(max);
	struct rw_error err = RW_ERROR_INIT, ignored = RW_ERROR_INIT;
	char head[2];

	if (!enter(fd))
		_exit(125);
	if (work(arg, &answer, &err) && rw_buf_ok(&answer, "answer", &err)) {
		head[0] = 1;
		head[1] = 0;
	} else {
		rw_buf_clear(&answer);
		rw_buf_puts(&answer, err.msg);
		head[0] = 0;
		head[1] = (char)err.code;
	}
	_exit(rw_fd_write_all(STDIN_FILENO, "answer", (struct rw_str){ head, 2 }, &ignored) &&
	    rw_fd_write_all(STDIN_FILENO, "answer", rw_buf_str(&answer), &ignored) ? 0 : 1);
}

static bool
wait_for(pid_t pid, int *ret)
{
	pid_t got;

	do
		got = waitpid(pid, ret, 0);
	while (got < 0 && errno == EINTR);
	return got == pid;
}

bool
rw_sandbox_run(bool (*work)(void *arg, struct rw_buf *answer, struct rw_error *err), void *arg,
    struct rw_buf *ret,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf got = RW_BUF_INIT(ret->max + 2);
	rw_autoclose int in = -1;
	int fds[2], status = 0;
	bool read;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return rw_fail_errno(err, "cannot make a pipe");
	in = fds[0];
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(work, arg, ret->max, fds[1]);
	(void)close(fds[1]);
	if (pid < 0)
		return rw_fail_errno(err, "cannot start a process");
	read = rw_fd_read_all(in, "answer", &got, err);
	rw_closep(&in);		/* one that says too much must not wait for us */
	in = -1;
	if (!wait_for(pid, &status))
		return rw_fail_errno(err, "cannot wait for the importing process");
	if (!read)
		return false;
	if (WIFSIGNALED(status))
		return rw_fail(err, RW_E_DENIED, "the importing process was ended by signal %d%s",
		    WTERMSIG(status),
		    WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL ? " (it took too long)" : "");
	if (WEXITSTATUS(status) != 0 || got.len < 2)
		return rw_fail(err, RW_E_DENIED, "the importing process %s", WEXITSTATUS(status) == 125 ?
		    "could not give up its rights" : "ended without an answer");
	if (got.data[0] == 1) {
		rw_buf_put(ret, got.data + 2, got.len - 2);
		return rw_buf_ok(ret, "answer", err);
	}
	return rw_fail(err, (unsigned char)got.data[1] > RW_E_NONE && (unsigned char)got.data[1] < RW_E_MAX ?
	    (enum rw_error_code)got.data[1] : RW_E_INTERNAL, "%.*s", (int)(got.len - 2), got.data + 2);
}
