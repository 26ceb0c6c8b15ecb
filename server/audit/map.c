#include "server/audit/map.h"

/* FNV-1a. Keys come from entries that were accepted; a crowded table costs time, nothing else. */
static uint64_t
hash(struct rw_str key)
{
	uint64_t h = 14695981039346656037ULL;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 1099511628211ULL;
	return h ^ (h >> 32);
}

static struct rw_map_slot *
find(struct rw_map_slot *slot, size_t cap, struct rw_str key)
{
	size_t i = (size_t)hash(key) & (cap - 1);

	while (slot[i].key.p != NULL && !rw_str_eq(slot[i].key, key))
		i = (i + 1) & (cap - 1);
	return &slot[i];
}

void *
rw_map_get(const struct rw_map *m, struct rw_str key)
{
	return m->cap == 0 ? NULL : find(m->slot, m->cap, key)->value;
}

static bool
grow(struct rw_map *m)
{
	size_t cap = m->cap == 0 ? 64 : m->cap * 2;
	struct rw_map_slot *slot = rw_arena_array(m->a, cap, sizeof(*slot));

	if (slot == NULL)
		return false;
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slot[i].key.p != NULL)
			*find(slot, cap, m->slot[i].key) = m->slot[i];
	}
	m->slot = slot;
	m->cap = cap;
	return true;
}

void *
rw_map_put(struct rw_map *m, struct rw_str key)
{
	struct rw_map_slot *s;

	if (m->n * 2 >= m->cap && !grow(m))
		return NULL;
	s = find(m->slot, m->cap, key);
	if (s->key.p == NULL) {
		void *value = rw_arena_alloc(m->a, m->value_size);
		struct rw_str copy = rw_arena_str(m->a, key);

		if (value == NULL || copy.p == NULL)
			return NULL;
		s->key = copy;
		s->value = value;
		m->n++;
	}
	return s->value;
}
