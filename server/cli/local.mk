bin_PROGRAMS += refwall
refwall_SOURCES = \
	server/cli/cli.h \
	server/cli/cmd_audit.c \
	server/cli/cmd_check.c \
	server/cli/cmd_init.c \
	server/cli/cmd_install.c \
	server/cli/cmd_key.c \
	server/cli/cmd_policy.c \
	server/cli/cmd_signers.c \
	server/cli/cmd_status.c \
	server/cli/cmd_subscription.c \
	server/cli/cmd_token.c \
	server/cli/git.c \
	server/cli/refwall.c \
	server/cli/sandbox.c \
	server/cli/sandbox.h
refwall_CPPFLAGS = $(AM_CPPFLAGS) -DRW_HOOK_PATH='"$(pkglibexecdir)/refwall-hook"'
refwall_LDADD = librwfanout.a librwaudit.a librwstore.a librwconfig.a librwrules.a librwgit.a librwsignature.a \
	librwmanifest.a librwbase.a $(CURL_LIBS) $(HOOK_LIBS) $(PTHREAD_LIBS)
refwall_LDFLAGS = $(AM_LDFLAGS) $(HOOK_LDFLAGS)
# Like the hook it only reads repositories; libgit2's set-up of TLS would be half of a `refwall check`.
if STATIC_GIT2
refwall_SOURCES += hooks/no_network.c
endif
dist_man_MANS += server/cli/refwall.1
