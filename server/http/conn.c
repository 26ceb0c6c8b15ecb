#include <pthread.h>
#include <sys/socket.h>

#include "server/http/conn.h"

/* ms that a phase may last; the header's includes waiting for the next request of a kept connection */
static const int64_t patience[] = {
	[RW_CONN_HEADER] = 40 * 1000,
	[RW_CONN_BODY] = 20 * 1000,
	[RW_CONN_ANSWER] = 120 * 1000,
};

struct rw_conn {
	struct rw_conn *next, **link;
	int fd;
	int64_t deadline;
};

struct rw_conns {
	pthread_mutex_t lock;
	struct rw_conn *first;
};

struct rw_conns *
rw_conns_new(void)
{
	struct rw_conns *s = calloc(1, sizeof(*s));

	if (s != NULL && pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return NULL;
	}
	return s;
}

void
rw_conns_free(struct rw_conns *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct rw_conn *c = s->first;

		s->first = c->next;
		free(c);
	}
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

struct rw_conn *
rw_conn_add(struct rw_conns *s, int fd, int64_t now_ms)
{
	struct rw_conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->deadline = now_ms + patience[RW_CONN_HEADER];
	(void)pthread_mutex_lock(&s->lock);
	c->next = s->first;
	c->link = &s->first;
	if (c->next != NULL)
		c->next->link = &c->next;
	s->first = c;
	(void)pthread_mutex_unlock(&s->lock);
	return c;
}

void
rw_conn_remove(struct rw_conns *s, struct rw_conn *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	(void)pthread_mutex_unlock(&s->lock);
	free(c);
}

void
rw_conn_phase(struct rw_conns *s, struct rw_conn *c, enum rw_conn_phase phase, int64_t now_ms)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	c->deadline = now_ms + patience[phase];
	(void)pthread_mutex_unlock(&s->lock);
}

size_t
rw_conns_sweep(struct rw_conns *s, int64_t now_ms)
{
	size_t n = 0;

	/*
	 * under the lock: a connection leaves the list before its descriptor is closed, so this is never
	 * a stranger's
	 */
	(void)pthread_mutex_lock(&s->lock);
	for (struct rw_conn *c = s->first; c != NULL; c = c->next) {
		if (c->deadline > now_ms)
			continue;
		(void)shutdown(c->fd, SHUT_RDWR);
		n++;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}
