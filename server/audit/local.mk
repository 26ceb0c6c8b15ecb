noinst_LIBRARIES += librwaudit.a
librwaudit_a_SOURCES = \
	server/audit/append.c \
	server/audit/append.h \
	server/audit/applied.c \
	server/audit/baseline.c \
	server/audit/draft.c \
	server/audit/entry.c \
	server/audit/entry.h \
	server/audit/erase.c \
	server/audit/event.c \
	server/audit/expand.c \
	server/audit/explain.c \
	server/audit/explain.h \
	server/audit/filter.c \
	server/audit/format.c \
	server/audit/list.c \
	server/audit/map.c \
	server/audit/map.h \
	server/audit/merkle.c \
	server/audit/merkle.h \
	server/audit/opened.h \
	server/audit/process.c \
	server/audit/certificate.c server/audit/certificate.h \
	server/audit/push.c \
	server/audit/search.c \
	server/audit/search.h \
	server/audit/settle.c \
	server/audit/verify.c \
	server/audit/verify.h \
	server/audit/verify_rows.c \
	server/audit/verify_state.c \
	server/audit/verify_tree.c \
	server/audit/walk.c
noinst_HEADERS += \
	include/refwall/audit.h \
	include/refwall/process.h
EXTRA_DIST += contrib/doc/entry-format.md
