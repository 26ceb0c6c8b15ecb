# Documents, examples, and what is installed beside the programs.
dist_doc_DATA = README.md NEWS.md SECURITY.md CONTRIBUTING.md LICENSE \
	contrib/doc/entry-format.md \
	contrib/doc/push-flow.md \
	contrib/doc/threat-model.md
policiesdir = $(docdir)/examples/policies
dist_policies_DATA = \
	contrib/examples/policies/bots.yaml \
	contrib/examples/policies/minimal.yaml \
	contrib/examples/policies/production.yaml \
	contrib/examples/policies/teams.yaml
dist_pkglibexec_SCRIPTS = contrib/forge/plain/refwall-account

systemdunitdir = $(prefix)/lib/systemd/system
nodist_systemdunit_DATA = contrib/systemd/refwalld.service
EXTRA_DIST += .ci/run .clang-format .editorconfig \
	contrib/autogen.sh \
	contrib/examples/receiver.pl \
	contrib/examples/shop/kustomization.yaml \
	contrib/examples/shop/namespace.yaml \
	contrib/examples/shop/web.yaml \
	contrib/install-packages.sh \
	contrib/quickstart.sh \
	contrib/systemd/refwalld.service.in \
	contrib/test.sh
CLEANFILES += contrib/systemd/refwalld.service
contrib/systemd/refwalld.service: contrib/systemd/refwalld.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && \
	sed 's|@sbindir[@]|$(sbindir)|g' '$(srcdir)/contrib/systemd/refwalld.service.in' >$@.new && mv -f $@.new $@
