/*
 * signers.h: one line of an allowed_signers file of OpenSSH, for taking it over into a policy. What ssh-keygen would skip with
 * a word in its log, or read by the local clock, is an error here.
 *
 * Source: ssh-keygen(1), ALLOWED SIGNERS.
 */
#ifndef REFWALL_SIGNERS_H
#define REFWALL_SIGNERS_H

#include "refwall/signature.h"

struct rw_signer {
	const struct rw_str *principal;	/* none is a pattern, all are printable */
	size_t n;
	bool ca;			/* cert-authority */
	struct rw_str line;		/* "type base64": what a policy's ssh or ssh-ca takes */
	struct rw_key key;		/* since and until are the line's, until exclusive */
};

/*
 * ret_empty: blank, or a comment. RW_E_PARSE and RW_E_UNSUPPORTED say what is wrong and what was wanted. Keys for other namespaces
 * than "git" are errors, too. Strings live in the arena. rw_crypto_init() comes first. Pure.
 */
rw_must_check bool rw_signer_parse(struct rw_arena *a, struct rw_str line, struct rw_signer *ret, bool *ret_empty,
    struct rw_error *err);

#endif
