noinst_LIBRARIES += librwcli.a
librwcli_a_SOURCES =
dist_man_MANS += server/cli/refwall.1
