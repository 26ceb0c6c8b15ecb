/* test_sshcert.c: certificates by the real ssh-keygen, with every property that matters; ssh-keygen -Y verify is the oracle. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/signature/sshsig.h"
#include "refwall/encoding.h"
#include "tests/unit/sk_tool.h"
#include "tests/unit/ssh_tool.h"

#define PAYLOAD RW_STR_LIT("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nmessage\n")
#define NOW INT64_C(1767225600000)		/* 2026-01-01 */
#define DAY INT64_C(86400000)

enum { ALICE, BOB };

/* Software security keys are made here, all others by ssh-keygen. */
static const struct {
	const char *name, *type, *bits;
} keys[] = {
	{ "ca-ed25519", "ed25519", NULL }, { "ca-ecdsa", "ecdsa", "384" }, { "ca-rsa", "rsa", "3072" },
	{ "ca-stranger", "ed25519", NULL },
	{ "ed25519", "ed25519", NULL }, { "p256", "ecdsa", "256" }, { "p384", "ecdsa", "384" },
	{ "p521", "ecdsa", "521" }, { "rsa", "rsa", "2048" },
	{ "sk-ed25519", NULL, NULL }, { "sk-ecdsa", NULL, NULL },
};

static char *dir;
static struct rw_arena *arena;
static struct rw_keyring *keyring;
static struct rw_key ca[3];

static const char *
path(const char *name, const char *suffix)
{
	return rw_arena_printf(arena, "%s/%s%s", dir, name, suffix);
}

static void
keyring_make(void)
{
	static const struct rw_str alices[] = { { "alice", 5 }, { "ops", 3 } }, bobs[] = { { "bob", 3 } };
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *ignored;

	keyring = rw_keyring_new(arena);
	for (size_t i = 0; i < RW_ARRAY_LEN(ca); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);

		ssh_key_line(dir, keys[i].name, &line);
		assert_true(rw_key_parse(arena, rw_buf_str(&line), &ca[i], &err));
		ca[i].owner = ALICE;
		ca[i].since = ca[i].until = RW_TIME_NONE;
		assert_true(rw_keyring_add_ca(keyring, &ca[i], alices, RW_ARRAY_LEN(alices), &ignored, &err));
	}
	/* One CA for two identities, whose principals differ. */
	ca[0].owner = BOB;
	assert_true(rw_keyring_add_ca(keyring, &ca[0], bobs, RW_ARRAY_LEN(bobs), &ignored, &err));
	assert_true(rw_keyring_seal(keyring, &err));
	assert_int_equal(rw_keyring_count(keyring), 4);
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
	for (size_t i = 0; i < RW_ARRAY_LEN(keys); i++)
		if (keys[i].type != NULL)
			ssh_key_make(dir, keys[i].name, keys[i].type, keys[i].bits);
		else if (!sk_generate(path(keys[i].name, ""), strcmp(keys[i].name, "sk-ecdsa") == 0, &err))
			return -1;
	keyring_make();
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

/* DIR/KEY-cert.pub; options are words for ssh-keygen, NULL at the end. */
static void
certify(const char *ca_name, const char *key, const char *const options[])
{
	const char *argv[32] = { "ssh-keygen", "-q", "-s", path(ca_name, ""), "-I", "a certificate" };
	size_t n = 6;

	for (size_t i = 0; options[i] != NULL; i++)
		argv[n++] = options[i];
	argv[n++] = path(key, ".pub");
	ssh_run(argv, NULL);
}

static void
cert_line(const char *key, struct rw_buf *ret)
{
	struct rw_error err = RW_ERROR_INIT;

	assert_true(rw_file_read(AT_FDCWD, path(key, "-cert.pub"), ret, &err));
}

/* Sign with DIR/KEY-cert.pub. */
static void
sign(const char *key, uint8_t flags, struct rw_buf *ret)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);
	struct rw_error err = RW_ERROR_INIT;

	if (rw_str_has_prefix(rw_str(key), "sk-")) {
		cert_line(key, &line);
		assert_true(sk_sign(path(key, ""), rw_buf_str(&line), "git", flags, 1, PAYLOAD, ret, &err));
		return;
	}
	ssh_sign(dir, rw_arena_printf(arena, "%s-cert.pub", key), "git", NULL, PAYLOAD, ret);
}

/* Would ssh-keygen -Y verify take it as alice's? All three CAs may sign for everybody in its file. */
static bool
oracle(struct rw_str armour, const char *principal, const char *time)
{
	rw_auto_buf struct rw_buf signers = RW_BUF_INIT(65536);
	struct rw_error err = RW_ERROR_INIT;
	const char *command;
	int status;

	for (size_t i = 0; i < RW_ARRAY_LEN(ca); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);

		ssh_key_line(dir, keys[i].name, &line);
		rw_buf_puts(&signers, "alice,bob,ops cert-authority ");
		rw_buf_put_str(&signers, rw_buf_str(&line));
	}
	assert_true(rw_file_write(path("signers", ""), rw_buf_str(&signers), 0600, false, &err));
	assert_true(rw_file_write(path("sig", ""), armour, 0600, false, &err));
	assert_true(rw_file_write(path("message", ""), PAYLOAD, 0600, false, &err));
	command = rw_arena_printf(arena, "exec ssh-keygen -Y verify -Overify-time=%s -f %s -I %s -n git -s %s <%s >/dev/null 2>&1",
	    time, path("signers", ""), principal, path("sig", ""), path("message", ""));
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

static enum rw_sig_state
judge(struct rw_str armour, struct rw_sig_result *r)
{
	memset(r, 0xff, sizeof(*r));
	rw_signature_verify(keyring, PAYLOAD, armour, r);
	assert_int_equal(r->detail[0] == '\0', r->state == RW_SIG_GOOD);
	assert_int_equal(r->key != NULL, r->state == RW_SIG_GOOD || r->state == RW_SIG_BAD);
	return r->state;
}

static void
test_types(void **state)
{
	static const char *const options[] = { "-n", "alice", NULL };

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t c = 0; c < 4; c++)
		for (size_t i = 4; i < RW_ARRAY_LEN(keys); i++) {
			rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536), line = RW_BUF_INIT(8192);
			bool stranger = c == 3;
			struct rw_error err = RW_ERROR_INIT;
			struct rw_key plain = { .type = RW_KEY_NONE };
			struct rw_sig_result r;

			print_message("# %s by %s\n", keys[i].name, keys[c].name);
			certify(keys[c].name, keys[i].name, options);
			sign(keys[i].name, 1, &sig);
			assert_int_equal(judge(rw_buf_str(&sig), &r), stranger ? RW_SIG_CERT_CA : RW_SIG_GOOD);
			assert_int_equal(oracle(rw_buf_str(&sig), "alice", "20260101000000Z"), !stranger);
			/* The fingerprint is of the key, as ssh-keygen -l prints it for the certificate, too. */
			ssh_key_line(dir, keys[i].name, &line);
			assert_true(rw_key_parse(arena, rw_buf_str(&line), &plain, &err));
			assert_string_equal(r.fingerprint, plain.fingerprint);
			if (stranger)
				continue;
			assert_true(r.certificate);
			assert_int_equal(r.security_key, keys[i].type == NULL);
			assert_int_equal(r.key->owner, ALICE);
			assert_string_equal(r.key->fingerprint, ca[c].fingerprint);
			assert_true(rw_sig_valid_at(&r, NOW));
			rw_signature_verify(keyring, RW_STR_LIT("other"), rw_buf_str(&sig), &r);
			assert_int_equal(r.state, RW_SIG_BAD);
		}
}

static void
test_properties(void **state)
{
	static const struct {
		const char *name;
		const char *key;
		const char *options[8];
		enum rw_sig_state want;
		const char *detail;
		uint32_t owner;
		bool theirs;			/* what ssh-keygen -Y verify -I alice says */
		const char *why;		/* where that differs */
	} rows[] = {
		{ "second principal", "ed25519", { "-n", "x,ops" }, RW_SIG_GOOD, NULL, ALICE, false,
		    "it is asked for alice, and we look for everybody whom the policy lists" },
		{ "another identity of the same CA", "ed25519", { "-n", "bob" }, RW_SIG_GOOD, NULL, BOB, false,
		    "it is asked for alice" },
		{ "two identities", "ed25519", { "-n", "alice,bob" }, RW_SIG_CERT_PRINCIPAL, "two identities", 0, true,
		    "it is told whom to look for; we would have to choose" },
		{ "two principals of one identity", "ed25519", { "-n", "ops,alice" }, RW_SIG_GOOD, NULL, ALICE, true, NULL },
		{ "nobody's principal", "ed25519", { "-n", "mallory" }, RW_SIG_CERT_PRINCIPAL, "mallory", 0, false, NULL },
		{ "principal in capitals", "ed25519", { "-n", "Alice" }, RW_SIG_CERT_PRINCIPAL, "Alice", 0, false, NULL },
		{ "wildcard principal", "ed25519", { "-n", "*" }, RW_SIG_CERT_PRINCIPAL, "\"*\"", 0, false, NULL },
		{ "longer principal", "ed25519", { "-n", "alice2" }, RW_SIG_CERT_PRINCIPAL, NULL, 0, false, NULL },
		{ "no principal", "ed25519", { NULL }, RW_SIG_CERT_PRINCIPAL, "no principal", 0, false, NULL },
		{ "for a host", "ed25519", { "-h", "-n", "alice" }, RW_SIG_CERT_BAD, "not for a user", 0, false, NULL },
		{ "force-command", "ed25519", { "-n", "alice", "-O", "force-command=true" }, RW_SIG_CERT_OPTION,
		    "force-command", 0, true, "it does not look at critical options, which nothing here can keep" },
		{ "source-address", "ed25519", { "-n", "alice", "-O", "source-address=127.0.0.1" }, RW_SIG_CERT_OPTION,
		    "source-address", 0, true, "as before" },
		{ "unknown critical option", "ed25519", { "-n", "alice", "-O", "critical:x@example.com=1" },
		    RW_SIG_CERT_OPTION, "x@example.com", 0, true, "as before" },
		{ "unknown extension", "ed25519", { "-n", "alice", "-O", "extension:x@example.com=1" }, RW_SIG_GOOD, NULL,
		    ALICE, true, NULL },
		{ "cleared options", "ed25519", { "-n", "alice", "-O", "clear" }, RW_SIG_GOOD, NULL, ALICE, true, NULL },
		{ "verify-required, a plain key", "ed25519", { "-n", "alice", "-O", "verify-required" },
		    RW_SIG_CERT_OPTION, "PIN", 0, true, "it does not look at critical options; this one we can keep" },
		{ "verify-required, only touched", "sk-ed25519", { "-n", "alice", "-O", "verify-required" },
		    RW_SIG_CERT_OPTION, "PIN", 0, true, "as before" },
		{ "serial and key id", "p256", { "-n", "alice", "-z", "18446744073709551615" }, RW_SIG_GOOD, NULL, ALICE,
		    true, NULL },
	};

	(void)state;
	if (dir == NULL)
		skip();
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
		struct rw_sig_result r;

		print_message("# %s%s%s\n", rows[i].name, rows[i].why == NULL ? "" : "; ssh-keygen differs: ",
		    rows[i].why == NULL ? "" : rows[i].why);
		certify("ca-ed25519", rows[i].key, rows[i].options);
		sign(rows[i].key, 1, &sig);
		assert_int_equal(judge(rw_buf_str(&sig), &r), rows[i].want);
		if (rows[i].detail != NULL)
			assert_non_null(strstr(r.detail, rows[i].detail));
		if (rows[i].want == RW_SIG_GOOD)
			assert_int_equal(r.key->owner, rows[i].owner);
		assert_int_equal(oracle(rw_buf_str(&sig), "alice", "20260101000000Z"), rows[i].theirs);
		assert_int_equal((rows[i].want == RW_SIG_GOOD) == rows[i].theirs, rows[i].why == NULL);
	}
}

static void
test_pin_kept(void **state)
{
	static const char *const options[] = { "-n", "alice", "-O", "verify-required", NULL };
	rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
	struct rw_sig_result r;

	(void)state;
	if (dir == NULL)
		skip();
	certify("ca-ed25519", "sk-ecdsa", options);
	sign("sk-ecdsa", SK_TOUCHED | SK_VERIFIED, &sig);
	assert_int_equal(judge(rw_buf_str(&sig), &r), RW_SIG_GOOD);
}

static void
test_validity(void **state)
{
	static const struct {
		const char *name, *validity;
		rw_time at;
		const char *their_time;
		bool want;
	} rows[] = {
		{ "for ever", "always:forever", 0, "20200101000000Z", true },
		{ "for ever, late", "always:forever", NOW + 90000 * DAY, "22720101000000Z", true },
		{ "first moment", "20260101000000Z:20260102000000Z", NOW, "20260101000000Z", true },
		{ "before it", "20260101000000Z:20260102000000Z", NOW - 1, "20251231235959Z", false },
		{ "last moment", "20260101000000Z:20260102000000Z", NOW + DAY - 1, "20260101235959Z", true },
		{ "end is exclusive", "20260101000000Z:20260102000000Z", NOW + DAY, "20260102000000Z", false },
		{ "from now on", "20260101000000Z:forever", NOW + 9000 * DAY, "20500101000000Z", true },
		{ "until now", "always:20260101000000Z", NOW, "20260101000000Z", false },
	};

	(void)state;
	if (dir == NULL)
		skip();
	/* The time zone is not given in the -V of this ssh-keygen: it takes the process's. */
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
		const char *options[] = { "-n", "alice", "-V", rows[i].validity, NULL };
		char *validity = rw_arena_strdup(arena, rows[i].validity), *to = validity;
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		for (const char *p = rows[i].validity; *p != '\0'; p++)
			if (*p != 'Z')
				*to++ = *p;
		*to = '\0';
		options[3] = validity;
		certify("ca-ecdsa", "ed25519", options);
		sign("ed25519", 1, &sig);
		assert_int_equal(judge(rw_buf_str(&sig), &r), RW_SIG_GOOD);
		assert_int_equal(rw_sig_valid_at(&r, rows[i].at), rows[i].want);
		assert_int_equal(oracle(rw_buf_str(&sig), "alice", rows[i].their_time), rows[i].want);
	}
}

/* The line of the policy has a validity of its own; both must hold. */
static void
test_line_validity(void **state)
{
	static const struct rw_str alice = { "alice", 5 };
	static const char *const options[] = { "-n", "alice", NULL };
	rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
	struct rw_keyring *k = rw_keyring_new(arena);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *ignored;
	struct rw_key line = ca[0];
	struct rw_sig_result r;

	(void)state;
	if (dir == NULL)
		skip();
	line.since = NOW;
	line.until = NOW + DAY;
	assert_true(rw_keyring_add_ca(k, &line, &alice, 1, &ignored, &err));
	assert_true(rw_keyring_seal(k, &err));
	certify("ca-ed25519", "ed25519", options);
	sign("ed25519", 1, &sig);
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &r);
	assert_int_equal(r.state, RW_SIG_GOOD);
	assert_false(rw_sig_valid_at(&r, NOW - 1));
	assert_true(rw_sig_valid_at(&r, NOW));
	assert_false(rw_sig_valid_at(&r, NOW + DAY));
}

/* What a plain key may, its certificate may not, and the other way round. */
static void
test_apart(void **state)
{
	static const char *const options[] = { "-n", "alice", NULL };
	rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536), plain = RW_BUF_INIT(65536), by_ca = RW_BUF_INIT(65536);
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);
	struct rw_keyring *k = rw_keyring_new(arena);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key = { .type = RW_KEY_NONE };
	struct rw_sig_result r;

	(void)state;
	if (dir == NULL)
		skip();
	certify("ca-ed25519", "ed25519", options);
	sign("ed25519", 1, &sig);
	ssh_sign(dir, "ed25519", "git", NULL, PAYLOAD, &plain);
	ssh_sign(dir, "ca-ed25519", "git", NULL, PAYLOAD, &by_ca);
	print_message("# a plain key that has a certificate\n");
	assert_int_equal(judge(rw_buf_str(&plain), &r), RW_SIG_UNKNOWN_KEY);
	print_message("# the CA itself\n");
	assert_int_equal(judge(rw_buf_str(&by_ca), &r), RW_SIG_UNKNOWN_KEY);
	assert_false(oracle(rw_buf_str(&by_ca), "alice", "20260101000000Z"));
	print_message("# a certificate where only the plain key is trusted\n");
	ssh_key_line(dir, "ed25519", &line);
	assert_true(rw_key_parse(arena, rw_buf_str(&line), &key, &err));
	assert_true(rw_keyring_add(k, &key, &err));
	assert_true(rw_keyring_seal(k, &err));
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &r);
	assert_int_equal(r.state, RW_SIG_CERT_CA);
}

static void
test_sha1_ca(void **state)
{
	static const char *const options[] = { "-t", "ssh-rsa", "-n", "alice", NULL };
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384), blob = RW_BUF_INIT(16384);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_cert c;
	char *base64;

	(void)state;
	if (dir == NULL)
		skip();
	certify("ca-rsa", "ed25519", options);
	cert_line("ed25519", &line);
	base64 = strchr(line.data, ' ') + 1;
	base64[strcspn(base64, " ")] = '\0';
	assert_true(rw_base64_decode(&blob, rw_str(base64)));
	assert_false(rw_cert_read(rw_buf_str(&blob), &c, &err));
	assert_int_equal(err.code, RW_E_UNSUPPORTED);
	assert_non_null(strstr(err.msg, "SHA-1"));
}

static void
blob_of(const char *key, struct rw_buf *blob)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384);
	char *base64;

	cert_line(key, &line);
	base64 = strchr(line.data, ' ') + 1;
	base64[strcspn(base64, " ")] = '\0';
	assert_true(rw_base64_decode(blob, rw_str(base64)));
}

/* Each bit of a certificate is signed by its CA or makes it malformed; each prefix is malformed. */
static void
test_mutilated(void **state)
{
	static const char *const options[] = { "-n", "alice", NULL };
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(16384);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_sig_result r = { .state = RW_SIG_REFUSED };
	struct rw_cert c;

	(void)state;
	if (dir == NULL)
		skip();
	certify("ca-ed25519", "ed25519", options);
	blob_of("ed25519", &blob);
	assert_true(rw_cert_read(rw_buf_str(&blob), &c, &err));
	assert_non_null(rw_cert_judge(keyring, &c, &r));
	assert_non_null(rw_cert_judge(keyring, &c, &r));	/* remembered; what follows differs from it by a bit */
	for (size_t i = 0; i < blob.len * 8; i++) {
		blob.data[i / 8] = (char)((unsigned char)blob.data[i / 8] ^ (1u << i % 8));
		assert_false(rw_cert_read(rw_buf_str(&blob), &c, &err) && rw_cert_judge(keyring, &c, &r) != NULL);
		blob.data[i / 8] = (char)((unsigned char)blob.data[i / 8] ^ (1u << i % 8));
	}
	for (size_t n = 0; n < blob.len; n++)
		assert_false(rw_cert_read((struct rw_str){ blob.data, n }, &c, &err));
	rw_buf_putc(&blob, 'x');
	assert_false(rw_cert_read(rw_buf_str(&blob), &c, &err));
	assert_non_null(strstr(err.msg, "left over"));
}

static void
test_limits(void **state)
{
	(void)state;
	if (dir == NULL)
		skip();
	for (size_t n = RW_LIMIT_CERT_PRINCIPALS; n <= RW_LIMIT_CERT_PRINCIPALS + 1; n++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(16384), made = RW_BUF_INIT(32768), list = RW_BUF_INIT(16384);
		static const char *const options[] = { "-n", "alice", NULL };
		struct rw_error err = RW_ERROR_INIT;
		struct rw_cert c;
		const char *before;

		print_message("# %zu principals\n", n);
		certify("ca-ed25519", "ed25519", options);
		blob_of("ed25519", &blob);
		assert_true(rw_cert_read(rw_buf_str(&blob), &c, &err));
		for (size_t i = 0; i < n; i++)
			rw_buf_put_string32(&list, RW_STR_LIT("p"));
		before = c.principals.p - 4;
		rw_buf_put(&made, blob.data, (size_t)(before - blob.data));
		rw_buf_put_string32(&made, rw_buf_str(&list));
		rw_buf_put(&made, c.principals.p + c.principals.n,
		    (size_t)(blob.data + blob.len - c.principals.p - c.principals.n));
		assert_int_equal(rw_cert_read(rw_buf_str(&made), &c, &err), n == RW_LIMIT_CERT_PRINCIPALS);
		if (n > RW_LIMIT_CERT_PRINCIPALS)
			assert_int_equal(err.code, RW_E_LIMIT);
	}
}

/* Times that no clock shows. */
static void
test_times(void **state)
{
	static const struct {
		const char *name;
		uint64_t after, before;
		bool now;
	} rows[] = {
		{ "ever", 0, UINT64_MAX, true },
		{ "never yet", UINT64_MAX, UINT64_MAX, false },
		{ "beyond what we count", 0, (uint64_t)INT64_MAX / 1000 + 1, true },
		{ "from beyond what we count", (uint64_t)INT64_MAX / 1000 + 1, UINT64_MAX, false },
		{ "nothing", 0, 0, false },
		{ "turned about", (uint64_t)NOW / 1000 + 1, (uint64_t)NOW / 1000, false },
	};
	static const struct rw_key line = { .since = RW_TIME_NONE, .until = RW_TIME_NONE };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_cert c = { .after = rows[i].after, .before = rows[i].before };
		struct rw_sig_result r = { .state = RW_SIG_GOOD, .key = &line, .certificate = true };

		print_message("# %s\n", rows[i].name);
		r.cert_since = rw_cert_since(&c);
		r.cert_until = rw_cert_until(&c);
		assert_int_equal(rw_sig_valid_at(&r, NOW), rows[i].now);
	}
}

/* A key of small order in a certificate is not given to the cryptography, even if the CA vouches for it. */
static void
test_weak_key(void **state)
{
	static const char *const options[] = { "-n", "alice", NULL };
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(16384);
	struct rw_sig_result r = { .state = RW_SIG_REFUSED };
	struct rw_error err = RW_ERROR_INIT;
	uint8_t sig[64];
	struct rw_keyring *k = rw_keyring_new(arena);
	static const struct rw_str alice = { "alice", 5 };
	rw_auto_buf struct rw_buf made = RW_BUF_INIT(16384), pub = RW_BUF_INIT(4096), inner = RW_BUF_INIT(256);
	rw_auto_buf struct rw_buf plain = RW_BUF_INIT(256), sk = RW_BUF_INIT(4096);
	struct rw_key key = { .type = RW_KEY_ED25519, .since = RW_TIME_NONE, .until = RW_TIME_NONE };
	const struct rw_key *ignored;
	struct rw_key_parts parts;
	char *base64;
	struct rw_cert c;

	(void)state;
	if (dir == NULL)
		skip();
	/* The point of a software security key, as a plain Ed25519 CA of our own. */
	ssh_key_line(dir, "sk-ed25519", &pub);
	base64 = strchr(pub.data, ' ') + 1;
	base64[strcspn(base64, " ")] = '\0';
	assert_true(rw_base64_decode(&sk, rw_str(base64)));
	assert_true(rw_key_parts_read(rw_buf_str(&sk), &parts, &err));
	rw_buf_put_string32(&plain, RW_STR_LIT("ssh-ed25519"));
	rw_buf_put_string32(&plain, parts.point);
	key.blob = rw_buf_str(&plain);
	assert_true(rw_keyring_add_ca(k, &key, &alice, 1, &ignored, &err));
	assert_true(rw_keyring_seal(k, &err));
	certify("ca-ed25519", "ed25519", options);
	blob_of("ed25519", &blob);
	assert_true(rw_cert_read(rw_buf_str(&blob), &c, &err));
	for (int weak = 0; weak < 2; weak++) {
		if (weak)
			memset((char *)(uintptr_t)c.key.point.p, 0, 32);
		rw_buf_clear(&made);
		rw_buf_put(&made, blob.data, (size_t)(c.ca_blob.p - 4 - blob.data));
		rw_buf_put_string32(&made, rw_buf_str(&plain));
		assert_true(sk_sign_raw(path("sk-ed25519", ""), rw_buf_str(&made), sig, &err));
		rw_buf_clear(&inner);
		rw_buf_put_string32(&inner, RW_STR_LIT("ssh-ed25519"));
		rw_buf_put_string32(&inner, (struct rw_str){ (const char *)sig, sizeof(sig) });
		rw_buf_put_string32(&made, rw_buf_str(&inner));
		{
			struct rw_cert own;

			assert_true(rw_cert_read(rw_buf_str(&made), &own, &err));
			assert_int_equal(rw_cert_judge(k, &own, &r) != NULL, !weak);
			if (weak) {
				assert_int_equal(r.state, RW_SIG_CERT_BAD);
				assert_non_null(strstr(r.detail, "small order"));
			}
		}
	}
}

/* Published certificates are read; none has a CA of ours. */
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
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(65536), blob = RW_BUF_INIT(65536);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_cert c;
		char *base64;
		bool read;

		if (!rw_str_has_suffix(rw_str(e->d_name), "-cert.pub"))
			continue;
		print_message("# %s\n", e->d_name);
		assert_true(rw_file_read(dirfd(d), e->d_name, &line, &err));
		base64 = strchr(line.data, ' ') + 1;
		base64[strcspn(base64, " \n")] = '\0';
		assert_true(rw_base64_decode(&blob, rw_str(base64)));
		read = rw_cert_read(rw_buf_str(&blob), &c, &err);
		print_message("#   %s\n", read ? "read" : err.msg);
		if (strstr(e->d_name, "mldsa") != NULL || strstr(e->d_name, "sha1") != NULL) {
			assert_false(read);
			assert_int_equal(err.code, RW_E_UNSUPPORTED);
		} else {
			assert_true(read);
			assert_true(rw_ssh_value_verify(rw_crypto_default(), &c.ca, &c.sig, c.signed_part) ||
			    !rw_key_parts_check(rw_crypto_default(), &c.ca, &err));
		}
		seen++;
	}
	closedir(d);
	assert_true(seen >= 6);
}

/* One principal of one CA cannot be two people's. */
static void
test_shared_principal(void **state)
{
	static const struct rw_str both[] = { { "bob", 3 }, { "alice", 5 } };
	struct rw_keyring *k = rw_keyring_new(arena);
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_key *ignored;

	(void)state;
	if (dir == NULL)
		skip();
	assert_true(rw_keyring_add_ca(k, &ca[0], &both[1], 1, &ignored, &err));
	assert_true(rw_keyring_add_ca(k, &ca[1], both, 2, &ignored, &err));
	assert_true(rw_keyring_add_ca(k, &ca[0], both, 2, &ignored, &err));
	assert_false(rw_keyring_seal(k, &err));
	assert_int_equal(err.code, RW_E_EXISTS);
	assert_false(rw_keyring_add_ca(k, &ca[0], both, 0, &ignored, &err));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types), cmocka_unit_test(test_properties), cmocka_unit_test(test_pin_kept),
		cmocka_unit_test(test_validity), cmocka_unit_test(test_line_validity), cmocka_unit_test(test_apart),
		cmocka_unit_test(test_sha1_ca), cmocka_unit_test(test_mutilated), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_times), cmocka_unit_test(test_weak_key), cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_shared_principal),
	};

	return cmocka_run_group_tests_name("sshcert", tests, setup, teardown);
}
