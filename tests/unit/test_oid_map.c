#include "tests/unit/unit.h"

#include "policy/rules/judgement.h"
#include "refwall/hash.h"

#define MANY 5000

static struct rw_oid
key_of(uint32_t i, bool collide)
{
	struct rw_oid k;

	memset(k.b, 0, sizeof(k.b));
	memcpy(k.b, &i, sizeof(i));
	if (!collide)
		memcpy(k.b + 8, &i, sizeof(i));
	return k;
}

/* Also when all keys start at the same place. */
static void
test_put_get(void **state)
{
	static int value[MANY + 1];

	(void)state;
	for (unsigned collide = 0; collide < 2; collide++) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
		struct rw_oid_map m = { .arena = a };
		uint32_t n = collide ? 300 : MANY;

		print_message("# %u keys, %s\n", n, collide ? "one place" : "spread");
		for (uint32_t i = 0; i < n; i++) {
			struct rw_oid k = key_of(i, collide), next = key_of(i + 1, collide);

			assert_true(rw_oid_map_put(&m, &k, &value[i]));
			assert_null(rw_oid_map_get(&m, &next));
		}
		assert_int_equal(m.n, n);
		for (uint32_t i = 0; i < n; i++) {
			struct rw_oid k = key_of(i, collide);

			assert_ptr_equal(rw_oid_map_get(&m, &k), &value[i]);
			assert_true(rw_oid_map_put(&m, &k, &value[i + 1]));
			assert_ptr_equal(rw_oid_map_get(&m, &k), &value[i + 1]);
		}
		assert_int_equal(m.n, n);
	}
}

static void
test_out_of_memory(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4096);
	struct rw_oid_map m = { .arena = a };
	struct rw_oid k;
	uint32_t i = 0;
	int value;

	(void)state;
	for (k = key_of(i, false); rw_oid_map_put(&m, &k, &value); k = key_of(++i, false))
		assert_true(i < 4096);
	assert_true(rw_arena_failed(a));
	assert_int_equal(m.n, i);
	assert_null(rw_oid_map_get(&m, &k));
}

/* The lengths of the parts are part of the key. */
static void
test_keys(void **state)
{
	const struct rw_str ab_c[] = { RW_STR_LIT("ab"), RW_STR_LIT("c") };
	const struct rw_str a_bc[] = { RW_STR_LIT("a"), RW_STR_LIT("bc") };
	struct rw_oid x = rw_oid_map_key(ab_c, 2), y = rw_oid_map_key(a_bc, 2), z = rw_oid_map_key(ab_c, 2);

	(void)state;
	assert_false(rw_oid_eq(&x, &y));
	assert_true(rw_oid_eq(&x, &z));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_get), cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_keys),
	};
	struct rw_error err = RW_ERROR_INIT;

	return rw_crypto_init(&err) ? cmocka_run_group_tests_name("oid_map", tests, NULL, NULL) : 1;
}
