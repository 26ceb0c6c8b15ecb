/* Entries of the other kinds, whose members the caller chooses. */
#include "refwall/store_repo.h"
#include "refwall/text.h"
#include "server/audit/append.h"

#define FIELDS_MAX 64

/* These come from their own functions, which keep the tables beside the record in step. */
static const bool own_function[RW_ENTRY_MAX] = {
	[RW_ENTRY_PUSH] = true, [RW_ENTRY_APPLIED] = true, [RW_ENTRY_NOT_APPLIED] = true, [RW_ENTRY_BASELINE] = true,
	[RW_ENTRY_CLOCK] = true,
};

static int
by_name(const void *a, const void *b)
{
	const struct rw_audit_field *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool
put_field(struct rw_json *j, struct rw_draft *d, const struct rw_audit_field *f, struct rw_error *err)
{
	uint8_t digest[32];

	rw_json_key(j, f->name);
	switch (f->type) {
	case RW_FIELD_STR:
		rw_json_str(j, f->str);
		return true;
	case RW_FIELD_INT:
		rw_json_int(j, f->integer);
		return true;
	case RW_FIELD_JSON:
		rw_json_raw(j, f->str);
		return true;
	case RW_FIELD_PERSONAL:
		if (!rw_draft_opening(d, f->str, digest, err))
			return false;
		rw_put_commitment(j, digest);
		return true;
	}
	return rw_fail(err, RW_E_INTERNAL, "entry: a field of unknown type");
}

/* A bypass says where a ref now is; what follows is held against that. */
static bool
note_bypass(struct rw_log *l, struct rw_arena *a, uint64_t index, struct rw_error *err)
{
	struct rw_entry e;
	struct rw_store_tip t = { .index = index };

	if (!rw_entry_load(l, a, index, &e, err))
		return false;
	t.repo = rw_json_get_str(a, rw_json_get(e.body, "repo"), "id");
	t.ref = rw_json_get_str(a, e.body, "ref");
	t.value = rw_json_get_str(a, e.body, "new");
	return rw_store_tip_put(l, &t, err);
}

bool
rw_audit_event(struct rw_log *l, enum rw_entry_kind kind, rw_time now, const struct rw_audit_field *f,
    size_t n, uint64_t *ret_index, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_SIDE_BYTES);
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
	struct rw_json j = rw_json_init(&out, true);
	struct rw_audit_field all[FIELDS_MAX + 3];
	struct rw_draft d = { .a = a };
	char time[RW_TIME_LEN];

	if (a == NULL)
		return rw_fail_nomem(err);
	if (kind <= RW_ENTRY_NONE || kind >= RW_ENTRY_MAX || own_function[kind])
		return rw_fail(err, RW_E_USAGE, "entry: kind %s is not written this way", rw_entry_kind_name(kind));
	if (n > FIELDS_MAX)
		return rw_fail(err, RW_E_LIMIT, "entry: more than %d members", FIELDS_MAX);
	if (n > 0)
		memcpy(all, f, n * sizeof(*f));
	all[n++] = (struct rw_audit_field){ .name = "kind", .str = rw_str(rw_entry_kind_name(kind)) };
	all[n++] = (struct rw_audit_field){ .name = "time", .str = rw_str(rw_time_format(now, time)) };
	all[n++] = (struct rw_audit_field){ .name = "v", .type = RW_FIELD_INT, .integer = RW_ENTRY_VERSION };
	qsort(all, n, sizeof(all[0]), by_name);
	rw_json_object(&j);
	for (size_t i = 0; i < n; i++) {
		if (!put_field(&j, &d, &all[i], err))
			return false;
	}
	rw_json_end(&j);
	return rw_json_ok(&j, "entry", err) && rw_append(l, &d, now, rw_buf_str(&out), ret_index, err) &&
	    (kind != RW_ENTRY_BYPASS || note_bypass(l, a, *ret_index, err) || rw_log_spoil(l));
}
