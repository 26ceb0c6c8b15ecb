noinst_LIBRARIES += librwfanout.a
librwfanout_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
librwfanout_a_SOURCES = \
	server/fanout/address.c \
	server/fanout/change.c \
	server/fanout/engine.c \
	server/fanout/engine.h \
	server/fanout/host.c \
	server/fanout/host.h \
	server/fanout/ingest.c \
	server/fanout/job.c \
	server/fanout/notice.c \
	server/fanout/resolve.c \
	server/fanout/resolve.h \
	server/fanout/retry.c \
	server/fanout/transfer.c \
	server/fanout/transfer.h \
	server/fanout/url.c
noinst_HEADERS += include/refwall/fanout.h
