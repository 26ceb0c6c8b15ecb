#include "unit.h"

#include "../glob_plain.h"
#include "refwall/buf.h"
#include "refwall/limits.h"
#include "refwall/timestamp.h"

static void
matching(void **state)
{
	static const struct { const char *pattern, *text; bool want; } rows[] = {
		{ "refs/heads/main", "refs/heads/main", true },
		{ "refs/heads/main", "refs/heads/main2", false },
		{ "refs/heads/main", "refs/heads/mai", false },
		{ "refs/heads/main", "refs/heads/Main", false },
		{ "refs/heads/main", "", false },
		{ "*", "a", true }, { "*", "", true }, { "*", "a/b", false }, { "a*", "a", true },
		{ "a*b", "ab", true },
		{ "a*b", "axxb", true }, { "a*b", "a/b", false }, { "*a*b", "xaaab", true },
		{ "*a*b", "xaaa", false },
		{ "*.yaml", "a.yaml", true }, { "*.yaml", "d/a.yaml", false }, { "*/b", "a/b", true },
		{ "*/*", "a/b/c", false }, { "*ab*ab", "abab", true }, { "*ab*ab", "ab", false },
		{ "?", "a", true }, { "?", "/", false }, { "?", "", false }, { "a?c", "abc", true },
		{ "a?", "abc", false },
		{ "**", "", true }, { "**", "a", true }, { "**", "a/b/c", true }, { "**/**", "", true },
		{ "**/x", "x", true }, { "**/x", "a/x", true }, { "**/x", "a/b/x", true },
		{ "**/x", "ax", false },
		{ "**/x", "a/x/y", false }, { "**/x", "a/xx", false },
		{ "a/**", "a", false }, { "a/**", "a/b", true }, { "a/**", "a/b/c", true },
		{ "a/**", "ab", false },
		{ "a/**", "a/", false }, { "a/**", "b/a/c", false }, { "a/**/**", "a/b", true },
		{ "a/**/**", "a", false },
		{ "a/**/b", "a/b", true }, { "a/**/b", "a/x/b", true }, { "a/**/b", "a/x/y/b", true },
		{ "a/**/b", "ab", false }, { "a/**/b", "a/xb", false }, { "a/**/**/b", "a/b", true },
		{ "a/**/b/**/c", "a/b/b/c", true }, { "a/**/b/**/c", "a/c", false },
		{ "a/**/b/**/c", "a/b/x/b/y/c", true },
		{ "**/a/*/b", "a/x/a/y/b", true }, { "**/a/*/b", "a/x/y/b", false },
		{ "**/*a*/b", "xa/ya/b", true },
		{ "**/*.yaml", "a.yaml", true }, { "**/*.yaml", "x/y/a.yaml", true },
		{ "**/*.yaml", "x/y/a.yml", false },
		{ "**/README.md", "docs/README.md", true }, { "refs/tags/v*", "refs/tags/v1.0", true },
		{ "refs/tags/v*", "refs/tags/v/1", false },
		{ "[a-c]", "b", true }, { "[a-c]", "d", false }, { "[!a-c]", "d", true },
		{ "[!a-c]", "a", false },
		{ "[!a]", "/", false }, { "[ -~]", "/", false }, { "[abc]x", "bx", true },
		{ "[a-]", "-", true },
		{ "[-a]", "-", true }, { "[\\]]", "]", true }, { "[\\!a]", "!", true }, { "[a!]", "!", true },
		{ "[\\a-\\c]", "b", true }, { "[\x80-\xff]", "\xe9", true }, { "[*?]", "*", true },
		{ "[a-c]", "", false },
		{ "\\*", "*", true }, { "\\*", "a", false }, { "\\\\", "\\", true },
		{ "\\{a\\}", "{a}", true },
		{ "\\!a", "!a", true }, { "a!", "a!", true }, { "\\a", "a", true },
		{ "{t}", "a", true }, { "{t}", "", false }, { "{t}", "a/b", false },
		{ "{t}-{t}", "ab-ab", true },
		{ "{t}-{t}", "ab-ac", false }, { "{t}-{t}", "a-b-a-b", true }, { "{t}{t}", "abab", true },
		{ "{t}{t}", "aba", false }, { "apps/{app}/{app}.yaml", "apps/web/web.yaml", true },
		{ "apps/{app}/{app}.yaml", "apps/web/db.yaml", false }, { "**/{d}/{d}", "a/b/b", true },
		{ "**/{d}/{d}", "a/b/c", false }, { "{a}*{a}", "xyzx", true }, { "{a}**", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_glob *g = rw_glob_compile(a, rw_str(rows[i].pattern), &e);

		print_message("# %s on %s\n", rows[i].pattern,
		    rows[i].text == NULL ? "nothing" : rows[i].text);
		if (rows[i].text == NULL) {
			assert_null(g);
			continue;
		}
		assert_non_null(g);
		assert_int_equal(rw_glob_match(g, rw_str(rows[i].text), NULL), rows[i].want);
		assert_str(rw_glob_pattern(g), rows[i].pattern);
	}
}

static void
captures(void **state)
{
	static const struct { const char *pattern, *text, *want; } rows[] = {
		{ "teams/{team}/**", "teams/blue/a/b", "team=blue" },
		{ "**/{dir}/{file}.yaml", "a/b/c.yaml", "dir=b file=c" },
		{ "{a}-{b}", "x-y-z", "a=x b=y-z" },
		{ "{a}{b}{c}", "wxyz", "a=w b=x c=yz" },
		{ "{a}-{a}-{b}", "x-x-y-x", "a=x b=y-x" },
		{ "*{a}", "xyz", "a=xyz" },
		{ "{a_1-b}", "x", "a_1-b=x" },
		{ "**/{a}/x/**/{b}.y", "1/2/x/3/4.y", "a=2 b=4" },
		{ "plain", "plain", "" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(200);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_glob *g = rw_glob_compile(a, rw_str(rows[i].pattern), &e);
		struct rw_glob_captures c = { .n = 99 };

		print_message("# %s on %s\n", rows[i].pattern, rows[i].text);
		assert_non_null(g);
		assert_false(rw_glob_match(g, RW_STR_LIT("//"), &c));
		assert_int_equal(c.n, 99);
		assert_true(rw_glob_match(g, rw_str(rows[i].text), &c));
		for (size_t k = 0; k < c.n; k++) {
			rw_buf_puts(&b, k == 0 ? "" : " ");
			rw_buf_put_str(&b, c.item[k].name);
			rw_buf_putc(&b, '=');
			rw_buf_put_str(&b, c.item[k].value);
		}
		assert_string_equal(rw_buf_cstr(&b), rows[i].want);
	}
}

static void
malformed(void **state)
{
	static const struct { struct rw_str in; const char *msg; } rows[] = {
		{ RW_STR_LIT(""), "pattern : column 1: an empty pattern" },
		{ RW_STR_LIT("/a"), "pattern /a: column 1: names do not start with '/'" },
		{ RW_STR_LIT("a/"),
		    "pattern a/: column 2: names do not end in '/'; write a/** for what is below a" },
		{ RW_STR_LIT("!a"), "pattern !a: column 1: '!' stands only in front of a list's pattern; "
		    "write \\! for the byte" },
		{ RW_STR_LIT("a**"), "pattern a**: column 2: \"**\" must be a whole segment, as in a/**/b" },
		{ RW_STR_LIT("**a"), "pattern **a: column 1: \"**\" must be a whole segment, as in a/**/b" },
		{ RW_STR_LIT("a/***"),
		    "pattern a/***: column 3: \"**\" must be a whole segment, as in a/**/b" },
		{ RW_STR_LIT("[a"), "pattern [a: column 1: '[' without ']'" },
		{ RW_STR_LIT("["), "pattern [: column 1: '[' without ']'" },
		{ RW_STR_LIT("[!"), "pattern [!: column 1: '[' without ']'" },
		{ RW_STR_LIT("[a-"), "pattern [a-: column 1: '[' without ']'" },
		{ RW_STR_LIT("x[\\"), NULL },
		{ RW_STR_LIT("[]"), "pattern []: column 1: an empty set; write \\] for the byte" },
		{ RW_STR_LIT("[!]"), NULL },
		{ RW_STR_LIT("[^a]"),
		    "pattern [^a]: column 2: write [!...] for a negated set, \\^ for the byte" },
		{ RW_STR_LIT("[z-a]"), "pattern [z-a]: column 2: a range that goes down" },
		{ RW_STR_LIT("[a/]"), "pattern [a/]: column 3: a set never matches '/'" },
		{ RW_STR_LIT("a]"), "pattern a]: column 2: ']' without '['; write \\] for the byte" },
		{ RW_STR_LIT("a}"), "pattern a}: column 2: '}' without '{'; write \\} for the byte" },
		{ RW_STR_LIT("{"), NULL }, { RW_STR_LIT("{}"), NULL }, { RW_STR_LIT("{a"), NULL },
		{ RW_STR_LIT("{A}"), NULL }, { RW_STR_LIT("{1}"), NULL }, { RW_STR_LIT("{a,b}"), NULL },
		{ RW_STR_LIT("{a b}"), NULL }, { RW_STR_LIT("{-a}"), NULL },
		{ RW_STR_LIT("a\\"), "pattern a\\\\: column 2: a backslash with nothing behind it" },
		{ RW_STR_LIT("a\0b"), "pattern a\\x00b: column 2: a NUL byte" },
		{ RW_STR_LIT("{a}{b}{c}{d}{e}{f}{g}{h}{i}"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		rw_autofree char *exact = malloc(rows[i].in.n + (rows[i].in.n == 0));

		print_message("# row %zu\n", i);
		memcpy(exact, rows[i].in.p, rows[i].in.n);
		assert_null(rw_glob_compile(a, (struct rw_str){ exact, rows[i].in.n }, &e));
		assert_int_equal(e.code, RW_E_PARSE);
		if (rows[i].msg != NULL)
			assert_string_equal(e.msg, rows[i].msg);
	}
}

static void
bounds(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20), *tiny = rw_arena_new(64);
	struct rw_error e = RW_ERROR_INIT;
	char text[RW_LIMIT_GLOB_BYTES + 1];
	struct rw_str names[RW_GLOB_CAPTURES_MAX];
	const struct rw_glob *g;

	(void)state;
	memset(text, 'x', sizeof(text));
	g = rw_glob_compile(a, (struct rw_str){ text, RW_LIMIT_GLOB_BYTES }, &e);
	assert_non_null(g);
	assert_true(rw_glob_literal(g));
	assert_true(rw_glob_match(g, (struct rw_str){ text, RW_LIMIT_GLOB_BYTES }, NULL));
	assert_null(rw_glob_compile(a, (struct rw_str){ text, RW_LIMIT_GLOB_BYTES + 1 }, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	g = rw_glob_compile(a, RW_STR_LIT("{a}{b}{c}{d}{e}{f}{g}{h}{a}"), &e);
	assert_non_null(g);
	assert_int_equal(rw_glob_capture_names(g, names), 8);
	assert_str(names[7], "h");
	assert_false(rw_glob_literal(g));
	assert_null(rw_glob_compile(tiny, RW_STR_LIT("a/*/b"), &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	/* Open choices beside a repeated capture: 64 with the capture itself. */
	for (size_t stars = 63; stars <= 64; stars++) {
		memcpy(text, "{a}", 3);
		for (size_t i = 0; i < stars; i++)
			memcpy(text + 3 + 2 * i, "*x", 2);
		memcpy(text + 3 + 2 * stars, "{a}", 3);
		g = rw_glob_compile(a, (struct rw_str){ text, 6 + 2 * stars }, &e);
		assert_int_equal(g != NULL, stars == 63);
		if (g == NULL)
			continue;
		memset(text, 'x', 65);
		assert_true(rw_glob_match(g, (struct rw_str){ text, 65 }, NULL));
		assert_false(rw_glob_match(g, (struct rw_str){ text, 64 }, NULL));
	}
}

/* Patterns that send a backtracking matcher away for years, on the longest path. */
static void
bounded_time(void **state)
{
	static const struct { const char *name, *piece, *end, *text_piece, *text_end; } rows[] = {
		/* All end in a wildcard: a text at the end would be looked at first. */
		{ "stars", "a*", "x*", "a", "" },
		{ "stars with the end there", "a*", "x*b", "a", "b" },
		{ "deep", "**/a/", "x*", "a/", "a" },
		{ "deep, end there", "**/a/", "x/b*", "a/", "y/b" },
		{ "deep and stars", "**/*a/", "x/b*", "a/", "y/b" },
		{ "stars and deep", "*a*/**/", "x*b", "aaa/", "ab" },
		{ "sets", "*[ab]", "c*d", "ab", "d" },
		{ "repeated captures", "*", "{a}{b}{a}{b}x*", "a", "" },
		{ "one repeated capture", "*", "{a}b*{a}*c*", "ab", "" },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf p = RW_BUF_INIT(RW_LIMIT_GLOB_BYTES),
		    t = RW_BUF_INIT(RW_LIMIT_PATH_BYTES);
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_glob *g;
		int64_t start;

		print_message("# %s\n", rows[i].name);
		if (strcmp(rows[i].piece, "*") == 0)
			rw_buf_puts(&p, "*a");
		else
			while (p.len + strlen(rows[i].piece) + strlen(rows[i].end) <= p.max)
				rw_buf_puts(&p, rows[i].piece);
		rw_buf_puts(&p, rows[i].end);
		while (t.len + strlen(rows[i].text_piece) + strlen(rows[i].text_end) <= t.max)
			rw_buf_puts(&t, rows[i].text_piece);
		rw_buf_puts(&t, rows[i].text_end);
		g = rw_glob_compile(a, rw_buf_str(&p), &e);
		assert_non_null(g);
		start = rw_time_monotonic();
		assert_false(rw_glob_match(g, rw_buf_str(&t), NULL));
		/* 4 million steps at the very most: a second is generous even under a sanitizer. */
		start = rw_time_monotonic() - start;
		print_message("# %d ms\n", (int)start);
		assert_true(start < 1000);
	}
}

static void
lists(void **state)
{
	static const struct { const char *name, *pattern[4], *text; bool want; } rows[] = {
		{ "one of two", { "a/**", "b/**" }, "b/x", true },
		{ "none of two", { "a/**", "b/**" }, "c/x", false },
		{ "excluded", { "a/**", "!a/x" }, "a/x", false },
		{ "not excluded", { "a/**", "!a/x" }, "a/y", true },
		{ "exclusion first", { "!a/x", "a/**" }, "a/x", false },
		{ "exclusion wins over a literal", { "!a/**", "a/x" }, "a/x", false },
		{ "only exclusions", { "!a/**" }, "b", true },
		{ "only exclusions, excluded", { "!a/**" }, "a/b", false },
		{ "escaped", { "\\!a" }, "!a", true },
		{ "excluded !a", { "**", "!\\!a" }, "!a", false },
		{ "nothing", { NULL }, "a", false },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_error e = RW_ERROR_INIT;
		struct rw_str p[4];
		struct rw_globs l;
		size_t n = 0, bad;

		print_message("# %s\n", rows[i].name);
		for (; n < 4 && rows[i].pattern[n] != NULL; n++)
			p[n] = rw_str(rows[i].pattern[n]);
		assert_true(rw_globs_compile(a, p, n, &l, &bad, &e));
		assert_int_equal(rw_globs_match(&l, rw_str(rows[i].text), NULL), rows[i].want);
	}
}

static void
lists_tell_more(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
	struct rw_str good[] = { RW_STR_LIT("!x/**"), RW_STR_LIT("{a}/b"), RW_STR_LIT("{c}/{d}") };
	struct rw_str wrong[] = { RW_STR_LIT("a"), RW_STR_LIT("!b[") };
	struct rw_glob_captures c;
	struct rw_error e = RW_ERROR_INIT;
	struct rw_globs l;
	size_t bad;

	(void)state;
	assert_true(rw_globs_compile(a, good, 3, &l, &bad, &e));
	assert_true(rw_globs_match(&l, RW_STR_LIT("a/b"), &c));
	assert_int_equal(c.n, 1);
	assert_true(rw_globs_match(&l, RW_STR_LIT("a/e"), &c));
	assert_int_equal(c.n, 2);
	assert_str(c.item[1].value, "e");
	assert_false(rw_globs_match(&l, RW_STR_LIT("x/b"), &c));
	assert_false(rw_globs_compile(a, wrong, 2, &l, &bad, &e));
	assert_int_equal(bad, 1);
	assert_int_equal(l.n, 0);
	assert_string_equal(e.msg, "pattern b[: column 3: '[' without ']'");
}

static uint32_t seed = 20240229;

static uint32_t
dice(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

/* Small random patterns on small random names, against the plain matcher: result and captures. */
static void
agrees_with_the_plain_matcher(void **state)
{
	static const char *const pieces[] = {
		"a", "b", "/", "*", "?", "[ab]", "[!a]", "{x}", "{y}", "**/", "/**", "a", "b", "/", "*",
	};
	long matched = 0;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		struct rw_glob_captures got, want;
		struct rw_error e = RW_ERROR_INIT;
		const struct rw_glob *g;
		char pattern[64] = "";
		size_t used = 0;

		for (uint32_t n = dice(8) + 1; n > 0; n--)
			used += (size_t)snprintf(pattern + used, sizeof(pattern) - used, "%s", pieces[dice(RW_ARRAY_LEN(pieces))]);
		g = rw_glob_compile(a, rw_str(pattern), &e);
		if (g == NULL)
			continue;
		for (int k = 0; k < 8; k++) {
			char text[12];
			struct rw_str t = { text, dice(sizeof(text)) };
			bool m;

			for (size_t c = 0; c < t.n; c++)
				text[c] = "aab/"[dice(4)];
			m = rw_glob_match(g, t, &got);
			matched += m;
			if (m != (plain_match(rw_str(pattern), t, 1000000, &want) == 1))
				fail_msg("%s on %.*s: %d", pattern, (int)t.n, text, m);
			for (size_t c = 0; m && c < got.n; c++)
				if (got.n != want.n || !rw_str_eq(got.item[c].value, want.item[c].value))
					fail_msg("%s on %.*s: capture %zu", pattern, (int)t.n, text, c);
		}
	}
	assert_true(matched > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matching),
		cmocka_unit_test(captures),
		cmocka_unit_test(malformed),
		cmocka_unit_test(bounds),
		cmocka_unit_test(bounded_time),
		cmocka_unit_test(lists),
		cmocka_unit_test(lists_tell_more),
		cmocka_unit_test(agrees_with_the_plain_matcher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
