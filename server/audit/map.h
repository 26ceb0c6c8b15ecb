/* map.h: byte strings to small structs, in an arena. Private to server/audit. */
#ifndef REFWALL_AUDIT_MAP_H
#define REFWALL_AUDIT_MAP_H

#include "refwall/arena.h"

struct rw_map_slot {
	struct rw_str key;		/* p NULL: free */
	void *value;
};

struct rw_map {
	struct rw_arena *a;
	size_t value_size;
	struct rw_map_slot *slot;
	size_t n, cap;			/* cap is a power of two, at least twice n */
};

#define RW_MAP_INIT(arena, type) { (arena), sizeof(type), NULL, 0, 0 }

/* The value of a key, NULL when it has none. */
void *rw_map_get(const struct rw_map *m, struct rw_str key);
/*
 * The same, but a zeroed value is made (and the key copied) when it has none; NULL when the arena is used up.
 */
void *rw_map_put(struct rw_map *m, struct rw_str key);

#endif
