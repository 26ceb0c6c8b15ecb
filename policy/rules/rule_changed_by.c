/*
 * changed-by: [{who: team-a}, {who: [alice, bots]}]: one of these grants must cover each changed path in
 * scope.
 */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

static bool
grant_compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, struct rw_who *ret,
    struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "who", RW_KEY_REQUIRED }, { "approvals", RW_KEY_LATER }, { "fields", RW_KEY_LATER }
	};
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];

	return rw_builder_map(b, n, "a grant of changed-by", keys, RW_ARRAY_LEN(keys), v, err) &&
	    rw_builder_who(b, v[0], "changed-by.who", ret, err);
}

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_changed_by *f = conf;

	if (n->kind != RW_YAML_SEQ || n->n == 0)
		return rw_strict_fail(rw_builder_strict(b), n, err,
		    "changed-by: wanted a list of grants, like [{who: maintainers}]");
	f->grant = rw_arena_array(rw_builder_arena(b), n->n, sizeof(*f->grant));
	if (f->grant == NULL)
		return rw_arena_ok(rw_builder_arena(b), "policy", err);
	for (f->n = 0; f->n < n->n; f->n++)
		if (!grant_compile(b, n->item[f->n], &f->grant[f->n], err))
			return false;
	return true;
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_changed_by *f = conf;

	rw_codec_count(c, &f->n, 3);
	if (!rw_codec_writing(c)) {
		f->grant = rw_codec_array(c, f->n, sizeof(*f->grant));
		if (f->grant == NULL) {
			rw_codec_fail(c);	/* there is always one */
			f->n = 0;
		}
	}
	for (size_t i = 0; i < f->n; i++)
		rw_codec_who(c, &f->grant[i]);
}

static const char authorised[] = "changed-by, authorised", reported[] = "changed-by, reported";

/* What stands at the path after the change, and how. */
static struct rw_oid
content_of(const struct rw_change *change)
{
	const struct rw_str parts[] = {
		{ (const char *)change->new_id.b, sizeof(change->new_id.b) },
		{ (const char *)&change->new_mode, sizeof(change->new_mode) }
	};

	return rw_oid_map_key(parts, RW_ARRAY_LEN(parts));
}

static bool
granted(struct rw_judgement *j, const struct rw_conf_changed_by *conf,
    const struct rw_glob_captures *captures, uint32_t identity)
{
	if (identity == RW_IDENTITY_NONE)
		return false;
	for (size_t i = 0; i < conf->n; i++) {
		if (rw_who_has(j->policy, &conf->grant[i], captures, identity))
			return true;
	}
	return false;
}

static const char *
grants_text(struct rw_judgement *j, const struct rw_conf_changed_by *conf,
    const struct rw_glob_captures *captures)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(64 << 10);

	for (size_t i = 0; i < conf->n; i++) {
		rw_buf_puts(&b, i == 0 ? "" : ", ");
		rw_judgement_put_who(&conf->grant[i], captures, &b);
	}
	return rw_judgement_show(j, rw_buf_str(&b), 300);
}

static struct rw_finding *
find(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_str path, const struct rw_glob_captures *captures)
{
	struct rw_finding *f = rw_judgement_find(j, r, "changed-by", u);

	f->personal = true;
	rw_finding_path(j, f, path);
	f->wanted = rw_judgement_text(j, "a change by one of: %s", grants_text(j, c->conf, captures));
	return f;
}

static void
say_commit(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, const struct rw_commit_info *info, const struct rw_change *change,
    const struct rw_glob_captures *captures, uint32_t signer)
{
	struct rw_finding *f = find(j, r, c, u, change->path, captures);

	f->commit = info->id;
	f->text = rw_judgement_text(j, "commit %.7s \"%s\" may not change this", RW_OID(&info->id),
	    rw_judgement_show(j, info->commit.subject, 50));
	f->neutral = rw_judgement_text(j, "commit %.7s may not change this", RW_OID(&info->id));
	if (signer != RW_IDENTITY_NONE)
		f->found = rw_judgement_text(j, "a change signed by %s", rw_judgement_identity(j, signer));
	else
		f->found = rw_judgement_text(j, "no good signature of the commit (%s), and %s is %s",
		    info->sig.state == RW_SIG_GOOD ? "key not valid" : rw_sig_state_name(info->sig.state),
		    rw_judgement_account(j), rw_judgement_identity(j, j->pusher));
	f->mend = rw_judgement_text(j,
	    "git push origin %.12s:refs/heads/NAME   # one of them takes the change over and signs it",
	    RW_OID(&u->update->new_id));
}

static void
say_net(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, const struct rw_change *change, const struct rw_glob_captures *captures)
{
	struct rw_finding *f = find(j, r, c, u, change->path, captures);

	f->text = u->kind == RW_UPDATE_DELETE ? "would go with the ref" :
	    "would change, and no new commit had the right to change it";
	f->found = rw_judgement_text(j, "a %s pushed by %s (%s)",
	    u->kind == RW_UPDATE_DELETE ? "deletion" : rw_update_kind_name(u->kind), rw_judgement_account(j),
	    rw_judgement_identity(j, j->pusher));
	f->mend = u->kind == RW_UPDATE_DELETE
	    ? "ask one of them to delete it"
	    : rw_judgement_text(j, "git restore --source=%.12s -- %s   # or ask one of them to push it",
		  RW_OID(&u->old_id), rw_judgement_word(j, change->path));
	f->neutral = f->text;
}

/*
 * What the update changes in sum. A rewind, or a merge of commits that nobody had to judge, changes paths
 * without any new commit that does; so what stands there now must be what some commit put there that had the
 * right to, or the pusher has it.
 */
static void
judge_net(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, const struct rw_change *change, const struct rw_glob_captures *captures)
{
	struct rw_str whole = { NULL, 0 };
	struct rw_oid content = content_of(change);

	if (granted(j, c->conf, captures, j->pusher) ||
	    rw_judgement_mark(j, authorised, c, u, change->path, &content, 0) != 0)
		return;
	/* a deletion takes everything at once: one finding is enough */
	if (rw_judgement_mark(j, reported, c, u, u->kind == RW_UPDATE_DELETE ? whole : change->path, NULL,
		1) == 0)
		say_net(j, r, c, u, change, captures);
}

/*
 * The claimed author counts for nothing: who may change is the verified signer, or the account where nobody
 * signed.
 */
static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, const struct rw_oid *id, const struct rw_commit *commit,
    const struct rw_change *change, const struct rw_glob_captures *captures, struct rw_error *err)
{
	struct rw_oid content = content_of(change);
	struct rw_commit_info *info;
	uint32_t signer;

	if (commit == NULL) {
		judge_net(j, r, c, u, change, captures);
		return true;
	}
	info = rw_oid_map_get(&j->commits, id);
	if (info == NULL)
		return rw_fail(err, RW_E_INTERNAL, "commit %.7s was not read", RW_OID(id));
	(void)rw_judgement_signer(j, info, &signer);
	if (granted(j, c->conf, captures, signer != RW_IDENTITY_NONE ? signer : j->pusher)) {
		(void)rw_judgement_mark(j, authorised, c, u, change->path, &content, 1);
		rw_judgement_used_signer(j, signer);
		return true;
	}
	if (rw_judgement_mark(j, reported, c, u, change->path, NULL, 1) == 0)
		say_commit(j, r, c, u, info, change, captures, signer);
	return true;
}

const struct rw_rule_type rw_rule_changed_by = {
	.name = "changed-by",
	.target = RW_TARGET_CHANGE,
	.conf_size = sizeof(struct rw_conf_changed_by),
	.compile = compile,
	.codec = codec,
	.change = judge,
};
