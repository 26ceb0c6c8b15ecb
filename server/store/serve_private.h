/* serve_private.h: what the files of server/store know of an open serve store. */
#ifndef REFWALL_STORE_SERVE_PRIVATE_H
#define REFWALL_STORE_SERVE_PRIVATE_H

#include "server/store/db.h"

struct rw_serve {
	struct rw_db db;
	bool writing;
};

/*
 * Several statements that belong together: a transaction of their own unless the caller has one open.
 * rw_serve_done() commits or rolls back what rw_serve_own() began, and gives ok on.
 */
rw_must_check bool rw_serve_own(struct rw_serve *s, bool *ret_began, struct rw_error *err);
rw_must_check bool rw_serve_done(struct rw_serve *s, bool began, bool ok, struct rw_error *err);

#endif
