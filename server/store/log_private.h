/* log_private.h: what the files of server/store know of an open log. */
#ifndef REFWALL_STORE_LOG_PRIVATE_H
#define REFWALL_STORE_LOG_PRIVATE_H

#include "refwall/store_entry.h"
#include "server/store/db.h"

/* Stores made before there were counters get it with the first one. */
#define RW_STORE_COUNTER_TABLE							\
	"CREATE TABLE IF NOT EXISTS sk_counter(repo BLOB NOT NULL, key BLOB NOT NULL, counter INTEGER NOT NULL,"	\
	" idx INTEGER NOT NULL, PRIMARY KEY(repo, key)) STRICT, WITHOUT ROWID"

/* The same for what is known of signatures; see memo.c. */
#define RW_STORE_MEMO_SETS							\
	"CREATE TABLE IF NOT EXISTS sig_set(id INTEGER PRIMARY KEY, keys BLOB NOT NULL, n INTEGER NOT NULL) STRICT"
#define RW_STORE_MEMO_TABLE							\
	"CREATE TABLE IF NOT EXISTS sig_memo(id INTEGER NOT NULL, object BLOB NOT NULL, key BLOB NOT NULL,"	\
	" PRIMARY KEY(id, object)) STRICT, WITHOUT ROWID"

/* The same with the first push certificate. */
#define RW_STORE_CERTIFICATE_TABLE						\
	"CREATE TABLE IF NOT EXISTS push_certificate(payload BLOB NOT NULL PRIMARY KEY, idx INTEGER NOT NULL)"	\
	" STRICT, WITHOUT ROWID"

/* Index rows that are not in their own table yet; see key.c. */
struct rw_recent_row {
	uint64_t index;
	struct rw_str value;		/* in bytes */
};

struct rw_recent {
	bool valid;
	char *bytes;
	struct rw_recent_field {
		struct rw_recent_row *row;	/* by index */
		size_t n, cap;
	} field[RW_KEY_MAX];
};

struct rw_log {
	struct rw_db db;
	struct rw_db_locks locks;
	enum rw_store_mode mode;
	bool writing;			/* between begin and commit */
	bool reading;			/* in a snapshot */
	bool spoilt;			/* this transaction must not be committed */
	char *origin;
	struct rw_recent recent;
	struct rw_buf new_keys;		/* of entry new_index, not written yet */
	uint64_t new_index;
	size_t n_new;
	bool new_many;			/* too many: its rows are written directly */
};

/* RW_E_USAGE unless a write transaction is open. */
rw_must_check bool rw_log_writable(const struct rw_log *l, struct rw_error *err);

void rw_recent_release(struct rw_recent *r);
/* Write the rows of the newest entry; settle also moves old ones on when it is time. */
rw_must_check bool rw_store_keys_flush(struct rw_log *l, struct rw_error *err);
rw_must_check bool rw_store_keys_settle(struct rw_log *l, struct rw_error *err);

#endif
