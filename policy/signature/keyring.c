/* keyring.c: trusted keys, found by the bytes of their wire form. A hash table with open addressing. */
#include "policy/signature/openpgp.h"

#define SLOTS_MIN 16
/* Counted up when the verifier comes to judge the value of a signature otherwise. */
#define VERIFIER "refwall signatures 1 " PACKAGE_VERSION

struct table {
	struct rw_keyring_entry **slots;	/* a power of two, at most half full */
	size_t n_slots, n;
};

/* A CA is trusted for a principal. */
struct grant {
	const struct rw_keyring_entry *ca;
	struct rw_str principal;
	const struct rw_key *line;
};

struct rw_keyring {
	struct rw_arena *arena;
	const struct rw_crypto *crypto;
	struct table keys, cas;
	struct grant *grant;			/* sorted when sealed */
	size_t n_grants, grant_cap, n_lines;
	/* OpenPGP keys by key id, made when sealing: a power of two, at most half full; equal ids stand one behind the other. */
	const struct rw_keyring_entry **by_id;
	size_t n_ids, n_openpgp;
	const struct rw_revocations *revoked;
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

static bool
table_init(struct table *t, struct rw_arena *a)
{
	t->slots = rw_arena_array(a, SLOTS_MIN, sizeof(struct rw_keyring_entry *));
	t->n_slots = SLOTS_MIN;
	return t->slots != NULL;
}

struct rw_keyring *
rw_keyring_new(struct rw_arena *a)
{
	struct rw_keyring *k = rw_arena_alloc(a, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->arena = a;
	k->crypto = rw_crypto_default();
	return table_init(&k->keys, a) && table_init(&k->cas, a) ? k : NULL;
}

/* The slot that holds the blob, or the empty one where it belongs. */
static struct rw_keyring_entry **
slot_find(const struct table *t, struct rw_str blob, uint64_t hash)
{
	size_t i = (size_t)hash & (t->n_slots - 1);

	while (t->slots[i] != NULL && (t->slots[i]->hash != hash || !rw_str_eq(t->slots[i]->key.blob, blob)))
		i = (i + 1) & (t->n_slots - 1);
	return &t->slots[i];
}

static bool
grow(struct table *t, struct rw_arena *a)
{
	struct table twice = { rw_arena_array(a, 2 * t->n_slots, sizeof(*t->slots)), 2 * t->n_slots, t->n };

	if (twice.slots == NULL)
		return false;
	for (size_t i = 0; i < t->n_slots; i++) {
		struct rw_keyring_entry *e = t->slots[i];

		if (e != NULL)
			*slot_find(&twice, e->key.blob, e->hash) = e;
	}
	*t = twice;
	return true;
}

static bool
no_room(struct rw_keyring *k, struct rw_error *err)
{
	return rw_arena_ok(k->arena, "keyring", err) ? rw_fail_nomem(err) : false;
}

static bool
may_add(const struct rw_keyring *k, struct rw_error *err)
{
	if (k->sealed)
		return rw_fail(err, RW_E_INTERNAL, "keyring: a key is added after sealing");
	if (k->keys.n + k->n_lines >= RW_LIMIT_POLICY_KEYS)
		return rw_fail(err, RW_E_LIMIT, "more than %d keys", RW_LIMIT_POLICY_KEYS);
	return true;
}

/* A new entry of the table; the blob is not in it. */
static struct rw_keyring_entry *
insert(struct rw_keyring *k, struct table *t, const struct rw_key *key, bool check, struct rw_error *err)
{
	uint64_t hash = hash_bytes(key->blob);
	struct rw_keyring_entry *e;
	struct rw_key_parts parts;

	if (!(key->openpgp == NULL ? rw_key_parts_read : rw_pgp_key_read)(key->blob, &parts, err) ||
	    (check && !rw_key_parts_check(k->crypto, &parts, err)))
		return NULL;
	if (parts.type != key->type) {
		(void)rw_fail(err, RW_E_INTERNAL, "keyring: the type of a key is unlike its bytes");
		return NULL;
	}
	e = 2 * (t->n + 1) > t->n_slots && !grow(t, k->arena) ? NULL : rw_arena_alloc(k->arena, sizeof(*e));
	if (e == NULL) {
		(void)no_room(k, err);
		return NULL;
	}
	e->key = *key;
	e->parts = parts;
	e->hash = hash;
	*slot_find(t, key->blob, hash) = e;
	t->n++;
	k->n_openpgp += key->openpgp != NULL;
	return e;
}

static bool
add(struct rw_keyring *k, const struct rw_key *key, bool check, const struct rw_key **ret, struct rw_error *err)
{
	const struct rw_keyring_entry *e;

	if (!may_add(k, err))
		return false;
	if (rw_keyring_entry_find(k, key->blob) != NULL)
		return rw_fail(err, RW_E_EXISTS, "key %s is listed twice", key->fingerprint);
	e = insert(k, &k->keys, key, check, err);
	if (e == NULL)
		return false;
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
rw_keyring_add_ca(struct rw_keyring *k, const struct rw_key *ca, const struct rw_str *principal, size_t n,
    const struct rw_key **ret, struct rw_error *err)
{
	const struct rw_keyring_entry *e = rw_keyring_ca_find(k, ca->blob);
	struct rw_key *line;

	if (!may_add(k, err))
		return false;
	if (n == 0)
		return rw_fail(err, RW_E_USAGE, "keyring: a CA without principals");
	if (n > RW_LIMIT_POLICY_PRINCIPALS - k->n_grants)
		return rw_fail(err, RW_E_LIMIT, "more than %d principals of CAs", RW_LIMIT_POLICY_PRINCIPALS);
	if (e == NULL)
		e = insert(k, &k->cas, ca, true, err);
	if (e == NULL)
		return false;
	line = rw_arena_alloc(k->arena, sizeof(*line));
	if (line == NULL)
		return no_room(k, err);
	*line = *ca;
	for (size_t i = 0; i < n; i++) {
		struct grant *g = rw_arena_push(k->arena, &k->grant, &k->n_grants, &k->grant_cap);

		if (g == NULL)
			return no_room(k, err);
		*g = (struct grant){ e, principal[i], line };
	}
	k->n_lines++;
	*ret = line;
	return true;
}

static const uint8_t *
key_id(const struct rw_keyring_entry *e)
{
	return e->key.openpgp->fingerprint + (RW_OPENPGP_FINGERPRINT_LEN - RW_PGP_KEY_ID_LEN);
}

/* The id is a part of a digest: its own hash. */
static size_t
id_start(const struct rw_keyring *k, const uint8_t *id)
{
	uint32_t h;

	memcpy(&h, id, sizeof(h));
	return h & (k->n_ids - 1);
}

static bool
index_openpgp(struct rw_keyring *k, struct rw_error *err)
{
	if (k->n_openpgp == 0)
		return true;
	for (k->n_ids = SLOTS_MIN; k->n_ids < 2 * k->n_openpgp;)
		k->n_ids *= 2;
	k->by_id = rw_arena_array(k->arena, k->n_ids, sizeof(*k->by_id));
	if (k->by_id == NULL)
		return no_room(k, err);
	for (size_t i = 0; i < k->keys.n_slots; i++) {
		const struct rw_keyring_entry *e = k->keys.slots[i];
		size_t at;

		if (e == NULL || e->key.openpgp == NULL)
			continue;
		for (at = id_start(k, key_id(e)); k->by_id[at] != NULL; at = (at + 1) & (k->n_ids - 1))
			continue;
		k->by_id[at] = e;
	}
	return true;
}

const struct rw_keyring_entry *
rw_keyring_openpgp_next(const struct rw_keyring *k, const uint8_t id[8], size_t *at)
{
	while (*at < k->n_ids) {
		const struct rw_keyring_entry *e = k->by_id[(id_start(k, id) + *at) & (k->n_ids - 1)];

		if (e == NULL)
			return NULL;
		++*at;
		if (memcmp(key_id(e), id, RW_PGP_KEY_ID_LEN) == 0)
			return e;
	}
	return NULL;
}

static int
grant_cmp(const void *a, const void *b)
{
	const struct grant *x = a, *y = b;

	if (x->ca != y->ca)
		return (uintptr_t)x->ca < (uintptr_t)y->ca ? -1 : 1;
	return rw_str_cmp(x->principal, y->principal);
}

bool
rw_keyring_seal(struct rw_keyring *k, struct rw_error *err)
{
	if (k->sealed)
		return rw_fail(err, RW_E_INTERNAL, "keyring: sealed twice");
	if (k->n_grants > 1)
		qsort(k->grant, k->n_grants, sizeof(*k->grant), grant_cmp);
	for (size_t i = 1; i < k->n_grants; i++)
		if (grant_cmp(&k->grant[i - 1], &k->grant[i]) == 0)
			return rw_fail(err, RW_E_EXISTS, "the CA %s is listed twice for one principal",
			    k->grant[i].ca->key.fingerprint);
	if (!index_openpgp(k, err))
		return false;
	rw_crypto_prepare();
	k->sealed = true;
	return true;
}

static size_t
digest_table(const struct table *t, const char *kind, uint8_t (*out)[32])
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_slots; i++) {
		const struct rw_keyring_entry *e = t->slots[i];

		if (e != NULL)
			rw_hash(RW_SHA256, (struct rw_str[]){ rw_str(kind), rw_str(e->key.openpgp == NULL ? " ssh " : " openpgp "),
			    e->key.blob }, 3, out[n++]);
	}
	return n;
}

static int
digest_cmp(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

bool
rw_keyring_digest(const struct rw_keyring *k, uint8_t ret[32], struct rw_error *err)
{
	size_t n = k->keys.n + k->cas.n;
	rw_autofree uint8_t (*all)[32] = calloc(n + 1, sizeof(*all));

	if (all == NULL)
		return rw_fail_nomem(err);
	n = digest_table(&k->keys, "key", all);
	n += digest_table(&k->cas, "ca", all + n);
	qsort(all, n, sizeof(*all), digest_cmp);
	rw_hash(RW_SHA256, (struct rw_str[]){ RW_STR_LIT(VERIFIER), { (const char *)all, n * sizeof(*all) } }, 2, ret);
	return true;
}

size_t
rw_keyring_count(const struct rw_keyring *k)
{
	return k->keys.n + k->n_lines;
}

const struct rw_keyring_entry *
rw_keyring_entry_find(const struct rw_keyring *k, struct rw_str blob)
{
	return *slot_find(&k->keys, blob, hash_bytes(blob));
}

const struct rw_keyring_entry *
rw_keyring_ca_find(const struct rw_keyring *k, struct rw_str blob)
{
	return k->cas.n == 0 ? NULL : *slot_find(&k->cas, blob, hash_bytes(blob));
}

const struct rw_key *
rw_keyring_grant_find(const struct rw_keyring *k, const struct rw_keyring_entry *ca, struct rw_str principal)
{
	const struct grant wanted = { ca, principal, NULL }, *g;

	g = k->n_grants == 0 ? NULL : bsearch(&wanted, k->grant, k->n_grants, sizeof(*k->grant), grant_cmp);
	return g == NULL ? NULL : g->line;
}

const struct rw_key *
rw_keyring_find(const struct rw_keyring *k, struct rw_str blob)
{
	const struct rw_keyring_entry *e = rw_keyring_entry_find(k, blob);

	return e == NULL ? NULL : &e->key;
}

void
rw_keyring_revoke(struct rw_keyring *k, const struct rw_revocations *r)
{
	k->revoked = r;
}

const struct rw_revocations *
rw_keyring_revoked(const struct rw_keyring *k)
{
	return k->revoked;
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
