/*
 * signed: {by: [who...], match: committer, touch: required}: every new commit (of a tag: the tag object) carries a signature.
 */
#include "refwall/keytable.h"
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"

/* touch: required; any other word is an error. */
static bool
demand(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, bool *ret, struct rw_error *err)
{
	static const char *const words[] = { "required" };
	size_t ignored;

	*ret = n != NULL;
	return n == NULL || rw_strict_word(rw_builder_strict(b), n, what, words, RW_ARRAY_LEN(words), &ignored, err);
}

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = {
		{ "by", RW_KEY_REQUIRED }, { "match", RW_KEY_OPTIONAL }, { "touch", RW_KEY_OPTIONAL },
		{ "pin", RW_KEY_OPTIONAL }
	};
	static const char *const words[] = { "committer", "author", "account" };	/* bits 1, 2, 4 */
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_signed *f = conf;

	if (!rw_builder_map(b, n, "signed", keys, RW_ARRAY_LEN(keys), v, err) ||
	    !rw_builder_who(b, v[0], "signed.by", &f->by, err) ||
	    !demand(b, v[2], "signed.touch", &f->touch, err) || !demand(b, v[3], "signed.pin", &f->pin, err))
		return false;
	return v[1] == NULL ||
	    rw_builder_words(b, v[1], "signed.match", words, RW_ARRAY_LEN(words), &f->match, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_signed *f = conf;

	rw_codec_who(c, &f->by);
	rw_codec_unsigned(c, &f->match, 7);
	rw_codec_bool(c, &f->touch);
	rw_codec_bool(c, &f->pin);
}

/* What is being judged: a commit, or the tag of an update. */
struct subject {
	const struct rw_rule *rule;
	const struct rw_conf_signed *conf;
	const struct rw_update_view *u;
	const struct rw_oid *id;		/* NULL: the tag */
	const struct rw_commit *commit;
	const struct rw_sig_result *sig;
	const struct rw_commit_info *info;	/* NULL: the tag */
	rw_time when;
	struct rw_glob_captures captures;	/* of the ref */
};

static const char *
sign_again(struct rw_judgement *j, const struct subject *s, const char *how)
{
	if (s->id == NULL)
		return rw_judgement_text(j, "%sgit tag -s -f %s %.12s", how,
		    rw_judgement_word(j, (struct rw_str){ s->u->name.p + 10, s->u->name.n - 10 }),
		    RW_OID(&s->u->new_tip));
	return rw_judgement_text(j, "%sgit rebase --exec 'git commit --amend --no-edit -S' %s", how,
	    rw_update_base(j, s->u, s->rule));
}

static struct rw_finding *
find(struct rw_judgement *j, const struct subject *s, const char *what, const char *neutral)
{
	struct rw_finding *f = rw_judgement_find(j, s->rule, "signed", s->u);

	f->personal = true;
	if (s->id != NULL) {
		rw_finding_commit(j, f, s->id, s->commit, what);
		if (neutral != NULL)
			f->neutral = rw_judgement_text(j, "commit %.7s %s", RW_OID(s->id), neutral);
	} else {
		const char *name = rw_judgement_show(j,
		    (struct rw_str){ s->u->name.p + strlen("refs/tags/"),
			s->u->name.n - strlen("refs/tags/") },
		    100);

		f->text = rw_judgement_text(j, "tag %s %s", name, what);
		f->neutral = rw_judgement_text(j, "tag %s %s", name, neutral != NULL ? neutral : what);
	}
	f->wanted = rw_judgement_text(j, "a signature by one of: %s",
	    rw_judgement_who(j, &s->conf->by, &s->captures));
	f->mend = sign_again(j, s, "");
	return f;
}

static bool
say_state(struct rw_judgement *j, const struct subject *s)
{
	const struct rw_signature_words *row = rw_signature_words_of(s->sig->state);
	struct rw_finding *f = find(j, s, row->what, NULL);

	if (row->detail && s->sig->detail[0] != '\0')
		f->found = rw_judgement_text(j, "%s", s->sig->detail);
	f->mend = rw_signature_mend(j, s->sig);
	if (f->mend == NULL)
		f->mend = sign_again(j, s, s->sig->mend != NULL ? s->sig->mend : row->how);
	if (s->sig->state == RW_SIG_UNKNOWN_KEY)
		f->found = rw_judgement_text(j, "key %s", s->sig->fingerprint);
	return false;
}

/* Revoked keys: whose word is it, and what may still be done about it? */
static void
say_revoked(struct rw_judgement *j, const struct subject *s, struct rw_finding *f)
{
	const struct rw_key *k = s->sig->key;
	char at[RW_TIME_LEN];
	bool hard = k->openpgp->revoked == RW_REVOKED_HARD;

	f->found = rw_judgement_text(j, "key %s of %s, revoked at %s: %s%s", k->fingerprint,
	    rw_judgement_identity(j, k->owner), rw_time_format(k->openpgp->revoked_at, at),
	    rw_revocation_name(k->openpgp), hard ? " (nothing that it signed counts any more)" : "");
	f->wanted = rw_judgement_text(j, "a signature by one of: %s, with a key that is not revoked",
	    rw_judgement_who(j, &s->conf->by, &s->captures));
}

/* The time in the signature itself. */
static void
say_own_time(struct rw_judgement *j, const struct subject *s, bool ended, struct rw_finding *f)
{
	char at[RW_TIME_LEN], when[RW_TIME_LEN];

	(void)rw_time_format(ended ? s->sig->ends : s->sig->made, at);
	(void)rw_time_format(ended ? s->when : j->now, when);
	f->found = rw_judgement_text(j, "%s at %s, by key %s", ended ? "it ended" : "made", at, s->sig->key->fingerprint);
	f->wanted = rw_judgement_text(j, "one that %s %s%s", ended ? "was valid at" : "was made before", when,
	    ended ? "" : "; look at the signer's clock");
}

/* Which of key and certificate was not valid, and was it too early or too late? A CA's line stands for its key. */
static bool
say_fault(struct rw_judgement *j, const struct subject *s, enum rw_sig_fault fault)
{
	const struct rw_sig_result *sig = s->sig;
	const struct rw_key *k = sig->key;
	bool cert = fault == RW_SIG_FAULT_CERT_EARLY || fault == RW_SIG_FAULT_CERT_LATE;
	bool early = fault == RW_SIG_FAULT_EARLY || fault == RW_SIG_FAULT_CERT_EARLY;
	rw_time edge = early ? (cert ? sig->cert_since : k->since) : cert ? sig->cert_until : rw_key_until(k);
	const char *what = cert ? "certificate" : sig->certificate ? "CA" : "key";
	char at[RW_TIME_LEN], when[RW_TIME_LEN];
	struct rw_finding *f;

	f = find(j, s, rw_signature_fault_words(j, sig, fault), NULL);
	if (fault == RW_SIG_FAULT_REVOKED || fault == RW_SIG_FAULT_AHEAD || fault == RW_SIG_FAULT_ENDED) {
		if (fault == RW_SIG_FAULT_REVOKED)
			say_revoked(j, s, f);
		else
			say_own_time(j, s, fault == RW_SIG_FAULT_ENDED, f);
		return false;
	}
	f->found = rw_judgement_text(j, "%s %s of %s, valid %s %s", what,
	    cert ? sig->fingerprint : k->fingerprint, rw_judgement_identity(j, k->owner),
	    early ? "from" : "until", rw_time_format(edge, at));
	f->wanted = rw_judgement_text(j, "a signature by one of: %s, with a %s that was valid at %s",
	    rw_judgement_who(j, &s->conf->by, &s->captures), cert ? what : "key", rw_time_format(s->when, when));
	if (cert && !early)
		f->mend = sign_again(j, s, "have the certificate renewed, then: ");
	return false;
}

static bool
say_somebody_else(struct rw_judgement *j, const struct subject *s)
{
	const struct rw_key *k = s->sig->key;
	struct rw_finding *f = find(j, s, "is signed by somebody who may not sign here", NULL);

	f->found = rw_judgement_text(j, "%s, by key %s", rw_judgement_identity(j, k->owner), s->sig->fingerprint);
	f->mend = rw_judgement_text(j, "one of them looks at it and signs it: %s", sign_again(j, s, ""));
	return false;
}

/* What a rule may demand of the security key that signed; the first that is not met is told. */
static bool
judge_presence(struct rw_judgement *j, const struct subject *s)
{
	const struct {
		bool demanded, met;
		const char *what, *wanted, *how;
	} rows[] = {
		{ s->conf->touch || s->conf->pin, s->sig->security_key,
		    "is signed with a key that is no security key",
		    "a signature by a security key (FIDO)",
		    "make one with: ssh-keygen -t ed25519-sk" },
		{ s->conf->touch, s->sig->touched, "is signed without a touch of the security key",
		    "a signature that somebody confirmed by touching the key",
		    "sign with a key that was not made with -O no-touch-required: " },
		{ s->conf->pin, s->sig->verified, "is signed without the PIN of the security key",
		    "a signature for which the key asked for its PIN or a finger",
		    "sign with a key that was made with -O verify-required: " },
	};
	struct rw_finding *f;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		if (!rows[i].demanded || rows[i].met)
			continue;
		f = find(j, s, rows[i].what, NULL);
		f->found = rw_judgement_text(j, "key %s of %s", s->sig->fingerprint,
		    rw_judgement_identity(j, s->sig->key->owner));
		f->wanted = rows[i].wanted;
		f->mend = i == 0 ? rw_judgement_text(j, "%s, and an administrator adds it to the policy", rows[i].how) :
		    sign_again(j, s, rows[i].how);
		return false;
	}
	return true;
}

static const char *
emails_of(struct rw_judgement *j, uint32_t identity)
{
	const struct rw_identity *i = &j->policy->identity[identity];
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16 << 10);

	for (size_t k = 0; k < i->n_emails; k++) {
		rw_buf_puts(&b, k == 0 ? "" : ", ");
		rw_buf_put_str(&b, i->email[k]);
	}
	return b.len == 0 ? "none: the policy lists no e-mail of this identity" :
	    rw_judgement_show(j, rw_buf_str(&b), 200);
}

/* match: the signer is who the commit says that made it, and who pushes it. */
static bool
judge_match(struct rw_judgement *j, const struct subject *s)
{
	const struct {
		unsigned bit;
		const char *name;
		const struct rw_person *person;
	} rows[] = {
		{ 1, s->id == NULL ? "tagger" : "committer",
		    s->id == NULL ? &s->u->tag.tagger : &s->commit->committer },
		{ 2, s->id == NULL ? "tagger" : "author",
		    s->id == NULL ? &s->u->tag.tagger : &s->commit->author },
	};
	uint32_t signer = s->sig->key->owner;
	struct rw_finding *f;

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		if ((s->conf->match & rows[i].bit) == 0 ||
		    (rows[i].person->email.n > 0 &&
			rw_policy_by_email(j->policy, rows[i].person->email) == signer))
			continue;
		f = find(j, s, rw_judgement_text(j, "is signed by somebody else than its %s", rows[i].name),
		    NULL);
		f->found = rw_judgement_text(j, "%s <%s>, signed by %s", rows[i].name,
		    rw_judgement_show(j, rows[i].person->email, 80), rw_judgement_identity(j, signer));
		f->wanted = rw_judgement_text(j, "an e-mail of the signer: %s", emails_of(j, signer));
		if (s->id != NULL)
			f->mend = rw_judgement_text(j,
			    "git rebase --exec 'git commit --amend --no-edit --reset-author -S' %s",
			    rw_update_base(j, s->u, s->rule));
		return false;
	}
	if ((s->conf->match & 4) == 0 || j->pusher == signer)
		return true;
	f = find(j, s, "is signed by somebody else than who pushes it", NULL);
	f->found = rw_judgement_text(j, "%s, signed by %s", rw_judgement_account(j),
	    rw_judgement_identity(j, signer));
	f->wanted = "the signer's own account";
	f->mend = "the signer pushes it";
	return false;
}

static bool
judge_subject(struct rw_judgement *j, const struct subject *s)
{
	enum rw_sig_fault fault;

	if (s->sig->state != RW_SIG_GOOD)
		return say_state(j, s);
	fault = rw_sig_fault_at(s->sig, s->when, j->now);
	if (fault != RW_SIG_FAULT_NONE)
		return say_fault(j, s, fault);
	if (!rw_who_has(j->policy, &s->conf->by, &s->captures, s->sig->key->owner))
		return say_somebody_else(j, s);
	if (!judge_presence(j, s) || !judge_match(j, s))
		return false;
	rw_judgement_used_signer(j, s->sig->key->owner);
	rw_judgement_count(j, s->sig, s->u, s->info);
	return true;
}

static bool
judge_commit(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, const struct rw_oid *id, const struct rw_commit *commit,
    struct rw_error *err)
{
	struct rw_commit_info *info = rw_oid_map_get(&j->commits, id);
	struct subject s = { .rule = r, .conf = c->conf, .u = u, .id = id, .commit = commit };
	struct rw_str none = { NULL, 0 };
	uint32_t signer;

	if (info == NULL)
		return rw_fail(err, RW_E_INTERNAL, "commit %.7s was not read", RW_OID(id));
	(void)rw_judgement_signer(j, info, &signer);	/* establishes info->sig */
	s.sig = &info->sig;
	s.info = info;
	s.when = rw_judgement_time_of(j, info);
	rw_scope_captures(&r->scope, u->name, none, &s.captures);
	/* a rule that only warns has not let anything pass */
	info->demanded = info->demanded || !r->warn;
	if (!judge_subject(j, &s) && !r->warn)
		info->failed = true;
	return true;
}

static bool
judge_tag(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c,
    const struct rw_update_view *u, struct rw_error *err)
{
	struct subject s = { .rule = r, .conf = c->conf, .u = u, .when = j->now };
	struct rw_str none = { NULL, 0 };
	struct rw_sig_result sig = { .state = RW_SIG_UNSIGNED };

	(void)err;
	if (u->kind == RW_UPDATE_DELETE || !u->annotated)
		return true;		/* a lightweight tag is a finding of its own */
	if (u->tag.signature.n > 0)
		rw_signature_verify(j->policy->keyring, u->tag.payload, u->tag.signature, &sig);
	s.sig = &sig;
	rw_scope_captures(&r->scope, u->name, none, &s.captures);
	(void)judge_subject(j, &s);
	return true;
}

const struct rw_rule_type rw_rule_signed = {
	.name = "signed",
	.target = RW_TARGET_COMMIT,
	.conf_size = sizeof(struct rw_conf_signed),
	.compile = compile,
	.codec = codec,
	.commit = judge_commit,
	.update = judge_tag,
};
