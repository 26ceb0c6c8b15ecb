/* pushed-by: [who...]: whose account may push to the ref, whoever made the commits. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_pushed_by *f = conf;

	return rw_builder_who(b, n, "pushed-by", &f->who, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_pushed_by *f = conf;

	rw_codec_who(c, &f->who);
}

static void
say(struct rw_judgement *j, const struct rw_rule *r, const struct rw_conf_pushed_by *conf,
    const struct rw_update_view *u, const struct rw_glob_captures *captures)
{
	struct rw_finding *f = rw_judgement_find(j, r, "pushed-by", u);
	const char *name = rw_judgement_show(j, u->name, 200);

	f->personal = true;
	f->neutral = rw_judgement_text(j, "the account may not push to %s", name);
	f->text = rw_judgement_text(j, "%s may not push to %s", rw_judgement_account(j), name);
	f->found = j->pusher == RW_IDENTITY_NONE ? "no identity of the policy has this account" :
	    rw_judgement_text(j, "the account of %s", rw_judgement_identity(j, j->pusher));
	f->wanted =
	    rw_judgement_text(j, "the account of one of: %s", rw_judgement_who(j, &conf->who, captures));
	f->mend =
	    rw_judgement_text(j, "git push origin %.12s:refs/heads/NAME   # and ask one of them to merge it",
		RW_OID(u->kind == RW_UPDATE_DELETE ? &u->old_id : &u->update->new_id));
	if (u->kind == RW_UPDATE_DELETE)
		f->mend = "ask one of them to delete it";
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_error *err)
{
	const struct rw_conf_pushed_by *conf = c->conf;
	struct rw_glob_captures captures;
	struct rw_str none = { NULL, 0 };

	(void)err;
	rw_scope_captures(&r->scope, u->name, none, &captures);
	if (j->pusher == RW_IDENTITY_NONE || !rw_who_has(j->policy, &conf->who, &captures, j->pusher))
		say(j, r, conf, u, &captures);
	return true;
}

const struct rw_rule_type rw_rule_pushed_by = {
	.name = "pushed-by",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_pushed_by),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
