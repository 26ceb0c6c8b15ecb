/*
 * arena.h: memory that is freed all at once, with a hard maximum. Trees, policies
 * and findings live in arenas. Allocation returns NULL when memory or the bound
 * is used up; `failed` then stays set, so a builder may check once at the end.
 * Memory is zeroed and aligned for any type. Not thread-safe.
 */
#ifndef REFWALL_ARENA_H
#define REFWALL_ARENA_H

#include "refwall/base.h"
#include "refwall/error.h"

struct rw_arena;

struct rw_arena *rw_arena_new(size_t max_bytes);	/* NULL when out of memory */
void rw_arena_free(struct rw_arena *a);
void rw_arena_freep(struct rw_arena **a);
#define rw_auto_arena		rw_cleanup(rw_arena_freep)

void *rw_arena_alloc(struct rw_arena *a, size_t n);
void *rw_arena_array(struct rw_arena *a, size_t count, size_t size);	/* overflow-checked */
char *rw_arena_strndup(struct rw_arena *a, const char *p, size_t n);	/* adds a NUL */
char *rw_arena_strdup(struct rw_arena *a, const char *z);
/* Copied, with a NUL behind it; {NULL,0} on failure. */
struct rw_str rw_arena_str(struct rw_arena *a, struct rw_str s);
char *rw_arena_printf(struct rw_arena *a, const char *fmt, ...) rw_printf_like(2, 3);
bool rw_arena_failed(const struct rw_arena *a);
size_t rw_arena_used(const struct rw_arena *a);

/* True unless an allocation failed; else RW_E_LIMIT or RW_E_NOMEM naming `what`. */
rw_must_check bool rw_arena_ok(const struct rw_arena *a, const char *what, struct rw_error *err);

/*
 * Growing array in an arena: doubles by copying. On failure the array is left as
 * it was and the result is NULL.
 *
 *	struct thing *t = rw_arena_push(a, &things, &n, &cap, sizeof(*t));
 */
void *rw_arena_grow(struct rw_arena *a, void **items, size_t *n, size_t *cap, size_t size);
#define rw_arena_push(a, items, n, cap)	\
	((__typeof__(*(items)))rw_arena_grow((a), (void **)(items), (n), (cap), sizeof(**(items))))

#endif
