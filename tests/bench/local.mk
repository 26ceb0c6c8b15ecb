# make bench: side by side in one run, as ratios. Never part of make check.
# Programs print rows of their own; push.py measures whole pushes.
BENCHES =
EXTRA_PROGRAMS += $(BENCHES)
EXTRA_DIST += tests/bench/push.py
.PHONY: bench
bench: all $(BENCHES)
	@for p in $(BENCHES); do echo "# $$p"; ./$$p || exit 1; done
	@echo '# tests/bench/push.py'
	@python3 $(srcdir)/tests/bench/push.py .

BENCHES += tests/bench/bench_signature
tests_bench_bench_signature_SOURCES = tests/bench/bench_signature.c tests/bench/row.h tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_bench_bench_signature_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GCRYPT_CFLAGS) $(NETTLE_CFLAGS)
tests_bench_bench_signature_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

BENCHES += tests/bench/bench_openpgp
tests_bench_bench_openpgp_SOURCES = tests/bench/bench_openpgp.c tests/bench/row.h $(pgp_make)
tests_bench_bench_openpgp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GCRYPT_CFLAGS) $(NETTLE_CFLAGS)
tests_bench_bench_openpgp_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

BENCHES += tests/bench/bench_policy
tests_bench_bench_policy_SOURCES = tests/bench/bench_policy.c tests/bench/row.h
tests_bench_bench_policy_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
tests_bench_bench_policy_LDADD = $(RW_RULES_LIBS)

BENCHES += tests/bench/bench_yaml
tests_bench_bench_yaml_SOURCES = tests/bench/bench_yaml.c tests/bench/row.h
tests_bench_bench_yaml_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
tests_bench_bench_yaml_LDADD = $(RW_MANIFEST_LIBS)

# Recording a push, against one bare SQLite transaction.
BENCHES += tests/bench/bench_append
tests_bench_bench_append_SOURCES = tests/bench/bench_append.c tests/bench/row.h
tests_bench_bench_append_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
tests_bench_bench_append_LDADD = $(RW_AUDIT_LIBS)

# One push to 10,000 endpoints, against a bare curl-multi loop.
BENCHES += tests/bench/bench_fanout
tests_bench_bench_fanout_SOURCES = tests/bench/bench_fanout.c tests/bench/row.h
tests_bench_bench_fanout_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
tests_bench_bench_fanout_LDADD = librwfanout.a $(RW_AUDIT_LIBS) $(CURL_LIBS)
