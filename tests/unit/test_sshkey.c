/* test_sshkey.c: keys as text, keys as bytes, and the keyring. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/signature/keyring.h"
#include "refwall/encoding.h"
#include "tests/unit/ssh_tool.h"

static char *dir;

static const struct kind {
	const char *name, *type, *bits;
	enum rw_key_type want;
} kinds[] = {
	{ "ed25519", "ed25519", NULL, RW_KEY_ED25519 },
	{ "p256", "ecdsa", "256", RW_KEY_ECDSA_P256 },
	{ "p384", "ecdsa", "384", RW_KEY_ECDSA_P384 },
	{ "p521", "ecdsa", "521", RW_KEY_ECDSA_P521 },
	{ "rsa2048", "rsa", "2048", RW_KEY_RSA },
	{ "rsa4096", "rsa", "4096", RW_KEY_RSA },
};

static int
setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	if (!ssh_tool_present())
		return 0;
	dir = ssh_dir_make();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
		ssh_key_make(dir, kinds[i].name, kinds[i].type, kinds[i].bits);
	ssh_key_make(dir, "rsa1024", "rsa", "1024");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (dir != NULL)
		ssh_dir_remove(dir);
	return 0;
}

static bool
parse(const char *line, struct rw_key *ret, struct rw_error *err)
{
	static struct rw_arena *a;

	rw_arena_free(a);
	a = rw_arena_new(1u << 20);
	assert_non_null(a);
	memset(ret, 0, sizeof(*ret));
	*err = (struct rw_error)RW_ERROR_INIT;
	return rw_key_parse(a, rw_str(line), ret, err);
}

/* "type base64(blob) comment" */
static void
line_make(struct rw_buf *line, const char *type, struct rw_str blob)
{
	rw_buf_clear(line);
	rw_buf_printf(line, "%s ", type);
	rw_base64_encode(line, blob);
	rw_buf_puts(line, " mallory@example.com");
}

static void
test_good(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192), out = RW_BUF_INIT(8192);
		struct rw_error err;
		struct rw_key key;
		char file[4096];
		const char *argv[] = { "ssh-keygen", "-l", "-f", file, NULL };

		print_message("# %s\n", kinds[i].name);
		ssh_key_line(dir, kinds[i].name, &line);
		assert_true(parse(rw_buf_cstr(&line), &key, &err));
		assert_int_equal(key.type, kinds[i].want);
		assert_true(rw_str_has_prefix(rw_buf_str(&line), rw_key_type_name(key.type)));
		assert_int_equal(strlen(key.fingerprint), RW_FINGERPRINT_LEN - 2);
		snprintf(file, sizeof(file), "%s/%s.pub", dir, kinds[i].name);
		ssh_run(argv, &out);
		assert_non_null(strstr(rw_buf_cstr(&out), key.fingerprint));
	}
}

/* A key that is cut anywhere, or has a byte too many, is none. */
static void
test_cut(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192), blob = RW_BUF_INIT(8192);
		struct rw_error err;
		struct rw_key key;

		print_message("# %s\n", kinds[i].name);
		ssh_key_line(dir, kinds[i].name, &line);
		assert_true(parse(rw_buf_cstr(&line), &key, &err));
		rw_buf_put_str(&blob, key.blob);
		for (size_t n = 0; n < blob.len; n++) {
			line_make(&line, rw_key_type_name(kinds[i].want), (struct rw_str){ blob.data, n });
			assert_false(parse(rw_buf_cstr(&line), &key, &err));
			assert_int_not_equal(err.code, RW_E_NONE);
			assert_int_equal(key.type, RW_KEY_NONE);
		}
		rw_buf_putc(&blob, 'x');
		line_make(&line, rw_key_type_name(kinds[i].want), rw_buf_str(&blob));
		assert_false(parse(rw_buf_cstr(&line), &key, &err));
		assert_int_equal(err.code, RW_E_PARSE);
		assert_non_null(strstr(err.msg, "left over"));
	}
}

static void
test_text(void **state)
{
	/* A key that no one has: the base point. */
#define B64 "AAAAC3NzaC1lZDI1NTE5AAAAIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm"
	static const struct {
		const char *name, *line;
		enum rw_error_code want;
		const char *message;
	} rows[] = {
		{ "no comment", "ssh-ed25519 " B64, RW_E_NONE, NULL },
		{ "comment of many words", "ssh-ed25519 " B64 " alice at work", RW_E_NONE, NULL },
		{ "newline behind", "ssh-ed25519 " B64 " alice\n", RW_E_NONE, NULL },
		{ "blanks around", " \tssh-ed25519  " B64 " \r\n", RW_E_NONE, NULL },
		{ "empty", "", RW_E_PARSE, "wanted \"type base64" },
		{ "type only", "ssh-ed25519", RW_E_PARSE, "wanted \"type base64" },
		{ "two keys", "ssh-ed25519 " B64 "\nssh-ed25519 " B64, RW_E_PARSE, "one line" },
		{ "options in front", "restrict ssh-ed25519 " B64, RW_E_UNSUPPORTED, "not known" },
		{ "unknown type", "ssh-ed448 " B64, RW_E_UNSUPPORTED, "not known" },
		{ "hostile type", "\033[31m " B64, RW_E_UNSUPPORTED, "\\x1b[31m" },
		{ "other type inside", "ssh-rsa " B64, RW_E_PARSE,
		    "is said to be ssh-rsa, and is ssh-ed25519" },
		{ "no base64", "ssh-ed25519 !!!!", RW_E_PARSE, "not base64" },
		{ "no padding", "ssh-ed25519 QQ", RW_E_PARSE, "not base64" },
		{ "DSA", "ssh-dss " B64, RW_E_UNSUPPORTED, "DSA" },
		{ "FIDO Ed25519 in name only", "sk-ssh-ed25519@openssh.com " B64, RW_E_PARSE,
		    "is said to be sk-ssh-ed25519@openssh.com, and is ssh-ed25519" },
		{ "FIDO ECDSA in name only", "sk-ecdsa-sha2-nistp256@openssh.com " B64, RW_E_PARSE, "is said to be" },
		{ "browser's signature", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com " B64, RW_E_UNSUPPORTED, "no key" },
		{ "certificate", "ssh-ed25519-cert-v01@openssh.com " B64, RW_E_UNSUPPORTED, "certificate" },
		{ "FIDO certificate", "sk-ssh-ed25519-cert-v01@openssh.com " B64, RW_E_UNSUPPORTED,
		    "certificate" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_error err;
		struct rw_key key;

		print_message("# %s\n", rows[i].name);
		assert_int_equal(parse(rows[i].line, &key, &err), rows[i].want == RW_E_NONE);
		assert_int_equal(err.code, rows[i].want);
		if (rows[i].message != NULL)
			assert_non_null(strstr(err.msg, rows[i].message));
	}
}

struct blob_row {
	const char *name, *type;
	const char *curve;		/* a string32 behind the type, or NULL */
	const char *a;			/* hex of the next string32 */
	const char *b;			/* and the next, or NULL */
	enum rw_error_code want;
	const char *message;
};

static void
put_hex(struct rw_buf *blob, const char *hex)
{
	char bytes[512];
	size_t n = strlen(hex) / 2;

	assert_true(n <= sizeof(bytes));
	assert_true(rw_hex_decode(rw_str(hex), bytes, n));
	rw_buf_put_string32(blob, (struct rw_str){ bytes, n });
}

#define F16 "ffffffffffffffffffffffffffffffff"
#define Z16 "00000000000000000000000000000000"
#define ED(hex) "ssh-ed25519", NULL, hex, NULL
/* The base point of P-256, FIPS 186-4 D.1.2.3. */
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P256_P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

static void
test_blobs(void **state)
{
	static const struct blob_row rows[] = {
		{ "y = 0", ED(Z16 Z16), RW_E_PARSE, "small order" },
		{ "y = 0, x negative", ED(Z16 "00000000000000000000000000000080"), RW_E_PARSE,
		    "small order" },
		{ "identity", ED("01000000000000000000000000000000" Z16), RW_E_PARSE, "small order" },
		{ "identity, x negative",
		    ED("01000000000000000000000000000000" "00000000000000000000000000000080"),
		    RW_E_PARSE, "small order" },
		{ "order 8", ED("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
		    RW_E_PARSE, NULL },
		{ "order 8, x negative",
		    ED("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
		    RW_E_PARSE, NULL },
		{ "order 8, other", ED("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
		    RW_E_PARSE, NULL },
		{ "order 8, other, x negative",
		    ED("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
		    RW_E_PARSE, NULL },
		{ "y = -1", ED("ecffffffffffffffffffffffffffffff" "ffffffffffffffffffffffffffffff7f"),
		    RW_E_PARSE, NULL },
		{ "y = -1, x negative", ED("ecffffffffffffffffffffffffffffff" F16), RW_E_PARSE, NULL },
		{ "y = p", ED("edffffffffffffffffffffffffffffff" "ffffffffffffffffffffffffffffff7f"),
		    RW_E_PARSE, NULL },
		{ "y = p + 1", ED("eeffffffffffffffffffffffffffffff" "ffffffffffffffffffffffffffffff7f"),
		    RW_E_PARSE, NULL },
		{ "y = p + 1, x negative", ED("eeffffffffffffffffffffffffffffff" F16), RW_E_PARSE, NULL },
		{ "y = 2^255 - 1", ED(F16 "ffffffffffffffffffffffffffffff7f"), RW_E_PARSE, NULL },
		{ "all ones", ED(F16 F16), RW_E_PARSE, "canonical" },
		{ "base point", ED("5866666666666666666666666666666666666666666666666666666666666666"),
		    RW_E_NONE, NULL },
		{ "off the curve", ED("02000000000000000000000000000000" Z16), RW_E_PARSE,
		    "not on the curve" },
		{ "31 bytes", ED("585858585858585858585858585858585858585858585858585858585858"),
		    RW_E_PARSE, "wanted 32" },
		{ "P-256", "ecdsa-sha2-nistp256", "nistp256", "04" GX GY, NULL, RW_E_NONE, NULL },
		{ "P-256, compressed", "ecdsa-sha2-nistp256", "nistp256", "03" GX, NULL, RW_E_PARSE,
		    "uncompressed" },
		{ "P-256, hybrid", "ecdsa-sha2-nistp256", "nistp256", "07" GX GY, NULL, RW_E_PARSE,
		    "uncompressed" },
		{ "P-256, infinity", "ecdsa-sha2-nistp256", "nistp256", "00", NULL, RW_E_PARSE,
		    "uncompressed" },
		{ "P-256, y changed", "ecdsa-sha2-nistp256", "nistp256", "04" GX GX, NULL, RW_E_PARSE,
		    "not on the curve" },
		{ "P-256, (0, 0)", "ecdsa-sha2-nistp256", "nistp256", "04" Z16 Z16 Z16 Z16, NULL,
		    RW_E_PARSE, "not on the" },
		{ "P-256, x = p", "ecdsa-sha2-nistp256", "nistp256", "04" P256_P GY, NULL, RW_E_PARSE,
		    "not on the curve" },
		{ "P-256, other curve's name", "ecdsa-sha2-nistp256", "nistp384", "04" GX GY, NULL,
		    RW_E_PARSE, "names curve \"nistp384\"" },
		{ "P-384 with a point of P-256", "ecdsa-sha2-nistp384", "nistp384", "04" GX GY, NULL,
		    RW_E_PARSE, NULL },
		{ "Ed25519 with more behind", "ssh-ed25519", NULL, Z16 Z16, "00", RW_E_PARSE, "left over" },
		{ "RSA, n = 15", "ssh-rsa", NULL, "010001", "0f", RW_E_PARSE, "4 bits" },
		{ "RSA, n = 0", "ssh-rsa", NULL, "010001", "", RW_E_PARSE, "0 bits" },
		{ "RSA, n negative", "ssh-rsa", NULL, "010001", "ff", RW_E_PARSE, "malformed" },
		{ "RSA, n with a needless zero", "ssh-rsa", NULL, "010001", "000f", RW_E_PARSE, "malformed" },
		{ "RSA, e with a needless zero", "ssh-rsa", NULL, "00010001", "0f", RW_E_PARSE, "malformed" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(8192), line = RW_BUF_INIT(8192);
		struct rw_error err;
		struct rw_key key;

		print_message("# %s\n", rows[i].name);
		rw_buf_put_string32(&blob, rw_str(rows[i].type));
		if (rows[i].curve != NULL)
			rw_buf_put_string32(&blob, rw_str(rows[i].curve));
		put_hex(&blob, rows[i].a);
		if (rows[i].b != NULL)
			put_hex(&blob, rows[i].b);
		line_make(&line, rows[i].type, rw_buf_str(&blob));
		assert_int_equal(parse(rw_buf_cstr(&line), &key, &err), rows[i].want == RW_E_NONE);
		assert_int_equal(err.code, rows[i].want);
		if (rows[i].message != NULL)
			assert_non_null(strstr(err.msg, rows[i].message));
	}
}

/* A modulus of exactly `bits` bits, its last byte as given. */
static void
put_modulus(struct rw_buf *blob, size_t bits, char last)
{
	static char n[4096];
	size_t bytes = (bits + 7) / 8;

	memset(n, 0x5a, sizeof(n));
	n[0] = 0;
	n[1] = (char)(bits % 8 == 0 ? 0x80 : 1u << (bits % 8 - 1));
	n[bytes] = last;
	if (bits % 8 == 0)
		rw_buf_put_string32(blob, (struct rw_str){ n, bytes + 1 });
	else
		rw_buf_put_string32(blob, (struct rw_str){ n + 1, bytes });
}

static void
test_rsa(void **state)
{
	static const struct {
		const char *name, *e;
		size_t bits;
		char last;
		bool want;
	} rows[] = {
		{ "2048 bits", "010001", 2048, 1, true },
		{ "2047 bits", "010001", 2047, 1, false },
		{ "1024 bits", "010001", 1024, 1, false },
		{ "16384 bits", "010001", 16384, 1, true },
		{ "16385 bits", "010001", 16385, 1, false },
		{ "even modulus", "010001", 2048, 2, false },
		{ "e = 1", "01", 2048, 1, false },
		{ "e = 2", "02", 2048, 1, false },
		{ "e = 3", "03", 2048, 1, true },
		{ "e = 0", "", 2048, 1, false },
		{ "e even", "010000", 2048, 1, false },
		{ "e of 8 bytes", "7000000000000001", 2048, 1, true },
		{ "e of 9 bytes", "700000000000000001", 2048, 1, false },
		{ "e negative", "8001", 2048, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(8192), line = RW_BUF_INIT(8192);
		struct rw_error err;
		struct rw_key key;

		print_message("# %s\n", rows[i].name);
		rw_buf_put_string32(&blob, rw_str("ssh-rsa"));
		put_hex(&blob, rows[i].e);
		put_modulus(&blob, rows[i].bits, rows[i].last);
		line_make(&line, "ssh-rsa", rw_buf_str(&blob));
		assert_int_equal(parse(rw_buf_cstr(&line), &key, &err), rows[i].want);
		assert_int_equal(err.code, rows[i].want ? RW_E_NONE : RW_E_PARSE);
	}
}

static void
test_rsa_1024(void **state)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);
	struct rw_error err;
	struct rw_key key;

	(void)state;
	if (dir == NULL)
		skip();
	ssh_key_line(dir, "rsa1024", &line);
	assert_false(parse(rw_buf_cstr(&line), &key, &err));
	assert_int_equal(err.code, RW_E_PARSE);
	assert_non_null(strstr(err.msg, "1024 bits"));
}

/* The bound of one key, at n and n + 1: an unknown type passes the first and not the second. */
static void
test_size(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(1u << 20), line = RW_BUF_INIT(1u << 20);
		struct rw_error err;
		struct rw_key key;

		rw_buf_put_string32(&blob, rw_str("ssh-rsa"));
		rw_buf_put_string32(&blob, rw_str("\x03"));
		rw_buf_put_u32(&blob, (uint32_t)(RW_LIMIT_KEY_BYTES - blob.len - 4 + over));
		while (blob.len < RW_LIMIT_KEY_BYTES + over)
			rw_buf_putc(&blob, 0x41);
		line_make(&line, "ssh-rsa", rw_buf_str(&blob));
		assert_false(parse(rw_buf_cstr(&line), &key, &err));
		assert_int_equal(err.code, over ? RW_E_LIMIT : RW_E_PARSE);
	}
}

/* A key that is accepted: its number stands in the bytes. */
static void
key_number(struct rw_arena *a, uint32_t number, struct rw_key *ret)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(128);
	char point[32];

	memset(point, 0x42, sizeof(point));
	memcpy(point, &number, sizeof(number));
	/* Every second one is on the curve. */
	while (!rw_ed25519_key_ok(rw_crypto_default(), (struct rw_str){ point, sizeof(point) }))
		point[8]++;
	rw_buf_put_string32(&blob, rw_str("ssh-ed25519"));
	rw_buf_put_string32(&blob, (struct rw_str){ point, sizeof(point) });
	*ret = (struct rw_key){ .type = RW_KEY_ED25519, .owner = number };
	ret->blob = rw_arena_str(a, rw_buf_str(&blob));
	rw_key_fingerprint(ret->blob, ret->fingerprint);
}

static void
test_keyring(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key;

	(void)state;
	assert_non_null(k);
	assert_int_equal(rw_keyring_count(k), 0);
	for (uint32_t i = 0; i < RW_LIMIT_POLICY_KEYS; i++) {
		key_number(a, i, &key);
		assert_null(rw_keyring_find(k, key.blob));
		assert_true(rw_keyring_add(k, &key, &err));
	}
	assert_int_equal(rw_keyring_count(k), RW_LIMIT_POLICY_KEYS);
	for (uint32_t i = 0; i < RW_LIMIT_POLICY_KEYS; i++) {
		key_number(a, i, &key);
		assert_non_null(rw_keyring_find(k, key.blob));
		assert_int_equal(rw_keyring_find(k, key.blob)->owner, i);
	}
	key_number(a, RW_LIMIT_POLICY_KEYS, &key);
	assert_false(rw_keyring_add(k, &key, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_null(rw_keyring_find(k, key.blob));
	assert_null(rw_keyring_find(k, (struct rw_str){ NULL, 0 }));
}

static void
test_keyring_refuses(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key, weak;

	(void)state;
	key_number(a, 1, &key);
	assert_true(rw_keyring_add(k, &key, &err));
	key.owner = 2;
	assert_false(rw_keyring_add(k, &key, &err));
	assert_int_equal(err.code, RW_E_EXISTS);
	assert_int_equal(rw_keyring_find(k, key.blob)->owner, 1);

	print_message("# a key that was never parsed is checked all the same\n");
	key_number(a, 3, &weak);
	memset((void *)(uintptr_t)(weak.blob.p + weak.blob.n - 32), 0, 32);
	assert_false(rw_keyring_add(k, &weak, &err));
	assert_int_equal(err.code, RW_E_PARSE);

	print_message("# a key whose type is a lie\n");
	key_number(a, 4, &key);
	key.type = RW_KEY_RSA;
	assert_false(rw_keyring_add(k, &key, &err));

	assert_true(rw_keyring_seal(k, &err));
	key_number(a, 5, &key);
	assert_false(rw_keyring_add(k, &key, &err));
	assert_int_equal(err.code, RW_E_INTERNAL);
	assert_false(rw_keyring_seal(k, &err));
	assert_int_equal(rw_keyring_count(k), 1);
}

/* A keyring that runs out of room says so, and keeps what it has. */
static void
test_keyring_room(void **state)
{
	rw_auto_arena struct rw_arena *keys = rw_arena_new(4u << 20), *room = rw_arena_new(8192);
	struct rw_keyring *k = rw_keyring_new(room);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key;
	uint32_t n = 0;

	(void)state;
	assert_non_null(k);
	do
		key_number(keys, n++, &key);
	while (rw_keyring_add(k, &key, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_true(n > 4);
	assert_int_equal(rw_keyring_count(k), n - 1);
	assert_null(rw_keyring_find(k, key.blob));
	key_number(keys, 0, &key);
	assert_non_null(rw_keyring_find(k, key.blob));
}

static void
test_corpus(void **state)
{
	const char *where = ssh_corpus("sshkey");
	size_t seen = 0;
	struct dirent *e;
	DIR *d;

	(void)state;
	if (where == NULL)
		skip();
	d = opendir(where);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		static const struct {
			const char *part;
			enum rw_error_code want;
		} rows[] = {
			{ "-cert.pub", RW_E_UNSUPPORTED },
			{ "mldsa", RW_E_UNSUPPORTED }, { ".param.", RW_E_UNSUPPORTED },
			{ "rsa_1", RW_E_PARSE }, { "", RW_E_NONE },
		};
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(65536);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_key key;
		size_t i = 0;

		if (!rw_str_has_suffix(rw_str(e->d_name), ".pub"))
			continue;
		print_message("# %s\n", e->d_name);
		while (strstr(e->d_name, rows[i].part) == NULL)
			i++;
		assert_true(rw_file_read(dirfd(d), e->d_name, &line, &err));
		assert_int_equal(parse(rw_buf_cstr(&line), &key, &err), rows[i].want == RW_E_NONE);
		if (strstr(e->d_name, ".param.") == NULL)
			assert_int_equal(err.code, rows[i].want);
		seen++;
	}
	closedir(d);
	assert_true(seen >= 10);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_cut), cmocka_unit_test(test_text),
		cmocka_unit_test(test_blobs), cmocka_unit_test(test_rsa), cmocka_unit_test(test_rsa_1024),
		cmocka_unit_test(test_size), cmocka_unit_test(test_keyring),
		cmocka_unit_test(test_keyring_refuses),
		cmocka_unit_test(test_keyring_room), cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("sshkey", tests, setup, teardown);
}
