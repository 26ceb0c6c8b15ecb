#include "tests/unit/log_fixture.h"

struct serve {
	char base[64], dir[96];
	struct rw_serve *s;
	struct rw_arena *a;
	int64_t sub;
};

static int
setup(void **state)
{
	struct rw_subscription sub = { .url = RW_STR_LIT("https://cluster.example.com/hook"), .secret = RW_STR_LIT("0\0secret-of-16-b"),
	    .repo_glob = RW_STR_LIT("shop"), .created = 5, .start = 7 };
	struct serve *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->base, sizeof(f->base), "/tmp/rw-serve-XXXXXX");
	assert_non_null(mkdtemp(f->base));
	(void)snprintf(f->dir, sizeof(f->dir), "%s/serve", f->base);
	must(rw_serve_create(f->dir, err));
	must(rw_serve_open(f->dir, RW_STORE_WRITE, &f->s, err));
	f->a = rw_arena_new(16u << 20);
	assert_non_null(f->a);
	must(rw_subscription_add(f->s, &sub, &f->sub, err));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct serve *f = *state;

	rw_serve_closep(&f->s);
	rw_arena_freep(&f->a);
	remove_tree(f->base);
	free(f);
	return 0;
}

static void
only_its_user_reads_it(void **state)
{
	static const char *const files[] = { "serve.db", "serve.db-wal", "serve.db-shm" };
	struct serve *f = *state;
	struct stat st;

	assert_int_equal(stat(f->dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < RW_ARRAY_LEN(files); i++) {
		char path[160];

		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, files[i]);
		print_message("# %s\n", files[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	must_fail(rw_serve_create(f->dir, err), RW_E_EXISTS, "exists");
}

static void
transactions(void **state)
{
	struct serve *f = *state;
	uint64_t next;

	must(rw_delivery_cursor(f->s, &next, err));
	assert_int_equal(next, 0);
	must(rw_serve_begin(f->s, err));
	must_fail(rw_serve_begin(f->s, err), RW_E_USAGE, "already");
	must(rw_delivery_set_cursor(f->s, 12, err));
	rw_serve_rollback(f->s);
	must_fail(rw_serve_commit(f->s, err), RW_E_USAGE, "no transaction");
	must(rw_delivery_cursor(f->s, &next, err));
	assert_int_equal(next, 0);
	must(rw_serve_begin(f->s, err));
	must(rw_delivery_set_cursor(f->s, 12, err));
	must(rw_serve_commit(f->s, err));
	must(rw_delivery_cursor(f->s, &next, err));
	assert_int_equal(next, 12);
}

/* ---- tokens ---- */

static void
scopes_have_names(void **state)
{
	unsigned flag;

	(void)state;
	assert_true(rw_scope_parse(RW_STR_LIT("audit:read"), &flag) && flag == RW_SCOPE_AUDIT_READ);
	assert_true(rw_scope_parse(RW_STR_LIT("admin"), &flag) && flag == RW_SCOPE_ADMIN);
	assert_false(rw_scope_parse(RW_STR_LIT("audit"), &flag));
	assert_string_equal(rw_scope_name(RW_SCOPE_METRICS_READ_BIT), "metrics:read");
}

static void
tokens(void **state)
{
	struct serve *f = *state;
	struct rw_token t = { .scopes = RW_SCOPE_AUDIT_READ | RW_SCOPE_ADMIN, .name = RW_STR_LIT("ci"), .repos = RW_STR_LIT("a/**"),
	    .created = 10, .expires = RW_TIME_NONE }, got;
	const struct rw_token *list;
	int64_t id, second;
	size_t n;

	memset(t.hash, 7, sizeof(t.hash));
	must(rw_token_add(f->s, &t, &id, err));
	must_fail(rw_token_add(f->s, &t, &second, err), RW_E_CORRUPT, "UNIQUE");
	must(rw_token_by_hash(f->s, f->a, t.hash, &got, err));
	assert_int_equal(got.id, id);
	assert_int_equal(got.scopes, t.scopes);
	assert_true(rw_str_eqz(got.name, "ci") && rw_str_eqz(got.repos, "a/**"));
	assert_int_equal(got.expires, RW_TIME_NONE);
	t.hash[31] = 8;
	t.expires = 99;
	must_fail(rw_token_by_hash(f->s, f->a, t.hash, &got, err), RW_E_NOT_FOUND, "not known");
	must(rw_token_add(f->s, &t, &second, err));
	must(rw_token_revoke(f->s, second, err));
	must_fail(rw_token_revoke(f->s, second, err), RW_E_NOT_FOUND, "revoked");
	must_fail(rw_token_by_hash(f->s, f->a, t.hash, &got, err), RW_E_NOT_FOUND, "revoked");
	must(rw_token_list(f->s, f->a, &list, &n, err));
	assert_int_equal(n, 2);
	assert_true(list[1].revoked && !list[0].revoked && list[1].expires == 99);
}

/* ---- subscriptions ---- */

static void
subscriptions(void **state)
{
	struct serve *f = *state;
	struct rw_subscription sub;
	const struct rw_subscription *list;
	int64_t id;
	size_t n;

	must(rw_subscription_get(f->s, f->a, f->sub, &sub, err));
	assert_true(rw_str_eq(sub.secret, RW_STR_LIT("0\0secret-of-16-b")));
	assert_true(rw_str_eqz(sub.repo_glob, "shop") && sub.ref_glob.n == 0 && sub.start == 7 && sub.created == 5);
	must(rw_subscription_add(f->s, &sub, &id, err));
	must(rw_subscription_list(f->s, f->a, 0, 10, &list, &n, err));
	assert_int_equal(n, 2);
	must(rw_subscription_list(f->s, f->a, f->sub, 10, &list, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].id, id);
	must(rw_subscription_set_state(f->s, id, RW_SUB_GONE, err));
	must(rw_subscription_get(f->s, f->a, id, &sub, err));
	assert_int_equal(sub.state, RW_SUB_GONE);
	must(rw_subscription_delete(f->s, id, err));
	must_fail(rw_subscription_delete(f->s, id, err), RW_E_NOT_FOUND, "not known");
	must_fail(rw_subscription_get(f->s, f->a, id, &sub, err), RW_E_NOT_FOUND, "not known");
	must_fail(rw_subscription_set_state(f->s, id, RW_SUB_ACTIVE, err), RW_E_NOT_FOUND, "not known");
}

/* ---- deliveries ---- */

static void
put(struct serve *f, const char *ref, uint64_t entry, const char *before, const char *after, rw_time now)
{
	struct rw_delivery d = { .subscription = f->sub, .repo_id = RW_STR_LIT("r1"), .repo_name = RW_STR_LIT("shop"),
	    .ref = rw_str(ref), .entry = entry, .before = rw_str(before), .after = rw_str(after) };

	(void)snprintf(d.uuid, sizeof(d.uuid), "uuid-%llu", (unsigned long long)entry);
	must(rw_delivery_put(f->s, &d, now, err));
}

static const struct rw_delivery *
take_one(struct serve *f, rw_time now)
{
	const struct rw_delivery *d;
	size_t n;

	must(rw_delivery_take(f->s, f->a, now, 10, &d, &n, err));
	return n == 1 ? d : NULL;
}

static void
finish(struct serve *f, const struct rw_delivery *d, enum rw_delivery_state st, rw_time next_at)
{
	must(rw_delivery_finish(f->s, d->id, d->entry, st, next_at, st == RW_DELIVERY_DONE ? 200 : 500,
	    st == RW_DELIVERY_DONE ? RW_STR_LIT("") : RW_STR_LIT("no"), err));
}

static void
is(const struct rw_delivery *d, uint64_t entry, const char *before, const char *after, unsigned attempts)
{
	char uuid[37];

	assert_non_null(d);
	(void)snprintf(uuid, sizeof(uuid), "uuid-%llu", (unsigned long long)entry);
	assert_int_equal(d->entry, entry);
	assert_int_equal(d->attempts, attempts);
	assert_true(rw_str_eqz(d->before, before));
	assert_true(rw_str_eqz(d->after, after));
	assert_string_equal(d->uuid, uuid);
}

static void
delivers_and_goes_on_from_what_was_told(void **state)
{
	struct serve *f = *state;
	const struct rw_delivery *d;
	rw_time next;

	must(rw_delivery_next(f->s, &next, err));
	assert_int_equal(next, RW_TIME_NONE);
	put(f, "main", 3, "a", "b", 100);
	must(rw_delivery_next(f->s, &next, err));
	assert_int_equal(next, 100);
	assert_null(take_one(f, 99));
	d = take_one(f, 100);
	is(d, 3, "a", "b", 1);
	assert_int_equal(d->state, RW_DELIVERY_SENDING);
	assert_true(rw_str_eqz(d->repo_id, "r1") && rw_str_eqz(d->repo_name, "shop") && rw_str_eqz(d->ref, "main"));
	assert_null(take_one(f, 100));
	finish(f, d, RW_DELIVERY_DONE, 0);
	assert_null(take_one(f, 1000));
	/* The old value of the new entry does not matter: the endpoint knows b. */
	put(f, "main", 5, "x", "c", 200);
	is(take_one(f, 200), 5, "b", "c", 1);
}

static void
coalesces_what_was_not_told(void **state)
{
	struct serve *f = *state;
	const struct rw_delivery *d;

	put(f, "main", 3, "a", "b", 100);
	put(f, "main", 4, "b", "c", 101);
	d = take_one(f, 101);
	is(d, 4, "a", "c", 1);
	finish(f, d, RW_DELIVERY_WAITING, 500);
	assert_null(take_one(f, 499));
	d = take_one(f, 500);
	is(d, 4, "a", "c", 2);
	finish(f, d, RW_DELIVERY_WAITING, 900);
	put(f, "main", 6, "c", "d", 600);
	is(take_one(f, 600), 6, "a", "d", 1);
}

static void
coalesces_while_sending(void **state)
{
	static const struct {
		const char *name;
		enum rw_delivery_state outcome;
		const char *before;
		rw_time due;
	} rows[] = {
		{ "told: goes on from there", RW_DELIVERY_DONE, "b", 120 },
		{ "not told: from where it began, after the pause", RW_DELIVERY_WAITING, "a", 500 },
		{ "given up: the newer one gets its chance", RW_DELIVERY_DEAD, "a", 120 },
	};

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		const struct rw_delivery *d;
		struct serve *f;
		void *own;

		print_message("# %s\n", rows[i].name);
		(void)setup(&own);
		f = own;
		put(f, "main", 3, "a", "b", 100);
		d = take_one(f, 100);
		put(f, "main", 4, "b", "c", 110);
		put(f, "main", 5, "c", "d", 120);
		/* Never two requests for one ref at a time. */
		assert_null(take_one(f, 1000));
		finish(f, d, rows[i].outcome, 500);
		assert_null(take_one(f, rows[i].due - 1));
		is(take_one(f, rows[i].due), 5, rows[i].before, "d", 1);
		(void)teardown(&own);
	}
}

static void
dead_ones_rise_with_the_next_entry_or_by_hand(void **state)
{
	struct serve *f = *state;
	const struct rw_delivery *d, *list;
	uint64_t counts[RW_DELIVERY_DEAD + 1];
	size_t n;

	put(f, "main", 3, "a", "b", 100);
	finish(f, take_one(f, 100), RW_DELIVERY_DEAD, 0);
	assert_null(take_one(f, 1000));
	must(rw_delivery_list(f->s, f->a, f->sub, 10, &list, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].state, RW_DELIVERY_DEAD);
	assert_int_equal(list[0].last_status, 500);
	assert_true(rw_str_eqz(list[0].last_error, "no"));
	must(rw_delivery_counts(f->s, counts, err));
	assert_int_equal(counts[RW_DELIVERY_DEAD], 1);
	must(rw_delivery_redeliver(f->s, list[0].id, 2000, err));
	d = take_one(f, 2000);
	is(d, 3, "a", "b", 1);
	finish(f, d, RW_DELIVERY_DEAD, 0);
	put(f, "main", 4, "b", "c", 3000);
	d = take_one(f, 3000);
	is(d, 4, "a", "c", 1);
	finish(f, d, RW_DELIVERY_DONE, 0);
	/* Again by hand: the same notice, the same id. */
	must(rw_delivery_redeliver(f->s, d->id, 4000, err));
	is(take_one(f, 4000), 4, "a", "c", 1);
	must(rw_delivery_redeliver(f->s, d->id, 4001, err));
	finish(f, d, RW_DELIVERY_DONE, 0);
	is(take_one(f, 4001), 4, "a", "c", 1);
	must_fail(rw_delivery_redeliver(f->s, 99, 0, err), RW_E_NOT_FOUND, "99");
	must_fail(rw_delivery_finish(f->s, 99, 0, RW_DELIVERY_DONE, 0, 0, RW_STR_LIT(""), err), RW_E_NOT_FOUND, "99");
}

static void
an_entry_that_was_taken_is_not_taken_again(void **state)
{
	struct serve *f = *state;

	put(f, "main", 4, "b", "c", 100);
	put(f, "main", 3, "a", "b", 100);
	put(f, "main", 4, "z", "z", 100);
	finish(f, take_one(f, 100), RW_DELIVERY_DONE, 0);
	put(f, "main", 4, "b", "c", 200);
	put(f, "main", 2, "0", "a", 200);
	assert_null(take_one(f, 1000));
}

static void
recovers_what_was_under_way(void **state)
{
	struct serve *f = *state;
	uint64_t counts[RW_DELIVERY_DEAD + 1];

	put(f, "main", 3, "a", "b", 100);
	(void)take_one(f, 100);
	rw_serve_closep(&f->s);
	must(rw_serve_open(f->dir, RW_STORE_WRITE, &f->s, err));
	assert_null(take_one(f, 1000));
	must(rw_delivery_recover(f->s, err));
	must(rw_delivery_counts(f->s, counts, err));
	assert_int_equal(counts[RW_DELIVERY_WAITING], 1);
	is(take_one(f, 1000), 3, "a", "b", 2);
}

static void
takes_the_oldest_first(void **state)
{
	struct serve *f = *state;
	const struct rw_delivery *d;
	size_t n;

	put(f, "c", 3, "0", "a", 300);
	put(f, "a", 4, "0", "a", 100);
	put(f, "b", 5, "0", "a", 200);
	put(f, "d", 6, "0", "a", 200);
	must(rw_delivery_take(f->s, f->a, 1000, 3, &d, &n, err));
	assert_int_equal(n, 3);
	assert_int_equal(d[0].entry, 4);
	assert_int_equal(d[1].entry, 5);
	assert_int_equal(d[2].entry, 6);
	must(rw_delivery_take(f->s, f->a, 1000, 3, &d, &n, err));
	assert_int_equal(n, 1);
	assert_int_equal(d[0].entry, 3);
}

static void
paused_ones_wait_and_deleted_ones_go(void **state)
{
	struct serve *f = *state;
	uint64_t counts[RW_DELIVERY_DEAD + 1];
	rw_time next;

	put(f, "main", 3, "a", "b", 100);
	must(rw_subscription_set_state(f->s, f->sub, RW_SUB_PAUSED, err));
	assert_null(take_one(f, 1000));
	must(rw_delivery_next(f->s, &next, err));
	assert_int_equal(next, RW_TIME_NONE);
	must(rw_subscription_set_state(f->s, f->sub, RW_SUB_ACTIVE, err));
	is(take_one(f, 1000), 3, "a", "b", 1);
	must(rw_subscription_delete(f->s, f->sub, err));
	must(rw_delivery_counts(f->s, counts, err));
	assert_int_equal(counts[RW_DELIVERY_SENDING], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		T(only_its_user_reads_it),
		T(transactions),
		cmocka_unit_test(scopes_have_names),
		T(tokens),
		T(subscriptions),
		T(delivers_and_goes_on_from_what_was_told),
		T(coalesces_what_was_not_told),
		cmocka_unit_test(coalesces_while_sending),
		T(dead_ones_rise_with_the_next_entry_or_by_hand),
		T(an_entry_that_was_taken_is_not_taken_again),
		T(recovers_what_was_under_way),
		T(takes_the_oldest_first),
		T(paused_ones_wait_and_deleted_ones_go),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
