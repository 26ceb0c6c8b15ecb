noinst_LIBRARIES += librwmanifest.a
noinst_HEADERS += include/refwall/manifest.h include/refwall/strict.h
librwmanifest_a_SOURCES = \
	policy/manifest/builder.c \
	policy/manifest/builder.h \
	policy/manifest/builder_collection.c \
	policy/manifest/builder_scalar.c \
	policy/manifest/dup.c \
	policy/manifest/image.c \
	policy/manifest/kube.c \
	policy/manifest/kube_images.c \
	policy/manifest/kube_secret.c \
	policy/manifest/node.c \
	policy/manifest/problem.c \
	policy/manifest/scalar.c \
	policy/manifest/scan.c \
	policy/manifest/strict.c \
	policy/manifest/tree.h \
	policy/manifest/yaml.c
librwmanifest_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
