/* refwall status: what is guarded, what the log says, whether anything waits. */
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/policy.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

static void
print_policy(const struct rw_config *c)
{
	rw_auto_policy struct rw_policy *p = NULL;
	struct rw_error err = RW_ERROR_INIT;

	if (rw_policy_load(c->policy, &p, &err))
		printf("policy         %s: %zu rules, %zu identities, digest %.16s\n", c->policy, p->n_rules, p->n_identities, p->digest);
	else
		printf("policy         BROKEN, every push is refused: %s\n", err.msg);
}

static void
print_serve(struct rw_invocation *in, const struct rw_config *c)
{
	rw_auto_serve struct rw_serve *serve = NULL;
	const struct rw_subscription *sub;
	struct rw_error err = RW_ERROR_INIT;
	uint64_t count[RW_DELIVERY_DEAD + 1];
	size_t n;

	/* Operators who are not the daemon's user may not see serve.db; the rest is still worth showing. */
	if (!rw_serve_open(c->serve_dir, RW_STORE_READ, &serve, &err) ||
	    !rw_subscription_list(serve, in->arena, 0, RW_LIMIT_SUBSCRIPTIONS, &sub, &n, &err) ||
	    !rw_delivery_counts(serve, count, &err)) {
		printf("subscriptions  not known: %s\n", err.msg);
		return;
	}
	printf("subscriptions  %zu; deliveries: %llu waiting, %llu done, %llu dead\n", n,
	    (unsigned long long)(count[RW_DELIVERY_WAITING] + count[RW_DELIVERY_SENDING]),
	    (unsigned long long)count[RW_DELIVERY_DONE], (unsigned long long)count[RW_DELIVERY_DEAD]);
}

static int
run(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	const struct rw_audit_repo *repo;
	struct rw_config c;
	uint8_t root[32];
	char hex[65];
	uint64_t size;
	size_t n, pending;

	if (!rw_cli_config(in, &c, err) || !rw_log_open(c.log_dir, RW_STORE_READ, &log, err) ||
	    !rw_audit_size(log, &size, err) || !rw_audit_root(log, size, root, err) ||
	    !rw_audit_repos(log, in->arena, &repo, &n, err) ||
	    !rw_audit_pending(log, (struct rw_str){ NULL, 0 }, &pending, err))
		return RW_EXIT_FAILED;
	printf("configuration  %s\n", c.path);
	print_policy(&c);
	printf("log            %s: %llu entries, root %s\n", c.origin, (unsigned long long)size,
	    rw_hex_encode(root, sizeof(root), hex));
	printf("pending        %zu accepted refs that are not settled yet\n", pending);
	print_serve(in, &c);
	printf("repositories   %zu\n", n);
	for (size_t i = 0; i < n; i++)
		printf("  %s  %s\n", RW_SHOW(repo[i].name), RW_SHOW(repo[i].path));
	return RW_EXIT_OK;
}

static const struct rw_option options[] = { RW_OPTION_CONFIG, { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_status = {
	"status", "", "what is guarded, what the log says, what waits", options, 0, 0, run,
};
