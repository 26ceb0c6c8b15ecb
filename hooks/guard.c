/*
 * Bounds on the process. A push may not hold the hook longer than its deadline, nor make it use more memory or
 * processor time than its budget: the kernel enforces what a loop of ours might forget. Each bound ends
 * in a refusal that names it; since the verdict is the process's exit status, dying refuses too.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "hooks/hook.h"

#define REFUSE(z) do {							\
	ssize_t n_ = write(STDERR_FILENO, (z), sizeof(z) - 1);		\
	(void)n_;							\
} while (0)

/* post-receive cannot refuse: the refs have moved. What it leaves undone, the next hook or refwalld settles. */
static volatile sig_atomic_t can_refuse;

static void
on_deadline(int sig)
{
	if (can_refuse && sig == SIGALRM)
		REFUSE("refwall: refused: judging this push took too long (wall clock)\n");
	else if (can_refuse)
		REFUSE("refwall: refused: judging this push took too long (processor time)\n");
	_exit(3);
}

static bool
lower_limit(int what, rlim_t soft, rlim_t hard, const char *name, struct rw_error *err)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return rw_fail_errno(err, "getrlimit %s", name);
	if (l.rlim_max == RLIM_INFINITY || l.rlim_max > hard)
		l.rlim_max = hard;
	if (l.rlim_cur == RLIM_INFINITY || l.rlim_cur > soft)
		l.rlim_cur = soft < l.rlim_max ? soft : l.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &l) != 0)
		return rw_fail_errno(err, "setrlimit %s", name);
	return true;
}

bool
rw_guard_set(const char *hook_name, struct rw_error *err)
{
	struct sigaction sa = { .sa_handler = on_deadline };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction dflt = { .sa_handler = SIG_DFL };	/* a parent may have left SIGCHLD ignored */
	struct itimerval t = { .it_value = { .tv_sec = RW_LIMIT_HOOK_WALL_SECONDS } };

	can_refuse = strcmp(hook_name, "pre-receive") == 0;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGALRM, &sa, NULL) != 0 || sigaction(SIGXCPU, &sa, NULL) != 0 ||
	    sigaction(SIGCHLD, &dflt, NULL) != 0 ||
	    sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGXFSZ, &ignore, NULL) != 0)
		return rw_fail_errno(err, "sigaction");
	if (setitimer(ITIMER_REAL, &t, NULL) != 0)
		return rw_fail_errno(err, "setitimer");
	if (!lower_limit(RLIMIT_CPU, RW_LIMIT_HOOK_CPU_SECONDS, RW_LIMIT_HOOK_CPU_SECONDS + 5, "CPU", err))
		return false;
#ifndef RW_SANITIZED
	if (!lower_limit(RLIMIT_DATA, RW_LIMIT_HOOK_DATA_BYTES, RW_LIMIT_HOOK_DATA_BYTES, "DATA", err))
		return false;
#endif
	return lower_limit(RLIMIT_CORE, 0, 0, "CORE", err);
}
