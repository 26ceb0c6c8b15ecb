#include "unit.h"

#include "refwall/encoding.h"
#include "refwall/hash.h"

static const char *
digest(enum rw_hash_alg alg, const struct rw_str *parts, size_t n)
{
	static char hex[2 * RW_HASH_MAX + 1];
	uint8_t out[RW_HASH_MAX];

	rw_hash(alg, parts, n, out);
	return rw_hex_encode(out, rw_hash_len(alg), hex);
}

static int
start(void **state)
{
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	return !rw_crypto_init(&e) || !rw_crypto_init(&e);
}

/* FIPS 180-4 examples. */
static void
vectors(void **state)
{
	static const struct { const char *name; enum rw_hash_alg alg; const char *in, *want; } rows[] = {
		{ "sha1 of nothing", RW_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "sha1 of abc", RW_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "sha256 of nothing", RW_SHA256, "",
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "sha256 of abc", RW_SHA256, "abc",
		    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "sha256 of two blocks", RW_SHA256,
		    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "sha384 of abc", RW_SHA384, "abc",
		    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		    "8086072ba1e7cc2358baeca134c825a7" },
		{ "sha512 of abc", RW_SHA512, "abc",
		    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_str in = rw_str(rows[i].in);

		print_message("# %s\n", rows[i].name);
		assert_string_equal(digest(rows[i].alg, &in, 1), rows[i].want);
		if (rows[i].alg == RW_SHA256) {
			uint8_t out[RW_SHA256_LEN];
			char hex[65];

			rw_sha256(in, out);
			assert_string_equal(rw_hex_encode(out, sizeof(out), hex), rows[i].want);
		}
	}
	assert_int_equal(rw_hash_len((enum rw_hash_alg)0), 0);
	assert_int_equal(rw_hash_len((enum rw_hash_alg)99), 0);
}

/* However the text is cut, up to the most parts. */
static void
parts(void **state)
{
	static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static const char want[] = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
	struct rw_str part[RW_HASH_PARTS_MAX];

	(void)state;
	for (size_t n = 1; n <= RW_ARRAY_LEN(part); n++) {
		size_t at = 0, left = sizeof(text) - 1;

		for (size_t i = 0; i < n; i++) {
			size_t k = i + 1 == n ? left : left / (n - i);

			part[i] = k == 0 ? (struct rw_str){ NULL, 0 } : (struct rw_str){ text + at, k };
			at += k;
			left -= k;
		}
		assert_string_equal(digest(RW_SHA256, part, n), want);
	}
	assert_string_equal(digest(RW_SHA1, NULL, 0), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void
incremental(void **state)
{
	struct rw_sha256 *h = rw_sha256_new();
	uint8_t a[RW_SHA256_LEN], b[RW_SHA256_LEN];

	(void)state;
	assert_non_null(h);
	rw_sha256_update(h, RW_STR_LIT("a"));
	rw_sha256_update(h, (struct rw_str){ NULL, 0 });
	rw_sha256_update(h, RW_STR_LIT("bc"));
	rw_sha256_final(h, a);
	rw_sha256(RW_STR_LIT("abc"), b);
	assert_memory_equal(a, b, sizeof(a));
}

/* RFC 4231 section 4; test case 5 is truncated to 128 bits. */
static void
hmac(void **state)
{
	/* A NULL text is its byte, repeated. */
	static const struct {
		const char *name, *key;
		size_t key_n;
		char key_byte;
		const char *data;
		size_t data_n;
		char data_byte;
		size_t cut;
		const char *sha256, *sha384, *sha512;
	} rows[] = {
		{ "case 1", NULL, 20, 0x0b, "Hi There", 8, 0, 0,
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
		    "faea9ea9076ede7f4af152e8b2fa9cb6",
		    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
		    "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
		{ "case 2", "Jefe", 4, 0, "what do ya want for nothing?", 28, 0, 0,
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
		    "8e2240ca5e69e2c78b3239ecfab21649",
		    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
		{ "case 3", NULL, 20, (char)0xaa, NULL, 50, (char)0xdd, 0,
		    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", NULL, NULL },
		{ "case 5, cut", NULL, 20, 0x0c, "Test With Truncation", 20, 0, 16,
		    "a3b6167473100ee06e0c796c2955552b", "3abf34c3503b2a23a46efc619baef897",
		    "415fad6271580a531d4179bc891d87a6" },
		{ "case 6, long key", NULL, 131, (char)0xaa,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    54, 0, 0, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		    "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
		    "0c2ef6ab4030fe8296248df163f44952",
		    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
		    "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		const char *want[] = { rows[i].sha256, rows[i].sha384, rows[i].sha512 };
		static const enum rw_hash_alg alg[] = { RW_SHA256, RW_SHA384, RW_SHA512 };
		char key[200], data[200], hex[2 * RW_HASH_MAX + 1];
		struct rw_str part[2] = { { data, 3 }, { data + 3, rows[i].data_n - 3 } };
		uint8_t out[RW_HASH_MAX];

		print_message("# %s\n", rows[i].name);
		memset(key, rows[i].key_byte, sizeof(key));
		if (rows[i].key != NULL)
			memcpy(key, rows[i].key, rows[i].key_n);
		memset(data, rows[i].data_byte, sizeof(data));
		if (rows[i].data != NULL)
			memcpy(data, rows[i].data, rows[i].data_n);
		for (size_t k = 0; k < RW_ARRAY_LEN(alg); k++) {
			if (want[k] == NULL)
				continue;
			rw_hmac(alg[k], (struct rw_str){ key, rows[i].key_n }, part, 2, out);
			assert_string_equal(rw_hex_encode(out,
			    rows[i].cut ? rows[i].cut : rw_hash_len(alg[k]), hex),
			    want[k]);
		}
	}
}

/* Keys of the block's size and one more are treated differently. */
static void
hmac_key_at_block_size(void **state)
{
	char key[65];
	uint8_t hashed[RW_SHA256_LEN], a[RW_SHA256_LEN], b[RW_SHA256_LEN];
	struct rw_str data = RW_STR_LIT("x");

	(void)state;
	memset(key, 'k', sizeof(key));
	for (size_t n = 64; n <= 65; n++) {
		rw_sha256((struct rw_str){ key, n }, hashed);
		rw_hmac(RW_SHA256, (struct rw_str){ key, n }, &data, 1, a);
		rw_hmac(RW_SHA256, (struct rw_str){ (char *)hashed, sizeof(hashed) }, &data, 1, b);
		assert_int_equal(rw_equal_ct(a, b, sizeof(a)), n == 65);
	}
	rw_hmac(RW_SHA256, (struct rw_str){ NULL, 0 }, NULL, 0, a);
	assert_memory_equal(a, "\xb6\x13\x67\x9a", 4);
}

static void
equality(void **state)
{
	(void)state;
	assert_true(rw_equal_ct("", "", 0));
	assert_true(rw_equal_ct("ab", "ab", 2));
	assert_false(rw_equal_ct("ab", "ac", 2));
	assert_false(rw_equal_ct("bb", "ab", 2));
}

static void
random_bytes(void **state)
{
	static uint8_t big[100000];
	struct rw_error e = RW_ERROR_INIT;
	char a[RW_UUID_LEN], b[RW_UUID_LEN];
	size_t zeros = 0;

	(void)state;
	assert_true(rw_random(big, sizeof(big), &e));
	for (size_t i = 0; i < sizeof(big); i++)
		zeros += big[i] == 0;
	assert_true(zeros > 200 && zeros < 700);
	assert_true(rw_random(NULL, 0, &e));
	assert_true(rw_uuid(a, &e));
	assert_true(rw_uuid(b, &e));
	assert_int_equal(strlen(a), 36);
	assert_string_not_equal(a, b);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	for (size_t i = 0; i < 36; i++)
		assert_int_equal(a[i] == '-', i == 8 || i == 13 || i == 18 || i == 23);
	rw_wipe(big, sizeof(big));
	assert_int_equal(big[0], 0);
	rw_wipe(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(parts),
		cmocka_unit_test(incremental),
		cmocka_unit_test(hmac),
		cmocka_unit_test(hmac_key_at_block_size),
		cmocka_unit_test(equality),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
