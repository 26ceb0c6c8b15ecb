noinst_LIBRARIES += librwgit.a
librwgit_a_CFLAGS = $(AM_CFLAGS) $(GIT2_CFLAGS)
librwgit_a_SOURCES = \
	policy/git/armour.c \
	policy/git/changes.c \
	policy/git/commit.c \
	policy/git/config.c \
	policy/git/dotgit.c \
	policy/git/gitconfig.c \
	policy/git/graph.c \
	policy/git/init.c \
	policy/git/internal.h \
	policy/git/memory.c \
	policy/git/object.c \
	policy/git/oid.c \
	policy/git/packedrefs.c \
	policy/git/pathat.c \
	policy/git/peel.c \
	policy/git/person.c \
	policy/git/push.c \
	policy/git/push_cert.c \
	policy/git/ref.c \
	policy/git/refname.c \
	policy/git/repo.c \
	policy/git/tag.c \
	policy/git/tree.c \
	policy/git/treeiter.c \
	policy/git/treewalk.c \
	policy/git/walk.c
noinst_HEADERS += include/refwall/git.h
