#include "policy/rules/judgement.h"
#include "refwall/hash.h"

static size_t
first_slot(const struct rw_oid_map *m, const struct rw_oid *key)
{
	uint64_t h;

	/* not the first bytes: whoever makes commits can choose a few digits of their ids cheaply */
	memcpy(&h, key->b + 8, sizeof(h));
	return (size_t)(h & (m->cap - 1));
}

static size_t
find(const struct rw_oid_map *m, const struct rw_oid *key)
{
	size_t i = first_slot(m, key);

	while (m->value[i] != NULL && !rw_oid_eq(&m->key[i], key))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static bool
grow(struct rw_oid_map *m)
{
	struct rw_oid_map g = { NULL, NULL, m->n, m->cap == 0 ? 64 : m->cap * 2, m->arena };
	size_t i, at;

	g.key = rw_arena_array(m->arena, g.cap, sizeof(*g.key));
	g.value = rw_arena_array(m->arena, g.cap, sizeof(*g.value));
	if (g.key == NULL || g.value == NULL)
		return false;
	for (i = 0; i < m->cap; i++) {
		if (m->value[i] == NULL)
			continue;
		at = find(&g, &m->key[i]);
		g.key[at] = m->key[i];
		g.value[at] = m->value[i];
	}
	*m = g;
	return true;
}

bool
rw_oid_map_put(struct rw_oid_map *m, const struct rw_oid *key, void *value)
{
	size_t at;

	if (m->n + 1 > m->cap / 2 && !grow(m))
		return false;
	at = find(m, key);
	m->n += m->value[at] == NULL;
	m->key[at] = *key;
	m->value[at] = value;
	return true;
}

void *
rw_oid_map_get(const struct rw_oid_map *m, const struct rw_oid *key)
{
	return m->cap == 0 ? NULL : m->value[find(m, key)];
}

struct rw_oid
rw_oid_map_key(const struct rw_str *parts, size_t n)
{
	struct rw_str all[16];
	uint64_t len[8];
	uint8_t digest[RW_HASH_MAX];
	struct rw_oid key;
	size_t i;

	for (i = 0; i < n && i < RW_ARRAY_LEN(len); i++) {
		len[i] = parts[i].n;
		all[2 * i] = (struct rw_str){ (const char *)&len[i], sizeof(len[i]) };
		all[2 * i + 1] = parts[i];
	}
	rw_hash(RW_SHA256, all, 2 * i, digest);
	memcpy(key.b, digest, sizeof(key.b));
	return key;
}
