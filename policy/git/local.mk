noinst_LIBRARIES += librwgit.a
librwgit_a_SOURCES =
