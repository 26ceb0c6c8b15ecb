# Tests and fuzz targets of the module fanout.

UNIT_TESTS += tests/unit/test_process
tests_unit_test_process_SOURCES = tests/unit/test_process.c
tests_unit_test_process_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_process_LDADD = librwaudit.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_notice
tests_unit_test_notice_SOURCES = tests/unit/test_notice.c
tests_unit_test_notice_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notice_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_notice_headers
tests_unit_test_notice_headers_SOURCES = tests/unit/test_notice_headers.c
tests_unit_test_notice_headers_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_notice_headers_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_url
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_url_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_address
tests_unit_test_address_SOURCES = tests/unit/test_address.c
tests_unit_test_address_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_address_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_retry
tests_unit_test_retry_SOURCES = tests/unit/test_retry.c
tests_unit_test_retry_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_retry_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_url
tests_fuzz_fuzz_url_SOURCES = tests/fuzz/fuzz_url.c $(FUZZ_MAIN)
tests_fuzz_fuzz_url_LDADD = librwfanout.a $(RW_BASE_LIBS)
tests_fuzz_fuzz_url_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_retry_after
tests_fuzz_fuzz_retry_after_SOURCES = tests/fuzz/fuzz_retry_after.c $(FUZZ_MAIN)
tests_fuzz_fuzz_retry_after_LDADD = librwfanout.a $(RW_BASE_LIBS)
tests_fuzz_fuzz_retry_after_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

UNIT_TESTS += tests/unit/test_host
tests_unit_test_host_SOURCES = tests/unit/test_host.c
tests_unit_test_host_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CURL_CFLAGS)
tests_unit_test_host_LDADD = librwfanout.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)
