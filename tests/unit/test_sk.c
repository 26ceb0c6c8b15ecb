/* test_sk.c: signatures of security keys, made in software; the real ssh-keygen -Y verify is the oracle. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/signature/keyring.h"
#include "policy/signature/sshsig.h"
#include "refwall/encoding.h"
#include "tests/unit/sk_tool.h"
#include "tests/unit/ssh_tool.h"

#define PAYLOAD RW_STR_LIT("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nmessage\n")

static const struct {
	const char *name;
	bool ecdsa;
	enum rw_key_type type;
} kinds[] = { { "sk-ed25519", false, RW_KEY_SK_ED25519 }, { "sk-ecdsa", true, RW_KEY_SK_ECDSA_P256 } };

static const struct rw_crypto *const backends[] = {
	&rw_crypto_gcrypt,
#ifdef HAVE_NETTLE
	&rw_crypto_nettle,
#endif
};

static char *dir;
static struct rw_arena *arena;
static char file[RW_ARRAY_LEN(kinds)][4096];
static struct rw_buf line[RW_ARRAY_LEN(kinds)];
static struct rw_key key[RW_ARRAY_LEN(kinds)];

static int
setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	arena = rw_arena_new(16u << 20);
	dir = ssh_dir_make();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		(void)snprintf(file[i], sizeof(file[i]), "%s/%s", dir, kinds[i].name);
		if (!sk_generate(file[i], kinds[i].ecdsa, &err))
			return -1;
		line[i] = (struct rw_buf)RW_BUF_INIT(8192);
		ssh_key_line(dir, kinds[i].name, &line[i]);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
		rw_buf_release(&line[i]);
	rw_arena_free(arena);
	ssh_dir_remove(dir);
	return 0;
}

static struct rw_keyring *
keyring_make(const struct rw_crypto *c)
{
	struct rw_keyring *k = rw_keyring_new(arena);
	struct rw_error err = RW_ERROR_INIT;

	rw_keyring_set_crypto(k, c);
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		assert_true(rw_key_parse(arena, rw_buf_str(&line[i]), &key[i], &err));
		assert_int_equal(key[i].type, kinds[i].type);
		key[i].owner = (uint32_t)i;
		assert_true(rw_keyring_add(k, &key[i], &err));
	}
	assert_true(rw_keyring_seal(k, &err));
	return k;
}

/* What ssh-keygen says of a signature by kind i. */
static bool
oracle(size_t i, const char *ns, struct rw_str armour)
{
	rw_auto_buf struct rw_buf signers = RW_BUF_INIT(65536);
	struct rw_error err = RW_ERROR_INIT;
	char signers_file[4200], sig_file[4200], payload[4200], command[16384];
	int status;

	(void)snprintf(signers_file, sizeof(signers_file), "%s/signers", dir);
	(void)snprintf(sig_file, sizeof(sig_file), "%s/sig", dir);
	(void)snprintf(payload, sizeof(payload), "%s/payload", dir);
	rw_buf_puts(&signers, "alice ");
	rw_buf_put_str(&signers, rw_buf_str(&line[i]));
	assert_true(rw_file_write(signers_file, rw_buf_str(&signers), 0600, false, &err));
	assert_true(rw_file_write(sig_file, armour, 0600, false, &err));
	assert_true(rw_file_write(payload, PAYLOAD, 0600, false, &err));
	(void)snprintf(command, sizeof(command), "exec ssh-keygen -Y verify -f %s -I alice -n %s -s %s <%s >/dev/null 2>&1",
	    signers_file, ns, sig_file, payload);
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

static void
test_flags(void **state)
{
	static const struct {
		const char *name;
		uint8_t flags;
		uint32_t counter;
		bool touched, verified;
	} rows[] = {
		{ "touched", 0x01, 7, true, false },
		{ "nothing", 0x00, 7, false, false },
		{ "PIN only", 0x04, 1, false, true },
		{ "touched and PIN", 0x05, 0, true, true },
		{ "with flags of no meaning here", 0xc1, 7, true, false },
		{ "last counter", 0x01, UINT32_MAX, true, false },
	};
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	for (size_t b = 0; b < RW_ARRAY_LEN(backends); b++) {
		struct rw_keyring *k = keyring_make(backends[b]);

		for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
			for (size_t r = 0; r < RW_ARRAY_LEN(rows); r++) {
				rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
				struct rw_sig_result got;

				print_message("# %s, %s, %s\n", backends[b]->name, kinds[i].name, rows[r].name);
				if (!sk_sign(file[i], rw_buf_str(&line[i]), "git", rows[r].flags, rows[r].counter, PAYLOAD,
					&sig, &err))
					fail_msg("%s", err.msg);
				rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &got);
				assert_string_equal(got.detail, "");
				assert_int_equal(got.state, RW_SIG_GOOD);
				assert_int_equal(got.key->owner, i);
				assert_true(got.security_key);
				assert_int_equal(got.touched, rows[r].touched);
				assert_int_equal(got.verified, rows[r].verified);
				assert_int_equal(got.counter, rows[r].counter);
				rw_signature_verify(k, RW_STR_LIT("other"), rw_buf_str(&sig), &got);
				assert_int_equal(got.state, RW_SIG_BAD);
				assert_false(got.touched || got.verified || got.security_key);
				/* It looks at no flags, so it agrees with us when no rule demands them. */
				if (b == 0 && ssh_tool_present()) {
					assert_true(oracle(i, "git", rw_buf_str(&sig)));
					assert_false(oracle(i, "file", rw_buf_str(&sig)));
				}
			}
	}
}

/* Every bit of the signature is signed, or makes it malformed: flags and counter above all. */
static void
test_flipped(void **state)
{
	static const char begin[] = RW_SSHSIG_BEGIN "\n", end[] = "-----END SSH SIGNATURE-----\n";
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536), blob = RW_BUF_INIT(65536);
		struct rw_keyring *k = keyring_make(rw_crypto_default());

		print_message("# %s\n", kinds[i].name);
		assert_true(sk_sign(file[i], rw_buf_str(&line[i]), "git", 1, 77, PAYLOAD, &sig, &err));
		assert_true(rw_base64_decode_lines(&blob, (struct rw_str){ sig.data + strlen(begin),
		    sig.len - strlen(begin) - strlen(end) }));
		/* The last five bytes are flags and counter. */
		for (size_t at = 0; at < blob.len; at++)
			for (unsigned bit = 0; bit < 8; bit += at + 8 >= blob.len ? 1 : 5) {
				rw_auto_buf struct rw_buf armour = RW_BUF_INIT(65536);
				struct rw_sig_result got;

				blob.data[at] = (char)((unsigned char)blob.data[at] ^ (1u << bit));
				rw_buf_puts(&armour, begin);
				rw_base64_encode(&armour, rw_buf_str(&blob));
				rw_buf_puts(&armour, "\n");
				rw_buf_puts(&armour, end);
				rw_signature_verify(k, PAYLOAD, rw_buf_str(&armour), &got);
				assert_int_not_equal(got.state, RW_SIG_GOOD);
				blob.data[at] = (char)((unsigned char)blob.data[at] ^ (1u << bit));
			}
	}
}

/* A signature of one type under the other's key, a plain key's under a security key's, and so on. */
static void
test_crossed(void **state)
{
	struct rw_keyring *k = keyring_make(rw_crypto_default());
	rw_auto_buf struct rw_buf sig = RW_BUF_INIT(65536);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_sig_result got;

	(void)state;
	assert_true(sk_sign(file[0], rw_buf_str(&line[1]), "git", 1, 1, PAYLOAD, &sig, &err));
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &got);
	assert_int_equal(got.state, RW_SIG_MALFORMED);
	rw_buf_clear(&sig);
	assert_true(sk_sign(file[1], rw_buf_str(&line[0]), "git", 1, 1, PAYLOAD, &sig, &err));
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &got);
	assert_int_equal(got.state, RW_SIG_MALFORMED);
	rw_buf_clear(&sig);
	assert_true(sk_sign(file[0], rw_buf_str(&line[0]), "file", 1, 1, PAYLOAD, &sig, &err));
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&sig), &got);
	assert_int_equal(got.state, RW_SIG_NAMESPACE);
}

/* Another application is another key, and the keys inside are checked as plain ones are. */
static void
test_keys(void **state)
{
	static const struct {
		const char *name;
		const char *application;
		size_t n;			/* of the application */
		unsigned char point;		/* all 32 bytes */
		const char *behind;
		enum rw_error_code want;
		const char *message;
	} rows[] = {
		{ "no application", "", 0, 0x42, "", RW_E_NONE, NULL },
		{ "small order", "ssh:", 4, 0x00, "", RW_E_PARSE, "small order" },
		{ "not canonical", "ssh:", 4, 0xff, "", RW_E_PARSE, "canonical" },
		{ "left over", "ssh:", 4, 0x42, "x", RW_E_PARSE, "left over" },
		{ "application cut", NULL, 4, 0x42, "", RW_E_PARSE, "cut short" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(1024), text = RW_BUF_INIT(1024);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_key_parts parts;
		char point[32];

		print_message("# %s\n", rows[i].name);
		memset(point, rows[i].point, sizeof(point));
		rw_buf_put_string32(&blob, RW_STR_LIT("sk-ssh-ed25519@openssh.com"));
		rw_buf_put_string32(&blob, (struct rw_str){ point, sizeof(point) });
		if (rows[i].application != NULL)
			rw_buf_put_string32(&blob, (struct rw_str){ rows[i].application, rows[i].n });
		rw_buf_puts(&blob, rows[i].behind);
		if (rows[i].want == RW_E_NONE) {
			assert_true(rw_key_parts_read(rw_buf_str(&blob), &parts, &err));
			assert_int_equal(parts.application.n, rows[i].n);
			continue;
		}
		assert_false(rw_key_parts_read(rw_buf_str(&blob), &parts, &err) &&
		    rw_key_parts_check(rw_crypto_default(), &parts, &err));
		assert_int_equal(err.code, rows[i].want);
		assert_non_null(strstr(err.msg, rows[i].message));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags), cmocka_unit_test(test_flipped), cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests_name("sk", tests, setup, teardown);
}
