# Tests and fuzz targets of the module signature.
UNIT_TESTS += tests/unit/test_sshkey
tests_unit_test_sshkey_SOURCES = tests/unit/test_sshkey.c tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_sshkey_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sshkey_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_sshsig
tests_unit_test_sshsig_SOURCES = tests/unit/test_sshsig.c tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_sshsig_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sshsig_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

sk_tool = tests/unit/sk_tool.c tests/unit/sk_tool.h
UNIT_TESTS += tests/unit/test_sk
tests_unit_test_sk_SOURCES = tests/unit/test_sk.c $(sk_tool) tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_sk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sk_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_sig_memo
tests_unit_test_sig_memo_SOURCES = tests/unit/test_sig_memo.c $(sk_tool) tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_sig_memo_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sig_memo_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_sshcert
tests_unit_test_sshcert_SOURCES = tests/unit/test_sshcert.c $(sk_tool) tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_sshcert_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sshcert_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_revocation
tests_unit_test_revocation_SOURCES = tests/unit/test_revocation.c $(sk_tool) tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_revocation_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_revocation_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_signers
tests_unit_test_signers_SOURCES = tests/unit/test_signers.c tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_signers_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_signers_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_signers
tests_fuzz_fuzz_signers_SOURCES = tests/fuzz/fuzz_signers.c $(FUZZ_MAIN)
tests_fuzz_fuzz_signers_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_signers_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

UNIT_TESTS += tests/unit/test_crypto
tests_unit_test_crypto_SOURCES = tests/unit/test_crypto.c tests/unit/ssh_tool.c tests/unit/ssh_tool.h
tests_unit_test_crypto_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_crypto_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS) $(JANSSON_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_sshsig
tests_fuzz_fuzz_sshsig_SOURCES = tests/fuzz/fuzz_sshsig.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sshsig_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_sshsig_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_sshcert
tests_fuzz_fuzz_sshcert_SOURCES = tests/fuzz/fuzz_sshcert.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sshcert_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_sshcert_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_krl
tests_fuzz_fuzz_krl_SOURCES = tests/fuzz/fuzz_krl.c $(FUZZ_MAIN)
tests_fuzz_fuzz_krl_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_krl_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_sshkey
tests_fuzz_fuzz_sshkey_SOURCES = tests/fuzz/fuzz_sshkey.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sshkey_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_sshkey_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

pgp_make = tests/unit/pgp_make.c tests/unit/pgp_make.h
UNIT_TESTS += tests/unit/test_openpgp
tests_unit_test_openpgp_SOURCES = tests/unit/test_openpgp.c $(pgp_make)
tests_unit_test_openpgp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GCRYPT_CFLAGS)
tests_unit_test_openpgp_LDADD = $(RW_SIGNATURE_LIBS) $(CMOCKA_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_openpgp_sig
tests_fuzz_fuzz_openpgp_sig_SOURCES = tests/fuzz/fuzz_openpgp_sig.c $(FUZZ_MAIN)
tests_fuzz_fuzz_openpgp_sig_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_openpgp_sig_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_openpgp_cert
tests_fuzz_fuzz_openpgp_cert_SOURCES = tests/fuzz/fuzz_openpgp_cert.c $(FUZZ_MAIN)
tests_fuzz_fuzz_openpgp_cert_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_openpgp_cert_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

FUZZ_TARGETS += tests/fuzz/fuzz_keytable
tests_fuzz_fuzz_keytable_SOURCES = tests/fuzz/fuzz_keytable.c $(FUZZ_MAIN)
tests_fuzz_fuzz_keytable_LDADD = $(RW_SIGNATURE_LIBS)
tests_fuzz_fuzz_keytable_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
