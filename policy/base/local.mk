noinst_LIBRARIES += librwbase.a
librwbase_a_SOURCES =
