/* The log store: its schema, its life, its transactions. */
#include "refwall/store_entry.h"
#include "refwall/text.h"
#include "server/store/log_private.h"

#define APPLICATION_ID 0x52774c67	/* "RwLg" */
#define SCHEMA_VERSION 1

#define NEVER(table, what)								\
	"CREATE TRIGGER " table "_no_" what " BEFORE " what " ON " table		\
	" BEGIN SELECT raise(ABORT, '" table ": append-only'); END;\n"
#define APPEND_ONLY(table) NEVER(table, "UPDATE") NEVER(table, "DELETE")

/*
 * The record: meta, entry, node, side, erased. Its triggers keep honest programs honest; against others
 * stands the Merkle tree. The rest follows from the record, is there for speed, and rw_audit_verify() derives
 * it again. Fields 3 and 4 of entry_key are RW_KEY_ACCOUNT and RW_KEY_SIGNER, side kinds 2 and above may hold
 * personal values.
 */
static const char schema[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;\n"
    APPEND_ONLY("meta")
    "CREATE TABLE entry(idx INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL,"
    " leaf BLOB NOT NULL CHECK(length(leaf) = 32), body BLOB NOT NULL) STRICT;\n"
    APPEND_ONLY("entry")
    "CREATE TRIGGER entry_dense BEFORE INSERT ON entry"
    " WHEN NEW.idx <> (SELECT coalesce(max(idx), -1) + 1 FROM entry)"
    " BEGIN SELECT raise(ABORT, 'entry: numbered without gaps'); END;\n"
    "CREATE TABLE node(level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " tmin INTEGER NOT NULL, tmax INTEGER NOT NULL, PRIMARY KEY(level, idx)) STRICT, WITHOUT ROWID;\n"
    APPEND_ONLY("node")
    "CREATE TABLE side(idx INTEGER NOT NULL REFERENCES entry(idx), digest BLOB NOT NULL CHECK(length(digest) = 32),"
    " kind INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY(idx, digest)) STRICT, WITHOUT ROWID;\n"
    NEVER("side", "UPDATE")
    "CREATE TABLE erased(idx INTEGER NOT NULL, digest BLOB NOT NULL, kind INTEGER NOT NULL, time INTEGER NOT NULL,"
    " PRIMARY KEY(idx, digest)) STRICT, WITHOUT ROWID;\n"
    APPEND_ONLY("erased")
    "CREATE TRIGGER side_erase BEFORE DELETE ON side WHEN OLD.kind < 2 OR NOT EXISTS"
    " (SELECT 1 FROM erased WHERE idx = OLD.idx AND digest = OLD.digest AND kind = OLD.kind)"
    " BEGIN SELECT raise(ABORT, 'side: only what may be erased, and with a tombstone'); END;\n"
    "CREATE TABLE entry_key(field INTEGER NOT NULL, value BLOB NOT NULL, idx INTEGER NOT NULL,"
    " PRIMARY KEY(field, value, idx)) STRICT, WITHOUT ROWID;\n"
    NEVER("entry_key", "UPDATE")
    "CREATE TRIGGER entry_key_erase BEFORE DELETE ON entry_key WHEN OLD.field NOT IN (3, 4) OR NOT EXISTS"
    " (SELECT 1 FROM erased WHERE idx = OLD.idx AND kind = 2)"
    " BEGIN SELECT raise(ABORT, 'entry_key: only what was erased'); END;\n"
    "CREATE TABLE key_recent(idx INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT;\n"
    "CREATE TABLE repo(id BLOB PRIMARY KEY, name BLOB NOT NULL, path BLOB NOT NULL, baseline INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE tip(repo BLOB NOT NULL, ref BLOB NOT NULL, value BLOB NOT NULL, idx INTEGER NOT NULL,"
    " PRIMARY KEY(repo, ref)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE pending(push INTEGER NOT NULL REFERENCES entry(idx), ref BLOB NOT NULL, repo BLOB NOT NULL,"
    " name BLOB NOT NULL, old BLOB NOT NULL, new BLOB NOT NULL, pid INTEGER NOT NULL, start INTEGER NOT NULL,"
    " boot BLOB NOT NULL, PRIMARY KEY(push, ref)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE taint(repo BLOB NOT NULL, ref BLOB NOT NULL, rule BLOB NOT NULL, push INTEGER NOT NULL,"
    " PRIMARY KEY(repo, ref, rule, push)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE first_seen(repo BLOB NOT NULL, object BLOB NOT NULL, time INTEGER NOT NULL, idx INTEGER NOT NULL,"
    " PRIMARY KEY(repo, object)) STRICT, WITHOUT ROWID;\n"
    RW_STORE_COUNTER_TABLE ";\n";

static const struct rw_db_kind log_kind = {
	.what = "log", .file = "log.db", .lock = "log.lock", .dir_mode = 02770, .file_mode = 0660,
	.application_id = APPLICATION_ID, .version = SCHEMA_VERSION, .schema = schema,
};

bool
rw_log_create(const char *dir, const char *origin, struct rw_error *err)
{
	struct rw_str s = rw_str(origin);

	/* tlog-checkpoint: the origin is the first line of a checkpoint and a part of a key's name. */
	if (s.n == 0 || s.n > 255 || !rw_text_utf8(s))
		return rw_fail(err, RW_E_USAGE, "origin: wanted 1 to 255 bytes of UTF-8");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '+')
			return rw_fail(err, RW_E_USAGE, "origin %s: has a space, a '+' or a control character", RW_SHOW(s));
	}
	return rw_db_create(&log_kind, dir, s, err);
}

static bool
load_origin(struct rw_log *l, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT value FROM meta WHERE name = 'origin'", err);
	struct rw_str v;
	bool row;

	if (s == NULL || !rw_db_row(&l->db, s, &row, err))
		return false;
	v = row ? rw_db_column(s, 0) : RW_STR_LIT("");
	if (v.n == 0 || memchr(v.p, '\0', v.n) != NULL)
		return rw_fail(err, RW_E_CORRUPT, "%s: has no origin", RW_SHOW(rw_str(l->db.path)));
	l->origin = strndup(v.p, v.n);
	return l->origin != NULL || rw_fail_nomem(err);
}

bool
rw_log_open(const char *dir, enum rw_store_mode mode, struct rw_log **ret, struct rw_error *err)
{
	rw_auto_log struct rw_log *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return rw_fail_nomem(err);
	l->locks = (struct rw_db_locks){ -1, -1 };
	l->mode = mode;
	l->new_index = UINT64_MAX;
	l->new_keys = (struct rw_buf)RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	if (!rw_db_open(&l->db, &log_kind, dir, mode, &l->locks, err) || !load_origin(l, err))
		return false;
	*ret = rw_steal(&l);
	return true;
}

void
rw_log_close(struct rw_log *l)
{
	if (l == NULL)
		return;
	rw_log_rollback(l);
	rw_db_close(&l->db);
	rw_recent_release(&l->recent);
	rw_buf_release(&l->new_keys);
	rw_closep(&l->locks.lock);
	rw_closep(&l->locks.door);
	free(l->origin);
	free(l);
}

void
rw_log_closep(struct rw_log **l)
{
	rw_log_close(*l);
	*l = NULL;
}

struct rw_str
rw_log_origin(const struct rw_log *l)
{
	return rw_str(l->origin);
}

bool
rw_log_begin(struct rw_log *l, int64_t wait_ms, struct rw_error *err)
{
	if (l->mode != RW_STORE_WRITE)
		return rw_fail(err, RW_E_USAGE, "log: opened for reading");
	if (l->writing || l->reading)
		return rw_fail(err, RW_E_USAGE, "log: a transaction is open already");
	if (!rw_store_lock(l->locks.door, l->locks.lock, wait_ms, err))
		return false;
	if (!rw_db_exec(&l->db, "BEGIN IMMEDIATE", err)) {
		rw_store_unlock(l->locks.lock);
		return false;
	}
	l->writing = true;
	l->recent.valid = false;
	return true;
}

bool
rw_log_commit(struct rw_log *l, struct rw_error *err)
{
	bool ok;

	if (!rw_log_writable(l, err))
		return false;
	if (l->spoilt) {
		rw_log_rollback(l);
		return rw_fail(err, RW_E_INTERNAL, "log: an earlier write of this transaction failed, nothing was kept");
	}
	ok = rw_store_keys_settle(l, err) && rw_db_commit(&l->db, err);
	if (ok) {
		l->writing = false;
		rw_store_unlock(l->locks.lock);
	} else {
		rw_log_rollback(l);
	}
	return ok;
}

void
rw_log_rollback(struct rw_log *l)
{
	struct rw_error ignored = RW_ERROR_INIT;

	/* A failed statement may have rolled back already; then this fails and nothing is lost. */
	if (l->writing || l->reading)
		(void)!rw_db_exec(&l->db, "ROLLBACK", &ignored);
	if (l->writing)
		rw_store_unlock(l->locks.lock);
	l->writing = false;
	l->reading = false;
	l->spoilt = false;
	l->recent.valid = false;
	rw_buf_clear(&l->new_keys);
	l->n_new = 0;
	l->new_index = UINT64_MAX;
}

bool
rw_log_in_transaction(const struct rw_log *l)
{
	return l->writing;
}

bool
rw_log_writable(const struct rw_log *l, struct rw_error *err)
{
	return l->writing || rw_fail(err, RW_E_USAGE, "log: no transaction is open");
}

bool
rw_log_spoil(struct rw_log *l)
{
	l->spoilt = true;
	return false;
}

bool
rw_log_snapshot(struct rw_log *l, bool *ret_began, struct rw_error *err)
{
	*ret_began = false;
	if (l->writing || l->reading)
		return true;
	if (!rw_db_exec(&l->db, "BEGIN DEFERRED", err))
		return false;
	l->reading = true;
	l->recent.valid = false;
	*ret_began = true;
	return true;
}

void
rw_log_snapshot_end(struct rw_log *l)
{
	if (l->reading)
		rw_log_rollback(l);
}
