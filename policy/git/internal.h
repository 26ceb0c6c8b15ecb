/*
 * What the files of policy/git share among themselves.
 */
#ifndef POLICY_GIT_INTERNAL_H
#define POLICY_GIT_INTERNAL_H

#include <git2.h>

#include "refwall/git.h"

/* ---- memory.c: all that libgit2 allocates, counted and bounded ---- */

bool rw_git_memory_install(struct rw_error *err);
size_t rw_git_memory_used(void);
size_t rw_git_memory_peak(void);
bool rw_git_memory_refused(void);	/* to this thread, since it was last asked */

/* ---- gitconfig.c: git-config(1) "Syntax", one file, includes not followed. Pure ---- */

struct rw_gitconfig_entry {
	struct rw_str section;		/* lower case */
	struct rw_str subsection;	/* as written; p is NULL when there is none */
	struct rw_str key;		/* lower case */
	struct rw_str value;
	bool has_value;			/* false: "key" alone */
	unsigned line;
};
typedef bool rw_gitconfig_fn(void *ctx, const struct rw_gitconfig_entry *e, struct rw_error *err);
rw_must_check bool rw_gitconfig_parse(struct rw_str bytes, rw_gitconfig_fn *fn, void *ctx,
    struct rw_error *err);

/* config.c: is the format of this repository one that can be read here? */
rw_must_check bool rw_git_check_format(const char *common_dir, struct rw_error *err);

/* Where config, objects and refs are: git_dir, or what its file "commondir" names. NULL on failure. */
char *rw_git_common_dir(const char *git_dir, struct rw_error *err);

/* ---- repo.c ---- */

struct rw_graph;
struct rw_packed_refs;

#define RW_CHECKED_TREES 1024

struct rw_repo {
	char *path;
	char *common;
	int dir_fd, common_fd;		/* of path and of common: the same but in a linked work tree */
	git_odb *odb;
	struct rw_graph *graph;
	struct rw_packed_refs *packed;
	struct rw_oid checked[RW_CHECKED_TREES];	/* trees that were parsed to their end */
	struct {
		struct rw_oid id;
		enum rw_object_type type;	/* RW_OBJ_NONE: nothing yet */
		uint64_t size;
	} header;				/* the last that was asked for */
};

git_oid rw_git_oid(const struct rw_oid *o);

/* Set the error from what libgit2 said last. Returns false. */
bool rw_git_fail(struct rw_error *err, int code, const char *what, const struct rw_oid *id);

/* ---- packedrefs.c ---- */

struct rw_packed_ref {
	struct rw_str name;
	struct rw_oid id;
};

/* The lines of a packed-refs file, sorted by name. Pure; views point into bytes. ret is to be freed. */
rw_must_check bool rw_packed_refs_parse(struct rw_str bytes, struct rw_packed_ref **ret, size_t *ret_n,
    struct rw_error *err);

/* The current content of packed-refs, kept while the file stays what it is. */
rw_must_check bool rw_packed_refs_get(struct rw_repo *r, const struct rw_packed_ref **ret, size_t *ret_n,
    struct rw_error *err);
void rw_packed_refs_free(struct rw_packed_refs *p);

/* The content of a file below refs/. False: it is no ref. A symbolic target points into bytes. Pure. */
bool rw_loose_ref_parse(struct rw_str bytes, enum rw_ref_kind *ret_kind, struct rw_oid *ret_id,
    struct rw_str *ret_target);

/* ---- person.c, armour.c: parts of commits and tags. Pure ---- */

/* "NAME <EMAIL> SECONDS ZONE", by the rules of git-fsck(1). what: "author". */
rw_must_check bool rw_person_parse(struct rw_str line, const char *what, struct rw_person *ret,
    struct rw_error *err);

/* Does this line begin a signature that git knows (gitformat-signature(5))? */
bool rw_armour_begins(struct rw_str line);

/*
 * s must be one armour and nothing else: BEGIN line, END line of the same label. Empty lines behind it are
 * cut off. ret ends in a newline.
 */
rw_must_check bool rw_armour_check(struct rw_str s, struct rw_str *ret, struct rw_error *err);

/* ---- treeiter.c: the strict reader of trees, one entry after the other ---- */

struct rw_tree_iter {
	struct rw_str left;		/* bytes behind the current entry */
	struct rw_tree_entry entry;	/* valid while !end */
	bool end;
	bool started;
	uint32_t *files;		/* lengths of the file names that are prefixes of last_file, rising */
	size_t n_files, cap_files;
	struct rw_str last_file;
};

void rw_tree_iter_init(struct rw_tree_iter *it, struct rw_str bytes);
void rw_tree_iter_release(struct rw_tree_iter *it);
rw_must_check bool rw_tree_iter_next(struct rw_tree_iter *it, struct rw_error *err);

/* Order of entries: that of their names, a directory's with '/' behind it. */
int rw_tree_name_cmp(struct rw_str a, bool a_dir, struct rw_str b, bool b_dir);

#define RW_MODE_TREE 040000u

/* Would some file system take this name for ".git"? Pure. */
bool rw_name_is_dotgit(struct rw_str name);

/* ---- graph.c: headers of commits, read once ---- */

struct rw_node {
	struct rw_oid id, tree;
	int64_t time;			/* of the committer, as claimed; 0 when malformed */
	uint32_t parent;		/* index of the first in the graph's list of parents */
	uint32_t epoch;			/* the walk to which flags belong */
	uint16_t n_parents;
	uint8_t flags;
	bool loaded;
};

#define RW_NODE_NONE UINT32_MAX

void rw_graph_free(struct rw_graph *g);

/* The node of a commit; and the same, read. What rw_graph_at() gives lives until the next call of these. */
rw_must_check bool rw_graph_node(struct rw_repo *r, const struct rw_oid *id, uint32_t *ret,
    struct rw_error *err);
rw_must_check bool rw_graph_load(struct rw_repo *r, const struct rw_oid *id, uint32_t *ret,
    struct rw_error *err);
rw_must_check bool rw_graph_load_node(struct rw_repo *r, uint32_t node, struct rw_error *err);
struct rw_node *rw_graph_at(struct rw_repo *r, uint32_t node);
uint32_t rw_graph_parent(struct rw_repo *r, uint32_t node, size_t i);
uint32_t rw_graph_new_epoch(struct rw_repo *r);
size_t rw_graph_count(const struct rw_repo *r);
uint64_t rw_graph_bytes_read(const struct rw_repo *r);

/* ---- walk.c ---- */

/* The merge bases of two commits, at most RW_LIMIT_MERGE_BASES + 1 (that many: too many). */
rw_must_check bool rw_repo_merge_bases(struct rw_repo *r, const struct rw_oid *a, const struct rw_oid *b,
    struct rw_budget *budget, struct rw_oid ret[RW_LIMIT_MERGE_BASES + 1], size_t *ret_n,
    struct rw_error *err);

/* ---- treewalk.c: one walk over the trees of a result, of its parents and of their merge base ---- */

#define RW_TREEWALK_TREES (RW_LIMIT_PARENTS + 2)

struct rw_treewalk {
	const struct rw_oid *tree[RW_TREEWALK_TREES];	/* result, parents, base; NULL: empty */
	size_t n_parents;
	bool has_base;					/* only with two parents */
};

/* Changes sorted by path; where several parents differ from the result without a base, one for each. */
rw_must_check bool rw_treewalk_run(struct rw_repo *r, struct rw_arena *a, const struct rw_treewalk *w,
    struct rw_budget *budget, const struct rw_change **ret, size_t *ret_n, struct rw_error *err);

/* Was this tree read to its end before? / Remember that it was. */
bool rw_tree_was_checked(const struct rw_repo *r, const struct rw_oid *id);
void rw_tree_set_checked(struct rw_repo *r, const struct rw_oid *id);

#endif
