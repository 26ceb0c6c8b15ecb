# Tests and fuzz targets of the module manifest.
UNIT_TESTS += tests/unit/test_yaml
tests_unit_test_yaml_SOURCES = tests/unit/test_yaml.c tests/unit/yaml_json.c tests/unit/yaml_json.h
tests_unit_test_yaml_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_yaml_LDADD = $(RW_MANIFEST_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_yaml_vectors
tests_unit_test_yaml_vectors_SOURCES = tests/unit/test_yaml_vectors.c tests/unit/yaml_json.c tests/unit/yaml_json.h
tests_unit_test_yaml_vectors_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_yaml_vectors_LDADD = $(RW_MANIFEST_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_strict
tests_unit_test_strict_SOURCES = tests/unit/test_strict.c
tests_unit_test_strict_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_strict_LDADD = $(RW_MANIFEST_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_kube
tests_unit_test_kube_SOURCES = tests/unit/test_kube.c
tests_unit_test_kube_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kube_LDADD = $(RW_MANIFEST_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_manifest_corpus
tests_unit_test_manifest_corpus_SOURCES = tests/unit/test_manifest_corpus.c
tests_unit_test_manifest_corpus_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_manifest_corpus_LDADD = $(RW_MANIFEST_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_yaml
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_yaml_LDADD = $(RW_MANIFEST_LIBS)
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_image
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz_image.c $(FUZZ_MAIN)
tests_fuzz_fuzz_image_LDADD = $(RW_MANIFEST_LIBS)
tests_fuzz_fuzz_image_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
