# Tests and fuzz targets of the module git.
noinst_HEADERS += tests/unit/gitrepo.h

UNIT_TESTS += tests/unit/test_git_push
tests_unit_test_git_push_SOURCES = tests/unit/test_git_push.c
tests_unit_test_git_push_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_push_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_push_cert
tests_unit_test_git_push_cert_SOURCES = tests/unit/test_git_push_cert.c
tests_unit_test_git_push_cert_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_push_cert_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_commit
tests_unit_test_git_commit_SOURCES = tests/unit/test_git_commit.c
tests_unit_test_git_commit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_commit_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_tag
tests_unit_test_git_tag_SOURCES = tests/unit/test_git_tag.c
tests_unit_test_git_tag_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_tag_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_tree
tests_unit_test_git_tree_SOURCES = tests/unit/test_git_tree.c
tests_unit_test_git_tree_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_tree_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_config
tests_unit_test_git_config_SOURCES = tests/unit/test_git_config.c
tests_unit_test_git_config_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_config_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_repo
tests_unit_test_git_repo_SOURCES = tests/unit/test_git_repo.c
tests_unit_test_git_repo_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_repo_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_walk
tests_unit_test_git_walk_SOURCES = tests/unit/test_git_walk.c
tests_unit_test_git_walk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_walk_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_changes
tests_unit_test_git_changes_SOURCES = tests/unit/test_git_changes.c
tests_unit_test_git_changes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_changes_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_bomb
tests_unit_test_git_bomb_SOURCES = tests/unit/test_git_bomb.c
tests_unit_test_git_bomb_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GIT2_CFLAGS)
tests_unit_test_git_bomb_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_git_signed
tests_unit_test_git_signed_SOURCES = tests/unit/test_git_signed.c
tests_unit_test_git_signed_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_git_signed_LDADD = $(RW_GIT_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_push
tests_fuzz_fuzz_push_SOURCES = tests/fuzz/fuzz_push.c $(FUZZ_MAIN)
tests_fuzz_fuzz_push_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_push_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_push_cert
tests_fuzz_fuzz_push_cert_SOURCES = tests/fuzz/fuzz_push_cert.c $(FUZZ_MAIN)
tests_fuzz_fuzz_push_cert_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_push_cert_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_commit
tests_fuzz_fuzz_commit_SOURCES = tests/fuzz/fuzz_commit.c $(FUZZ_MAIN)
tests_fuzz_fuzz_commit_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_commit_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_tag
tests_fuzz_fuzz_tag_SOURCES = tests/fuzz/fuzz_tag.c $(FUZZ_MAIN)
tests_fuzz_fuzz_tag_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_tag_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_tree
tests_fuzz_fuzz_tree_SOURCES = tests/fuzz/fuzz_tree.c $(FUZZ_MAIN)
tests_fuzz_fuzz_tree_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_tree_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_gitconfig
tests_fuzz_fuzz_gitconfig_SOURCES = tests/fuzz/fuzz_gitconfig.c $(FUZZ_MAIN)
tests_fuzz_fuzz_gitconfig_CFLAGS = $(AM_CFLAGS) $(GIT2_CFLAGS)
tests_fuzz_fuzz_gitconfig_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_gitconfig_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_packedrefs
tests_fuzz_fuzz_packedrefs_SOURCES = tests/fuzz/fuzz_packedrefs.c $(FUZZ_MAIN)
tests_fuzz_fuzz_packedrefs_CFLAGS = $(AM_CFLAGS) $(GIT2_CFLAGS)
tests_fuzz_fuzz_packedrefs_LDADD = $(RW_GIT_LIBS)
tests_fuzz_fuzz_packedrefs_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
