noinst_LIBRARIES += librwconfig.a
librwconfig_a_SOURCES =
