/* keyring.c: trusted keys, found by the bytes of their wire form. A hash table with open addressing. */
#include "policy/signature/keyring.h"

#define SLOTS_MIN 16

struct rw_keyring {
	struct rw_arena *arena;
	const struct rw_crypto *crypto;
	struct rw_keyring_entry **slots;	/* a power of two, at most half full */
	size_t n_slots, n_keys;
	bool sealed;
};

/* FNV-1a, a word at a time. The keys in the table are chosen by the policy's author, so nobody hostile makes them collide. */
static uint64_t
hash_bytes(struct rw_str s)
{
	uint64_t h = 0xcbf29ce484222325u, word;
	size_t i = 0;

	for (; s.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		h = (h ^ word) * 0x100000001b3u;
		h ^= h >> 32;
	}
	for (; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

struct rw_keyring *
rw_keyring_new(struct rw_arena *a)
{
	struct rw_keyring *k = rw_arena_alloc(a, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->arena = a;
	k->crypto = rw_crypto_default();
	k->slots = rw_arena_array(a, SLOTS_MIN, sizeof(struct rw_keyring_entry *));
	k->n_slots = SLOTS_MIN;
	return k->slots == NULL ? NULL : k;
}

/* The slot that holds the blob, or the empty one where it belongs. */
static struct rw_keyring_entry **
slot_find(struct rw_keyring_entry **slots, size_t n_slots, struct rw_str blob, uint64_t hash)
{
	size_t i = (size_t)hash & (n_slots - 1);

	while (slots[i] != NULL && (slots[i]->hash != hash || !rw_str_eq(slots[i]->key.blob, blob)))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static bool
grow(struct rw_keyring *k)
{
	struct rw_keyring_entry **slots = rw_arena_array(k->arena, 2 * k->n_slots, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < k->n_slots; i++) {
		struct rw_keyring_entry *e = k->slots[i];

		if (e != NULL)
			*slot_find(slots, 2 * k->n_slots, e->key.blob, e->hash) = e;
	}
	k->slots = slots;
	k->n_slots *= 2;
	return true;
}

static bool
add(struct rw_keyring *k, const struct rw_key *key, bool check, const struct rw_key **ret, struct rw_error *err)
{
	uint64_t hash = hash_bytes(key->blob);
	struct rw_keyring_entry *e, **slot;
	struct rw_key_parts parts;

	if (k->sealed)
		return rw_fail(err, RW_E_INTERNAL, "keyring: a key is added after sealing");
	if (k->n_keys >= RW_LIMIT_POLICY_KEYS)
		return rw_fail(err, RW_E_LIMIT, "more than %d keys", RW_LIMIT_POLICY_KEYS);
	if (!rw_key_parts_read(key->blob, &parts, err) || (check && !rw_key_parts_check(k->crypto, &parts, err)))
		return false;
	if (parts.type != key->type)
		return rw_fail(err, RW_E_INTERNAL, "keyring: the type of a key is unlike its bytes");
	if (*slot_find(k->slots, k->n_slots, key->blob, hash) != NULL)
		return rw_fail(err, RW_E_EXISTS, "key %s is listed twice", key->fingerprint);
	if (2 * (k->n_keys + 1) > k->n_slots && !grow(k))
		return rw_arena_ok(k->arena, "keyring", err) ? rw_fail_nomem(err) : false;
	e = rw_arena_alloc(k->arena, sizeof(*e));
	if (e == NULL)
		return rw_arena_ok(k->arena, "keyring", err) ? rw_fail_nomem(err) : false;
	e->key = *key;
	e->parts = parts;
	e->hash = hash;
	slot = slot_find(k->slots, k->n_slots, key->blob, hash);
	*slot = e;
	k->n_keys++;
	*ret = &e->key;
	return true;
}

bool
rw_keyring_add(struct rw_keyring *k, const struct rw_key *key, struct rw_error *err)
{
	const struct rw_key *ignored;

	return add(k, key, true, &ignored, err);
}

bool
rw_keyring_add_checked(struct rw_keyring *k, const struct rw_key *key, const struct rw_key **ret,
    struct rw_error *err)
{
	return add(k, key, false, ret, err);
}

bool
rw_keyring_seal(struct rw_keyring *k, struct rw_error *err)
{
	if (k->sealed)
		return rw_fail(err, RW_E_INTERNAL, "keyring: sealed twice");
	rw_crypto_prepare();
	k->sealed = true;
	return true;
}

size_t
rw_keyring_count(const struct rw_keyring *k)
{
	return k->n_keys;
}

const struct rw_keyring_entry *
rw_keyring_entry_find(const struct rw_keyring *k, struct rw_str blob)
{
	return *slot_find(k->slots, k->n_slots, blob, hash_bytes(blob));
}

const struct rw_key *
rw_keyring_find(const struct rw_keyring *k, struct rw_str blob)
{
	const struct rw_keyring_entry *e = rw_keyring_entry_find(k, blob);

	return e == NULL ? NULL : &e->key;
}

bool
rw_keyring_sealed(const struct rw_keyring *k)
{
	return k->sealed;
}

const struct rw_crypto *
rw_keyring_crypto(const struct rw_keyring *k)
{
	return k->crypto;
}

void
rw_keyring_set_crypto(struct rw_keyring *k, const struct rw_crypto *c)
{
	if (c->prepare != NULL)
		c->prepare();
	k->crypto = c;
}
