# Tests and fuzz targets of the module git.
noinst_HEADERS += tests/unit/gitrepo.h

UNIT_TESTS += tests/unit/test_git_walk
tests_unit_test_git_walk_SOURCES = tests/unit/test_git_walk.c
tests_unit_test_git_walk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_walk_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)
