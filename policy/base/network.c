#include <arpa/inet.h>

#include "refwall/network.h"
#include "refwall/text.h"

/* No bit set behind the length? "10.0.0.1/8" is more often a slip than a wish. */
static bool
host_bits_clear(const struct rw_network *n)
{
	for (unsigned i = n->bits; i < 128; i++)
		if ((n->addr[i / 8] & (0x80u >> (i % 8))) != 0)
			return false;
	return true;
}

bool
rw_network_parse(struct rw_str s, struct rw_network *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *slash = s.n == 0 ? NULL : memchr(s.p, '/', s.n);
	size_t n = slash == NULL ? s.n : (size_t)(slash - s.p);
	struct rw_network r = { { 0 }, 0 };
	unsigned base = 0, width = 128;
	uint64_t bits;
	char text[64];

	if (n == 0 || n >= sizeof(text) || memchr(s.p, '\0', n) != NULL)
		return false;
	memcpy(text, s.p, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, r.addr + 12) == 1) {
		memcpy(r.addr, mapped, sizeof(mapped));
		base = 96;
		width = 32;
	} else if (inet_pton(AF_INET6, text, r.addr) != 1) {
		return false;
	}
	bits = width;
	if (slash != NULL && !rw_text_u64((struct rw_str){ slash + 1, s.n - n - 1 }, width, &bits))
		return false;
	r.bits = base + (unsigned)bits;
	if (!host_bits_clear(&r))
		return false;
	*ret = r;
	return true;
}

bool
rw_network_contains(const struct rw_network *n, const uint8_t addr[16])
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->addr, addr, whole) != 0)
		return false;
	return rest == 0 || ((n->addr[whole] ^ addr[whole]) & (uint8_t)(0xff00u >> rest)) == 0;
}
