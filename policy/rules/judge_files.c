/* Files without a push: the content rules alone, each file as if it stood at the tip of the ref. */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

static bool
activate(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < j->policy->n_rules; i++) {
		const struct rw_rule *r = &j->policy->rule[i];
		struct rw_active *a;

		if (!(rw_rule_has_target(r, RW_TARGET_TIP) || rw_rule_has_target(r, RW_TARGET_BLOB)) ||
		    !rw_scope_has_repo(&r->scope, j->repo_name) ||
		    !rw_scope_has_ref(&r->scope, u->name))
			continue;
		a = rw_arena_push(j->scratch, &u->active, &u->n_active, &u->cap_active);
		if (a == NULL)
			return rw_fail_nomem(err);
		a->rule = r;
		a->content = true;
	}
	return true;
}

static bool
judge(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i;

	for (i = 0; i < u->n_active; i++) {
		if (rw_rule_has_trait(u->active[i].rule, RW_TRAIT_RUNS) &&
		    !rw_builtin_attributes_files(j, u, u->active[i].rule, err))
			return false;
	}
	for (i = 0; i < j->files->n_files; i++) {
		const struct rw_file *file = &j->files->file[i];
		rw_auto_content struct rw_content c = {
			.path = file->path, .mode = file->mode, .file = file, .at_tip = true
		};

		if (!rw_judgement_file(j, u, &c, err))
			return rw_fail_prefix(err, "%s", RW_SHOW(file->path));
	}
	return true;
}

bool
rw_judge_files(const struct rw_judge_files *in, struct rw_arena *a, struct rw_verdict *ret,
    struct rw_error *err)
{
	struct rw_judgement j;
	struct rw_update_view u;
	bool good;

	memset(ret, 0, sizeof(*ret));
	memset(&u, 0, sizeof(u));
	good = rw_judgement_init(&j, a, in->policy, in->repo_name, err);
	j.files = in;
	u.name = in->ref;
	good = good && activate(&j, &u, err) && judge(&j, &u, err);
	for (size_t i = 0; good && i < j.n_findings; i++)
		j.finding[i].ref = (struct rw_str){ "", 0 };
	good = good && rw_judgement_finish(&j, ret, err);
	rw_judgement_release(&j);
	return good;
}
