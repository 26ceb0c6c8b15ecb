noinst_LIBRARIES += librwbase.a
librwbase_a_CFLAGS = $(AM_CFLAGS) $(GCRYPT_CFLAGS)
librwbase_a_SOURCES = \
	policy/base/arena.c \
	policy/base/base.c \
	policy/base/buf.c \
	policy/base/encoding.c \
	policy/base/error.c \
	policy/base/file.c \
	policy/base/glob.h \
	policy/base/glob_compile.c \
	policy/base/glob_match.c \
	policy/base/hash.c \
	policy/base/json_escape.h \
	policy/base/json_read.c \
	policy/base/json_write.c \
	policy/base/network.c \
	policy/base/reader.c \
	policy/base/text.c \
	policy/base/timestamp.c
noinst_HEADERS += \
	include/refwall/arena.h \
	include/refwall/base.h \
	include/refwall/buf.h \
	include/refwall/encoding.h \
	include/refwall/error.h \
	include/refwall/glob.h \
	include/refwall/hash.h \
	include/refwall/json.h \
	include/refwall/limits.h \
	include/refwall/network.h \
	include/refwall/reader.h \
	include/refwall/text.h \
	include/refwall/timestamp.h
