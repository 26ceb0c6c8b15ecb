/* Repositories and the last known values of their refs. */
#include "refwall/store_repo.h"
#include "refwall/text.h"
#include "server/store/log_private.h"

bool
rw_store_repo_put(struct rw_log *l, const struct rw_store_repo *r, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT OR REPLACE INTO repo(id, name, path, baseline) VALUES(?1, ?2, ?3, ?4)", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, r->id);
	rw_db_bind_str(s, 2, r->name);
	rw_db_bind_str(s, 3, r->path);
	rw_db_bind_u64(s, 4, r->baseline);
	return rw_db_run(&l->db, s, err);
}

static struct rw_store_repo
read_repo(struct rw_arena *a, sqlite3_stmt *s)
{
	return (struct rw_store_repo){ rw_db_column_copy(a, s, 0), rw_db_column_copy(a, s, 1),
	    rw_db_column_copy(a, s, 2), (uint64_t)sqlite3_column_int64(s, 3) };
}

bool
rw_store_repo_get(struct rw_log *l, struct rw_arena *a, struct rw_str id, struct rw_store_repo *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT id, name, path, baseline FROM repo WHERE id = ?1", err);
	bool row;

	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, id);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row)
		return rw_fail(err, RW_E_NOT_FOUND, "repository %s: not registered; `refwall install` does it", RW_SHOW(id));
	*ret = read_repo(a, s);
	return rw_arena_ok(a, "repository", err);
}

bool
rw_store_repo_list(struct rw_log *l, struct rw_arena *a, const struct rw_store_repo **ret, size_t *ret_n,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT id, name, path, baseline FROM repo ORDER BY id", err);
	struct rw_store_repo *items = NULL, *slot;
	size_t n = 0, cap = 0;

	if (s == NULL)
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row || (slot = rw_arena_push(a, &items, &n, &cap)) == NULL)
			break;
		*slot = read_repo(a, s);
	}
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "repositories", err);
}

bool
rw_store_tip_put(struct rw_log *l, const struct rw_store_tip *t, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT OR REPLACE INTO tip(repo, ref, value, idx) VALUES(?1, ?2, ?3, ?4)", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, t->repo);
	rw_db_bind_str(s, 2, t->ref);
	rw_db_bind_str(s, 3, t->value);
	rw_db_bind_u64(s, 4, t->index);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_tip_get(struct rw_log *l, struct rw_arena *a, struct rw_str repo, struct rw_str ref,
    struct rw_store_tip *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT value, idx FROM tip WHERE repo = ?1 AND ref = ?2", err);
	bool row;

	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	rw_db_bind_str(s, 2, ref);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	if (!row)
		return rw_fail(err, RW_E_NOT_FOUND, "ref %s: not known", RW_SHOW(ref));
	*ret = (struct rw_store_tip){ repo, ref, rw_db_column_copy(a, s, 0), (uint64_t)sqlite3_column_int64(s, 1) };
	return rw_arena_ok(a, "ref", err);
}

bool
rw_store_tip_clear(struct rw_log *l, struct rw_str repo, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "DELETE FROM tip WHERE repo = ?1", err);
	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_tip_each(struct rw_log *l, bool (*fn)(void *ctx, const struct rw_store_tip *t), void *ctx,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT repo, ref, value, idx FROM tip ORDER BY repo, ref", err);

	if (s == NULL)
		return false;
	for (;;) {
		struct rw_store_tip t;
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row)
			return true;
		t = (struct rw_store_tip){ rw_db_column(s, 0), rw_db_column(s, 1), rw_db_column(s, 2),
		    (uint64_t)sqlite3_column_int64(s, 3) };
		if (!fn(ctx, &t))
			return true;
	}
}
