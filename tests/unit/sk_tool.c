/* sk_tool.c: security keys in software, by libgcrypt. */
#include <fcntl.h>
#include <gcrypt.h>
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "tests/unit/sk_tool.h"

#define APPLICATION "ssh:"
#define ED25519 "sk-ssh-ed25519@openssh.com"
#define ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"

static void
sexp_releasep(gcry_sexp_t *s)
{
	gcry_sexp_release(*s);
}
#define auto_sexp rw_cleanup(sexp_releasep) gcry_sexp_t

static bool
fail(struct rw_error *err, const char *what)
{
	return rw_fail(err, RW_E_INTERNAL, "software security key: %s", what);
}

/* The bytes behind a token anywhere in the expression. They live as long as *hold. */
static struct rw_str
token(gcry_sexp_t s, const char *name, gcry_sexp_t *hold)
{
	struct rw_str r = { NULL, 0 };

	*hold = gcry_sexp_find_token(s, name, 0);
	if (*hold != NULL)
		r.p = gcry_sexp_nth_data(*hold, 1, &r.n);
	return r;
}

static void
put_mpint(struct rw_buf *b, struct rw_str n)
{
	bool pad;

	while (n.n > 0 && n.p[0] == 0) {
		n.p++;
		n.n--;
	}
	pad = n.n > 0 && (n.p[0] & 0x80) != 0;
	rw_buf_put_u32(b, (uint32_t)(n.n + pad));
	if (pad)
		rw_buf_put_u8(b, 0);
	rw_buf_put_str(b, n);
}

bool
sk_generate(const char *file, bool ecdsa, struct rw_error *err)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(4096), line = RW_BUF_INIT(4096);
	auto_sexp parameters = NULL, key = NULL, hold = NULL;
	char secret[4096], path[4096];
	struct rw_str q;
	size_t n;

	if (gcry_sexp_build(&parameters, NULL, ecdsa ? "(genkey(ecc(curve \"NIST P-256\")))" :
		"(genkey(ecc(curve Ed25519)(flags eddsa)))") != 0 || gcry_pk_genkey(&key, parameters) != 0)
		return fail(err, "cannot be made");
	q = token(key, "q", &hold);
	if (!ecdsa && q.n == 33) {
		q.p++;
		q.n--;
	}
	rw_buf_put_string32(&blob, rw_str(ecdsa ? ECDSA : ED25519));
	if (ecdsa)
		rw_buf_put_string32(&blob, RW_STR_LIT("nistp256"));
	rw_buf_put_string32(&blob, q);
	rw_buf_put_string32(&blob, RW_STR_LIT(APPLICATION));
	rw_buf_puts(&line, ecdsa ? ECDSA " " : ED25519 " ");
	rw_base64_encode(&line, rw_buf_str(&blob));
	rw_buf_puts(&line, " software\n");
	n = gcry_sexp_sprint(key, GCRYSEXP_FMT_CANON, secret, sizeof(secret));
	(void)snprintf(path, sizeof(path), "%s.pub", file);
	return n > 0 && rw_buf_ok(&line, "public key", err) && rw_file_write(path, rw_buf_str(&line), 0644, false, err) &&
	    rw_file_write(file, (struct rw_str){ secret, n }, 0600, false, err);
}

static bool
key_load(const char *file, gcry_sexp_t *ret, bool *ret_ecdsa, struct rw_error *err)
{
	rw_auto_buf struct rw_buf secret = RW_BUF_INIT(4096);
	auto_sexp hold = NULL;

	if (!rw_file_read(AT_FDCWD, file, &secret, err))
		return false;
	if (gcry_sexp_sscan(ret, NULL, secret.data, secret.len) != 0)
		return fail(err, "cannot be read");
	*ret_ecdsa = token(*ret, "q", &hold).n == 65;
	return true;
}

static bool
sign(gcry_sexp_t key, bool ecdsa, struct rw_str data, struct rw_buf *r, struct rw_buf *s, struct rw_error *err)
{
	auto_sexp what = NULL, sig = NULL, hold_r = NULL, hold_s = NULL;
	uint8_t digest[RW_SHA256_LEN];

	rw_sha256(data, digest);
	if (ecdsa ? gcry_sexp_build(&what, NULL, "(data(flags raw)(hash sha256 %b))", (int)sizeof(digest), digest) != 0 :
		gcry_sexp_build(&what, NULL, "(data(flags eddsa)(hash-algo sha512)(value %b))", (int)data.n, data.p) != 0)
		return fail(err, "nothing to sign");
	if (gcry_pk_sign(&sig, what, key) != 0)
		return fail(err, "cannot sign");
	rw_buf_put_str(r, token(sig, "r", &hold_r));
	rw_buf_put_str(s, token(sig, "s", &hold_s));
	return rw_buf_ok(r, "signature", err) && rw_buf_ok(s, "signature", err);
}

bool
sk_sign_raw(const char *file, struct rw_str data, uint8_t ret[64], struct rw_error *err)
{
	rw_auto_buf struct rw_buf r = RW_BUF_INIT(256), s = RW_BUF_INIT(256);
	auto_sexp key = NULL;
	bool ecdsa;

	if (!key_load(file, &key, &ecdsa, err) || !sign(key, ecdsa, data, &r, &s, err))
		return false;
	if (r.len != 32 || s.len != 32)
		return fail(err, "no Ed25519 signature");
	memcpy(ret, r.data, 32);
	memcpy(ret + 32, s.data, 32);
	return true;
}

/* The second word of a line. */
static bool
line_blob(struct rw_str pub, struct rw_buf *ret, struct rw_error *err)
{
	const char *start = memchr(pub.p, ' ', pub.n), *end;
	struct rw_str word;

	if (start == NULL)
		return fail(err, "no public key");
	start++;
	end = memchr(start, ' ', (size_t)(pub.p + pub.n - start));
	word = (struct rw_str){ start, (size_t)((end == NULL ? pub.p + pub.n : end) - start) };
	return rw_base64_decode_lines(ret, word) || fail(err, "the public key is no base64");
}

bool
sk_sign(const char *file, struct rw_str pub, const char *ns, uint8_t flags, uint32_t counter, struct rw_str payload,
    struct rw_buf *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf r = RW_BUF_INIT(256), s = RW_BUF_INIT(256), inner = RW_BUF_INIT(1024);
	rw_auto_buf struct rw_buf tbs = RW_BUF_INIT(1024), data = RW_BUF_INIT(1024), value = RW_BUF_INIT(1024);
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(16384), out = RW_BUF_INIT(32768), text = RW_BUF_INIT(65536);
	struct rw_str application = RW_STR_LIT(APPLICATION);
	uint8_t digest[RW_HASH_MAX];
	auto_sexp key = NULL;
	bool ecdsa;

	if (!key_load(file, &key, &ecdsa, err) || !line_blob(pub, &blob, err))
		return false;
	rw_hash(RW_SHA512, &payload, 1, digest);
	rw_buf_puts(&tbs, "SSHSIG");
	rw_buf_put_string32(&tbs, rw_str(ns));
	rw_buf_put_u32(&tbs, 0);
	rw_buf_put_string32(&tbs, RW_STR_LIT("sha512"));
	rw_buf_put_string32(&tbs, (struct rw_str){ (const char *)digest, 64 });

	rw_sha256(application, digest);
	rw_buf_put(&data, digest, RW_SHA256_LEN);
	rw_buf_put_u8(&data, flags);
	rw_buf_put_u32(&data, counter);
	rw_sha256(rw_buf_str(&tbs), digest);
	rw_buf_put(&data, digest, RW_SHA256_LEN);
	if (!sign(key, ecdsa, rw_buf_str(&data), &r, &s, err))
		return false;

	if (ecdsa) {
		put_mpint(&value, rw_buf_str(&r));
		put_mpint(&value, rw_buf_str(&s));
	} else {
		rw_buf_put_str(&value, rw_buf_str(&r));
		rw_buf_put_str(&value, rw_buf_str(&s));
	}
	rw_buf_put_string32(&inner, rw_str(ecdsa ? ECDSA : ED25519));
	rw_buf_put_string32(&inner, rw_buf_str(&value));
	rw_buf_put_u8(&inner, flags);
	rw_buf_put_u32(&inner, counter);

	rw_buf_puts(&out, "SSHSIG");
	rw_buf_put_u32(&out, 1);
	rw_buf_put_string32(&out, rw_buf_str(&blob));
	rw_buf_put_string32(&out, rw_str(ns));
	rw_buf_put_u32(&out, 0);
	rw_buf_put_string32(&out, RW_STR_LIT("sha512"));
	rw_buf_put_string32(&out, rw_buf_str(&inner));
	rw_base64_encode(&text, rw_buf_str(&out));
	rw_buf_puts(ret, "-----BEGIN SSH SIGNATURE-----\n");
	for (size_t i = 0; i < text.len; i += 70) {
		rw_buf_put(ret, text.data + i, text.len - i < 70 ? text.len - i : 70);
		rw_buf_putc(ret, '\n');
	}
	rw_buf_puts(ret, "-----END SSH SIGNATURE-----\n");
	return rw_buf_ok(&text, "signature", err) && rw_buf_ok(ret, "signature", err);
}
