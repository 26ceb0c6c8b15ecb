/*
 * Names that must not be pushed to. Each row of the table is one reason; what makes the name dangerous is
 * that somebody, some tool or some file system reads it as another one.
 */
#include "policy/rules/judgement.h"
#include "refwall/text.h"

struct said {
	const char *text, *found, *wanted, *mend;
};

typedef bool name_fn(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err);

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same_but_case(struct rw_str a, struct rw_str b)
{
	size_t i;

	if (a.n != b.n || rw_str_eq(a, b))
		return false;
	for (i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

/* What people type for it: the name behind refs/heads/ or refs/tags/. Empty for other refs. */
static struct rw_str
short_name(const struct rw_update_view *u)
{
	size_t n = u->is_branch ? strlen("refs/heads/") : u->is_tag ? strlen("refs/tags/") : u->name.n;

	return (struct rw_str){ u->name.p + n, u->name.n - n };
}

/* The same ref kind under another last part: for the command that mends it. */
static const char *
push_as(struct rw_judgement *j, const struct rw_update_view *u, const char *name)
{
	return rw_judgement_text(j, "git push origin %.12s:refs/%s/%s", RW_OID(&u->update->new_id),
	    u->is_tag ? "tags" : "heads", name);
}

/* ---- the reasons ---- */

static bool
reserved(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	static const struct {
		const char *prefix, *why;
	} rows[] = {
		{ "refs/replace/",
		    "replace objects show readers another commit than the one that was judged" },
		{ "refs/namespaces/", "a namespace hides the real name of a ref" },
		{ "refs/refwall/", "these refs are Refwall's own" },
	};
	size_t i;

	(void)err;
	for (i = 0; i < RW_ARRAY_LEN(rows); i++) {
		if (!rw_str_has_prefix(u->name, rows[i].prefix))
			continue;
		*ret_bad = true;
		ret->text = rw_judgement_text(j, "%s is a reserved name", rw_judgement_show(j, u->name, 200));
		ret->found = rows[i].why;
		ret->wanted = "a branch or a tag";
	}
	return true;
}

static bool
outside_policy(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16 << 10);
	size_t i;

	(void)err;
	if (j->policy->refs.n == 0 || rw_globs_match(&j->policy->refs, u->name, NULL))
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s may not exist here", rw_judgement_show(j, u->name, 200));
	for (i = 0; i < j->policy->refs.n; i++) {
		struct rw_str p = rw_glob_pattern(j->policy->refs.item[i]);

		rw_buf_printf(&b, "%s%s", i == 0 ? "" : ", ",
		    j->policy->refs.negated[i] && !rw_str_has_prefix(p, "!") ? "!" : "");
		rw_text_put_printable(&b, p, 120);
	}
	ret->wanted = rw_judgement_text(j, "a name that the policy lists under refs: %s",
	    rw_judgement_show(j, rw_buf_str(&b), 300));
	return true;
}

static bool
like_full_name(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	static const char *const prefixes[] = { "refs/", "heads/", "tags/", "remotes/" };
	struct rw_str s = short_name(u), rest;
	size_t i;

	(void)err;
	for (i = 0; i < RW_ARRAY_LEN(prefixes); i++) {
		if (!rw_str_has_prefix(s, prefixes[i]))
			continue;
		*ret_bad = true;
		ret->text =
		    rw_judgement_text(j, "%s reads like another ref", rw_judgement_show(j, u->name, 200));
		ret->found = rw_judgement_text(j, "\"%s\" behind %s", prefixes[i],
		    u->is_tag ? "refs/tags/" : "refs/heads/");
		ret->wanted = "a name that does not start like a full ref name";
		rest = s;
		while (rw_str_has_prefix(rest, prefixes[i]) || rw_str_has_prefix(rest, "heads/")) {
			size_t n =
			    rw_str_has_prefix(rest, prefixes[i]) ? strlen(prefixes[i]) : strlen("heads/");

			rest = (struct rw_str){ rest.p + n, rest.n - n };
		}
		ret->mend = push_as(j, u, rest.n == 0 ? "NAME" : rw_judgement_word(j, rest));
		return true;
	}
	return true;
}

static bool
like_head(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	struct rw_str s = short_name(u);
	size_t i;
	bool upper = s.n > 0;

	(void)err;
	if (s.n == 0)			/* refs/HEAD and the like */
		s = (struct rw_str){ u->name.p + strlen("refs/"), u->name.n - strlen("refs/") };
	for (i = 0; i < s.n && upper; i++)
		upper = (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_';
	if (!same_but_case(s, RW_STR_LIT("head")) && !rw_str_eqz(s, "head") &&
	    !(upper && rw_str_has_suffix(s, "_HEAD")))
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s reads like git's own HEAD", rw_judgement_show(j, u->name, 200));
	ret->wanted = "a name that git does not use itself";
	ret->mend = push_as(j, u, "NAME");
	return true;
}

static bool
like_object_id(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	struct rw_str s = short_name(u);
	size_t i;

	(void)err;
	for (i = 0; i < s.n; i++) {
		char c = lower(s.p[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return true;
	}
	if (s.n < 7 || s.n > 40)
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s reads like an object id", rw_judgement_show(j, u->name, 200));
	ret->found = "only hexadecimal digits, 7 to 40 of them";
	ret->wanted = "a name with some other character";
	ret->mend = push_as(j, u, rw_judgement_text(j, "v-%s", rw_judgement_show(j, s, 40)));
	return true;
}

static bool
like_option(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	struct rw_str s = short_name(u);

	(void)err;
	if (!rw_str_has_prefix(s, "-"))
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s reads like an option", rw_judgement_show(j, u->name, 200));
	ret->wanted = "a name that does not start with -";
	ret->mend = push_as(j, u, "NAME");
	return true;
}

/* What cannot be seen, or steers a terminal, makes one name look like another. */
static bool
like_nothing(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8 * RW_LIMIT_REF_NAME);

	rw_text_put_printable(&b, u->name, 8 * RW_LIMIT_REF_NAME);
	if (!rw_buf_ok(&b, "the names of the push", err))
		return false;
	if (u->kind != RW_UPDATE_CREATE || rw_str_eq(rw_buf_str(&b), u->name))
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s holds characters that cannot be read",
	    rw_judgement_show(j, u->name, 200));
	ret->found = "bytes that are no UTF-8, or characters that are invisible or steer a terminal";
	ret->wanted = "a name that looks like what it is";
	ret->mend = push_as(j, u, "NAME");
	return true;
}

static bool
say_case(struct rw_judgement *j, const struct rw_update_view *u, struct rw_str other, bool *ret_bad,
    struct said *ret)
{
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s differs only by case from another ref",
	    rw_judgement_show(j, u->name, 200));
	ret->found = rw_judgement_show(j, other, 200);
	ret->wanted = "names that file systems without case can tell apart";
	ret->mend = push_as(j, u, "NAME");
	return true;
}

static bool
case_twin(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	size_t i;

	if (u->kind != RW_UPDATE_CREATE)
		return true;
	if (!rw_judgement_refs(j, err))
		return false;
	for (i = 0; i < j->n_refs; i++) {
		if (same_but_case(j->ref[i].name, u->name))
			return say_case(j, u, j->ref[i].name, ret_bad, ret);
	}
	for (i = 0; i < j->n_updates; i++) {
		const struct rw_update_view *o = &j->update[i];

		if (o->kind == RW_UPDATE_CREATE && same_but_case(o->name, u->name))
			return say_case(j, u, o->name, ret_bad, ret);
	}
	return true;
}

static bool
short_twin(struct rw_judgement *j, const struct rw_update_view *u, bool *ret_bad, struct said *ret,
    struct rw_error *err)
{
	struct rw_str s = short_name(u), twin, target;
	enum rw_ref_kind kind = RW_REF_ABSENT;
	struct rw_oid id;
	size_t i;
	char *z;

	if (u->kind != RW_UPDATE_CREATE || s.n == 0)
		return true;
	z = rw_arena_printf(j->scratch, "refs/%s/%.*s", u->is_tag ? "heads" : "tags", (int)s.n, s.p);
	if (z == NULL)
		return rw_arena_ok(j->scratch, "the names of the push", err);
	twin = rw_str(z);
	if (!rw_repo_ref(j->repo, j->scratch, twin, &kind, &id, &target, err))
		return false;
	for (i = 0; i < j->n_updates && kind == RW_REF_ABSENT; i++) {
		if (j->update[i].kind == RW_UPDATE_CREATE && rw_str_eq(j->update[i].name, twin))
			kind = RW_REF_DIRECT;
	}
	if (kind == RW_REF_ABSENT)
		return true;
	*ret_bad = true;
	ret->text = rw_judgement_text(j, "%s has the short name of %s", rw_judgement_show(j, u->name, 200),
	    rw_judgement_show(j, twin, 200));
	ret->found =
	    rw_judgement_text(j, "two refs that git calls \"%s\": which one is meant depends on the command",
		rw_judgement_show(j, s, 100));
	ret->wanted =
	    u->is_tag ? "a tag that is named unlike every branch" : "a branch that is named unlike every tag";
	ret->mend = push_as(j, u, "NAME");
	return true;
}

/* on_delete: the name is refused for deletions, too; the others may be cleaned up. */
static const struct { name_fn *judge; bool on_delete; } reasons[] = {
	{ reserved, true },
	{ outside_policy, true },
	{ like_full_name, false },
	{ like_head, false },
	{ like_object_id, false },
	{ like_option, false },
	{ like_nothing, false },
	{ case_twin, false },
	{ short_twin, false },
};

bool
rw_builtin_names(struct rw_judgement *j, struct rw_update_view *u, struct rw_error *err)
{
	size_t i;

	j->dropping = false;
	for (i = 0; i < RW_ARRAY_LEN(reasons); i++) {
		struct said said = { NULL, NULL, NULL, NULL };
		struct rw_finding *f;
		bool bad = false;

		if (u->kind == RW_UPDATE_DELETE && !reasons[i].on_delete)
			continue;
		if (!reasons[i].judge(j, u, &bad, &said, err))
			return false;
		if (!bad)
			continue;
		f = rw_judgement_find(j, NULL, "names", u);
		f->text = said.text;
		f->found = said.found;
		f->wanted = said.wanted;
		f->mend = said.mend;
		return true;		/* one reason is enough */
	}
	return true;
}
