#include "unit.h"

#include "refwall/buf.h"
#include "refwall/strict.h"

/* A small format, read as the policy and the configuration are. */
static bool
read_sample(struct rw_str bytes, struct rw_error *err)
{
	enum { NAME, MODE, ON, COUNT, SIZE, SINCE, SOAK, WHO, SUB, N };
	static const struct rw_strict_key keys[N] = {
		[NAME] = { "name", true }, [MODE] = { "mode", false }, [ON] = { "enabled", false },
		[COUNT] = { "count", false }, [SIZE] = { "size", false }, [SINCE] = { "since", false },
		[SOAK] = { "soak", false }, [WHO] = { "who", false }, [SUB] = { "sub", false },
	};
	static const char *const modes[] = { "enforce", "warn" };
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	struct rw_strict s = { "x.yaml", a, RW_E_POLICY };
	const struct rw_yaml_node *root, *v[N];
	const struct rw_str *list;
	struct rw_str z;
	uint64_t u;
	int64_t ms;
	rw_time t;
	size_t i;
	bool b;

	return rw_strict_load(&s, bytes, &root, err) &&
	    rw_strict_map(&s, root, "a rule", keys, N, v, err) &&
	    rw_strict_str(&s, v[NAME], "name", &z, err) &&
	    (v[MODE] == NULL || rw_strict_word(&s, v[MODE], "mode", modes, 2, &i, err)) &&
	    (v[ON] == NULL || rw_strict_bool(&s, v[ON], "enabled", &b, err)) &&
	    (v[COUNT] == NULL || rw_strict_u64(&s, v[COUNT], "count", 1, 10, &u, err)) &&
	    (v[SIZE] == NULL || rw_strict_size(&s, v[SIZE], "size", 1u << 20, &u, err)) &&
	    (v[SINCE] == NULL || rw_strict_time(&s, v[SINCE], "since", &t, err)) &&
	    (v[SOAK] == NULL || rw_strict_duration(&s, v[SOAK], "soak", &ms, err)) &&
	    (v[WHO] == NULL || rw_strict_strs(&s, v[WHO], "who", 2, &list, &i, err)) &&
	    (v[SUB] == NULL || rw_strict_map(&s, v[SUB], "sub", keys, 1, v, err));
}

static void
messages(void **state)
{
#define Y(s) RW_STR_LIT(s)
	static const struct { struct rw_str in; const char *message; } rows[] = {
		{ Y("name: a\n"), NULL },
		{ Y("---\nname: \"a b\"\nmode: warn\nenabled: true\ncount: 10\nsize: 1Mi\nsince: 2027-01-01T00:00:00Z\n"
		    "soak: 30m\nwho: [a, b]\n"), NULL },
		{ Y("{\"name\": \"a\"}"), NULL },
		{ Y("name: yes\nwho: [\"1\", 'true']\n"), NULL },
		{ Y("name: a\\b\n"), NULL },

		/* the file */
		{ Y(""), "x.yaml:1:1: nothing in the file, wanted a map" },
		{ Y("# nothing\n"), "x.yaml:1:1: nothing in the file, wanted a map" },
		{ Y("---\n"), "x.yaml:1:1: nothing in the file, wanted a map" },
		{ Y("- a\n"), "x.yaml:1:1: wanted a map" },
		{ Y("name: a\n---\nname: b\n"), "x.yaml:3:1: a second document, wanted one" },
		{ Y("name: a\nname: b\n"), "x.yaml:2:1: key 'name' was set in line 1 already" },
		{ Y("name: [a\n"), "x.yaml:2:1: while parsing a flow sequence, did not find expected ',' or ']'" },
		{ Y("name: \xff\n"), "x.yaml:1:7: not UTF-8, wanted UTF-8" },
		{ Y("name: &a b\n"), "x.yaml:1:7: an anchor, which is not allowed here" },
		{ Y("name: *a\n"), "x.yaml:1:7: an alias, which is not allowed here" },
		{ Y("name: !!str b\n"), "x.yaml:1:7: an explicit tag, which is not allowed here" },
		{ Y("name: ! b\n"), "x.yaml:1:7: an explicit tag, which is not allowed here" },
		{ Y("name: !x [b]\n"), "x.yaml:1:7: an explicit tag, which is not allowed here" },
		{ Y("<<: {name: b}\n"), "x.yaml:1:1: a merge key, which is not allowed here" },
		{ Y("--- {name: b}\n"), "x.yaml:1:1: text on the line of a document separator: readers disagree on where"
		    " the document starts, wanted --- alone on its line" },
		{ Y("%YAML 1.1\n---\nname: b\n"), "x.yaml:1:1: a directive: readers disagree on whether it is allowed" },

		/* maps */
		{ Y("name: a\nmodes: warn\n"), "x.yaml:2:1: unknown key 'modes' in a rule (did you mean 'mode'?)" },
		{ Y("name: a\nxyzzy: 1\n"), "x.yaml:2:1: unknown key 'xyzzy' in a rule, which has: name, mode, enabled,"
		    " count, size, since, soak, who, sub" },
		{ Y("name: a\n\"\\a\": 1\n"), "x.yaml:2:1: unknown key '\\x07' in a rule, which has: name, mode, enabled,"
		    " count, size, since, soak, who, sub" },
		{ Y("mode: warn\n"), "x.yaml:1:1: a rule lacks 'name'" },
		{ Y("name: a\nmode:\n"), "x.yaml:2:1: 'mode' in a rule has no value" },
		{ Y("name: a\nmode: ~\n"), "x.yaml:2:1: 'mode' in a rule has no value" },
		{ Y("name: a\nsub: [1]\n"), "x.yaml:2:6: sub: wanted a map, found a list" },
		{ Y("name: a\nsub: {name: b, mode: c}\n"), "x.yaml:2:16: unknown key 'mode' in sub, which has: name" },
		{ Y("name: a\n? [b]\n: c\n"), "x.yaml:2:3: a sequence as a key" },

		/* scalars */
		{ Y("name: \"\"\n"), "x.yaml:1:7: name: wanted a string, found an empty one" },
		{ Y("name: {a: b}\n"), "x.yaml:1:7: name: wanted a string, found a map" },
		{ Y("name: |\n  a\n"), "x.yaml:1:7: name: wanted one line of printable text, found 'a\\x0a'" },
		{ Y("name: \"a\\u202eb\"\n"),
		    "x.yaml:1:7: name: wanted one line of printable text, found 'a\\xe2\\x80\\xaeb'" },
		{ Y("name: a\nmode: wran\n"), "x.yaml:2:7: mode: wanted enforce or warn, found 'wran' (did you mean 'warn'?)" },
		{ Y("name: a\nmode: [warn]\n"), "x.yaml:2:7: mode: wanted enforce or warn, found a list" },
		{ Y("name: a\nenabled: yes\n"), "x.yaml:2:10: enabled: wanted true or false, found 'yes'" },
		{ Y("name: a\nenabled: \"true\"\n"), "x.yaml:2:10: enabled: wanted true or false, found 'true'" },
		{ Y("name: a\nenabled: True\n"), "x.yaml:2:10: enabled: wanted true or false, found 'True'" },
		{ Y("name: a\ncount: 0\n"), "x.yaml:2:8: count: wanted a number from 1 to 10, found '0'" },
		{ Y("name: a\ncount: 11\n"), "x.yaml:2:8: count: wanted a number from 1 to 10, found '11'" },
		{ Y("name: a\ncount: 0x2\n"), "x.yaml:2:8: count: wanted a number from 1 to 10, found '0x2'" },
		{ Y("name: a\ncount: \"2\"\n"), "x.yaml:2:8: count: wanted a number from 1 to 10, found '2'" },
		{ Y("name: a\nsize: 2Mi\n"), "x.yaml:2:7: size: wanted a size like 512Ki, at most 1048576 bytes, found '2Mi'" },
		{ Y("name: a\nsince: 2027-01-01T00:00:00\n"), "x.yaml:2:8: since: wanted a time like 2027-01-31T12:00:00Z or a"
		    " date like 2027-01-31, found '2027-01-01T00:00:00'" },
		{ Y("name: a\nsoak: 30\n"), "x.yaml:2:7: soak: wanted a duration like 30s, 15m, 24h or 7d, found '30'" },

		/* lists */
		{ Y("name: a\nwho: a\n"), "x.yaml:2:6: who: wanted at least 2, found 1" },
		{ Y("name: a\nwho: []\n"), "x.yaml:2:6: who: wanted at least 2, found 0" },
		{ Y("name: a\nwho: {a: b}\n"), "x.yaml:2:6: who: wanted a list of strings, found a map" },
		{ Y("name: a\nwho: [a, b, a]\n"), "x.yaml:2:13: who: 'a' is listed twice" },
		{ Y("name: a\nwho:\n- a\n- [b]\n"), "x.yaml:4:3: who: wanted a string, found a list" },
		{ Y("name: a\nwho:\n- a\n-\n"), "x.yaml:4:2: who: wanted a string, found nothing" },
	};
#undef Y

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_error e = RW_ERROR_INIT;

		print_message("# %s\n", rows[i].message == NULL ? "good" : rows[i].message);
		if (rows[i].message == NULL) {
			if (!read_sample(rows[i].in, &e))
				fail_msg("%s", e.msg);
			continue;
		}
		assert_false(read_sample(rows[i].in, &e));
		assert_string_equal(e.msg, rows[i].message);
		assert_int_equal(e.code, RW_E_POLICY);
	}
}

/* A list of one may stand without brackets; many names are looked through without comparing each with each. */
static void
lists(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	struct rw_strict s = { "x.yaml", a, RW_E_CONFIG };
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_yaml_node *root;
	const struct rw_str *list;
	size_t n;

	(void)state;
	assert_true(rw_strict_load(&s, RW_STR_LIT("a: one\n"), &root, &e));
	assert_true(rw_strict_strs(&s, rw_yaml_get(root, "a"), "a", 1, &list, &n, &e));
	assert_int_equal(n, 1);
	assert_str(list[0], "one");

	rw_buf_puts(&b, "a:\n");
	for (int i = 0; i < 50000; i++)
		rw_buf_printf(&b, "- name-%05d\n", i);
	assert_true(rw_strict_load(&s, rw_buf_str(&b), &root, &e));
	assert_true(rw_strict_strs(&s, rw_yaml_get(root, "a"), "a", 1, &list, &n, &e));
	assert_int_equal(n, 50000);
	assert_str(list[49999], "name-49999");
	rw_buf_puts(&b, "- name-00017\n- name-00001\n");
	assert_true(rw_strict_load(&s, rw_buf_str(&b), &root, &e));
	assert_false(rw_strict_strs(&s, rw_yaml_get(root, "a"), "a", 1, &list, &n, &e));
	assert_string_equal(e.msg, "x.yaml:50002:3: a: 'name-00017' is listed twice");
	assert_int_equal(e.code, RW_E_CONFIG);
}

static void
too_large(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES + 1);
	struct rw_strict s = { "x.yaml", a, RW_E_POLICY };
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_yaml_node *root;

	(void)state;
	rw_buf_puts(&b, "a: one\n#");
	while (b.len < RW_LIMIT_POLICY_BYTES)
		rw_buf_putc(&b, 'x');
	assert_true(rw_strict_load(&s, rw_buf_str(&b), &root, &e));
	rw_buf_putc(&b, 'x');
	assert_false(rw_strict_load(&s, rw_buf_str(&b), &root, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	assert_string_equal(e.msg, "x.yaml: 4194305 bytes of YAML, at most 4194304 are read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages), cmocka_unit_test(lists), cmocka_unit_test(too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
