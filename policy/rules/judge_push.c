/*
 * A push, judged in this order, so that what comes later can rely on what came before: names and old values,
 * objects, one batch of signatures, then the rules: updates, commits, changes, contents.
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

static bool
prepare(struct rw_judgement *j, const struct rw_judge_input *in, struct rw_error *err)
{
	struct rw_ref_update *update;
	size_t i;

	j->in = in;
	j->repo = in->repo;
	j->now = in->now;
	if (in->rehearse)
		j->pusher = in->as;
	else if (in->account.n > 0)
		j->pusher = rw_policy_by_account(in->policy, in->account);
	if (in->push.n == 0)
		return rw_fail(err, RW_E_USAGE, "a push without updates");
	if (in->push.n > RW_LIMIT_PUSH_REFS)
		return rw_fail(err, RW_E_LIMIT,
		    "the push has %zu refs, wanted at most %d: push them in parts", in->push.n,
		    RW_LIMIT_PUSH_REFS);
	j->n_updates = in->push.n;
	j->update = rw_arena_array(j->scratch, in->push.n, sizeof(*j->update));
	update = rw_arena_array(j->out, in->push.n, sizeof(*update));
	if (j->update == NULL || update == NULL)
		return rw_fail_nomem(err);
	for (i = 0; i < in->push.n; i++) {
		struct rw_update_view *u = &j->update[i];

		update[i] = in->push.update[i];
		update[i].name = rw_arena_str(j->out, update[i].name);
		u->update = &update[i];
		u->name = update[i].name;
		u->is_branch = rw_str_has_prefix(u->name, "refs/heads/");
		u->is_tag = rw_str_has_prefix(u->name, "refs/tags/");
		u->judged = rw_arena_alloc(j->out, sizeof(*u->judged));
		if (u->judged == NULL || u->name.p == NULL)
			return rw_arena_ok(j->out, "the verdict", err);
		u->judged->update = &update[i];
		if (!rw_refname_valid(u->name))
			return rw_fail(err, RW_E_PARSE, "%s is no ref name", RW_SHOW(u->name));
		if (rw_judgement_mark(j, "update of", NULL, NULL, u->name, NULL, 1) != 0)
			return rw_fail(err, RW_E_PARSE, "%s is named twice in one push", RW_SHOW(u->name));
	}
	return true;
}

static bool
examine(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	if (!rw_builtin_names(j, u, err))
		return false;
	if (u->broken || u->kind == RW_UPDATE_NONE)
		return true;
	if (!rw_judgement_activate(j, u, err))
		return false;
	if (u->broken || u->kind == RW_UPDATE_DELETE)
		return true;
	return (!u->is_tag || rw_builtin_tag(j, u, err)) && rw_builtin_objects(j, u, err);
}

/* ---- the rules of one update ---- */

/*
 * Whole pushes and commits are judged whatever paths they touch: a scope of paths that a rule inherits does
 * not narrow that.
 */
static bool
run_update(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    const struct rw_check *c, struct rw_error *err)
{
	return c->type->update == NULL || c->type->update(j, a->rule, c, u, err);
}

static bool
run_commits(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    const struct rw_check *c, struct rw_error *err)
{
	size_t i;

	if (u->is_tag)			/* of a tag, the tag object is judged */
		return run_update(j, u, a, c, err);
	for (i = 0; a->set != NULL && i < a->set->n; i++) {
		struct rw_commit_info *commit = a->set->commit[i];

		if (!c->type->commit(j, a->rule, c, u, &commit->id, &commit->commit, err))
			return false;
	}
	return true;
}

/* A link or submodule that stands in for a directory brings everything below with it. */
static bool
change_in_scope(struct rw_judgement *j, const struct rw_scope *s, const struct rw_change *ch)
{
	uint32_t both = ch->old_mode | ch->new_mode;

	return rw_scope_has_path(s, ch->path) ||
	    ((both & 0120000) == 0120000 && rw_scope_reaches_below(j, s, ch->path));
}

static bool
run_change_list(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    const struct rw_check *c, const struct rw_commit_info *commit, const struct rw_change *ch, size_t n,
    struct rw_error *err)
{
	struct rw_glob_captures captures;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!change_in_scope(j, &a->rule->scope, &ch[i]))
			continue;
		rw_scope_captures(&a->rule->scope, u->name, ch[i].path, &captures);
		if (!c->type->change(j, a->rule, c, u, commit == NULL ? NULL : &commit->id,
		    commit == NULL ? NULL : &commit->commit, &ch[i], &captures, err))
			return false;
	}
	return true;
}

/*
 * Every change of every new commit; then what the update changes in sum, which a rewind, a deletion, or a
 * merge of commits that are exempt does without any of them. A new ref has nothing to be changed: what it
 * starts from was there.
 */
static bool
run_changes(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    const struct rw_check *c, struct rw_error *err)
{
	const struct rw_change *ch;
	size_t i, n;

	for (i = 0; a->set != NULL && i < a->set->n; i++) {
		struct rw_commit_info *commit = a->set->commit[i];

		if (!rw_judgement_changes(j, commit, err) ||
		    !run_change_list(j, u, a, c, commit, commit->change, commit->n_changes, err))
			return false;
	}
	if (u->kind == RW_UPDATE_CREATE)
		return true;
	return rw_judgement_own(j, u, a->set, &ch, &n, err) && run_change_list(j, u, a, c, NULL, ch, n, err);
}

typedef bool run_fn(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    const struct rw_check *c, struct rw_error *err);

static run_fn *const run_target[] = {
	[RW_TARGET_UPDATE] = run_update,
	[RW_TARGET_COMMIT] = run_commits,
	[RW_TARGET_CHANGE] = run_changes,
	[RW_TARGET_BLOB] = NULL,	/* with the contents */
	[RW_TARGET_TIP] = NULL,
};

static bool
run_rules(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i, k;

	for (i = 0; i < u->n_active; i++) {
		const struct rw_active *a = &u->active[i];

		for (k = 0; k < a->rule->n_checks && !u->broken; k++) {
			const struct rw_check *c = &a->rule->check[k];
			run_fn *run = run_target[c->type->target];

			if (run != NULL && !run(j, u, a, c, err))
				return rw_fail_prefix(err, "%s", c->type->name);
		}
	}
	if (u->broken || u->kind == RW_UPDATE_DELETE)
		return true;
	return rw_builtin_tree(j, u, err) && (u->broken || rw_judgement_contents(j, u, err));
}

/* The net change that notices show. */
static bool
describe(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	const struct rw_change *own;
	struct rw_change *copy;
	size_t i, n;

	u->judged->kind = u->kind;
	if (u->structure == NULL || u->broken || j->refused)
		return true;		/* nobody is told of a refused push */
	if (!rw_judgement_own(j, u, u->structure, &own, &n, err) || u->broken)
		return u->broken;
	copy = rw_arena_array(j->out, n, sizeof(*copy));
	if (copy == NULL)
		return rw_arena_ok(j->out, "the verdict", err);
	for (i = 0; i < n; i++) {
		copy[i] = own[i];
		copy[i].path = rw_arena_str(j->out, own[i].path);
	}
	u->judged->change = copy;
	u->judged->n_changes = n;
	return true;
}

static bool
judge(struct rw_judgement *j, struct rw_error *err)
{
	size_t i;

	/* names are compared within the push: all kinds must be known first */
	for (i = 0; i < j->n_updates; i++) {
		if (!rw_judgement_classify(j, &j->update[i], err))
			return rw_fail_prefix(err, "%s", RW_SHOW(j->update[i].name));
	}
	for (i = 0; i < j->n_updates; i++) {
		if (!examine(j, &j->update[i], err))
			return rw_fail_prefix(err, "%s", RW_SHOW(j->update[i].name));
	}
	if (!rw_judgement_verify(j, err))
		return false;
	for (i = 0; i < j->n_updates; i++) {
		struct rw_update_view *u = &j->update[i];

		if (!u->broken && u->kind != RW_UPDATE_NONE && !run_rules(j, u, err))
			return rw_fail_prefix(err, "%s", RW_SHOW(u->name));
	}
	for (i = 0; i < j->n_updates; i++) {
		if (!describe(j, &j->update[i], err))
			return rw_fail_prefix(err, "%s", RW_SHOW(j->update[i].name));
	}
	return true;
}

bool
rw_judge_push(const struct rw_judge_input *in, struct rw_arena *a, struct rw_verdict *ret,
    struct rw_error *err)
{
	struct rw_judgement j;
	bool good;

	memset(ret, 0, sizeof(*ret));
	good = rw_judgement_init(&j, a, in->policy, in->repo_name, err) && prepare(&j, in, err) &&
	    judge(&j, err) && rw_judgement_finish(&j, ret, err);
	rw_judgement_release(&j);
	return good;
}
