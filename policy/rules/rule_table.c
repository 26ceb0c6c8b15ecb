#include "policy/rules/rule.h"

const struct rw_rule_type *const rw_rule_types[] = {
	&rw_rule_updates,
	&rw_rule_pushed_by,
	&rw_rule_signed,
	&rw_rule_reachable_from,
	&rw_rule_changed_by,
	&rw_rule_manifests,
	&rw_rule_images,
	&rw_rule_secrets,
	&rw_rule_files,
	&rw_rule_push_certificate,
	NULL
};

const struct rw_rule_type *
rw_rule_type_find(struct rw_str name)
{
	for (size_t i = 0; rw_rule_types[i] != NULL; i++)
		if (rw_str_eqz(name, rw_rule_types[i]->name))
			return rw_rule_types[i];
	return NULL;
}

bool
rw_rule_has_target(const struct rw_rule *r, enum rw_rule_target t)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		if (r->check[i].type->target == t)
			return true;
	}
	return false;
}

bool
rw_rule_has_trait(const struct rw_rule *r, enum rw_rule_trait t)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		if ((r->check[i].type->traits & t) != 0)
			return true;
	}
	return false;
}
