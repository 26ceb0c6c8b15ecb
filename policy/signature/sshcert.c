/* sshcert.c: SSH certificates: reading them, and whom they speak for. */
#include "policy/signature/sshcert.h"
#include "policy/signature/sshsig.h"
#include "refwall/text.h"

/* Critical options whose demands are kept; all others are refused. */
#define VERIFY_REQUIRED "verify-required"

bool
rw_cert_is(struct rw_str blob)
{
	struct rw_reader r = rw_reader_init(blob);

	return rw_key_type_of_cert(rw_reader_string32(&r)) != RW_KEY_NONE;
}

/* A list of strings, `of` for each item; -1: it is none. */
static bool
strings_count(struct rw_str list, size_t of, size_t *ret)
{
	struct rw_reader r = rw_reader_init(list);
	size_t n = 0;

	while (!r.bad && r.left > 0) {
		(void)rw_reader_string32(&r);
		n++;
	}
	*ret = n / of;
	return !r.bad && n % of == 0;
}

static bool
ca_read(struct rw_cert *c, struct rw_str sig, struct rw_error *err)
{
	if (!rw_key_parts_read(c->ca_blob, &c->ca, err))
		return rw_fail_prefix(err, "certificate: its CA");
	return rw_ssh_value_read(sig, &c->ca, &c->sig, err) || rw_fail_prefix(err, "certificate: its CA's signature");
}

bool
rw_cert_read(struct rw_str blob, struct rw_cert *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(blob);
	struct rw_str name = rw_reader_string32(&r), extensions, sig;
	enum rw_key_type type = rw_key_type_of_cert(name);
	struct rw_cert c = { .blob = blob };
	size_t n;

	if (blob.n > RW_LIMIT_KEY_BYTES)
		return rw_fail(err, RW_E_LIMIT, "certificate is larger than %u bytes", RW_LIMIT_KEY_BYTES);
	if (type == RW_KEY_NONE)
		return rw_fail(err, RW_E_UNSUPPORTED, "certificate type \"%s\" is not known", RW_SHOW(name));
	(void)rw_reader_string32(&r);			/* the nonce says nothing to a reader */
	c.body.p = r.p;
	if (!rw_key_parts_read_body(&r, type, &c.key, err))
		return rw_fail_prefix(err, "certificate");
	c.body.n = (size_t)(r.p - c.body.p);
	c.serial = rw_reader_u64(&r);
	c.type = rw_reader_u32(&r);
	c.id = rw_reader_string32(&r);
	c.principals = rw_reader_string32(&r);
	c.after = rw_reader_u64(&r);
	c.before = rw_reader_u64(&r);
	c.critical = rw_reader_string32(&r);
	extensions = rw_reader_string32(&r);
	(void)rw_reader_string32(&r);			/* reserved; to be ignored */
	c.ca_blob = rw_reader_string32(&r);
	c.signed_part = (struct rw_str){ blob.p, r.bad ? 0 : (size_t)(r.p - blob.p) };
	sig = rw_reader_string32(&r);
	if (!rw_reader_done(&r))
		return rw_fail(err, RW_E_PARSE, "certificate %s", r.bad ? "is cut short" : "has bytes left over");
	if (!strings_count(c.principals, 1, &c.n_principals))
		return rw_fail(err, RW_E_PARSE, "certificate: its principals are no list");
	if (c.n_principals > RW_LIMIT_CERT_PRINCIPALS)
		return rw_fail(err, RW_E_LIMIT, "certificate: more than %d principals", RW_LIMIT_CERT_PRINCIPALS);
	if (!strings_count(c.critical, 2, &n) || !strings_count(extensions, 2, &n))
		return rw_fail(err, RW_E_PARSE, "certificate: its options are no list of names and values");
	if (!ca_read(&c, sig, err))
		return false;
	*ret = c;
	return true;
}

void
rw_cert_put_plain(const struct rw_cert *c, struct rw_buf *b)
{
	rw_buf_put_string32(b, rw_str(rw_key_type_name(c->key.type)));
	rw_buf_put_str(b, c->body);
}

bool
rw_cert_wants_pin(const struct rw_cert *c)
{
	struct rw_reader r = rw_reader_init(c->critical);

	while (!r.bad && r.left > 0) {
		if (rw_str_eqz(rw_reader_string32(&r), VERIFY_REQUIRED))
			return true;
		(void)rw_reader_string32(&r);
	}
	return false;
}

static rw_time
time_of(uint64_t seconds, rw_time beyond)
{
	return seconds > (uint64_t)INT64_MAX / 1000 ? beyond : (rw_time)seconds * 1000;
}

rw_time
rw_cert_since(const struct rw_cert *c)
{
	return time_of(c->after, INT64_MAX);
}

rw_time
rw_cert_until(const struct rw_cert *c)
{
	return time_of(c->before, RW_TIME_NONE);
}

/* ---- judging ---- */

static bool
options_known(const struct rw_cert *c, struct rw_sig_result *ret)
{
	struct rw_reader r = rw_reader_init(c->critical);

	while (!r.bad && r.left > 0) {
		struct rw_str name = rw_reader_string32(&r), data = rw_reader_string32(&r);

		if (rw_str_eqz(name, VERIFY_REQUIRED) && data.n == 0)
			continue;
		rw_sig_refuse(ret, RW_SIG_CERT_OPTION, "certificate \"%s\" has the critical option \"%s\"",
		    RW_SHOW(c->id), RW_SHOW(name));
		return false;
	}
	return true;
}

/* The one identity that its principals name. */
static const struct rw_key *
principal_find(const struct rw_keyring *k, const struct rw_keyring_entry *ca, const struct rw_cert *c,
    struct rw_sig_result *ret)
{
	struct rw_reader r = rw_reader_init(c->principals);
	const struct rw_key *found = NULL, *line;
	struct rw_str first = { NULL, 0 }, by = { NULL, 0 };

	if (c->n_principals == 0) {
		rw_sig_refuse(ret, RW_SIG_CERT_PRINCIPAL, "certificate \"%s\" names no principal", RW_SHOW(c->id));
		return NULL;
	}
	while (!r.bad && r.left > 0) {
		struct rw_str p = rw_reader_string32(&r);

		if (first.p == NULL)
			first = p;
		line = rw_keyring_grant_find(k, ca, p);
		if (line != NULL && found != NULL && line->owner != found->owner) {
			rw_sig_refuse(ret, RW_SIG_CERT_PRINCIPAL,
			    "certificate names \"%s\" and \"%s\", who are two identities", RW_SHOW(by), RW_SHOW(p));
			return NULL;
		}
		if (line != NULL && found == NULL) {
			found = line;
			by = p;
		}
	}
	if (found == NULL)
		rw_sig_refuse(ret, RW_SIG_CERT_PRINCIPAL, "certificate \"%s\" is for \"%s\"%s, whom nobody lists",
		    RW_SHOW(c->id), RW_SHOW(first), c->n_principals > 1 ? " and others" : "");
	return found;
}

/*
 * One person's commits carry the same certificate, one after the other, so the last one that was found good is not
 * verified again. The answer depends on nothing but the bytes.
 */
static bool
signed_by(const struct rw_crypto *crypto, const struct rw_keyring_entry *ca, const struct rw_cert *c)
{
	static _Thread_local struct {
		const struct rw_crypto *crypto;
		uint8_t blob[RW_SHA256_LEN];
	} last;
	uint8_t digest[RW_SHA256_LEN];

	rw_sha256(c->blob, digest);
	if (last.crypto == crypto && memcmp(last.blob, digest, sizeof(digest)) == 0)
		return true;
	if (!rw_ssh_value_verify(crypto, &ca->parts, &c->sig, c->signed_part))
		return false;
	last.crypto = crypto;
	memcpy(last.blob, digest, sizeof(digest));
	return true;
}

/* By its own word a certificate may be anything, so nothing of it is believed before the CA's signature. */
const struct rw_key *
rw_cert_judge(const struct rw_keyring *k, const struct rw_cert *c, struct rw_sig_result *ret)
{
	const struct rw_keyring_entry *ca = rw_keyring_ca_find(k, c->ca_blob);
	const struct rw_crypto *crypto = rw_keyring_crypto(k);
	char fingerprint[RW_FINGERPRINT_LEN];
	struct rw_error err = RW_ERROR_INIT;

	if (ca == NULL) {
		rw_key_fingerprint(c->ca_blob, fingerprint);
		rw_sig_refuse(ret, RW_SIG_CERT_CA, "CA %s, of the certificate \"%s\"", fingerprint, RW_SHOW(c->id));
		return NULL;
	}
	if (!signed_by(crypto, ca, c)) {
		rw_sig_refuse(ret, RW_SIG_CERT_BAD, "the CA's signature on the certificate does not verify");
		return NULL;
	}
	if (c->type != RW_CERT_USER) {
		rw_sig_refuse(ret, RW_SIG_CERT_BAD, "certificate \"%s\" is not for a user (it is of type %lu)",
		    RW_SHOW(c->id), (unsigned long)c->type);
		return NULL;
	}
	if (!rw_key_parts_check(crypto, &c->key, &err)) {
		rw_sig_refuse(ret, RW_SIG_CERT_BAD, "certificate: %s", err.msg);
		return NULL;
	}
	return options_known(c, ret) ? principal_find(k, ca, c, ret) : NULL;
}
