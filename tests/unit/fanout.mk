# Tests and fuzz targets of the module fanout.

UNIT_TESTS += tests/unit/test_process
tests_unit_test_process_SOURCES = tests/unit/test_process.c
tests_unit_test_process_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_process_LDADD = librwaudit.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)
