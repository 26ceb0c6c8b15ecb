/* Rules that only warned about what a ref holds, and when commits were first accepted. */
#include "refwall/encoding.h"
#include "refwall/store_repo.h"
#include "server/store/log_private.h"

static void
bind3(sqlite3_stmt *s, struct rw_str repo, struct rw_str ref, struct rw_str rule)
{
	rw_db_bind_str(s, 1, repo);
	rw_db_bind_str(s, 2, ref);
	rw_db_bind_str(s, 3, rule);
}

bool
rw_store_taint_add(struct rw_log *l, const struct rw_store_taint *t, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO taint(repo, ref, rule, push) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	    err);
	if (s == NULL)
		return false;
	bind3(s, t->repo, t->ref, t->rule);
	rw_db_bind_u64(s, 4, t->push);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_taint_has(struct rw_log *l, struct rw_str repo, struct rw_str ref, struct rw_str rule, bool *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT 1 FROM taint WHERE repo = ?1 AND ref = ?2 AND rule = ?3 LIMIT 1", err);

	if (s == NULL)
		return false;
	bind3(s, repo, ref, rule);
	return rw_db_row(&l->db, s, ret, err);
}

bool
rw_store_taint_clear(struct rw_log *l, struct rw_str repo, struct rw_str ref, uint64_t push, bool earlier_too,
    struct rw_error *err)
{
	static const char one[] = "DELETE FROM taint WHERE repo = ?1 AND ref = ?2 AND push = ?3";
	static const char all[] = "DELETE FROM taint WHERE repo = ?1 AND ref = ?2 AND push <= ?3";
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, earlier_too ? all : one, err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	rw_db_bind_str(s, 2, ref);
	rw_db_bind_u64(s, 3, push);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_taint_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_taint *t), void *ctx,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT repo, ref, rule, push FROM taint ORDER BY repo, ref, rule, push", err);

	if (s == NULL)
		return false;
	for (;;) {
		struct rw_store_taint t;
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row)
			return true;
		t = (struct rw_store_taint){ rw_db_column(s, 0), rw_db_column(s, 1), rw_db_column(s, 2),
		    (uint64_t)sqlite3_column_int64(s, 3) };
		if (!fn(ctx, &t))
			return true;
	}
}

/*
 * Object ids are kept raw: half the size of the largest table but one. An id that is no hex of 40 is kept as
 * it came.
 */
struct object {
	uint8_t raw[20];
	struct rw_str s;
};

static void
bind_object(sqlite3_stmt *s, int i, struct rw_str hex, struct object *o)
{
	o->s = hex;
	if (rw_hex_decode(hex, o->raw, sizeof(o->raw)))
		o->s = (struct rw_str){ (const char *)o->raw, sizeof(o->raw) };
	rw_db_bind_str(s, i, o->s);
}

bool
rw_store_seen_add(struct rw_log *l, struct rw_str repo, struct rw_str commit, rw_time time, uint64_t index,
    struct rw_error *err)
{
	struct object o;
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO first_seen(repo, object, time, idx) VALUES(?1, ?2, ?3, ?4)"
	    " ON CONFLICT DO NOTHING", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	bind_object(s, 2, commit, &o);
	(void)sqlite3_bind_int64(s, 3, time);
	rw_db_bind_u64(s, 4, index);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_seen_get(struct rw_log *l, struct rw_str repo, struct rw_str commit, rw_time *ret_time,
    uint64_t *ret_index, struct rw_error *err)
{
	struct object o;
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT time, idx FROM first_seen WHERE repo = ?1 AND object = ?2", err);
	bool row;

	*ret_time = RW_TIME_NONE;
	*ret_index = UINT64_MAX;
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	bind_object(s, 2, commit, &o);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (row) {
		*ret_time = sqlite3_column_int64(s, 0);
		*ret_index = (uint64_t)sqlite3_column_int64(s, 1);
	}
	return true;
}

bool
rw_store_seen_each(struct rw_log *l,
    bool (*fn)(void *ctx, struct rw_str repo, struct rw_str object, rw_time time, uint64_t index), void *ctx,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT repo, object, time, idx FROM first_seen", err);

	if (s == NULL)
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row || !fn(ctx, rw_db_column(s, 0), rw_db_column(s, 1), sqlite3_column_int64(s, 2),
		    (uint64_t)sqlite3_column_int64(s, 3)))
			return true;
	}
}
