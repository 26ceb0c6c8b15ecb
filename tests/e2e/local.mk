# End-to-end tests: plain sh, TAP, real programs.
SCRIPT_TESTS += tests/e2e/fuzz-replay.t tests/e2e/layers.t
SCRIPT_TESTS += \
	tests/e2e/account.t \
	tests/e2e/attacks.t \
	tests/e2e/certificate.t \
	tests/e2e/cli.t \
	tests/e2e/concurrent.t \
	tests/e2e/corpus.t \
	tests/e2e/docs.t \
	tests/e2e/install.t \
	tests/e2e/kill.t \
	tests/e2e/memo.t \
	tests/e2e/notice.t \
	tests/e2e/openpgp.t \
	tests/e2e/openpgp-oracles.t \
	tests/e2e/push.t \
	tests/e2e/push-certificate.t \
	tests/e2e/revoked.t \
	tests/e2e/security-key.t \
	tests/e2e/signers.t \
	tests/e2e/smart-http.t \
	tests/e2e/ssh.t
EXTRA_DIST += tests/e2e/lib.sh tests/e2e/http-backend.py

# The service: its own helpers, a strict receiver, and a log that needs no git.
SCRIPT_TESTS += tests/e2e/http.t tests/e2e/webhook.t
EXTRA_DIST += tests/e2e/receiver.py tests/e2e/service.sh
check_PROGRAMS += tests/e2e/logfill
tests_e2e_logfill_SOURCES = tests/e2e/logfill.c
tests_e2e_logfill_LDADD = $(RW_AUDIT_LIBS)

# A security key that needs no finger.
check_PROGRAMS += tests/e2e/sksign
tests_e2e_sksign_SOURCES = tests/e2e/sksign.c $(sk_tool)
tests_e2e_sksign_LDADD = $(RW_BASE_LIBS)

# OpenPGP, by real gpg, against gpgv and sqv.
EXTRA_DIST += tests/e2e/gpg.sh
check_PROGRAMS += tests/e2e/pgpverify
tests_e2e_pgpverify_SOURCES = tests/e2e/pgpverify.c
tests_e2e_pgpverify_LDADD = $(RW_SIGNATURE_LIBS)
