sbin_PROGRAMS += refwalld
refwalld_SOURCES = server/refwalld.c
refwalld_LDADD = librwhttp.a librwfanout.a librwaudit.a librwstore.a librwconfig.a librwgit.a librwmanifest.a librwbase.a \
	$(MHD_LIBS) $(JANSSON_LIBS) $(CURL_LIBS) $(SQLITE_LIBS) $(GIT2_LIBS) $(YAML_LIBS) $(GCRYPT_LIBS) $(PTHREAD_LIBS)
