#include "refwall/hash.h"
#include "server/audit/merkle.h"

void
rw_merkle_leaf(struct rw_str body, uint8_t ret[32])
{
	struct rw_str parts[2] = { { "\0", 1 }, body };

	rw_hash(RW_SHA256, parts, 2, ret);
}

void
rw_merkle_node(const uint8_t left[32], const uint8_t right[32], uint8_t ret[32])
{
	char b[65];

	b[0] = 1;
	memcpy(b + 1, left, 32);
	memcpy(b + 33, right, 32);
	rw_sha256((struct rw_str){ b, sizeof(b) }, ret);
}

/* Largest power of two below n, for n > 1: where a tree of n leaves splits. */
static uint64_t
split(uint64_t n)
{
	return 1ULL << (63 - __builtin_clzll(n - 1));
}

/*
 * Hash of the leaves [lo, hi), where lo is a multiple of the largest power of two within. Its perfect
 * subtrees get smaller from left to right; they are folded from the right.
 */
static bool
range(const struct rw_merkle_source *s, uint64_t lo, uint64_t hi, uint8_t ret[32], struct rw_error *err)
{
	bool any = false;

	while (hi > lo) {
		unsigned level = (unsigned)__builtin_ctzll(hi - lo);
		uint8_t h[32];

		hi -= 1ULL << level;
		if (!s->node(s->ctx, level, hi >> level, h, err))
			return false;
		if (any)
			rw_merkle_node(h, ret, ret);
		else
			memcpy(ret, h, 32);
		any = true;
	}
	return true;
}

bool
rw_merkle_root(const struct rw_merkle_source *s, uint64_t size, uint8_t ret[32], struct rw_error *err)
{
	if (size == 0) {
		rw_sha256((struct rw_str){ "", 0 }, ret);
		return true;
	}
	return range(s, 0, size, ret, err);
}

static bool
push_range(const struct rw_merkle_source *s, uint64_t lo, uint64_t hi, struct rw_merkle_proof *p,
    struct rw_error *err)
{
	if (p->n == RW_MERKLE_PROOF_MAX)
		return rw_fail(err, RW_E_INTERNAL, "merkle: proof too long");
	return range(s, lo, hi, p->hash[p->n++], err);
}

/* Proofs are found from the root down and are written from the leaf up. */
static void
reverse(struct rw_merkle_proof *p)
{
	for (size_t i = 0, j = p->n; i + 1 < j; i++) {
		uint8_t t[32];

		j--;
		memcpy(t, p->hash[i], 32);
		memcpy(p->hash[i], p->hash[j], 32);
		memcpy(p->hash[j], t, 32);
	}
}

bool
rw_merkle_inclusion(const struct rw_merkle_source *s, uint64_t index, uint64_t size,
    struct rw_merkle_proof *ret, struct rw_error *err)
{
	uint64_t lo = 0, hi = size;

	ret->n = 0;
	if (index >= size || size > INT64_MAX)
		return rw_fail(err, RW_E_USAGE, "merkle: no entry %llu in a tree of %llu", (unsigned long long)index,
		    (unsigned long long)size);
	while (hi - lo > 1) {
		uint64_t mid = lo + split(hi - lo);

		if (index < mid ? !push_range(s, mid, hi, ret, err) : !push_range(s, lo, mid, ret, err))
			return false;
		if (index < mid)
			hi = mid;
		else
			lo = mid;
	}
	reverse(ret);
	return true;
}

bool
rw_merkle_consistency(const struct rw_merkle_source *s, uint64_t size1, uint64_t size2,
    struct rw_merkle_proof *ret, struct rw_error *err)
{
	uint64_t lo = 0, hi = size2;

	ret->n = 0;
	if (size1 == 0 || size1 > size2 || size2 > INT64_MAX)
		return rw_fail(err, RW_E_USAGE, "merkle: no proof from size %llu to %llu", (unsigned long long)size1,
		    (unsigned long long)size2);
	while (hi > size1) {
		uint64_t mid = lo + split(hi - lo);

		if (size1 <= mid ? !push_range(s, mid, hi, ret, err) : !push_range(s, lo, mid, ret, err))
			return false;
		if (size1 <= mid)
			hi = mid;
		else
			lo = mid;
	}
	/* The whole old tree is known to the verifier; a right part of it is not. */
	if (lo > 0 && !push_range(s, lo, hi, ret, err))
		return false;
	reverse(ret);
	return true;
}

bool
rw_merkle_verify_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*proof)[32], size_t n, const uint8_t root[32])
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[32];

	if (index >= size)
		return false;
	memcpy(r, leaf, 32);
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			rw_merkle_node(proof[i], r, r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			rw_merkle_node(r, proof[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, 32) == 0;
}

bool
rw_merkle_verify_consistency(uint64_t size1, uint64_t size2, const uint8_t root1[32], const uint8_t root2[32],
    const uint8_t (*proof)[32], size_t n)
{
	uint64_t fn, sn;
	uint8_t fr[32], sr[32];
	size_t i = 0;

	if (size1 == 0 || size1 > size2)
		return false;
	if (size1 == size2)
		return n == 0 && memcmp(root1, root2, 32) == 0;
	if (n == 0)
		return false;
	/* When the old tree is perfect its root is the first hash, and is left out. */
	memcpy(fr, (size1 & (size1 - 1)) == 0 ? root1 : proof[i++], 32);
	memcpy(sr, fr, 32);
	fn = size1 - 1;
	sn = size2 - 1;
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			rw_merkle_node(proof[i], fr, fr);
			rw_merkle_node(proof[i], sr, sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			rw_merkle_node(sr, proof[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, root1, 32) == 0 && memcmp(sr, root2, 32) == 0;
}
