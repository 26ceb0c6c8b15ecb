noinst_LIBRARIES += librwcli.a
librwcli_a_SOURCES =
