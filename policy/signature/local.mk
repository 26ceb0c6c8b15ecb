noinst_LIBRARIES += librwsignature.a
librwsignature_a_SOURCES =
