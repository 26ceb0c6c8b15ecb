/*
 * bench_openpgp.c: rw_signature_verify() of OpenPGP signatures against the bare call of the cryptographic
 * library, whose arguments were all made beforehand, the digest too. Side by side as in bench_signature.c.
 * Usage: bench_openpgp [signatures per type]
 */
#include <time.h>

#ifdef HAVE_NETTLE
#include <nettle/eddsa.h>
#endif

#include "tests/unit/unit.h"
#include "policy/signature/openpgp.h"
#include "tests/bench/row.h"
#include "tests/unit/pgp_make.h"

#define WANTED 1.2
#define ROUNDS 9
#define BORN 1700000000u

static const char payload_text[] =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 1111111111111111111111111111111111111111\n"
    "author Alice <alice@example.com> 1700000000 +0000\n"
    "committer Alice <alice@example.com> 1700000000 +0000\n"
    "\nenvs/prod: raise the number of replicas\n\nThe queue grows on Monday mornings.\n";

static void
die(const char *what)
{
	fprintf(stderr, "bench_openpgp: %s\n", what);
	exit(3);
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Everything the bare call needs. */
struct bare {
	bool eddsa;
	uint8_t point[32], rs[64], digest[RW_HASH_MAX];
	gcry_sexp_t key, data, sig;
};

static void
bare_prepare(struct bare *b, const struct rw_key_parts *key, const struct rw_pgp_sig *s)
{
	static const char trailer[] = { 4, (char)0xff, 0, 0 };
	char length[] = { (char)(s->head.n >> 8), (char)s->head.n };
	struct rw_str parts[] = { RW_STR_LIT(payload_text), s->head, { trailer, sizeof(trailer) }, { length,
	    sizeof(length) } };

	rw_hash(s->hash, parts, RW_ARRAY_LEN(parts), b->digest);
	b->eddsa = key->type == RW_KEY_ED25519;
	if (b->eddsa) {
		memcpy(b->point, key->point.p, 32);
		memcpy(b->rs + 32 - s->value[0].n, s->value[0].p, s->value[0].n);
		memcpy(b->rs + 64 - s->value[1].n, s->value[1].p, s->value[1].n);
		if (gcry_sexp_build(&b->key, NULL, "(public-key(ecc(curve Ed25519)(flags eddsa)(q %b)))", 32,
		    b->point) != 0 ||
		    gcry_sexp_build(&b->data, NULL, "(data(flags eddsa)(hash-algo sha512)(value %b))", 64,
		    b->digest) != 0 ||
		    gcry_sexp_build(&b->sig, NULL, "(sig-val(eddsa(r %b)(s %b)))", 32, b->rs, 32,
		    b->rs + 32) != 0)
			die("s-expression");
		return;
	}
	if (gcry_sexp_build(&b->key, NULL, "(public-key(rsa(n %b)(e %b)))", (int)key->n.n, key->n.p,
	    (int)key->e.n, key->e.p) != 0 ||
	    gcry_sexp_build(&b->data, NULL, "(data(flags pkcs1)(hash sha512 %b))", 64, b->digest) != 0 ||
	    gcry_sexp_build(&b->sig, NULL, "(sig-val(rsa(s %b)))", (int)s->value[0].n, s->value[0].p) != 0)
		die("s-expression");
}

static bool
bare_verify(const struct bare *b)
{
#ifdef HAVE_NETTLE
	if (b->eddsa)
		return ed25519_sha512_verify(b->point, 64, b->digest, b->rs) == 1;
#endif
	return gcry_pk_verify(b->sig, b->data, b->key) == 0;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
measure(const char *name, uint8_t algorithm, long n)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_buf struct rw_buf hashed = RW_BUF_INIT(1024), body = RW_BUF_INIT(4096), packet =
	    RW_BUF_INIT(4096),
	    armour = RW_BUF_INIT(8192);
	struct rw_str payload = RW_STR_LIT(payload_text);
	struct rw_key_openpgp is = { .created = (rw_time)BORN * 1000, .until = RW_TIME_NONE };
	struct rw_key key = { .openpgp = &is, .since = RW_TIME_NONE, .until = RW_TIME_NONE };
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	double ratios[ROUNDS], theirs = 0;
	struct bare b = { .eddsa = false };
	struct rw_key_parts parts;
	struct rw_sig_result r;
	struct rw_pgp_sig s;
	struct pgp_key made;
	char what[64];

	pgp_key_make(&made, algorithm, BORN);
	memcpy(is.fingerprint, made.fingerprint, sizeof(is.fingerprint));
	key.blob = rw_buf_str(&made.body);
	if (!rw_pgp_key_read(key.blob, &parts, &err))
		die(err.msg);
	key.type = parts.type;
	if (!rw_keyring_add(k, &key, &err) || !rw_keyring_seal(k, &err))
		die(err.msg);
	pgp_sub_u32(&hashed, 2, BORN + 1);
	pgp_sub_issuer(&hashed, &made);
	pgp_sign(&made, 0, PGP_SHA512, rw_buf_str(&hashed), (struct rw_str){ NULL, 0 }, &payload, 1, &body);
	pgp_packet(&packet, RW_PGP_SIGNATURE, rw_buf_str(&body));
	pgp_armour(rw_buf_str(&packet), "SIGNATURE", &armour);
	if (!rw_pgp_sig_parse(rw_buf_str(&body), true, &s, &err))
		die(err.msg);
	bare_prepare(&b, &parts, &s);
	for (int round = 0; round < ROUNDS; round++) {
		double t0 = cpu(), t1, bare;

		for (long i = 0; i < n / ROUNDS; i++)
			if (!bare_verify(&b))
				die("the bare call refused a good signature");
		t1 = cpu();
		bare = t1 - t0;
		for (long i = 0; i < n / ROUNDS; i++) {
			rw_signature_verify(k, payload, rw_buf_str(&armour), &r);
			if (r.state != RW_SIG_GOOD)
				die(r.detail);
		}
		ratios[round] = (cpu() - t1) / bare;
		theirs += bare;
	}
	qsort(ratios, ROUNDS, sizeof(ratios[0]), compare);
	n = n / ROUNDS * ROUNDS;
	(void)snprintf(what, sizeof(what), "verify one OpenPGP %s: refwall / bare primitive", name);
	bench_row(what, theirs / (double)n * 1e6 * ratios[ROUNDS / 2], theirs / (double)n * 1e6, "us",
	    WANTED);
	gcry_sexp_release(b.key);
	gcry_sexp_release(b.data);
	gcry_sexp_release(b.sig);
	pgp_key_release(&made);
}

int
main(int argc, char **argv)
{
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_crypto_init(&err))
		die(err.msg);
	if (n < ROUNDS)
		die("give at least nine signatures per type");
	printf("# OpenPGP signatures, back end %s (RSA: libgcrypt)\n", rw_crypto_default()->name);
	measure("ed25519", 22, n);
	measure("rsa3072", 1, n);
	return 0;
}
