#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "refwall/arena.h"

#define CHUNK_FIRST	(4u << 10)
#define CHUNK_LARGEST	(256u << 10)
#define ALIGN		alignof(max_align_t)

/* The first chunk of the list is the one that is being filled. */
struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct rw_arena {
	struct chunk *chunks;
	size_t next_size;	/* of the next ordinary chunk */
	size_t used;		/* given out, padding included */
	size_t max;
	bool failed;
	bool nomem;
};

struct rw_arena *
rw_arena_new(size_t max_bytes)
{
	struct rw_arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->max = max_bytes;
	a->next_size = CHUNK_FIRST;
	return a;
}

void
rw_arena_free(struct rw_arena *a)
{
	struct chunk *c, *next;

	if (a == NULL)
		return;
	for (c = a->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void
rw_arena_freep(struct rw_arena **a)
{
	rw_arena_free(*a);
	*a = NULL;
}

static void *
fail(struct rw_arena *a, bool nomem)
{
	a->failed = true;
	a->nomem = a->nomem || nomem;
	return NULL;
}

/*
 * A large request gets a chunk of its own behind the first one, so that what is
 * left in the first is not lost.
 */
static void *
alloc_chunk(struct rw_arena *a, size_t n)
{
	bool own = n > a->next_size / 4;
	size_t size = own ? n : a->next_size;
	struct chunk *c;

	if (n > SIZE_MAX / 2)
		return fail(a, false);
	c = calloc(1, offsetof(struct chunk, data) + size);
	if (c == NULL)
		return fail(a, true);
	c->size = size;
	c->used = n;
	if (own && a->chunks != NULL) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = a->chunks;
		a->chunks = c;
	}
	if (!own && a->next_size < CHUNK_LARGEST)
		a->next_size *= 2;
	a->used += n;
	return c->data;
}

static void *
alloc(struct rw_arena *a, size_t n, size_t align)
{
	struct chunk *c = a->chunks;
	size_t pad;

	if (n == 0)
		n = 1;
	if (a->failed || n > a->max - a->used)
		return fail(a, false);
	if (c == NULL)
		return alloc_chunk(a, n);
	pad = (size_t)(0 - c->used) & (align - 1);	/* a power of two */
	if (pad > c->size - c->used || n > c->size - c->used - pad)
		return alloc_chunk(a, n);
	if (n + pad > a->max - a->used)
		return fail(a, false);
	c->used += pad + n;
	a->used += pad + n;
	return c->data + (c->used - n);
}

void *
rw_arena_alloc(struct rw_arena *a, size_t n)
{
	return alloc(a, n, ALIGN);
}

void *
rw_arena_array(struct rw_arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return fail(a, false);
	return alloc(a, n, ALIGN);
}

char *
rw_arena_strndup(struct rw_arena *a, const char *p, size_t n)
{
	char *z;

	if (n == SIZE_MAX)
		return fail(a, false);
	z = alloc(a, n + 1, 1);
	if (z != NULL && n > 0)
		memcpy(z, p, n);
	return z;
}

char *
rw_arena_strdup(struct rw_arena *a, const char *z)
{
	return rw_arena_strndup(a, z, strlen(z));
}

struct rw_str
rw_arena_str(struct rw_arena *a, struct rw_str s)
{
	char *z = rw_arena_strndup(a, s.p, s.n);

	return z == NULL ? (struct rw_str){ NULL, 0 } : (struct rw_str){ z, s.n };
}

char *
rw_arena_printf(struct rw_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *z;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return fail(a, true);
	z = alloc(a, (size_t)n + 1, 1);
	if (z == NULL)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(z, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return z;
}

bool
rw_arena_failed(const struct rw_arena *a)
{
	return a->failed;
}

size_t
rw_arena_used(const struct rw_arena *a)
{
	return a->used;
}

bool
rw_arena_ok(const struct rw_arena *a, const char *what, struct rw_error *err)
{
	if (!a->failed)
		return true;
	if (a->nomem)
		return rw_fail(err, RW_E_NOMEM, "%s: out of memory", what);
	return rw_fail(err, RW_E_LIMIT, "%s: needs more than %zu bytes of memory", what, a->max);
}

void *
rw_arena_grow(struct rw_arena *a, void **items, size_t *n, size_t *cap, size_t size)
{
	void *old, *slot;

	memcpy(&old, items, sizeof(old));	/* *items is a pointer of another type */
	if (*n == *cap) {
		size_t more;
		void *p;

		if (__builtin_mul_overflow(*cap, (size_t)2, &more))
			return fail(a, false);
		if (more == 0)
			more = 4;
		p = rw_arena_array(a, more, size);
		if (p == NULL)
			return NULL;
		if (*n > 0)
			memcpy(p, old, *n * size);
		memcpy(items, &p, sizeof(p));
		old = p;
		*cap = more;
	}
	slot = (char *)old + *n * size;
	memset(slot, 0, size);
	(*n)++;
	return slot;
}
