/* reachable-from: [refs/heads/main]: the new tip must be held by one of these refs already. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	struct rw_conf_reachable *f = conf;

	return rw_builder_refs(b, n, "reachable-from", &f->refs, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_reachable *f = conf;

	rw_codec_globs(c, &f->refs);
}

/* Tips, before the push, of the refs that the check names. */
static bool
tips(struct rw_judgement *j, const struct rw_conf_reachable *conf, struct rw_oid **ret, size_t *ret_n,
    struct rw_error *err)
{
	size_t i;

	*ret_n = 0;
	if (!rw_judgement_refs(j, err))
		return false;
	*ret = rw_arena_array(j->scratch, j->n_refs, sizeof(**ret));
	if (*ret == NULL)
		return rw_arena_ok(j->scratch, "the refs of the repository", err);
	for (i = 0; i < j->n_refs; i++) {
		if (j->ref[i].kind == RW_REF_DIRECT && rw_globs_match(&conf->refs, j->ref[i].name, NULL))
			(*ret)[(*ret_n)++] = j->ref[i].id;
	}
	return true;
}

static const char *
globs_text(struct rw_judgement *j, const struct rw_globs *l)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16 << 10);

	for (size_t i = 0; i < l->n; i++) {
		rw_buf_puts(&b, i == 0 ? "" : ", ");
		rw_buf_put_str(&b, rw_glob_pattern(l->item[i]));
	}
	return rw_judgement_show(j, rw_buf_str(&b), 300);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_error *err)
{
	const struct rw_conf_reachable *conf = c->conf;
	const struct rw_oid *beyond;
	struct rw_oid *hide;
	struct rw_finding *f;
	size_t n_hide, n;

	if (u->kind == RW_UPDATE_DELETE)
		return true;
	/* what is reachable from the tip and from none of them: nothing, when one of them holds the tip */
	if (!tips(j, conf, &hide, &n_hide, err) ||
	    !rw_repo_commits(j->repo, j->scratch, &u->new_tip, hide, n_hide, &j->net_budget, &beyond, &n,
		err))
		return false;
	if (n == 0)
		return true;
	f = rw_judgement_find(j, r, "reachable-from", u);
	f->commit = u->new_tip;
	f->text = rw_judgement_text(j, "%s would name commit %.7s, which is not released",
	    rw_judgement_show(j, u->name, 200), RW_OID(&u->new_tip));
	f->found = rw_judgement_text(j, "%zu commit%s that none of these refs holds", n, n == 1 ? "" : "s");
	f->wanted =
	    rw_judgement_text(j, "a commit that one of these holds already: %s", globs_text(j, &conf->refs));
	f->mend = "push the branch first; when it is accepted, push this ref";
	return true;
}

const struct rw_rule_type rw_rule_reachable_from = {
	.name = "reachable-from",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_reachable),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
