/* Side records and their tombstones. */
#include "refwall/store_entry.h"
#include "server/store/log_private.h"

static struct rw_str
digest_str(const uint8_t digest[32])
{
	return (struct rw_str){ (const char *)digest, 32 };
}

bool
rw_store_side_add(struct rw_log *l, const struct rw_store_side *r, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	if (r->content.n > RW_LIMIT_SIDE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "log: a side record of %zu bytes, at most %u", r->content.n,
		    RW_LIMIT_SIDE_BYTES);
	s = rw_db_stmt(&l->db, "INSERT INTO side(idx, digest, kind, content) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	    err);
	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, r->index);
	rw_db_bind_str(s, 2, digest_str(r->digest));
	(void)sqlite3_bind_int(s, 3, (int)r->kind);
	rw_db_bind_str(s, 4, r->content);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_side_get(struct rw_log *l, struct rw_arena *a, uint64_t index, const uint8_t digest[32],
    struct rw_store_side *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT kind, content, 0 FROM side WHERE idx = ?1 AND digest = ?2"
	    " UNION ALL SELECT kind, x'', 1 FROM erased WHERE idx = ?1 AND digest = ?2 LIMIT 1", err);
	bool row;

	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, index);
	rw_db_bind_str(s, 2, digest_str(digest));
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row)
		return rw_fail(err, RW_E_NOT_FOUND, "log: a side record of entry %llu is missing",
		    (unsigned long long)index);
	memset(ret, 0, sizeof(*ret));
	ret->index = index;
	memcpy(ret->digest, digest, 32);
	ret->kind = (enum rw_side_kind)sqlite3_column_int(s, 0);
	ret->content = rw_db_column_copy(a, s, 1);
	ret->erased = sqlite3_column_int(s, 2) != 0;
	return rw_arena_ok(a, "side record", err);
}

bool
rw_store_side_erase(struct rw_log *l, uint64_t index, const uint8_t digest[32], rw_time now,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *put = NULL, *del = NULL;

	if (!rw_log_writable(l, err))
		return false;
	put = rw_db_stmt(&l->db, "INSERT INTO erased(idx, digest, kind, time)"
	    " SELECT idx, digest, kind, ?3 FROM side WHERE idx = ?1 AND digest = ?2 AND kind >= 2", err);
	del = rw_db_stmt(&l->db, "DELETE FROM side WHERE idx = ?1 AND digest = ?2", err);
	if (put == NULL || del == NULL)
		return false;
	rw_db_bind_u64(put, 1, index);
	rw_db_bind_str(put, 2, digest_str(digest));
	(void)sqlite3_bind_int64(put, 3, now);
	if (!rw_db_run(&l->db, put, err))
		return false;
	if (sqlite3_changes(l->db.h) == 0)
		return rw_fail(err, RW_E_NOT_FOUND, "log: entry %llu has no such side record that can be erased",
		    (unsigned long long)index);
	rw_db_bind_u64(del, 1, index);
	rw_db_bind_str(del, 2, digest_str(digest));
	return rw_db_run(&l->db, del, err);
}

bool
rw_store_side_count(struct rw_log *l, uint64_t *ret_kept, uint64_t *ret_erased, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *kept = rw_db_stmt(&l->db, "SELECT count(*) FROM side", err);
	rw_auto_stmt sqlite3_stmt *erased = rw_db_stmt(&l->db, "SELECT count(*) FROM erased", err);

	return kept != NULL && erased != NULL && rw_db_u64(&l->db, kept, ret_kept, err) &&
	    rw_db_u64(&l->db, erased, ret_erased, err);
}

bool
rw_store_side_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_side *s), void *ctx,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT idx, digest, kind, 0 FROM side UNION ALL SELECT idx, digest, kind, 1 FROM erased ORDER BY 1, 2", err);

	if (s == NULL)
		return false;
	for (;;) {
		struct rw_store_side r;
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row)
			return true;
		memset(&r, 0, sizeof(r));
		r.index = (uint64_t)sqlite3_column_int64(s, 0);
		(void)rw_db_column_hash(s, 1, r.digest);
		r.kind = (enum rw_side_kind)sqlite3_column_int(s, 2);
		r.erased = sqlite3_column_int(s, 3) != 0;
		if (!fn(ctx, &r))
			return true;
	}
}
