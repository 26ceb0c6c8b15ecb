#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>

#include "refwall/limits.h"
#include "refwall/manifest.h"
#include "refwall/text.h"
#include "yaml_json.h"

/*
 * Against what go-yaml v2 (hence Kubernetes) and libyaml made of the same small documents. The files are
 * not part of the project; without them every test here is skipped.
 */

static bool
load(const char *name, struct rw_buf *ret)
{
	rw_auto_buf struct rw_buf path = RW_BUF_INIT(4096);
	const char *corpus = getenv("REFWALL_CORPUS"), *src = getenv("RW_SRCDIR");
	struct rw_error e = RW_ERROR_INIT;

	if (corpus != NULL)
		rw_buf_printf(&path, "%s/vectors/yaml/%s", corpus, name);
	else
		rw_buf_printf(&path, "%s/../shared/corpus/vectors/yaml/%s", src == NULL ? "." : src, name);
	if (rw_file_read(AT_FDCWD, rw_buf_cstr(&path), ret, &e))
		return true;
	print_message("# skipped: no %s\n", rw_buf_cstr(&path));
	return false;
}

static bool
next_line(struct rw_str *rest, struct rw_str *ret)
{
	const char *nl = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);

	if (rest->n == 0)
		return false;
	*ret = (struct rw_str){ rest->p, nl == NULL ? rest->n : (size_t)(nl - rest->p) };
	rest->p += ret->n + (nl != NULL);
	rest->n -= ret->n + (nl != NULL);
	return true;
}

/* Where z stands in s, or SIZE_MAX. */
static size_t
find(struct rw_str s, const char *z)
{
	size_t n = strlen(z);

	for (size_t i = 0; i + n <= s.n; i++)
		if (memcmp(s.p + i, z, n) == 0)
			return i;
	return SIZE_MAX;
}

static struct rw_str
trim(struct rw_str s)
{
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	while (s.n > 0 && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	return s;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape behind a backslash: \n \t \r \xNN, else the character itself. Returns what it took. */
static size_t
put_escape(struct rw_buf *b, struct rw_str s)
{
	static const char *const names = "n\nt\tr\r0";

	if (s.n >= 3 && s.p[0] == 'x' && hex(s.p[1]) >= 0 && hex(s.p[2]) >= 0) {
		rw_buf_putc(b, (char)(hex(s.p[1]) * 16 + hex(s.p[2])));
		return 3;
	}
	for (const char *n = names; n[0] != '0'; n += 2)
		if (s.p[0] == n[0]) {
			rw_buf_putc(b, n[1]);
			return 1;
		}
	rw_buf_putc(b, s.p[0]);
	return 1;
}

/* A printf(1) format as bash quotes it with %q. */
static void
unquote_shell(struct rw_buf *b, struct rw_str s)
{
	rw_auto_buf struct rw_buf format = RW_BUF_INIT(1u << 16);
	struct rw_str f;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\' && i + 1 < s.n)
			rw_buf_putc(&format, s.p[++i]);
		else if (s.p[i] != '\'')
			rw_buf_putc(&format, s.p[i]);
	f = rw_buf_str(&format);
	for (size_t i = 0; i < f.n; i++)
		if (f.p[i] == '\\' && i + 1 < f.n && f.p[i + 1] != '"') {
			i += put_escape(b, (struct rw_str){ f.p + i + 1, f.n - i - 1 });
		} else if (f.p[i] == '%' && i + 1 < f.n && f.p[i + 1] == '%') {
			rw_buf_putc(b, '%');
			i++;
		} else {
			rw_buf_putc(b, f.p[i]);
		}
}

/* A Python literal, with its quotes. */
static void
unquote_python(struct rw_buf *b, struct rw_str s)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '\\' && i + 2 < s.n)
			i += put_escape(b, (struct rw_str){ s.p + i + 1, s.n - i - 2 });
		else
			rw_buf_putc(b, s.p[i]);
}

/* What is stricter here than go-yaml, on purpose. */
static size_t
hard_problems(const struct rw_yaml *y)
{
	size_t n = 0;

	for (size_t i = 0; i < y->n_problems; i++)
		n += y->problem[i].id != RW_YAML_STREAM && y->problem[i].id != RW_YAML_ENCODING;
	return n;
}

static void
check(struct rw_str in, struct rw_str want, bool compare, size_t *compared)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_YAML_ARENA);
	rw_auto_buf struct rw_buf json = RW_BUF_INIT(1u << 16);
	struct rw_error e = RW_ERROR_INIT;
	struct rw_yaml y;

	print_message("# %s => %s\n", RW_SHOW(in), RW_SHOW(want));
	assert_true(rw_yaml_parse(a, in, &y, &e));
	if (rw_str_has_prefix(want, "ERR")) {
		assert_true(y.n_problems > 0);
		return;
	}
	assert_int_equal(hard_problems(&y), 0);
	if (!compare)
		return;
	yaml_json(&json, y.n == 0 ? NULL : y.document[0]);
	assert_int_equal(json.len, want.n);
	assert_memory_equal(rw_buf_cstr(&json), want.p, want.n);
	(*compared)++;
}

/* Rows of scalars.txt and struct.txt: quoted text, "=>", JSON or "ERR", perhaps "||" and what a lenient reader says. */
static void
go_yaml(const char *name, size_t at_least)
{
	/* go-yaml lets these pass and then picks one value by chance */
	static const char *const stricter[] = { "1: x\n\"1\": y\n", "1: x\n1.0: y\n" };
	rw_auto_buf struct rw_buf file = RW_BUF_INIT(1u << 20);
	struct rw_str rest, line;
	size_t compared = 0;

	if (!load(name, &file))
		skip();
	rest = rw_buf_str(&file);
	while (next_line(&rest, &line)) {
		rw_auto_buf struct rw_buf in = RW_BUF_INIT(1u << 16);
		size_t arrow = find(line, " => "), end = find(line, "  || "), s;
		struct rw_str want;
		bool compare;

		if (arrow == SIZE_MAX || find(line, "printf:") != SIZE_MAX)
			continue;
		want = trim((struct rw_str){ line.p + arrow + 4, (end == SIZE_MAX ? line.n : end) - arrow - 4 });
		unquote_shell(&in, trim((struct rw_str){ line.p, arrow }));
		for (s = 0; s < RW_ARRAY_LEN(stricter); s++)
			if (rw_str_eqz(rw_buf_str(&in), stricter[s]))
				want = RW_STR_LIT("ERR");
		if (find(rw_buf_str(&in), "\\/") != SIZE_MAX)
			continue;	/* JSON has this escape, go-yaml v2 does not; kubectl reads such JSON */
		compare = true;
		/* a mark at a line's start is a character to Go and nothing to libyaml */
		if (find(rw_buf_str(&in), "\n\xef\xbb\xbf") != SIZE_MAX) {
			want = RW_STR_LIT("ERR");
			compare = false;
		}
		check(rw_buf_str(&in), want, compare, &compared);
	}
	print_message("# %zu trees compared\n", compared);
	assert_true(compared >= at_least);
}

static void
scalars(void **state)
{
	(void)state;
	go_yaml("scalars.txt", 90);
}

static void
structures(void **state)
{
	(void)state;
	go_yaml("struct.txt", 30);
}

/* Rows of diff.txt: Python literal | go: ... | libyaml: ... */
static void
differences(void **state)
{
	rw_auto_buf struct rw_buf file = RW_BUF_INIT(1u << 20);
	struct rw_str rest, line;
	size_t n = 0;

	(void)state;
	if (!load("diff.txt", &file))
		skip();
	rest = rw_buf_str(&file);
	while (next_line(&rest, &line)) {
		rw_auto_buf struct rw_buf in = RW_BUF_INIT(1u << 16);
		size_t go = find(line, "| go: "), bar = find(line, "| libyaml: "), none = 0;
		struct rw_str want;

		/* long texts are shortened in the file */
		if (go == SIZE_MAX || bar == SIZE_MAX || find(line, "aa..aa") != SIZE_MAX)
			continue;
		want = trim((struct rw_str){ line.p + go + 6, bar - go - 6 });
		unquote_python(&in, trim((struct rw_str){ line.p, go }));
		if (find(rw_buf_str(&in), "\\/") != SIZE_MAX)
			continue;
		if (find(rw_buf_str(&in), "\n\xef\xbb\xbf") != SIZE_MAX)
			want = RW_STR_LIT("ERR");
		check(rw_buf_str(&in), want, false, &none);
		n++;
	}
	assert_true(n > 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars), cmocka_unit_test(structures), cmocka_unit_test(differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
