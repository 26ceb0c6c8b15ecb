/*
 * The writers' queue: flock(2), blocking, cut short by a timer.
 *
 * SQLite's own busy handler polls with growing pauses, so that a writer that has waited long waits on while
 * newcomers pass. The kernel instead chains the processes that block in flock() and wakes the first one only:
 * order of arrival, no polling. But the lock is free until that one has run, and a newcomer may take it in
 * between; whoever lets go and asks again at once does so nearly always. So there are two locks: the door
 * (the directory itself), in whose chain everybody waits, and log.lock. Who has the door waits for log.lock
 * alone, and opens the door behind himself.
 *
 * flock() has no time-out, so a POSIX timer sends a signal to this thread alone (SIGEV_THREAD_ID), whose
 * empty handler makes flock() return EINTR. The signal is a real-time one that nobody else handles; it is
 * unblocked in this thread only while it waits, so other threads of a daemon notice nothing. The timer
 * repeats, since its first signal may come before flock() has begun to block. alarm() and setitimer() were no
 * choice: they are one per process.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "refwall/timestamp.h"
#include "server/store/db.h"

#define REPEAT_NS (10L * 1000 * 1000)

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int wake_signal;			/* 0: none was free */

static void
on_wake(int sig)
{
	(void)sig;
}

static void
install_handler(void)
{
	struct sigaction sa, old;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_wake;	/* no SA_RESTART: flock() must return */
	(void)sigemptyset(&sa.sa_mask);
	for (int sig = SIGRTMAX; sig > SIGRTMIN; sig--) {
		if (sigaction(sig, NULL, &old) == 0 && (old.sa_flags & SA_SIGINFO) == 0 &&
		    old.sa_handler == SIG_DFL && sigaction(sig, &sa, NULL) == 0) {
			wake_signal = sig;
			return;
		}
	}
}

static bool
wait_in_queue(int fd, int64_t deadline, struct rw_error *err)
{
	while (flock(fd, LOCK_EX) != 0) {
		if (errno != EINTR)
			return rw_fail_errno(err, "log: cannot lock");
		if (rw_time_monotonic() >= deadline)
			return rw_fail(err, RW_E_BUSY, "log: other writers hold it, gave up waiting");
	}
	return true;
}

static bool
try_both(int door, int lock, bool *ret, struct rw_error *err)
{
	*ret = false;
	if (flock(door, LOCK_EX | LOCK_NB) == 0) {
		*ret = flock(lock, LOCK_EX | LOCK_NB) == 0;
		if (!*ret && errno != EWOULDBLOCK && errno != EINTR)
			return rw_fail_errno(err, "log: cannot lock");
		rw_store_unlock(door);
		return true;
	}
	return errno == EWOULDBLOCK || errno == EINTR || rw_fail_errno(err, "log: cannot lock");
}

static bool
wait_for_both(int door, int lock, int64_t deadline, struct rw_error *err)
{
	bool ok;

	if (!wait_in_queue(door, deadline, err))
		return false;
	ok = wait_in_queue(lock, deadline, err);
	rw_store_unlock(door);
	return ok;
}

bool
rw_store_lock(int door, int lock, int64_t wait_ms, struct rw_error *err)
{
	struct sigevent ev;
	struct itimerspec when;
	timer_t timer;
	sigset_t set, old;
	int64_t deadline = rw_time_monotonic() + wait_ms;
	bool ok;

	if (!try_both(door, lock, &ok, err))
		return false;
	if (ok)
		return true;
	if (wait_ms <= 0)
		return rw_fail(err, RW_E_BUSY, "log: another writer holds it");
	(void)pthread_once(&once, install_handler);
	if (wake_signal == 0)
		return rw_fail(err, RW_E_INTERNAL, "log: no real-time signal is free to bound the wait for the lock");
	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = SIGEV_THREAD_ID;
	ev.sigev_signo = wake_signal;
	ev.sigev_notify_thread_id = gettid();
	memset(&when, 0, sizeof(when));
	when.it_value.tv_sec = (time_t)(wait_ms / 1000);
	when.it_value.tv_nsec = (long)(wait_ms % 1000) * 1000000L;
	when.it_interval.tv_nsec = REPEAT_NS;
	if (timer_create(CLOCK_MONOTONIC, &ev, &timer) != 0)
		return rw_fail_errno(err, "log: cannot make a timer");
	(void)sigemptyset(&set);
	(void)sigaddset(&set, wake_signal);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, &old);
	if (timer_settime(timer, 0, &when, NULL) != 0)
		ok = rw_fail_errno(err, "log: cannot set a timer");
	else
		ok = wait_for_both(door, lock, deadline, err);
	(void)timer_delete(timer);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ok;
}

void
rw_store_unlock(int fd)
{
	while (flock(fd, LOCK_UN) != 0 && errno == EINTR)
		;
}
