noinst_LIBRARIES += librwfanout.a
librwfanout_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
librwfanout_a_SOURCES = \
	server/fanout/address.c \
	server/fanout/notice.c \
	server/fanout/retry.c \
	server/fanout/url.c
noinst_HEADERS += include/refwall/fanout.h
