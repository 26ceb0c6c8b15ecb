#include "tests/unit/unit.h"

#include "policy/rules/attributes.h"

#define ALL	"apps/a.yaml"

static void
test_lines(void **state)
{
	static const struct {
		const char *name, *text, *path, *attribute;	/* attribute NULL: nothing applies */
	} rows[] = {
		{ "encoding", "*.yaml working-tree-encoding=UTF-16BE", ALL, "working-tree-encoding" },
		{ "filter", "* filter=lfs", ALL, "filter" },
		{ "filter alone", "* filter", ALL, "filter" },
		{ "ident", "*.yaml text ident", ALL, "ident" },
		{ "export-subst", "* export-subst", ALL, "export-subst" },
		{ "taken away", "* -filter !ident -export-subst !working-tree-encoding", ALL, NULL },
		{ "other attributes", "* text=auto eol=lf diff=x merge=ours -crlf filters identity", ALL,
		    NULL },
		{ "comment", "# * filter=lfs", ALL, NULL },
		{ "blank lines", "\n \n\t\r\n", ALL, NULL },
		{ "indented", "  *\t\tfilter=lfs\r", ALL, "filter" },
		{ "last line, no newline", "x y\n*.yaml ident", ALL, "ident" },
		{ "other files", "*.png filter=lfs", ALL, NULL },
		{ "in another directory: yes all the same", "docs/*.yaml ident", ALL, "ident" },
		{ "case is ignored", "*.YAML ident", "apps/A.yaml", "ident" },
		{ "everything below", "apps/** ident", ALL, "ident" },
		{ "a directory never applies to files, but who knows", "apps/ ident", ALL, "ident" },
		{ "a set", "*.y[a]ml ident", ALL, "ident" },
		{ "an escape", "\\*.png ident", ALL, "ident" },
		{ "quoted", "\"*.pn\\147\" ident", ALL, "ident" },
		{ "quoted, with blanks", "\"a b.png\" -text ident", ALL, "ident" },
		{ "a macro", "[attr]x filter=lfs", ALL, "filter" },
		{ "braces are plain", "{a}.yaml ident", "{a}.yaml", "ident" },
		{ "braces match themselves only", "{a}.yaml ident", "b.yaml", NULL },
		{ "one character", "?.yaml ident", ALL, "ident" },
		{ "no attribute", "*.yaml", ALL, NULL },
		{ "a mark at the start, which git passes over", "\xef\xbb\xbf*.yaml ident", ALL, "ident" },
		{ "empty", "", ALL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		struct rw_error err = RW_ERROR_INIT;
		struct rw_attributes at;
		const char *found = NULL;

		print_message("# %s\n", rows[i].name);
		assert_true(rw_attributes_parse(a, rw_str(rows[i].text), &at, &err));
		for (size_t k = 0; k < at.n; k++) {
			if (rw_attribute_applies(&at.line[k], rw_str(rows[i].path)))
				found = at.line[k].attribute;
		}
		if (rows[i].attribute == NULL)
			assert_null(found);
		else
			assert_string_equal(found == NULL ? "(none)" : found, rows[i].attribute);
	}
}

static void
test_positions(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_attributes at;

	(void)state;
	assert_true(rw_attributes_parse(a, RW_STR_LIT("a text\n\nb ident\n# c filter\nd filter"), &at, &err));
	assert_int_equal(at.n, 2);
	assert_int_equal(at.line[0].number, 3);
	assert_str(at.line[0].text, "b ident");
	assert_int_equal(at.line[1].number, 5);
}

/* git reads lines as C strings. */
static void
test_nul(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_attributes at;

	(void)state;
	assert_true(rw_attributes_parse(a, RW_STR_LIT("* ident\0x\n*\0 ident\n"), &at, &err));
	assert_int_equal(at.n, 1);
	assert_int_equal(at.line[0].number, 1);
	assert_true(rw_attribute_applies(&at.line[0], RW_STR_LIT(ALL)));
}

static void
test_names(void **state)
{
	static const struct { const char *path; bool yes;
	} rows[] = {
		{ ".gitattributes", true },
		{ "a/b/.gitattributes", true },
		{ "a/.GitAttributes", true },
		{ "gitattributes", false },
		{ ".gitattributes/x", false },
		{ "x.gitattributes", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		print_message("# %s\n", rows[i].path);
		assert_int_equal(rw_attributes_is_file(rw_str(rows[i].path)), rows[i].yes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_positions), cmocka_unit_test(test_nul),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("attributes", tests, NULL, NULL);
}
