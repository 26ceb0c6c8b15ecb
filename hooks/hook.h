/*
 * hook.h: what a run of the hook knows before it decides anything. Private to hooks/.
 *
 * This folder is a program: it may read the environment, print and exit. Everything it learns from the
 * environment is collected here, once, and passed down.
 */
#ifndef RW_HOOKS_HOOK_H
#define RW_HOOKS_HOOK_H

#include "refwall/audit.h"
#include "refwall/config.h"
#include "refwall/git.h"
#include "refwall/judge.h"

struct rw_hook {
	struct rw_arena *arena;
	const char *name;		/* "pre-receive", "post-receive" */
	rw_time now;			/* receive time: read once */
	struct rw_buf input;		/* standard input, whole */
	char *git_dir;			/* absolute, owned */
	struct rw_config config;
	struct rw_str repo_id, repo_name, account;
	const char *transport;		/* "ssh", "http", "local" */
	struct rw_audit_process process;	/* git-receive-pack */
	bool known;			/* config and names are established */
	bool gitlab;
	/* the push certificate: GIT_PUSH_CERT and the variables of its nonce; its bytes once the repository is open */
	bool has_certificate;
	struct rw_str certificate_id;
	struct rw_certificate_given certificate;
};

void rw_hook_release(struct rw_hook *h);

/* Read standard input and find repository, configuration, names. What was found before a failure stays set. */
rw_must_check bool rw_hook_prepare(struct rw_hook *h, const char *name, struct rw_error *err);

/* Where the repository and the objects of this push lie. */
struct rw_repo_location rw_hook_location(const struct rw_hook *h);

/* Read the certificate that git wrote into the repository. What cannot be read says why; no push fails for it here. */
void rw_hook_certificate(struct rw_hook *h, struct rw_repo *repo);

/* guard.c: bounds on the process, set before a byte is read. When time or CPU runs out, the push is refused with that reason. */
rw_must_check bool rw_guard_set(const char *hook_name, struct rw_error *err);

/*
 * chained.c: the hook that was there before install, if any. Its output is kept up to RW_LIMIT_CHAINED_OUTPUT bytes and printed
 * by us, printable; it has until the configured time-out. ret_ran false: there is none. ret_status: its exit status, 128 + signal when it was killed.
 */
rw_must_check bool rw_chained_run(const struct rw_hook *h, struct rw_buf *output, bool *ret_ran, int *ret_status,
    struct rw_error *err);

/* Print what the chained hook said, line by line, printable. What the pusher does not read is not worth an error. */
void rw_chained_print(struct rw_str output);

/* settle.c: settle pending accepts of this repository from a hook, within the caller's transaction. */
rw_must_check bool rw_hook_settle(struct rw_hook *h, struct rw_log *log, struct rw_repo *repo, const struct rw_audit_ref *moved,
    size_t n_moved, struct rw_error *err);

/*
 * record.c: the verdict as an audit entry. verdict NULL: the push could not be judged, error says why. repo is asked for its
 * default branch; NULL when it could not be opened.
 */
rw_must_check bool rw_hook_record(struct rw_hook *h, struct rw_log *log, struct rw_repo *repo, const struct rw_push *push,
    const struct rw_policy *policy, const struct rw_verdict *verdict, struct rw_str error, uint64_t *ret_index,
    struct rw_error *err);

/* Exit statuses: git only asks whether it is zero. */
int rw_pre_receive(struct rw_hook *h);
int rw_post_receive(struct rw_hook *h);

/* Kill points for tests: REFWALL_TEST_STOP=<name> makes the process stop itself with SIGSTOP there. Built with --enable-test-points only. */
#ifdef RW_TEST_POINTS
void rw_test_point(const char *name);
/* A line "name n" in the file REFWALL_TEST_COUNTS. */
void rw_test_count(const char *name, size_t n);
#else
#define rw_test_count(name, n) ((void)0)
#define rw_test_point(name) ((void)0)
#endif

#endif
