/* pgp_verify.c: a detached OpenPGP signature over a payload, judged against the keyring. */
#include "policy/signature/openpgp.h"
#include "policy/signature/sshsig.h"

/* Exactly one signature packet. */
static bool
packet(struct rw_str bytes, struct rw_pgp_packet *ret, struct rw_pgp_sig *s, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);

	if (!rw_pgp_packet_next(&r, ret, err))
		return false;
	if (ret->tag != RW_PGP_SIGNATURE)
		return rw_fail(err, RW_E_PARSE,
		    "signature: the armour holds a packet of kind %u, wanted a signature", ret->tag);
	if (r.left == 0)
		return true;
	s->mend = "sed -i '/^ *local-user/d' ~/.gnupg/gpg.conf && ";
	return rw_fail(err, RW_E_PARSE, "signature: more than one packet; sign with one key only "
	    "(no second 'local-user' in gpg.conf)");
}

static bool
parse(struct rw_str armour, struct rw_buf *bytes, struct rw_pgp_sig *s, struct rw_error *err)
{
	struct rw_pgp_packet p;
	struct rw_str rest = armour;

	memset(s, 0, sizeof(*s));
	if (armour.n > RW_LIMIT_SIGNATURE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "signature is larger than %u bytes",
		    RW_LIMIT_SIGNATURE_BYTES);
	if (!rw_pgp_dearmour(&rest, "SIGNATURE", false, bytes, err))
		return rw_fail_prefix(err, "signature");
	if (rest.n > 0)
		return rw_fail(err, RW_E_PARSE, "signature: bytes behind the end of its armour");
	return packet(rw_buf_str(bytes), &p, s, err) && rw_pgp_sig_parse(p.body, true, s, err);
}

static void
name_issuer(const struct rw_pgp_sig *s, struct rw_sig_result *ret)
{
	if (s->issuer != NULL)
		(void)rw_pgp_hex(s->issuer, RW_OPENPGP_FINGERPRINT_LEN, ret->fingerprint);
	else if (s->issuer_id != NULL)
		(void)rw_pgp_hex(s->issuer_id, RW_PGP_KEY_ID_LEN, ret->fingerprint);
}

static bool
by_this(const struct rw_keyring *k, const struct rw_keyring_entry *e, const struct rw_pgp_sig *s,
    struct rw_str payload, struct rw_sig_memo *memo)
{
	if (!rw_pgp_fits(e->key.blob, s))
		return false;
	if (memo != NULL && memo->known) {
		struct rw_sig_memo m = *memo;

		if (rw_sig_recall(&m, e->key.blob))
			return true;
	}
	if (!rw_pgp_check(rw_keyring_crypto(k), &e->parts, s, &payload, 1))
		return false;
	if (memo != NULL) {
		memo->known = false;
		(void)rw_sig_recall(memo, e->key.blob);
	}
	return true;
}

/* The id is a hint among trusted keys, and no more than that: two of them may share it. */
static void
judge(const struct rw_keyring *k, const struct rw_pgp_sig *s, struct rw_str payload, struct rw_sig_memo *memo,
    struct rw_sig_result *ret)
{
	const uint8_t *id = s->issuer != NULL ?
	    s->issuer + (RW_OPENPGP_FINGERPRINT_LEN - RW_PGP_KEY_ID_LEN) : s->issuer_id;
	const struct rw_keyring_entry *e, *first = NULL;
	size_t at = 0;

	if (id == NULL) {
		rw_sig_refuse(ret, RW_SIG_MALFORMED, "signature does not say which key made it");
		return;
	}
	while ((e = rw_keyring_openpgp_next(k, id, &at)) != NULL) {
		if (s->issuer != NULL &&
		    memcmp(e->key.openpgp->fingerprint, s->issuer, RW_OPENPGP_FINGERPRINT_LEN) != 0)
			continue;
		if (first == NULL)
			first = e;
		if (!by_this(k, e, s, payload, memo))
			continue;
		first = e;
		ret->state = RW_SIG_GOOD;
		break;
	}
	if (first == NULL) {
		rw_sig_refuse(ret, RW_SIG_UNKNOWN_KEY, "OpenPGP key %s is not a trusted one",
		    ret->fingerprint);
		return;
	}
	ret->key = &first->key;
	memcpy(ret->fingerprint, first->key.fingerprint, sizeof(ret->fingerprint));
	if (ret->state != RW_SIG_GOOD)
		rw_sig_refuse(ret, RW_SIG_BAD,
		    "signature does not verify: what was signed is not this, or not by this key");
	else if (s->created < first->key.openpgp->created)
		rw_sig_refuse(ret, RW_SIG_BAD,
		    "signature says that it is older than its key; look at the signer's clock");
}

void
rw_pgp_verify(const struct rw_keyring *k, const char *ns, struct rw_str payload, struct rw_str armour,
    struct rw_sig_memo *memo, struct rw_sig_result *ret)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_SIGNATURE_BYTES);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_pgp_sig s;

	(void)ns;
	if (!parse(armour, &bytes, &s, &err)) {
		name_issuer(&s, ret);
		ret->mend = s.mend;
		rw_sig_refuse(ret, rw_sig_state_of(err.code), "%s", err.msg);
		return;
	}
	name_issuer(&s, ret);
	ret->made = s.created;
	ret->ends = s.ends;
	judge(k, &s, payload, memo, ret);
}
