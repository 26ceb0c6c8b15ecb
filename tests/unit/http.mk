# Tests and fuzz targets of the module http.

UNIT_TESTS += tests/unit/test_http_target
tests_unit_test_http_target_SOURCES = tests/unit/test_http_target.c
tests_unit_test_http_target_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_target_LDADD = librwhttp.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_http_accept
tests_unit_test_http_accept_SOURCES = tests/unit/test_http_accept.c
tests_unit_test_http_accept_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_accept_LDADD = librwhttp.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_http_limiter
tests_unit_test_http_limiter_SOURCES = tests/unit/test_http_limiter.c
tests_unit_test_http_limiter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_limiter_LDADD = librwhttp.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_http_body
tests_unit_test_http_body_SOURCES = tests/unit/test_http_body.c
tests_unit_test_http_body_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_body_LDADD = librwhttp.a $(RW_BASE_LIBS) $(CMOCKA_LIBS) $(JANSSON_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_target
tests_fuzz_fuzz_target_SOURCES = tests/fuzz/fuzz_target.c $(FUZZ_MAIN)
tests_fuzz_fuzz_target_LDADD = librwhttp.a $(RW_BASE_LIBS)
tests_fuzz_fuzz_target_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

UNIT_TESTS += tests/unit/test_http_conn
tests_unit_test_http_conn_SOURCES = tests/unit/test_http_conn.c
tests_unit_test_http_conn_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_conn_LDADD = librwhttp.a $(RW_BASE_LIBS) $(CMOCKA_LIBS)
