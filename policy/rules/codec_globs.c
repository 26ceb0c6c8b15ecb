/* Patterns in a compiled policy: each stands once in a table, and is compiled once however many rules have it. */
#include "policy/rules/codec.h"

#define SLOTS_MIN 256

/* Writing: where a pattern stands in the table, by a hash of its bytes; a slot holds the number plus one. */
struct rw_codec_slots {
	uint32_t *slot;
	size_t n;			/* a power of two, at most half of it used */
	struct rw_str *pattern;
	size_t cap;
};

static uint64_t
hash(struct rw_str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

static uint32_t *
slot_find(const struct rw_codec_slots *t, struct rw_str s)
{
	size_t i = (size_t)hash(s) & (t->n - 1);

	while (t->slot[i] != 0 && !rw_str_eq(t->pattern[t->slot[i] - 1], s))
		i = (i + 1) & (t->n - 1);
	return &t->slot[i];
}

static bool
slots_grow(struct rw_codec *c)
{
	struct rw_codec_slots *t = c->slots;

	if (t == NULL)
		c->slots = t = rw_arena_alloc(c->arena, sizeof(*t));
	if (t == NULL)
		return false;
	t->n = t->n == 0 ? SLOTS_MIN : 2 * t->n;
	t->slot = rw_arena_array(c->arena, t->n, sizeof(*t->slot));
	if (t->slot == NULL)
		return false;
	for (size_t i = 0; i < c->n_patterns; i++)
		*slot_find(t, t->pattern[i]) = (uint32_t)i + 1;
	return true;
}

static uint32_t
pattern_number(struct rw_codec *c, struct rw_str s)
{
	struct rw_str *pattern;
	uint32_t *slot;

	if ((c->slots == NULL || 2 * (c->n_patterns + 1) > c->slots->n) && !slots_grow(c)) {
		rw_codec_fail(c);
		return 0;
	}
	slot = slot_find(c->slots, s);
	if (*slot != 0)
		return *slot - 1;
	pattern = rw_arena_push(c->arena, &c->slots->pattern, &c->n_patterns, &c->slots->cap);
	if (pattern == NULL) {
		rw_codec_fail(c);
		return 0;
	}
	*pattern = s;
	*slot = (uint32_t)c->n_patterns;
	c->pattern = c->slots->pattern;
	return *slot - 1;
}

void
rw_codec_patterns(struct rw_codec *c)
{
	struct rw_error ignored = RW_ERROR_INIT;

	rw_codec_count(c, &c->n_globs, 3);
	c->glob = rw_codec_array(c, c->n_globs, sizeof(*c->glob));
	if (c->glob == NULL)
		c->n_globs = 0;
	for (size_t i = 0; i < c->n_globs; i++) {
		struct rw_str s = { NULL, 0 };

		rw_codec_str(c, &s);
		c->glob[i] = c->in.bad ? NULL : rw_glob_compile(c->arena, s, &ignored);
		if (c->glob[i] == NULL) {
			rw_codec_fail(c);
			return;
		}
	}
}

void
rw_codec_globs(struct rw_codec *c, struct rw_globs *v)
{
	const struct rw_glob **items;
	bool *negated;

	rw_codec_count(c, &v->n, 2);
	if (rw_codec_writing(c)) {
		for (size_t i = 0; i < v->n; i++) {
			uint32_t n = pattern_number(c, rw_glob_pattern(v->item[i]));

			rw_codec_bool(c, &v->negated[i]);
			rw_codec_u32(c, &n);
		}
		return;
	}
	items = rw_codec_array(c, v->n, sizeof(*items));
	negated = rw_codec_array(c, v->n, sizeof(*negated));
	if (items == NULL || negated == NULL)
		v->n = 0;
	for (size_t i = 0; i < v->n; i++) {
		uint32_t n = 0;

		rw_codec_bool(c, &negated[i]);
		rw_codec_u32(c, &n);
		if (n >= c->n_globs)
			rw_codec_fail(c);
		if (c->in.bad)
			break;
		items[i] = c->glob[n];
	}
	if (c->in.bad)
		v->n = 0;
	v->item = items;
	v->negated = negated;
}
