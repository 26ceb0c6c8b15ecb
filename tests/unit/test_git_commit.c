#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/git.h"

#define ID "0123456789abcdef0123456789abcdef01234567"
#define TREE "tree " ID "\n"
#define PARENT "parent " ID "\n"
#define WHO "Alice <alice@example.com> 1700000000 +0100\n"
#define AUTHOR "author " WHO
#define COMMITTER "committer " WHO
#define FIXED TREE PARENT AUTHOR COMMITTER
#define ARMOUR "-----BEGIN SSH SIGNATURE-----\n AAAA\n BBBB\n -----END SSH SIGNATURE-----\n"
#define PGP "-----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----\n"

struct row {
	const char *name;
	struct rw_str in;
	enum rw_error_code code;
	const char *message;		/* what the error says, in part */
};
#define ROW(name, text, code, message) { name, { text, sizeof(text) - 1 }, code, message }

static const struct row commits[] = {
	ROW("usual", FIXED "\nhello\n", RW_E_NONE, NULL),
	ROW("root", TREE AUTHOR COMMITTER "\nhello\n", RW_E_NONE, NULL),
	ROW("no message", FIXED "\n", RW_E_NONE, NULL),
	ROW("no empty line", FIXED, RW_E_NONE, NULL),
	ROW("signed", FIXED "gpgsig " ARMOUR "\nhello\n", RW_E_NONE, NULL),
	ROW("signed by OpenPGP, as forges do", FIXED "gpgsig " PGP " \n\nhello\n", RW_E_NONE, NULL),
	ROW("signature before other headers", FIXED "gpgsig " ARMOUR "encoding latin1\n\nhello\n", RW_E_NONE, NULL),
	ROW("merged tag", FIXED "mergetag object " ID "\n type commit\n \n -----BEGIN PGP SIGNATURE-----\ngpgsig " ARMOUR
	    "\nx\n", RW_E_NONE, NULL),
	ROW("unknown header", FIXED "change-id abc\n\nx\n", RW_E_NONE, NULL),
	ROW("gpgsig in the message", FIXED "\ngpgsig " ARMOUR, RW_E_NONE, NULL),
	ROW("empty name", TREE "author  <a@example.com> 0 -0000\n" COMMITTER "\n", RW_E_NONE, NULL),

	ROW("nothing", "", RW_E_PARSE, "\"tree\" is missing"),
	ROW("NUL in a header", TREE "author A\0 <a> 1 +0000\n" COMMITTER "\nx\n", RW_E_PARSE, "NUL"),
	ROW("NUL in the message", FIXED "\nx\0y\n", RW_E_PARSE, "NUL"),
	ROW("no tree", PARENT AUTHOR COMMITTER "\nx\n", RW_E_PARSE, "\"tree\" is missing"),
	ROW("tree upper case", "tree 0123456789ABCDEF0123456789abcdef01234567\n" AUTHOR COMMITTER "\n", RW_E_PARSE, "no object id"),
	ROW("tree with CR", "tree " ID "\r\n" AUTHOR COMMITTER "\n", RW_E_PARSE, "no object id"),
	ROW("tree of SHA-256", "tree " ID "0123456789abcdef01234567\n" AUTHOR COMMITTER "\n", RW_E_PARSE, "no object id"),
	ROW("two trees", TREE TREE AUTHOR COMMITTER "\n", RW_E_PARSE, "\"author\" is missing"),
	ROW("parent before tree", PARENT TREE AUTHOR COMMITTER "\n", RW_E_PARSE, "\"tree\" is missing"),
	ROW("parent after author", TREE AUTHOR PARENT COMMITTER "\n", RW_E_PARSE, "\"committer\" is missing"),
	ROW("parent after committer", TREE AUTHOR COMMITTER PARENT "\n", RW_E_PARSE, "\"parent\" is repeated or misplaced"),
	ROW("malformed parent", TREE "parent 01234\n" AUTHOR COMMITTER "\n", RW_E_PARSE, "\"parent\" holds no object id"),
	ROW("no author", TREE COMMITTER "\n", RW_E_PARSE, "\"author\" is missing"),
	ROW("two authors", TREE AUTHOR AUTHOR COMMITTER "\n", RW_E_PARSE, "\"committer\" is missing"),
	ROW("a second author behind", FIXED AUTHOR "\n", RW_E_PARSE, "\"author\" is repeated"),
	ROW("no committer", TREE AUTHOR "\n", RW_E_PARSE, "\"committer\" is missing"),
	ROW("two committers", FIXED COMMITTER "\n", RW_E_PARSE, "\"committer\" is repeated"),
	ROW("a second tree behind", FIXED TREE "\n", RW_E_PARSE, "\"tree\" is repeated"),
	ROW("unknown header in the fixed part", TREE "x y\n" AUTHOR COMMITTER "\n", RW_E_PARSE, "\"author\" is missing"),
	ROW("folded author", TREE "author Alice\n <alice@example.com> 1 +0000\n" COMMITTER "\n", RW_E_PARSE, "author"),
	ROW("folded line behind committer", FIXED " x\n\n", RW_E_PARSE, "malformed header"),
	ROW("header without a value", FIXED "x\n\n", RW_E_PARSE, "malformed header"),
	ROW("header without an end", FIXED "x y", RW_E_PARSE, "has no end"),
	ROW("fold without an end", FIXED "x y\n z", RW_E_PARSE, "has no end"),
	ROW("two encodings", FIXED "encoding a\nencoding b\n\n", RW_E_PARSE, "\"encoding\" is repeated"),
	ROW("two signatures", FIXED "gpgsig " ARMOUR "gpgsig " ARMOUR "\nx\n", RW_E_PARSE, "\"gpgsig\" is repeated"),
	ROW("two signatures apart", FIXED "gpgsig " ARMOUR "x y\ngpgsig " ARMOUR "\nx\n", RW_E_PARSE, "\"gpgsig\" is repeated"),
	ROW("two signatures in one header", FIXED "gpgsig " ARMOUR " " ARMOUR "\nx\n", RW_E_PARSE, "behind its end"),
	ROW("gpgsig-sha256", FIXED "gpgsig-sha256 " ARMOUR "\nx\n", RW_E_PARSE, "\"gpgsig-sha256\" is not supported"),
	ROW("both kinds", FIXED "gpgsig " ARMOUR "gpgsig-sha256 " ARMOUR "\nx\n", RW_E_PARSE, "not supported"),
	ROW("gpgsigx", FIXED "gpgsigx " ARMOUR "\nx\n", RW_E_PARSE, "not supported"),
	ROW("signature before author", TREE "gpgsig " ARMOUR AUTHOR COMMITTER "\n", RW_E_PARSE, "\"author\" is missing"),
	ROW("empty signature", FIXED "gpgsig \n\nx\n", RW_E_PARSE, "armour"),
	ROW("signature without armour", FIXED "gpgsig AAAA\n\nx\n", RW_E_PARSE, "armour"),
	ROW("unknown label", FIXED "gpgsig -----BEGIN FOO SIGNATURE-----\n -----END FOO SIGNATURE-----\n\nx\n", RW_E_PARSE, "armour"),
	ROW("text behind BEGIN", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----x\n -----END SSH SIGNATURE-----\n\nx\n", RW_E_PARSE,
	    "armour"),
	ROW("no END", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n\nx\n", RW_E_PARSE, "END SSH SIGNATURE----- is missing"),
	ROW("END of another", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----\n -----END PGP SIGNATURE-----\n\nx\n", RW_E_PARSE,
	    "is missing"),
	ROW("nested BEGIN", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----\n -----BEGIN SSH SIGNATURE-----\n "
	    "-----END SSH SIGNATURE-----\n\nx\n", RW_E_PARSE, "a second one"),
	ROW("bytes behind END", FIXED "gpgsig -----BEGIN SSH SIGNATURE-----\n AA\n -----END SSH SIGNATURE-----\n x\n\ny\n", RW_E_PARSE,
	    "behind its end"),
};

static const struct row persons[] = {
	ROW("usual", "A B <a@example.com> 1 +0000", RW_E_NONE, NULL),
	ROW("last second", "A <a> 253402300799 +1400", RW_E_NONE, NULL),
	ROW("odd but allowed by git", " <> 0 -9999", RW_E_NONE, NULL),
	ROW("too late", "A <a> 253402300800 +0000", RW_E_PARSE, "seconds"),
	ROW("nothing", "", RW_E_PARSE, "begin with <"),
	ROW("no name, no space", "<a> 1 +0000", RW_E_PARSE, "no space before the e-mail"),
	ROW("no space before the address", "A<a> 1 +0000", RW_E_PARSE, "no space before the e-mail"),
	ROW("no address", "A 1 +0000", RW_E_PARSE, "begin with <"),
	ROW("> in the name", "A> <a> 1 +0000", RW_E_PARSE, "begin with <"),
	ROW("< in the address", "A <a<b> 1 +0000", RW_E_PARSE, "end with >"),
	ROW("two addresses", "A <a> <b> 1 +0000", RW_E_PARSE, "seconds"),
	ROW("address without an end", "A <a 1 +0000", RW_E_PARSE, "end with >"),
	ROW("no space before the time", "A <a>1 +0000", RW_E_PARSE, "no space before the time"),
	ROW("no time", "A <a>", RW_E_PARSE, "no space before the time"),
	ROW("negative time", "A <a> -1 +0000", RW_E_PARSE, "seconds"),
	ROW("padded time", "A <a> 01 +0000", RW_E_PARSE, "seconds"),
	ROW("empty time", "A <a>  +0000", RW_E_PARSE, "seconds"),
	ROW("no zone", "A <a> 1", RW_E_PARSE, "no time zone"),
	ROW("short zone", "A <a> 1 +000", RW_E_PARSE, "zone"),
	ROW("long zone", "A <a> 1 +00000", RW_E_PARSE, "zone"),
	ROW("zone without a sign", "A <a> 1 00000", RW_E_PARSE, "zone"),
	ROW("bytes behind the zone", "A <a> 1 +0000 x", RW_E_PARSE, "zone"),
};

static void
check(const struct row *row, const char *name, struct rw_str in)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_commit c;
	bool ok;

	print_message("# %s\n", name);
	ok = rw_commit_parse(a, in, &c, &err);
	if (ok != (row->code == RW_E_NONE) || err.code != row->code ||
	    (row->message != NULL && strstr(err.msg, row->message) == NULL))
		fail_msg("%s: %s", rw_error_name(err.code), err.msg);
}

static void
test_commits(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(commits); i++)
		check(&commits[i], commits[i].name, commits[i].in);
}

static void
test_persons(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(persons); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(4096);

		rw_buf_puts(&b, TREE "author ");
		rw_buf_put_str(&b, persons[i].in);
		rw_buf_puts(&b, "\n" COMMITTER "\n");
		check(&persons[i], persons[i].name, rw_buf_str(&b));
	}
}

static void
assert_str(struct rw_str s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static void
test_fields(void **state)
{
	static const char signed_commit[] = TREE PARENT PARENT "author A B <a@example.com> 12 +0100\n" COMMITTER
	    "encoding x\ngpgsig " PGP " \n \nnote z\n more\n\n\n\nsubject\nbody\n";
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_commit c;

	(void)state;
	assert_true(rw_commit_parse(a, rw_str(signed_commit), &c, &err));
	assert_string_equal(RW_OID(&c.tree), ID);
	assert_int_equal(c.n_parents, 2);
	assert_string_equal(RW_OID(&c.parent[1]), ID);
	assert_str(c.author.name, "A B");
	assert_str(c.author.email, "a@example.com");
	assert_int_equal(c.author.time, 12000);
	assert_str(c.committer.name, "Alice");
	assert_int_equal(c.committer.time, 1700000000000);
	assert_str(c.subject, "subject");
	assert_str(c.message, "\n\nsubject\nbody\n");
	assert_str(c.signature, "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n");
	assert_str(c.payload, TREE PARENT PARENT "author A B <a@example.com> 12 +0100\n" COMMITTER
	    "encoding x\nnote z\n more\n\n\n\nsubject\nbody\n");

	assert_true(rw_commit_parse(a, rw_str(FIXED "\nlast line"), &c, &err));
	assert_str(c.subject, "last line");
	assert_int_equal(c.signature.n, 0);
	assert_str(c.payload, FIXED "\nlast line");
	assert_true(rw_commit_parse(a, rw_str(FIXED "\n\n\n"), &c, &err));
	assert_int_equal(c.subject.n, 0);
}

static bool
parse_sized(size_t parents, size_t signature, size_t message, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(4u << 20);
	struct rw_commit c;
	size_t armour = strlen("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n") + 1;

	*err = (struct rw_error)RW_ERROR_INIT;
	rw_buf_puts(&b, TREE);
	for (size_t i = 0; i < parents; i++)
		rw_buf_puts(&b, PARENT);
	rw_buf_puts(&b, AUTHOR COMMITTER);
	if (signature > 0) {
		rw_buf_puts(&b, "gpgsig -----BEGIN SSH SIGNATURE-----\n ");
		for (size_t i = armour; i < signature; i++)
			rw_buf_putc(&b, 'A');
		rw_buf_puts(&b, "\n -----END SSH SIGNATURE-----\n");
	}
	rw_buf_puts(&b, "\n");
	while (b.len < message)
		rw_buf_putc(&b, 'm');
	return rw_commit_parse(a, rw_buf_str(&b), &c, err);
}

static void
test_limits(void **state)
{
	struct rw_error err;

	(void)state;
	assert_true(parse_sized(RW_LIMIT_PARENTS, 0, 0, &err));
	assert_false(parse_sized(RW_LIMIT_PARENTS + 1, 0, 0, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_true(parse_sized(1, RW_LIMIT_SIGNATURE_BYTES, 0, &err));
	assert_false(parse_sized(1, RW_LIMIT_SIGNATURE_BYTES + 1, 0, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
	assert_true(parse_sized(1, 0, RW_LIMIT_COMMIT_BYTES, &err));
	assert_false(parse_sized(1, 0, RW_LIMIT_COMMIT_BYTES + 1, &err));
	assert_int_equal(err.code, RW_E_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commits),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
