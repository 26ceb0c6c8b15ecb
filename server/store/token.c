/* Tokens: who may use the HTTP API for what. */
#include "server/store/serve_private.h"

#define COLUMNS "id, hash, scopes, name, repos, created, expires, revoked"

static const char *const scope_names[RW_SCOPE_BITS] = {
#define NAME(id, name) [id##_BIT] = name,
	RW_SCOPES(NAME)
#undef NAME
};

const char *
rw_scope_name(enum rw_scope_bit bit)
{
	return (unsigned)bit < RW_SCOPE_BITS ? scope_names[bit] : "unknown";
}

bool
rw_scope_parse(struct rw_str name, unsigned *ret_flag)
{
	for (unsigned i = 0; i < RW_SCOPE_BITS; i++) {
		if (rw_str_eqz(name, scope_names[i])) {
			*ret_flag = 1u << i;
			return true;
		}
	}
	return false;
}

static bool
below_limit(struct rw_serve *s, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT count(*) FROM token WHERE revoked = 0", err);
	uint64_t n;

	if (q == NULL || !rw_db_u64(&s->db, q, &n, err))
		return false;
	return n < RW_LIMIT_TOKENS || rw_fail(err, RW_E_LIMIT, "tokens: %d exist already", RW_LIMIT_TOKENS);
}

static bool
add(struct rw_serve *s, const struct rw_token *t, int64_t *ret_id, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = NULL;

	if (!below_limit(s, err))
		return false;
	q = rw_db_stmt(&s->db, "INSERT INTO token(hash, scopes, name, repos, created, expires)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)", err);
	if (q == NULL)
		return false;
	rw_db_bind_str(q, 1, (struct rw_str){ (const char *)t->hash, 32 });
	(void)sqlite3_bind_int64(q, 2, (int64_t)t->scopes);
	rw_db_bind_str(q, 3, t->name);
	rw_db_bind_str(q, 4, t->repos);
	(void)sqlite3_bind_int64(q, 5, t->created);
	if (t->expires != RW_TIME_NONE)
		(void)sqlite3_bind_int64(q, 6, t->expires);
	if (!rw_db_run(&s->db, q, err))
		return false;
	*ret_id = sqlite3_last_insert_rowid(s->db.h);
	return true;
}

bool
rw_token_add(struct rw_serve *s, const struct rw_token *t, int64_t *ret_id, struct rw_error *err)
{
	bool began;

	return rw_serve_own(s, &began, err) && rw_serve_done(s, began, add(s, t, ret_id, err), err);
}

static bool
read_token(struct rw_arena *a, sqlite3_stmt *q, struct rw_token *ret, struct rw_error *err)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = sqlite3_column_int64(q, 0);
	if (!rw_db_column_hash(q, 1, ret->hash))
		return rw_fail(err, RW_E_CORRUPT, "token %lld: no hash", (long long)ret->id);
	ret->scopes = (unsigned)sqlite3_column_int64(q, 2);
	ret->name = rw_db_column_copy(a, q, 3);
	ret->repos = rw_db_column_copy(a, q, 4);
	ret->created = sqlite3_column_int64(q, 5);
	ret->expires = sqlite3_column_type(q, 6) == SQLITE_NULL ? RW_TIME_NONE : sqlite3_column_int64(q, 6);
	ret->revoked = sqlite3_column_int(q, 7) != 0;
	return rw_arena_ok(a, "token", err);
}

bool
rw_token_by_hash(struct rw_serve *s, struct rw_arena *a, const uint8_t hash[32], struct rw_token *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db,
	    "SELECT " COLUMNS " FROM token WHERE hash = ?1 AND revoked = 0", err);
	bool row;

	if (q == NULL)
		return false;
	rw_db_bind_str(q, 1, (struct rw_str){ (const char *)hash, 32 });
	if (!rw_db_row(&s->db, q, &row, err))
		return false;
	if (!row)
		return rw_fail(err, RW_E_NOT_FOUND, "token: not known, or revoked");
	return read_token(a, q, ret, err);
}

bool
rw_token_list(struct rw_serve *s, struct rw_arena *a, const struct rw_token **ret, size_t *ret_n,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "SELECT " COLUMNS " FROM token ORDER BY id", err);
	struct rw_token *items = NULL, *slot;
	size_t n = 0, cap = 0;

	if (q == NULL)
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&s->db, q, &row, err))
			return false;
		if (!row || (slot = rw_arena_push(a, &items, &n, &cap)) == NULL)
			break;
		if (!read_token(a, q, slot, err))
			return false;
	}
	*ret = items;
	*ret_n = n;
	return rw_arena_ok(a, "tokens", err);
}

bool
rw_token_revoke(struct rw_serve *s, int64_t id, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *q = rw_db_stmt(&s->db, "UPDATE token SET revoked = 1 WHERE id = ?1 AND revoked = 0", err);

	if (q == NULL)
		return false;
	(void)sqlite3_bind_int64(q, 1, id);
	if (!rw_db_run(&s->db, q, err))
		return false;
	return sqlite3_changes(s->db.h) == 1 ||
	    rw_fail(err, RW_E_NOT_FOUND, "token %lld: not known, or revoked already", (long long)id);
}
