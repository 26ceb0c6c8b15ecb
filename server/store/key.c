/* The inverted index. */
#include "refwall/store_entry.h"
#include "server/store/log_private.h"

static void
bind_key(sqlite3_stmt *s, enum rw_key_field f, struct rw_str value)
{
	(void)sqlite3_bind_int(s, 1, (int)f);
	rw_db_bind_str(s, 2, value);
}

bool
rw_store_key_add(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO entry_key(field, value, idx) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING", err);
	if (s == NULL)
		return false;
	bind_key(s, f, value);
	rw_db_bind_u64(s, 3, index);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_key_erase(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "DELETE FROM entry_key WHERE field = ?1 AND value = ?2 AND idx = ?3", err);
	if (s == NULL)
		return false;
	bind_key(s, f, value);
	rw_db_bind_u64(s, 3, index);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_key_has(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index, bool *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT 1 FROM entry_key WHERE field = ?1 AND value = ?2 AND idx = ?3", err);

	if (s == NULL)
		return false;
	bind_key(s, f, value);
	rw_db_bind_u64(s, 3, index);
	return rw_db_row(&l->db, s, ret, err);
}

bool
rw_store_key_seek(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index, bool descending,
    uint64_t *ret, struct rw_error *err)
{
	static const char up[] =
	    "SELECT idx FROM entry_key WHERE field = ?1 AND value = ?2 AND idx >= ?3 ORDER BY idx LIMIT 1";
	static const char down[] =
	    "SELECT idx FROM entry_key WHERE field = ?1 AND value = ?2 AND idx <= ?3 ORDER BY idx DESC LIMIT 1";
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, descending ? down : up, err);
	bool row;

	if (s == NULL)
		return false;
	bind_key(s, f, value);
	rw_db_bind_u64(s, 3, index);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	*ret = row ? (uint64_t)sqlite3_column_int64(s, 0) : UINT64_MAX;
	return true;
}

bool
rw_store_key_count(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t limit, uint64_t *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT count(*) FROM (SELECT 1 FROM entry_key WHERE field = ?1 AND value = ?2 LIMIT ?3)", err);

	if (s == NULL)
		return false;
	bind_key(s, f, value);
	rw_db_bind_u64(s, 3, limit);
	return rw_db_u64(&l->db, s, ret, err);
}

/* One probe a value: a value with a million rows costs no more than one with a single row. */
bool
rw_store_key_values(struct rw_log *l, struct rw_arena *a, enum rw_key_field f, struct rw_str prefix, size_t limit,
    const struct rw_str **ret, size_t *ret_n, struct rw_error *err)
{
	static const char first[] =
	    "SELECT value FROM entry_key WHERE field = ?1 AND value >= ?2 ORDER BY value LIMIT 1";
	static const char next[] =
	    "SELECT value FROM entry_key WHERE field = ?1 AND value > ?2 ORDER BY value LIMIT 1";
	struct rw_str *values = NULL, from = prefix;
	size_t n = 0, cap = 0;

	while (n < limit) {
		rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, n == 0 ? first : next, err);
		struct rw_str v, *slot;
		bool row;

		if (s == NULL)
			return false;
		bind_key(s, f, from);
		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		v = row ? rw_db_column(s, 0) : RW_STR_LIT("");
		if (!row || v.n < prefix.n || memcmp(v.p, prefix.p, prefix.n) != 0)
			break;
		slot = rw_arena_push(a, &values, &n, &cap);
		if (slot == NULL)
			return rw_arena_ok(a, "values", err);
		*slot = from = rw_arena_str(a, v);
	}
	*ret = values;
	*ret_n = n;
	return rw_arena_ok(a, "values", err);
}

bool
rw_store_key_total(struct rw_log *l, uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT count(*) FROM entry_key", err);

	return s != NULL && rw_db_u64(&l->db, s, ret, err);
}

bool
rw_store_key_each(struct rw_log *l, bool (*fn)(void *ctx, enum rw_key_field f, struct rw_str value, uint64_t index),
    void *ctx, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT field, value, idx FROM entry_key ORDER BY field, value, idx", err);

	if (s == NULL)
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row || !fn(ctx, (enum rw_key_field)sqlite3_column_int(s, 0), rw_db_column(s, 1),
		    (uint64_t)sqlite3_column_int64(s, 2)))
			return true;
	}
}
