# Tests and fuzz targets of the module audit.
UNIT_TESTS += tests/unit/test_audit
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c tests/unit/log_fixture.h
tests_unit_test_audit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_audit_LDADD = $(RW_AUDIT_LIBS) $(CMOCKA_LIBS)

# Edits the file behind the store's back, so it needs SQLite itself.
UNIT_TESTS += tests/unit/test_audit_verify
tests_unit_test_audit_verify_SOURCES = tests/unit/test_audit_verify.c tests/unit/log_fixture.h
tests_unit_test_audit_verify_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_audit_verify_LDADD = $(RW_AUDIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_merkle
tests_unit_test_merkle_SOURCES = tests/unit/test_merkle.c
tests_unit_test_merkle_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_merkle_LDADD = librwaudit.a $(RW_BASE_LIBS) $(CMOCKA_LIBS) $(JANSSON_LIBS)

UNIT_TESTS += tests/unit/test_audit_filter
tests_unit_test_audit_filter_SOURCES = tests/unit/test_audit_filter.c tests/unit/log_fixture.h
tests_unit_test_audit_filter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_audit_filter_LDADD = $(RW_AUDIT_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_filter
tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c $(FUZZ_MAIN)
tests_fuzz_fuzz_filter_LDADD = $(RW_AUDIT_LIBS)
tests_fuzz_fuzz_filter_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_entry
tests_fuzz_fuzz_entry_SOURCES = tests/fuzz/fuzz_entry.c $(FUZZ_MAIN)
tests_fuzz_fuzz_entry_LDADD = $(RW_AUDIT_LIBS)
tests_fuzz_fuzz_entry_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
