/*
 * The hook that was there before `refwall install`, kept as hooks/<name>.chained. It runs first, with the same input; it can
 * refuse, it can not accept on its own. No lock is held while it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/hook.h"
#include "refwall/text.h"

#define RW_PUMP_CHUNK 4096
#define RW_CHAINED_LINE 500

struct pump {
	int to, from;			/* the child's standard input; its output */
	size_t sent;
};

static void
pump_release(struct pump *p)
{
	rw_closep(&p->to);
	rw_closep(&p->from);
}

static pid_t
start(const char *path, const struct rw_hook *h, struct pump *p, struct rw_error *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) != 0) {
		(void)rw_fail_errno(err, "pipe");
		return -1;
	}
	p->to = in[1];
	if (pipe2(out, O_CLOEXEC) != 0) {
		(void)rw_fail_errno(err, "pipe");
		close(in[0]);
		return -1;
	}
	p->from = out[0];
	pid = fork();
	if (pid == 0) {
		char *const argv[] = { rw_arena_printf(h->arena, "hooks/%s", h->name), NULL };

		(void)setpgid(0, 0);
		if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0 || dup2(out[1], STDERR_FILENO) < 0)
			_exit(126);
		signal(SIGPIPE, SIG_DFL);
		signal(SIGXFSZ, SIG_DFL);
		execv(path, argv);
		_exit(126);
	}
	close(in[0]);
	close(out[1]);
	if (pid < 0)
		(void)rw_fail_errno(err, "fork");
	else
		(void)setpgid(pid, pid);
	return pid;
}

/* Feed the input and keep the first of the output, until the output ends or time is up. False: time is up. */
static bool
pump_run(struct pump *p, struct rw_str input, struct rw_buf *output, int64_t deadline)
{
	(void)fcntl(p->to, F_SETFL, O_NONBLOCK);
	while (p->from >= 0) {
		struct pollfd fd[2] = { { p->from, POLLIN, 0 }, { p->to, POLLOUT, 0 } };
		int64_t left = deadline - rw_time_monotonic();
		int n;

		if (left <= 0)
			return false;
		n = poll(fd, p->to >= 0 ? 2 : 1, (int)left);
		if (n < 0 && errno != EINTR)
			return false;
		if (n <= 0)
			continue;
		if (p->to >= 0 && fd[1].revents != 0) {
			ssize_t w = p->sent < input.n ? write(p->to, input.p + p->sent, input.n - p->sent) : 0;

			if (w > 0)
				p->sent += (size_t)w;
			if (p->sent == input.n || (w < 0 && errno != EAGAIN && errno != EINTR))
				rw_closep(&p->to);
		}
		if (fd[0].revents != 0) {
			char chunk[RW_PUMP_CHUNK];
			ssize_t r = read(p->from, chunk, sizeof(chunk));
			size_t room = output->max - output->len;

			if (r > 0)
				rw_buf_put(output, chunk, (size_t)r < room ? (size_t)r : room);
			else if (r == 0 || errno != EINTR)
				rw_closep(&p->from);
		}
	}
	return true;
}

/* It may close its output and go on; it has the rest of its time for that. */
static bool
ends_in_time(pid_t pid, int64_t deadline)
{
	rw_autoclose int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { fd, POLLIN, 0 };

	/* a kernel before 5.3 knows no such thing: there the hook's own deadline must do */
	if (fd < 0)
		return true;
	for (;;) {
		int64_t left = deadline - rw_time_monotonic();
		int n = left <= 0 ? 0 : poll(&p, 1, (int)left);

		if (n >= 0 || errno != EINTR)
			return n > 0;
	}
}

bool
rw_chained_run(const struct rw_hook *h, struct rw_buf *output, bool *ret_ran, int *ret_status, struct rw_error *err)
{
	rw_cleanup(pump_release) struct pump p = { -1, -1, 0 };
	const char *path = rw_arena_printf(h->arena, "%s/hooks/%s.chained", h->git_dir, h->name);
	int64_t deadline = rw_time_monotonic() + h->config.chained_timeout_ms;
	bool in_time;
	int status = 0;
	pid_t pid, waited;

	*ret_ran = false;
	*ret_status = 0;
	if (!rw_arena_ok(h->arena, "path of the chained hook", err))
		return false;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	if (access(path, X_OK) != 0)
		return rw_fail_errno(err, "the chained hook %s cannot be run", path);
	pid = start(path, h, &p, err);
	if (pid < 0)
		return false;
	in_time = pump_run(&p, rw_buf_str(&h->input), output, deadline) && ends_in_time(pid, deadline);
	if (!in_time)
		(void)kill(-pid, SIGKILL);
	/* No status is no consent: where SIGCHLD is ignored, the kernel keeps none. */
	do
		waited = waitpid(pid, &status, 0);
	while (waited < 0 && errno == EINTR);
	if (waited != pid)
		return rw_fail_errno(err, "the chained hook %s: its exit status", path);
	if (!in_time)
		return rw_fail(err, RW_E_LIMIT, "the chained hook %s did not end in time", path);
	*ret_ran = true;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

void
rw_chained_print(struct rw_str output)
{
	rw_auto_buf struct rw_buf shown = RW_BUF_INIT(4 * RW_LIMIT_CHAINED_OUTPUT);
	struct rw_error ignored = RW_ERROR_INIT;
	const char *p = output.p, *end = output.p + output.n;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl == NULL ? end : nl) - p);

		rw_text_put_printable(&shown, (struct rw_str){ p, n }, RW_CHAINED_LINE);
		rw_buf_putc(&shown, '\n');
		p += n + (nl != NULL);
	}
	if (!rw_fd_write_all(STDERR_FILENO, "standard error", rw_buf_str(&shown), &ignored))
		return;
}
