bin_PROGRAMS += refwall
refwall_SOURCES = \
	server/cli/cli.h \
	server/cli/cmd_audit.c \
	server/cli/cmd_check.c \
	server/cli/cmd_init.c \
	server/cli/cmd_install.c \
	server/cli/cmd_policy.c \
	server/cli/cmd_status.c \
	server/cli/cmd_subscription.c \
	server/cli/cmd_token.c \
	server/cli/git.c \
	server/cli/refwall.c
refwall_CPPFLAGS = $(AM_CPPFLAGS) -DRW_HOOK_PATH='"$(pkglibexecdir)/refwall-hook"'
refwall_LDADD = librwfanout.a librwaudit.a librwstore.a librwconfig.a librwrules.a librwgit.a librwsignature.a \
	librwmanifest.a librwbase.a $(CURL_LIBS) $(SQLITE_LIBS) $(GIT2_LIBS) $(NETTLE_LIBS) $(YAML_LIBS) $(GCRYPT_LIBS) $(PTHREAD_LIBS)
dist_man_MANS += server/cli/refwall.1
