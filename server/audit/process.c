#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "refwall/process.h"
#include "refwall/reader.h"
#include "refwall/text.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

enum sight { SEEN, BLIND, ABSENT };

/* The first bytes of a file of /proc, which has no size to ask for. */
static bool
slurp(const char *path, char *buf, size_t size, struct rw_str *ret)
{
	rw_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t n = 0;

	if (fd < 0)
		return false;
	while (n < size) {
		ssize_t got = read(fd, buf + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret = (struct rw_str){ buf, n };
	return n > 0;
}

static void
boot_id(char out[37])
{
	char buf[64];
	struct rw_str s;

	memset(out, 0, 37);
	if (slurp(BOOT_ID, buf, sizeof(buf), &s) && s.n >= 36)
		memcpy(out, s.p, 36);
}

/*
 * proc(5): "pid (comm) state ppid ...", start time is field 22. comm may hold any byte, ')' and spaces
 * too, so counting begins behind the last ')'.
 */
static bool
stat_fields(struct rw_str s, char *ret_state, uint64_t *ret_start)
{
	const char *close = memrchr(s.p, ')', s.n);
	struct rw_reader r;

	if (close == NULL)
		return false;
	r = rw_reader_init((struct rw_str){ close + 1, s.n - (size_t)(close + 1 - s.p) });
	for (int field = 2; field < 22; field++) {
		struct rw_str word = rw_reader_until(&r, ' ');

		if (field == 3 && word.n == 1)
			*ret_state = word.p[0];
	}
	return rw_text_u64(rw_reader_until(&r, ' '), UINT64_MAX, ret_start) && !r.bad;
}

static enum sight
look(int64_t pid, char *ret_state, uint64_t *ret_start)
{
	char path[64], buf[1024];
	struct rw_str s;

	/* hidepid makes /proc say "no such process" of a stranger's; kill() tells the two apart */
	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return ABSENT;
	*ret_state = '?';
	*ret_start = 0;
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if (!slurp(path, buf, sizeof(buf), &s) || !stat_fields(s, ret_state, ret_start))
		return BLIND;
	return SEEN;
}

/* Milliseconds from the start of the process to now; start is in clock ticks since boot. */
static int64_t
age_ms(uint64_t start)
{
	struct timespec ts;
	long hz = sysconf(_SC_CLK_TCK);

	if (hz <= 0 || clock_gettime(CLOCK_BOOTTIME, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 - (int64_t)(start / (uint64_t)hz) * 1000;
}

bool
rw_process_capture(int64_t pid, struct rw_audit_process *ret, struct rw_error *err)
{
	char state;
	uint64_t start;

	memset(ret, 0, sizeof(*ret));
	if (pid < 1 || pid > INT_MAX)
		return rw_fail(err, RW_E_USAGE, "%lld is not a process id", (long long)pid);
	if (look(pid, &state, &start) == ABSENT)
		return rw_fail(err, RW_E_NOT_FOUND, "process %lld is not running", (long long)pid);
	ret->pid = pid;
	ret->start = start;
	boot_id(ret->boot);
	return true;
}

bool
rw_process_alive(const struct rw_audit_process *p)
{
	char boot[37], state;
	uint64_t start;

	if (p->pid < 1 || p->pid > INT_MAX)
		return false;
	boot_id(boot);
	if (boot[0] != '\0' && p->boot[0] != '\0' && memcmp(boot, p->boot, 36) != 0)
		return false;
	switch (look(p->pid, &state, &start)) {
	case SEEN:
		if (state == 'Z' || state == 'X')
			return false;
		return p->start == 0 || p->start == start;
	case BLIND:
		return p->start == 0 || age_ms(p->start) <= RW_PROCESS_BLIND_MS;
	case ABSENT:
		break;
	}
	return false;
}
