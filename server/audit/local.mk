noinst_LIBRARIES += librwaudit.a
librwaudit_a_SOURCES =
