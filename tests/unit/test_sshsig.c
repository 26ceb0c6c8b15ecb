/* test_sshsig.c: SSH signatures by the real ssh-keygen, whole and mutilated. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/signature/keyring.h"
#include "policy/signature/sshsig.h"
#include "refwall/encoding.h"
#include "refwall/text.h"
#include "tests/unit/ssh_tool.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----\n"

static const char payload_text[] = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nmessage\n";
#define PAYLOAD RW_STR_LIT(payload_text)

/* The last is trusted by nobody. */
static const struct {
	const char *name, *type, *bits;
} kinds[] = {
	{ "ed25519", "ed25519", NULL }, { "p256", "ecdsa", "256" }, { "p384", "ecdsa", "384" },
	{ "p521", "ecdsa", "521" }, { "rsa2048", "rsa", "2048" }, { "rsa3072", "rsa", "3072" },
	{ "rsa4096", "rsa", "4096" }, { "ed25519b", "ed25519", NULL }, { "stranger", "ed25519", NULL },
};
#define N_TRUSTED (RW_ARRAY_LEN(kinds) - 1)
#define STRANGER N_TRUSTED

static const struct rw_crypto *const backends[] = {
	&rw_crypto_gcrypt,
#ifdef HAVE_NETTLE
	&rw_crypto_nettle,
#endif
};

static char *dir;
static struct rw_arena *arena;
static struct rw_keyring *keyring;
static struct rw_key keys[RW_ARRAY_LEN(kinds)];
static struct rw_buf good[RW_ARRAY_LEN(kinds)];		/* a signature over PAYLOAD for "git" by each key */

static struct rw_keyring *
keyring_make(const struct rw_crypto *c)
{
	struct rw_keyring *k = rw_keyring_new(arena);
	struct rw_error err = RW_ERROR_INIT;

	assert_non_null(k);
	if (c != NULL)
		rw_keyring_set_crypto(k, c);
	for (size_t i = 0; i < N_TRUSTED; i++)
		assert_true(rw_keyring_add(k, &keys[i], &err));
	assert_true(rw_keyring_seal(k, &err));
	return k;
}

static int
setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	arena = rw_arena_new(16u << 20);
	if (!ssh_tool_present())
		return 0;
	dir = ssh_dir_make();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);

		ssh_key_make(dir, kinds[i].name, kinds[i].type, kinds[i].bits);
		ssh_key_line(dir, kinds[i].name, &line);
		assert_true(rw_key_parse(arena, rw_buf_str(&line), &keys[i], &err));
		keys[i].owner = (uint32_t)i;
		good[i] = (struct rw_buf)RW_BUF_INIT(65536);
		ssh_sign(dir, kinds[i].name, "git", NULL, PAYLOAD, &good[i]);
	}
	keyring = keyring_make(NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
		rw_buf_release(&good[i]);
	rw_arena_free(arena);
	if (dir != NULL)
		ssh_dir_remove(dir);
	return 0;
}

static enum rw_sig_state
judge(struct rw_str payload, struct rw_str armour, struct rw_sig_result *r)
{
	memset(r, 0xff, sizeof(*r));
	rw_signature_verify(keyring, payload, armour, r);
	assert_non_null(memchr(r->detail, '\0', sizeof(r->detail)));
	assert_non_null(memchr(r->fingerprint, '\0', sizeof(r->fingerprint)));
	assert_int_equal(r->detail[0] == '\0', r->state == RW_SIG_GOOD);
	assert_int_equal(r->key != NULL, r->state == RW_SIG_GOOD || r->state == RW_SIG_BAD);
	return r->state;
}

/* ---- taking signatures apart, and putting them together wrongly ---- */

struct fields {
	const char *magic;
	uint32_t version;
	struct rw_str key, ns, reserved, hash, inner, behind;
};

static void
dearmour(struct rw_str armour, struct rw_buf *blob)
{
	rw_buf_clear(blob);
	assert_true(rw_base64_decode_lines(blob, (struct rw_str){ armour.p + strlen(BEGIN),
	    armour.n - strlen(BEGIN) - strlen(END) }));
}

static void
enarmour(struct rw_str blob, struct rw_buf *armour)
{
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(1u << 20);

	rw_base64_encode(&text, blob);
	rw_buf_clear(armour);
	rw_buf_puts(armour, BEGIN);
	for (size_t i = 0; i < text.len; i += 70) {
		rw_buf_put(armour, text.data + i, text.len - i < 70 ? text.len - i : 70);
		rw_buf_putc(armour, '\n');
	}
	rw_buf_puts(armour, END);
	assert_false(armour->failed);
}

static struct fields
fields_read(struct rw_str blob)
{
	struct rw_reader r = rw_reader_init(blob);
	struct fields f = { .magic = "SSHSIG" };

	assert_true(rw_reader_skip(&r, f.magic));
	f.version = rw_reader_u32(&r);
	f.key = rw_reader_string32(&r);
	f.ns = rw_reader_string32(&r);
	f.reserved = rw_reader_string32(&r);
	f.hash = rw_reader_string32(&r);
	f.inner = rw_reader_string32(&r);
	assert_true(rw_reader_done(&r));
	return f;
}

static void
fields_write(const struct fields *f, struct rw_buf *armour)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(1u << 20);

	rw_buf_puts(&blob, f->magic);
	rw_buf_put_u32(&blob, f->version);
	rw_buf_put_string32(&blob, f->key);
	rw_buf_put_string32(&blob, f->ns);
	rw_buf_put_string32(&blob, f->reserved);
	rw_buf_put_string32(&blob, f->hash);
	rw_buf_put_string32(&blob, f->inner);
	rw_buf_put_str(&blob, f->behind);
	enarmour(rw_buf_str(&blob), armour);
}

/* Two strings: a key's type and bytes, or a signature's algorithm and value. Lives in the arena. */
static struct rw_str
pair(const char *a, struct rw_str b)
{
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(4096);

	rw_buf_put_string32(&out, rw_str(a));
	rw_buf_put_string32(&out, b);
	assert_false(out.failed);
	return rw_arena_str(arena, rw_buf_str(&out));
}

/* ---- the tests ---- */

static void
test_good(void **state)
{
	static const char *const hashes[] = { NULL, "sha256", "sha512" };
	const struct rw_str longer = { payload_text, sizeof(payload_text) };
	const struct rw_str shorter = { payload_text, sizeof(payload_text) - 2 };

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		struct rw_keyring *before = keyring;

		keyring = keyring_make(backends[b]);
		for (size_t i = 0; i < N_TRUSTED; i++)
			for (size_t h = 0; h < RW_ARRAY_LEN(hashes); h++) {
				rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
				struct rw_sig_result r;
				struct rw_str whole;

				print_message("# %s, %s, %s\n", backends[b]->name, kinds[i].name,
				    hashes[h] == NULL ? "default hash" : hashes[h]);
				ssh_sign(dir, kinds[i].name, "git", hashes[h], PAYLOAD, &sig);
				whole = rw_buf_str(&sig);
				assert_int_equal(judge(PAYLOAD, whole, &r), RW_SIG_GOOD);
				assert_int_equal(r.key->owner, i);
				assert_string_equal(r.fingerprint, keys[i].fingerprint);
				/* git keeps no newline behind the last line of a header */
				whole.n--;
				assert_int_equal(judge(PAYLOAD, whole, &r), RW_SIG_GOOD);
				assert_int_equal(judge(longer, whole, &r), RW_SIG_BAD);
				assert_int_equal(r.key->owner, i);
				assert_int_equal(judge(shorter, whole, &r), RW_SIG_BAD);
				assert_int_equal(judge((struct rw_str){ NULL, 0 }, whole, &r), RW_SIG_BAD);
			}
		keyring = before;
	}
}

static void
test_payloads(void **state)
{
	static char big[1u << 20];
	static const struct {
		const char *name;
		struct rw_str payload;
	} rows[] = {
		{ "empty", { NULL, 0 } },
		{ "NUL inside", { "a\0b", 3 } },
		{ "1 MiB", { big, sizeof(big) } },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		ssh_sign(dir, "ed25519", "git", NULL, rows[i].payload, &sig);
		assert_int_equal(judge(rows[i].payload, rw_buf_str(&sig), &r), RW_SIG_GOOD);
	}
}

static void
test_keys(void **state)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(65536), armour = RW_BUF_INIT(65536);
	struct rw_sig_result r;
	struct fields f;

	(void)state;
	if (dir == NULL)
		skip();
	print_message("# a key nobody trusts\n");
	assert_int_equal(judge(PAYLOAD, rw_buf_str(&good[STRANGER]), &r), RW_SIG_UNKNOWN_KEY);
	assert_string_equal(r.fingerprint, keys[STRANGER].fingerprint);
	assert_non_null(strstr(r.detail, keys[STRANGER].fingerprint));

	print_message("# a trusted key's name on a stranger's signature\n");
	dearmour(rw_buf_str(&good[STRANGER]), &blob);
	f = fields_read(rw_buf_str(&blob));
	f.key = keys[0].blob;
	fields_write(&f, &armour);
	assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_BAD);
	assert_int_equal(r.key->owner, 0);

	print_message("# one trusted key's name on another's signature\n");
	for (size_t i = 0; i < N_TRUSTED; i++)
		for (size_t j = 0; j < N_TRUSTED; j++) {
			if (i == j)
				continue;
			dearmour(rw_buf_str(&good[i]), &blob);
			f = fields_read(rw_buf_str(&blob));
			f.key = keys[j].blob;
			fields_write(&f, &armour);
			assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r),
			    keys[i].type == keys[j].type ? RW_SIG_BAD : RW_SIG_MALFORMED);
		}
}

static void
test_namespace(void **state)
{
	static const struct {
		const char *name;
		struct rw_str ns;
		enum rw_sig_state want;
	} rows[] = {
		{ "another purpose", { "file", 4 }, RW_SIG_NAMESPACE },
		{ "other case", { "Git", 3 }, RW_SIG_NAMESPACE },
		{ "longer", { "git ", 4 }, RW_SIG_NAMESPACE },
		{ "NUL behind", { "git", 4 }, RW_SIG_NAMESPACE },
		{ "shorter", { "gi", 2 }, RW_SIG_NAMESPACE },
		{ "hostile", { "\033[2J\xe2\x80\xae", 7 }, RW_SIG_NAMESPACE },
		{ "empty", { NULL, 0 }, RW_SIG_MALFORMED },
	};
	rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536), blob = RW_BUF_INIT(65536),
	    armour = RW_BUF_INIT(65536);
	struct rw_sig_result r;

	(void)state;
	if (dir == NULL)
		skip();
	ssh_sign(dir, "ed25519", "file", NULL, PAYLOAD, &sig);
	assert_int_equal(judge(PAYLOAD, rw_buf_str(&sig), &r), RW_SIG_NAMESPACE);
	assert_non_null(strstr(r.detail, "\"file\""));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct fields f;

		print_message("# %s\n", rows[i].name);
		dearmour(rw_buf_str(&good[0]), &blob);
		f = fields_read(rw_buf_str(&blob));
		f.ns = rows[i].ns;
		fields_write(&f, &armour);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), rows[i].want);
		assert_null(memchr(r.detail, '\033', sizeof(r.detail)));
	}
	print_message("# made for another purpose, and said to be for git\n");
	dearmour(rw_buf_str(&sig), &blob);
	{
		struct fields f = fields_read(rw_buf_str(&blob));

		f.ns = RW_STR_LIT("git");
		fields_write(&f, &armour);
	}
	assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_BAD);
}

/* A signature cut at any byte, as text and as blob, is never good. */
static void
test_cut(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < N_TRUSTED; i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(65536), armour = RW_BUF_INIT(65536);
		struct rw_sig_result r;

		print_message("# %s\n", kinds[i].name);
		for (size_t n = 0; n + 1 < good[i].len; n++) {
			enum rw_sig_state s = judge(PAYLOAD, (struct rw_str){ good[i].data, n }, &r);

			assert_int_equal(s, n == 0 ? RW_SIG_UNSIGNED : RW_SIG_MALFORMED);
		}
		dearmour(rw_buf_str(&good[i]), &blob);
		for (size_t n = 0; n < blob.len; n++) {
			enarmour((struct rw_str){ blob.data, n }, &armour);
			assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_MALFORMED);
		}
		enarmour(rw_buf_str(&blob), &armour);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_GOOD);
		rw_buf_putc(&blob, '\0');
		enarmour(rw_buf_str(&blob), &armour);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_MALFORMED);
		assert_non_null(strstr(r.detail, "left over"));
	}
}

/* Any single bit of the blob matters. */
static void
test_flipped(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < N_TRUSTED; i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(65536), armour = RW_BUF_INIT(65536);
		struct rw_sig_result r;

		print_message("# %s\n", kinds[i].name);
		dearmour(rw_buf_str(&good[i]), &blob);
		for (size_t n = 0; n < blob.len; n++) {
			blob.data[n] = (char)(blob.data[n] ^ 1 << n % 8);
			enarmour(rw_buf_str(&blob), &armour);
			assert_int_not_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_GOOD);
			blob.data[n] = (char)(blob.data[n] ^ 1 << n % 8);
		}
	}
}

static void
test_fields(void **state)
{
	static const char zeros[600];
	/* What is not named stays as the signer (by default the first) made it. */
	const struct {
		const char *name;
		size_t signer;
		const char *magic;
		const char *version;		/* four bytes */
		const char *reserved, *hash, *behind;
		struct rw_str key, inner;
		enum rw_sig_state want;
		const char *detail;
	} rows[] = {
		{ "unchanged", .want = RW_SIG_GOOD },
		{ "longer magic", .magic = "SSHSIG_", .want = RW_SIG_UNSUPPORTED, .detail = "version" },
		{ "other magic", .magic = "sshsig", .want = RW_SIG_MALFORMED, .detail = "magic" },
		{ "version 0", .version = "\0\0\0\0", .want = RW_SIG_UNSUPPORTED, .detail = "version 0" },
		{ "version 2", .version = "\0\0\0\2", .want = RW_SIG_UNSUPPORTED, .detail = "version 2" },
		{ "reserved", .reserved = "x", .want = RW_SIG_MALFORMED, .detail = "reserved" },
		{ "SHA-1", .hash = "sha1", .want = RW_SIG_UNSUPPORTED, .detail = "\"sha1\"" },
		{ "SHA-384", .hash = "sha384", .want = RW_SIG_UNSUPPORTED, .detail = "sha384" },
		{ "hash in capitals", .hash = "SHA512", .want = RW_SIG_UNSUPPORTED },
		{ "no hash", .hash = "", .want = RW_SIG_UNSUPPORTED },
		{ "another hash", .hash = "sha256", .want = RW_SIG_BAD },
		{ "bytes behind", .behind = "x", .want = RW_SIG_MALFORMED, .detail = "left over" },
		{ "FIDO key", .key = pair("sk-ssh-ed25519@openssh.com", PAYLOAD),
		    .want = RW_SIG_MALFORMED, .detail = "wanted 32" },
		{ "FIDO ECDSA key", .key = pair("sk-ecdsa-sha2-nistp256@openssh.com", PAYLOAD),
		    .want = RW_SIG_MALFORMED, .detail = "cut short" },
		{ "certificate", .key = pair("ssh-rsa-cert-v01@openssh.com", PAYLOAD),
		    .want = RW_SIG_MALFORMED, .detail = "certificate" },
		{ "DSA key", .key = pair("ssh-dss", PAYLOAD), .want = RW_SIG_UNSUPPORTED, .detail = "DSA" },
		{ "key of an unknown type", .key = pair("\033[31m", PAYLOAD),
		    .want = RW_SIG_UNSUPPORTED, .detail = "\\x1b[31m" },
		{ "Ed25519 key too long", .key = pair("ssh-ed25519", (struct rw_str){ zeros, 33 }),
		    .want = RW_SIG_MALFORMED, .detail = "33 bytes" },
		{ "weak Ed25519 key", .key = pair("ssh-ed25519", (struct rw_str){ zeros, 32 }),
		    .want = RW_SIG_UNKNOWN_KEY },
		{ "Ed25519 signature of 63 bytes", .inner = pair("ssh-ed25519", (struct rw_str){ zeros, 63 }),
		    .want = RW_SIG_MALFORMED, .detail = "63 bytes" },
		{ "Ed25519 signature of zeros", .inner = pair("ssh-ed25519", (struct rw_str){ zeros, 64 }),
		    .want = RW_SIG_BAD },
		{ "Ed25519 called RSA", .inner = pair("rsa-sha2-512", (struct rw_str){ zeros, 64 }),
		    .want = RW_SIG_MALFORMED, .detail = "does not fit" },
		{ "ECDSA, r = s = 0", 1, .inner = pair("ecdsa-sha2-nistp256", (struct rw_str){ zeros, 8 }),
		    .want = RW_SIG_BAD },
		{ "ECDSA, r = s = 1", 1,
		    .inner = pair("ecdsa-sha2-nistp256", (struct rw_str){ "\0\0\0\1\1\0\0\0\1\1", 10 }),
		    .want = RW_SIG_BAD },
		{ "ECDSA, r negative", 1,
		    .inner = pair("ecdsa-sha2-nistp256", (struct rw_str){ "\0\0\0\1\xff\0\0\0\1\1", 10 }),
		    .want = RW_SIG_MALFORMED },
		{ "ECDSA, needless zero", 1,
		    .inner = pair("ecdsa-sha2-nistp256", (struct rw_str){ "\0\0\0\2\0\1\0\0\0\1\1", 11 }),
		    .want = RW_SIG_MALFORMED },
		{ "ECDSA, three numbers", 1,
		    .inner = pair("ecdsa-sha2-nistp256", (struct rw_str){ zeros, 12 }),
		    .want = RW_SIG_MALFORMED },
		{ "ECDSA with another curve's name", 1,
		    .inner = pair("ecdsa-sha2-nistp384", (struct rw_str){ zeros, 8 }),
		    .want = RW_SIG_MALFORMED, .detail = "does not fit" },
		{ "RSA with SHA-1", 4, .inner = pair("ssh-rsa", (struct rw_str){ zeros, 256 }),
		    .want = RW_SIG_UNSUPPORTED, .detail = "SHA-1" },
		{ "RSA with a made-up hash", 4, .inner = pair("rsa-sha2-384", (struct rw_str){ zeros, 256 }),
		    .want = RW_SIG_MALFORMED, .detail = "does not fit" },
		{ "RSA, s = 0", 4, .inner = pair("rsa-sha2-512", (struct rw_str){ zeros, 256 }),
		    .want = RW_SIG_BAD },
		{ "RSA, too short", 4, .inner = pair("rsa-sha2-512", (struct rw_str){ zeros, 255 }),
		    .want = RW_SIG_BAD },
		{ "RSA, too long", 4, .inner = pair("rsa-sha2-512", (struct rw_str){ zeros, 257 }),
		    .want = RW_SIG_BAD },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(65536), armour = RW_BUF_INIT(65536);
		struct rw_sig_result r;
		struct fields f;

		print_message("# %s\n", rows[i].name);
		dearmour(rw_buf_str(&good[rows[i].signer]), &blob);
		f = fields_read(rw_buf_str(&blob));
		if (rows[i].magic != NULL)
			f.magic = rows[i].magic;
		if (rows[i].version != NULL)
			f.version = (uint32_t)rows[i].version[3];
		if (rows[i].reserved != NULL)
			f.reserved = rw_str(rows[i].reserved);
		if (rows[i].hash != NULL)
			f.hash = rw_str(rows[i].hash);
		f.behind = rw_str(rows[i].behind);
		if (rows[i].key.n > 0)
			f.key = rows[i].key;
		if (rows[i].inner.n > 0)
			f.inner = rows[i].inner;
		fields_write(&f, &armour);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), rows[i].want);
		if (rows[i].detail != NULL)
			assert_non_null(strstr(r.detail, rows[i].detail));
		if (rows[i].key.n > 0)
			assert_true(rw_str_has_prefix(rw_str(r.fingerprint), "SHA256:"));
	}
}

/* Bytes behind the two strings of the value. */
static void
test_inner_left_over(void **state)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(65536), armour = RW_BUF_INIT(65536),
	    inner = RW_BUF_INIT(4096);
	struct rw_sig_result r;
	struct fields f;

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < N_TRUSTED; i++) {
		print_message("# %s\n", kinds[i].name);
		dearmour(rw_buf_str(&good[i]), &blob);
		f = fields_read(rw_buf_str(&blob));
		rw_buf_clear(&inner);
		rw_buf_put_str(&inner, f.inner);
		rw_buf_putc(&inner, '\1');		/* as a FIDO signature's flags would be */
		f.inner = rw_buf_str(&inner);
		fields_write(&f, &armour);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_MALFORMED);
	}
}

static void
test_armour(void **state)
{
	static const struct {
		const char *name, *before;
		const char *from, *to;		/* the first occurrence is replaced */
		const char *behind;
		enum rw_sig_state want;
	} rows[] = {
		{ "unchanged", "", NULL, NULL, "", RW_SIG_GOOD },
		{ "space before", " ", NULL, NULL, "", RW_SIG_MALFORMED },
		{ "newline before", "\n", NULL, NULL, "", RW_SIG_MALFORMED },
		{ "text before", "hello\n", NULL, NULL, "", RW_SIG_MALFORMED },
		{ "newline behind", "", NULL, NULL, "\n", RW_SIG_MALFORMED },
		{ "space behind", "", NULL, NULL, " ", RW_SIG_MALFORMED },
		{ "text behind", "", NULL, NULL, "evil", RW_SIG_MALFORMED },
		{ "half a marker", "", "-----BEGIN", "", "", RW_SIG_MALFORMED },
		{ "a second signature", "", NULL, NULL, BEGIN "QQ==\n" END, RW_SIG_MALFORMED },
		{ "an empty line at first", "", "RE-----\n", "RE-----\n\n", "", RW_SIG_MALFORMED },
		{ "an empty line at last", "", "\n-----END", "\n\n-----END", "", RW_SIG_MALFORMED },
		{ "CRLF", "", "RE-----\n", "RE-----\r\n", "", RW_SIG_MALFORMED },
		{ "space in the body", "", "U1NI", "U1 NI", "", RW_SIG_MALFORMED },
		{ "foreign character", "", "U1NI", "U1*I", "", RW_SIG_MALFORMED },
		{ "header line", "", "RE-----\n", "RE-----\nComment: x\n\n", "", RW_SIG_MALFORMED },
		{ "lower case", "", "BEGIN SSH", "BEGIN ssh", "", RW_SIG_MALFORMED },
		{ "wrapped elsewhere", "", "U1NI", "U1\nNI", "", RW_SIG_GOOD },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf armour = RW_BUF_INIT(65536);
		const char *whole = rw_buf_cstr(&good[0]);
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		rw_buf_puts(&armour, rows[i].before);
		if (rows[i].from == NULL) {
			rw_buf_puts(&armour, whole);
		} else {
			const char *at = strstr(whole, rows[i].from);

			assert_non_null(at);
			rw_buf_put(&armour, whole, (size_t)(at - whole));
			rw_buf_puts(&armour, rows[i].to);
			rw_buf_puts(&armour, at + strlen(rows[i].from));
		}
		rw_buf_puts(&armour, rows[i].behind);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), rows[i].want);
	}
}

static void
test_formats(void **state)
{
	static const struct {
		const char *name, *armour;
		enum rw_sig_state want;
		const char *detail;
	} rows[] = {
		{ "nothing", "", RW_SIG_UNSIGNED, "not signed" },
		{ "OpenPGP", "-----BEGIN PGP SIGNATURE-----\n\nQQ==\n-----END PGP SIGNATURE-----\n",
		    RW_SIG_MALFORMED, "packet" },
		{ "OpenPGP message", "-----BEGIN PGP MESSAGE-----\n", RW_SIG_UNSUPPORTED, "OpenPGP" },
		{ "X.509", "-----BEGIN SIGNED MESSAGE-----\nQQ==\n-----END SIGNED MESSAGE-----\n",
		    RW_SIG_UNSUPPORTED, "X.509" },
		{ "unknown", "-----BEGIN AGE SIGNATURE-----\n", RW_SIG_MALFORMED, "BEGIN AGE" },
		{ "hostile", "\033[2J\033[H\n", RW_SIG_MALFORMED, "\\x1b[2J" },
		{ "marker only", "-----BEGIN SSH SIGNATURE-----", RW_SIG_MALFORMED, NULL },
		{ "empty body", BEGIN END, RW_SIG_MALFORMED, NULL },
		{ "empty line as body", BEGIN "\n" END, RW_SIG_MALFORMED, NULL },
		{ "marker and more", "-----BEGIN SSH SIGNATURE-----x\nQQ==\n" END, RW_SIG_MALFORMED, NULL },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		assert_int_equal(judge(PAYLOAD, rw_str(rows[i].armour), &r), rows[i].want);
		if (rows[i].detail != NULL)
			assert_non_null(strstr(r.detail, rows[i].detail));
	}
}

/* A reason longer than its room is cut at a character. */
static void
test_detail_cut(void **state)
{
	struct rw_sig_result r = { .state = RW_SIG_REFUSED };
	char text[400];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x94\x92", 5);
		rw_sig_refuse(&r, RW_SIG_BAD, "%s", text);
		assert_true(strlen(r.detail) >= sizeof(r.detail) - 4);
		assert_true(rw_text_utf8(rw_str(r.detail)));
	}
}

static void
test_size(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t over = 0; over < 2; over++) {
		rw_auto_buf struct rw_buf armour = RW_BUF_INIT(1u << 20);
		struct rw_sig_result r;

		rw_buf_puts(&armour, BEGIN);
		while (armour.len < RW_LIMIT_SIGNATURE_BYTES + over - strlen(END) - 1)
			rw_buf_putc(&armour, 'A');
		rw_buf_puts(&armour, "\n" END);
		assert_int_equal(armour.len, RW_LIMIT_SIGNATURE_BYTES + over);
		assert_int_equal(judge(PAYLOAD, rw_buf_str(&armour), &r), RW_SIG_MALFORMED);
		assert_int_equal(strstr(r.detail, "larger than") != NULL, over);
	}
}

static void
test_all(void **state)
{
	static const unsigned threads[] = { 1, 2, 3, 8, 0, 1000 };
	enum { N = 300 };
	static struct rw_sig_job jobs[N];
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++)
		for (size_t t = 0; t < RW_ARRAY_LEN(threads); t++) {
			struct rw_keyring *k = keyring_make(backends[b]);

			print_message("# %s, %u threads\n", backends[b]->name, threads[t]);
			for (size_t i = 0; i < N; i++) {
				jobs[i].payload = i % 5 == 4 ? RW_STR_LIT("another") : PAYLOAD;
				jobs[i].armour = rw_buf_str(&good[i % RW_ARRAY_LEN(kinds)]);
				jobs[i].result.state = RW_SIG_GOOD;
			}
			assert_true(rw_signature_verify_all(k, jobs, N, threads[t], &err));
			for (size_t i = 0; i < N; i++)
				assert_int_equal(jobs[i].result.state, i % RW_ARRAY_LEN(kinds) == STRANGER ?
				    RW_SIG_UNKNOWN_KEY : i % 5 == 4 ? RW_SIG_BAD : RW_SIG_GOOD);
		}
	assert_true(rw_signature_verify_all(keyring, jobs, 0, 0, &err));

	print_message("# a keyring that is not sealed\n");
	{
		struct rw_keyring *open = rw_keyring_new(arena);

		jobs[0].result.state = RW_SIG_GOOD;
		assert_false(rw_signature_verify_all(open, jobs, 1, 1, &err));
		assert_int_equal(jobs[0].result.state, RW_SIG_REFUSED);
		rw_signature_verify(open, PAYLOAD, rw_buf_str(&good[0]), &jobs[0].result);
		assert_int_equal(jobs[0].result.state, RW_SIG_REFUSED);
	}
}

static void
test_names(void **state)
{
	(void)state;
	for (int s = RW_SIG_REFUSED; s <= RW_SIG_GOOD; s++)
		for (int t = s + 1; t <= RW_SIG_GOOD; t++)
			assert_string_not_equal(rw_sig_state_name((enum rw_sig_state)s),
			    rw_sig_state_name((enum rw_sig_state)t));
	assert_string_equal(rw_sig_state_name((enum rw_sig_state)99), "refused");
}

/* Published signatures. Their namespace is "unittest", so the step behind rw_signature_verify() is asked. */
static void
test_corpus(void **state)
{
	static const struct {
		const char *name;
		enum rw_sig_state want;
	} rows[] = {
		{ "ed25519", RW_SIG_GOOD }, { "ecdsa", RW_SIG_GOOD }, { "rsa", RW_SIG_GOOD },
		{ "ed25519_sk", RW_SIG_GOOD }, { "ecdsa_sk", RW_SIG_GOOD },
		{ "ecdsa_sk_webauthn", RW_SIG_UNSUPPORTED }, { "mldsa44-ed25519", RW_SIG_UNSUPPORTED },
	};
	const char *where = ssh_corpus("sshsig");
	rw_auto_buf struct rw_buf data = RW_BUF_INIT(4096);
	struct rw_error err = RW_ERROR_INIT;
	int fd;

	(void)state;
	if (where == NULL)
		skip();
	fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(rw_file_read(fd, "signed-data", &data, &err));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(65536), sig = RW_BUF_INIT(65536);
		struct rw_keyring *k = rw_keyring_new(arena);
		struct rw_sig_result r = { .state = RW_SIG_REFUSED };
		struct rw_key key = { .type = RW_KEY_NONE };
		char file[64];

		print_message("# %s\n", rows[i].name);
		snprintf(file, sizeof(file), "%s.pub", rows[i].name);
		assert_true(rw_file_read(fd, file, &line, &err));
		snprintf(file, sizeof(file), "%s.sig", rows[i].name);
		assert_true(rw_file_read(fd, file, &sig, &err));
		if (rows[i].want == RW_SIG_GOOD) {
			assert_true(rw_key_parse(arena, rw_buf_str(&line), &key, &err));
			assert_true(rw_keyring_add(k, &key, &err));
		}
		assert_true(rw_keyring_seal(k, &err));
		rw_sshsig_verify(k, "unittest", rw_buf_str(&data), rw_buf_str(&sig), NULL, &r);
		assert_int_equal(r.state, rows[i].want);
		if (rows[i].want != RW_SIG_GOOD)
			continue;
		rw_signature_verify(k, rw_buf_str(&data), rw_buf_str(&sig), &r);
		assert_int_equal(r.state, RW_SIG_NAMESPACE);
		data.data[0] ^= 1;
		rw_sshsig_verify(k, "unittest", rw_buf_str(&data), rw_buf_str(&sig), NULL, &r);
		assert_int_equal(r.state, RW_SIG_BAD);
		data.data[0] ^= 1;
	}
	rw_closep(&fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_payloads), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_namespace), cmocka_unit_test(test_cut), cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_fields), cmocka_unit_test(test_inner_left_over),
		cmocka_unit_test(test_armour),
		cmocka_unit_test(test_formats), cmocka_unit_test(test_detail_cut),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_all), cmocka_unit_test(test_names), cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("sshsig", tests, setup, teardown);
}
