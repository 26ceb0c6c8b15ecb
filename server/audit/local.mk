noinst_LIBRARIES += librwaudit.a
librwaudit_a_SOURCES = \
	server/audit/append.c \
	server/audit/append.h \
	server/audit/baseline.c \
	server/audit/draft.c \
	server/audit/entry.c \
	server/audit/entry.h \
	server/audit/event.c \
	server/audit/explain.c \
	server/audit/explain.h \
	server/audit/list.c \
	server/audit/merkle.c \
	server/audit/merkle.h \
	server/audit/process.c \
	server/audit/push.c \
	server/audit/search.c \
	server/audit/search.h \
	server/audit/settle.c \
	server/audit/walk.c
noinst_HEADERS += \
	include/refwall/audit.h \
	include/refwall/process.h
