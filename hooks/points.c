/*
 * Only in the hook that the tests build: a place in the hook's way where a test may make it die (REFWALL_TEST_KILL=name)
 * or stand still (REFWALL_TEST_STOP=name, its pid in the file REFWALL_TEST_PID);
 * and numbers that nobody else is told.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "hooks/hook.h"

void
rw_test_point(const char *name)
{
	const char *kill_at = getenv("REFWALL_TEST_KILL");
	const char *stop_at = getenv("REFWALL_TEST_STOP");
	const char *pid_file = getenv("REFWALL_TEST_PID");

	if (kill_at != NULL && strcmp(kill_at, name) == 0)
		(void)raise(SIGKILL);
	if (stop_at == NULL || strcmp(stop_at, name) != 0)
		return;
	if (pid_file != NULL) {
		FILE *f = fopen(pid_file, "w");

		if (f != NULL) {
			fprintf(f, "%ld %ld\n", (long)getpid(), (long)getppid());
			fclose(f);
		}
	}
	(void)raise(SIGSTOP);
}

void
rw_test_count(const char *name, size_t n)
{
	const char *path = getenv("REFWALL_TEST_COUNTS");
	FILE *f = path == NULL ? NULL : fopen(path, "a");

	if (f == NULL)
		return;
	fprintf(f, "%s %zu\n", name, n);
	fclose(f);
}
