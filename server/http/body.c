#include <jansson.h>

#include "refwall/text.h"
#include "server/http/body.h"

#define MEMBERS_MAX 16

static void
json_freep(json_t **j)
{
	json_decref(*j);
}

static bool
read_member(struct rw_arena *a, const json_t *root, const struct rw_body_member *m, struct rw_error *err)
{
	const json_t *v = json_object_get(root, m->name);
	struct rw_str s;

	*m->ret = (struct rw_str){ NULL, 0 };
	if (v == NULL || json_is_null(v)) {
		if (m->required)
			return rw_fail(err, RW_E_USAGE, "body: member \"%s\" is missing", m->name);
		return true;
	}
	if (!json_is_string(v))
		return rw_fail(err, RW_E_USAGE, "body: member \"%s\" must be a string", m->name);
	s = (struct rw_str){ json_string_value(v), json_string_length(v) };
	if (s.n > m->max)
		return rw_fail(err, RW_E_USAGE, "body: member \"%s\" is longer than %zu bytes", m->name,
		    m->max);
	*m->ret = rw_arena_str(a, s);
	return m->ret->p != NULL || rw_fail_nomem(err);
}

static bool
known(struct rw_str name, const struct rw_body_member *m, size_t n, struct rw_error *err)
{
	const char *names[MEMBERS_MAX], *near;

	for (size_t i = 0; i < n && i < MEMBERS_MAX; i++) {
		names[i] = m[i].name;
		if (rw_str_eqz(name, m[i].name))
			return true;
	}
	near = rw_text_nearest(name, names, n < MEMBERS_MAX ? n : MEMBERS_MAX);
	if (near != NULL)
		return rw_fail(err, RW_E_USAGE, "body: unknown member \"%s\" (did you mean \"%s\"?)",
		    RW_SHOW(name), near);
	return rw_fail(err, RW_E_USAGE, "body: unknown member \"%s\"", RW_SHOW(name));
}

bool
rw_body_read(struct rw_arena *a, struct rw_str json, const struct rw_body_member *m, size_t n,
    struct rw_error *err)
{
	json_error_t at;
	rw_cleanup(json_freep) json_t *root = json_loadb(json.p == NULL ? "" : json.p, json.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
	const char *key;
	json_t *value;

	if (root == NULL)
		return rw_fail(err, RW_E_PARSE, "body: line %d, column %d: %s", at.line, at.column,
		    RW_SHOW(rw_str(at.text)));
	if (!json_is_object(root))
		return rw_fail(err, RW_E_USAGE, "body: it must be a JSON object");
	json_object_foreach(root, key, value) {
		if (!known(rw_str(key), m, n, err))
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!read_member(a, root, &m[i], err))
			return false;
	}
	return true;
}
