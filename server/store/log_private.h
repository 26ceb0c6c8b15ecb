/* log_private.h: what the files of server/store know of an open log. */
#ifndef REFWALL_STORE_LOG_PRIVATE_H
#define REFWALL_STORE_LOG_PRIVATE_H

#include "server/store/db.h"

struct rw_log {
	struct rw_db db;
	struct rw_db_locks locks;
	enum rw_store_mode mode;
	bool writing;			/* between begin and commit */
	bool reading;			/* in a snapshot */
	char *origin;
};

/* RW_E_USAGE unless a write transaction is open. */
rw_must_check bool rw_log_writable(const struct rw_log *l, struct rw_error *err);

#endif
