/*
 * cli.h: the operator's command, one file per subcommand. Private to server/cli.
 *
 * A subcommand is a row of the table in refwall.c; help, usage and completion are made from the table.
 * Exit status: 0 fine (warnings too), 1 a finding or a refusal, 2 wrong use, 3 could not do it.
 */
#ifndef RW_SERVER_CLI_CLI_H
#define RW_SERVER_CLI_CLI_H

#include <stdio.h>

#include "refwall/arena.h"
#include "refwall/audit.h"
#include "refwall/config.h"
#include "refwall/error.h"

enum rw_exit { RW_EXIT_OK = 0, RW_EXIT_FINDING = 1, RW_EXIT_USAGE = 2, RW_EXIT_FAILED = 3 };

/* One option of a subcommand: "--name VALUE" or a flag. */
struct rw_option {
	const char *name;		/* without "--" */
	const char *value;		/* "FILE" in the help, NULL for a flag */
	const char *help;
	bool repeated;
	bool required;
};

struct rw_given {			/* an option as given */
	const struct rw_option *option;
	const char *value;		/* NULL for a flag */
};

struct rw_invocation {
	struct rw_arena *arena;
	rw_time now;
	const struct rw_given *given;	/* in the order of the command line */
	size_t n_given;
	const char *const *arg;		/* what is no option */
	size_t n_args;
};

struct rw_command {
	const char *name;		/* "audit list" */
	const char *args;		/* "[FILTER...]", "" */
	const char *help;		/* one line */
	const struct rw_option *options;	/* name NULL at the end */
	size_t min_args, max_args;
	int (*run)(struct rw_invocation *in, struct rw_error *err);	/* exit status; on 2 and 3 err is printed */
};

extern const struct rw_command rw_cmd_init, rw_cmd_install, rw_cmd_check, rw_cmd_policy_lint,
    rw_cmd_policy_import_signers, rw_cmd_audit_list, rw_cmd_audit_show, rw_cmd_audit_verify, rw_cmd_key_import, rw_cmd_key_list, rw_cmd_token_create, rw_cmd_token_list, rw_cmd_token_revoke,
    rw_cmd_subscription_add, rw_cmd_subscription_list, rw_cmd_subscription_pause, rw_cmd_subscription_resume,
    rw_cmd_subscription_delete, rw_cmd_status;

/* Value of an option (the last one given), or NULL. */
const char *rw_given(const struct rw_invocation *in, const char *name);
bool rw_given_flag(const struct rw_invocation *in, const char *name);

/* Fails with RW_E_USAGE and returns RW_EXIT_USAGE. */
int rw_usage(struct rw_error *err, const char *fmt, ...) rw_printf_like(2, 3);

/* --config F: every command that needs it has this row, and gets it loaded by this call. */
#define RW_OPTION_CONFIG { "config", "FILE", "the configuration, refwall.yaml", false, true }
rw_must_check bool rw_cli_config(struct rw_invocation *in, struct rw_config *ret, struct rw_error *err);

/* An option that is a glob: false with RW_E_USAGE when it is malformed. */
rw_must_check bool rw_cli_glob(struct rw_invocation *in, const char *name, struct rw_error *err);

/* Make a token, store its hash, record it; ret receives the text to show once (in the arena). */
rw_must_check bool rw_cli_token(struct rw_invocation *in, struct rw_serve *serve, struct rw_log *log, int64_t wait_ms,
    unsigned scopes, const char *name, const char *repos, rw_time expires, const char **ret, struct rw_error *err);

/*
 * Run git with these arguments in a clean environment (no HOME, no system config, replace objects off). The
 * last line that it prints is its answer, in the arena; what it says when it fails is in err.
 */
rw_must_check bool rw_cli_git(struct rw_arena *a, const char *const *argv, const char **ret_line, struct rw_error *err);

#endif
