# Tests and fuzz targets of the module rules.

# Loading.
policy_test_tools = tests/unit/policy_tool.c tests/unit/policy_tool.h tests/unit/ssh_tool.c tests/unit/ssh_tool.h
UNIT_TESTS += tests/unit/test_policy
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c $(policy_test_tools)
tests_unit_test_policy_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_policy_bad
tests_unit_test_policy_bad_SOURCES = tests/unit/test_policy_bad.c $(policy_test_tools)
tests_unit_test_policy_bad_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_bad_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_policy_include
tests_unit_test_policy_include_SOURCES = tests/unit/test_policy_include.c $(policy_test_tools)
tests_unit_test_policy_include_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_include_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_policy_cache
tests_unit_test_policy_cache_SOURCES = tests/unit/test_policy_cache.c $(policy_test_tools)
tests_unit_test_policy_cache_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_cache_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_policy_lint
tests_unit_test_policy_lint_SOURCES = tests/unit/test_policy_lint.c $(policy_test_tools)
tests_unit_test_policy_lint_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_lint_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_policy tests/fuzz/fuzz_policy_cache
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c $(FUZZ_MAIN)
tests_fuzz_fuzz_policy_LDADD = $(RW_RULES_LIBS)
tests_fuzz_fuzz_policy_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_policy_cache_SOURCES = tests/fuzz/fuzz_policy_cache.c $(FUZZ_MAIN)
tests_fuzz_fuzz_policy_cache_LDADD = $(RW_RULES_LIBS)
tests_fuzz_fuzz_policy_cache_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
# Judging: scenarios in tests/data/judge.
UNIT_TESTS += tests/unit/test_judge
tests_unit_test_judge_SOURCES = tests/unit/test_judge.c
tests_unit_test_judge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_judge_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_judge_verdict
tests_unit_test_judge_verdict_SOURCES = tests/unit/test_judge_verdict.c
tests_unit_test_judge_verdict_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_judge_verdict_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/unit/test_attributes
tests_unit_test_attributes_SOURCES = tests/unit/test_attributes.c
tests_unit_test_attributes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_attributes_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_attributes
tests_fuzz_fuzz_attributes_SOURCES = tests/fuzz/fuzz_attributes.c $(FUZZ_MAIN)
tests_fuzz_fuzz_attributes_LDADD = $(RW_RULES_LIBS)
tests_fuzz_fuzz_attributes_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
UNIT_TESTS += tests/unit/test_oid_map
tests_unit_test_oid_map_SOURCES = tests/unit/test_oid_map.c
tests_unit_test_oid_map_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_oid_map_LDADD = $(RW_RULES_LIBS) $(CMOCKA_LIBS)
