/*
 * config.h (refwall/config.h): refwall.yaml, strict. Unknown and duplicate keys are errors with line and column.
 * Paths in it are relative to the file. Read by the hook, the daemon and the CLI alike. rw_crypto_init() (hash.h) comes first.
 * Only version and origin must stand in it; the other values below are the defaults, or absent.
 *
 *	version: 1
 *	origin: git.example.com/refwall		# names the log; default: the host name at init
 *	policy: policy.yaml
 *	log: log				# directory of log.db
 *	serve: serve				# directory of serve.db
 *	listen: 127.0.0.1:8480
 *	external-url: https://git.example.com	# html_url of notices: external-url + "/" + repository name
 *	repositories:
 *	  root: /srv/git			# names are paths below it, without .git
 *	  from: [{var: GL_REPO, as: "%s"}]	# or from what the forge says; first that is set
 *	accounts:
 *	  from: [{var: GITEA_DEPLOY_KEY_ID, unless: ["", "0"], as: "deploy-key:%s"}, {var: REMOTE_USER, as: "%s"}]
 *	delivery:
 *	  allow: [127.0.0.0/8]			# networks that are allowed although private
 *	  deny: []				# networks that are refused although public
 *	lock-wait: 10s
 *	chained-timeout: 60s
 */
#ifndef REFWALL_CONFIG_H
#define REFWALL_CONFIG_H

#include "refwall/arena.h"
#include "refwall/limits.h"
#include "refwall/network.h"

struct rw_source {			/* one row of accounts.from or repositories.from */
	const char *var;		/* name of an environment variable; "A/B": both, joined by '/' */
	const char *as;			/* format with exactly one %s */
	const char *const *unless;	/* values that count as "not set" ("" always does) */
	size_t n_unless;
};

struct rw_config {
	const char *path;		/* of the file, absolute */
	const char *dir;		/* its directory, absolute */
	const char *origin;
	const char *policy;		/* absolute */
	const char *log_dir;		/* absolute */
	const char *serve_dir;		/* absolute */
	const char *listen_host, *listen_port;
	const char *external_url;	/* without trailing '/', or NULL */
	const char *repositories_root;	/* absolute, without trailing '/', or NULL */
	const struct rw_source *repository_from, *account_from;
	size_t n_repository_from, n_account_from;
	const struct rw_network *allow, *deny;
	size_t n_allow, n_deny;
	int64_t lock_wait_ms;
	int64_t chained_timeout_ms;
	char digest[65];		/* SHA-256 of the file's bytes, hex */
};

/* Read and check. RW_E_CONFIG: "refwall.yaml:3:5: unknown key 'polcy' (did you mean 'policy'?)". */
rw_must_check bool rw_config_load(struct rw_arena *a, const char *path, struct rw_config *ret, struct rw_error *err);

/* The same from bytes, for tests and fuzzing; `path` names them and anchors relative paths. Pure. */
rw_must_check bool rw_config_parse(struct rw_arena *a, const char *path, struct rw_str bytes, struct rw_config *ret,
    struct rw_error *err);

/*
 * The first row whose variable is set: ret is the formatted name, checked (1 to 256 bytes, printable, no '/' at the ends, no "..").
 * lookup() is how the program lends the environment; NULL means not set. {NULL,0} when no row applies.
 */
typedef const char *rw_lookup_fn(void *ctx, const char *name);
rw_must_check bool rw_source_resolve(struct rw_arena *a, const struct rw_source *rows, size_t n, rw_lookup_fn *lookup,
    void *ctx, struct rw_str *ret, struct rw_error *err);

/*
 * The name of a repository from its path: below `root` (which must hold it) or, without a root, the last component; without ".git".
 * git_dir is absolute and real. RW_E_CONFIG when it gives no usable name.
 */
rw_must_check bool rw_repo_name_from_path(struct rw_arena *a, const char *root, const char *git_dir, struct rw_str *ret,
    struct rw_error *err);

#endif
