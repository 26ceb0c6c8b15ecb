#include "unit.h"

#include <time.h>

#include "refwall/manifest.h"
#include "yaml_json.h"

/* ---- trees and problems ---- */

static const struct {
	const char *name;
	struct rw_str in;
	const char *json;		/* of the documents, joined by ' ' */
	const char *problems;
} rows[] = {
#define Y(s) RW_STR_LIT(s)
	{ "nothing", Y(""), "", "" },
	{ "only a comment", Y("# x\n"), "", "" },
	{ "an empty document", Y("---\n"), "null", "" },
	{ "two documents", Y("a: 1\n---\nb: 2\n"), "{\"a\":1} {\"b\":2}", "" },
	{ "an empty one between", Y("a: 1\n---\n# c\n---\nb: 2\n"), "{\"a\":1} null {\"b\":2}", "" },
	{ "a comment on the separator", Y("--- # c\na: 1\n"), "{\"a\":1}", "" },
	{ "blanks behind the separator", Y("---  \t\r\na: 1\r\n"), "{\"a\":1}", "" },
	{ "an end mark", Y("a: 1\n...\n"), "{\"a\":1}", "" },
	{ "an end mark, then a separator", Y("a: 1\n...\n---\nb: 2\n"), "{\"a\":1} {\"b\":2}", "" },
	{ "JSON", Y("{\"a\": [1, 2.5, true, null, \"x\"]}\n"), "{\"a\":[1,2.5,true,null,\"x\"]}", "" },
	{ "a top-level list", Y("- 1\n- b\n"), "[1,\"b\"]", "" },
	{ "block scalars", Y("a: |\n  x\n  y\nb: >-\n  x\n  y\n"), "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}", "" },
	{ "anchors", Y("a: &x [1, {b: c}]\nd: *x\n"), "{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}]}", "" },
	{ "an anchor redefined", Y("a: &a 1\nb: *a\nc: &a 2\nd: *a\n"), "{\"a\":1,\"b\":1,\"c\":2,\"d\":2}", "" },
	{ "a mark at the start", Y("\xef\xbb\xbf""a: 1\nb: 2\n"), "{\"a\":1,\"b\":2}", "" },
	{ "keys become text", Y("on: a\n0x10: b\n1.50: c\n1e6: d\n~x: e\n"),
	    "{\"1.5\":\"c\",\"16\":\"b\",\"1e+06\":\"d\",\"true\":\"a\",\"~x\":\"e\"}", "" },
	{ "tags", Y("a: !!str 12\nb: !!int \"12\"\nc: !!bool \"yes\"\nd: !foo 1\ne: ! 12\nf: !!binary aGk=\n"),
	    "{\"a\":\"12\",\"b\":12,\"c\":true,\"d\":\"1\",\"e\":\"12\",\"f\":\"hi\"}", "" },
	{ "a non-specific tag behind an anchor and letters", Y("\xc3\xa9: x\na: &b ! 12\nc: *b\n"),
	    "{\"a\":\"12\",\"c\":\"12\",\"\xc3\xa9\":\"x\"}", "" },
	{ "a non-specific tag behind a comment", Y("a: &b # c\n  ! 12\n"), "{\"a\":\"12\"}", "" },
	{ "a comment behind an anchor", Y("a: &b # !\n  12\n"), "{\"a\":12}", "" },
	{ "a merge", Y("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  r: 3\n"),
	    "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":2,\"r\":3}}", "" },
	{ "a merge of two", Y("a: &x {p: 1}\nb: &y {q: 2}\nc: {<<: [*x, *y], r: 3}\n"),
	    "{\"a\":{\"p\":1},\"b\":{\"q\":2},\"c\":{\"p\":1,\"q\":2,\"r\":3}}", "" },
	{ "a merge of a merge", Y("a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}\n"),
	    "{\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":2},\"c\":{\"p\":1,\"q\":2}}", "" },
	{ "a quoted << is a key", Y("a: {\"<<\": {p: 1}}\n"), "{\"a\":{\"\\u003c\\u003c\":{\"p\":1}}}", "" },
	{ "<< as a value", Y("a: <<\n"), "{\"a\":\"\\u003c\\u003c\"}", "" },

	{ "a key twice", Y("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n"), "{\"a\":1,\"b\":{\"c\":1,\"d\":2}}",
	    "duplicate-key 2:17 b.c\nduplicate-key 3:1 a" },
	{ "a key twice in a list", Y("x:\n- a: 1\n- b: 1\n  b: 1\n"), "{\"x\":[{\"a\":1},{\"b\":1}]}",
	    "duplicate-key 4:3 x[1].b" },
	{ "a key twice, quoted", Y("a: 1\n\"a\": 2\n'a': 3\n"), "{\"a\":1}", "duplicate-key 2:1 a\nduplicate-key 3:1 a" },
	{ "a key twice once it is text", Y("1: a\n\"1\": b\n1.0: c\nyes: d\n\"true\": e\n"), "{\"1\":\"a\",\"true\":\"d\"}",
	    "duplicate-key 2:1 1\nduplicate-key 3:1 1\nduplicate-key 5:1 true" },
	{ "a key twice by an alias", Y("a: &x k\nb: {*x : 1, k: 2}\n"), "{\"a\":\"k\",\"b\":{\"k\":1}}",
	    "duplicate-key 2:13 b.k" },
	{ "an override before a merge", Y("a: &x {p: 1}\nb:\n  p: 3\n  <<: *x\n"), "{\"a\":{\"p\":1},\"b\":{\"p\":3}}",
	    "duplicate-key 4:3 b.p" },
	{ "an override behind a merge", Y("a: &x {p: 1}\nb:\n  <<: *x\n  p: 3\n"), "{\"a\":{\"p\":1},\"b\":{\"p\":1}}",
	    "duplicate-key 4:3 b.p" },
	{ "two merges that overlap", Y("a: &x {p: 1}\nb: &y {p: 2}\nc: {<<: [*x, *y]}\n"),
	    "{\"a\":{\"p\":1},\"b\":{\"p\":2},\"c\":{\"p\":1}}", "duplicate-key 3:5 c.p" },
	{ "a key that needs quotes", Y("metadata: {\"a.b/c\": 1, \"a.b/c\": 2}\n"), "{\"metadata\":{\"a.b/c\":1}}",
	    "duplicate-key 1:24 metadata[\"a.b/c\"]" },
	{ "a merge of a scalar", Y("a: {<<: 5}\n"), "{\"a\":{}}", "key 1:9 a[\"<<\"]" },
	{ "a merge of null", Y("a:\n  <<:\n"), "{\"a\":{}}", "key 2:6 a[\"<<\"]" },

	{ "a null key", Y("~: 1\n"), "{\"~\":1}", "key 1:1" },
	{ "a key of nothing", Y("? \n: 1\n"), NULL, NULL },
	{ "a list as a key", Y("a:\n  ? [b]\n  : c\n"), NULL, "key 2:5 a" },
	{ "a map as a key", Y("a: {{b: c}: d}\n"), NULL, "key 1:5 a" },

	{ "a template as a value", Y("a: {{ .Values.b }}\n"), NULL, "key 1:5 a" },
	{ "a template as a line", Y("a: 1\n{{- if b }}\n"), "", "syntax 3:1" },

	{ "an unknown anchor", Y("a: 1\n---\nb: *x\n"), "{\"a\":1}", "alias 3:4 b" },
	{ "an anchor of another document", Y("a: &x 1\n---\nb: *x\n"), "{\"a\":1}", "alias 3:4 b" },
	{ "an anchor inside itself", Y("a: &x {b: [*x]}\n"), "", "alias 1:12 a.b[0]" },

	{ "an unclosed list", Y("a: 1\n---\nb: [1\n"), "{\"a\":1}", "syntax 4:1 b[1]" },
	{ "a tab", Y("a:\n\tb: 1\n"), "", "syntax 2:1 a" },
	{ "a value that does not fit its tag", Y("a: !!int 3.5\n"), "{\"a\":3}", "syntax 1:4 a" },
	{ "a null that is none", Y("a: !!null x\n"), "{\"a\":null}", "syntax 1:4 a" },
	{ "broken base64", Y("a: !!binary a_b\n"), NULL, "syntax 1:4 a" },
	{ "binary that is no text", Y("a: !!binary /w==\n"), NULL, "syntax 1:4 a" },
	{ "an infinity", Y("a: .inf\n"), NULL, "syntax 1:4 a" },
	{ "no number", Y("a: {b: [.NaN]}\n"), NULL, "syntax 1:9 a.b[0]" },
	{ "an infinity as a key is text", Y(".inf: 1\n"), "{\".inf\":1}", "" },

	{ "not UTF-8", Y("a: 1\nb: \xff\n"), "", "encoding 2:4" },
	{ "overlong", Y("a: \xc0\x80\n"), "", "encoding 1:4" },
	{ "a surrogate", Y("\xc3\xa9: \xed\xa0\x80\n"), "", "encoding 1:4" },
	{ "cut off", Y("a: \xe2\x82"), "", "encoding 1:4" },
	{ "too high", Y("a: \xf4\x90\x80\x80"), "", "encoding 1:4" },
	{ "no character", Y("a: \xef\xbf\xbf"), "", "encoding 1:4" },
	{ "UTF-16, little end first", Y("\xff\xfe" "a\0:\0 \0001\0"), "", "encoding 1:1" },
	{ "UTF-16, big end first", Y("\xfe\xff\0a\0:\0 \0001"), "", "encoding 1:1" },
	{ "UTF-16 without a mark", Y("a\0:\0"), "", "encoding 1:2" },
	{ "NUL", Y("a: 1\n\0"), "", "encoding 2:1" },
	{ "a bell", Y("a: \a\n"), "", "encoding 1:4" },
	{ "DEL", Y("a: \"\x7f\"\n"), "", "encoding 1:5" },
	{ "C1", Y("a: \xc2\x80\n"), "", "encoding 1:4" },
	{ "a mark inside", Y("a: 1\n\xef\xbb\xbf---\nb: 2\n"), NULL, "encoding 2:1\nsyntax 2:2" },
	{ "a mark in the middle of a line is text", Y("a: x\xef\xbb\xbfy\n"), "{\"a\":\"x\xef\xbb\xbfy\"}", "" },
	{ "NEL", Y("a: x\xc2\x85" "b: y\n"), "{\"a\":\"x\",\"b\":true}", "encoding 1:5" },
	{ "a line separator in a comment", Y("# x\xe2\x80\xa8" "a: 1\n"), "{\"a\":1}", "encoding 1:4" },

	{ "CR alone", Y("a: 1\rb: 2\r"), "{\"a\":1,\"b\":2}", "stream 1:5" },
	{ "CR before CR LF", Y("a: 1\r\r\n"), "{\"a\":1}", "stream 1:5" },
	{ "a document on the separator's line", Y("--- {a: 1}\n"), "{\"a\":1}", "stream 1:1" },
	{ "text on the separator's line", Y("a: 1\n--- b\n"), "{\"a\":1} \"b\"", "stream 2:1" },
	{ "a tag on the separator's line", Y("--- !x\na: 1\n"), "{\"a\":1}", "stream 1:1" },
	{ "a separator that is none", Y("---a: 1\n"), "{\"---a\":1}", "stream 1:1" },
	{ "a certificate in column one", Y("a: \"x\n-----BEGIN\"\n"), NULL, "stream 2:1" },
	{ "something behind the end", Y("a: 1\n...\nb: 2\n"), "{\"a\":1}", "stream 3:1" },
	{ "two JSON values", Y("{\"a\": 1}{\"b\": 2}"), "{\"a\":1}", "stream 1:9" },
	{ "two JSON values on two lines", Y("{\"a\": 1}\n{\"b\": 2}\n"), "{\"a\":1}", "stream 2:1" },
	{ "indentation lost", Y("  a: 1\nb: 2\n"), "{\"a\":1}", "stream 2:1" },
	{ "%YAML", Y("%YAML 1.1\n---\na: 1\n"), "{\"a\":1}", "stream 1:1" },
	{ "%TAG", Y("%TAG !e! tag:example.com,2000:\n---\na: !e!x 1\n"), "{\"a\":\"1\"}", "stream 1:1" },
	{ "%YAML 2.0", Y("%YAML 2.0\n---\na: 1\n"), "", "syntax 1:1" },
#undef Y
};

static void
trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
		rw_auto_buf struct rw_buf json = RW_BUF_INIT(1u << 16), problems = RW_BUF_INIT(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_yaml y;

		print_message("# %s\n", rows[i].name);
		assert_true(rw_yaml_parse(a, rows[i].in, &y, &e));
		for (size_t d = 0; d < y.n; d++) {
			if (d > 0)
				rw_buf_putc(&json, ' ');
			yaml_json(&json, y.document[d]);
		}
		yaml_problems(&problems, &y);
		if (rows[i].json != NULL)
			assert_string_equal(rw_buf_cstr(&json), rows[i].json);
		if (rows[i].problems == NULL)
			assert_true(y.n_problems > 0);
		else
			assert_string_equal(rw_buf_cstr(&problems), rows[i].problems);
	}
}

static void
nodes(void **state)
{
	static const char text[] = "plain: a\nsingle: 'b'\ndouble: \"\\u00e9\"\nliteral: |\n  c\nfolded: >\n  d\n"
	    "\xc3\xa9: {x: &y [1], z: *y}\n";
	static const struct { const char *key; enum rw_yaml_style style; unsigned line, col; } want[] = {
		{ "plain", RW_YAML_PLAIN, 1, 8 }, { "single", RW_YAML_SINGLE, 2, 9 },
		{ "double", RW_YAML_DOUBLE, 3, 9 }, { "literal", RW_YAML_LITERAL, 4, 10 },
		{ "folded", RW_YAML_FOLDED, 6, 9 },
	};
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	const struct rw_yaml_node *root, *v;
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	(void)state;
	assert_true(rw_yaml_parse(a, rw_str(text), &y, &e));
	assert_int_equal(y.n, 1);
	root = y.document[0];
	for (size_t i = 0; i < RW_ARRAY_LEN(want); i++) {
		print_message("# %s\n", want[i].key);
		v = rw_yaml_get(root, want[i].key);
		assert_non_null(v);
		assert_int_equal(v->style, want[i].style);
		assert_int_equal(v->line, want[i].line);
		assert_int_equal(v->col, want[i].col);
		assert_int_equal(rw_yaml_get_key(root, want[i].key)->col, 1);
	}
	assert_str(rw_yaml_get_str(root, "double"), "\xc3\xa9");
	v = rw_yaml_get(root, "\xc3\xa9");
	assert_int_equal(v->col, 4);
	assert_ptr_equal(rw_yaml_get(v, "x"), rw_yaml_get(v, "z"));
	assert_true(rw_yaml_get(v, "x")->aliased);
	assert_false(v->aliased);

	assert_null(rw_yaml_get(root, "nothing"));
	assert_null(rw_yaml_get(NULL, "plain"));
	assert_null(rw_yaml_get(rw_yaml_get(v, "x"), "plain"));
	assert_null(rw_yaml_get_key(root, ""));
	assert_int_equal(rw_yaml_get_str(v, "x").n, 0);
	assert_string_equal(rw_yaml_problem_name(RW_YAML_DUPLICATE), "duplicate-key");
	assert_string_equal(rw_yaml_problem_name(RW_YAML_PROBLEM_NONE), "none");
	assert_string_equal(rw_yaml_problem_name(RW_YAML_PROBLEM_MAX), "none");
}

/* The words of the problems that people meet most. */
static void
texts(void **state)
{
	static const struct { const char *in, *text; } rows_[] = {
		{ "a: 1\na: 2\n", "key 'a' was set in line 1 already" },
		{ "a: &x {p: 1}\nb: {<<: *x, p: 2}\n", "key 'p' is set again by a merge: it was set in line 1" },
		{ "a: {{ .Values.b }}\n", "a map as a key: a template that was not rendered?" },
		{ "{{- if b }}\na: 1\n", "did not find expected node content: a template that was not rendered?" },
		{ "a: 1\n{{- if b }}\n", "could not find expected ':': a template that was not rendered?" },
		{ "a: [1\n", "while parsing a flow sequence, did not find expected ',' or ']'" },
		{ "a: *x\n", "alias of an unknown anchor 'x'" },
		{ "a: &x [*x]\n", "anchor 'x' contains itself" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows_); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_yaml y;

		print_message("# %s\n", rows_[i].text);
		assert_true(rw_yaml_parse(a, rw_str(rows_[i].in), &y, &e));
		assert_int_equal(y.n_problems, 1);
		assert_string_equal(y.problem[0].text, rows_[i].text);
	}
}

/* ---- limits, at n and at n + 1 ---- */

enum filler { DEPTH_FLOW, DEPTH_BLOCK, NODES, DOCUMENTS, ALIASES, ANCHORS, ALIAS_NODES, ALIAS_BYTES, ALIAS_DEPTH, BYTES };

static void
fill(struct rw_buf *b, enum filler what, size_t n)
{
	switch (what) {
	case DEPTH_FLOW:
		for (size_t i = 0; i < n; i++)
			rw_buf_putc(b, '[');
		for (size_t i = 0; i < n; i++)
			rw_buf_putc(b, ']');
		break;
	case DEPTH_BLOCK:
		for (size_t i = 0; i < n; i++)
			rw_buf_puts(b, "- ");
		rw_buf_puts(b, "x\n");
		break;
	case NODES:			/* the list is one */
		rw_buf_putc(b, '[');
		for (size_t i = 0; i + 1 < n; i++)
			rw_buf_puts(b, "a,");
		rw_buf_puts(b, "]\n");
		break;
	case DOCUMENTS:
		for (size_t i = 0; i < n; i++)
			rw_buf_puts(b, "---\na\n");
		break;
	case ALIASES:
		rw_buf_puts(b, "- &x a\n");
		for (size_t i = 0; i < n; i++)
			rw_buf_puts(b, "- *x\n");
		break;
	case ANCHORS:
		for (size_t i = 0; i < n; i++)
			rw_buf_puts(b, "- &x a\n");
		break;
	case ALIAS_NODES:		/* 2 + 1000 + 1 nodes and n - 1003 more by aliases of 199 and of 1 */
		rw_buf_puts(b, "- &y a\n- &x [");
		for (size_t i = 0; i < 998; i++)
			rw_buf_puts(b, "a,");
		rw_buf_puts(b, "]\n");
		for (n -= 1001; n >= 999; n -= 999)
			rw_buf_puts(b, "- *x\n");
		for (; n > 0; n--)
			rw_buf_puts(b, "- *y\n");
		break;
	case ALIAS_BYTES:
		rw_buf_puts(b, "- &y a\n- &x ");
		for (size_t i = 0; i < 9999; i++)
			rw_buf_putc(b, 'b');
		rw_buf_putc(b, '\n');
		for (n -= 10000; n >= 9999; n -= 9999)
			rw_buf_puts(b, "- *x\n");
		rw_buf_puts(b, "- ");
		for (; n > 0; n--)
			rw_buf_putc(b, 'c');
		rw_buf_putc(b, '\n');
		break;
	case ALIAS_DEPTH:		/* 40 in the anchor, the rest around the alias */
		rw_buf_puts(b, "- &x ");
		fill(b, DEPTH_FLOW, 40);
		rw_buf_puts(b, "\n- ");
		for (size_t i = 0; i + 41 < n; i++)
			rw_buf_putc(b, '[');
		rw_buf_puts(b, "*x ");
		for (size_t i = 0; i + 41 < n; i++)
			rw_buf_putc(b, ']');
		rw_buf_putc(b, '\n');
		break;
	case BYTES:
		rw_buf_puts(b, "a: 1\n#");
		while (b->len < n)
			rw_buf_putc(b, 'x');
		break;
	}
}

static void
limits(void **state)
{
	static const struct { const char *name; enum filler what; size_t n; const char *problem; } rows_[] = {
		{ "depth, flow", DEPTH_FLOW, RW_LIMIT_YAML_DEPTH, "depth" },
		{ "depth, block", DEPTH_BLOCK, RW_LIMIT_YAML_DEPTH, "depth" },
		{ "nodes", NODES, RW_LIMIT_YAML_NODES, "size" },
		{ "documents", DOCUMENTS, RW_LIMIT_YAML_DOCUMENTS, "size" },
		{ "aliases", ALIASES, RW_LIMIT_YAML_ALIASES, "alias" },
		{ "anchors", ANCHORS, RW_LIMIT_YAML_ALIASES, "alias" },
		{ "nodes by aliases", ALIAS_NODES, RW_LIMIT_YAML_NODES, "alias" },
		{ "bytes by aliases", ALIAS_BYTES, RW_LIMIT_YAML_EXPANDED_BYTES, "size" },
		{ "depth by an alias", ALIAS_DEPTH, RW_LIMIT_YAML_DEPTH, "alias" },
		{ "bytes", BYTES, RW_LIMIT_YAML_BYTES, NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows_); i++)
		for (size_t more = 0; more < 2; more++) {
			rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
			rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);
			struct rw_error e = RW_ERROR_INIT;
			struct rw_yaml y;

			print_message("# %s, %s\n", rows_[i].name, more ? "one more" : "as many as may be");
			fill(&b, rows_[i].what, rows_[i].n + more);
			assert_false(b.failed);
			if (more && rows_[i].problem == NULL) {
				assert_false(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
				assert_int_equal(e.code, RW_E_LIMIT);
				continue;
			}
			assert_true(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
			assert_int_equal(y.n_problems, more);
			if (more)
				assert_string_equal(rw_yaml_problem_name(y.problem[0].id), rows_[i].problem);
		}
}

static void
many_problems(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	(void)state;
	for (int i = 0; i < RW_LIMIT_YAML_FINDINGS + 8; i++)
		rw_buf_puts(&b, "a: 1\n");
	assert_true(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
	assert_int_equal(y.n_problems, RW_LIMIT_YAML_FINDINGS);
	assert_int_equal(y.n_dropped, 7);
	for (size_t i = 0; i < y.n_problems; i++)
		assert_int_equal(y.problem[i].line, i + 2);
}

static void
small_arena(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4096);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	(void)state;
	fill(&b, NODES, 1000);
	assert_false(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
}

/* What is cheap to send must be cheap to refuse: quadratic readers take half a minute for some of these. */
static void
bombs(void **state)
{
	static const char *const unit[] = { "[", "{", "[{", "{[", "- ", "? ", "[? ", "{a: ", "&a [", "!a [", "*a ", "a: ",
	    "\"", "'", "\n\n", "#", "[a, ", "{a, ", "a\n", "\xe2\x80\xa8", "a: |\n", "--- ", "---\n", "...\n" };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(unit); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_yaml y;
		clock_t t;

		while (b.len < 200000)
			rw_buf_puts(&b, unit[i]);
		t = clock();
		assert_true(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
		print_message("# %s: %ld us\n", unit[i][0] == '\n' ? "LF" : "200 KB of one thing",
		    (long)((clock() - t) * 1000000 / CLOCKS_PER_SEC));
	}
}

static void
laughs(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 16);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	(void)state;
	rw_buf_puts(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 30; i++) {
		rw_buf_printf(&b, "a%d: &a%d [", i, i);
		for (int j = 0; j < 9; j++)
			rw_buf_printf(&b, "%s*a%d", j == 0 ? "" : ", ", i - 1);
		rw_buf_puts(&b, "]\n");
	}
	assert_true(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
	assert_int_equal(y.n, 0);
	assert_int_equal(y.n_problems, 1);
	assert_int_equal(y.problem[0].id, RW_YAML_ALIAS);
	assert_true(rw_arena_used(a) < 1u << 20);
}

/* Many keys, chosen so that only their ends differ: found duplicates, and in time. */
static void
wide_map(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_YAML_BYTES);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	(void)state;
	for (int i = 0; i < 60000; i++)
		rw_buf_printf(&b, "key-%08d: 1\n", i);
	rw_buf_puts(&b, "key-00030000: 2\nkey-00000000: 2\n");
	assert_true(rw_yaml_parse(a, rw_buf_str(&b), &y, &e));
	assert_int_equal(y.n_problems, 2);
	assert_int_equal(y.problem[0].line, 60001);
	assert_string_equal(y.problem[0].text, "key 'key-00030000' was set in line 30001 already");
	assert_int_equal(y.problem[1].line, 60002);
	assert_string_equal(rw_yaml_get_key(y.document[0], "key-00059999")->value.p, "key-00059999");
}

/* ---- scalars ---- */

static void
resolving(void **state)
{
	static const struct { const char *text; enum rw_scalar_type type; bool boolean; } rows_[] = {
		{ "", RW_SCALAR_NULL, false }, { "~", RW_SCALAR_NULL, false }, { "null", RW_SCALAR_NULL, false },
		{ "nULL", RW_SCALAR_STRING, false }, { "nil", RW_SCALAR_STRING, false },
		{ "y", RW_SCALAR_BOOL, true }, { "Yes", RW_SCALAR_BOOL, true }, { "ON", RW_SCALAR_BOOL, true },
		{ "n", RW_SCALAR_BOOL, false }, { "off", RW_SCALAR_BOOL, false }, { "FALSE", RW_SCALAR_BOOL, false },
		{ "yEs", RW_SCALAR_STRING, false }, { "trues", RW_SCALAR_STRING, false }, { "t", RW_SCALAR_STRING, false },
		{ "0", RW_SCALAR_INT, false }, { "0777", RW_SCALAR_INT, false }, { "0x1f", RW_SCALAR_INT, false },
		{ "0X_1F", RW_SCALAR_INT, false }, { "-0b1", RW_SCALAR_INT, false }, { "0b-1", RW_SCALAR_INT, false },
		{ "0b+_1", RW_SCALAR_INT, false }, { "0b2", RW_SCALAR_STRING, false }, { "-0b-1", RW_SCALAR_STRING, false },
		{ "1__0_", RW_SCALAR_INT, false }, { "_1", RW_SCALAR_STRING, false }, { "+_1", RW_SCALAR_INT, false },
		{ "18446744073709551615", RW_SCALAR_INT, false }, { "18446744073709551616", RW_SCALAR_FLOAT, false },
		{ "+18446744073709551615", RW_SCALAR_FLOAT, false }, { "-9223372036854775808", RW_SCALAR_INT, false },
		{ "-9223372036854775809", RW_SCALAR_FLOAT, false }, { "0x10000000000000000", RW_SCALAR_STRING, false },
		{ "08", RW_SCALAR_FLOAT, false }, { "1e3", RW_SCALAR_FLOAT, false }, { "1_0.5", RW_SCALAR_FLOAT, false },
		{ ".5", RW_SCALAR_FLOAT, false }, { "._5", RW_SCALAR_STRING, false }, { "5.", RW_SCALAR_FLOAT, false },
		{ ".", RW_SCALAR_STRING, false }, { "..", RW_SCALAR_STRING, false }, { "1.2.3", RW_SCALAR_STRING, false },
		{ "1e", RW_SCALAR_STRING, false }, { "1e+", RW_SCALAR_STRING, false }, { "1e3m", RW_SCALAR_STRING, false },
		{ "1e308", RW_SCALAR_FLOAT, false }, { "1e309", RW_SCALAR_STRING, false },
		{ "0e999999999999", RW_SCALAR_FLOAT, false }, { "1e-999999999999", RW_SCALAR_FLOAT, false },
		{ "179769313486231570814527423731704356798070e267", RW_SCALAR_FLOAT, false },
		{ "179769313486231590000000000000000000000000e267", RW_SCALAR_STRING, false },
		{ ".inf", RW_SCALAR_FLOAT, false }, { "-.INF", RW_SCALAR_FLOAT, false }, { ".NaN", RW_SCALAR_FLOAT, false },
		{ "+.nan", RW_SCALAR_STRING, false }, { "inf", RW_SCALAR_STRING, false },
		{ "20:30", RW_SCALAR_STRING, false }, { "2001-01-01", RW_SCALAR_STRING, false },
		{ "-", RW_SCALAR_STRING, false }, { "+", RW_SCALAR_STRING, false }, { "0x", RW_SCALAR_STRING, false },
		{ "0_", RW_SCALAR_INT, false }, { "-0", RW_SCALAR_INT, false }, { "00", RW_SCALAR_INT, false },
		{ "1 ", RW_SCALAR_STRING, false }, { "100m", RW_SCALAR_STRING, false }, { "=", RW_SCALAR_STRING, false },
		{ "<<", RW_SCALAR_STRING, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows_); i++) {
		bool b = !rows_[i].boolean;

		print_message("# '%s'\n", rows_[i].text);
		assert_int_equal(rw_yaml_resolve(rw_str(rows_[i].text), &b), rows_[i].type);
		assert_int_equal(b, rows_[i].boolean);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees), cmocka_unit_test(nodes), cmocka_unit_test(texts), cmocka_unit_test(limits),
		cmocka_unit_test(many_problems), cmocka_unit_test(small_arena), cmocka_unit_test(bombs),
		cmocka_unit_test(laughs), cmocka_unit_test(wide_map), cmocka_unit_test(resolving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
