/* pgp_make.c: OpenPGP packets for tests. */
#include "tests/unit/unit.h"
#include "tests/unit/pgp_make.h"
#include "refwall/encoding.h"

static void
token(gcry_sexp_t s, const char *name, size_t want, uint8_t *out)
{
	gcry_sexp_t found = gcry_sexp_find_token(s, name, 0);
	size_t n;
	const char *p;

	assert_non_null(found);
	p = gcry_sexp_nth_data(found, 1, &n);
	assert_non_null(p);
	if (n == want + 1 && p[0] == 0x40) {
		p++;
		n--;
	}
	assert_true(n <= want);
	memset(out, 0, want - n);
	memcpy(out + (want - n), p, n);
	gcry_sexp_release(found);
}

static void
put_mpi(struct rw_buf *b, const uint8_t *p, size_t n)
{
	unsigned bits;

	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	bits = (unsigned)n * 8;
	for (unsigned top = n == 0 ? 0x80 : *p; (top & 0x80) == 0; top <<= 1)
		bits--;
	rw_buf_put_u8(b, (uint8_t)(bits >> 8));
	rw_buf_put_u8(b, (uint8_t)bits);
	rw_buf_put(b, p, n);
}

/* A number of an s-expression, as it is. */
static void
put_number(struct rw_buf *b, gcry_sexp_t s, const char *name)
{
	gcry_sexp_t found = gcry_sexp_find_token(s, name, 0);
	size_t n;
	const char *p;

	assert_non_null(found);
	p = gcry_sexp_nth_data(found, 1, &n);
	assert_non_null(p);
	put_mpi(b, (const uint8_t *)p, n);
	gcry_sexp_release(found);
}

void
pgp_key_make(struct pgp_key *k, uint8_t algorithm, uint32_t created)
{
	static const char oid[] = "\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01";
	gcry_sexp_t how = NULL;
	uint8_t q[33] = { 0x40 };
	struct rw_buf hashed = RW_BUF_INIT(1024);
	struct rw_str s;

	*k = (struct pgp_key){ .algorithm = algorithm, .body = RW_BUF_INIT(1024) };
	assert_int_equal(gcry_sexp_build(&how, NULL, algorithm == 1 ? "(genkey(rsa(nbits 4:3072)))" :
	    "(genkey(ecc(curve Ed25519)(flags eddsa)))"), 0);
	assert_int_equal(gcry_pk_genkey(&k->secret, how), 0);
	gcry_sexp_release(how);
	if (algorithm != 1)
		token(k->secret, "q", 32, q + 1);
	rw_buf_put_u8(&k->body, 4);
	rw_buf_put_u32(&k->body, created);
	rw_buf_put_u8(&k->body, algorithm);
	if (algorithm == 1) {
		put_number(&k->body, k->secret, "n");
		put_number(&k->body, k->secret, "e");
	} else if (algorithm == 22) {
		rw_buf_put(&k->body, oid, 10);
		put_mpi(&k->body, q, 33);
	} else {
		rw_buf_put(&k->body, q + 1, 32);
	}
	pgp_hashed_key(k, &hashed);
	s = rw_buf_str(&hashed);
	rw_hash(RW_SHA1, &s, 1, k->fingerprint);
	rw_buf_release(&hashed);
}

void
pgp_key_release(struct pgp_key *k)
{
	gcry_sexp_release(k->secret);
	rw_buf_release(&k->body);
}

void
pgp_packet(struct rw_buf *b, unsigned tag, struct rw_str body)
{
	rw_buf_put_u8(b, (uint8_t)(0xc0 | tag));
	rw_buf_put_u8(b, 255);
	rw_buf_put_u32(b, (uint32_t)body.n);
	rw_buf_put_str(b, body);
}

void
pgp_sub(struct rw_buf *b, uint8_t type, struct rw_str value)
{
	rw_buf_put_u8(b, 255);
	rw_buf_put_u32(b, (uint32_t)value.n + 1);
	rw_buf_put_u8(b, type);
	rw_buf_put_str(b, value);
}

void
pgp_sub_u32(struct rw_buf *b, uint8_t type, uint32_t value)
{
	char v[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value };

	pgp_sub(b, type, (struct rw_str){ v, sizeof(v) });
}

void
pgp_sub_issuer(struct rw_buf *b, const struct pgp_key *k)
{
	char v[21] = { 4 };

	memcpy(v + 1, k->fingerprint, 20);
	pgp_sub(b, 33, (struct rw_str){ v, sizeof(v) });
}

static void
put_area(struct rw_buf *b, struct rw_str s)
{
	rw_buf_put_u8(b, (uint8_t)(s.n >> 8));
	rw_buf_put_u8(b, (uint8_t)s.n);
	rw_buf_put_str(b, s);
}

void
pgp_sign(const struct pgp_key *k, uint8_t type, uint8_t hash, struct rw_str hashed, struct rw_str unhashed,
    const struct rw_str *parts, size_t n, struct rw_buf *ret)
{
	enum rw_hash_alg alg = hash == PGP_SHA1 ? RW_SHA1 : RW_SHA512;
	struct rw_buf head = RW_BUF_INIT(1u << 16), trailer = RW_BUF_INIT(8);
	struct rw_str all[8];
	gcry_sexp_t data = NULL, sig = NULL;
	uint8_t digest[RW_HASH_MAX], rs[64];

	rw_buf_put_u8(&head, 4);
	rw_buf_put_u8(&head, type);
	rw_buf_put_u8(&head, k->algorithm);
	rw_buf_put_u8(&head, hash);
	put_area(&head, hashed);
	rw_buf_put_u8(&trailer, 4);
	rw_buf_put_u8(&trailer, 0xff);
	rw_buf_put_u32(&trailer, (uint32_t)head.len);
	assert_true(n + 2 <= RW_ARRAY_LEN(all));
	for (size_t i = 0; i < n; i++)
		all[i] = parts[i];
	all[n] = rw_buf_str(&head);
	all[n + 1] = rw_buf_str(&trailer);
	rw_hash(alg, all, n + 2, digest);
	assert_int_equal(gcry_sexp_build(&data, NULL, k->algorithm != 1 ?
	    "(data(flags eddsa)(hash-algo sha512)(value %b))" :
	    hash == PGP_SHA1 ? "(data(flags pkcs1)(hash sha1 %b))" : "(data(flags pkcs1)(hash sha512 %b))",
	    (int)rw_hash_len(alg), digest), 0);
	assert_int_equal(gcry_pk_sign(&sig, data, k->secret), 0);
	if (k->algorithm != 1) {
		token(sig, "r", 32, rs);
		token(sig, "s", 32, rs + 32);
	}
	rw_buf_put_str(ret, rw_buf_str(&head));
	put_area(ret, unhashed);
	rw_buf_put(ret, digest, 2);
	if (k->algorithm == 1) {
		put_number(ret, sig, "s");
	} else if (k->algorithm == 22) {
		put_mpi(ret, rs, 32);
		put_mpi(ret, rs + 32, 32);
	} else {
		rw_buf_put(ret, rs, 64);
	}
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
	rw_buf_release(&head);
	rw_buf_release(&trailer);
}

void
pgp_hashed_key(const struct pgp_key *k, struct rw_buf *ret)
{
	rw_buf_put_u8(ret, 0x99);
	put_area(ret, rw_buf_str(&k->body));
}

void
pgp_armour(struct rw_str bytes, const char *label, struct rw_buf *ret)
{
	rw_buf_printf(ret, "-----BEGIN PGP %s-----\n\n", label);
	rw_base64_encode(ret, bytes);
	rw_buf_printf(ret, "\n-----END PGP %s-----\n", label);
}
