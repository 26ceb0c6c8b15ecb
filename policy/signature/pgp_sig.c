/* pgp_sig.c: the body of a signature packet, version 4. */
#include "policy/signature/openpgp.h"

#define SECOND 1000

static const struct {
	uint8_t id;
	enum rw_hash_alg alg;		/* 0: none of ours */
	const char *name;
	bool weak;
} hashes[] = {
	{ 8, RW_SHA256, "SHA-256", false }, { 9, RW_SHA384, "SHA-384", false },
	{ 10, RW_SHA512, "SHA-512", false }, { 2, RW_SHA1, "SHA-1", true }, { 1, 0, "MD5", true },
	{ 3, 0, "RIPEMD-160", true }, { 11, 0, "SHA-224", true },
	{ 12, 0, "SHA3-256", false }, { 14, 0, "SHA3-512", false },
};

static const struct {
	uint8_t id;
	const char *name;
} algorithms[] = {
	{ 2, "RSA for encryption" }, { 16, "ElGamal" }, { 17, "DSA" }, { 18, "ECDH" }, { 20, "ElGamal" },
	{ 25, "X25519" }, { 26, "X448" }, { 28, "Ed448" },
};

/* Subpackets that may be critical: their meaning is looked at, or does not matter here. */
static const uint8_t document_known[] = { 2, 3, 16, 26, 28, 33 };
static const uint8_t certificate_known[] = {
	2, 3, 4, 7, 9, 11, 12, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 39
};

static bool
known(uint8_t type, bool document)
{
	const uint8_t *v = document ? document_known : certificate_known;
	size_t n = document ? sizeof(document_known) : sizeof(certificate_known);

	for (size_t i = 0; i < n; i++)
		if (v[i] == type)
			return true;
	return false;
}

static uint32_t
sub_length(struct rw_reader *r)
{
	unsigned a = rw_reader_u8(r);

	if (a < 192)
		return a;
	return a < 255 ? (a - 192) * 256 + rw_reader_u8(r) + 192 : rw_reader_u32(r);
}

static const uint8_t *
fixed(struct rw_str v, size_t n)
{
	return v.n == n ? (const uint8_t *)v.p : NULL;
}

static bool
seconds(struct rw_str v, int64_t *ret)
{
	struct rw_reader r = rw_reader_init(v);

	*ret = (int64_t)rw_reader_u32(&r) * SECOND;
	return rw_reader_done(&r);
}

/* One subpacket of the hashed area. */
static bool
hashed(struct rw_pgp_sig *s, uint8_t type, struct rw_str v, struct rw_error *err)
{
	bool ok = true;

	switch (type) {
	case 2:
		ok = seconds(v, &s->created);
		break;
	case 3:
		ok = seconds(v, &s->ends);		/* made absolute at the end */
		break;
	case 9:
		ok = seconds(v, &s->key_ends_after);
		break;
	case 12:
		s->revoker = true;
		break;
	case 16:
		ok = (s->issuer_id = fixed(v, RW_PGP_KEY_ID_LEN)) != NULL;
		break;
	case 27:
		s->flags = v.n == 0 ? 0 : (uint8_t)v.p[0];
		break;
	case 29:
		ok = v.n > 0;
		s->reason = ok ? (uint8_t)v.p[0] : -1;
		break;
	case 32:
		s->embedded = v;
		break;
	case 33:
		ok = v.n > 0 && (v.p[0] != 4 || v.n == 1 + RW_OPENPGP_FINGERPRINT_LEN);
		if (ok && v.p[0] == 4) {
			s->issuer = (const uint8_t *)v.p + 1;
			s->issuer_hashed = true;
		}
		break;
	default:
		break;
	}
	return ok || rw_fail(err, RW_E_PARSE, "signature: subpacket %u has the wrong length", type);
}

/* Anybody can change this area: a hint that saves a search, or a signature that speaks for itself. */
static bool
unhashed(struct rw_pgp_sig *s, uint8_t type, struct rw_str v, bool document, struct rw_error *err)
{
	if (type == 16 && s->issuer_id == NULL)
		s->issuer_id = fixed(v, RW_PGP_KEY_ID_LEN);
	else if (type == 33 && s->issuer == NULL && v.n == 1 + RW_OPENPGP_FINGERPRINT_LEN && v.p[0] == 4)
		s->issuer = (const uint8_t *)v.p + 1;
	else if (type == 32 && s->embedded.n == 0)
		s->embedded = v;
	return !document || type == 16 || type == 32 || type == 33 ||
	    rw_fail(err, RW_E_PARSE,
	    "signature: subpacket %u stands outside what is signed, where anybody could put it",
	    type);
}

static bool
subpackets(struct rw_pgp_sig *s, struct rw_str area, bool is_hashed, bool document, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(area);
	uint64_t seen[2] = { 0, 0 };

	while (!r.bad && r.left > 0) {
		struct rw_str sub = rw_reader_bytes(&r, sub_length(&r));
		uint8_t type = sub.n == 0 ? 0 : (uint8_t)sub.p[0] & 0x7f;
		bool critical = sub.n > 0 && ((uint8_t)sub.p[0] & 0x80) != 0;
		uint64_t bit = (uint64_t)1 << type % 64;
		struct rw_str v;

		if (r.bad || sub.n == 0)
			return rw_fail(err, RW_E_PARSE, "signature: its subpackets are malformed");
		v = (struct rw_str){ sub.p + 1, sub.n - 1 };
		if (is_hashed && critical && !known(type, document))
			return rw_fail(err, RW_E_UNSUPPORTED,
			    "signature: critical subpacket %u is not known", type);
		if (is_hashed && type != 20 && type != 12 && (seen[type / 64] & bit) != 0)
			return rw_fail(err, RW_E_PARSE, "signature: subpacket %u stands twice", type);
		seen[type / 64] |= bit;
		if (is_hashed ? !hashed(s, type, v, err) : !unhashed(s, type, v, document, err))
			return false;
	}
	return rw_reader_done(&r) || rw_fail(err, RW_E_PARSE, "signature: its subpackets are malformed");
}

static bool
hash_find(struct rw_pgp_sig *s, bool document, struct rw_error *err)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(hashes); i++) {
		if (hashes[i].id != s->hash_id)
			continue;
		s->hash = hashes[i].alg;
		if (s->hash != 0 && (!document || !hashes[i].weak))
			return true;
		s->hash = 0;
		s->mend = "echo digest-algo SHA512 >>~/.gnupg/gpg.conf && ";
		return rw_fail(err, RW_E_UNSUPPORTED, hashes[i].weak ?
		    "OpenPGP signature over %s, which is too weak; "
		    "gpg uses SHA-512 with 'digest-algo SHA512' in gpg.conf" :
		    "OpenPGP signature over %s is not supported; "
		    "gpg uses SHA-512 with 'digest-algo SHA512' in gpg.conf",
		    hashes[i].name);
	}
	return rw_fail(err, RW_E_UNSUPPORTED, "OpenPGP signature with hash algorithm %u is not supported",
	    s->hash_id);
}

static bool
values(struct rw_pgp_sig *s, struct rw_reader *r, struct rw_error *err)
{
	const char *name = "";

	switch (s->algorithm) {
	case 1:
	case 3:
		s->value[0] = rw_pgp_mpi(r);
		break;
	case 19:
	case 22:
		s->value[0] = rw_pgp_mpi(r);
		s->value[1] = rw_pgp_mpi(r);
		break;
	case 27:
		s->value[0] = rw_reader_bytes(r, RW_ED25519_SIG_LEN);
		break;
	default:
		for (size_t i = 0; i < RW_ARRAY_LEN(algorithms); i++)
			if (algorithms[i].id == s->algorithm)
				name = algorithms[i].name;
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP signature with key algorithm %u%s%s%s is not supported; "
		    "use RSA, ECDSA or Ed25519", s->algorithm, *name == '\0' ? "" : " (", name,
		    *name == '\0' ? "" : ")");
	}
	return rw_reader_done(r) || rw_fail(err, RW_E_PARSE,
	    "signature: its numbers are cut short, miscounted, or have bytes "
	    "behind them");
}

static bool
type_check(struct rw_pgp_sig *s, struct rw_error *err)
{
	if (s->type == 0x00)
		return true;
	if (s->type != 0x01)
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP signature of type 0x%02x is none over a document", s->type);
	s->mend = "sed -i '/^ *textmode/d' ~/.gnupg/gpg.conf && ";
	return rw_fail(err, RW_E_UNSUPPORTED,
	    "OpenPGP text-mode signature (type 0x01), which fits more than one text; "
	    "take 'textmode' out of gpg.conf");
}

static struct rw_str
area(struct rw_reader *r)
{
	size_t high = rw_reader_u8(r);

	return rw_reader_bytes(r, high << 8 | rw_reader_u8(r));
}

bool
rw_pgp_sig_parse(struct rw_str body, bool document, struct rw_pgp_sig *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(body);
	struct rw_pgp_sig *s = ret;
	uint8_t version = rw_reader_u8(&r);
	struct rw_str in, out;

	*s = (struct rw_pgp_sig){ .created = RW_TIME_NONE, .ends = RW_TIME_NONE, .flags = -1, .reason = -1 };
	if (!r.bad && version != 4)
		return rw_fail(err, RW_E_UNSUPPORTED,
		    "OpenPGP signature of version %u is not supported, wanted version 4",
		    version);
	s->type = rw_reader_u8(&r);
	s->algorithm = rw_reader_u8(&r);
	s->hash_id = rw_reader_u8(&r);
	in = area(&r);
	s->head = (struct rw_str){ body.p, body.n - r.left };
	out = area(&r);
	s->left = rw_reader_bytes(&r, 2);
	if (r.bad)
		return rw_fail(err, RW_E_PARSE, "signature is cut short");
	if (!subpackets(s, in, true, document, err) || !subpackets(s, out, false, document, err))
		return false;
	if ((document && !type_check(s, err)) || !hash_find(s, document, err) || !values(s, &r, err))
		return false;
	if (s->created == RW_TIME_NONE)
		return rw_fail(err, RW_E_PARSE, "signature does not say when it was made");
	if (s->ends == 0)
		s->ends = RW_TIME_NONE;
	if (s->ends != RW_TIME_NONE)
		s->ends += s->created;
	return true;
}
