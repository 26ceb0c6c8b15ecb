noinst_LIBRARIES += librwstore.a
librwstore_a_SOURCES =
