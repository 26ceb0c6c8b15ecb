/* test_revocation.c: revocation lists by the real ssh-keygen -k, whose -Q is the oracle; lists made by hand; text. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/signature/revocation.h"
#include "policy/signature/sshsig.h"
#include "refwall/encoding.h"
#include "tests/unit/sk_tool.h"
#include "tests/unit/ssh_tool.h"

static char *dir;
static struct rw_arena *arena;

/* What is asked about: plain keys, and certificates of two CAs. */
static const struct candidate {
	const char *name, *key;
	const char *ca, *serial, *id;		/* a certificate, else NULL */
} candidates[] = {
	{ "k1", "k1", NULL, NULL, NULL }, { "k2", "k2", NULL, NULL, NULL }, { "k3", "k3", NULL, NULL, NULL },
	{ "c0", "k1", "ca1", "0", "none" }, { "c1", "k1", "ca1", "1", "one" }, { "c5", "k1", "ca1", "5", "five" },
	{ "c6", "k2", "ca1", "6", "six" }, { "c10", "k2", "ca1", "10", "ten" }, { "c15", "k1", "ca1", "15", "one" },
	{ "c20", "k1", "ca1", "20", "twenty" }, { "c21", "k1", "ca1", "21", "" }, { "c1000", "k3", "ca1", "1000", "x" },
	{ "cmax", "k1", "ca1", "18446744073709551615", "max" }, { "d5", "k1", "ca2", "5", "five" },
	{ "d6", "k3", "ca2", "6", "one" },
};
static struct rw_str blob[RW_ARRAY_LEN(candidates)];

static const char *
path(const char *name, const char *suffix)
{
	return rw_arena_printf(arena, "%s/%s%s", dir, name, suffix);
}

static struct rw_str
blob_load(const char *file)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384), out = RW_BUF_INIT(16384);
	struct rw_error err = RW_ERROR_INIT;
	char *base64;

	assert_true(rw_file_read(AT_FDCWD, file, &line, &err));
	base64 = strchr(line.data, ' ') + 1;
	base64[strcspn(base64, " \n")] = '\0';
	assert_true(rw_base64_decode(&out, rw_str(base64)));
	return rw_arena_str(arena, rw_buf_str(&out));
}

static int
setup(void **state)
{
	static const char *const keys[] = { "ca1", "ca2", "k1", "k2", "k3" };
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	arena = rw_arena_new(256u << 20);
	if (!ssh_tool_present())
		return 0;
	dir = ssh_dir_make();
	for (size_t i = 0; i < RW_ARRAY_LEN(keys); i++)
		ssh_key_make(dir, keys[i], i == 3 ? "ecdsa" : "ed25519", NULL);
	for (size_t i = 0; i < RW_ARRAY_LEN(candidates); i++) {
		const struct candidate *c = &candidates[i];
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);
		const char *argv[] = { "ssh-keygen", "-q", "-s", path(c->ca == NULL ? "" : c->ca, ""), "-I", c->id, "-n", "alice",
			"-z", c->serial, path(c->name, ".pub"), NULL };

		if (c->ca == NULL) {
			blob[i] = blob_load(path(c->key, ".pub"));
			continue;
		}
		ssh_key_line(dir, c->key, &line);
		assert_true(rw_file_write(path(c->name, ".pub"), rw_buf_str(&line), 0600, false, &err));
		ssh_run(argv, NULL);
		blob[i] = blob_load(path(c->name, "-cert.pub"));
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rw_arena_free(arena);
	if (dir != NULL)
		ssh_dir_remove(dir);
	return 0;
}

static bool
load(struct rw_str bytes, struct rw_revocations *ret, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *scratch = rw_arena_new(256u << 20);
	struct rw_revoking *l = rw_revocations_begin(scratch);

	err->code = RW_E_NONE;
	return rw_revocations_read(l, bytes, err) && rw_revocations_finish(l, arena, ret, err);
}

static const char *
ask(const struct rw_revocations *r, struct rw_str b)
{
	rw_auto_buf struct rw_buf plain = RW_BUF_INIT(16384);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_cert c;

	if (!rw_cert_is(b))
		return rw_revoked(r, b, NULL);
	assert_true(rw_cert_read(b, &c, &err));
	rw_cert_put_plain(&c, &plain);
	return rw_revoked(r, rw_buf_str(&plain), &c);
}

/* ssh-keygen -Q: is it revoked? */
static bool
oracle(size_t i)
{
	const char *command = rw_arena_printf(arena, "exec ssh-keygen -Q -f %s %s >/dev/null 2>&1", path("krl", ""),
	    path(candidates[i].ca == NULL ? candidates[i].key : candidates[i].name,
		candidates[i].ca == NULL ? ".pub" : "-cert.pub"));
	int status = system(command);

	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) != 0;
}

static void
put_file(struct rw_buf *b, const char *prefix, const char *name)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);

	ssh_key_line(dir, name, &line);
	rw_buf_puts(b, prefix);
	rw_buf_put_str(b, rw_buf_str(&line));
}

/* "$k1" in a specification stands for the line of that key. */
static const char *
spec_make(const char *spec)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;

	for (const char *p = spec; *p != '\0'; p++)
		if (*p == '$') {
			put_file(&b, "", (const char[3]){ p[1], p[2], '\0' });
			p += 2;
		} else {
			rw_buf_putc(&b, *p);
		}
	assert_true(rw_file_write(path("spec", ""), rw_buf_str(&b), 0600, false, &err));
	return path("spec", "");
}

static void
krl_make(const char *ca, const char *spec, struct rw_buf *ret)
{
	const char *argv[] = { "ssh-keygen", "-q", "-k", "-f", path("krl", ""), "-s", ca == NULL ? NULL : path(ca, ".pub"),
		spec_make(spec), NULL };
	const char *without[] = { argv[0], argv[1], argv[2], argv[3], argv[4], argv[7], NULL };
	struct rw_error err = RW_ERROR_INIT;

	ssh_run(ca == NULL ? without : argv, NULL);
	assert_true(rw_file_read(AT_FDCWD, path("krl", ""), ret, &err));
}

static void
test_krl(void **state)
{
	static const struct {
		const char *name, *ca, *spec;
		const char *revoked;		/* names of candidates */
	} rows[] = {
		{ "nothing", "ca1", "", "" },
		{ "one key, and so its certificates", NULL, "key: $k2", "k2 c6 c10" },
		{ "by SHA-1", NULL, "sha1: $k3", "k3 c1000 d6" },
		{ "by SHA-256", NULL, "sha256: $k3", "k3 c1000 d6" },
		{ "all ways at once", NULL, "key: $k1sha1: $k2sha256: $k3",
		    "k1 k2 k3 c0 c1 c5 c6 c10 c15 c20 c21 c1000 cmax d5 d6" },
		{ "one serial number", "ca1", "serial: 5\n", "c5" },
		{ "a range", "ca1", "serial: 6-20\n", "c6 c10 c15 c20" },
		{ "ranges that touch", "ca1", "serial: 1-5\nserial: 6-9\nserial: 10-15\n", "c1 c5 c6 c10 c15" },
		{ "everything", "ca1", "serial: 1-18446744073709551615\n", "c1 c5 c6 c10 c15 c20 c21 c1000 cmax" },
		{ "a bitmap", "ca1", "serial: 5\nserial: 7\nserial: 9\nserial: 10\nserial: 12\nserial: 15\nserial: 19\nserial: 21\n",
		    "c5 c10 c15 c21" },
		{ "far apart", "ca1", "serial: 1\nserial: 1000\nserial: 18446744073709551615\n", "c1 c1000 cmax" },
		{ "key ids", "ca1", "id: one\nid: ten\n", "c1 c10 c15" },
		{ "empty key id's twin", "ca1", "id: x\n", "c1000" },
		{ "of the other CA", "ca2", "serial: 5\nid: one\n", "d5 d6" },
		{ "the CA itself", NULL, "key: $ca", NULL },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf krl = RW_BUF_INIT(1u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_revocations r;

		print_message("# %s\n", rows[i].name);
		if (rows[i].revoked == NULL) {
			rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);

			put_file(&line, "key: ", "ca1");
			krl_make(NULL, line.data, &krl);
		} else {
			krl_make(rows[i].ca, rows[i].spec, &krl);
		}
		if (!load(rw_buf_str(&krl), &r, &err))
			fail_msg("%s", err.msg);
		for (size_t k = 0; k < RW_ARRAY_LEN(candidates); k++) {
			char padded[300], name[32];
			bool want;

			(void)snprintf(padded, sizeof(padded), " %s ", rows[i].revoked == NULL ? "" : rows[i].revoked);
			(void)snprintf(name, sizeof(name), " %s ", candidates[k].name);
			want = rows[i].revoked == NULL ? candidates[k].ca != NULL && strcmp(candidates[k].ca, "ca1") == 0 :
			    strstr(padded, name) != NULL;
			if ((ask(&r, blob[k]) != NULL) != want || oracle(k) != want)
				fail_msg("%s: %s, ssh-keygen says %s, wanted %s", candidates[k].name,
				    ask(&r, blob[k]) == NULL ? "passes" : ask(&r, blob[k]),
				    oracle(k) ? "revoked" : "ok", want ? "revoked" : "ok");
		}
	}
}

/* What is revoked is named, and goes before whether it is trusted. */
static void
test_verdict(void **state)
{
	static const struct {
		const char *name, *spec, *ca, *sign_with, *what;
	} rows[] = {
		{ "trusted key", "key: $k1", NULL, "k1", "the key of" },
		{ "unknown key", "sha256: $k3", NULL, "k3", "the key of" },
		{ "certificate", "serial: 5\n", "ca1", "c5", "the certificate of" },
		{ "key in a certificate", "key: $k1", NULL, "c5", "the key of" },
	};
	static const struct rw_str alice = { "alice", 5 };

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf krl = RW_BUF_INIT(1u << 20), line = RW_BUF_INIT(8192), ca = RW_BUF_INIT(8192);
		rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
		struct rw_key key = { .type = RW_KEY_NONE }, ca_key = { .type = RW_KEY_NONE };
		struct rw_error err = RW_ERROR_INIT;
		struct rw_revocations r;
		const struct rw_key *ignored;
		struct rw_sig_result got;

		print_message("# %s\n", rows[i].name);
		krl_make(rows[i].ca, rows[i].spec, &krl);
		assert_true(load(rw_buf_str(&krl), &r, &err));
		ssh_key_line(dir, "k1", &line);
		ssh_key_line(dir, "ca1", &ca);
		assert_true(rw_key_parse(arena, rw_buf_str(&line), &key, &err));
		assert_true(rw_key_parse(arena, rw_buf_str(&ca), &ca_key, &err));
		if (rows[i].sign_with[0] == 'c') {
			rw_auto_buf struct rw_buf secret = RW_BUF_INIT(8192);

			assert_true(rw_file_read(AT_FDCWD, path("k1", ""), &secret, &err));
			assert_true(rw_file_write(path("c5", ""), rw_buf_str(&secret), 0600, false, &err));
		}
		ssh_sign(dir, rows[i].sign_with[0] == 'c' ? "c5-cert.pub" : rows[i].sign_with, "git", NULL, RW_STR_LIT("x"), &sig);
		for (int with = 0; with < 2; with++) {
			struct rw_keyring *k = rw_keyring_new(arena);

			assert_true(rw_keyring_add(k, &key, &err));
			assert_true(rw_keyring_add_ca(k, &ca_key, &alice, 1, &ignored, &err));
			if (with)
				rw_keyring_revoke(k, &r);
			assert_true(rw_keyring_seal(k, &err));
			rw_signature_verify(k, RW_STR_LIT("x"), rw_buf_str(&sig), &got);
			if (!with) {
				assert_int_equal(got.state, strcmp(rows[i].sign_with, "k3") == 0 ? RW_SIG_UNKNOWN_KEY : RW_SIG_GOOD);
				continue;
			}
			assert_int_equal(got.state, RW_SIG_REVOKED);
			assert_non_null(strstr(got.detail, rows[i].what));
			assert_non_null(strstr(got.detail, got.fingerprint));
			assert_null(got.key);
		}
	}
}

/* ---- lists made by hand ---- */

static void
head(struct rw_buf *b, uint32_t version)
{
	rw_buf_put(b, RW_KRL_MAGIC, 8);
	rw_buf_put_u32(b, version);
	rw_buf_put_u64(b, 1);
	rw_buf_put_u64(b, 0);
	rw_buf_put_u64(b, 0);
	rw_buf_put_u32(b, 0);
	rw_buf_put_u32(b, 0);
}

static void
section(struct rw_buf *b, uint8_t type, struct rw_str content)
{
	rw_buf_put_u8(b, type);
	rw_buf_put_string32(b, content);
}

static void
extension(struct rw_buf *b, const char *name, uint8_t critical)
{
	rw_buf_put_string32(b, rw_str(name));
	rw_buf_put_u8(b, critical);
	rw_buf_put_string32(b, RW_STR_LIT("what it means"));
}

#define SERIALS "\0\0\0\0\0\0\0"
static void
test_sections(void **state)
{
	static const struct {
		const char *name;
		uint8_t type;			/* of a section; 0: none */
		uint8_t sub;			/* of a section of certificates; 0: none */
		struct rw_str content;
		bool extension;			/* content is the flag of one */
		enum rw_error_code want;
		const char *message;
	} rows[] = {
		{ "header only", 0, 0, { NULL, 0 }, false, RW_E_NONE, NULL },
		{ "unknown section", 9, 0, { NULL, 0 }, false, RW_E_UNSUPPORTED, "unknown kind 9" },
		{ "extension", 255, 0, { "\0", 1 }, true, RW_E_NONE, NULL },
		{ "critical extension", 255, 0, { "\1", 1 }, true, RW_E_UNSUPPORTED, "critical extension \"x@example.com\"" },
		{ "extension cut short", 255, 0, { "\0\0", 2 }, false, RW_E_PARSE, "extension" },
		{ "unknown kind of certificates", 1, 0x24, { NULL, 0 }, false, RW_E_UNSUPPORTED, "0x24" },
		{ "extension of certificates", 1, 0x39, { "\0", 1 }, true, RW_E_NONE, NULL },
		{ "critical extension of certificates", 1, 0x39, { "\1", 1 }, true, RW_E_UNSUPPORTED, "critical" },
		{ "serial 0", 1, 0x20, { SERIALS "\0", 8 }, false, RW_E_PARSE, "serial number 0" },
		{ "serial 1", 1, 0x20, { SERIALS "\1", 8 }, false, RW_E_NONE, NULL },
		{ "serials cut short", 1, 0x20, { SERIALS "\1" SERIALS, 15 }, false, RW_E_PARSE, "cut short" },
		{ "range turned about", 1, 0x21, { SERIALS "\2" SERIALS "\1", 16 }, false, RW_E_PARSE, "before it begins" },
		{ "range and more", 1, 0x21, { SERIALS "\1" SERIALS "\2" "\0", 17 }, false, RW_E_PARSE, "two numbers" },
		{ "bitmap", 1, 0x22, { SERIALS "\1" "\0\0\0\1\x05", 13 }, false, RW_E_NONE, NULL },
		{ "bitmap with serial 0", 1, 0x22, { SERIALS "\0" "\0\0\0\1\x05", 13 }, false, RW_E_PARSE, "serial number 0" },
		{ "empty bitmap", 1, 0x22, { SERIALS "\0" "\0\0\0\0", 12 }, false, RW_E_NONE, NULL },
		{ "bitmap beyond the end", 1, 0x22, { "\xff\xff\xff\xff\xff\xff\xff\xff" "\0\0\0\1\x05", 13 }, false, RW_E_PARSE,
		    "beyond the last" },
		{ "negative bitmap", 1, 0x22, { SERIALS "\1" "\0\0\0\1\x80", 13 }, false, RW_E_PARSE, "bitmap" },
		{ "key ids cut short", 1, 0x23, { "\0\0\0\2x", 5 }, false, RW_E_PARSE, "cut short" },
		{ "short SHA-1", 3, 0, { "\0\0\0\1x", 5 }, false, RW_E_PARSE, "another length" },
		{ "SHA-1 where SHA-256 should be", 5, 0, { "\0\0\0\24AAAAAAAAAAAAAAAAAAAA", 24 }, false, RW_E_PARSE,
		    "another length" },
		{ "SHA-1", 3, 0, { "\0\0\0\24AAAAAAAAAAAAAAAAAAAA", 24 }, false, RW_E_NONE, NULL },
		{ "no key", 2, 0, { "\0\0\0\0", 4 }, false, RW_E_PARSE, "holds nothing" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf krl = RW_BUF_INIT(4096), content = RW_BUF_INIT(4096), certs = RW_BUF_INIT(4096);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_revocations r;
		bool good;

		print_message("# %s\n", rows[i].name);
		if (rows[i].extension)
			extension(&content, "x@example.com", (uint8_t)rows[i].content.p[0]);
		else
			rw_buf_put_str(&content, rows[i].content);
		if (rows[i].sub != 0) {
			rw_buf_put_u32(&certs, 0);
			rw_buf_put_u32(&certs, 0);
			section(&certs, rows[i].sub, rw_buf_str(&content));
		}
		head(&krl, 1);
		if (rows[i].type != 0)
			section(&krl, rows[i].type, rw_buf_str(rows[i].sub != 0 ? &certs : &content));
		good = load(rw_buf_str(&krl), &r, &err);
		assert_int_equal(err.code, rows[i].want);
		assert_int_equal(good, rows[i].want == RW_E_NONE);
		if (rows[i].message != NULL && strstr(err.msg, rows[i].message) == NULL)
			fail_msg("%s", err.msg);
	}
}

/* A list need not be signed; if it is, then rightly. The key is a software security key's, used as a plain one. */
static void
test_signed(void **state)
{
	rw_auto_buf struct rw_buf krl = RW_BUF_INIT(8192), plain = RW_BUF_INIT(256), inner = RW_BUF_INIT(256);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_revocations r;
	struct rw_key_parts parts;
	uint8_t sig[64];
	size_t len;

	(void)state;
	if (dir == NULL)
		skip();
	assert_true(sk_generate(path("signer", ""), false, &err));
	assert_true(rw_key_parts_read(blob_load(path("signer", ".pub")), &parts, &err));
	rw_buf_put_string32(&plain, RW_STR_LIT("ssh-ed25519"));
	rw_buf_put_string32(&plain, parts.point);
	head(&krl, 1);
	section(&krl, 2, (struct rw_str){ "\0\0\0\1x", 5 });
	section(&krl, 4, rw_buf_str(&plain));
	assert_true(sk_sign_raw(path("signer", ""), rw_buf_str(&krl), sig, &err));
	rw_buf_put_string32(&inner, RW_STR_LIT("ssh-ed25519"));
	rw_buf_put_string32(&inner, (struct rw_str){ (const char *)sig, sizeof(sig) });
	rw_buf_put_string32(&krl, rw_buf_str(&inner));
	if (!load(rw_buf_str(&krl), &r, &err))
		fail_msg("%s", err.msg);
	assert_true(rw_revocations_have(&r, RW_STR_LIT("x")));
	print_message("# changed\n");
	krl.data[13] ^= 1;
	assert_false(load(rw_buf_str(&krl), &r, &err));
	assert_non_null(strstr(err.msg, "does not verify"));
	krl.data[13] ^= 1;
	print_message("# cut short\n");
	for (size_t n = krl.len - 1; n > krl.len - 90; n--)
		assert_false(load((struct rw_str){ krl.data, n }, &r, &err));
	print_message("# goes on\n");
	len = krl.len;
	section(&krl, 2, (struct rw_str){ "\0\0\0\1y", 5 });
	assert_false(load(rw_buf_str(&krl), &r, &err));
	assert_non_null(strstr(err.msg, "behind its signature"));
	rw_buf_truncate(&krl, len);
	print_message("# version\n");
	krl.data[11] = 2;
	assert_false(load(rw_buf_str(&krl), &r, &err));
	assert_int_equal(err.code, RW_E_UNSUPPORTED);
}

/* No prefix and no flipped bit of a list with everything in it crashes; what is cut inside a section fails. */
static void
test_mutilated(void **state)
{
	rw_auto_buf struct rw_buf krl = RW_BUF_INIT(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_revocations r;
	size_t good = 0;

	(void)state;
	if (dir == NULL)
		skip();
	krl_make("ca1", "serial: 1\nserial: 3-9\nserial: 11\nserial: 13\nid: one\nkey: $k1sha1: $k2sha256: $k3", &krl);
	for (size_t n = 0; n < krl.len; n++)
		good += load((struct rw_str){ krl.data, n }, &r, &err);
	/* an empty file is an empty text; header, and behind all sections but the last */
	assert_true(good >= 3 && good <= 6);
	for (size_t i = 8 * 8; i < krl.len * 8; i++) {
		krl.data[i / 8] = (char)((unsigned char)krl.data[i / 8] ^ (1u << i % 8));
		(void)load(rw_buf_str(&krl), &r, &err);
		krl.data[i / 8] = (char)((unsigned char)krl.data[i / 8] ^ (1u << i % 8));
	}
}

static void
test_text(void **state)
{
	static const struct {
		const char *name, *text;	/* @k1: the line of a key; %k1: its fingerprint; &c5: the line of a certificate */
		enum rw_error_code want;
		const char *message, *revoked;
	} rows[] = {
		{ "empty", "", RW_E_NONE, NULL, "" },
		{ "comments", "# nothing\n\n   \n\t# still\n", RW_E_NONE, NULL, "" },
		{ "key", "@k1", RW_E_NONE, NULL, "k1 c0 c1 c5 c15 c20 c21 cmax d5" },
		{ "fingerprint", "%k3\n", RW_E_NONE, NULL, "k3 c1000 d6" },
		{ "fingerprint with comment, no newline, CRLF", "# x\r\n %k3 of carol\r\n%k2", RW_E_NONE, NULL,
		    "k2 k3 c6 c10 c1000 d6" },
		{ "certificate: the key in it", "&c6", RW_E_NONE, NULL, "k2 c6 c10" },
		{ "DSA", "ssh-dss AAAAB3NzaC1kc3MAAAAA\n", RW_E_NONE, NULL, "" },
		{ "word", "k1\n", RW_E_PARSE, "line 1: wanted a public key", NULL },
		{ "short fingerprint", "\nSHA256:abc\n", RW_E_PARSE, "line 2: \"SHA256:abc\" is no fingerprint", NULL },
		{ "fingerprint of other bits", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n", RW_E_PARSE, "no fingerprint",
		    NULL },
		{ "MD5", "MD5:00:11:22\n", RW_E_PARSE, "wanted a public key", NULL },
		{ "SHA-1", "SHA1:AAAAAAAAAAAAAAAAAAAAAAAAAAA\n", RW_E_PARSE, "wanted a public key", NULL },
		{ "wrong type name", "@k1ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==\n", RW_E_PARSE, "line 2: the key is not of the type",
		    NULL },
		{ "options", "restrict @k1", RW_E_PARSE, "line 1", NULL },
		{ "half a KRL magic", "SSHKRL\n", RW_E_PARSE, "line 1", NULL },
		{ "type only", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", RW_E_PARSE, "not of the type", NULL },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(65536);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_revocations r;
		bool good;

		print_message("# %s\n", rows[i].name);
		for (const char *p = rows[i].text; *p != '\0'; p++) {
			const char name[3] = { p[0] == '\0' ? '\0' : p[1], p[1] == '\0' ? '\0' : p[2], '\0' };
			rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);
			char fingerprint[RW_FINGERPRINT_LEN];

			if (*p == '@') {
				put_file(&b, "", name);
			} else if (*p == '&') {
				assert_true(rw_file_read(AT_FDCWD, path(name, "-cert.pub"), &line, &err));
				rw_buf_put_str(&b, rw_buf_str(&line));
			} else if (*p == '%') {
				rw_key_fingerprint(blob_load(path(name, ".pub")), fingerprint);
				rw_buf_puts(&b, fingerprint);
			} else {
				rw_buf_putc(&b, *p);
				continue;
			}
			p += 2;
		}
		good = load(rw_buf_str(&b), &r, &err);
		if (err.code != rows[i].want)
			fail_msg("%s", err.msg);
		assert_int_equal(good, rows[i].want == RW_E_NONE);
		if (!good) {
			if (strstr(err.msg, rows[i].message) == NULL)
				fail_msg("%s", err.msg);
			continue;
		}
		for (size_t k = 0; k < RW_ARRAY_LEN(candidates); k++) {
			char padded[300], name[32];

			(void)snprintf(padded, sizeof(padded), " %s ", rows[i].revoked);
			(void)snprintf(name, sizeof(name), " %s ", candidates[k].name);
			assert_int_equal(ask(&r, blob[k]) != NULL, strstr(padded, name) != NULL);
		}
	}
}

static void
test_limit(void **state)
{
	(void)state;
	for (size_t n = RW_LIMIT_REVOKED; n <= RW_LIMIT_REVOKED + 1; n++) {
		rw_auto_buf struct rw_buf krl = RW_BUF_INIT(16u << 20), list = RW_BUF_INIT(16u << 20), certs = RW_BUF_INIT(16u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_revocations r;

		print_message("# %zu\n", n);
		for (uint64_t i = 0; i < n; i++)
			rw_buf_put_u64(&list, 2 * i + 1);
		rw_buf_put_u32(&certs, 0);
		rw_buf_put_u32(&certs, 0);
		section(&certs, 0x20, rw_buf_str(&list));
		head(&krl, 1);
		section(&krl, 1, rw_buf_str(&certs));
		assert_int_equal(load(rw_buf_str(&krl), &r, &err), n == RW_LIMIT_REVOKED);
		if (n > RW_LIMIT_REVOKED)
			assert_int_equal(err.code, RW_E_LIMIT);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_krl), cmocka_unit_test(test_verdict), cmocka_unit_test(test_sections),
		cmocka_unit_test(test_signed), cmocka_unit_test(test_mutilated), cmocka_unit_test(test_text),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("revocation", tests, setup, teardown);
}
