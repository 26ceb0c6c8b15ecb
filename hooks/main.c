/*
 * refwall-hook: the program that git runs as pre-receive and post-receive. See refwall-hook(8).
 */
#include <stdio.h>

#include "hooks/hook.h"
#include "refwall/hash.h"

static const struct {
	const char *name;
	int (*run)(struct rw_hook *h);
	const char *what;
} hooks[] = {
	{ "pre-receive", rw_pre_receive, "judge a push and record the verdict" },
	{ "post-receive", rw_post_receive, "record which refs moved" },
};

static int
usage(FILE *out)
{
	fprintf(out, "usage: refwall-hook HOOK\n"
	    "The program that git runs in a guarded repository; `refwall install` puts it in place.\n"
	    "HOOK is the name it was started by, or the first argument:\n");
	for (size_t i = 0; i < RW_ARRAY_LEN(hooks); i++)
		fprintf(out, "  %-14s %s\n", hooks[i].name, hooks[i].what);
	return out == stdout ? 0 : 2;
}

static int
run(int (*fn)(struct rw_hook *), const char *name)
{
	struct rw_hook h = { .input = RW_BUF_INIT(RW_LIMIT_PUSH_BYTES) };
	struct rw_error err = RW_ERROR_INIT;
	int status;

	h.name = name;
	h.arena = rw_arena_new(RW_LIMIT_HOOK_ARENA);
	if (h.arena == NULL || !rw_guard_set(name, &err) || !rw_crypto_init(&err)) {
		fprintf(stderr, "refwall: refused: the hook cannot start: %s\n",
		    err.code == RW_E_NONE ? "out of memory" : err.msg);
		rw_arena_free(h.arena);
		return 3;
	}
	status = fn(&h);
	rw_hook_release(&h);
	return status;
}

int
main(int argc, char **argv)
{
	const char *self = argc > 0 && argv[0] != NULL ? argv[0] : "";
	const char *slash = strrchr(self, '/');
	const char *base = slash == NULL ? self : slash + 1;

	for (size_t i = 0; i < RW_ARRAY_LEN(hooks); i++) {
		if (strcmp(base, hooks[i].name) == 0)
			return run(hooks[i].run, hooks[i].name);
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("refwall-hook (%s) %s\n", PACKAGE_NAME, PACKAGE_VERSION) < 0 ? 3 : 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	for (size_t i = 0; argc >= 2 && i < RW_ARRAY_LEN(hooks); i++) {
		if (strcmp(argv[1], hooks[i].name) == 0)
			return run(hooks[i].run, hooks[i].name);
	}
	return usage(stderr);
}
