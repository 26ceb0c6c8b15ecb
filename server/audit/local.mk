noinst_LIBRARIES += librwaudit.a
librwaudit_a_SOURCES = \
	server/audit/process.c
noinst_HEADERS += include/refwall/process.h
