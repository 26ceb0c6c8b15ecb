noinst_LIBRARIES += librwfanout.a
librwfanout_a_SOURCES =
