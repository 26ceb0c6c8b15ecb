/* Entries and the nodes of their Merkle tree. */
#include "refwall/store_entry.h"
#include "server/store/log_private.h"

bool
rw_store_entry_size(struct rw_log *l, uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT coalesce(max(idx), -1) + 1 FROM entry", err);

	return s != NULL && rw_db_u64(&l->db, s, ret, err);
}

bool
rw_store_entry_add(struct rw_log *l, const struct rw_store_entry *e, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO entry(idx, time, kind, leaf, body) VALUES(?1, ?2, ?3, ?4, ?5)", err);
	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, e->index);
	(void)sqlite3_bind_int64(s, 2, e->time);
	(void)sqlite3_bind_text64(s, 3, e->kind.p, e->kind.n, SQLITE_STATIC, SQLITE_UTF8);
	rw_db_bind_str(s, 4, (struct rw_str){ (const char *)e->leaf, 32 });
	rw_db_bind_str(s, 5, e->body);
	return rw_db_run(&l->db, s, err);
}

static bool
missing(struct rw_error *err, uint64_t index)
{
	return rw_fail(err, RW_E_NOT_FOUND, "log: no entry %llu", (unsigned long long)index);
}

bool
rw_store_entry_get(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_store_entry *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT time, kind, leaf, body FROM entry WHERE idx = ?1", err);
	bool row;

	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, index);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row)
		return missing(err, index);
	memset(ret, 0, sizeof(*ret));
	ret->index = index;
	ret->time = sqlite3_column_int64(s, 0);
	ret->kind = rw_db_column_copy(a, s, 1);
	if (!rw_db_column_hash(s, 2, ret->leaf))
		return rw_fail(err, RW_E_CORRUPT, "log: entry %llu has no leaf", (unsigned long long)index);
	ret->body = rw_db_column_copy(a, s, 3);
	return rw_arena_ok(a, "entry", err);
}

bool
rw_store_entry_head(struct rw_log *l, uint64_t index, rw_time *ret_time, uint8_t ret_leaf[32],
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT time, leaf FROM entry WHERE idx = ?1", err);
	bool row;

	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, index);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row)
		return missing(err, index);
	*ret_time = sqlite3_column_int64(s, 0);
	if (!rw_db_column_hash(s, 1, ret_leaf))
		return rw_fail(err, RW_E_CORRUPT, "log: entry %llu has no leaf", (unsigned long long)index);
	return true;
}

bool
rw_store_node_add(struct rw_log *l, const struct rw_store_node *n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO node(level, idx, hash, tmin, tmax) VALUES(?1, ?2, ?3, ?4, ?5)", err);
	if (s == NULL)
		return false;
	(void)sqlite3_bind_int(s, 1, (int)n->level);
	rw_db_bind_u64(s, 2, n->index);
	rw_db_bind_str(s, 3, (struct rw_str){ (const char *)n->hash, 32 });
	(void)sqlite3_bind_int64(s, 4, n->tmin);
	(void)sqlite3_bind_int64(s, 5, n->tmax);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_node_get(struct rw_log *l, unsigned level, uint64_t index, struct rw_store_node *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT hash, tmin, tmax FROM node WHERE level = ?1 AND idx = ?2", err);
	bool row;

	if (s == NULL)
		return false;
	(void)sqlite3_bind_int(s, 1, (int)level);
	rw_db_bind_u64(s, 2, index);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row || !rw_db_column_hash(s, 0, ret->hash))
		return rw_fail(err, RW_E_NOT_FOUND, "log: no node %u/%llu", level, (unsigned long long)index);
	ret->level = level;
	ret->index = index;
	ret->tmin = sqlite3_column_int64(s, 1);
	ret->tmax = sqlite3_column_int64(s, 2);
	return true;
}

bool
rw_store_node_count(struct rw_log *l, uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT count(*) FROM node", err);

	return s != NULL && rw_db_u64(&l->db, s, ret, err);
}
