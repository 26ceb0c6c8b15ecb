/* signature.c: which format a signature has, and many of them at once. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "policy/signature/openpgp.h"
#include "policy/signature/sshsig.h"
#include "refwall/text.h"

#define THREAD_STACK (512u << 10)	/* small, for RLIMIT_DATA counts stacks too */

static const char *const state_names[] = {
	[RW_SIG_REFUSED] = "refused",
	[RW_SIG_UNSIGNED] = "unsigned",
	[RW_SIG_UNSUPPORTED] = "unsupported",
	[RW_SIG_MALFORMED] = "malformed",
	[RW_SIG_NAMESPACE] = "wrong-namespace",
	[RW_SIG_UNKNOWN_KEY] = "unknown-key",
	[RW_SIG_REVOKED] = "revoked",
	[RW_SIG_CERT_CA] = "untrusted-ca",
	[RW_SIG_CERT_BAD] = "bad-certificate",
	[RW_SIG_CERT_PRINCIPAL] = "wrong-principal",
	[RW_SIG_CERT_OPTION] = "critical-option",
	[RW_SIG_BAD] = "bad",
	[RW_SIG_GOOD] = "good",
};

/* A format is told by its first line. why: not supported, and what to do about it. */
static const struct {
	const char *begin;
	void (*verify)(const struct rw_keyring *, const char *, struct rw_str, struct rw_str, struct rw_sig_memo *,
	    struct rw_sig_result *);
	const char *why;
} formats[] = {
	{ RW_SSHSIG_BEGIN, rw_sshsig_verify, NULL },
	{ RW_PGP_BEGIN, rw_pgp_verify, NULL },
	{ "-----BEGIN PGP MESSAGE-----", NULL,
	    "OpenPGP messages are not supported, wanted a detached signature (git config gpg.format openpgp)" },
	{ "-----BEGIN SIGNED MESSAGE-----", NULL,
	    "X.509 signatures are not supported yet; sign with an SSH key (git config gpg.format ssh)" },
};

const char *
rw_sig_state_name(enum rw_sig_state s)
{
	return (size_t)s < RW_ARRAY_LEN(state_names) ? state_names[s] : "refused";
}

void
rw_sig_refuse(struct rw_sig_result *ret, enum rw_sig_state state, const char *fmt, ...)
{
	size_t n;
	va_list ap;

	ret->state = state;
	va_start(ap, fmt);
	(void)vsnprintf(ret->detail, sizeof(ret->detail), fmt, ap);
	va_end(ap);
	/* It may have been cut in the middle of a character. */
	for (n = strlen(ret->detail); n > 0 && !rw_text_utf8((struct rw_str){ ret->detail, n }); n--)
		ret->detail[n - 1] = '\0';
}

void
rw_sig_object(struct rw_str payload, struct rw_str armour, uint8_t ret[32])
{
	uint64_t n = payload.n;
	const struct rw_str parts[] = { { (const char *)&n, sizeof(n) }, payload, armour };

	rw_hash(RW_SHA256, parts, RW_ARRAY_LEN(parts), ret);
}

bool
rw_sig_recall(struct rw_sig_memo *memo, struct rw_str blob)
{
	uint8_t key[32];

	if (memo == NULL)
		return false;
	rw_sha256(blob, key);
	memo->known = memo->known && memcmp(memo->key, key, sizeof(key)) == 0;
	memcpy(memo->key, key, sizeof(key));
	return memo->known;
}

static void
verify(const struct rw_keyring *k, struct rw_str payload, struct rw_str armour, struct rw_sig_memo *memo,
    struct rw_sig_result *ret)
{
	const char *newline = armour.n == 0 ? NULL : memchr(armour.p, '\n', armour.n);
	struct rw_str first = { armour.p, newline == NULL ? armour.n : (size_t)(newline - armour.p) };

	memset(ret, 0, sizeof(*ret));
	if (armour.n == 0) {
		rw_sig_refuse(ret, RW_SIG_UNSIGNED, "not signed");
		return;
	}
	if (!rw_keyring_sealed(k)) {
		rw_sig_refuse(ret, RW_SIG_REFUSED, "the keyring is not sealed");
		return;
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(formats); i++) {
		if (!rw_str_eqz(first, formats[i].begin))
			continue;
		if (formats[i].verify == NULL)
			rw_sig_refuse(ret, RW_SIG_UNSUPPORTED, "%s", formats[i].why);
		else
			formats[i].verify(k, "git", payload, armour, memo, ret);
		return;
	}
	rw_sig_refuse(ret, RW_SIG_MALFORMED, "unknown kind of signature, it begins with \"%s\"",
	    RW_SHOW(first));
}

void
rw_signature_verify(const struct rw_keyring *k, struct rw_str payload, struct rw_str armour,
    struct rw_sig_result *ret)
{
	verify(k, payload, armour, NULL, ret);
}

static void
run(const struct rw_keyring *k, struct rw_sig_job *job)
{
	verify(k, job->payload, job->armour, job->memo, &job->result);
	if (job->memo != NULL && job->result.state != RW_SIG_GOOD)
		job->memo->known = false;
}

struct work {
	const struct rw_keyring *keyring;
	struct rw_sig_job *jobs;
	size_t n;
	atomic_size_t next;
};

static void *
worker(void *arg)
{
	struct work *w = arg;

	for (;;) {
		size_t i = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed);

		if (i >= w->n)
			return NULL;
		run(w->keyring, &w->jobs[i]);
	}
}

static size_t
processors(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) < 1)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

/* Start at most n threads; returns how many there are. The work gets done with any number, none included. */
static size_t
threads_start(pthread_t *threads, size_t n, struct work *w)
{
	sigset_t all, before;
	pthread_attr_t attr;
	size_t started = 0;

	if (n == 0 || pthread_attr_init(&attr) != 0)
		return 0;
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK);
	/* Signals are the caller's thread's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n && pthread_create(&threads[started], &attr, worker, w) == 0)
		started++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return started;
}

bool
rw_signature_verify_all(const struct rw_keyring *k, struct rw_sig_job *jobs, size_t n, unsigned n_threads,
    struct rw_error *err)
{
	struct work w = { .keyring = k, .jobs = jobs, .n = n };
	pthread_t threads[RW_LIMIT_SIGNATURE_THREADS];
	size_t wanted = n_threads == 0 ? processors() : n_threads;
	size_t started;

	for (size_t i = 0; i < n; i++)
		memset(&jobs[i].result, 0, sizeof(jobs[i].result));
	if (!rw_keyring_sealed(k))
		return rw_fail(err, RW_E_INTERNAL, "keyring: not sealed");
	if (wanted > RW_LIMIT_SIGNATURE_THREADS)
		wanted = RW_LIMIT_SIGNATURE_THREADS;
	if (wanted > n)
		wanted = n;
	atomic_init(&w.next, 0);
	/* The calling thread is one of them. */
	started = threads_start(threads, wanted == 0 ? 0 : wanted - 1, &w);
	(void)worker(&w);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	return true;
}
