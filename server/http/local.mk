noinst_LIBRARIES += librwhttp.a
librwhttp_a_SOURCES =
dist_man_MANS += server/http/refwalld.8
