noinst_LIBRARIES += librwmanifest.a
librwmanifest_a_SOURCES =
