noinst_LIBRARIES += librwconfig.a
noinst_HEADERS += include/refwall/config.h
librwconfig_a_SOURCES = \
	policy/config/config.c \
	policy/config/name.c \
	policy/config/source.c \
	policy/config/source.h
dist_man_MANS += policy/config/refwall.yaml.5
