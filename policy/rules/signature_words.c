/*
 * What a signature means to the person who pushes, in words that stand behind "commit 1234567 ..." or
 * "the push certificate ...".
 */
#include "policy/rules/judgement.h"

#define ASK_ADMINISTRATOR "an administrator adds it to the keys of your identity in the policy"
#define SET_UP_SSH "git config gpg.format ssh && git config user.signingKey ~/.ssh/id_ed25519.pub && "

static const struct rw_signature_words said[] = {
	{ RW_SIG_UNSIGNED, "is not signed", false, "", NULL },
	{ RW_SIG_UNSUPPORTED, "is signed in a way that is not supported", true, SET_UP_SSH, NULL },
	{ RW_SIG_MALFORMED, "carries a signature that cannot be read", true, "", NULL },
	{ RW_SIG_NAMESPACE, "carries a signature that was made for another purpose", true, "", NULL },
	{ RW_SIG_UNKNOWN_KEY, "is signed with a key that the policy does not know", false, "",
	    "if it is your key, " ASK_ADMINISTRATOR },
	{ RW_SIG_REVOKED, "is signed with a key that is revoked", true, "sign with another key: ", NULL },
	{ RW_SIG_CERT_CA, "is signed with a certificate of a CA that the policy does not know", true, "",
	    "if it is your CA, " ASK_ADMINISTRATOR " (ssh-ca, principals)" },
	{ RW_SIG_CERT_BAD, "is signed with a certificate that is no good", true,
	    "get another certificate from your CA, then: ", NULL },
	{ RW_SIG_CERT_PRINCIPAL, "is signed with a certificate for nobody whom the policy lists", true,
	    "get a certificate for a principal that the policy lists, then: ", NULL },
	{ RW_SIG_CERT_OPTION, "is signed with a certificate that demands what is not kept here", true,
	    "get a certificate without that critical option, then: ", NULL },
	{ RW_SIG_BAD, "carries a signature that does not fit it", true, "", NULL },
	{ RW_SIG_REFUSED, "carries a signature that could not be judged", true, "", NULL },
};

const struct rw_signature_words *
rw_signature_words_of(enum rw_sig_state state)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(said); i++) {
		if (said[i].state == state)
			return &said[i];
	}
	return &said[RW_ARRAY_LEN(said) - 1];
}

const char *
rw_signature_mend(struct rw_judgement *j, const struct rw_sig_result *sig)
{
	if (sig->state == RW_SIG_UNKNOWN_KEY && strchr(sig->fingerprint, ':') == NULL)
		return rw_judgement_text(j, "if it is your key, give an administrator what 'gpg --armor --export %s' prints; "
		    "refwall key import makes a key table of it, which the policy names as openpgp: keys/NAME.keys",
		    sig->fingerprint);
	return rw_signature_words_of(sig->state)->instead;
}

const char *
rw_signature_fault_words(struct rw_judgement *j, const struct rw_sig_result *sig, enum rw_sig_fault fault)
{
	static const char *const whats[] = {
		[RW_SIG_FAULT_NONE] = "is signed",
		[RW_SIG_FAULT_EARLY] = "is signed with a %s that is not valid yet",
		[RW_SIG_FAULT_LATE] = "is signed with a %s that is not valid any more",
		[RW_SIG_FAULT_CERT_EARLY] = "is signed with a %s that is not valid yet",
		[RW_SIG_FAULT_CERT_LATE] = "is signed with a %s that is not valid any more",
		[RW_SIG_FAULT_REVOKED] = "is signed with a %s that is revoked",
		[RW_SIG_FAULT_AHEAD] = "carries a signature from the future",
		[RW_SIG_FAULT_ENDED] = "carries a signature that has ended",
	};
	bool cert = fault == RW_SIG_FAULT_CERT_EARLY || fault == RW_SIG_FAULT_CERT_LATE;
	const char *of = strstr(whats[fault], "%s");

	return of == NULL ? whats[fault] : rw_judgement_text(j, "%.*s%s%s", (int)(of - whats[fault]), whats[fault],
	    cert ? "certificate" : sig->certificate ? "CA" : "key", of + 2);
}
