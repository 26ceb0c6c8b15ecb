/* refwall init: a state directory with configuration, a sample policy, both stores, and the first token. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/text.h"
#include "server/cli/cli.h"

static const char sample_policy[] =
    "# The policy of this server: refwall-policy(5). Check it with: refwall policy lint FILE\n"
    "version: 1\n"
    "\n"
    "# include: [identities/*.yaml]\n"
    "\n"
    "# Who may sign and push. An account is what the transport says (refwall.yaml, accounts.from);\n"
    "# over a local path it is unix:UID.\n"
    "identities: {}\n"
    "#  alice:\n"
    "#    accounts: [alice]\n"
    "#    emails: [alice@example.com]\n"
    "#    keys: [{ssh: \"ssh-ed25519 AAAA... alice@laptop\"}]\n"
    "\n"
    "groups: {}\n"
    "#  maintainers: [alice]\n"
    "\n"
    "# What may exist at all; a push to any other ref is refused.\n"
    "refs: [refs/heads/**, refs/tags/**]\n"
    "\n"
    "# Where a rule applies that names no refs of its own.\n"
    "scope: {refs: [refs/heads/main]}\n"
    "\n"
    "rules:\n"
    "  - name: main is append-only\n"
    "    updates: [create, fast-forward]\n"
    "  - name: tags never move\n"
    "    refs: [refs/tags/**]\n"
    "    updates: [create]\n"
    "#  - name: every commit is signed by someone we know\n"
    "#    signed: {by: [maintainers]}\n"
    "#  - name: only maintainers push to main\n"
    "#    pushed-by: [maintainers]\n"
    "#  - name: manifests are sound\n"
    "#    paths: [\"**/*.yaml\", \"**/*.yml\"]\n"
    "#    manifests: {}\n"
    "#    images: {pinned: digest}\n"
    "#    secrets: encrypted\n";

static bool
make_dir(const char *path, mode_t mode, struct rw_error *err)
{
	struct stat st;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return rw_fail_errno(err, "%s", path);
	if (lstat(path, &st) != 0)
		return rw_fail_errno(err, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return rw_fail(err, RW_E_EXISTS, "%s is there and is no directory", path);
	return true;
}

static bool
write_config(struct rw_invocation *in, const char *dir, const char *listen, const char *origin, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_CONFIG_BYTES);
	const char *path = rw_arena_printf(in->arena, "%s/refwall.yaml", dir);

	rw_buf_printf(&b,
	    "# Configuration of Refwall: refwall.yaml(5). Relative paths start at this file's directory.\n"
	    "version: 1\n"
	    "origin: %s\n"
	    "policy: policy.yaml\n"
	    "log: log\n"
	    "serve: serve\n"
	    "listen: %s\n"
	    "# external-url: https://git.example.com\n"
	    "# repositories:\n"
	    "#   root: /srv/git\n"
	    "# accounts:\n"
	    "#   from: [{var: REMOTE_USER, as: \"%%s\"}]\n"
	    "# delivery:\n"
	    "#   allow: [10.0.0.0/8]\n", origin, listen);
	if (path == NULL)
		return rw_fail_nomem(err);
	return rw_buf_ok(&b, path, err) && rw_file_write(path, rw_buf_str(&b), 0640, true, err);
}

static bool
write_token(struct rw_invocation *in, const char *dir, const struct rw_config *c, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_serve struct rw_serve *serve = NULL;
	const char *path = rw_arena_printf(in->arena, "%s/admin.token", dir);
	const char *token = NULL, *line;

	if (path == NULL)
		return rw_fail_nomem(err);
	if (!rw_log_open(c->log_dir, RW_STORE_WRITE, &log, err) || !rw_serve_open(c->serve_dir, RW_STORE_WRITE, &serve, err))
		return false;
	if (!rw_cli_token(in, serve, log, c->lock_wait_ms, RW_SCOPE_ADMIN, "made by refwall init", "", RW_TIME_NONE, &token, err))
		return false;
	line = rw_arena_printf(in->arena, "%s\n", token);
	return line == NULL ? rw_fail_nomem(err) : rw_file_write(path, rw_str(line), 0600, true, err);
}

/* "HOST:PORT", "[::1]:PORT": checked in full by the configuration; here only that it cannot break the file. */
static bool
plain_word(const char *z)
{
	return z[0] != '\0' && strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-[]_/") == strlen(z);
}

static bool
init(struct rw_invocation *in, const char *dir, const char *listen, const char *origin, struct rw_error *err)
{
	const char *config_path = rw_arena_printf(in->arena, "%s/refwall.yaml", dir);
	const char *policy_path = rw_arena_printf(in->arena, "%s/policy.yaml", dir);
	struct rw_config c;

	if (config_path == NULL || policy_path == NULL)
		return rw_fail_nomem(err);
	if (access(config_path, F_OK) == 0)
		return rw_fail(err, RW_E_EXISTS, "%s is there already; nothing was changed", config_path);
	if (!make_dir(dir, 0755, err) || !write_config(in, dir, listen, origin, err))
		return false;
	if (access(policy_path, F_OK) != 0 && !rw_file_write(policy_path, rw_str(sample_policy), 0640, true, err))
		return false;
	if (!rw_config_load(in->arena, config_path, &c, err))
		return false;
	if (!rw_log_create(c.log_dir, c.origin, err) || !rw_serve_create(c.serve_dir, err))
		return false;
	return write_token(in, dir, &c, err);
}

static int
run(struct rw_invocation *in, struct rw_error *err)
{
	const char *dir = rw_given(in, "state");
	const char *listen = rw_given(in, "listen");
	const char *origin = rw_given(in, "origin");
	char host[256] = "";

	if (origin == NULL) {
		if (gethostname(host, sizeof(host) - 1) != 0)
			host[0] = '\0';
		origin = plain_word(host) ? host : "localhost";
	}
	if (listen == NULL)
		listen = "127.0.0.1:8480";
	if (!plain_word(listen) || !plain_word(origin))
		return rw_usage(err, "--listen wants HOST:PORT, --origin a host name and path");
	if (!init(in, dir, listen, origin, err))
		return RW_EXIT_FAILED;
	printf("state directory  %s\n"
	    "configuration    %s/refwall.yaml\n"
	    "policy           %s/policy.yaml   (a sample: edit it, then refwall policy lint)\n"
	    "admin token      %s/admin.token   (mode 0600)\n"
	    "next             refwall install --config %s/refwall.yaml REPO.git\n", dir, dir, dir, dir, dir);
	return RW_EXIT_OK;
}

static const struct rw_option options[] = {
	{ "state", "DIR", "the directory to make", false, true },
	{ "listen", "HOST:PORT", "where refwalld listens (127.0.0.1:8480)", false, false },
	{ "origin", "NAME", "the log's name, for ever (the host's name)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct rw_command rw_cmd_init = {
	"init", "", "make a state directory: configuration, sample policy, stores, admin token", options, 0, 0, run,
};
