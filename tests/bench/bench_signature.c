/*
 * bench_signature.c: rw_signature_verify() against the bare call of the cryptographic library, whose
 * arguments were all made beforehand. Side by side: rounds of both alternate, processor time counts,
 * the median of the rounds' ratios is told. Usage: bench_signature [signatures per type]
 */
#include <stdio.h>
#include <time.h>

#include <gcrypt.h>
#ifdef HAVE_NETTLE
#include <gmp.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/eddsa.h>
#endif

#include "policy/signature/keyring.h"
#include "policy/signature/sshsig.h"
#include "tests/bench/row.h"
#include "tests/unit/ssh_tool.h"

#define WANTED 1.2
#define ROUNDS 9

static const char payload_text[] =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 1111111111111111111111111111111111111111\n"
    "author Alice <alice@example.com> 1700000000 +0000\n"
    "committer Alice <alice@example.com> 1700000000 +0000\n"
    "\nenvs/prod: raise the number of replicas\n\nThe queue grows on Monday mornings.\n";

/* Everything the bare call needs. */
struct bare {
	const struct rw_key_parts *key;
	struct rw_buf data;			/* what was signed */
	struct rw_str sig;
	uint8_t digest[RW_HASH_MAX];
	gcry_sexp_t sexp_key, sexp_data, sexp_sig;
#ifdef HAVE_NETTLE
	struct ecc_point point;
	struct dsa_signature rs;
#endif
};

static void
die(const char *what)
{
	fprintf(stderr, "bench_signature: %s\n", what);
	exit(3);
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
sexp(gcry_sexp_t *ret, gcry_error_t rc)
{
	if (rc != 0 || *ret == NULL)
		die("s-expression");
}

static const char *
hash_name(enum rw_hash_alg alg)
{
	return alg == RW_SHA256 ? "sha256" : alg == RW_SHA384 ? "sha384" : "sha512";
}

#ifdef HAVE_NETTLE
static void
nettle_prepare(struct bare *b, const struct rw_sshsig *s)
{
	const struct rw_curve *c = b->key->curve;
	mpz_t x, y;

	if (c == NULL)
		return;
	ecc_point_init(&b->point, c->bytes == 32 ? nettle_get_secp_256r1() :
	    c->bytes == 48 ? nettle_get_secp_384r1() : nettle_get_secp_521r1());
	dsa_signature_init(&b->rs);
	mpz_init(x);
	mpz_init(y);
	mpz_import(x, c->bytes, 1, 1, 0, 0, b->key->point.p + 1);
	mpz_import(y, c->bytes, 1, 1, 0, 0, b->key->point.p + 1 + c->bytes);
	if (!ecc_point_set(&b->point, x, y))
		die("point");
	mpz_clear(x);
	mpz_clear(y);
	mpz_import(b->rs.r, s->value.r.n, 1, 1, 0, 0, s->value.r.p);
	mpz_import(b->rs.s, s->value.s.n, 1, 1, 0, 0, s->value.s.p);
}
#endif

static void
bare_prepare(struct bare *b, const struct rw_keyring *k, const struct rw_sshsig *s)
{
	struct rw_str payload = RW_STR_LIT(payload_text), data;
	const struct rw_key_parts *p = &rw_keyring_entry_find(k, s->key_blob)->parts;
	enum rw_hash_alg alg = p->curve != NULL ? p->curve->hash : s->value.rsa_hash;

	b->key = p;
	b->sig = s->value.sig;
	rw_hash(s->hash, &payload, 1, b->digest);
	rw_buf_puts(&b->data, "SSHSIG");
	rw_buf_put_string32(&b->data, s->ns);
	rw_buf_put_u32(&b->data, 0);
	rw_buf_put_string32(&b->data, s->hash_name);
	rw_buf_put_string32(&b->data, (struct rw_str){ (const char *)b->digest, rw_hash_len(s->hash) });
	data = rw_buf_str(&b->data);
	if (p->type == RW_KEY_ED25519) {
		sexp(&b->sexp_key, gcry_sexp_build(&b->sexp_key, NULL,
		    "(public-key(ecc(curve Ed25519)(flags eddsa)(q %b)))",
		    32, p->point.p));
		sexp(&b->sexp_data, gcry_sexp_build(&b->sexp_data, NULL,
		    "(data(flags eddsa)(hash-algo sha512)(value %b))",
		    (int)data.n, data.p));
		sexp(&b->sexp_sig, gcry_sexp_build(&b->sexp_sig, NULL, "(sig-val(eddsa(r %b)(s %b)))", 32,
		    s->value.sig.p, 32, s->value.sig.p + 32));
		return;
	}
	rw_hash(alg, &data, 1, b->digest);
	if (p->type == RW_KEY_RSA) {
		sexp(&b->sexp_key, gcry_sexp_build(&b->sexp_key, NULL, "(public-key(rsa(n %b)(e %b)))",
		    (int)p->n.n, p->n.p, (int)p->e.n, p->e.p));
		sexp(&b->sexp_data, gcry_sexp_build(&b->sexp_data, NULL, "(data(flags pkcs1)(hash %s %b))",
		    hash_name(alg), (int)rw_hash_len(alg), b->digest));
		sexp(&b->sexp_sig, gcry_sexp_build(&b->sexp_sig, NULL, "(sig-val(rsa(s %b)))",
		    (int)s->value.sig.n, s->value.sig.p));
		return;
	}
	sexp(&b->sexp_key, gcry_sexp_build(&b->sexp_key, NULL, "(public-key(ecc(curve %s)(q %b)))",
	    p->curve->gcrypt_name, (int)p->point.n, p->point.p));
	sexp(&b->sexp_data, gcry_sexp_build(&b->sexp_data, NULL, "(data(flags raw)(hash %s %b))",
	    hash_name(alg), (int)rw_hash_len(alg), b->digest));
	sexp(&b->sexp_sig, gcry_sexp_build(&b->sexp_sig, NULL, "(sig-val(ecdsa(r %b)(s %b)))", (int)s->value.r.n,
	    s->value.r.p, (int)s->value.s.n, s->value.s.p));
#ifdef HAVE_NETTLE
	nettle_prepare(b, s);
#endif
}

static bool
bare_verify(const struct bare *b)
{
#ifdef HAVE_NETTLE
	if (b->key->type == RW_KEY_ED25519)
		return ed25519_sha512_verify((const uint8_t *)b->key->point.p, b->data.len,
		    (const uint8_t *)b->data.data, (const uint8_t *)b->sig.p) == 1;
	if (b->key->curve != NULL)
		return ecdsa_verify(&b->point, rw_hash_len(b->key->curve->hash), b->digest, &b->rs) == 1;
#endif
	return gcry_pk_verify(b->sexp_sig, b->sexp_data, b->sexp_key) == 0;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
measure(const struct rw_keyring *k, const char *name, struct rw_str armour, long n)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_SIGNATURE_BYTES);
	struct bare b = { .data = RW_BUF_INIT(1024) };
	double ratios[ROUNDS], theirs = 0;
	char what[64];
	struct rw_error err = RW_ERROR_INIT;
	struct rw_sig_result r;
	struct rw_sshsig s;

	if (!rw_sshsig_parse(armour, &blob, &s, &err))
		die(err.msg);
	bare_prepare(&b, k, &s);
	for (int round = 0; round < ROUNDS; round++) {
		double t0 = cpu(), t1;
		double bare, full;

		for (long i = 0; i < n / ROUNDS; i++)
			if (!bare_verify(&b))
				die("the bare call refused a good signature");
		t1 = cpu();
		bare = t1 - t0;
		for (long i = 0; i < n / ROUNDS; i++) {
			rw_signature_verify(k, RW_STR_LIT(payload_text), armour, &r);
			if (r.state != RW_SIG_GOOD)
				die(r.detail);
		}
		full = cpu() - t1;
		ratios[round] = full / bare;
		theirs += bare;
	}
	qsort(ratios, ROUNDS, sizeof(ratios[0]), compare);
	n = n / ROUNDS * ROUNDS;
	(void)snprintf(what, sizeof(what), "verify one %s: refwall / bare primitive", name);
	bench_row(what, theirs / (double)n * 1e6 * ratios[ROUNDS / 2], theirs / (double)n * 1e6, "us", WANTED);
	rw_buf_release(&b.data);
}

static void
measure_all(const struct rw_keyring *k, struct rw_str armour, size_t n)
{
	struct rw_sig_job *jobs = calloc(n, sizeof(*jobs));
	struct rw_error err = RW_ERROR_INIT;
	double one, all;
	char what[64];

	if (jobs == NULL)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		jobs[i].payload = RW_STR_LIT(payload_text);
		jobs[i].armour = armour;
	}
	one = wall();
	if (!rw_signature_verify_all(k, jobs, n, 1, &err))
		die(err.msg);
	one = wall() - one;
	all = wall();
	if (!rw_signature_verify_all(k, jobs, n, 0, &err))
		die(err.msg);
	all = wall() - all;
	for (size_t i = 0; i < n; i++)
		if (jobs[i].result.state != RW_SIG_GOOD)
			die(jobs[i].result.detail);
	(void)snprintf(what, sizeof(what), "%zu ed25519 at once: all processors / one thread", n);
	bench_row(what, all * 1e3, one * 1e3, "ms", 0);
	free(jobs);
}

int
main(int argc, char **argv)
{
	static const struct { const char *name, *type, *bits; } kinds[] = {
		{ "ed25519", "ed25519", NULL }, { "p256", "ecdsa", "256" }, { "p384", "ecdsa", "384" },
		{ "p521", "ecdsa", "521" },
		{ "rsa2048", "rsa", "2048" }, { "rsa3072", "rsa", "3072" }, { "rsa4096", "rsa", "4096" },
	};
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_keyring *k = rw_keyring_new(a);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_buf sigs[RW_ARRAY_LEN(kinds)];
	char *dir;

	if (!rw_crypto_init(&err))
		die(err.msg);
	if (n < ROUNDS)
		die("give at least nine signatures per type");
	if (!ssh_tool_present())
		return 0;
	dir = ssh_dir_make();
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(8192);
		struct rw_key key = { .type = RW_KEY_NONE };

		ssh_key_make(dir, kinds[i].name, kinds[i].type, kinds[i].bits);
		ssh_key_line(dir, kinds[i].name, &line);
		if (!rw_key_parse(a, rw_buf_str(&line), &key, &err) || !rw_keyring_add(k, &key, &err))
			die(err.msg);
		sigs[i] = (struct rw_buf)RW_BUF_INIT(65536);
		ssh_sign(dir, kinds[i].name, "git", NULL, RW_STR_LIT(payload_text), &sigs[i]);
	}
	if (!rw_keyring_seal(k, &err))
		die(err.msg);
	printf("# SSH signatures, back end %s (RSA: libgcrypt)\n", rw_keyring_crypto(k)->name);
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
		measure(k, kinds[i].name, rw_buf_str(&sigs[i]), n);
	measure_all(k, rw_buf_str(&sigs[0]), (size_t)n);
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++)
		rw_buf_release(&sigs[i]);
	ssh_dir_remove(dir);
	return 0;
}
