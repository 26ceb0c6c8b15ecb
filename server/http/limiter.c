#include "server/http/limiter.h"

/*
 * A bucket as one number: the time at which everything is forgiven. Each failure moves it by
 * RW_LIMITER_REFILL_MS.
 */
int64_t
rw_limiter_fail(struct rw_limiter *l, const uint8_t addr[16], int64_t now_ms)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	uint64_t hash = 14695981039346656037u;		/* FNV-1a */
	uint8_t key[16] = { 0 };
	size_t at, n = memcmp(addr, mapped, sizeof(mapped)) == 0 ? 16 : 8;
	int64_t over;

	memcpy(key, addr, n);
	for (size_t i = 0; i < sizeof(key); i++)
		hash = (hash ^ key[i]) * 1099511628211u;
	at = hash % RW_LIMITER_SLOTS;
	for (size_t i = 0; i < RW_LIMITER_PROBES; i++) {
		size_t k = (hash + i) % RW_LIMITER_SLOTS;

		if (memcmp(l->slot[k].key, key, sizeof(key)) == 0 && l->slot[k].empty_at != 0) {
			at = k;
			break;
		}
		if (l->slot[k].empty_at < l->slot[at].empty_at)
			at = k;
	}
	if (memcmp(l->slot[at].key, key, sizeof(key)) != 0 || l->slot[at].empty_at < now_ms) {
		memcpy(l->slot[at].key, key, sizeof(key));
		l->slot[at].empty_at = now_ms;
	}
	over = l->slot[at].empty_at - now_ms - (int64_t)(RW_LIMITER_BURST - 1) * RW_LIMITER_REFILL_MS;
	if (over > 0)
		return over;
	l->slot[at].empty_at += RW_LIMITER_REFILL_MS;
	return 0;
}
