/*
 * judgement.h: one push (or one set of files) being judged. Private to policy/rules.
 *
 * What several rules need is found once and kept here: refs, commits, signatures, changed paths, parsed
 * manifests. Two arenas: what the verdict points to lives in `out` (the caller's), everything else in
 * `scratch`, which ends with the judgement.
 */
#ifndef RW_RULES_JUDGEMENT_H
#define RW_RULES_JUDGEMENT_H

#include "policy/rules/rule.h"
#include "refwall/manifest.h"

/* ---- a map from 20 bytes to a pointer; keys are digests, so they need no hashing ---- */

struct rw_oid_map {
	struct rw_oid *key;
	void **value;
	size_t n, cap;
	struct rw_arena *arena;
};

void *rw_oid_map_get(const struct rw_oid_map *m, const struct rw_oid *key);	/* NULL: not there */
/* Set the value, which is not NULL. False when the arena is used up, as it then says itself. */
rw_must_check bool rw_oid_map_put(struct rw_oid_map *m, const struct rw_oid *key, void *value);
/* A key made of several byte strings (their lengths are part of it). */
struct rw_oid rw_oid_map_key(const struct rw_str *parts, size_t n);

/* ---- commits ---- */

struct rw_commit_info {
	struct rw_oid id;
	struct rw_commit commit;
	/* it, or a tree of it: a finding says so, and nothing else of it is judged */
	bool malformed;
	bool want_signature;		/* some rule will ask who signed it */
	bool has_signature;		/* sig is established */
	struct rw_sig_result sig;
	bool has_changes;
	const struct rw_change *change;
	size_t n_changes;
	/* an enforced rule demanded a signature; some such rule was not content */
	bool demanded, failed;
	bool has_when;
	bool seen;			/* it came in before */
	rw_time when;			/* when it came in: what the validity of keys is judged by */
	bool trees_checked;
};

/* Commits that a rule has to judge: reachable from the new tip and from none of `hide`. */
struct rw_commit_set {
	const struct rw_oid *hide;	/* sorted, unique */
	size_t n_hide;
	struct rw_commit_info **commit;	/* parents before children */
	size_t n;
	struct rw_oid known;		/* first commit below the tip that need not be judged; zero: none */
	struct rw_oid base_tree;	/* what contents are compared with; zero: the empty tree */
	bool has_net;
	const struct rw_change *net;	/* base tree to new tip */
	size_t n_net;
	bool has_own;
	/* the same from `known`, when the ref is created: what the push itself changes */
	const struct rw_change *own;
	size_t n_own;
};

/* A rule whose repositories and refs match the update. */
struct rw_active {
	const struct rw_rule *rule;
	struct rw_commit_set *set;
	bool content;			/* has a check that looks into files */
};

struct rw_update_view {
	const struct rw_ref_update *update;
	struct rw_judged_update *judged;	/* in the verdict */
	struct rw_str name;
	enum rw_update_kind kind;
	bool is_tag, is_branch;			/* below refs/tags/, refs/heads/ */
	struct rw_oid old_id;			/* what the ref really is; zero: not there */
	struct rw_oid old_tip, old_tree;	/* peeled; zero when there is none */
	struct rw_oid new_tip, new_tree;
	enum rw_object_type new_type;		/* of the new value itself */
	unsigned nested;			/* tags passed on the way to the tip */
	bool annotated;				/* new value is a tag object that was parsed */
	struct rw_tag tag;
	bool broken;				/* cannot be judged further; findings say why */
	bool has_gone;				/* a deletion: all that stood there */
	const struct rw_change *gone;
	size_t n_gone;
	/* commits that are new to the ref, or to the repository when it is created */
	struct rw_commit_set *structure;
	struct rw_commit_set **set;		/* all sets of this update */
	size_t n_sets, cap_sets;
	struct rw_active *active;
	size_t n_active, cap_active;
};

/* One file being judged. Bytes and trees are found on first use and end with the file. */
struct rw_content {
	struct rw_str path;
	uint32_t mode;
	struct rw_oid id;
	struct rw_oid commit;		/* that introduced it; zero: unknown */
	bool at_tip;			/* it stands in the new tip */
	uint64_t size;
	struct rw_arena *arena;
	const struct rw_file *file;	/* judging files: what to read, else NULL */
	bool has_size, has_bytes, has_yaml, has_objects;
	bool unreadable;		/* too large or not a blob; `why` tells */
	const char *why;
	struct rw_object object;
	struct rw_buf buf;
	struct rw_str bytes;
	struct rw_yaml yaml;
	bool oversize_yaml;
	const struct rw_kube_object *kube;
	size_t n_kube;
	const struct rw_yaml_problem *kube_problem;
	size_t n_kube_problems;
};

struct rw_judgement {
	const struct rw_judge_input *in;	/* NULL when files are judged */
	const struct rw_judge_files *files;	/* NULL when a push is judged */
	const struct rw_policy *policy;
	struct rw_str repo_name;
	struct rw_repo *repo;
	struct rw_arena *out, *scratch;
	struct rw_budget budget;		/* of walks and changes per commit */
	struct rw_budget net_budget;		/* of changes per update */
	rw_time now;
	uint32_t pusher;

	struct rw_finding *finding;
	size_t n_findings, cap_findings, n_dropped;
	/* the last finding was not kept: its texts are not made either */
	bool dropping;
	struct rw_finding dropped;
	bool refused;

	struct rw_update_view *update;
	size_t n_updates;

	const struct rw_ref *ref;		/* before the push; read on first use */
	size_t n_refs;
	bool has_refs;

	struct rw_oid_map commits;		/* id -> rw_commit_info */
	struct rw_oid_map trees;		/* id -> checked or old tree (builtin_objects.c) */
	struct rw_oid_map marks;		/* rw_judgement_mark() */
	struct rw_oid_map scopes;		/* scope -> hide set of created refs (judge_commits.c) */
	bool *signer;				/* by identity */
	struct rw_counting *counting;		/* one for each security key (judge_counters.c) */
	size_t n_counting, cap_counting;
	const struct rw_sig_memo *memo;		/* new ones, in the verdict's arena */
	size_t n_memos, n_recalled;
	uint8_t key_set[32];
	struct rw_certified *certified;		/* the push certificate, once a rule asked (rule_push_certificate.c) */
	bool certificate_used;			/* it was good */
	uint8_t certificate_payload[32];
};

/* ---- findings (judgement.c) ---- */

/*
 * Add a finding of a check of a rule (NULL: built in), of an update (NULL: of the push). Never NULL: beyond
 * the bound the finding is counted and what is returned is written to in vain. The caller fills in the rest.
 */
struct rw_finding *rw_judgement_find(struct rw_judgement *j, const struct rw_rule *r, const char *check,
    const struct rw_update_view *u);

/* The same for what is only to be told: a warning that taints no ref. */
struct rw_finding *rw_judgement_warn(struct rw_judgement *j, const char *check, const struct rw_update_view *u);

/*
 * Text in the verdict's arena; "" while findings are dropped or when memory ran out (which the end notices).
 */
const char *rw_judgement_text(struct rw_judgement *j, const char *fmt, ...) rw_printf_like(2, 3);
/* Hostile bytes made printable, at most max characters. */
const char *rw_judgement_show(struct rw_judgement *j, struct rw_str s, size_t max);
/* One word of a shell command, quoted when it has to be. */
const char *rw_judgement_word(struct rw_judgement *j, struct rw_str s);
/* "maintainers, image-bot"; captures fill the patterns in. */
void rw_judgement_put_who(const struct rw_who *w, const struct rw_glob_captures *captures, struct rw_buf *b);
const char *rw_judgement_who(struct rw_judgement *j, const struct rw_who *w,
    const struct rw_glob_captures *captures);
/* "alice", or "an account that the policy does not name". */
const char *rw_judgement_identity(struct rw_judgement *j, uint32_t identity);
/* Name of an account as the findings show it. */
const char *rw_judgement_account(struct rw_judgement *j);
/*
 * Fill in a finding of a commit: id, and in text `commit 1234567 "subject" by Name` + what; neutral without
 * the person.
 */
void rw_finding_commit(struct rw_judgement *j, struct rw_finding *f, const struct rw_oid *id,
    const struct rw_commit *c, const char *what);
/* Point a finding at a path, or a node of it. The path must live as long as the verdict or is copied. */
void rw_finding_path(struct rw_judgement *j, struct rw_finding *f, struct rw_str path);
void rw_finding_content(struct rw_judgement *j, struct rw_finding *f, const struct rw_content *c,
    const struct rw_yaml_node *at, const char *field);

/*
 * Remember a fact of this judgement: `what` of an owner (a check, or NULL), an update (or NULL), a path, an
 * id (or NULL). Bits of `mark` are added; returns what was there before.
 */
unsigned rw_judgement_mark(struct rw_judgement *j, const char *what, const void *owner,
    const struct rw_update_view *u, struct rw_str path, const struct rw_oid *id, unsigned mark);
/* An owner for facts that findings of warning rules must not keep from enforced ones. */
#define RW_MARK_MODE(j, r)	((const void *)((r)->warn ? (j) : NULL))

/* ---- scopes (scope.c) ---- */

bool rw_scope_has_repo(const struct rw_scope *s, struct rw_str repo);
bool rw_scope_has_ref(const struct rw_scope *s, struct rw_str ref);
bool rw_scope_has_path(const struct rw_scope *s, struct rw_str path);
/* Captures of the ref pattern and (path may be empty) of the path pattern together. */
void rw_scope_captures(const struct rw_scope *s, struct rw_str ref, struct rw_str path,
    struct rw_glob_captures *ret);
/* Could something below `dir` be in the scope's paths? Errs towards yes. "" is the top. */
bool rw_scope_reaches_below(struct rw_judgement *j, const struct rw_scope *s, struct rw_str dir);

/* ---- refs (judge_refs.c) ---- */

/* All refs as they were before the push. */
bool rw_judgement_refs(struct rw_judgement *j, struct rw_error *err);
/* Real old values, kinds, peeled tips. False only for what could not be read. */
bool rw_judgement_classify(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);

/* The message of a parser, without the word for what is named before it already. */
const char *rw_judgement_why(const struct rw_error *err, const char *prefix);
/*
 * Turn an error about malformed objects into a finding of the update, which is then broken. False: it is
 * another error.
 */
bool rw_judgement_soften(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);

/* ---- commits (judge_commits.c) ---- */

/*
 * Read and parse once. ret->malformed when it is no good commit: the finding is made for the first update
 * that meets it.
 */
bool rw_judgement_commit(struct rw_judgement *j, struct rw_update_view *u, const struct rw_oid *id,
    struct rw_commit_info **ret, struct rw_error *err);
bool rw_judgement_changes(struct rw_judgement *j, struct rw_commit_info *c, struct rw_error *err);
/*
 * The set of the commits reachable from the tip and not from `hide` (sorted, interned); the same one when it
 * is there already.
 */
bool rw_judgement_set(struct rw_judgement *j, struct rw_update_view *u, const struct rw_oid *hide,
    size_t n_hide, struct rw_commit_set **ret, struct rw_error *err);
/* Rules that apply to the update, each with its set. */
bool rw_judgement_activate(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
bool rw_judgement_net(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *s,
    struct rw_error *err);

/*
 * What the update itself changes in sum: old tip to new tip, `known` to new tip, or all that goes with a
 * deleted ref.
 */
bool rw_judgement_own(struct rw_judgement *j, struct rw_update_view *u, struct rw_commit_set *s,
    const struct rw_change **ret, size_t *ret_n, struct rw_error *err);
/*
 * What `git rebase` is given to rewrite the commits that a rule (NULL: a built-in check) judges:
 * "origin/main", a commit, or "--root".
 */
const char *rw_update_base(struct rw_judgement *j, const struct rw_update_view *u, const struct rw_rule *r);

/* ---- signatures (judge_signatures.c) ---- */

/* Verify in one batch what rules will ask for. */
bool rw_judgement_verify(struct rw_judgement *j, struct rw_error *err);
/*
 * Who signed it, when the signature is good and the key was valid when the commit came in. c->sig is
 * established in any case.
 */
bool rw_judgement_signer(struct rw_judgement *j, struct rw_commit_info *c, uint32_t *ret);
/* Does the commit change something in the scope's paths? */
bool rw_commit_touches(struct rw_judgement *j, const struct rw_scope *s, struct rw_commit_info *c, bool *ret,
    struct rw_error *err);
/* When validity is judged: when the commit was first accepted, else now. */
rw_time rw_judgement_time_of(const struct rw_judgement *j, struct rw_commit_info *c);
void rw_judgement_used_signer(struct rw_judgement *j, uint32_t identity);

/* ---- what signatures mean, in words (signature_words.c) ---- */

struct rw_signature_words {
	enum rw_sig_state state;
	const char *what;		/* behind "commit 1234567 ..." */
	bool detail;			/* the verifier's words are what was found */
	const char *how;		/* goes before signing again */
	const char *instead;		/* of signing again */
};
const struct rw_signature_words *rw_signature_words_of(enum rw_sig_state state);
/* What to do instead of signing again, or NULL. */
const char *rw_signature_mend(struct rw_judgement *j, const struct rw_sig_result *sig);
/* "is signed with a key that is not valid any more" */
const char *rw_signature_fault_words(struct rw_judgement *j, const struct rw_sig_result *sig, enum rw_sig_fault fault);

/*
 * A good signature was used, on something that did not come in before (c; NULL: a tag). If a security key made it, its
 * counter is remembered. (judge_counters.c)
 */
void rw_judgement_count(struct rw_judgement *j, const struct rw_sig_result *sig, const struct rw_update_view *u,
    const struct rw_commit_info *c);
/* At the end: the verdict's counters, and a warning for each that fell. */
void rw_judgement_counters(struct rw_judgement *j, struct rw_verdict *ret);

/* ---- contents (judge_content.c, content.c) ---- */

void rw_content_release(struct rw_content *c);
#define rw_auto_content		rw_cleanup(rw_content_release)
/* Size from the header. c->unreadable when it is no blob. */
bool rw_content_size(struct rw_judgement *j, struct rw_content *c, struct rw_error *err);
/* Bytes, at most RW_LIMIT_BLOB_BYTES; c->unreadable beyond. */
bool rw_content_bytes(struct rw_judgement *j, struct rw_content *c, struct rw_error *err);
/* Parsed as YAML. c->oversize_yaml or c->unreadable when it was not. */
bool rw_content_yaml(struct rw_judgement *j, struct rw_content *c, struct rw_error *err);
/* Kubernetes objects of it, and the problems found on the way. */
bool rw_content_objects(struct rw_judgement *j, struct rw_content *c, struct rw_error *err);
/*
 * Is it well-formed, with Kubernetes objects in it? What is wrong becomes findings of `check`, once per
 * file. (content_report.c)
 */
bool rw_content_sound(struct rw_judgement *j, const struct rw_rule *r, const char *check,
    const struct rw_update_view *u, struct rw_content *c, bool *ret, struct rw_error *err);
bool rw_content_is_manifest(struct rw_str path);	/* .yaml, .yml, .json */
bool rw_content_is_kustomization(struct rw_str path);

/* Every content rule of an update; every one on a list of files. */
bool rw_judgement_contents(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
bool rw_judgement_file(struct rw_judgement *j, struct rw_update_view *u, struct rw_content *c,
    struct rw_error *err);

/* ---- what is checked without being asked (builtin_*.c) ---- */

bool rw_builtin_names(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
bool rw_builtin_objects(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
/* Does the rule ask something of each commit (and of a tag: of the tag object)? */
bool rw_rule_judges_commits(const struct rw_rule *r);
bool rw_builtin_tag(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
/* What stands in the way to judged paths: links, submodules, attributes. */
bool rw_builtin_tree(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err);
bool rw_builtin_attributes(struct rw_judgement *j, struct rw_update_view *u, const struct rw_active *a,
    struct rw_error *err);
/* The same for a list of files. */
bool rw_builtin_attributes_files(struct rw_judgement *j, struct rw_update_view *u, const struct rw_rule *r,
    struct rw_error *err);
/* Is it in the rule's scope, and not what its manifests ignore? */
bool rw_rule_judges_path(const struct rw_rule *r, struct rw_str path);
/*
 * One file at a judged path: mode, LFS pointer. True in ret_judge when rules should still look at its
 * content.
 */
bool rw_builtin_tree_content(struct rw_judgement *j, const struct rw_rule *r, struct rw_update_view *u,
    struct rw_content *c, bool *ret_judge, struct rw_error *err);

/* Start and end, shared by pushes and files. */
bool rw_judgement_init(struct rw_judgement *j, struct rw_arena *out, const struct rw_policy *p,
    struct rw_str repo_name, struct rw_error *err);
void rw_judgement_release(struct rw_judgement *j);
bool rw_judgement_finish(struct rw_judgement *j, struct rw_verdict *ret, struct rw_error *err);

#endif
