#include "unit.h"

#include <stdalign.h>

#include "refwall/arena.h"

static bool
zeroed(const void *p, size_t n)
{
	const char *c = p;

	for (size_t i = 0; i < n; i++)
		if (c[i] != 0)
			return false;
	return true;
}

/* Sizes around every chunk boundary: aligned, zeroed, disjoint. */
static void
many_sizes(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(64u << 20);
	static char *all[4000];
	static size_t size[4000];

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(all); i++) {
		size[i] = i % 7 == 0 ? i * 37 % 70000 + 1 : i % 129 + 1;
		all[i] = i % 3 == 0 ? rw_arena_strndup(a, "", 0) : rw_arena_alloc(a, size[i]);
		assert_non_null(all[i]);
		if (i % 3 == 0) {
			size[i] = 1;
		} else {
			assert_int_equal((uintptr_t)all[i] % alignof(max_align_t), 0);
		}
		assert_true(zeroed(all[i], size[i]));
		memset(all[i], (int)(i % 251), size[i]);
	}
	for (size_t i = 0; i < RW_ARRAY_LEN(all); i++) {
		assert_int_equal((unsigned char)all[i][0], i % 251);
		assert_int_equal((unsigned char)all[i][size[i] - 1], i % 251);
	}
	assert_false(rw_arena_failed(a));
}

static void
bound(void **state)
{
	static const size_t rows[] = { 1, 15, 16, 17, 4096, 4097, 65537, 1u << 20 };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_arena struct rw_arena *fits = rw_arena_new(rows[i]);
		rw_auto_arena struct rw_arena *over = rw_arena_new(rows[i] - 1);
		struct rw_error e = RW_ERROR_INIT;

		print_message("# %zu\n", rows[i]);
		assert_non_null(rw_arena_alloc(fits, rows[i]));
		assert_int_equal(rw_arena_used(fits), rows[i]);
		assert_true(rw_arena_ok(fits, "it", &e));
		assert_null(rw_arena_alloc(fits, 1));
		assert_null(rw_arena_alloc(over, rows[i]));
		assert_true(rw_arena_failed(over));
		assert_false(rw_arena_ok(over, "it", &e));
		assert_int_equal(e.code, RW_E_LIMIT);
		/* It stays failed, also for what would fit. */
		assert_null(rw_arena_strdup(over, ""));
		assert_null(rw_arena_str(over, RW_STR_LIT("")).p);
	}
}

static void
bound_of_small_ones(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1000);
	size_t n = 0;

	(void)state;
	while (rw_arena_strdup(a, "123456789") != NULL)
		n++;
	assert_int_equal(n, 100);
}

static void
overflow(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(SIZE_MAX);
	volatile size_t half = SIZE_MAX / 2;
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	assert_null(rw_arena_array(a, half, 3));
	assert_false(rw_arena_ok(a, "it", &e));
	rw_arena_freep(&a);
	a = rw_arena_new(SIZE_MAX);
	assert_null(rw_arena_strndup(a, "", SIZE_MAX));
	rw_arena_freep(&a);
	assert_null(a);
	rw_arena_free(NULL);
}

static void
texts(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(4096);
	struct rw_str s = rw_arena_str(a, RW_STR_LIT("a\0b"));

	(void)state;
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "a\0b", 4);
	assert_non_null(rw_arena_str(a, (struct rw_str){ NULL, 0 }).p);
	assert_string_equal(rw_arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_non_null(rw_arena_array(a, 0, 8));
	assert_non_null(rw_arena_alloc(a, 0));
}

static void
growing(void **state)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
	rw_auto_arena struct rw_arena *small = rw_arena_new(4 * sizeof(int));
	size_t n = 0, cap = 0;
	int *v = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *p = rw_arena_push(a, &v, &n, &cap);

		assert_non_null(p);
		assert_int_equal(*p, 0);
		*p = i;
	}
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(v[i], i);
	/* A slot that was given back comes out zeroed again. */
	n--;
	assert_int_equal(*rw_arena_push(a, &v, &n, &cap), 0);
	v = NULL;
	n = cap = 0;
	for (int i = 0; i < 4; i++)
		*rw_arena_push(small, &v, &n, &cap) = i;
	assert_null(rw_arena_push(small, &v, &n, &cap));
	assert_int_equal(n, 4);
	assert_int_equal(v[3], 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_sizes),
		cmocka_unit_test(bound),
		cmocka_unit_test(bound_of_small_ones),
		cmocka_unit_test(overflow),
		cmocka_unit_test(texts),
		cmocka_unit_test(growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
