/*
 * pgp_cert.c: certificates, from packets to what may be concluded from them.
 *
 * A certificate is what its owner, and anybody who had it in hand, put together. Only what the primary key
 * signed counts: user ids and direct signatures say what the primary key is for and when it ends, bindings
 * say so of subkeys, and a subkey that signs has signed back, for else anybody could adopt somebody's subkey.
 * Of several the newest valid one counts. Revocations always count, whatever else is newer.
 */
#include "policy/signature/openpgp.h"
#include "refwall/text.h"

#define SIGN 0x02			/* of the key flags */

enum {
	CERTIFY_FIRST = 0x10, CERTIFY_LAST = 0x13, BINDING = 0x18, BACK = 0x19, DIRECT = 0x1f, REVOKE_KEY = 0x20,
	REVOKE_SUBKEY = 0x28, REVOKE_CERTIFICATION = 0x30
};

struct cert_key {
	struct rw_str body;
	struct rw_key_parts parts;
	bool usable;			/* an algorithm of ours; the numbers are sound */
	char why_not[128];
	struct rw_key_openpgp is;
	rw_time said_at;		/* when the newest valid self-signature was made, or RW_TIME_NONE */
	bool signs;
};

/* What user ids say comes after what they say it of: a later revocation takes it back. */
struct claim {
	struct rw_str user_id;
	bool attribute;
	struct rw_pgp_sig newest;	/* newest.created is RW_TIME_NONE: none */
	rw_time revoked_at;
};

struct importing {
	const struct rw_openpgp_import *how;
	const struct rw_crypto *crypto;
	struct rw_buf *table, *notes;
	unsigned n_packets, n_checked;
	size_t n_bytes;
	/* the certificate in hand */
	bool open;
	struct cert_key key[RW_LIMIT_CERT_KEYS];	/* the first is the primary one */
	size_t n_keys;
	struct claim claim;
	bool in_claim;
	struct rw_str user_id;
	struct rw_pgp_sig said;		/* newest of the primary key */
	rw_time direct_until;
	bool revoker, revoked_by_other, saw_sha1;
	size_t n_done;
	uint8_t done[RW_LIMIT_KEY_TABLE_KEYS][RW_OPENPGP_FINGERPRINT_LEN];
	struct rw_error *err;
};

static const char *
name_of(const struct cert_key *k, char out[RW_PGP_HEX_LEN])
{
	return rw_pgp_hex(k->is.fingerprint, sizeof(k->is.fingerprint), out);
}

static void
note(struct importing *m, const struct cert_key *k, const char *what)
{
	char hex[RW_PGP_HEX_LEN];

	rw_buf_printf(m->notes, "%s: %s\n", name_of(k, hex), what);
}

static bool
refuse(const struct importing *m, const struct cert_key *k, const char *what)
{
	char hex[RW_PGP_HEX_LEN];

	return rw_fail(m->err, RW_E_PARSE, "%s: %s", name_of(k, hex), what);
}

/* ---- signatures ---- */

/* Key and length before it, as they are hashed. */
static size_t
put_key(struct rw_str *parts, char head[3], const struct cert_key *k)
{
	head[0] = (char)0x99;
	head[1] = (char)(k->body.n >> 8);
	head[2] = (char)k->body.n;
	parts[0] = (struct rw_str){ head, 3 };
	parts[1] = k->body;
	return 2;
}

/* Did `by` sign the primary key, with the subkey or the claim behind it? */
static bool
verified(struct importing *m, const struct cert_key *by, const struct cert_key *sub, const struct claim *c,
    const struct rw_pgp_sig *s)
{
	char head[3], sub_head[3], claim_head[5];
	struct rw_str parts[4];
	size_t n = put_key(parts, head, &m->key[0]);

	if (!by->usable || !rw_pgp_fits(by->body, s) || m->n_checked++ >= RW_LIMIT_CERT_SIGNATURES)
		return false;
	if (sub != NULL)
		n += put_key(parts + n, sub_head, sub);
	if (c != NULL) {
		claim_head[0] = (char)(c->attribute ? 0xd1 : 0xb4);
		claim_head[1] = (char)(c->user_id.n >> 24);
		claim_head[2] = (char)(c->user_id.n >> 16);
		claim_head[3] = (char)(c->user_id.n >> 8);
		claim_head[4] = (char)c->user_id.n;
		parts[n++] = (struct rw_str){ claim_head, sizeof(claim_head) };
		parts[n++] = c->user_id;
	}
	return rw_pgp_check(m->crypto, &by->parts, s, parts, n);
}

/* Made by that key, as far as the signature itself says. */
static bool
issued_by(const struct rw_pgp_sig *s, const struct cert_key *k)
{
	if (s->issuer != NULL)
		return memcmp(s->issuer, k->is.fingerprint, RW_OPENPGP_FINGERPRINT_LEN) == 0;
	return s->issuer_id == NULL || memcmp(s->issuer_id,
	    k->is.fingerprint + (RW_OPENPGP_FINGERPRINT_LEN - RW_PGP_KEY_ID_LEN), RW_PGP_KEY_ID_LEN) == 0;
}

/* Fit to be believed now; not so for revocations, which are believed whatever they are made of. */
static bool
fresh(struct importing *m, const struct cert_key *of, const struct rw_pgp_sig *s)
{
	if (s->hash == RW_SHA1 && !m->how->allow_sha1) {
		m->saw_sha1 = true;
		return false;
	}
	return s->created >= of->is.created && s->created <= m->how->now + RW_LIMIT_SIGNATURE_AHEAD_MS &&
	    (s->ends == RW_TIME_NONE || s->ends > m->how->now);
}

static rw_time
earlier(rw_time a, rw_time b)
{
	return a == RW_TIME_NONE || (b != RW_TIME_NONE && b < a) ? b : a;
}

static rw_time
later(rw_time a, rw_time b)
{
	return a == RW_TIME_NONE || b > a ? b : a;
}

/* Hard beats soft; of equals the earlier counts. */
static void
revoke(struct rw_key_openpgp *k, enum rw_revocation is, int reason, rw_time at)
{
	if (k->revoked > is || (k->revoked == is && k->revoked_at <= at))
		return;
	k->revoked = is;
	k->reason = (uint8_t)(reason < 0 ? 0 : reason);
	k->revoked_at = at;
}

static bool
revocation(struct importing *m, struct cert_key *k, const struct rw_pgp_sig *s)
{
	const struct cert_key *sub = s->type == REVOKE_SUBKEY ? k : NULL;

	if (verified(m, &m->key[0], sub, NULL, s))
		revoke(&k->is, rw_revocation_of(s->reason), s->reason, s->created);
	else if (issued_by(s, &m->key[0]))
		return refuse(m, k, "carries a revocation that does not verify; get the certificate again");
	else
		m->revoked_by_other = true;
	return true;
}

/* What the key is for, and until when: of the primary key or of a subkey. */
static void
apply(struct cert_key *k, const struct rw_pgp_sig *s)
{
	k->said_at = s->created;
	k->signs = s->flags >= 0 && (s->flags & SIGN) != 0;
	k->is.until = s->ends;
	if (s->key_ends_after != 0)
		k->is.until = earlier(k->is.until, k->is.created + s->key_ends_after);
}

/* The subkey itself says that it belongs here. */
static bool
signed_back(struct importing *m, const struct cert_key *k, const struct rw_pgp_sig *binding)
{
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_pgp_sig s;

	return binding->embedded.n > 0 && rw_pgp_sig_parse(binding->embedded, false, &s, &ignored) &&
	    s.type == BACK &&
	    fresh(m, k, &s) && verified(m, k, k, NULL, &s);
}

static void
binding(struct importing *m, struct cert_key *k, const struct rw_pgp_sig *s)
{
	if ((k->said_at != RW_TIME_NONE && s->created < k->said_at) || !fresh(m, k, s) ||
	    !verified(m, &m->key[0], k, NULL, s))
		return;
	apply(k, s);
	if (!k->signs || (k->usable && signed_back(m, k, s)))
		return;
	rw_buf_puts(m->notes, "subkey passed over: ");
	note(m, k, k->usable ? "it has not signed back that it belongs here" : k->why_not);
	k->signs = false;
}

static void
direct(struct importing *m, const struct rw_pgp_sig *s)
{
	if (!fresh(m, &m->key[0], s) || !verified(m, &m->key[0], NULL, NULL, s))
		return;
	m->revoker = m->revoker || s->revoker;
	/* gpg's addrevoker makes one that says nothing else, behind the others */
	if (s->flags < 0) {
		if (s->key_ends_after != 0)
			m->direct_until = earlier(m->direct_until, m->key[0].is.created + s->key_ends_after);
		return;
	}
	if (m->said.created == RW_TIME_NONE || s->created >= m->said.created)
		m->said = *s;
}

static void
certification(struct importing *m, const struct rw_pgp_sig *s)
{
	struct claim *c = &m->claim;

	if (!issued_by(s, &m->key[0]) ||
	    (c->newest.created != RW_TIME_NONE && s->created < c->newest.created))
		return;
	if (fresh(m, &m->key[0], s) && verified(m, &m->key[0], NULL, c, s))
		c->newest = *s;
}

/* The user id is complete: what it said counts unless it was taken back. */
static void
claim_end(struct importing *m)
{
	struct claim *c = &m->claim;

	if (!m->in_claim)
		return;
	m->in_claim = false;
	if (c->newest.created == RW_TIME_NONE ||
	    (c->revoked_at != RW_TIME_NONE && c->revoked_at >= c->newest.created))
		return;
	m->revoker = m->revoker || c->newest.revoker;
	if (m->said.created != RW_TIME_NONE && c->newest.created < m->said.created)
		return;
	m->said = c->newest;
	if (!c->attribute)
		m->user_id = c->user_id;
}

static bool
signature(struct importing *m, struct rw_str body)
{
	struct rw_error inner = RW_ERROR_INIT;
	uint8_t version = body.n > 0 ? (uint8_t)body.p[0] : 0, type = 0;
	struct rw_pgp_sig s;
	struct cert_key *k;

	if (!m->open)
		return rw_fail(m->err, RW_E_PARSE, "a signature stands before the key that it belongs to");
	k = &m->key[m->n_keys - 1];
	if (body.n > 2)
		type = (uint8_t)body.p[version < 4 ? 2 : 1];
	if (!rw_pgp_sig_parse(body, false, &s, &inner)) {
		if (type != REVOKE_KEY && type != REVOKE_SUBKEY && type != REVOKE_CERTIFICATION)
			return true;
		rw_fail_prefix(&inner, "carries a revocation that cannot be judged");
		return refuse(m, k, inner.msg);
	}
	if (type == REVOKE_KEY)
		return revocation(m, &m->key[0], &s);
	if (m->n_keys > 1) {
		if (type == REVOKE_SUBKEY)
			return revocation(m, k, &s);
		if (type == BINDING)
			binding(m, k, &s);
	} else if (m->in_claim && type >= CERTIFY_FIRST && type <= CERTIFY_LAST) {
		certification(m, &s);
	} else if (m->in_claim && type == REVOKE_CERTIFICATION && issued_by(&s, &m->key[0])) {
		if (verified(m, &m->key[0], NULL, &m->claim, &s))
			m->claim.revoked_at = later(m->claim.revoked_at, s.created);
	} else if (type == DIRECT) {
		direct(m, &s);
	}
	return true;
}

/* ---- certificates ---- */

static bool
key_open(struct importing *m, struct rw_str body)
{
	struct cert_key *k = &m->key[m->n_keys];
	struct rw_error inner = RW_ERROR_INIT;

	if (m->n_keys == RW_LIMIT_CERT_KEYS)
		return rw_fail(m->err, RW_E_LIMIT, "a certificate with more than %d keys",
		    RW_LIMIT_CERT_KEYS);
	*k = (struct cert_key){ .body = body, .said_at = RW_TIME_NONE };
	k->is.until = k->is.revoked_at = RW_TIME_NONE;
	if (body.n < 6 || body.n > RW_LIMIT_KEY_BYTES)
		return rw_fail(m->err, RW_E_PARSE, "a key packet of %zu bytes", body.n);
	rw_pgp_key_fingerprint(body, k->is.fingerprint);
	m->n_keys++;
	memcpy(k->is.primary, m->key[0].is.fingerprint, sizeof(k->is.primary));
	k->is.created = rw_pgp_key_created(body);
	k->usable = rw_pgp_key_read(body, &k->parts, &inner) &&
	    rw_key_parts_check(m->crypto, &k->parts, &inner);
	(void)rw_text_printable(rw_str(inner.msg), k->why_not, sizeof(k->why_not));
	if (!k->usable && m->n_keys == 1)
		return body.p[0] != 4 ? rw_fail(m->err, inner.code, "%s", inner.msg) :
		    refuse(m, k, inner.msg);
	return true;
}

static bool
cert_open(struct importing *m, struct rw_str body)
{
	m->n_keys = 0;
	m->open = true;
	m->in_claim = m->revoker = m->revoked_by_other = m->saw_sha1 = false;
	m->user_id = (struct rw_str){ NULL, 0 };
	m->said.created = m->direct_until = RW_TIME_NONE;
	return key_open(m, body);
}

/* A subkey is not worth more than its primary key. */
static void
inherit(struct cert_key *k, const struct cert_key *primary)
{
	k->is.until = earlier(k->is.until, primary->is.until);
	if (k != primary && primary->is.revoked != RW_REVOKED_NOT)
		revoke(&k->is, primary->is.revoked, primary->is.reason, primary->is.revoked_at);
}

static bool
cert_end(struct importing *m)
{
	struct cert_key *primary = &m->key[0];
	size_t n = 0;

	if (!m->open)
		return true;
	claim_end(m);
	m->open = false;
	if (m->n_checked > RW_LIMIT_CERT_SIGNATURES)
		return rw_fail(m->err, RW_E_LIMIT, "more than %d signatures to verify; export with "
		    "gpg --export-options export-minimal", RW_LIMIT_CERT_SIGNATURES);
	if (m->revoked_by_other && m->revoker)
		return refuse(m, primary,
		    "may have been revoked by somebody whom it names for that, which is not supported");
	if (m->said.created == RW_TIME_NONE && primary->is.revoked == RW_REVOKED_NOT)
		return refuse(m, primary, m->saw_sha1 ?
		    "has self-signatures over SHA-1 only; sign it anew (gpg --quick-set-expire), "
		    "or take them with --allow-sha1" :
		    "has no valid self-signature");
	if (m->said.created != RW_TIME_NONE)
		apply(primary, &m->said);
	primary->is.until = earlier(primary->is.until, m->direct_until);
	for (size_t i = 0; i < m->n_done; i++)
		if (memcmp(m->done[i], primary->is.fingerprint, RW_OPENPGP_FINGERPRINT_LEN) == 0)
			return refuse(m, primary, "is given twice");
	if (m->n_done == RW_LIMIT_KEY_TABLE_KEYS)
		return rw_fail(m->err, RW_E_LIMIT, "more than %d certificates", RW_LIMIT_KEY_TABLE_KEYS);
	memcpy(m->done[m->n_done++], primary->is.fingerprint, RW_OPENPGP_FINGERPRINT_LEN);
	rw_key_table_cert(m->table, primary->is.fingerprint, m->user_id);
	for (size_t i = 0; i < m->n_keys; i++) {
		struct cert_key *k = &m->key[i];

		/* of a revoked key it is kept that it is, even when nothing says any more that it signs */
		if (!k->usable || (!k->signs && !(i == 0 && k->is.revoked != RW_REVOKED_NOT)))
			continue;
		inherit(k, primary);
		rw_key_table_key(m->table, k->body, &k->parts, &k->is);
		n++;
	}
	return n > 0 || refuse(m, primary, m->saw_sha1 ?
	    "has no key that may sign; some of its self-signatures are over SHA-1 (--allow-sha1 takes them)" :
	    "has no key that may sign");
}

static bool
packet(struct importing *m, const struct rw_pgp_packet *p)
{
	switch (p->tag) {
	case RW_PGP_PUBLIC_KEY:
		return cert_end(m) && cert_open(m, p->body);
	case RW_PGP_PUBLIC_SUBKEY:
		if (!m->open)
			break;
		claim_end(m);
		return key_open(m, p->body);
	case RW_PGP_USER_ID:
	case RW_PGP_USER_ATTRIBUTE:
		if (!m->open || m->n_keys > 1)
			break;
		claim_end(m);
		m->in_claim = true;
		m->claim = (struct claim){ .user_id = p->body, .attribute = p->tag == RW_PGP_USER_ATTRIBUTE,
		    .revoked_at = RW_TIME_NONE };
		m->claim.newest.created = RW_TIME_NONE;
		return true;
	case RW_PGP_SIGNATURE:
		return signature(m, p->body);
	case RW_PGP_MARKER:
	case RW_PGP_TRUST:
	case RW_PGP_PADDING:
		return true;
	case RW_PGP_SECRET_KEY:
	case RW_PGP_SECRET_SUBKEY:
		return rw_fail(m->err, RW_E_PARSE,
		    "is a SECRET key, wanted the public one: gpg --export, not --export-secret-keys");
	default:
		break;
	}
	return rw_fail(m->err, RW_E_PARSE, "a packet of kind %u has no place in a certificate, or not there",
	    p->tag);
}

static bool
packets(struct importing *m, struct rw_str bytes)
{
	struct rw_reader r = rw_reader_init(bytes);
	struct rw_pgp_packet p;

	while (r.left > 0) {
		if (++m->n_packets > RW_LIMIT_CERT_PACKETS)
			return rw_fail(m->err, RW_E_LIMIT, "more than %d packets; export with "
			    "gpg --export-options export-minimal", RW_LIMIT_CERT_PACKETS);
		if (!rw_pgp_packet_next(&r, &p, m->err) || !packet(m, &p))
			return false;
	}
	return cert_end(m);
}

/* All armoured blocks of a text, with whatever stands between them. */
static bool
dearmour(struct rw_str text, struct rw_buf *out, struct rw_error *err)
{
	static const char begin[] = "-----BEGIN PGP ";
	bool any = false;

	while (text.n > 0) {
		const char *newline = memchr(text.p, '\n', text.n);
		size_t n = newline == NULL ? text.n : (size_t)(newline - text.p) + 1;

		if (rw_str_has_prefix(text, "-----BEGIN PGP PRIVATE"))
			return rw_fail(err, RW_E_PARSE,
			    "is a SECRET key, wanted the public one: gpg --armor --export");
		if (rw_str_has_prefix(text, begin)) {
			if (!rw_pgp_dearmour(&text, "PUBLIC KEY BLOCK", true, out, err))
				return false;
			any = true;
			continue;
		}
		text.p += n;
		text.n -= n;
	}
	return any || rw_fail(err, RW_E_PARSE, "holds no OpenPGP certificate");
}

static bool
file(struct importing *m, struct rw_str bytes)
{
	rw_auto_buf struct rw_buf raw = RW_BUF_INIT(RW_LIMIT_CERT_BYTES);
	size_t before = m->n_done;

	if (bytes.n > 2 * RW_LIMIT_CERT_BYTES)
		return rw_fail(m->err, RW_E_LIMIT, "more than %u bytes of certificates", RW_LIMIT_CERT_BYTES);
	if (bytes.n == 0)
		return rw_fail(m->err, RW_E_PARSE, "holds no OpenPGP certificate");
	if (((uint8_t)bytes.p[0] & 0x80) == 0) {
		if (!dearmour(bytes, &raw, m->err))
			return false;
		bytes = rw_buf_str(&raw);
	}
	m->n_bytes += bytes.n;
	if (m->n_bytes > RW_LIMIT_CERT_BYTES)
		return rw_fail(m->err, RW_E_LIMIT, "more than %u bytes of certificates", RW_LIMIT_CERT_BYTES);
	if (!packets(m, bytes))
		return false;
	return m->n_done > before || rw_fail(m->err, RW_E_PARSE, "holds no OpenPGP certificate");
}

bool
rw_openpgp_import(const struct rw_openpgp_file *files, size_t n, const struct rw_openpgp_import *how,
    struct rw_buf *table,
    struct rw_buf *notes, struct rw_error *err)
{
	rw_autofree struct importing *m = calloc(1, sizeof(*m));
	size_t begin = table->len;

	if (m == NULL)
		return rw_fail_nomem(err);
	m->how = how;
	m->crypto = rw_crypto_default();
	m->table = table;
	m->notes = notes;
	m->err = err;
	rw_crypto_prepare();
	rw_key_table_begin(table);
	for (size_t i = 0; i < n; i++)
		if (!file(m, files[i].bytes))
			return rw_fail_prefix(err, "%s", files[i].name);
	rw_key_table_end(table, begin);
	return rw_buf_ok(table, "key table", err) && rw_buf_ok(notes, "notes", err);
}
