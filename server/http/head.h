/*
 * head.h: the header of a request, read once and strictly: no header twice that may come once, and no doubt
 * about where the body ends.
 */
#ifndef REFWALL_SERVER_HTTP_HEAD_H
#define REFWALL_SERVER_HTTP_HEAD_H

#include <microhttpd.h>

#include "server/http/call.h"

struct rw_head {
	struct rw_str length, coding;	/* of the body; {NULL,0}: absent. Never both */
};

/* Fills in what the call keeps of the header, too. False: answered (400). */
bool rw_head_read(struct rw_call *c, struct MHD_Connection *m, struct rw_head *ret);

#endif
