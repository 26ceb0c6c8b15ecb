/* refs, scope and rules: what may exist, where a rule applies, and what it demands there. */
#include "refwall/text.h"
#include "policy/rules/builder.h"

#define CHECKS_MAX 16

/* What a rule has besides its checks. */
enum rule_key { K_NAME, K_REPOS, K_REFS, K_PATHS, K_MODE, K_MESSAGE, K_HELP, K_PLAIN };

static const struct rw_builder_key plain_keys[] = {
	[K_NAME] = { "name", RW_KEY_REQUIRED },
	[K_REPOS] = { "repos", RW_KEY_OPTIONAL },
	[K_REFS] = { "refs", RW_KEY_OPTIONAL },
	[K_PATHS] = { "paths", RW_KEY_OPTIONAL },
	[K_MODE] = { "mode", RW_KEY_OPTIONAL },
	[K_MESSAGE] = { "message", RW_KEY_OPTIONAL },
	[K_HELP] = { "help", RW_KEY_OPTIONAL },
	{ "jq", RW_KEY_LATER },
	{ "pods", RW_KEY_LATER },
	{ "freeze", RW_KEY_LATER },
	{ "promotion", RW_KEY_LATER },
};
#define N_PLAIN RW_ARRAY_LEN(plain_keys)

struct reading {
	struct rw_policy_builder *b;
	struct rw_builder_key keys[RW_BUILDER_KEYS_MAX];
	size_t n_keys;
	struct rw_scope scope;			/* for rules that do not say */
	struct rw_rule *rule;
	size_t n, cap;
	struct rw_named_list names;
	struct rw_error *err;
};

/* The part of a scope that a node gives; without one, what the default says. */
static bool
scope_part(struct reading *r, const struct rw_yaml_node *n, const char *what,
    bool (*globs)(struct rw_policy_builder *, const struct rw_yaml_node *, const char *, struct rw_globs *,
    struct rw_error *), bool default_any, const struct rw_globs *default_globs, bool *ret_any, struct rw_globs *ret)
{
	*ret_any = n == NULL && default_any;
	*ret = *default_globs;
	return n == NULL || globs(r->b, n, what, ret, r->err);
}

static bool
scope_read(struct reading *r, const struct rw_yaml_node *repos, const struct rw_yaml_node *refs,
    const struct rw_yaml_node *paths, const struct rw_scope *otherwise, struct rw_scope *ret)
{
	return scope_part(r, repos, "repos", rw_builder_globs, otherwise->any_repo, &otherwise->repos, &ret->any_repo,
	    &ret->repos) &&
	    scope_part(r, refs, "refs", rw_builder_refs, otherwise->any_ref, &otherwise->refs, &ret->any_ref,
	    &ret->refs) &&
	    scope_part(r, paths, "paths", rw_builder_paths, otherwise->any_path, &otherwise->paths, &ret->any_path,
	    &ret->paths);
}

static bool
whole_policy(struct reading *r)
{
	static const struct rw_builder_key keys[] = {
		{ "repos", RW_KEY_OPTIONAL }, { "refs", RW_KEY_OPTIONAL }, { "paths", RW_KEY_OPTIONAL }
	};
	static const struct rw_str usual[] = { { "refs/heads/**", 13 }, { "refs/tags/**", 12 } };
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)], *const *top = r->b->source[0].top;
	const struct rw_scope everywhere = { .any_repo = true, .any_ref = true, .any_path = true };
	struct rw_policy_builder *b = r->b;
	size_t bad;

	rw_builder_enter(b, 0);
	r->scope = everywhere;
	if (top[RW_TOP_SCOPE] != NULL &&
	    (!rw_builder_map(b, top[RW_TOP_SCOPE], "scope", keys, RW_ARRAY_LEN(keys), v, r->err) ||
	    !scope_read(r, v[0], v[1], v[2], &everywhere, &r->scope)))
		return false;
	if (top[RW_TOP_REFS] != NULL)
		return rw_builder_refs(b, top[RW_TOP_REFS], "refs", &b->policy->refs, r->err);
	return rw_globs_compile(b->arena, usual, RW_ARRAY_LEN(usual), &b->policy->refs, &bad, r->err);
}

static bool
whole_push(const struct rw_rule_type *t)
{
	return t->target == RW_TARGET_UPDATE || t->target == RW_TARGET_COMMIT;
}

static bool
check_read(struct reading *r, const struct rw_yaml_node *rule, const struct rw_yaml_node *n, bool has_paths,
    const struct rw_rule_type *t, struct rw_check *ret)
{
	struct rw_policy_builder *b = r->b;
	const struct rw_yaml_node *key = rw_yaml_get_key(rule, t->name);
	void *conf = rw_arena_alloc(b->arena, t->conf_size);

	if (conf == NULL)
		return rw_builder_ok(b, r->err);
	/* Ignoring the paths would be the wider rule, heeding them a narrower one: the author has to say. */
	if (has_paths && whole_push(t))
		return rw_strict_fail(&b->strict, key, r->err,
		    "'%s' looks at whole pushes and commits, not at paths: put it into a rule without paths", t->name);
	ret->type = t;
	ret->pos = rw_builder_pos(b, key);
	ret->conf = conf;
	b->type = t;
	return t->compile(b, n, conf, r->err);
}

static bool
texts_read(struct reading *r, const struct rw_yaml_node *const *v, struct rw_rule *rule)
{
	static const char *const modes[] = { "enforce", "warn" };
	struct rw_policy_builder *b = r->b;
	size_t mode = 0;

	if (!rw_strict_str(&b->strict, v[K_NAME], "name", &rule->name, r->err))
		return false;
	if (v[K_MODE] != NULL && !rw_strict_word(&b->strict, v[K_MODE], "mode", modes, 2, &mode, r->err))
		return false;
	if (v[K_MESSAGE] != NULL && !rw_strict_str(&b->strict, v[K_MESSAGE], "message", &rule->message, r->err))
		return false;
	if (v[K_HELP] != NULL && !rw_strict_str(&b->strict, v[K_HELP], "help", &rule->help, r->err))
		return false;
	rule->warn = mode == 1;
	rule->name = rw_builder_keep(b, rule->name);
	rule->message = rw_builder_keep(b, rule->message);
	rule->help = rw_builder_keep(b, rule->help);
	return rw_builder_ok(b, r->err);
}

static bool
rule_read(struct reading *r, const struct rw_yaml_node *n)
{
	const struct rw_yaml_node *v[RW_BUILDER_KEYS_MAX];
	struct rw_policy_builder *b = r->b;
	struct rw_check check[CHECKS_MAX], *kept;
	struct rw_rule *rule;

	if (!rw_builder_map(b, n, "a rule", r->keys, r->n_keys, v, r->err))
		return false;
	if (r->n == RW_LIMIT_POLICY_RULES)
		return rw_strict_fail(&b->strict, n, r->err, "a policy has at most %d rules", RW_LIMIT_POLICY_RULES);
	rule = rw_arena_push(b->scratch, &r->rule, &r->n, &r->cap);
	if (rule == NULL)
		return rw_builder_ok(b, r->err);
	rule->pos = rw_builder_pos(b, n);
	if (!texts_read(r, v, rule) ||
	    !scope_read(r, v[K_REPOS], v[K_REFS], v[K_PATHS], &r->scope, &rule->scope))
		return false;
	if (rw_named_add(b, &r->names, rule->name, v[K_NAME]) == NULL)
		return rw_builder_ok(b, r->err);
	b->rule = rule;
	for (size_t i = 0; rw_rule_types[i] != NULL; i++) {
		if (v[N_PLAIN + i] == NULL)
			continue;
		if (rule->n_checks == CHECKS_MAX)
			return rw_fail(r->err, RW_E_INTERNAL, "more than %d kinds of checks", CHECKS_MAX);
		check[rule->n_checks] = (struct rw_check){ .type = NULL };
		if (!check_read(r, n, v[N_PLAIN + i], v[K_PATHS] != NULL, rw_rule_types[i], &check[rule->n_checks++]))
			return false;
	}
	if (rule->n_checks == 0)
		return rw_strict_fail(&b->strict, n, r->err, "rule '%s' demands nothing, wanted a check like "
		    "updates, pushed-by or signed", RW_SHOW(rule->name));
	kept = rw_arena_array(b->arena, rule->n_checks, sizeof(*kept));
	if (kept == NULL)
		return rw_builder_ok(b, r->err);
	memcpy(kept, check, rule->n_checks * sizeof(*kept));
	rule->check = kept;
	return true;
}

static bool
keys_make(struct reading *r)
{
	memcpy(r->keys, plain_keys, sizeof(plain_keys));
	r->n_keys = N_PLAIN;
	for (size_t i = 0; rw_rule_types[i] != NULL; i++) {
		if (r->n_keys == RW_BUILDER_KEYS_MAX)
			return rw_fail(r->err, RW_E_INTERNAL, "too many kinds of checks");
		r->keys[r->n_keys++] = (struct rw_builder_key){ rw_rule_types[i]->name, RW_KEY_OPTIONAL };
	}
	return true;
}

static bool
rules_finish(struct reading *r)
{
	const struct rw_named *first = NULL, *twin = rw_named_sort(&r->names, &first);
	struct rw_policy_builder *b = r->b;
	struct rw_rule *kept;

	if (twin != NULL)
		return rw_builder_fail_at(twin->pos, r->err, "a rule is called '%s' already, at %s:%u:%u",
		    RW_SHOW(twin->name), first->pos.file, first->pos.line, first->pos.col);
	kept = rw_arena_array(b->arena, r->n, sizeof(*kept));
	if (kept == NULL)
		return rw_builder_ok(b, r->err);
	if (r->n > 0)
		memcpy(kept, r->rule, r->n * sizeof(*kept));
	b->policy->rule = kept;
	b->policy->n_rules = r->n;
	return true;
}

bool
rw_builder_rules(struct rw_policy_builder *b, struct rw_error *err)
{
	struct reading r = { .b = b, .err = err };

	if (!keys_make(&r) || !whole_policy(&r))
		return false;
	for (size_t s = 0; s < b->n_sources; s++) {
		const struct rw_yaml_node *n = b->source[s].top[RW_TOP_RULES];

		rw_builder_enter(b, s);
		if (n != NULL && n->kind != RW_YAML_SEQ)
			return rw_strict_fail(&b->strict, n, err, "rules: wanted a list of rules");
		for (size_t i = 0; n != NULL && i < n->n; i++)
			if (!rule_read(&r, n->item[i]))
				return false;
	}
	return rules_finish(&r);
}
