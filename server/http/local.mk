noinst_LIBRARIES += librwhttp.a
librwhttp_a_CFLAGS = $(AM_CFLAGS) $(MHD_CFLAGS) $(JANSSON_CFLAGS)
librwhttp_a_SOURCES = \
	server/http/accept.c \
	server/http/accept.h \
	server/http/answer.c \
	server/http/api_audit.c \
	server/http/api_delivery.c \
	server/http/api_health.c \
	server/http/api_subscription.c \
	server/http/auth.c \
	server/http/body.c \
	server/http/body.h \
	server/http/call.h \
	server/http/conn.c \
	server/http/conn.h \
	server/http/daemon.c \
	server/http/head.c \
	server/http/head.h \
	server/http/limiter.c \
	server/http/limiter.h \
	server/http/metrics.c \
	server/http/route.c \
	server/http/shared.c \
	server/http/target.c \
	server/http/target.h
noinst_HEADERS += include/refwall/http.h
dist_man_MANS += server/http/refwalld.8
