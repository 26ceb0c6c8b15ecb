/* What each update really does to its ref. The old values on a hook's input are the client's claims. */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

bool
rw_judgement_refs(struct rw_judgement *j, struct rw_error *err)
{
	if (j->has_refs)
		return true;
	if (!rw_repo_refs(j->repo, j->scratch, &j->ref, &j->n_refs, err))
		return false;
	j->has_refs = true;
	return true;
}

const char *
rw_update_kind_name(enum rw_update_kind k)
{
	switch (k) {
	case RW_UPDATE_CREATE:
		return "create";
	case RW_UPDATE_FAST_FORWARD:
		return "fast-forward";
	case RW_UPDATE_REWIND:
		return "rewind";
	case RW_UPDATE_DELETE:
		return "delete";
	case RW_UPDATE_NONE:
		break;
	}
	return "none";
}

const char *
rw_judgement_why(const struct rw_error *err, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(err->msg, prefix, n) == 0 ? err->msg + n : err->msg;
}

bool
rw_judgement_soften(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	struct rw_finding *f;

	if (err->code != RW_E_PARSE)
		return false;
	u->broken = true;
	f = rw_judgement_find(j, NULL, "objects", u);
	f->text = rw_judgement_text(j, "%s", err->msg);
	f->wanted = "objects that git itself would make";
	f->mend = "git fsck --strict";
	*err = (struct rw_error)RW_ERROR_INIT;
	return true;
}

/* "4f2a9c1", or words for a ref that is not there. */
static const char *
shown_id(struct rw_judgement *j, const struct rw_oid *id)
{
	return rw_oid_is_zero(id) ? "no such ref" : rw_judgement_text(j, "%.12s", RW_OID(id));
}

static bool
real_old_value(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	enum rw_ref_kind kind;
	struct rw_str target;
	struct rw_oid id;
	struct rw_finding *f;

	if (j->in->rehearse) {
		u->old_id = u->update->old_id;
		return true;
	}
	if (!rw_repo_ref(j->repo, j->scratch, u->name, &kind, &id, &target, err))
		return false;
	if (kind == RW_REF_SYMBOLIC) {
		f = rw_judgement_find(j, NULL, "names", u);
		f->text = rw_judgement_text(j, "%s is a symbolic ref", rw_judgement_show(j, u->name, 200));
		f->found = rw_judgement_text(j,
		    "an alias of %s: a push through it would move that ref under another name",
		    rw_judgement_show(j, target, 200));
		f->wanted = "a push to the ref itself";
		f->mend = rw_judgement_text(j, "git push origin %s%s",
		    rw_oid_is_zero(&u->update->new_id) ? "--delete " : "HEAD:", rw_judgement_word(j, target));
		u->broken = true;
		return true;
	}
	if (kind == RW_REF_DIRECT)
		u->old_id = id;
	if (rw_oid_eq(&u->old_id, &u->update->old_id))
		return true;
	f = rw_judgement_find(j, NULL, "refs", u);
	f->text =
	    rw_judgement_text(j, "%s is not where the push says it is", rw_judgement_show(j, u->name, 200));
	f->found = shown_id(j, &u->old_id);
	f->wanted =
	    rw_judgement_text(j, "%s, the old value that the push names", shown_id(j, &u->update->old_id));
	f->mend = "git fetch origin   # somebody else pushed meanwhile; then look again and push";
	u->broken = true;
	return true;
}

static bool
read_tag(struct rw_judgement *j, struct rw_update_view *u, const struct rw_oid *id, struct rw_error *err)
{
	rw_auto_object struct rw_object o = { .handle = NULL };
	struct rw_str bytes;
	struct rw_error why = RW_ERROR_INIT;
	struct rw_finding *f;

	if (!rw_repo_read(j->repo, id, RW_OBJ_TAG, RW_LIMIT_TAG_BYTES, &o, err))
		return false;
	bytes = rw_arena_str(j->scratch, o.bytes);
	if (bytes.p == NULL)
		return rw_fail_nomem(err);
	if (rw_tag_parse(j->scratch, bytes, &u->tag, &why)) {
		u->annotated = true;
		return true;
	}
	if (why.code != RW_E_PARSE && why.code != RW_E_LIMIT) {
		*err = why;
		return false;
	}
	f = rw_judgement_find(j, NULL, "objects", u);
	f->text = rw_judgement_text(j, "tag %.7s: %s", RW_OID(id), rw_judgement_why(&why, "tag: "));
	f->wanted = "a tag object that git itself would make";
	f->mend = rw_judgement_text(j, "git tag -s -f %s %.7s^{}", u->is_tag ?
	    rw_judgement_word(j, (struct rw_str){ u->name.p + 10, u->name.n - 10 }) : "<name>", RW_OID(id));
	u->broken = true;
	return true;
}

static bool
peel_new(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	enum rw_object_type type;
	struct rw_commit_info *c;
	struct rw_finding *f;
	struct rw_oid tip;
	uint64_t size;
	unsigned nested;

	if (!rw_repo_header(j->repo, &u->update->new_id, &u->new_type, &size, err))
		return false;
	if (u->new_type == RW_OBJ_TAG && (!read_tag(j, u, &u->update->new_id, err) || u->broken))
		return u->broken;
	if (!rw_repo_peel(j->repo, &u->update->new_id, &tip, &type, &nested, err))
		return rw_judgement_soften(j, u, err);
	u->nested = nested;
	if (type != RW_OBJ_COMMIT || (u->is_branch && u->new_type != RW_OBJ_COMMIT)) {
		f = rw_judgement_find(j, NULL, "objects", u);
		f->text = rw_judgement_text(j, "%s would point at a %s", rw_judgement_show(j, u->name, 200),
		    rw_object_type_name(type != RW_OBJ_COMMIT ? type : u->new_type));
		f->wanted = u->is_branch ? "a commit" : "a commit, or a tag of a commit";
		u->broken = true;
		return true;
	}
	if (!rw_judgement_commit(j, u, &tip, &c, err))
		return false;
	if (c->malformed) {
		u->broken = true;
		return true;
	}
	u->new_tip = tip;
	u->new_tree = c->commit.tree;
	u->judged->tip = tip;
	u->judged->subject = rw_arena_str(j->out, c->commit.subject);
	u->judged->author_name = rw_arena_str(j->out, c->commit.author.name);
	u->judged->author_email = rw_arena_str(j->out, c->commit.author.email);
	u->judged->author_time = c->commit.author.time;
	return true;
}

static bool
peel_old(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	enum rw_object_type type;
	struct rw_oid tip;
	unsigned nested;

	if (!rw_repo_peel(j->repo, &u->old_id, &tip, &type, &nested, err))
		return false;
	if (type != RW_OBJ_COMMIT)
		return true;
	u->old_tip = tip;
	return rw_repo_commit_tree(j->repo, &tip, &u->old_tree, err);
}

/* A tag object that is replaced by another one of the same commit has moved as well. */
static bool
moved_kind(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	bool forward = false;

	if (!rw_oid_is_zero(&u->old_tip) && !rw_oid_eq(&u->old_tip, &u->new_tip) &&
	    !rw_repo_is_ancestor(j->repo, &u->old_tip, &u->new_tip, &forward, err))
		return rw_judgement_soften(j, u, err);
	u->kind = forward ? RW_UPDATE_FAST_FORWARD : RW_UPDATE_REWIND;
	return true;
}

bool
rw_judgement_classify(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	bool was, will = !rw_oid_is_zero(&u->update->new_id);

	if (!real_old_value(j, u, err))
		return false;
	was = !rw_oid_is_zero(&u->old_id);
	if (!was)
		u->kind = will ? RW_UPDATE_CREATE : RW_UPDATE_NONE;
	else if (!will)
		u->kind = RW_UPDATE_DELETE;
	else
		u->kind = rw_oid_eq(&u->old_id, &u->update->new_id) ? RW_UPDATE_NONE : RW_UPDATE_REWIND;
	if (u->broken)
		return true;
	if ((was && !peel_old(j, u, err)) || (will && !peel_new(j, u, err)))
		return false;
	if (!u->broken && was && will && u->kind != RW_UPDATE_NONE)
		return moved_kind(j, u, err);
	return true;
}
