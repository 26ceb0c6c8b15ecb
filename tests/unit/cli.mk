# Tests and fuzz targets of the module cli.
UNIT_TESTS += tests/unit/test_sandbox
tests_unit_test_sandbox_SOURCES = tests/unit/test_sandbox.c server/cli/sandbox.c server/cli/sandbox.h
tests_unit_test_sandbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sandbox_LDADD = $(RW_BASE_LIBS) $(CMOCKA_LIBS)
