noinst_LIBRARIES += librwrules.a
noinst_HEADERS += include/refwall/policy.h include/refwall/judge.h
# Loading: policy file -> struct rw_policy, and its compiled copy.
rw_rules_load_sources = \
	policy/rules/rule.h policy/rules/rule_table.c policy/rules/codec.h policy/rules/codec.c policy/rules/codec_globs.c \
	policy/rules/index.h policy/rules/builder.h policy/rules/builder.c policy/rules/policy_source.c \
	policy/rules/policy_load.c policy/rules/policy_identity.c policy/rules/policy_group.c \
	policy/rules/judge_counters.c policy/rules/policy_revoked.c \
	policy/rules/policy_rule.c policy/rules/policy_lint.c policy/rules/policy_lookup.c \
	policy/rules/policy_codec.c policy/rules/policy_cache.c policy/rules/who.c
# One rule, one file.
rw_rules_rule_sources = \
	policy/rules/rule_updates.c policy/rules/rule_pushed_by.c policy/rules/rule_signed.c \
	policy/rules/rule_reachable_from.c policy/rules/rule_changed_by.c policy/rules/rule_manifests.c \
	policy/rules/rule_images.c policy/rules/rule_secrets.c policy/rules/rule_files.c \
	policy/rules/rule_push_certificate.c
# Judging: struct rw_policy + push -> verdict.
rw_rules_judge_sources = \
	policy/rules/judgement.h policy/rules/judgement.c policy/rules/oid_map.c policy/rules/scope.c \
	policy/rules/judge_push.c policy/rules/judge_refs.c policy/rules/judge_commits.c \
	policy/rules/judge_signatures.c policy/rules/signature_words.c policy/rules/judge_content.c policy/rules/judge_files.c \
	policy/rules/judge_changes.c policy/rules/content.c policy/rules/content_report.c \
	policy/rules/patch.h policy/rules/patch.c \
	policy/rules/builtin_names.c policy/rules/builtin_objects.c \
	policy/rules/builtin_tree.c policy/rules/builtin_attributes.c \
	policy/rules/attributes.h policy/rules/attributes.c \
	policy/rules/report_text.c policy/rules/report_json.c
librwrules_a_SOURCES = $(rw_rules_load_sources) $(rw_rules_rule_sources) $(rw_rules_judge_sources)
dist_man_MANS += policy/rules/refwall-policy.5
