# Unit tests speak TAP through cmocka, scripts speak TAP themselves.
TEST_EXTENSIONS = .t
TAP_DRIVER = $(SHELL) $(top_srcdir)/contrib/build-aux/tap-driver.sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' CMOCKA_MESSAGE_OUTPUT=TAP $(TAP_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/unit/run.sh
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(TAP_DRIVER)
T_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = RW_SRCDIR='$(abs_top_srcdir)'; RW_BUILDDIR='$(abs_top_builddir)'; export RW_SRCDIR RW_BUILDDIR;

# A unit test is a program tests/unit/test_<module>; UNIT_TESTS collects them.
UNIT_TESTS =
# A fuzz target is a program tests/fuzz/fuzz_<parser>; its corpus is tests/fuzz/corpus/<parser>/.
FUZZ_TARGETS =
SCRIPT_TESTS =
if FUZZING
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay.c
endif

# Libraries in the order in which they are linked. A module's tests take the tail that starts at itself.
RW_BASE_LIBS      = librwbase.a $(GCRYPT_LIBS)
RW_GIT_LIBS       = librwgit.a $(GIT2_LIBS) $(RW_BASE_LIBS)
RW_SIGNATURE_LIBS = librwsignature.a $(NETTLE_LIBS) $(RW_BASE_LIBS)
RW_MANIFEST_LIBS  = librwmanifest.a $(YAML_LIBS) $(RW_BASE_LIBS)
RW_CONFIG_LIBS    = librwconfig.a $(RW_MANIFEST_LIBS)
RW_RULES_LIBS     = librwrules.a librwgit.a librwsignature.a librwmanifest.a librwbase.a $(GIT2_LIBS) $(NETTLE_LIBS) $(YAML_LIBS) $(GCRYPT_LIBS)
RW_STORE_LIBS     = librwstore.a $(SQLITE_LIBS) $(RW_BASE_LIBS)
RW_AUDIT_LIBS     = librwaudit.a $(RW_STORE_LIBS)

include tests/unit/base.mk
include tests/unit/git.mk
include tests/unit/signature.mk
include tests/unit/manifest.mk
include tests/unit/rules.mk
include tests/unit/config.mk
include tests/unit/store.mk
include tests/unit/audit.mk
include tests/unit/fanout.mk
include tests/unit/http.mk
include tests/unit/cli.mk
include tests/unit/hooks.mk
include tests/e2e/local.mk
include tests/bench/local.mk

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(SCRIPT_TESTS)
EXTRA_DIST += $(SCRIPT_TESTS) tests/unit/run.sh tests/valgrind.supp tests/fuzz/corpus tests/data

# Campaigns of their own, not part of `make check`.
# make fuzz: each target for FUZZ_SECONDS, in a build configured with CC=clang --enable-sanitizers --enable-fuzzing.
FUZZ_SECONDS = 60
.PHONY: fuzz check-valgrind
fuzz: $(FUZZ_TARGETS)
if FUZZING
	@for t in $(FUZZ_TARGETS); do \
	  n=$${t##*/fuzz_}; mkdir -p fuzz-corpus/$$n; echo "== $$t"; \
	  ./$$t -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
	    fuzz-corpus/$$n $(srcdir)/tests/fuzz/corpus/$$n >fuzz-corpus/$$n.log 2>&1 || { tail -n 40 fuzz-corpus/$$n.log; exit 1; }; \
	  sed -n 's/^stat::number_of_executed_units: */   runs: /p' fuzz-corpus/$$n.log; \
	done
else
	@echo 'make fuzz wants a build configured with CC=clang --enable-sanitizers --enable-fuzzing'; exit 1
endif

# make check-valgrind: every unit test under valgrind, leaks included.
check-valgrind: $(UNIT_TESTS)
	@failed=; for t in $(UNIT_TESTS); do \
	  RW_SRCDIR='$(abs_top_srcdir)' RW_BUILDDIR='$(abs_top_builddir)' valgrind -q --error-exitcode=9 --leak-check=full \
	    --errors-for-leak-kinds=definite --suppressions=$(srcdir)/tests/valgrind.supp ./$$t >valgrind.out 2>&1; \
	  if [ $$? = 0 ]; then echo "clean: $$t"; \
	  else echo "NOT CLEAN: $$t"; grep '^==' valgrind.out | head -n 30; failed="$$failed $$t"; fi; \
	done; rm -f valgrind.out; [ -z "$$failed" ]
