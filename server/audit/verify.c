/* Check everything: entry by entry, and then what stands beside the entries. */
#include <stdarg.h>
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/audit/verify.h"

#define STATE_BYTES ((size_t)2 << 30)

void
rw_verify_problem(struct rw_verify *v, uint64_t index, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	if (v->r->n_problems == RW_VERIFY_PROBLEMS) {
		v->r->n_dropped++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->problem[v->r->n_problems].index = index;
	v->problem[v->r->n_problems].text = rw_arena_strdup(v->a, text);
	v->r->n_problems++;
}

/* One entry at a time. */
struct current {
	struct rw_verify *v;
	struct rw_arena *a;
	uint64_t index;
	struct rw_map named;		/* rows already counted */
};

/* True the first time. */
static bool
first_time(struct current *c, unsigned tag, struct rw_str s, bool *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf key = RW_BUF_INIT(s.n + 1);
	bool *seen;

	rw_buf_putc(&key, (char)tag);
	rw_buf_put_str(&key, s);
	if (!rw_buf_ok(&key, "index row", err))
		return false;
	seen = rw_map_put(&c->named, rw_buf_str(&key));
	if (seen == NULL)
		return rw_arena_ok(c->a, "entry", err);
	*ret = !*seen;
	*seen = true;
	return true;
}

static bool
check_side(void *ctx, const uint8_t digest[32], enum rw_side_kind kind, struct rw_str *ret, bool *ret_erased,
    struct rw_error *err)
{
	struct current *c = ctx;
	struct rw_verify *v = c->v;
	struct rw_str d = { (const char *)digest, 32 };
	struct rw_error e = RW_ERROR_INIT;
	struct rw_store_side side;
	uint8_t real[32];
	char hex[65];
	bool first;

	*ret = RW_STR_LIT("");
	*ret_erased = true;
	if (!first_time(c, 0, d, &first, err))
		return false;
	if (!rw_store_side_get(v->l, c->a, c->index, digest, &side, &e)) {
		if (e.code != RW_E_NOT_FOUND) {
			*err = e;
			return false;
		}
		if (first)
			rw_verify_problem(v, c->index, "side record %.16s is missing", rw_hex_encode(digest, 32, hex));
		return true;
	}
	if (first)
		v->sides[c->index] += rw_verify_row(v, (uint64_t)kind, d, RW_STR_LIT(""));
	*ret_erased = side.erased;
	if (side.erased)
		return true;
	*ret = side.content;
	rw_sha256(side.content, real);
	if (first && memcmp(real, digest, 32) != 0)
		rw_verify_problem(v, c->index, "side record %.16s does not have its digest",
		    rw_hex_encode(digest, 32, hex));
	return true;
}

static bool
check_key(void *ctx, enum rw_key_field f, struct rw_str value, struct rw_error *err)
{
	struct current *c = ctx;
	bool first;

	if (!first_time(c, (unsigned)f, value, &first, err))
		return false;
	if (first)
		c->v->keys[c->index] += rw_verify_row(c->v, (uint64_t)f, value, RW_STR_LIT(""));
	return true;
}

static void
check_time(struct rw_verify *v, uint64_t index, const struct rw_entry *e)
{
	rw_time previous;

	if (e->kind == RW_ENTRY_CLOCK &&
	    (!rw_time_parse(rw_json_get(e->body, "previous")->str, &previous) || previous != v->last))
		rw_verify_problem(v, index, "clock entry does not name the time of the entry before it");
	if (e->kind != RW_ENTRY_CLOCK && index > 0 && v->last != RW_TIME_NONE && e->time < v->last - RW_CLOCK_STEP_MS)
		rw_verify_problem(v, index, "time steps back without a clock entry");
}

/* Faults of the record are problems; what fails here is the reading of it. */
static bool
only_problem(struct rw_verify *v, uint64_t index, const struct rw_error *e, struct rw_error *err)
{
	if (e->code != RW_E_PARSE && e->code != RW_E_NOT_FOUND && e->code != RW_E_CORRUPT) {
		*err = *e;
		return false;
	}
	rw_verify_problem(v, index, "%s", e->msg);
	return true;
}

static bool
check_entry(struct rw_verify *v, uint64_t index, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(STATE_BYTES);
	struct rw_error e = RW_ERROR_INIT;
	struct current c = { .v = v, .a = a, .index = index, .named = RW_MAP_INIT(a, bool) };
	struct rw_entry_walk w = { a, &c, check_side, check_key };
	struct rw_store_entry row;
	struct rw_entry parsed;
	uint8_t leaf[32];

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_store_entry_get(v->l, a, index, &row, &e)) {
		v->last = RW_TIME_NONE;
		rw_verify_problem(v, index, "entry is missing");
		return (e.code == RW_E_NOT_FOUND || e.code == RW_E_CORRUPT) ?
		    rw_verify_leaf(v, index, 0, NULL, err) : rw_fail(err, e.code, "%s", e.msg);
	}
	rw_merkle_leaf(row.body, leaf);
	if (memcmp(leaf, row.leaf, 32) != 0)
		rw_verify_problem(v, index, "body was changed: it does not have the leaf's hash");
	if (!rw_verify_leaf(v, index, row.time, row.leaf, err))
		return false;
	if (!rw_entry_parse(a, row.body, &parsed, &e)) {
		v->last = row.time;
		return only_problem(v, index, &e, err);
	}
	if (!rw_str_eqz(row.kind, rw_entry_kind_name(parsed.kind)))
		rw_verify_problem(v, index, "kind column does not say what the entry says");
	if (row.time != parsed.time)
		rw_verify_problem(v, index, "time column does not say what the entry says");
	check_time(v, index, &parsed);
	v->last = parsed.time;
	if (!rw_entry_walk(&w, &parsed, &e))
		return only_problem(v, index, &e, err);
	w.key = NULL;
	return rw_verify_state(v, index, &parsed, &w, &e) || only_problem(v, index, &e, err);
}

static bool
check_all(struct rw_verify *v, struct rw_error *err)
{
	if (!rw_store_entry_size(v->l, &v->size, err) || !rw_verify_rows_init(v, err))
		return false;
	v->r->entries = v->size;
	for (uint64_t i = 0; i < v->size; i++) {
		if (!check_entry(v, i, err))
			return false;
	}
	return rw_verify_root(v, err) && rw_verify_rows_finish(v, err) && rw_verify_state_finish(v, err) &&
	    rw_store_side_count(v->l, &v->r->side_records, &v->r->erased, err) && rw_arena_ok(v->a, "report", err);
}

bool
rw_audit_verify(struct rw_log *l, struct rw_arena *a, struct rw_audit_report *ret, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *state = rw_arena_new(STATE_BYTES);
	rw_autofree struct rw_verify *v = calloc(1, sizeof(*v));
	bool began, ok;

	memset(ret, 0, sizeof(*ret));
	if (state == NULL || v == NULL)
		return rw_fail_nomem(err);
	v->l = l;
	v->a = a;
	v->state = state;
	v->r = ret;
	v->last = RW_TIME_NONE;
	v->problem = rw_arena_array(a, RW_VERIFY_PROBLEMS, sizeof(*v->problem));
	if (v->problem == NULL)
		return rw_arena_ok(a, "report", err);
	ret->problem = v->problem;
	if (!rw_log_snapshot(l, &began, err))
		return false;
	ok = check_all(v, err);
	rw_verify_rows_free(v);
	if (began)
		rw_log_snapshot_end(l);
	return ok;
}
