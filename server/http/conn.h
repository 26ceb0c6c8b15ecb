/*
 * conn.h: how long a connection may take. An idle time-out alone lets a client hold a connection for ever
 * by one byte now and then; here each phase (header, body, answer, idle) has an end, and who is past it
 * is shut down.
 */
#ifndef REFWALL_SERVER_HTTP_CONN_H
#define REFWALL_SERVER_HTTP_CONN_H

#include "refwall/base.h"

struct rw_conns;
struct rw_conn;

enum rw_conn_phase { RW_CONN_HEADER, RW_CONN_BODY, RW_CONN_ANSWER };

struct rw_conns *rw_conns_new(void);
void rw_conns_free(struct rw_conns *s);

/* The descriptor stays the server's; it must be open until rw_conn_remove(). NULL: out of memory. */
struct rw_conn *rw_conn_add(struct rw_conns *s, int fd, int64_t now_ms);
void rw_conn_remove(struct rw_conns *s, struct rw_conn *c);
void rw_conn_phase(struct rw_conns *s, struct rw_conn *c, enum rw_conn_phase phase, int64_t now_ms);

/* Shut down what is past its time; says how many. Thread-safe, as all of this. */
size_t rw_conns_sweep(struct rw_conns *s, int64_t now_ms);

#endif
