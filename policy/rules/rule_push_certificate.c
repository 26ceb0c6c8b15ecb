/*
 * push-certificate: required, or {by: [who...]}: the push as a whole is signed, for this server, now, once. Git hands the
 * certificate over and says whether the nonce is its own; everything else is found here.
 */
#include "policy/rules/codec.h"
#include "policy/rules/judgement.h"
#include "refwall/hash.h"

#define AGAIN "git push --signed ..."

static bool
compile(struct rw_policy_builder *b, const struct rw_yaml_node *n, void *conf, struct rw_error *err)
{
	static const struct rw_builder_key keys[] = { { "by", RW_KEY_REQUIRED } };
	static const char *const words[] = { "required" };
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_conf_push_certificate *f = conf;
	size_t ignored;

	f->anybody = n == NULL || n->kind != RW_YAML_MAP;
	if (f->anybody)
		return rw_strict_word(rw_builder_strict(b), n, "push-certificate", words, RW_ARRAY_LEN(words), &ignored, err);
	return rw_builder_map(b, n, "push-certificate", keys, RW_ARRAY_LEN(keys), v, err) &&
	    rw_builder_who(b, v[0], "push-certificate.by", &f->by, err);
}

static void
codec(struct rw_codec *c, void *conf)
{
	struct rw_conf_push_certificate *f = conf;

	rw_codec_bool(c, &f->anybody);
	if (!f->anybody)
		rw_codec_who(c, &f->by);
}

/* What was found of the certificate, once for the push. No text: it is good, and `owner` signed it. */
struct rw_certified {
	const char *text, *found, *wanted, *mend;
	bool personal;
	uint32_t owner;
	const char *key;
	struct rw_push_cert cert;
	struct rw_sig_result sig;
};

static bool
fault(struct rw_certified *c, const char *text, const char *found, const char *wanted, const char *mend)
{
	c->text = text;
	c->found = found;
	c->wanted = wanted;
	c->mend = mend;
	return false;
}

/* What git says of the nonce; within receive.certNonceSlop it says OK. */
static const struct {
	const char *status, *text, *found, *mend;
} nonces[] = {
	{ "MISSING", "the push certificate holds no nonce of this server", "no nonce", AGAIN },
	{ "BAD", "the push certificate was made for another push or another server", "a nonce that this server did not give", AGAIN },
	{ "SLOP", "the push certificate is too old", "a nonce that is older than receive.certNonceSlop allows",
	    "push again; if it stays so over HTTP, an administrator raises receive.certNonceSlop of the repository" },
	{ "UNSOLICITED", "the push certificate holds a nonce that this server did not ask for", "receive.certNonceSeed is not set",
	    "an administrator runs refwall install for this repository, then: " AGAIN },
	{ "", "the push certificate cannot be held against this push", "git says nothing of its nonce: receive.certNonceSeed is not set",
	    "an administrator runs refwall install for this repository, then: " AGAIN },
};

static bool
check_nonce(struct rw_judgement *j, struct rw_certified *c)
{
	static const char wanted[] = "the nonce that this server gave for this push";
	const struct rw_certificate_given *g = j->in->certificate;

	for (size_t i = 0; i < RW_ARRAY_LEN(nonces); i++) {
		if (rw_str_eqz(g->nonce_status, nonces[i].status))
			return fault(c, nonces[i].text, nonces[i].found, wanted, nonces[i].mend);
	}
	if (!rw_str_eqz(g->nonce_status, "OK"))
		return fault(c, "the push certificate cannot be held against this push",
		    rw_judgement_text(j, "git says of its nonce: %s", rw_judgement_show(j, g->nonce_status, 40)), wanted, AGAIN);
	if (c->cert.nonce.n == 0 || !rw_str_eq(c->cert.nonce, g->nonce))
		return fault(c, "the push certificate was made for another push or another server", "another nonce", wanted, AGAIN);
	return true;
}

static int
by_name(const void *x, const void *y)
{
	const struct rw_ref_update *const *a = x, *const *b = y;

	return rw_str_cmp((*a)->name, (*b)->name);
}

static const struct rw_ref_update **
sorted(struct rw_judgement *j, const struct rw_push *p)
{
	const struct rw_ref_update **list = rw_arena_array(j->scratch, p->n + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < p->n; i++)
		list[i] = &p->update[i];
	if (list != NULL && p->n > 1)
		qsort(list, p->n, sizeof(*list), by_name);
	return list;
}

/* Git takes the updates from the certificate today; nothing says that it always will. */
static bool
check_refs(struct rw_judgement *j, struct rw_certified *c)
{
	const struct rw_push *told = &j->in->push, *says = &c->cert.push;
	const struct rw_ref_update **x = sorted(j, told), **y = sorted(j, says);
	const char *found = NULL;

	for (size_t i = 0; x != NULL && y != NULL && found == NULL && (i < told->n || i < says->n); i++) {
		int order = i >= told->n ? 1 : i >= says->n ? -1 : rw_str_cmp(x[i]->name, y[i]->name);

		if (order < 0)
			found = rw_judgement_text(j, "it does not name %s", rw_judgement_show(j, x[i]->name, 200));
		else if (order > 0)
			found = rw_judgement_text(j, "it names %s, which is not pushed", rw_judgement_show(j, y[i]->name, 200));
		else if (!rw_oid_eq(&x[i]->old_id, &y[i]->old_id) || !rw_oid_eq(&x[i]->new_id, &y[i]->new_id))
			found = rw_judgement_text(j, "it says %.12s to %.12s for %s", RW_OID(&y[i]->old_id), RW_OID(&y[i]->new_id),
			    rw_judgement_show(j, y[i]->name, 200));
	}
	return found == NULL || fault(c, "the push certificate is of another push", found, "every update of the push, and no other",
	    AGAIN);
}

static bool
check_signature(struct rw_judgement *j, struct rw_certified *c)
{
	static const char wanted[] = "a certificate signed by somebody whom the policy knows";
	struct rw_sig_result *sig = &c->sig;
	const struct rw_signature_words *row;
	enum rw_sig_fault wrong;

	rw_signature_verify(j->policy->keyring, c->cert.payload, c->cert.signature, sig);
	if (sig->state != RW_SIG_GOOD) {
		const char *mend = rw_signature_mend(j, sig);

		row = rw_signature_words_of(sig->state);
		c->personal = true;
		return fault(c, rw_judgement_text(j, "the push certificate %s", row->what),
		    sig->state == RW_SIG_UNKNOWN_KEY ? rw_judgement_text(j, "key %s", sig->fingerprint) :
		    row->detail && sig->detail[0] != '\0' ? rw_judgement_text(j, "%s", sig->detail) : NULL, wanted,
		    mend != NULL ? mend : rw_judgement_text(j, "%s" AGAIN, sig->mend != NULL ? sig->mend : row->how));
	}
	/* It is made for this push, so nothing that came in earlier excuses it. */
	wrong = rw_sig_fault_at(sig, j->now, j->now);
	c->owner = sig->key->owner;
	c->key = rw_judgement_text(j, "%s, by key %s", rw_judgement_identity(j, c->owner), sig->fingerprint);
	if (wrong != RW_SIG_FAULT_NONE) {
		c->personal = true;
		return fault(c, rw_judgement_text(j, "the push certificate %s", rw_signature_fault_words(j, sig, wrong)), c->key,
		    wanted, AGAIN);
	}
	return true;
}

static bool
check_replay(struct rw_judgement *j, struct rw_certified *c, bool *ret_good, struct rw_error *err)
{
	uint64_t entry = UINT64_MAX;

	*ret_good = true;
	rw_sha256(c->cert.payload, j->certificate_payload);
	if (j->in->certificate_used != NULL && !j->in->certificate_used(j->in->ctx, j->certificate_payload, &entry, err))
		return false;
	if (entry != UINT64_MAX)
		*ret_good = fault(c, "the push certificate was used before",
		    rw_judgement_text(j, "log entry %llu", (unsigned long long)entry), "a certificate of its own for each push", AGAIN);
	return true;
}

/* Establish j->certified. */
static bool
certify(struct rw_judgement *j, struct rw_error *err)
{
	const struct rw_certificate_given *g = j->in->certificate;
	struct rw_certified *c = rw_arena_alloc(j->scratch, sizeof(*c));
	struct rw_error e = RW_ERROR_INIT;
	bool good;

	if (c == NULL)
		return rw_arena_ok(j->scratch, "the push certificate", err);
	j->certified = c;
	c->owner = RW_IDENTITY_NONE;
	if (g == NULL) {
		(void)fault(c, "the push is not signed", NULL, "a push certificate",
		    AGAIN "   # for always: git config push.gpgSign true; the repository needs receive.certNonceSeed, which refwall install sets");
		return true;
	}
	if (g->bytes.n == 0) {
		(void)fault(c, "the push certificate cannot be read", g->why, "a push certificate", AGAIN);
		return true;
	}
	if (!rw_push_cert_parse(j->scratch, g->bytes, &c->cert, &e)) {
		if (e.code != RW_E_PARSE && e.code != RW_E_LIMIT) {
			*err = e;
			return false;
		}
		(void)fault(c, "the push certificate cannot be read", rw_judgement_text(j, "%s", e.msg), "one as git makes it", AGAIN);
		return true;
	}
	if (!check_signature(j, c) || !check_nonce(j, c) || !check_refs(j, c))
		return true;
	if (!check_replay(j, c, &good, err))
		return false;
	j->certificate_used = good;
	return true;
}

static void
say(struct rw_judgement *j, const struct rw_rule *r, const struct rw_conf_push_certificate *conf,
    const struct rw_update_view *u, const struct rw_glob_captures *captures)
{
	const struct rw_certified *c = j->certified;
	struct rw_finding *f = rw_judgement_find(j, r, "push-certificate", u);
	bool somebody_else = c->text == NULL;

	f->personal = c->personal || somebody_else || !conf->anybody;
	f->text = rw_judgement_text(j, "%s", somebody_else ? "the push certificate is signed by somebody who may not sign here" : c->text);
	f->found = somebody_else ? c->key : c->found;
	f->wanted = conf->anybody ? c->wanted :
	    rw_judgement_text(j, "a push certificate by one of: %s", rw_judgement_who(j, &conf->by, captures));
	f->mend = somebody_else ? "one of them pushes it" : c->mend;
}

static bool
judge(struct rw_judgement *j, const struct rw_rule *r, const struct rw_check *c, const struct rw_update_view *u,
    struct rw_error *err)
{
	const struct rw_conf_push_certificate *conf = c->conf;
	struct rw_glob_captures captures;
	struct rw_str none = { NULL, 0 };

	if (j->in->rehearse)
		return true;		/* there is no push yet */
	if (j->certified == NULL && !certify(j, err))
		return false;
	rw_scope_captures(&r->scope, u->name, none, &captures);
	if (j->certified->text != NULL ||
	    (!conf->anybody && !rw_who_has(j->policy, &conf->by, &captures, j->certified->owner)))
		say(j, r, conf, u, &captures);
	else
		rw_judgement_used_signer(j, j->certified->owner);
	return true;
}

const struct rw_rule_type rw_rule_push_certificate = {
	.name = "push-certificate",
	.target = RW_TARGET_UPDATE,
	.conf_size = sizeof(struct rw_conf_push_certificate),
	.compile = compile,
	.codec = codec,
	.update = judge,
};
