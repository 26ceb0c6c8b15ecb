/* test_sig_memo.c: what is known of a signature spares the arithmetic, and nothing else. A back end counts how often it is asked. */
#include "tests/unit/unit.h"
#include "policy/signature/keyring.h"
#include "refwall/hash.h"
#include "refwall/signature.h"
#include "tests/unit/sk_tool.h"
#include "tests/unit/ssh_tool.h"

#define PAYLOAD RW_STR_LIT("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nmessage\n")

static const struct { const char *name, *type, *bits; } kinds[] = {
	{ "ed25519", "ed25519", NULL }, { "ecdsa", "ecdsa", "256" }, { "rsa", "rsa", "2048" }, { "sk", NULL, NULL },
};
#define N RW_ARRAY_LEN(kinds)

static char *dir;
static struct rw_buf line[N], armour[N];
static unsigned asked;

static bool
count_ed25519(const uint8_t *key, struct rw_str msg, const uint8_t *sig)
{
	asked++;
	return rw_crypto_default()->ed25519(key, msg, sig);
}

static bool
count_ecdsa(const struct rw_curve *c, const uint8_t *x, const uint8_t *y, enum rw_hash_alg alg,
    const uint8_t *digest, const uint8_t *r, const uint8_t *s)
{
	asked++;
	return rw_crypto_default()->ecdsa(c, x, y, alg, digest, r, s);
}

static bool
count_rsa(struct rw_str n, struct rw_str e, enum rw_hash_alg alg, const uint8_t *digest, struct rw_str s)
{
	asked++;
	return rw_crypto_default()->rsa(n, e, alg, digest, s);
}

static int
setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	char file[4096];

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	dir = ssh_dir_make();
	for (size_t i = 0; i < N; i++) {
		line[i] = armour[i] = (struct rw_buf)RW_BUF_INIT(65536);
		(void)snprintf(file, sizeof(file), "%s/%s", dir, kinds[i].name);
		if (kinds[i].type != NULL)
			ssh_key_make(dir, kinds[i].name, kinds[i].type, kinds[i].bits);
		else if (!sk_generate(file, false, &err))
			return -1;
		ssh_key_line(dir, kinds[i].name, &line[i]);
		if (kinds[i].type != NULL)
			ssh_sign(dir, kinds[i].name, "git", NULL, PAYLOAD, &armour[i]);
		else if (!sk_sign(file, rw_buf_str(&line[i]), "git", SK_TOUCHED, 7, PAYLOAD, &armour[i], &err))
			return -1;
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		rw_buf_release(&line[i]);
		rw_buf_release(&armour[i]);
	}
	ssh_dir_remove(dir);
	return 0;
}

/* The kinds whose bit is set, from the first to the last or the other way; revoked: of this list. */
static struct rw_keyring *
ring(struct rw_arena *a, unsigned which, bool backwards, const struct rw_revocations *revoked)
{
	struct rw_crypto *c = rw_arena_alloc(a, sizeof(*c));
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key key;

	assert_non_null(c);
	*c = *rw_crypto_default();
	c->ed25519 = count_ed25519;
	c->ecdsa = count_ecdsa;
	c->rsa = count_rsa;
	rw_keyring_set_crypto(k, c);
	for (size_t j = 0; j < N; j++) {
		size_t i = backwards ? N - 1 - j : j;

		if ((which >> i & 1) == 0)
			continue;
		assert_true(rw_key_parse(a, rw_buf_str(&line[i]), &key, &err));
		key.since = key.until = RW_TIME_NONE;
		key.owner = (uint32_t)i;
		assert_true(rw_keyring_add(k, &key, &err));
	}
	if (revoked != NULL)
		rw_keyring_revoke(k, revoked);
	assert_true(rw_keyring_seal(k, &err));
	return k;
}

/* State of the signature of kind i; how often the back end was asked goes to ret. */
static struct rw_sig_result
verify(const struct rw_keyring *k, size_t i, struct rw_str payload, struct rw_sig_memo *m, unsigned *ret)
{
	struct rw_sig_job job = { .payload = payload, .armour = rw_buf_str(&armour[i]), .memo = m };
	struct rw_error err = RW_ERROR_INIT;

	asked = 0;
	assert_true(rw_signature_verify_all(k, &job, 1, 1, &err));
	*ret = asked;
	return job.result;
}

static void
what_is_known_is_not_computed(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	struct rw_keyring *k = ring(a, 0xf, false, NULL);
	struct rw_sig_result first, second;
	unsigned n;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct rw_sig_memo m = { .known = false };

		print_message("# %s\n", kinds[i].name);
		first = verify(k, i, PAYLOAD, NULL, &n);
		assert_int_equal(first.state, RW_SIG_GOOD);
		assert_int_equal(n, 1);
		first = verify(k, i, PAYLOAD, &m, &n);
		assert_int_equal(first.state, RW_SIG_GOOD);
		assert_int_equal(n, 1);
		assert_false(m.known);
		m.known = true;
		second = verify(k, i, PAYLOAD, &m, &n);
		assert_int_equal(n, 0);
		assert_true(m.known);
		/* Everything that a rule reads is there again. */
		assert_int_equal(second.state, RW_SIG_GOOD);
		assert_ptr_equal(second.key, first.key);
		assert_string_equal(second.fingerprint, first.fingerprint);
		assert_int_equal(second.security_key, kinds[i].type == NULL);
		assert_int_equal(second.touched, first.touched);
		assert_int_equal(second.verified, first.verified);
		assert_int_equal(second.counter, kinds[i].type == NULL ? 7 : 0);
	}
}

/* A memo, however it came about, makes no key trusted, and no other key good. */
static void
nothing_else_is_spared(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	rw_auto_arena struct rw_arena *scratch = rw_arena_new(4u << 20);
	struct rw_revoking *l = rw_revocations_begin(scratch);
	struct rw_revocations revoked;
	struct rw_error err = RW_ERROR_INIT;
	struct rw_sig_memo good = { .known = false };
	struct rw_sig_result r;
	unsigned n;

	(void)state;
	assert_true(rw_revocations_read(l, rw_buf_str(&line[0]), &err));
	assert_true(rw_revocations_finish(l, a, &revoked, &err));
	r = verify(ring(a, 0xf, false, NULL), 0, PAYLOAD, &good, &n);
	assert_int_equal(r.state, RW_SIG_GOOD);
	good.known = true;
	const struct {
		const char *name;
		struct rw_keyring *k;
		struct rw_str payload;
		bool other;		/* the memo is of another key */
		enum rw_sig_state want;
		unsigned asked;
	} rows[] = {
		{ "the key is not trusted any more", ring(a, 0xe, false, NULL), PAYLOAD, false, RW_SIG_UNKNOWN_KEY, 0 },
		{ "it is revoked", ring(a, 0xf, false, &revoked), PAYLOAD, false, RW_SIG_REVOKED, 0 },
		{ "it was another key", ring(a, 0xf, false, NULL), PAYLOAD, true, RW_SIG_GOOD, 1 },
		{ "it was another key, and this did not sign", ring(a, 0xf, false, NULL), RW_STR_LIT("x"), true, RW_SIG_BAD, 1 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_sig_memo m = good;

		print_message("# %s\n", rows[i].name);
		m.key[0] ^= rows[i].other;
		r = verify(rows[i].k, 0, rows[i].payload, &m, &n);
		assert_int_equal(r.state, rows[i].want);
		assert_int_equal(n, rows[i].asked);
		assert_false(m.known);
		if (r.state == RW_SIG_GOOD)
			assert_memory_equal(m.key, good.key, sizeof(m.key));
	}
}

/* The name of what was signed changes with each byte of it, also when bytes go from one part to the other. */
static void
objects(void **state)
{
	static const struct { const char *payload, *armour; } rows[] = {
		{ "ab", "cd" }, { "a", "bcd" }, { "abc", "d" }, { "", "abcd" }, { "abcd", "" }, { "ab", "ce" }, { "bb", "cd" },
	};
	uint8_t digest[RW_ARRAY_LEN(rows)][32], again[32];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_sig_object(rw_str(rows[i].payload), rw_str(rows[i].armour), digest[i]);
		rw_sig_object(rw_str(rows[i].payload), rw_str(rows[i].armour), again);
		assert_memory_equal(digest[i], again, 32);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(digest[i], digest[k], 32);
	}
}

static void
sets_of_keys(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_keyring *with_ca = rw_keyring_new(a);
	const struct rw_str principal = RW_STR_LIT("alice");
	const struct rw_key *ignored;
	struct rw_key key;
	uint8_t all[32], other[32], dated[32];
	struct rw_keyring *k;

	(void)state;
	assert_true(rw_keyring_digest(ring(a, 0xf, false, NULL), all, &err));
	assert_true(rw_keyring_digest(ring(a, 0xf, true, NULL), other, &err));
	assert_memory_equal(all, other, 32);
	for (unsigned which = 0; which < 0xf; which++) {
		assert_true(rw_keyring_digest(ring(a, which, false, NULL), other, &err));
		assert_memory_not_equal(all, other, 32);
	}

	/* A CA is no key. */
	assert_true(rw_key_parse(a, rw_buf_str(&line[0]), &key, &err));
	key.since = key.until = RW_TIME_NONE;
	key.owner = 0;
	assert_true(rw_keyring_add_ca(with_ca, &key, &principal, 1, &ignored, &err));
	assert_true(rw_keyring_seal(with_ca, &err));
	assert_true(rw_keyring_digest(with_ca, all, &err));
	assert_true(rw_keyring_digest(ring(a, 1, false, NULL), other, &err));
	assert_memory_not_equal(all, other, 32);

	/* Times are judged each time, so they are no part of it. */
	key.until = 1;
	k = rw_keyring_new(a);
	assert_true(rw_keyring_add(k, &key, &err));
	assert_true(rw_keyring_seal(k, &err));
	assert_true(rw_keyring_digest(k, dated, &err));
	assert_memory_equal(dated, other, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_is_not_computed),
		cmocka_unit_test(nothing_else_is_spared),
		cmocka_unit_test(objects),
		cmocka_unit_test(sets_of_keys),
	};

	if (!ssh_tool_present())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
