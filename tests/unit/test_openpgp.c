/* test_openpgp.c: certificates, key tables and signatures of OpenPGP, made packet by packet. */
#include "tests/unit/unit.h"
#include "tests/unit/pgp_make.h"
#include "policy/signature/openpgp.h"
#include "refwall/encoding.h"

#define BORN 1700000000u
#define DAY 86400u
#define NOW ((rw_time)(BORN + 100 * DAY) * 1000)
#define PAYLOAD RW_STR_LIT("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\none\n")

static struct pgp_key alice, sub, mallory;

/* ---- certificates ---- */

/* One signature of a certificate; zero: the usual. */
struct say {
	uint8_t type;			/* 0: none of it */
	const struct pgp_key *by;	/* NULL: alice */
	uint32_t made;			/* days after birth */
	int flags;			/* -1: none */
	uint32_t key_days, sig_days;
	uint8_t hash;
	int reason;			/* + 1; of a revocation */
	const struct pgp_key *back;	/* the back-signature's maker */
	uint8_t back_hash;
	bool critical, revoker, twice, bad;
};

static struct rw_str
area(struct rw_buf *b)
{
	return rw_buf_str(b);
}

/* Over the primary key, and what else its type covers. */
static void
put_say(struct rw_buf *cert, const struct say *s, const struct pgp_key *subkey)
{
	rw_auto_buf struct rw_buf hashed = RW_BUF_INIT(8192), key = RW_BUF_INIT(1024), other =
	    RW_BUF_INIT(1024),
	    sig = RW_BUF_INIT(8192);
	const struct pgp_key *by = s->by == NULL ? &alice : s->by;
	static const char uid[] = "\xb4\0\0\0\x19" "Alice <alice@example.com>";
	struct rw_str parts[2];
	size_t n = 1;
	char flags = (char)s->flags, reason[2] = { (char)(s->reason - 1), 0 };

	pgp_hashed_key(&alice, &key);
	parts[0] = rw_buf_str(&key);
	if (s->type == 0x18 || s->type == 0x28) {
		pgp_hashed_key(subkey, &other);
		parts[n++] = rw_buf_str(&other);
	} else if (s->type == 0x13 || s->type == 0x30) {
		parts[n++] = (struct rw_str){ uid, sizeof(uid) - 1 };
	}
	pgp_sub_u32(&hashed, 2, BORN + s->made * DAY);
	if (s->twice)
		pgp_sub_u32(&hashed, 2, BORN);
	pgp_sub_issuer(&hashed, by);
	if (s->flags >= 0)
		pgp_sub(&hashed, 27, (struct rw_str){ &flags, 1 });
	if (s->key_days > 0)
		pgp_sub_u32(&hashed, 9, s->key_days * DAY);
	if (s->sig_days > 0)
		pgp_sub_u32(&hashed, 3, s->sig_days * DAY);
	if (s->reason > 0)
		pgp_sub(&hashed, 29, (struct rw_str){ reason, 1 });
	if (s->critical)
		pgp_sub(&hashed, 0x80 | 99, RW_STR_LIT("x"));
	if (s->revoker)
		pgp_sub(&hashed, 12, RW_STR_LIT("\x80\x1b" "01234567890123456789"));
	if (s->back != NULL) {
		rw_auto_buf struct rw_buf in = RW_BUF_INIT(1024), back = RW_BUF_INIT(4096);

		pgp_sub_u32(&in, 2, BORN + s->made * DAY);
		pgp_sub_issuer(&in, s->back);
		pgp_sign(s->back, 0x19, s->back_hash == 0 ? PGP_SHA512 : s->back_hash, area(&in),
		    (struct rw_str){ NULL, 0 }, parts, n, &back);
		pgp_sub(&hashed, 32, rw_buf_str(&back));
	}
	pgp_sign(by, s->type, s->hash == 0 ? PGP_SHA512 : s->hash, area(&hashed), (struct rw_str){ NULL, 0 },
	    parts, n, &sig);
	if (s->bad)
		sig.data[sig.len - 1] ^= 1;
	pgp_packet(cert, RW_PGP_SIGNATURE, rw_buf_str(&sig));
}

static void
put_cert(struct rw_buf *cert, const struct say *direct, const struct say *uid, const struct pgp_key *subkey,
    const struct say *bind)
{
	pgp_packet(cert, RW_PGP_PUBLIC_KEY, rw_buf_str(&alice.body));
	for (size_t i = 0; i < 2; i++)
		if (direct[i].type != 0)
			put_say(cert, &direct[i], NULL);
	pgp_packet(cert, RW_PGP_USER_ID, RW_STR_LIT("Alice <alice@example.com>"));
	for (size_t i = 0; i < 3; i++)
		if (uid[i].type != 0)
			put_say(cert, &uid[i], NULL);
	if (bind[0].type == 0)
		return;
	pgp_packet(cert, RW_PGP_PUBLIC_SUBKEY, rw_buf_str(&subkey->body));
	for (size_t i = 0; i < 3; i++)
		if (bind[i].type != 0)
			put_say(cert, &bind[i], subkey);
}

static bool
import(struct rw_str cert, bool allow_sha1, struct rw_arena *a, struct rw_key_table *ret,
    struct rw_error *err)
{
	rw_auto_buf struct rw_buf table = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES), notes =
	    RW_BUF_INIT(1u << 16);
	struct rw_openpgp_file f = { "cert", cert };
	struct rw_openpgp_import how = { NOW, allow_sha1 };

	if (!rw_openpgp_import(&f, 1, &how, &table, &notes, err))
		return false;
	/* what is written can be read */
	assert_true(rw_key_table_read(a, rw_buf_str(&table), ret, err));
	return true;
}

#define UID(...) { { .type = 0x13, .flags = 3, __VA_ARGS__ } }
#define BACK(...) { { .type = 0x18, .flags = 2, __VA_ARGS__ } }
#define BIND(...) BACK(.back = &sub, __VA_ARGS__)
#define CERTIFY { { .type = 0x13, .flags = 1 } }
#define NO_END 0

static void
test_certificates(void **state)
{
	static const struct {
		const char *name;
		struct say direct[2], uid[3], bind[3];
		const char *error;		/* NULL: it is taken */
		size_t keys;
		uint32_t until;			/* days after birth, of the last key */
		enum rw_revocation revoked;
		bool sha1;
	} rows[] = {
		{ "plain", { { 0 } }, UID(), { { 0 } }, NULL, 1, NO_END, RW_REVOKED_NOT, false },
		{ "subkey", { { 0 } }, CERTIFY, BIND(), NULL, 1, NO_END, RW_REVOKED_NOT, false },
		{ "both sign", { { 0 } }, UID(), BIND(), NULL, 2, NO_END, RW_REVOKED_NOT, false },
		{ "no self-signature", { { 0 } }, { { 0 } }, { { 0 } }, "no valid self-signature", 0, 0, 0,
		    false },
		{ "self-signature by another", { { 0 } }, UID(.by = &mallory), { { 0 } },
		    "no valid self-signature", 0, 0, 0, false },
		{ "self-signature that does not verify", { { 0 } }, UID(.bad = true), { { 0 } },
		    "no valid self-signature", 0, 0, 0,
		    false },
		{ "self-signature of the future", { { 0 } }, UID(.made = 200), { { 0 } },
		    "no valid self-signature", 0, 0, 0, false },
		{ "self-signature that ended", { { 0 } }, UID(.sig_days = 5), { { 0 } },
		    "no valid self-signature", 0, 0, 0, false },
		{ "self-signature that will end", { { 0 } }, UID(.sig_days = 150), { { 0 } }, NULL, 1, 150,
		    RW_REVOKED_NOT, false },
		{ "self-signature with an unknown critical subpacket", { { 0 } }, UID(.critical = true),
		    { { 0 } },
		    "no valid self-signature", 0, 0, 0, false },
		{ "self-signature with two times", { { 0 } }, UID(.twice = true), { { 0 } },
		    "no valid self-signature", 0, 0, 0, false },
		{ "over SHA-1", { { 0 } }, UID(.hash = PGP_SHA1), { { 0 } }, "--allow-sha1", 0, 0, 0, false },
		{ "over SHA-1, taken", { { 0 } }, UID(.hash = PGP_SHA1), { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_NOT, true },
		{ "may not sign", { { 0 } }, CERTIFY, { { 0 } }, "no key that may sign", 0, 0, 0, false },
		{ "does not say what it is for", { { 0 } }, { { .type = 0x13, .flags = -1 } }, { { 0 } },
		    "no key that may sign", 0, 0, 0, false },
		{ "ends", { { 0 } }, UID(.key_days = 10), { { 0 } }, NULL, 1, 10, RW_REVOKED_NOT, false },
		{ "the newest says that it does not end", { { 0 } },
		    { { .type = 0x13, .flags = 3, .key_days = 10 }, { .type = 0x13, .flags = 3, .made =
		    1 } }, { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_NOT, false },
		{ "the newest stands first", { { 0 } },
		    { { .type = 0x13, .flags = 3, .made = 1, .key_days = 30 }, { .type = 0x13, .flags =
		    3 } }, { { 0 } }, NULL, 1, 30,
		    RW_REVOKED_NOT, false },
		{ "a newer one that does not verify", { { 0 } },
		    { { .type = 0x13, .flags = 3, .key_days = 10 }, { .type = 0x13, .flags = 3, .made = 1,
		    .bad = true } }, { { 0 } }, NULL,
		    1, 10, RW_REVOKED_NOT, false },
		{ "a direct signature without flags", { { .type = 0x1f, .made = 5, .flags = -1 } }, UID(),
		    { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_NOT, false },
		{ "a direct signature that ends it", { { .type = 0x1f, .made = 5, .flags = -1, .key_days =
		    20 } }, UID(), { { 0 } }, NULL,
		    1, 20, RW_REVOKED_NOT, false },
		{ "the user id is taken back", { { 0 } },
		    { { .type = 0x13, .flags = 3 }, { .type = 0x30, .flags = -1, .made = 1 } }, { { 0 } },
		    "no valid self-signature", 0, 0, 0,
		    false },
		{ "and given again", { { 0 } },
		    { { .type = 0x13, .flags = 3 }, { .type = 0x30, .flags = -1, .made = 1 }, { .type = 0x13,
		    .flags = 3, .made = 2 } },
		    { { 0 } }, NULL, 1, NO_END, RW_REVOKED_NOT, false },
		{ "revoked without a reason", { { .type = 0x20, .flags = -1, .made = 9 } }, UID(), { { 0 } },
		    NULL, 1, NO_END,
		    RW_REVOKED_HARD, false },
		{ "superseded", { { .type = 0x20, .flags = -1, .made = 9, .reason = 2 } }, UID(), { { 0 } },
		    NULL, 1, NO_END,
		    RW_REVOKED_SOFT, false },
		{ "compromised", { { .type = 0x20, .flags = -1, .made = 9, .reason = 3 } }, UID(), { { 0 } },
		    NULL, 1, NO_END,
		    RW_REVOKED_HARD, false },
		{ "retired", { { .type = 0x20, .flags = -1, .made = 9, .reason = 4 } }, UID(), { { 0 } },
		    NULL, 1, NO_END,
		    RW_REVOKED_SOFT, false },
		{ "for a reason that nobody knows", { { .type = 0x20, .flags = -1, .made = 9, .reason =
		    101 } }, UID(), { { 0 } }, NULL, 1,
		    NO_END, RW_REVOKED_HARD, false },
		{ "soft, then hard", { { .type = 0x20, .flags = -1, .made = 2, .reason = 2 },
		    { .type = 0x20, .flags = -1, .made = 9, .reason = 3 } }, UID(), { { 0 } }, NULL, 1,
		    NO_END, RW_REVOKED_HARD, false },
		{ "a newer self-signature does not undo it", { { .type = 0x20, .flags = -1, .made = 2,
		    .reason = 2 } }, UID(.made = 9),
		    { { 0 } }, NULL, 1, NO_END, RW_REVOKED_SOFT, false },
		{ "revoked over SHA-1 is revoked", { { .type = 0x20, .flags = -1, .hash = PGP_SHA1 } },
		    UID(), { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_HARD, false },
		{ "revoked in the future is revoked", { { .type = 0x20, .flags = -1, .made = 300 } }, UID(),
		    { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_HARD, false },
		{ "a revocation that does not verify", { { .type = 0x20, .flags = -1, .bad = true } }, UID(),
		    { { 0 } },
		    "does not verify", 0, 0, 0, false },
		{ "a revocation by somebody else", { { .type = 0x20, .flags = -1, .by = &mallory } }, UID(),
		    { { 0 } }, NULL, 1, NO_END,
		    RW_REVOKED_NOT, false },
		{ "a revocation that cannot be read", { { .type = 0x20, .flags = -1, .critical = true } },
		    UID(), { { 0 } },
		    "cannot be judged", 0, 0, 0, false },
		{ "a revocation by somebody who may", { { .type = 0x1f, .flags = -1, .revoker = true },
		    { .type = 0x20, .flags = -1, .by = &mallory } }, UID(), { { 0 } },
		    "may have been revoked", 0, 0, 0, false },
		{ "adopted subkey", { { 0 } }, CERTIFY, BACK(.back = NULL), "no key that may sign", 0, 0, 0,
		    false },
		{ "subkey signed back by another", { { 0 } }, CERTIFY, BACK(.back = &mallory),
		    "no key that may sign", 0, 0, 0, false },
		{ "subkey signed back over SHA-1", { { 0 } }, CERTIFY, BIND(.back_hash = PGP_SHA1),
		    "--allow-sha1", 0, 0, 0, false },
		{ "subkey bound by another", { { 0 } }, CERTIFY, BIND(.by = &mallory),
		    "no key that may sign", 0, 0, 0, false },
		{ "subkey that ends", { { 0 } }, CERTIFY, BIND(.key_days = 7), NULL, 1, 7, RW_REVOKED_NOT,
		    false },
		{ "subkey of a key that ends", { { 0 } }, { { .type = 0x13, .flags = 1, .key_days = 6 } },
		    BIND(.key_days = 7), NULL, 1, 6,
		    RW_REVOKED_NOT, false },
		{ "subkey of a revoked key", { { .type = 0x20, .flags = -1, .made = 9, .reason = 3 } },
		    CERTIFY, BIND(), NULL, 2, NO_END,
		    RW_REVOKED_HARD, false },
		{ "revoked subkey", { { 0 } }, UID(),
		    { { .type = 0x18, .flags = 2, .back = &sub }, { .type = 0x28, .flags = -1, .made = 3,
		    .reason = 2 } }, NULL, 2, NO_END,
		    RW_REVOKED_SOFT, false },
		{ "the newest binding does not sign", { { 0 } }, CERTIFY,
		    { { .type = 0x18, .flags = 2, .back = &sub }, { .type = 0x18, .flags = 4, .made = 3 } },
		    "no key that may sign", 0, 0, 0,
		    false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf cert = RW_BUF_INIT(1u << 16);
		struct rw_error err = RW_ERROR_INIT;
		const struct rw_key_openpgp *last;
		struct rw_key_table t;
		bool ok;

		print_message("# %s\n", rows[i].name);
		put_cert(&cert, rows[i].direct, rows[i].uid, &sub, rows[i].bind);
		ok = import(rw_buf_str(&cert), rows[i].sha1, a, &t, &err);
		if (!ok && rows[i].error == NULL)
			print_message("# %s\n", err.msg);
		assert_true(ok == (rows[i].error == NULL));
		if (!ok) {
			if (strstr(err.msg, rows[i].error) == NULL)
				fail_msg("%s", err.msg);
			continue;
		}
		assert_int_equal(t.n, rows[i].keys);
		last = t.row[t.n - 1].key.openpgp;
		assert_int_equal(last->until, rows[i].until == 0 ? RW_TIME_NONE :
		    (rw_time)(BORN + rows[i].until * DAY) * 1000);
		assert_int_equal(last->revoked, rows[i].revoked);
		assert_int_equal(last->created, (rw_time)BORN * 1000);
	}
}

static void
plain_cert(struct rw_buf *cert)
{
	static const struct say direct[2] = { { 0 } }, uid[3] = UID(), bind[3] = BIND();

	put_cert(cert, direct, uid, &sub, bind);
}

/* Every beginning of a certificate, and every byte changed: a refusal, or a table that can be read. */
static void
test_damage(void **state)
{
	rw_auto_buf struct rw_buf cert = RW_BUF_INIT(1u << 16);

	(void)state;
	plain_cert(&cert);
	for (size_t i = 0; i < 2 * cert.len; i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_autofree char *copy = malloc(cert.len);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_key_table t;
		size_t n = i < cert.len ? i : cert.len;

		assert_non_null(copy);
		memcpy(copy, cert.data, n);
		if (i >= cert.len)
			copy[i - cert.len] ^= 0x04;
		if (import((struct rw_str){ copy, n }, false, a, &t, &err))
			assert_true(t.n > 0);
		else
			assert_true(err.msg[0] != '\0');
	}
}

/* ---- tables ---- */

static void
test_tables(void **state)
{
	rw_auto_buf struct rw_buf cert = RW_BUF_INIT(1u << 16), table = RW_BUF_INIT(1u << 16), notes =
	    RW_BUF_INIT(1u << 16);
	struct rw_openpgp_import how = { NOW, false };
	struct rw_openpgp_file f = { "cert", { NULL, 0 } };
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	plain_cert(&cert);
	f.bytes = rw_buf_str(&cert);
	assert_true(rw_openpgp_import(&f, 1, &how, &table, &notes, &err));
	for (size_t i = 0; i < 2 * table.len; i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_autofree char *copy = malloc(table.len);
		struct rw_key_table t;
		size_t n = i < table.len ? i : table.len;

		assert_non_null(copy);
		memcpy(copy, table.data, n);
		if (i >= table.len)
			copy[i - table.len] ^= 0x01;
		assert_false(rw_key_table_read(a, (struct rw_str){ copy, n }, &t, &err));
	}
	/* the checksum alone is not what makes it right */
	{
		static const struct { const char *name, *from, *to; } rows[] = {
			{ "another fingerprint", "key primary ", "key primary 0" },
			{ "another role", "key subkey ", "key primary " },
			{ "another algorithm", " ed25519 ", " nistp256 " },
			{ "a state without a time", " good ", " retired " },
			{ "an unknown state", " good ", " fine " },
			{ "another version", "refwall-keys 1", "refwall-keys 2" },
			{ "no certificate", "cert ", "crt " },
		};

		for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
			rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
			rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
			const char *at = strstr(table.data, rows[i].from), *sum = strstr(table.data,
			    "sha256 ");
			struct rw_key_table t;

			print_message("# %s\n", rows[i].name);
			assert_non_null(at);
			rw_buf_put(&b, table.data, (size_t)(at - table.data));
			rw_buf_puts(&b, rows[i].to);
			rw_buf_put(&b, at + strlen(rows[i].from), (size_t)(sum - at) - strlen(rows[i].from));
			rw_key_table_end(&b, 0);
			assert_false(rw_key_table_read(a, rw_buf_str(&b), &t, &err));
		}
	}
}

/* ---- limits, at n and one more ---- */

static bool
import_ok(struct rw_str cert, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	struct rw_key_table t;

	*err = (struct rw_error)RW_ERROR_INIT;
	return import(cert, false, a, &t, err);
}

static void
test_limits(void **state)
{
	static const struct say direct[2] = { { 0 } }, uid[3] = UID(), none[3] = { { 0 } },
	    stranger = { .type = 0x13, .by = &mallory, .flags = 3 };
	struct rw_error err;

	(void)state;
	for (int more = 0; more < 2; more++) {
		rw_auto_buf struct rw_buf cert = RW_BUF_INIT(8u << 20), text = RW_BUF_INIT(8u << 20);

		print_message("# keys of a certificate\n");
		put_cert(&cert, direct, uid, &sub, none);
		for (int i = 1; i < RW_LIMIT_CERT_KEYS + more; i++)
			pgp_packet(&cert, RW_PGP_PUBLIC_SUBKEY, rw_buf_str(&sub.body));
		assert_true(import_ok(rw_buf_str(&cert), &err) == (more == 0));
		assert_int_equal(err.code, more == 0 ? RW_E_NONE : RW_E_LIMIT);

		print_message("# packets\n");
		rw_buf_clear(&cert);
		put_cert(&cert, direct, uid, &sub, none);
		for (int i = 3; i < RW_LIMIT_CERT_PACKETS + more; i++)
			pgp_packet(&cert, RW_PGP_TRUST, RW_STR_LIT("x"));
		assert_true(import_ok(rw_buf_str(&cert), &err) == (more == 0));
		assert_int_equal(err.code, more == 0 ? RW_E_NONE : RW_E_LIMIT);

		print_message("# bytes\n");
		rw_buf_clear(&cert);
		put_cert(&cert, direct, uid, &sub, none);
		while (cert.len < RW_LIMIT_CERT_BYTES + (size_t)more) {
			rw_autofree char *fill = calloc(1, 60000);
			size_t left = RW_LIMIT_CERT_BYTES + (size_t)more - cert.len;

			assert_non_null(fill);
			pgp_packet(&cert, RW_PGP_TRUST, (struct rw_str){ fill, left < 60000 ? left - 6 :
			    50000 });
		}
		assert_int_equal(cert.len, RW_LIMIT_CERT_BYTES + (size_t)more);
		assert_true(import_ok(rw_buf_str(&cert), &err) == (more == 0));
		assert_int_equal(err.code, more == 0 ? RW_E_NONE : RW_E_LIMIT);

		print_message("# keys of a table\n");
		rw_key_table_begin(&text);
		rw_key_table_cert(&text, alice.fingerprint, RW_STR_LIT("Alice"));
		for (int i = 0; i < RW_LIMIT_KEY_TABLE_KEYS + more; i++) {
			struct rw_key_openpgp k = { .created = (rw_time)BORN * 1000, .until = RW_TIME_NONE,
			    .revoked_at = RW_TIME_NONE };
			struct rw_key_parts parts;

			memcpy(k.fingerprint, alice.fingerprint, 20);
			memcpy(k.primary, alice.fingerprint, 20);
			assert_true(rw_pgp_key_read(rw_buf_str(&alice.body), &parts, &err));
			rw_key_table_key(&text, rw_buf_str(&alice.body), &parts, &k);
		}
		rw_key_table_end(&text, 0);
		{
			rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
			struct rw_key_table t;

			assert_true(rw_key_table_read(a, rw_buf_str(&text), &t, &err) == (more == 0));
			assert_int_equal(err.code, more == 0 ? RW_E_NONE : RW_E_LIMIT);
		}
	}
	/* signatures that say that alice made them cost a verification each */
	for (int more = 0; more < 2; more++) {
		rw_auto_buf struct rw_buf cert = RW_BUF_INIT(8u << 20), one = RW_BUF_INIT(8192);
		struct say bad = { .type = 0x13, .made = 1, .flags = 3, .bad = true };

		print_message("# signatures to verify\n");
		put_cert(&cert, direct, uid, &sub, none);
		put_say(&one, &bad, NULL);
		for (int i = 1; i < RW_LIMIT_CERT_SIGNATURES + more; i++)
			rw_buf_put_str(&cert, rw_buf_str(&one));
		assert_true(import_ok(rw_buf_str(&cert), &err) == (more == 0));
		assert_int_equal(err.code, more == 0 ? RW_E_NONE : RW_E_LIMIT);
		/* somebody else's cost nothing */
		rw_buf_clear(&cert);
		rw_buf_clear(&one);
		put_cert(&cert, direct, uid, &sub, none);
		put_say(&one, &stranger, NULL);
		for (int i = 0; i < RW_LIMIT_CERT_SIGNATURES + 10; i++)
			rw_buf_put_str(&cert, rw_buf_str(&one));
		assert_true(import_ok(rw_buf_str(&cert), &err));
	}
}

/* ---- signatures ---- */

static struct rw_keyring *
ring(struct rw_arena *a)
{
	rw_auto_buf struct rw_buf cert = RW_BUF_INIT(1u << 16);
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key_table t;

	plain_cert(&cert);
	assert_true(import(rw_buf_str(&cert), false, a, &t, &err));
	for (size_t i = 0; i < t.n; i++)
		assert_true(rw_keyring_add(k, &t.row[i].key, &err));
	assert_true(rw_keyring_seal(k, &err));
	return k;
}

enum where { NOWHERE, HASHED, UNHASHED };

struct sign_row {
	const char *name;
	const struct pgp_key *by;
	uint8_t type, hash;
	uint32_t made, ends;		/* days */
	enum where issuer, issuer_id, extra;
	uint8_t extra_type;
	bool no_time;
	enum rw_sig_state want;
	const char *detail;
};

static void
make(const struct sign_row *row, struct rw_buf *ret)
{
	rw_auto_buf struct rw_buf in = RW_BUF_INIT(1024), out = RW_BUF_INIT(1024);
	struct rw_str payload = PAYLOAD, id = { (const char *)row->by->fingerprint + 12, 8 };

	if (!row->no_time)
		pgp_sub_u32(&in, 2, BORN + row->made * DAY);
	if (row->ends > 0)
		pgp_sub_u32(&in, 3, row->ends * DAY);
	if (row->issuer != NOWHERE)
		pgp_sub_issuer(row->issuer == HASHED ? &in : &out, row->by);
	if (row->issuer_id != NOWHERE)
		pgp_sub(row->issuer_id == HASHED ? &in : &out, 16, id);
	if (row->extra != NOWHERE)
		pgp_sub(row->extra == HASHED ? &in : &out, row->extra_type, RW_STR_LIT("x"));
	pgp_sign(row->by, row->type, row->hash == 0 ? PGP_SHA512 : row->hash, rw_buf_str(&in),
	    rw_buf_str(&out), &payload, 1, ret);
}

static void
test_signatures(void **state)
{
	static const struct sign_row rows[] = {
		{ "by the primary key", &alice, 0, 0, 1, 0, HASHED, NOWHERE, NOWHERE, 0, false, RW_SIG_GOOD,
		    "" },
		{ "by the subkey", &sub, 0, 0, 1, 0, HASHED, UNHASHED, NOWHERE, 0, false, RW_SIG_GOOD, "" },
		{ "issuer as a hint", &sub, 0, 0, 1, 0, UNHASHED, NOWHERE, NOWHERE, 0, false, RW_SIG_GOOD,
		    "" },
		{ "key id as a hint", &sub, 0, 0, 1, 0, NOWHERE, UNHASHED, NOWHERE, 0, false, RW_SIG_GOOD,
		    "" },
		{ "no issuer", &sub, 0, 0, 1, 0, NOWHERE, NOWHERE, NOWHERE, 0, false, RW_SIG_MALFORMED,
		    "which key" },
		{ "a stranger", &mallory, 0, 0, 1, 0, HASHED, NOWHERE, NOWHERE, 0, false, RW_SIG_UNKNOWN_KEY,
		    "not a trusted one" },
		{ "no time", &alice, 0, 0, 0, 0, HASHED, NOWHERE, NOWHERE, 0, true, RW_SIG_MALFORMED,
		    "when it was made" },
		{ "older than its key", &alice, 0, 0, (uint32_t)-1, 0, HASHED, NOWHERE, NOWHERE, 0, false,
		    RW_SIG_BAD, "older than its key" },
		{ "over SHA-1", &alice, 0, PGP_SHA1, 1, 0, HASHED, NOWHERE, NOWHERE, 0, false,
		    RW_SIG_UNSUPPORTED, "SHA-1" },
		{ "text mode", &alice, 1, 0, 1, 0, HASHED, NOWHERE, NOWHERE, 0, false, RW_SIG_UNSUPPORTED,
		    "text-mode" },
		{ "a certification", &alice, 0x13, 0, 1, 0, HASHED, NOWHERE, NOWHERE, 0, false,
		    RW_SIG_UNSUPPORTED, "0x13" },
		{ "notation", &alice, 0, 0, 1, 0, HASHED, NOWHERE, HASHED, 20, false, RW_SIG_GOOD, "" },
		{ "critical notation", &alice, 0, 0, 1, 0, HASHED, NOWHERE, HASHED, 0x80 | 20, false,
		    RW_SIG_UNSUPPORTED, "critical" },
		{ "critical and unknown", &alice, 0, 0, 1, 0, HASHED, NOWHERE, HASHED, 0x80 | 100, false,
		    RW_SIG_UNSUPPORTED, "critical" },
		{ "issuer twice", &alice, 0, 0, 1, 0, HASHED, NOWHERE, HASHED, 33, false, RW_SIG_MALFORMED,
		    "twice" },
		{ "something outside", &alice, 0, 0, 1, 0, HASHED, NOWHERE, UNHASHED, 100, false,
		    RW_SIG_MALFORMED, "outside" },
		{ "a notation outside", &alice, 0, 0, 1, 0, HASHED, NOWHERE, UNHASHED, 20, false,
		    RW_SIG_MALFORMED, "outside" },
	};
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	const struct rw_keyring *k = ring(a);

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf body = RW_BUF_INIT(8192), packet = RW_BUF_INIT(8192), armour =
		    RW_BUF_INIT(16384);
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		make(&rows[i], &body);
		pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
		pgp_armour(rw_buf_str(&packet), "SIGNATURE", &armour);
		rw_signature_verify(k, PAYLOAD, rw_buf_str(&armour), &r);
		if (r.state != rows[i].want)
			fail_msg("%s: %s", rw_sig_state_name(r.state), r.detail);
		assert_non_null(strstr(r.detail, rows[i].detail));
		if (r.state != RW_SIG_GOOD)
			continue;
		assert_int_equal(r.made, (rw_time)(BORN + DAY) * 1000);
		rw_signature_verify(k, RW_STR_LIT("another"), rw_buf_str(&armour), &r);
		assert_int_equal(r.state, RW_SIG_BAD);
	}
}

/* Numbers are written without leading zeros; one signature in 64 has a short one. */
static void
test_short_numbers(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	const struct rw_keyring *k = ring(a);
	unsigned n_short = 0;

	(void)state;
	for (unsigned i = 0; i < 2000 && n_short < 3; i++) {
		rw_auto_buf struct rw_buf in = RW_BUF_INIT(1024), body = RW_BUF_INIT(8192), packet =
		    RW_BUF_INIT(8192),
		    armour = RW_BUF_INIT(16384);
		struct rw_str payload = { (const char *)&i, sizeof(i) };
		struct rw_error err = RW_ERROR_INIT;
		struct rw_sig_result r;
		struct rw_pgp_sig s;

		pgp_sub_u32(&in, 2, BORN);
		pgp_sub_issuer(&in, &sub);
		pgp_sign(&sub, 0, PGP_SHA512, rw_buf_str(&in), (struct rw_str){ NULL, 0 }, &payload, 1,
		    &body);
		assert_true(rw_pgp_sig_parse(rw_buf_str(&body), true, &s, &err));
		if (s.value[0].n == 32 && s.value[1].n == 32)
			continue;
		n_short++;
		pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
		pgp_armour(rw_buf_str(&packet), "SIGNATURE", &armour);
		rw_signature_verify(k, payload, rw_buf_str(&armour), &r);
		assert_int_equal(r.state, RW_SIG_GOOD);
	}
	assert_int_equal(n_short, 3);
}

/* What is known of a signature spares the arithmetic: a memo that was found is the only reason why this one is good. */
static void
test_memo(void **state)
{
	static const struct sign_row row = { .by = &sub, .made = 1, .issuer = HASHED };
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(8192), packet = RW_BUF_INIT(8192), armour =
	    RW_BUF_INIT(16384);
	const struct rw_keyring *k = ring(a);
	struct rw_sig_memo m = { .known = false };
	struct rw_sig_job job = { .payload = PAYLOAD, .memo = &m };
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	make(&row, &body);
	pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
	pgp_armour(rw_buf_str(&packet), "SIGNATURE", &armour);
	job.armour = rw_buf_str(&armour);
	assert_true(rw_signature_verify_all(k, &job, 1, 1, &err));
	assert_int_equal(job.result.state, RW_SIG_GOOD);
	assert_false(m.known);
	m.known = true;
	assert_true(rw_signature_verify_all(k, &job, 1, 1, &err));
	assert_int_equal(job.result.state, RW_SIG_GOOD);
	assert_int_equal(job.result.made, (rw_time)(BORN + DAY) * 1000);
	assert_true(m.known);
	job.payload = RW_STR_LIT("another");
	m.key[31] ^= 1;
	assert_true(rw_signature_verify_all(k, &job, 1, 1, &err));
	assert_int_equal(job.result.state, RW_SIG_BAD);
	assert_false(m.known);
}

/* Cut at each byte, changed at each byte: never good again. */
static void
test_signature_damage(void **state)
{
	static const struct sign_row row = { .by = &sub, .made = 1, .issuer = HASHED };
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(8192), packet = RW_BUF_INIT(8192), armour =
	    RW_BUF_INIT(16384);
	const struct rw_keyring *k = ring(a);
	struct rw_sig_result r;

	(void)state;
	make(&row, &body);
	pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
	for (size_t i = 0; i < packet.len; i++) {
		for (int change = 0; change < 2; change++) {
			rw_auto_buf struct rw_buf copy = RW_BUF_INIT(8192), text = RW_BUF_INIT(16384);

			rw_buf_put(&copy, packet.data, change != 0 ? packet.len : i);
			if (change != 0)
				copy.data[i] ^= 0x40;
			pgp_armour(rw_buf_str(&copy), "SIGNATURE", &text);
			rw_signature_verify(k, PAYLOAD, rw_buf_str(&text), &r);
			assert_int_not_equal(r.state, RW_SIG_GOOD);
			assert_true(r.detail[0] != '\0');
		}
	}
	pgp_armour(rw_buf_str(&packet), "SIGNATURE", &armour);
	for (size_t i = 0; i + 1 < armour.len; i++) {
		rw_signature_verify(k, PAYLOAD, (struct rw_str){ armour.data, i }, &r);
		assert_int_not_equal(r.state, RW_SIG_GOOD);
	}
	rw_buf_puts(&armour, "x");
	rw_signature_verify(k, PAYLOAD, rw_buf_str(&armour), &r);
	assert_int_equal(r.state, RW_SIG_MALFORMED);
}

static void
test_armour(void **state)
{
	static const struct { const char *name, *before, *after; bool good; } rows[] = {
		{ "plain", "\n", "\n", true },
		{ "headers", "Version: GnuPG v2\nComment: x: y\n\n", "\n", true },
		{ "empty header", "Comment:\n\n", "\n", true },
		{ "checksum", "\n", "\n=AAAA\n", true },
		{ "no empty line", "", "\n", false },
		{ "no header", "Hello\n\n", "\n", false },
		{ "space in the empty line", " \n", "\n", false },
		{ "CRLF", "\r\n", "\r\n", false },
		{ "two checksums", "\n", "\n=AAAA\n=AAAA\n", false },
		{ "checksum and more", "\n", "\n=AAAA\nAAAA\n", false },
		{ "empty line behind", "\n", "\n\n", false },
	};
	static const struct sign_row row = { .by = &alice, .made = 1, .issuer = HASHED };
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(8192), packet = RW_BUF_INIT(8192), base64 =
	    RW_BUF_INIT(8192);
	const struct rw_keyring *k = ring(a);

	(void)state;
	make(&row, &body);
	pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
	rw_base64_encode(&base64, rw_buf_str(&packet));
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf text = RW_BUF_INIT(16384);
		struct rw_sig_result r;

		print_message("# %s\n", rows[i].name);
		rw_buf_printf(&text, RW_PGP_BEGIN "\n%s%s%s-----END PGP SIGNATURE-----\n", rows[i].before,
		    base64.data, rows[i].after);
		rw_signature_verify(k, PAYLOAD, rw_buf_str(&text), &r);
		assert_true((r.state == RW_SIG_GOOD) == rows[i].good);
	}
}

static void
test_time(void **state)
{
	static const struct {
		const char *name;
		struct rw_key_openpgp is;
		rw_time since, until, made, ends, when;
		enum rw_sig_fault want;
	} rows[] = {
		{ "plain", { .until = RW_TIME_NONE }, RW_TIME_NONE, RW_TIME_NONE, 100, RW_TIME_NONE, 200,
		    RW_SIG_FAULT_NONE },
		{ "the last moment", { .until = 201 }, RW_TIME_NONE, RW_TIME_NONE, 100, RW_TIME_NONE, 200,
		    RW_SIG_FAULT_NONE },
		{ "the end", { .until = 200 }, RW_TIME_NONE, RW_TIME_NONE, 100, RW_TIME_NONE, 200,
		    RW_SIG_FAULT_LATE },
		{ "the policy's end", { .until = RW_TIME_NONE }, RW_TIME_NONE, 200, 100, RW_TIME_NONE, 200,
		    RW_SIG_FAULT_LATE },
		{ "too early", { .until = RW_TIME_NONE }, 201, RW_TIME_NONE, 100, RW_TIME_NONE, 200,
		    RW_SIG_FAULT_EARLY },
		{ "soft, later", { .until = RW_TIME_NONE, .revoked = RW_REVOKED_SOFT, .revoked_at = 201 },
		    RW_TIME_NONE, RW_TIME_NONE, 100,
		    RW_TIME_NONE, 200, RW_SIG_FAULT_NONE },
		{ "soft", { .until = RW_TIME_NONE, .revoked = RW_REVOKED_SOFT, .revoked_at = 200 },
		    RW_TIME_NONE, RW_TIME_NONE, 100,
		    RW_TIME_NONE, 200, RW_SIG_FAULT_REVOKED },
		{ "hard, later", { .until = RW_TIME_NONE, .revoked = RW_REVOKED_HARD, .revoked_at = 900 },
		    RW_TIME_NONE, RW_TIME_NONE, 100,
		    RW_TIME_NONE, 200, RW_SIG_FAULT_REVOKED },
		{ "a little ahead", { .until = RW_TIME_NONE }, RW_TIME_NONE, RW_TIME_NONE,
		    300 + RW_LIMIT_SIGNATURE_AHEAD_MS, RW_TIME_NONE,
		    200, RW_SIG_FAULT_NONE },
		{ "too far ahead", { .until = RW_TIME_NONE }, RW_TIME_NONE, RW_TIME_NONE,
		    301 + RW_LIMIT_SIGNATURE_AHEAD_MS, RW_TIME_NONE,
		    200, RW_SIG_FAULT_AHEAD },
		{ "it ends later", { .until = RW_TIME_NONE }, RW_TIME_NONE, RW_TIME_NONE, 100, 201, 200,
		    RW_SIG_FAULT_NONE },
		{ "it has ended", { .until = RW_TIME_NONE }, RW_TIME_NONE, RW_TIME_NONE, 100, 200, 200,
		    RW_SIG_FAULT_ENDED },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_key key = { .openpgp = &rows[i].is, .since = rows[i].since, .until =
		    rows[i].until };
		struct rw_sig_result r = { .state = RW_SIG_GOOD, .key = &key, .made = rows[i].made, .ends =
		    rows[i].ends };

		print_message("# %s\n", rows[i].name);
		assert_int_equal(rw_sig_fault_at(&r, rows[i].when, 300), rows[i].want);
	}
}

static int
setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	if (!rw_crypto_init(&err))
		return -1;
	pgp_key_make(&alice, 27, BORN);
	pgp_key_make(&sub, 22, BORN);
	pgp_key_make(&mallory, 22, BORN);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pgp_key_release(&alice);
	pgp_key_release(&sub);
	pgp_key_release(&mallory);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_damage),
		    cmocka_unit_test(test_tables),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_signatures), cmocka_unit_test(test_signature_damage),
		    cmocka_unit_test(test_armour), cmocka_unit_test(test_short_numbers),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
