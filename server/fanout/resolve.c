#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>

#include "server/fanout/resolve.h"

struct question {
	struct question *next;
	struct rw_resolved answer;
	char host[256];
};

struct queue { struct question *first, **last; };

struct rw_resolver {
	pthread_mutex_t lock;
	pthread_cond_t asked;
	struct queue todo, done;
	void (*wake)(void *ctx);
	void *ctx;
	bool stop;
	unsigned users;			/* threads, and the owner: the last one frees */
};

static void
push(struct queue *q, struct question *x)
{
	x->next = NULL;
	*q->last = x;
	q->last = &x->next;
}

static struct question *
pop(struct queue *q)
{
	struct question *x = q->first;

	if (x == NULL)
		return NULL;
	q->first = x->next;
	if (q->first == NULL)
		q->last = &q->first;
	return x;
}

static void
drain(struct queue *q)
{
	struct question *x;

	while ((x = pop(q)) != NULL)
		free(x);
}

/* With the lock held; it is gone afterwards. */
static void
leave(struct rw_resolver *r)
{
	bool last = --r->users == 0;

	(void)pthread_mutex_unlock(&r->lock);
	if (!last)
		return;
	drain(&r->todo);
	drain(&r->done);
	(void)pthread_cond_destroy(&r->asked);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

static void
resolve(struct question *q)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct rw_resolved *a = &q->answer;
	int rc = getaddrinfo(q->host, NULL, &hints, &found);

	a->n = 0;
	a->more = false;
	if (rc != 0) {
		(void)snprintf(a->error, sizeof(a->error), "%s", gai_strerror(rc));
		return;
	}
	for (const struct addrinfo *i = found; i != NULL; i = i->ai_next) {
		struct sockaddr_in6 in6;
		struct sockaddr_in in;

		if (i->ai_family != AF_INET && i->ai_family != AF_INET6)
			continue;
		if (a->n == RW_RESOLVE_ADDRESSES) {
			a->more = true;
			break;
		}
		memset(a->addr[a->n], 0, 16);
		if (i->ai_family == AF_INET6) {
			memcpy(&in6, i->ai_addr, sizeof(in6));
			memcpy(a->addr[a->n], &in6.sin6_addr, 16);
		} else {
			memcpy(&in, i->ai_addr, sizeof(in));
			a->addr[a->n][10] = a->addr[a->n][11] = 0xff;
			memcpy(a->addr[a->n] + 12, &in.sin_addr, 4);
		}
		a->n++;
	}
	freeaddrinfo(found);
	if (a->n == 0)
		(void)snprintf(a->error, sizeof(a->error), "the name has no address");
}

static void *
run(void *arg)
{
	struct rw_resolver *r = arg;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		struct question *q = pop(&r->todo);

		if (q == NULL) {
			(void)pthread_cond_wait(&r->asked, &r->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&r->lock);
		resolve(q);
		(void)pthread_mutex_lock(&r->lock);
		push(&r->done, q);
		/* with the lock held, so that the owner cannot go away in between */
		if (!r->stop)
			r->wake(r->ctx);
	}
	leave(r);
	return NULL;
}

bool
rw_resolver_new(void (*wake)(void *ctx), void *ctx, struct rw_resolver **ret, struct rw_error *err)
{
	struct rw_resolver *r = calloc(1, sizeof(*r));
	pthread_attr_t attr;

	if (r == NULL)
		return rw_fail_nomem(err);
	r->todo.last = &r->todo.first;
	r->done.last = &r->done.first;
	r->wake = wake;
	r->ctx = ctx;
	r->users = 1;
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->asked, NULL);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_mutex_lock(&r->lock);
	for (int i = 0; i < RW_RESOLVE_THREADS; i++) {
		pthread_t t;

		if (pthread_create(&t, &attr, run, r) == 0)
			r->users++;
	}
	(void)pthread_attr_destroy(&attr);
	if (r->users == 1) {
		leave(r);
		return rw_fail(err, RW_E_NOMEM, "cannot start a thread");
	}
	(void)pthread_mutex_unlock(&r->lock);
	*ret = r;
	return true;
}

void
rw_resolver_free(struct rw_resolver *r)
{
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->stop = true;
	(void)pthread_cond_broadcast(&r->asked);
	leave(r);
}

bool
rw_resolver_ask(struct rw_resolver *r, const char *host, uint64_t tag)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return false;
	q->answer.tag = tag;
	(void)snprintf(q->host, sizeof(q->host), "%s", host);
	(void)pthread_mutex_lock(&r->lock);
	push(&r->todo, q);
	(void)pthread_cond_signal(&r->asked);
	(void)pthread_mutex_unlock(&r->lock);
	return true;
}

bool
rw_resolver_take(struct rw_resolver *r, struct rw_resolved *ret)
{
	struct question *q;

	(void)pthread_mutex_lock(&r->lock);
	q = pop(&r->done);
	(void)pthread_mutex_unlock(&r->lock);
	if (q == NULL)
		return false;
	*ret = q->answer;
	free(q);
	return true;
}
