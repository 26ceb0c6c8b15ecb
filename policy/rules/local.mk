noinst_LIBRARIES += librwrules.a
librwrules_a_SOURCES =
