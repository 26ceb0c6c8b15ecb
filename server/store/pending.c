/* Accepts that wait to be settled. */
#include "refwall/store_repo.h"
#include "server/store/log_private.h"

bool
rw_store_pending_add(struct rw_log *l, const struct rw_store_pending *p, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "INSERT INTO pending(push, ref, repo, name, old, new, pid, start, boot)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", err);
	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, p->push);
	rw_db_bind_str(s, 2, p->ref);
	rw_db_bind_str(s, 3, p->repo);
	rw_db_bind_str(s, 4, p->name);
	rw_db_bind_str(s, 5, p->old_id);
	rw_db_bind_str(s, 6, p->new_id);
	(void)sqlite3_bind_int64(s, 7, p->pid);
	(void)sqlite3_bind_int64(s, 8, (int64_t)p->start);
	rw_db_bind_str(s, 9, p->boot);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_pending_list(struct rw_log *l, struct rw_arena *a, struct rw_str repo,
    const struct rw_store_pending **ret, size_t *ret_n, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT push, ref, repo, name, old, new, pid, start, boot"
	    " FROM pending WHERE ?1 = x'' OR repo = ?1 ORDER BY repo, ref, push", err);
	struct rw_store_pending *items = NULL, *p;
	size_t n = 0, cap = 0;

	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row || (p = rw_arena_push(a, &items, &n, &cap)) == NULL)
			break;
		p->push = (uint64_t)sqlite3_column_int64(s, 0);
		p->ref = rw_db_column_copy(a, s, 1);
		p->repo = rw_db_column_copy(a, s, 2);
		p->name = rw_db_column_copy(a, s, 3);
		p->old_id = rw_db_column_copy(a, s, 4);
		p->new_id = rw_db_column_copy(a, s, 5);
		p->pid = sqlite3_column_int64(s, 6);
		p->start = (uint64_t)sqlite3_column_int64(s, 7);
		p->boot = rw_db_column_copy(a, s, 8);
	}
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "pending accepts", err);
}

bool
rw_store_pending_delete(struct rw_log *l, uint64_t push, struct rw_str ref, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_log_writable(l, err))
		return false;
	s = rw_db_stmt(&l->db, "DELETE FROM pending WHERE push = ?1 AND ref = ?2", err);
	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, push);
	rw_db_bind_str(s, 2, ref);
	return rw_db_run(&l->db, s, err);
}

bool
rw_store_pending_count(struct rw_log *l, struct rw_str repo, uint64_t *ret, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT count(*) FROM pending WHERE ?1 = x'' OR repo = ?1", err);

	if (s == NULL)
		return false;
	rw_db_bind_str(s, 1, repo);
	return rw_db_u64(&l->db, s, ret, err);
}
