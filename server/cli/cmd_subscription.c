/* refwall subscription add, list, pause, resume, delete. */
#include <fcntl.h>
#include <stdio.h>

#include "refwall/fanout.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

struct stores {
	struct rw_config config;
	struct rw_log *log;
	struct rw_serve *serve;
};

static void
stores_release(struct stores *s)
{
	rw_log_close(s->log);
	rw_serve_close(s->serve);
}

static bool
stores_open(struct stores *s, struct rw_error *err)
{
	return rw_log_open(s->config.log_dir, RW_STORE_WRITE, &s->log, err) &&
	    rw_serve_open(s->config.serve_dir, RW_STORE_WRITE, &s->serve, err);
}

static bool
change(struct rw_invocation *in, struct stores *s, enum rw_subscription_action action, struct rw_subscription *sub,
    struct rw_error *err)
{
	struct rw_subscription_change c = { .action = action, .sub = sub, .now = in->now };

	return rw_subscription_change(s->serve, s->log, s->config.lock_wait_ms, &c, err);
}

/* The secret file's bytes minus one trailing newline are the key. */
static bool
read_secret(struct rw_invocation *in, const char *path, struct rw_str *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_SECRET_MAX + 1);
	struct rw_str s;

	if (!rw_file_read(AT_FDCWD, path, &b, err))
		return false;
	s = rw_buf_str(&b);
	if (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n < RW_LIMIT_SECRET_MIN || s.n > RW_LIMIT_SECRET_MAX)
		return rw_fail(err, RW_E_USAGE, "%s: a secret has %d to %d bytes, this one has %zu "
		    "(make one: openssl rand -hex 32)", path, RW_LIMIT_SECRET_MIN, RW_LIMIT_SECRET_MAX, s.n);
	*ret = rw_arena_str(in->arena, s);
	rw_wipe(b.data, b.len);
	return rw_arena_ok(in->arena, "secret", err);
}

static int
add(struct rw_invocation *in, struct rw_error *err)
{
	rw_cleanup(stores_release) struct stores s = { .log = NULL };
	struct rw_subscription sub = { .state = RW_SUB_ACTIVE, .created = in->now };
	const char *url = rw_given(in, "url"), *repo = rw_given(in, "repo"), *ref = rw_given(in, "ref");
	struct rw_address_policy addresses;

	if (!rw_cli_config(in, &s.config, err))
		return RW_EXIT_FAILED;
	addresses = (struct rw_address_policy){
		s.config.allow, s.config.deny, s.config.n_allow, s.config.n_deny,
	};
	sub.url = rw_str(url);
	if (!rw_url_allowed(in->arena, sub.url, &addresses, err) || !rw_cli_glob(in, "repo", err) ||
	    !rw_cli_glob(in, "ref", err))
		return RW_EXIT_USAGE;
	if (!read_secret(in, rw_given(in, "secret-file"), &sub.secret, err))
		return err->code == RW_E_USAGE ? RW_EXIT_USAGE : RW_EXIT_FAILED;
	sub.repo_glob = rw_str(repo);
	sub.ref_glob = rw_str(ref);
	if (!stores_open(&s, err) || !change(in, &s, RW_SUB_CREATE, &sub, err))
		return RW_EXIT_FAILED;
	printf("subscription %lld\n", (long long)sub.id);
	return RW_EXIT_OK;
}

static int
list(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_serve struct rw_serve *serve = NULL;
	const struct rw_subscription *sub;
	struct rw_config c;
	size_t n;

	if (!rw_cli_config(in, &c, err) || !rw_serve_open(c.serve_dir, RW_STORE_READ, &serve, err) ||
	    !rw_subscription_list(serve, in->arena, 0, RW_LIMIT_SUBSCRIPTIONS, &sub, &n, err))
		return RW_EXIT_FAILED;
	for (size_t i = 0; i < n; i++)
		printf("%lld  %-6s  %s  repo %s  ref %s\n", (long long)sub[i].id,
		    rw_subscription_state_name(sub[i].state), RW_SHOW(sub[i].url),
		    sub[i].repo_glob.n > 0 ? RW_SHOW(sub[i].repo_glob) : "**",
		    sub[i].ref_glob.n > 0 ? RW_SHOW(sub[i].ref_glob) : "**");
	return RW_EXIT_OK;
}

static int
change_one(struct rw_invocation *in, enum rw_subscription_action action, struct rw_error *err)
{
	rw_cleanup(stores_release) struct stores s = { .log = NULL };
	struct rw_subscription sub;
	uint64_t id;

	if (!rw_text_u64(rw_str(in->arg[0]), INT64_MAX, &id))
		return rw_usage(err, "a subscription is named by its number, as refwall subscription list shows it");
	if (!rw_cli_config(in, &s.config, err) || !stores_open(&s, err) ||
	    !rw_subscription_get(s.serve, in->arena, (int64_t)id, &sub, err) ||
	    !change(in, &s, action, &sub, err))
		return RW_EXIT_FAILED;
	printf("subscription %llu is %s\n", (unsigned long long)id, rw_subscription_action_name(action));
	return RW_EXIT_OK;
}

static int
pause_one(struct rw_invocation *in, struct rw_error *err)
{
	return change_one(in, RW_SUB_PAUSE, err);
}

static int
resume_one(struct rw_invocation *in, struct rw_error *err)
{
	return change_one(in, RW_SUB_RESUME, err);
}

static int
delete_one(struct rw_invocation *in, struct rw_error *err)
{
	return change_one(in, RW_SUB_DELETE, err);
}

static const struct rw_option add_options[] = {
	RW_OPTION_CONFIG,
	{ "url", "URL", "where notices go: http or https", false, true },
	{ "secret-file", "FILE", "the key that signs them: its bytes minus one trailing newline", false, true },
	{ "repo", "GLOB", "only these repositories", false, false },
	{ "ref", "GLOB", "only these refs, for example refs/heads/main", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct rw_option config_options[] = { RW_OPTION_CONFIG, { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_subscription_add = {
	"subscription add", "", "announce accepted pushes to an endpoint", add_options, 0, 0, add,
};
const struct rw_command rw_cmd_subscription_list = {
	"subscription list", "", "list subscriptions", config_options, 0, 0, list,
};
const struct rw_command rw_cmd_subscription_pause = {
	"subscription pause", "NUMBER", "stop announcing; what waits is kept", config_options, 1, 1, pause_one,
};
const struct rw_command rw_cmd_subscription_resume = {
	"subscription resume", "NUMBER", "announce again", config_options, 1, 1, resume_one,
};
const struct rw_command rw_cmd_subscription_delete = {
	"subscription delete", "NUMBER", "forget a subscription and what waits for it", config_options, 1, 1, delete_one,
};
