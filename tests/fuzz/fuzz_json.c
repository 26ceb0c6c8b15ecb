/* Whatever the reader takes, the writer writes again, byte for byte. */
#include "refwall/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_value(struct rw_json *j, const struct rw_json_value *v)
{
	char name[64];

	switch (v->kind) {
	case RW_JSON_NULL:
		rw_json_null(j);
		return;
	case RW_JSON_BOOL:
		rw_json_bool(j, v->boolean);
		return;
	case RW_JSON_INT:
		rw_json_int(j, v->integer);
		return;
	case RW_JSON_STR:
		rw_json_str(j, v->str);
		return;
	case RW_JSON_ARRAY:
	case RW_JSON_OBJECT:
		break;
	case RW_JSON_INVALID:
		abort();
	}
	if (v->kind == RW_JSON_OBJECT)
		rw_json_object(j);
	else
		rw_json_array(j);
	for (const struct rw_json_value *c = v->first; c != NULL; c = c->next) {
		if (v->kind == RW_JSON_OBJECT) {
			if (c->name.n >= sizeof(name))
				abort();
			if (c->name.n > 0)
				memcpy(name, c->name.p, c->name.n);
			name[c->name.n] = '\0';
			if (rw_json_get(v, name) != c)
				abort();
			rw_json_key(j, name);
		}
		write_value(j, c);
	}
	rw_json_end(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	struct rw_str in = { (const char *)data, size };
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(size);
	struct rw_json j = rw_json_init(&b, true);
	struct rw_error e = RW_ERROR_INIT;
	const struct rw_json_value *v;

	if (a == NULL || !rw_json_parse(a, in, &v, &e))
		return 0;
	write_value(&j, v);
	if (!rw_json_ok(&j, "value", &e) || !rw_str_eq(rw_buf_str(&b), in) || !rw_str_eq(v->raw, in))
		abort();
	return 0;
}
