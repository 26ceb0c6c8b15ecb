noinst_LIBRARIES += librwhttp.a
librwhttp_a_SOURCES =
