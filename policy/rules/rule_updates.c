/* updates: [create, fast-forward]: what may happen to a ref. */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const char *const words[] = { "create", "fast-forward", "rewind", "delete" };
	static const enum rw_update_kind kinds[] = {
		RW_UPDATE_CREATE, RW_UPDATE_FAST_FORWARD, RW_UPDATE_REWIND, RW_UPDATE_DELETE
	};
	struct rw_conf_updates *f = conf;
	unsigned set;

	if (!rw_builder_words(b, n, "updates", words, RW_ARRAY_LEN(words), &set, err))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(words); i++)
		f->allowed[kinds[i]] = (set & (1u << i)) != 0;
	return true;
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_updates *f = conf;

	for (size_t i = 0; i < RW_ARRAY_LEN(f->allowed); i++)
		rw_codec_bool(c, &f->allowed[i]);
}

/* "create, fast-forward" */
static const char *
allowed_text(struct rw_judgement *j, const struct rw_conf_updates *f)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(128);

	for (size_t i = RW_UPDATE_CREATE; i < RW_ARRAY_LEN(f->allowed); i++) {
		if (f->allowed[i])
			rw_buf_printf(&b, "%s%s", b.len == 0 ? "" : ", ",
			    rw_update_kind_name((enum rw_update_kind)i));
	}
	return b.len == 0 ? "nothing" : rw_judgement_text(j, "%s", rw_buf_cstr(&b));
}

static struct rw_str
short_name(const struct rw_update_view *u)
{
	size_t n = u->is_branch ? strlen("refs/heads/") : u->is_tag ? strlen("refs/tags/") : 0;

	return (struct rw_str){ u->name.p + n, u->name.n - n };
}

static void
say_moved_tag(struct rw_judgement *j, const struct rw_update_view *u, struct rw_finding *f)
{
	f->text = rw_judgement_text(j, "tag %s would move", rw_judgement_show(j, short_name(u), 100));
	f->found = rw_judgement_text(j, "it is %.12s, the push makes it %.12s", RW_OID(&u->old_id),
	    RW_OID(&u->update->new_id));
	f->mend = rw_judgement_text(j, "git tag -s NEW-NAME %.12s && git push origin NEW-NAME   # a new tag",
	    RW_OID(&u->new_tip));
}

static void
say_rewind(struct rw_judgement *j, const struct rw_update_view *u, struct rw_finding *f)
{
	const char *name = rw_judgement_word(j, short_name(u));

	f->text = rw_judgement_text(j, "%s would be rewound", rw_judgement_show(j, u->name, 200));
	f->found = rw_judgement_text(j, "%.12s is on it now and would not be any more", RW_OID(&u->old_id));
	f->mend = rw_judgement_text(j,
	    "git pull --rebase origin %s && git push origin HEAD:%s   # without force", name, name);
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_error *err)
{
	const struct rw_conf_updates *conf = c->conf;
	struct rw_finding *f;

	(void)err;
	if (u->kind == RW_UPDATE_NONE || conf->allowed[u->kind])
		return true;
	f = rw_judgement_find(j, r, "updates", u);
	switch (u->kind) {
	case RW_UPDATE_FAST_FORWARD:
	case RW_UPDATE_REWIND:
		if (u->is_tag) {
			say_moved_tag(j, u, f);
		} else if (u->kind == RW_UPDATE_REWIND) {
			say_rewind(j, u, f);
		} else {
			f->text =
			    rw_judgement_text(j, "%s would be moved on", rw_judgement_show(j, u->name, 200));
			f->mend = rw_judgement_text(j,
			    "git push origin %.12s:refs/heads/NAME   # under a name of its own",
			    RW_OID(&u->new_tip));
		}
		break;
	case RW_UPDATE_DELETE:
		f->text = rw_judgement_text(j, "%s would be deleted", rw_judgement_show(j, u->name, 200));
		f->found = rw_judgement_text(j, "it is %.12s", RW_OID(&u->old_id));
		f->mend = "push again without this deletion";
		break;
	case RW_UPDATE_CREATE:
	case RW_UPDATE_NONE:
		f->text = rw_judgement_text(j, "%s would be created", rw_judgement_show(j, u->name, 200));
		f->mend = "push to a ref that is there already";
		break;
	}
	f->wanted = rw_judgement_text(j, "what the policy allows here: %s", allowed_text(j, conf));
	return true;
}

const struct rw_rule_type rw_rule_updates = {
	.name = "updates",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_updates),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
