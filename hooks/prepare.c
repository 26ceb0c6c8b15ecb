/* What the hook learns from its input, its environment and the repository's own configuration. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "hooks/hook.h"
#include "refwall/process.h"

#define RW_ANCESTORS_MAX 6

void
rw_hook_release(struct rw_hook *h)
{
	rw_buf_release(&h->input);
	free(h->git_dir);
	h->git_dir = NULL;
	rw_arena_free(h->arena);
	h->arena = NULL;
}

static const char *
lookup_env(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

static const char *
transport_name(void)
{
	if (getenv("SSH_CONNECTION") != NULL || getenv("SSH_ORIGINAL_COMMAND") != NULL)
		return "ssh";
	if (getenv("GATEWAY_INTERFACE") != NULL || getenv("REQUEST_METHOD") != NULL || getenv("REMOTE_USER") != NULL)
		return "http";
	return "local";
}

static bool
name_repository(struct rw_hook *h, struct rw_error *err)
{
	if (!rw_source_resolve(h->arena, h->config.repository_from, h->config.n_repository_from, lookup_env, NULL,
	    &h->repo_name, err))
		return false;
	return h->repo_name.n > 0 ||
	    rw_repo_name_from_path(h->arena, h->config.repositories_root, h->git_dir, &h->repo_name, err);
}

static bool
name_account(struct rw_hook *h, struct rw_error *err)
{
	if (!rw_source_resolve(h->arena, h->config.account_from, h->config.n_account_from, lookup_env, NULL,
	    &h->account, err))
		return false;
	if (h->account.n == 0) {
		h->account = rw_str(rw_arena_printf(h->arena, "unix:%u", (unsigned)getuid()));
		return rw_arena_ok(h->arena, "account", err);
	}
	return true;
}

/*
 * git-receive-pack: the nearest ancestor that is called git. A forge's wrapper script between the two ends with the hook, so it would
 * say too early that the push died.
 */
static bool
find_receive_pack(struct rw_hook *h, struct rw_error *err)
{
	pid_t pid = getppid();

	for (int i = 0; i < RW_ANCESTORS_MAX && pid > 1; i++) {
		char path[64], line[512], *p;
		FILE *f;
		long parent;
		bool got;

		snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
		f = fopen(path, "re");
		got = f != NULL && fgets(line, sizeof(line), f) != NULL;
		if (f != NULL)
			fclose(f);
		if (!got)
			break;
		p = strchr(line, '(');
		if (p != NULL && strncmp(p, "(git", 4) == 0)
			return rw_process_capture(pid, &h->process, err);
		p = strrchr(line, ')');
		if (p == NULL || sscanf(p, ") %*c %ld", &parent) != 1)
			break;
		pid = (pid_t)parent;
	}
	return rw_process_capture(getppid(), &h->process, err);
}

/* A value of the repository's own config that must be there. */
static bool
own_config(struct rw_hook *h, const char *key, struct rw_str *ret, struct rw_error *err)
{
	if (!rw_repo_config(h->arena, h->git_dir, key, ret, err))
		return false;
	if (ret->n == 0)
		return rw_fail(err, RW_E_CONFIG, "%s is not set in the repository's own config; "
		    "an administrator runs: refwall install --config FILE REPO", key);
	return true;
}

static struct rw_str
env_str(const char *name)
{
	const char *z = getenv(name);

	return z == NULL ? RW_STR_LIT("") : rw_str(z);
}

void
rw_hook_certificate(struct rw_hook *h, struct rw_repo *repo)
{
	rw_auto_object struct rw_object o = { .handle = NULL };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_oid id;

	if (!h->has_certificate)
		return;
	if (!rw_oid_parse(h->certificate_id, &id) || rw_oid_is_zero(&id))
		h->certificate.why = "git did not keep it";
	else if (!rw_repo_read(repo, &id, RW_OBJ_BLOB, RW_LIMIT_PUSH_CERT_BYTES, &o, &err))
		h->certificate.why = rw_arena_strdup(h->arena, err.msg);
	else
		h->certificate.bytes = rw_arena_str(h->arena, o.bytes);
}

bool
rw_hook_prepare(struct rw_hook *h, const char *name, struct rw_error *err)
{
	const char *dir = getenv("GIT_DIR");
	struct rw_str config_path = { NULL, 0 };

	h->name = name;
	h->now = rw_time_now();
	h->transport = transport_name();
	h->gitlab = getenv("GL_REPOSITORY") != NULL;
	/* git's own verdict, GIT_PUSH_CERT_STATUS, calls unknown SSH keys good: it is not read */
	h->certificate_id = env_str("GIT_PUSH_CERT");
	h->has_certificate = h->certificate_id.n > 0;
	h->certificate.nonce = env_str("GIT_PUSH_CERT_NONCE");
	h->certificate.nonce_status = env_str("GIT_PUSH_CERT_NONCE_STATUS");
	if (!rw_fd_read_all(STDIN_FILENO, "the list of ref updates", &h->input, err))
		return false;
	h->git_dir = realpath(dir == NULL ? "." : dir, NULL);
	if (h->git_dir == NULL)
		return rw_fail_errno(err, "the repository");
	if (!own_config(h, "refwall.config", &config_path, err) || !own_config(h, "refwall.id", &h->repo_id, err))
		return false;
	if (config_path.p[0] != '/')
		return rw_fail(err, RW_E_CONFIG, "refwall.config in the repository's config must be an absolute path");
	if (!rw_config_load(h->arena, config_path.p, &h->config, err))
		return false;
	if (!find_receive_pack(h, err) || !name_repository(h, err) || !name_account(h, err))
		return false;
	h->known = true;
	return true;
}

struct rw_repo_location
rw_hook_location(const struct rw_hook *h)
{
	struct rw_repo_location where = {
		.path = h->git_dir,
		.object_dir = getenv("GIT_OBJECT_DIRECTORY"),
		.alternates = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
	};

	return where;
}
