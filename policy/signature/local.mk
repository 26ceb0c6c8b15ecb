noinst_LIBRARIES += librwsignature.a
noinst_HEADERS += include/refwall/keytable.h include/refwall/signature.h include/refwall/signers.h
librwsignature_a_SOURCES = \
	policy/signature/crypto.c \
	policy/signature/crypto.h \
	policy/signature/crypto_gcrypt.c \
	policy/signature/keyring.c \
	policy/signature/keyring.h \
	policy/signature/openpgp.h \
	policy/signature/pgp_cert.c \
	policy/signature/pgp_key.c \
	policy/signature/pgp_packet.c \
	policy/signature/pgp_sig.c \
	policy/signature/pgp_table.c \
	policy/signature/pgp_verify.c \
	policy/signature/revocation.c \
	policy/signature/revocation.h \
	policy/signature/signature.c \
	policy/signature/signers.c \
	policy/signature/sshcert.c \
	policy/signature/sshcert.h \
	policy/signature/sshkey.c \
	policy/signature/sshkey.h \
	policy/signature/sshkrl.c \
	policy/signature/sshsig.c \
	policy/signature/sshsig.h \
	policy/signature/sshvalue.c \
	policy/signature/sshvalue.h \
	policy/signature/validity.c
librwsignature_a_CFLAGS = $(AM_CFLAGS) $(GCRYPT_CFLAGS) $(NETTLE_CFLAGS)
if HAVE_NETTLE
librwsignature_a_SOURCES += policy/signature/crypto_nettle.c
endif
