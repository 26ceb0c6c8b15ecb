/* log_fixture.h: a log in a temporary directory, for the tests of store and audit. */
#ifndef REFWALL_TESTS_LOG_FIXTURE_H
#define REFWALL_TESTS_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "refwall/audit.h"
#include "refwall/hash.h"

#define must(call) do {									\
	struct rw_error must_err_ = RW_ERROR_INIT, *err = &must_err_;			\
	if (!(call)) {									\
		fail_msg("%s: %s: %s", #call, rw_error_name(err->code), err->msg);	\
	}										\
} while (0)

/* The call fails with that code, and its message has these words. */
#define must_fail(call, want, words) do {						\
	struct rw_error must_err_ = RW_ERROR_INIT, *err = &must_err_;			\
	if (call)									\
		fail_msg("%s: went well", #call);					\
	if (err->code != (want) || strstr(err->msg, (words)) == NULL)			\
		fail_msg("%s: %s: %s", #call, rw_error_name(err->code), err->msg);	\
} while (0)

struct fixture {
	char base[64];			/* temporary directory */
	char dir[96];			/* of the log in it */
	struct rw_log *l;
	struct rw_arena *a;
	rw_time now;
	uint64_t index;			/* of the last entry written */
};

static inline void
remove_tree(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(f);
	(void)snprintf(f->base, sizeof(f->base), "%.40s/rw-log-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(f->base));
	(void)snprintf(f->dir, sizeof(f->dir), "%s/log", f->base);
	must(rw_crypto_init(err));
	must(rw_log_create(f->dir, "git.example.com/refwall", err));
	must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
	f->a = rw_arena_new(64u << 20);
	assert_non_null(f->a);
	f->now = 1800000000000;
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	rw_log_closep(&f->l);
	rw_arena_freep(&f->a);
	remove_tree(f->base);
	free(f);
	return 0;
}

static inline void
begin(struct fixture *f)
{
	must(rw_log_begin(f->l, 1000, err));
}

static inline void
commit(struct fixture *f)
{
	must(rw_log_commit(f->l, err));
}

/* "1" -> 40 times '1'; "0" is no object. */
static inline void
set_id(char id[41], char c)
{
	memset(id, c, 40);
	id[40] = '\0';
}

static inline struct rw_audit_ref
ref_update(const char *name, char from, char to)
{
	struct rw_audit_ref r = { .name = rw_str(name) };

	set_id(r.old_id, from);
	set_id(r.new_id, to);
	return r;
}

/* A push of one ref to the repository "shop" (id r1). */
static inline struct rw_audit_push
simple_push(struct fixture *f, const struct rw_audit_ref *ref, bool accepted)
{
	return (struct rw_audit_push){ .now = f->now++, .repo_id = RW_STR_LIT("r1"), .repo_name = RW_STR_LIT("shop"),
	    .account = RW_STR_LIT("alice"), .transport = "ssh", .ref = ref, .n_refs = 1, .accepted = accepted,
	    .version = "0.1.0", .process = { .pid = 4242, .start = 1, .boot = "boot" } };
}

static inline uint64_t
push_one(struct fixture *f, const char *name, char from, char to, bool accepted)
{
	struct rw_audit_ref r = ref_update(name, from, to);
	struct rw_audit_push p = simple_push(f, &r, accepted);

	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	commit(f);
	return f->index;
}

static inline uint64_t
baseline_one(struct fixture *f, const char *name, char tip)
{
	struct rw_audit_ref r = ref_update(name, '0', tip);

	begin(f);
	must(rw_audit_baseline(f->l, f->now++, RW_STR_LIT("r1"), RW_STR_LIT("shop"), RW_STR_LIT("/srv/git/shop.git"), &r,
	    1, &f->index, err));
	commit(f);
	return f->index;
}

#endif
