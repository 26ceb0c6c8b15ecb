/* The serve store: its schema, its life, its transactions. */
#include "refwall/text.h"
#include "server/store/serve_private.h"

#define APPLICATION_ID 0x52775376	/* "RwSv" */
#define SCHEMA_VERSION 1

/*
 * told is the value that the endpoint was last sent with success, sending the one in the attempt under way;
 * again: something newer, or an order to redeliver, came meanwhile.
 */
static const char schema[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE cursor(one INTEGER PRIMARY KEY CHECK(one = 1), next INTEGER NOT NULL) STRICT;\n"
    "INSERT INTO cursor(one, next) VALUES(1, 0);\n"
    "CREATE TABLE token(id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    " scopes INTEGER NOT NULL, name BLOB NOT NULL, repos BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER,"
    " revoked INTEGER NOT NULL DEFAULT 0) STRICT;\n"
    "CREATE TABLE subscription(id INTEGER PRIMARY KEY AUTOINCREMENT, url BLOB NOT NULL, secret BLOB NOT NULL,"
    " repo_glob BLOB NOT NULL, ref_glob BLOB NOT NULL, owner_repos BLOB NOT NULL, state INTEGER NOT NULL,"
    " created INTEGER NOT NULL, start INTEGER NOT NULL) STRICT;\n"
    "CREATE TABLE delivery(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " subscription INTEGER NOT NULL REFERENCES subscription(id) ON DELETE CASCADE,"
    " repo_id BLOB NOT NULL, repo_name BLOB NOT NULL, ref BLOB NOT NULL, entry INTEGER NOT NULL,"
    " before BLOB NOT NULL, after BLOB NOT NULL, sending BLOB NOT NULL DEFAULT x'', uuid TEXT NOT NULL,"
    " state INTEGER NOT NULL, again INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,"
    " last_status INTEGER NOT NULL, last_error BLOB NOT NULL, UNIQUE(subscription, repo_id, ref)) STRICT;\n"
    "CREATE INDEX delivery_due ON delivery(state, next_at);\n";

static const struct rw_db_kind serve_kind = {
	.what = "serve", .file = "serve.db", .dir_mode = 0700, .file_mode = 0600,
	.application_id = APPLICATION_ID, .version = SCHEMA_VERSION, .schema = schema,
};

bool
rw_serve_create(const char *dir, struct rw_error *err)
{
	return rw_db_create(&serve_kind, dir, RW_STR_LIT("serve"), err);
}

bool
rw_serve_open(const char *dir, enum rw_store_mode mode, struct rw_serve **ret, struct rw_error *err)
{
	rw_auto_serve struct rw_serve *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return rw_fail_nomem(err);
	if (!rw_db_open(&s->db, &serve_kind, dir, mode, NULL, err))
		return false;
	*ret = rw_steal(&s);
	return true;
}

void
rw_serve_close(struct rw_serve *s)
{
	if (s == NULL)
		return;
	rw_serve_rollback(s);
	rw_db_close(&s->db);
	free(s);
}

void
rw_serve_closep(struct rw_serve **s)
{
	rw_serve_close(*s);
	*s = NULL;
}

bool
rw_serve_begin(struct rw_serve *s, struct rw_error *err)
{
	if (s->writing)
		return rw_fail(err, RW_E_USAGE, "serve: a transaction is open already");
	if (!rw_db_exec(&s->db, "BEGIN IMMEDIATE", err))
		return false;
	s->writing = true;
	return true;
}

bool
rw_serve_commit(struct rw_serve *s, struct rw_error *err)
{
	if (!s->writing)
		return rw_fail(err, RW_E_USAGE, "serve: no transaction is open");
	if (!rw_db_exec(&s->db, "COMMIT", err)) {
		rw_serve_rollback(s);
		return false;
	}
	s->writing = false;
	return true;
}

void
rw_serve_rollback(struct rw_serve *s)
{
	struct rw_error ignored = RW_ERROR_INIT;

	if (s->writing)
		(void)!rw_db_exec(&s->db, "ROLLBACK", &ignored);
	s->writing = false;
}

bool
rw_serve_own(struct rw_serve *s, bool *ret_began, struct rw_error *err)
{
	*ret_began = !s->writing;
	return s->writing || rw_serve_begin(s, err);
}

bool
rw_serve_done(struct rw_serve *s, bool began, bool ok, struct rw_error *err)
{
	if (began && ok)
		return rw_serve_commit(s, err);
	if (began)
		rw_serve_rollback(s);
	return ok;
}
