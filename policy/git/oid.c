#include "refwall/encoding.h"
#include "refwall/git.h"

bool
rw_oid_parse(struct rw_str hex, struct rw_oid *ret)
{
	struct rw_oid o;

	if (hex.n != 2 * sizeof(o.b))
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (!((hex.p[i] >= '0' && hex.p[i] <= '9') || (hex.p[i] >= 'a' && hex.p[i] <= 'f')))
			return false;
	if (!rw_hex_decode(hex, o.b, sizeof(o.b)))
		return false;
	*ret = o;
	return true;
}

const char *
rw_oid_hex(const struct rw_oid *o, char out[RW_OID_HEX_LEN])
{
	return rw_hex_encode(o->b, sizeof(o->b), out);
}

bool
rw_oid_is_zero(const struct rw_oid *o)
{
	static const struct rw_oid zero;

	return rw_oid_eq(o, &zero);
}

bool
rw_oid_eq(const struct rw_oid *a, const struct rw_oid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

struct rw_oid_shown
rw_oid_show(const struct rw_oid *o)
{
	struct rw_oid_shown s;

	(void)rw_oid_hex(o, s.z);
	return s;
}
