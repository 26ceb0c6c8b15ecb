/*
 * git.h: a push as structs, and a repository read through libgit2 without trusting anything in it.
 *
 * Nothing here reads the environment: where the quarantined objects of a push lie is passed in.
 * Objects are read raw, their size bounded by their header first, and parsed by strict parsers of our
 * own (libgit2's signature extraction was shown to be unsafe). Replace objects and grafts are never
 * followed. Ref names and paths are bytes. A repository may be used by one thread at a time;
 * rw_git_init() comes first, once.
 */
#ifndef REFWALL_GIT_H
#define REFWALL_GIT_H

#include "refwall/arena.h"
#include "refwall/buf.h"
#include "refwall/limits.h"
#include "refwall/timestamp.h"

/* ---- object ids (SHA-1; repositories of other kinds are refused when opened) ---- */

struct rw_oid { uint8_t b[20]; };
#define RW_OID_HEX_LEN 41

bool rw_oid_parse(struct rw_str hex, struct rw_oid *ret);		/* exactly 40 lower-case digits */
const char *rw_oid_hex(const struct rw_oid *o, char out[RW_OID_HEX_LEN]);
bool rw_oid_is_zero(const struct rw_oid *o);
bool rw_oid_eq(const struct rw_oid *a, const struct rw_oid *b);
struct rw_oid_shown { char z[RW_OID_HEX_LEN]; };
struct rw_oid_shown rw_oid_show(const struct rw_oid *o);		/* RW_OID(o) in a printf argument */
#define RW_OID(o) (rw_oid_show(o).z)

/* ---- what the hook is told: githooks(5), "<old> SP <new> SP <ref> LF" ---- */

struct rw_ref_update {
	struct rw_str name;		/* full name, NUL behind it; well-formed by git-check-ref-format(1) */
	struct rw_oid old_id;		/* the client's claim until it is compared with rw_repo_ref() */
	struct rw_oid new_id;		/* zero: deletion */
};

struct rw_push {
	const struct rw_ref_update *update;
	size_t n;
};

/* Pure. RW_E_PARSE on any deviation (also old == new == zero, a name repeated), RW_E_LIMIT on size. */
rw_must_check bool rw_push_parse(struct rw_arena *a, struct rw_str in, struct rw_push *ret,
    struct rw_error *err);

/*
 * What `git push --signed` signs. Strict, pure: version 0.1; pusher, pushee, nonce and push-option in this order, each but
 * pusher may be absent; an empty line; ref lines as rw_push_parse() wants them; one armour, and nothing behind it. Views point into
 * bytes or the arena. RW_E_PARSE, RW_E_LIMIT. (gitprotocol-pack(5), "Push Certificate")
 */
struct rw_push_cert {
	struct rw_str pusher;		/* the key or the person, as the client writes it: proves nothing */
	rw_time time;			/* as claimed */
	struct rw_str pushee;		/* the client's name of the repository; empty: not said */
	struct rw_str nonce;		/* empty: none */
	const struct rw_str *option;
	size_t n_options;
	struct rw_push push;
	struct rw_str payload;		/* the bytes that were signed */
	struct rw_str signature;	/* armour, up to the end */
};
rw_must_check bool rw_push_cert_parse(struct rw_arena *a, struct rw_str bytes, struct rw_push_cert *ret,
    struct rw_error *err);

/* Is it a well-formed full ref name (starts with "refs/", git-check-ref-format rules, bounded)? Pure. */
bool rw_refname_valid(struct rw_str name);

/* ---- the repository ---- */

struct rw_repo;

struct rw_repo_location {
	const char *path;		/* the git directory */
	const char *object_dir;		/* GIT_OBJECT_DIRECTORY of the quarantine, or NULL */
	const char *alternates;		/* GIT_ALTERNATE_OBJECT_DIRECTORIES (':'-separated), or NULL */
};

rw_must_check bool rw_git_init(struct rw_error *err);	/* once per process, before threads */

/*
 * Open. RW_E_NOT_FOUND when there is no repository. RW_E_UNSUPPORTED, with the reason, for what cannot be
 * read: extensions.objectFormat=sha256, extensions.refStorage=reftable, any other extension that matters to
 * readers. Quarantined objects are seen first. Who owns the directory does not matter. The repository holds a
 * cache of commit headers (at most RW_LIMIT_WALK_COMMITS); what libgit2 allocates is bounded by
 * RW_LIMIT_GIT_MEMORY.
 */
rw_must_check bool rw_repo_open(const struct rw_repo_location *where, struct rw_repo **ret,
    struct rw_error *err);
void rw_repo_free(struct rw_repo *r);
void rw_repo_freep(struct rw_repo **r);
#define rw_auto_repo		rw_cleanup(rw_repo_freep)

const char *rw_repo_path(const struct rw_repo *r);	/* absolute git directory, without trailing '/' */

/*
 * A value of the repository's own config file, local level only: never the user's nor the system's, nor one
 * from a file that it includes. key is "section.key" or "section.subsection.key", case as in git-config(1).
 * Copied to the arena; {NULL,0} when it is not set. RW_E_PARSE when it is set twice. Does not need an open
 * repository.
 */
rw_must_check bool rw_repo_config(struct rw_arena *a, const char *git_dir, const char *key,
    struct rw_str *ret, struct rw_error *err);

enum rw_ref_kind { RW_REF_ABSENT, RW_REF_DIRECT, RW_REF_SYMBOLIC };

/*
 * What a ref (or HEAD) is now. For a symbolic one ret_target is its target (in the arena), well-formed or
 * not, there or not; a symbolic link of the file system counts as one. RW_E_PARSE when the file of the ref is
 * broken.
 */
rw_must_check bool rw_repo_ref(struct rw_repo *r, struct rw_arena *a, struct rw_str name,
    enum rw_ref_kind *ret_kind, struct rw_oid *ret_id, struct rw_str *ret_target, struct rw_error *err);

struct rw_ref { struct rw_str name; struct rw_oid id; enum rw_ref_kind kind; };

/*
 * All refs below "refs/", sorted by name. At most RW_LIMIT_REPO_REFS. The id of a symbolic one is what it
 * leads to, or zero when that is nothing; a file that is there but holds no ref is RW_REF_ABSENT with id
 * zero. Names that are not well-formed (rw_refname_valid) are passed over, as git does.
 */
rw_must_check bool rw_repo_refs(struct rw_repo *r, struct rw_arena *a, const struct rw_ref **ret,
    size_t *ret_n, struct rw_error *err);

/* ---- objects ---- */

enum rw_object_type { RW_OBJ_NONE, RW_OBJ_COMMIT, RW_OBJ_TREE, RW_OBJ_BLOB, RW_OBJ_TAG };
const char *rw_object_type_name(enum rw_object_type t);

rw_must_check bool rw_repo_header(struct rw_repo *r, const struct rw_oid *id, enum rw_object_type *ret_type,
    uint64_t *ret_size, struct rw_error *err);

struct rw_object {
	struct rw_str bytes;
	enum rw_object_type type;
	void *handle;
};
void rw_object_release(struct rw_object *o);
#define rw_auto_object		rw_cleanup(rw_object_release)

/*
 * Read an object of that type, at most max bytes (asked of its header first). RW_E_NOT_FOUND, RW_E_LIMIT
 * (also when delta bases need too much memory), RW_E_PARSE (type, or content that does not match its id).
 */
rw_must_check bool rw_repo_read(struct rw_repo *r, const struct rw_oid *id, enum rw_object_type type,
    size_t max, struct rw_object *ret, struct rw_error *err);

struct rw_person {
	struct rw_str name, email;
	rw_time time;			/* as claimed */
};

struct rw_commit {
	struct rw_oid tree;
	const struct rw_oid *parent;
	size_t n_parents;
	struct rw_person author, committer;
	struct rw_str subject;		/* first line of the message */
	struct rw_str message;
	struct rw_str signature;	/* armour, unfolded, in the arena; empty: not signed */
	struct rw_str payload;		/* the bytes that were signed: the object without its gpgsig header */
};

/*
 * Strict, pure. Refused, with the reason: NUL; header missing, repeated, misplaced or unknown in the
 * fixed part (tree, parent*, author, committer); any header starting with "gpgsig" but a single
 * "gpgsig"; a signature that is not one armour of a label that git knows, or bytes (but empty lines) after
 * its end; names, addresses and times that git-fsck(1) calls errors; more than RW_LIMIT_PARENTS parents.
 * Views point into `bytes` or the arena. (Formats: gitformat-signature(5); git's commit.c.)
 */
rw_must_check bool rw_commit_parse(struct rw_arena *a, struct rw_str bytes, struct rw_commit *ret,
    struct rw_error *err);

/*
 * Strict, pure, for tags the same: four headers and no other, a name that can stand below refs/tags/. The
 * payload is everything before the line that begins the signature; two such lines are refused, where git
 * takes the last.
 */
struct rw_tag {
	struct rw_oid object;
	enum rw_object_type type;
	struct rw_str name;
	struct rw_person tagger;
	struct rw_str message;
	struct rw_str signature;	/* empty: not signed */
	struct rw_str payload;
};
rw_must_check bool rw_tag_parse(struct rw_arena *a, struct rw_str bytes, struct rw_tag *ret,
    struct rw_error *err);

struct rw_tree_entry {
	uint32_t mode;			/* 040000 0100644 0100755 0120000 0160000, nothing else */
	struct rw_str name;
	struct rw_oid id;
};

/*
 * Strict, pure. Refused: unsorted or duplicate entries, empty name, '/', NUL, ".", "..", ".git" in the
 * spellings that file systems fold (case, trailing dots and spaces, "git~1", ignorable code points), odd
 * modes, zero ids.
 */
rw_must_check bool rw_tree_parse(struct rw_arena *a, struct rw_str bytes, const struct rw_tree_entry **ret,
    size_t *ret_n, struct rw_error *err);

/* ---- walking, with a budget that the whole push shares ---- */

struct rw_budget {
	uint64_t commits, paths, tree_entries;	/* what is left */
	uint64_t blob_bytes;			/* for the caller to keep */
	uint64_t walk_steps;			/* from a commit to a parent, also in old history */
};
struct rw_budget rw_budget_default(void);

/*
 * Commits reachable from tip and from none of hide, parents before children. Ids of hide that are not commits
 * (or not there) are skipped, and hidden history ends where it cannot be read; tags are peeled, also the tip.
 * RW_E_LIMIT when the budget ends. When commits of hidden history claim false times, a hidden commit can be
 * called new; never the other way round.
 */
rw_must_check bool rw_repo_commits(struct rw_repo *r, struct rw_arena *a, const struct rw_oid *tip,
    const struct rw_oid *hide, size_t n_hide, struct rw_budget *budget, const struct rw_oid **ret,
    size_t *ret_n, struct rw_error *err);

/* Is `ancestor` reachable from (or equal to) `id`? Both are commits. Exact whatever times commits claim. */
rw_must_check bool rw_repo_is_ancestor(struct rw_repo *r, const struct rw_oid *ancestor,
    const struct rw_oid *id, bool *ret, struct rw_error *err);

/* Follow tags to what is no tag. ret_nested: how many tags were passed, at most RW_LIMIT_TAG_NESTING. */
rw_must_check bool rw_repo_peel(struct rw_repo *r, const struct rw_oid *id, struct rw_oid *ret_id,
    enum rw_object_type *ret_type, unsigned *ret_nested, struct rw_error *err);

/* ---- changed paths ---- */

struct rw_change {
	struct rw_str path;		/* in the arena, NUL behind it */
	uint32_t old_mode, new_mode;	/* 0: was not, is not there */
	struct rw_oid old_id, new_id;
};

/* Files that differ between two trees (NULL: the empty tree), sorted by path, no rename guessing. */
rw_must_check bool rw_repo_diff(struct rw_repo *r, struct rw_arena *a, const struct rw_oid *old_tree,
    const struct rw_oid *new_tree, struct rw_budget *budget, const struct rw_change **ret, size_t *ret_n,
    struct rw_error *err);

/*
 * What a commit changed by its own authority. One parent: the diff against it. None: all its files.
 * A merge of two: every path whose content is not the one that a three-way merge by whole files
 * against the single merge base gives (so taking the old side back, a rollback merge, is a change);
 * where both sides changed a path, or there is no single base, every path that differs from any parent.
 * More than two parents: every path that differs from any parent.
 * The old side of a change is what was to be expected: the parent's, or the mechanical merge's. Where a path
 * is compared with every parent there is one change for each that differs, so a path may stand there several
 * times.
 */
rw_must_check bool rw_repo_commit_changes(struct rw_repo *r, struct rw_arena *a, const struct rw_commit *c,
    struct rw_budget *budget, const struct rw_change **ret, size_t *ret_n, struct rw_error *err);

/* The tree of a commit. */
rw_must_check bool rw_repo_commit_tree(struct rw_repo *r, const struct rw_oid *commit,
    struct rw_oid *ret_tree, struct rw_error *err);

/* Look up one path in a tree; ret_mode 0 when it is not there. The empty path is the tree itself. */
rw_must_check bool rw_repo_path_at(struct rw_repo *r, const struct rw_oid *tree, struct rw_str path,
    uint32_t *ret_mode, struct rw_oid *ret_id, struct rw_error *err);

#endif
