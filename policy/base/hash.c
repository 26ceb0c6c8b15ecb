#include <errno.h>
#include <gcrypt.h>
#include <sys/random.h>

#include "refwall/hash.h"

#define BLOCK_MAX 128

static const struct {
	int gcry;
	size_t len;
	size_t block;
} algs[] = {
	[RW_SHA1] = { GCRY_MD_SHA1, 20, 64 },
	[RW_SHA256] = { GCRY_MD_SHA256, 32, 64 },
	[RW_SHA384] = { GCRY_MD_SHA384, 48, 128 },
	[RW_SHA512] = { GCRY_MD_SHA512, 64, 128 },
};

struct rw_sha256 {
	gcry_md_hd_t md;
};

bool
rw_crypto_init(struct rw_error *err)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return true;
	if (gcry_check_version("1.10.0") == NULL)
		return rw_fail(err, RW_E_UNSUPPORTED, "libgcrypt: is %s, wanted 1.10.0 or later",
		    gcry_check_version(NULL));
	/* Locked memory is for private keys; what we hold is public but for MAC keys. */
	(void)gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	(void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return rw_fail(err, RW_E_INTERNAL, "libgcrypt: cannot be initialised");
	for (size_t i = RW_SHA1; i < RW_ARRAY_LEN(algs); i++)
		if (gcry_md_test_algo(algs[i].gcry) != 0)
			return rw_fail(err, RW_E_UNSUPPORTED, "libgcrypt: has no %s",
			    gcry_md_algo_name(algs[i].gcry));
	return true;
}

size_t
rw_hash_len(enum rw_hash_alg alg)
{
	return (size_t)alg < RW_ARRAY_LEN(algs) ? algs[alg].len : 0;
}

/*
 * A wrong digest must never be taken for a right one, and these functions cannot
 * report. What could fail was tried by rw_crypto_init(); the rest is a bug of ours.
 */
static void
must(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void
hash2(enum rw_hash_alg alg, struct rw_str head, const struct rw_str *parts, size_t n, uint8_t *out)
{
	gcry_buffer_t iov[RW_HASH_PARTS_MAX + 1];

	must(rw_hash_len(alg) != 0 && n <= RW_HASH_PARTS_MAX);
	memset(iov, 0, sizeof(iov[0]) * (n + 1));
	iov[0].data = (void *)(uintptr_t)(head.n > 0 ? head.p : "");
	iov[0].len = head.n;
	for (size_t i = 0; i < n; i++) {
		iov[i + 1].data = (void *)(uintptr_t)(parts[i].n > 0 ? parts[i].p : "");
		iov[i + 1].len = parts[i].n;
	}
	must(gcry_md_hash_buffers(algs[alg].gcry, 0, out, iov, (int)n + 1) == 0);
}

void
rw_hash(enum rw_hash_alg alg, const struct rw_str *parts, size_t n, uint8_t *out)
{
	if (n == 0)
		hash2(alg, (struct rw_str){ NULL, 0 }, NULL, 0, out);
	else
		hash2(alg, parts[0], parts + 1, n - 1, out);
}

void
rw_sha256(struct rw_str s, uint8_t out[RW_SHA256_LEN])
{
	gcry_md_hash_buffer(GCRY_MD_SHA256, out, s.n > 0 ? s.p : "", s.n);
}

struct rw_sha256 *
rw_sha256_new(void)
{
	rw_autofree struct rw_sha256 *h = calloc(1, sizeof(*h));

	if (h == NULL || gcry_md_open(&h->md, GCRY_MD_SHA256, 0) != 0)
		return NULL;
	return rw_steal(&h);
}

void
rw_sha256_update(struct rw_sha256 *h, struct rw_str s)
{
	if (s.n > 0)
		gcry_md_write(h->md, s.p, s.n);
}

void
rw_sha256_final(struct rw_sha256 *h, uint8_t out[RW_SHA256_LEN])
{
	memcpy(out, gcry_md_read(h->md, GCRY_MD_SHA256), RW_SHA256_LEN);
	gcry_md_close(h->md);
	free(h);
}

void
rw_hmac(enum rw_hash_alg alg, struct rw_str key, const struct rw_str *parts, size_t n, uint8_t *out)
{
	uint8_t pad[BLOCK_MAX] = { 0 }, inner[RW_HASH_MAX];
	struct rw_str outer = { (const char *)inner, rw_hash_len(alg) }, head = { (const char *)pad, 0 };

	must(outer.n != 0);
	head.n = algs[alg].block;
	if (key.n > head.n)
		rw_hash(alg, &key, 1, pad);
	else if (key.n > 0)
		memcpy(pad, key.p, key.n);
	for (size_t i = 0; i < head.n; i++)
		pad[i] ^= 0x36;
	hash2(alg, head, parts, n, inner);
	for (size_t i = 0; i < head.n; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash2(alg, head, &outer, 1, out);
	rw_wipe(pad, sizeof(pad));
	rw_wipe(inner, sizeof(inner));
}

bool
rw_equal_ct(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}

bool
rw_random(void *out, size_t n, struct rw_error *err)
{
	uint8_t *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return rw_fail_errno(err, "getrandom");
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool
rw_uuid(char out[RW_UUID_LEN], struct rw_error *err)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t r[16];
	char *o = out;

	if (!rw_random(r, sizeof(r), err))
		return false;
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(r); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*o++ = '-';
		*o++ = digits[r[i] >> 4];
		*o++ = digits[r[i] & 15];
	}
	*o = '\0';
	return true;
}

void
rw_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}
