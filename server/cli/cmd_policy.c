/* refwall policy lint: is the policy sound, and what in it is odd? */
#include <stdio.h>

#include "refwall/policy.h"
#include "server/cli/cli.h"

static int
lint(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_policy struct rw_policy *p = NULL;
	const struct rw_lint *l;
	size_t n;

	if (!rw_policy_load(in->arg[0], &p, err))
		return err->code == RW_E_POLICY ? RW_EXIT_FINDING : RW_EXIT_FAILED;
	if (!rw_policy_lint(p, in->now, in->arena, &l, &n, err))
		return RW_EXIT_FAILED;
	for (size_t i = 0; i < n; i++)
		printf("%s:%u:%u: warning: %s\n", l[i].pos.file, l[i].pos.line, l[i].pos.col, l[i].text);
	printf("%s: sound: %zu rules, %zu identities, %zu keys, digest %s\n", in->arg[0], p->n_rules, p->n_identities,
	    rw_keyring_count(p->keyring), p->digest);
	return RW_EXIT_OK;
}

static const struct rw_option options[] = { { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_policy_lint = {
	"policy lint", "FILE", "check a policy: errors with line and column, and what is suspicious", options, 1, 1, lint,
};
