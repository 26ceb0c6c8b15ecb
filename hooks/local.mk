pkglibexecdir = $(libexecdir)/refwall
pkglibexec_PROGRAMS = refwall-hook
RW_HOOK_SOURCES = \
	hooks/chained.c \
	hooks/guard.c \
	hooks/hook.h \
	hooks/main.c \
	hooks/post_receive.c \
	hooks/pre_receive.c \
	hooks/prepare.c \
	hooks/record.c \
	hooks/settle.c
if STATIC_GIT2
RW_HOOK_SOURCES += hooks/no_network.c
else
EXTRA_DIST += hooks/no_network.c
endif
RW_HOOK_LIBS = librwaudit.a librwstore.a librwconfig.a librwrules.a librwgit.a librwsignature.a librwmanifest.a librwbase.a \
	$(HOOK_LIBS) $(PTHREAD_LIBS)
refwall_hook_SOURCES = $(RW_HOOK_SOURCES)
refwall_hook_LDADD = $(RW_HOOK_LIBS)
refwall_hook_LDFLAGS = $(AM_LDFLAGS) $(HOOK_LDFLAGS)

# The same program with places where a test can make it die; never installed.
check_PROGRAMS += tests/e2e/refwall-hook-points
tests_e2e_refwall_hook_points_SOURCES = $(RW_HOOK_SOURCES) hooks/points.c
tests_e2e_refwall_hook_points_CPPFLAGS = $(AM_CPPFLAGS) -DRW_TEST_POINTS
tests_e2e_refwall_hook_points_LDADD = $(RW_HOOK_LIBS)
tests_e2e_refwall_hook_points_LDFLAGS = $(AM_LDFLAGS) $(HOOK_LDFLAGS)
dist_man_MANS += hooks/refwall-hook.8
