# Tests and fuzz targets of the module store.
UNIT_TESTS += tests/unit/test_store_serve
tests_unit_test_store_serve_SOURCES = tests/unit/test_store_serve.c tests/unit/log_fixture.h
tests_unit_test_store_serve_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_store_serve_LDADD = $(RW_AUDIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_store_log
tests_unit_test_store_log_SOURCES = tests/unit/test_store_log.c tests/unit/log_fixture.h
tests_unit_test_store_log_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_store_log_LDADD = $(RW_AUDIT_LIBS) $(CMOCKA_LIBS)
