#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <jansson.h>

#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "server/audit/merkle.h"

#define SIZE_MAX_TESTED 70

/* A tree that keeps its leaves only. */
struct tree {
	uint8_t leaf[SIZE_MAX_TESTED][32];
	uint64_t size;			/* asked for beyond it is a fault of the caller */
};

static void
subtree(const struct tree *t, uint64_t lo, uint64_t hi, uint8_t ret[32])
{
	uint8_t l[32], r[32];
	uint64_t k = 1;

	if (hi - lo == 1) {
		memcpy(ret, t->leaf[lo], 32);
		return;
	}
	while (k * 2 < hi - lo)
		k *= 2;
	subtree(t, lo, lo + k, l);
	subtree(t, lo + k, hi, r);
	rw_merkle_node(l, r, ret);
}

static bool
node(void *ctx, unsigned level, uint64_t index, uint8_t ret[32], struct rw_error *err)
{
	const struct tree *t = ctx;

	if (((index + 1) << level) > t->size)
		return rw_fail(err, RW_E_INTERNAL, "incomplete subtree asked for");
	subtree(t, index << level, (index + 1) << level, ret);
	return true;
}

static void
fill(struct tree *t)
{
	for (size_t i = 0; i < SIZE_MAX_TESTED; i++) {
		char b[8];
		int n = snprintf(b, sizeof(b), "%zu", i);

		rw_merkle_leaf((struct rw_str){ b, (size_t)n }, t->leaf[i]);
	}
}

/* Examples by hand, with another tool: printf '\0' | sha256sum and so on. */
static void
known_hashes(void **state)
{
	struct rw_merkle_source none = { NULL, node };
	struct rw_error err = RW_ERROR_INIT;
	uint8_t h[32];
	char hex[65];

	(void)state;
	assert_true(rw_merkle_root(&none, 0, h, &err));
	assert_string_equal(rw_hex_encode(h, 32, hex), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	rw_merkle_leaf(RW_STR_LIT(""), h);
	assert_string_equal(rw_hex_encode(h, 32, hex), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	rw_merkle_leaf(RW_STR_LIT("\x00"), h);
	assert_string_equal(rw_hex_encode(h, 32, hex), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
}

static void
roots_are_those_of_the_definition(void **state)
{
	static struct tree t;
	struct rw_merkle_source s = { &t, node };
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	fill(&t);
	for (t.size = 1; t.size <= SIZE_MAX_TESTED; t.size++) {
		uint8_t want[32], got[32];

		subtree(&t, 0, t.size, want);
		assert_true(rw_merkle_root(&s, t.size, got, &err));
		assert_memory_equal(got, want, 32);
	}
}

static void
inclusion_holds_and_nothing_else(void **state)
{
	static struct tree t;
	struct rw_merkle_source s = { &t, node };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_merkle_proof p;

	(void)state;
	fill(&t);
	for (t.size = 1; t.size <= SIZE_MAX_TESTED; t.size++) {
		uint8_t root[32];

		subtree(&t, 0, t.size, root);
		for (uint64_t i = 0; i < t.size; i++) {
			assert_true(rw_merkle_inclusion(&s, i, t.size, &p, &err));
			assert_true(rw_merkle_verify_inclusion(i, t.size, t.leaf[i], p.hash, p.n, root));
			for (uint64_t k = 0; k <= t.size; k++)
				assert_int_equal(rw_merkle_verify_inclusion(k, t.size, t.leaf[i], p.hash, p.n, root), k == i);
			if (p.n > 0)
				assert_false(rw_merkle_verify_inclusion(i, t.size, t.leaf[i], p.hash, p.n - 1, root));
			assert_false(rw_merkle_verify_inclusion(i, t.size, t.leaf[i], p.hash, p.n + 1, root));
		}
		assert_false(rw_merkle_inclusion(&s, t.size, t.size, &p, &err));
		assert_int_equal(err.code, RW_E_USAGE);
	}
}

static void
consistency_holds_and_nothing_else(void **state)
{
	static struct tree t;
	struct rw_merkle_source s = { &t, node };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_merkle_proof p;

	(void)state;
	fill(&t);
	for (t.size = 1; t.size <= SIZE_MAX_TESTED; t.size++) {
		uint8_t root2[32];

		subtree(&t, 0, t.size, root2);
		for (uint64_t m = 1; m <= t.size; m++) {
			uint8_t root1[32];

			subtree(&t, 0, m, root1);
			assert_true(rw_merkle_consistency(&s, m, t.size, &p, &err));
			assert_true(rw_merkle_verify_consistency(m, t.size, root1, root2, p.hash, p.n));
			assert_false(rw_merkle_verify_consistency(m, t.size, root2, m == t.size ? t.leaf[0] : root1, p.hash, p.n)
			    && t.size > 1);
			if (p.n > 0)
				assert_false(rw_merkle_verify_consistency(m, t.size, root1, root2, p.hash, p.n - 1));
			assert_false(rw_merkle_verify_consistency(m, t.size, root1, root2, p.hash, p.n + 1));
			if (p.n > 0) {
				p.hash[0][0] ^= 1;
				assert_false(rw_merkle_verify_consistency(m, t.size, root1, root2, p.hash, p.n));
			}
		}
		assert_false(rw_merkle_consistency(&s, 0, t.size, &p, &err));
		assert_false(rw_merkle_consistency(&s, t.size + 1, t.size, &p, &err));
	}
}

/* ---- vectors of transparency-dev/merkle, when they are there ---- */

static size_t
hash_list(json_t *list, uint8_t (*out)[32], size_t max)
{
	size_t n = json_array_size(list);

	if (n > max)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(64);

		if (!rw_base64_decode(&b, rw_str(json_string_value(json_array_get(list, i)))) || b.len != 32)
			return SIZE_MAX;
		memcpy(out[i], b.data, 32);
	}
	return n;
}

static bool
one_hash(json_t *o, const char *name, size_t min, uint8_t out[32])
{
	const char *z = json_string_value(json_object_get(o, name));
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(64);

	if (z == NULL || !rw_base64_decode(&b, rw_str(z)) || b.len < min || b.len > 32)
		return false;
	memset(out, 0, 32);
	if (b.len > 0)
		memcpy(out, b.data, b.len);
	return true;
}

static bool
verify_file(json_t *o, bool inclusion)
{
	static uint8_t proof[256][32];
	uint8_t a[32], b[32];
	size_t n = hash_list(json_object_get(o, "proof"), proof, 256);

	if (n == SIZE_MAX)
		return false;
	if (inclusion)
		return one_hash(o, "leafHash", 32, a) && one_hash(o, "root", 32, b) &&
		    rw_merkle_verify_inclusion((uint64_t)json_integer_value(json_object_get(o, "leafIdx")),
		    (uint64_t)json_integer_value(json_object_get(o, "treeSize")), a, proof, n, b);
	/* Some vectors have a few words for a root that does not matter. */
	return one_hash(o, "root1", 1, a) && one_hash(o, "root2", 1, b) &&
	    rw_merkle_verify_consistency((uint64_t)json_integer_value(json_object_get(o, "size1")),
	    (uint64_t)json_integer_value(json_object_get(o, "size2")), a, b, proof, n);
}

static size_t
walk(const char *dir, bool inclusion)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[1024];
		struct stat st;
		json_t *o;

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			n += walk(path, inclusion);
			continue;
		}
		o = json_load_file(path, 0, NULL);
		if (o == NULL)
			continue;
		if (verify_file(o, inclusion) == json_is_true(json_object_get(o, "wantErr")))
			fail_msg("%s: wrong answer", path);
		json_decref(o);
		n++;
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static void
vectors(void **state)
{
	static const char *const kinds[] = { "inclusion", "consistency" };
	const char *corpus = getenv("REFWALL_CORPUS"), *src = getenv("RW_SRCDIR");

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(kinds); i++) {
		char dir[512];
		size_t n;

		(void)snprintf(dir, sizeof(dir), "%s%s/vectors/merkle/testdata/%s", corpus != NULL ? corpus : src != NULL ? src : ".",
		    corpus != NULL ? "" : "/../shared/corpus", kinds[i]);
		n = walk(dir, i == 0);
		print_message("# %zu %s vectors\n", n, kinds[i]);
		if (n == 0)
			skip();
	}
}

static int
init(void **state)
{
	struct rw_error err = RW_ERROR_INIT;

	(void)state;
	return rw_crypto_init(&err) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hashes),
		cmocka_unit_test(roots_are_those_of_the_definition),
		cmocka_unit_test(inclusion_holds_and_nothing_else),
		cmocka_unit_test(consistency_holds_and_nothing_else),
		cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
