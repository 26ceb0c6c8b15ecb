noinst_LIBRARIES += librwstore.a
librwstore_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
librwstore_a_SOURCES = \
	server/store/both.c \
	server/store/certificate.c \
	server/store/counter.c \
	server/store/db.c \
	server/store/db.h \
	server/store/delivery.c \
	server/store/entry.c \
	server/store/files.c \
	server/store/key.c \
	server/store/lock.c \
	server/store/log.c \
	server/store/log_private.h \
	server/store/memo.c \
	server/store/open.c \
	server/store/pending.c \
	server/store/repo.c \
	server/store/serve.c \
	server/store/serve_private.h \
	server/store/side.c \
	server/store/subscription.c \
	server/store/taint.c \
	server/store/token.c \
	server/store/vfs.c \
	server/store/wal.c
noinst_HEADERS += \
	include/refwall/store.h \
	include/refwall/store_entry.h \
	include/refwall/store_repo.h
