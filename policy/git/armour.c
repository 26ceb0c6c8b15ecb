#include "policy/git/internal.h"
#include "refwall/reader.h"

/* gitformat-signature(5). What the label means is the business of whoever checks the signature. */
static const char *const labels[] = {
	"PGP SIGNATURE",
	"PGP MESSAGE",
	"SSH SIGNATURE",
	"SIGNED MESSAGE",
};

/* Like git, look at how the line begins only. NULL: it begins no signature. */
static const char *
label_of(struct rw_str line)
{
	if (!rw_str_has_prefix(line, "-----BEGIN "))
		return NULL;
	line = (struct rw_str){ line.p + 11, line.n - 11 };
	for (size_t i = 0; i < RW_ARRAY_LEN(labels); i++) {
		size_t n = strlen(labels[i]);

		if (rw_str_has_prefix(line, labels[i]) && line.n >= n + 5 &&
		    memcmp(line.p + n, "-----", 5) == 0)
			return labels[i];
	}
	return NULL;
}

bool
rw_armour_begins(struct rw_str line)
{
	return label_of(line) != NULL;
}

static bool
is_end(struct rw_str line, const char *label)
{
	size_t n = strlen(label);

	return line.n == 9 + n + 5 && memcmp(line.p, "-----END ", 9) == 0 &&
	    memcmp(line.p + 9, label, n) == 0 && memcmp(line.p + 9 + n, "-----", 5) == 0;
}

bool
rw_armour_check(struct rw_str s, struct rw_str *ret, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(s);
	struct rw_str line = rw_reader_line(&r);
	const char *label = r.bad ? NULL : label_of(line);

	if (s.n > RW_LIMIT_SIGNATURE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "signature: more than %u bytes", RW_LIMIT_SIGNATURE_BYTES);
	if (label == NULL || line.n != strlen(label) + 16)
		return rw_fail(err, RW_E_PARSE, "signature: is not in an armour that git knows");
	do {
		line = rw_reader_line(&r);
		if (r.bad)
			return rw_fail(err, RW_E_PARSE, "signature: the line -----END %s----- is missing",
			    label);
		if (rw_armour_begins(line))
			return rw_fail(err, RW_E_PARSE, "signature: a second one begins inside");
	} while (!is_end(line, label));
	*ret = (struct rw_str){ s.p, s.n - r.left };
	/* Some forges put an empty line behind it. */
	while (rw_reader_skip(&r, "\n"))
		;
	if (r.left > 0)
		return rw_fail(err, RW_E_PARSE, "signature: something stands behind its end");
	return true;
}
