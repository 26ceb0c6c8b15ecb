/*
 * The inverted index, in two parts.
 *
 * The rows of one entry lie far apart in entry_key, a page each, and writing those pages would cost a hook
 * more than the entry itself. So they first go into key_recent, all in one row, and 256 entries at a time are
 * moved on, sorted, so that a page is written once for many rows. Whoever reads looks into both: what is
 * recent is little, and is read once per snapshot, by field. An entry with very many rows goes to entry_key
 * at once.
 */
#include "refwall/reader.h"
#include "refwall/store_entry.h"
#include "server/store/log_private.h"

#define RECENT_ENTRIES 256		/* moved on together */
#define RECENT_ROWS 64			/* of one entry */

void
rw_recent_release(struct rw_recent *r)
{
	for (size_t f = 0; f < RW_KEY_MAX; f++) {
		rw_freep(&r->field[f].row);
		r->field[f].n = r->field[f].cap = 0;
	}
	rw_freep(&r->bytes);
	r->valid = false;
}

/* ---- writing ---- */

static bool
insert_row(struct rw_log *l, unsigned f, struct rw_str value, uint64_t index, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "INSERT INTO entry_key(field, value, idx) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING", err);

	if (s == NULL)
		return false;
	(void)sqlite3_bind_int(s, 1, (int)f);
	rw_db_bind_str(s, 2, value);
	rw_db_bind_u64(s, 3, index);
	return rw_db_run(&l->db, s, err);
}

/* One row of a blob: field, length, value. */
static bool
next_row(struct rw_reader *r, unsigned *ret_field, struct rw_str *ret_value)
{
	if (r->left == 0)
		return false;
	*ret_field = rw_reader_u8(r);
	*ret_value = rw_reader_string32(r);
	return !r->bad && *ret_field > 0 && *ret_field < RW_KEY_MAX;
}

static bool
spill_new(struct rw_log *l, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(rw_buf_str(&l->new_keys));
	struct rw_str value;
	unsigned f;

	while (next_row(&r, &f, &value)) {
		if (!insert_row(l, f, value, l->new_index, err))
			return false;
	}
	rw_buf_clear(&l->new_keys);
	l->n_new = 0;
	return true;
}

static bool
is_new(const struct rw_log *l, unsigned f, struct rw_str value)
{
	struct rw_reader r = rw_reader_init(rw_buf_str(&l->new_keys));
	struct rw_str v;
	unsigned field;

	while (next_row(&r, &field, &v)) {
		if (field == f && rw_str_eq(v, value))
			return false;
	}
	return true;
}

bool
rw_store_key_add(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index,
    struct rw_error *err)
{
	if (!rw_log_writable(l, err))
		return false;
	if (index != l->new_index || l->new_keys.failed) {
		if (!rw_store_keys_flush(l, err))
			return false;
		l->new_index = index;
		l->new_many = false;
	}
	if (!l->new_many && l->n_new == RECENT_ROWS) {
		l->new_many = true;
		if (!spill_new(l, err))
			return false;
	}
	if (l->new_many)
		return insert_row(l, (unsigned)f, value, index, err);
	if (!is_new(l, (unsigned)f, value))
		return true;
	rw_buf_put_u8(&l->new_keys, (uint8_t)f);
	rw_buf_put_string32(&l->new_keys, value);
	l->n_new++;
	return rw_buf_ok(&l->new_keys, "index rows", err);
}

bool
rw_store_keys_flush(struct rw_log *l, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (l->n_new == 0)
		return true;
	if (!rw_buf_ok(&l->new_keys, "index rows", err))
		return false;
	l->recent.valid = false;
	s = rw_db_stmt(&l->db, "INSERT INTO key_recent(idx, rows) VALUES(?1, ?2)", err);
	if (s == NULL)
		return false;
	rw_db_bind_u64(s, 1, l->new_index);
	rw_db_bind_str(s, 2, rw_buf_str(&l->new_keys));
	if (!rw_db_run(&l->db, s, err))
		return false;
	rw_buf_clear(&l->new_keys);
	l->n_new = 0;
	l->new_index = UINT64_MAX;
	return true;
}

/* ---- what is recent, by field ---- */

static bool
put_recent(struct rw_recent *r, unsigned f, struct rw_str value, uint64_t index)
{
	struct rw_recent_field *x = &r->field[f];

	if (x->n == x->cap) {
		size_t cap = x->cap == 0 ? 64 : x->cap * 2;
		struct rw_recent_row *row = realloc(x->row, cap * sizeof(*row));

		if (row == NULL)
			return false;
		x->row = row;
		x->cap = cap;
	}
	x->row[x->n++] = (struct rw_recent_row){ index, value };
	return true;
}

static bool
load_bytes(struct rw_log *l, struct rw_buf *b, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, "SELECT idx, rows FROM key_recent ORDER BY idx", err);

	if (s == NULL)
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row)
			return rw_buf_ok(b, "recent index rows", err);
		rw_buf_put_u64(b, (uint64_t)sqlite3_column_int64(s, 0));
		rw_buf_put_string32(b, rw_db_column(s, 1));
	}
}

/* Valid as long as the snapshot or the transaction is; without either it is read for each question. */
static bool
load_recent(struct rw_log *l, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(256u << 20);
	struct rw_recent *r = &l->recent;
	struct rw_reader entries;

	if (l->writing && !rw_store_keys_flush(l, err))
		return false;
	if (r->valid && (l->writing || l->reading))
		return true;
	for (size_t f = 0; f < RW_KEY_MAX; f++)
		r->field[f].n = 0;
	rw_freep(&r->bytes);
	r->valid = false;
	if (!load_bytes(l, &b, err))
		return false;
	entries = rw_reader_init(rw_buf_str(&b));
	while (entries.left > 0 && !entries.bad) {
		uint64_t index = rw_reader_u64(&entries);
		struct rw_reader rows = rw_reader_init(rw_reader_string32(&entries));
		struct rw_str value;
		unsigned f;

		while (next_row(&rows, &f, &value)) {
			if (!put_recent(r, f, value, index))
				return rw_fail_nomem(err);
		}
		if (!rw_reader_done(&rows))
			return rw_fail(err, RW_E_CORRUPT, "log: recent index rows of entry %llu are malformed",
			    (unsigned long long)index);
	}
	r->bytes = b.data;
	b.data = NULL;
	b.len = b.cap = 0;
	r->valid = true;
	return true;
}

/* First row at or above an index. */
static size_t
lower(const struct rw_recent_field *x, uint64_t index)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->row[mid].index < index)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint64_t
seek_recent(const struct rw_recent_field *x, struct rw_str value, uint64_t index, bool descending)
{
	if (!descending) {
		for (size_t i = lower(x, index); i < x->n; i++) {
			if (rw_str_eq(x->row[i].value, value))
				return x->row[i].index;
		}
		return UINT64_MAX;
	}
	for (size_t i = index == UINT64_MAX ? x->n : lower(x, index + 1); i-- > 0; ) {
		if (rw_str_eq(x->row[i].value, value))
			return x->row[i].index;
	}
	return UINT64_MAX;
}

/* ---- moving on ---- */

struct moved {
	unsigned field;
	struct rw_recent_row row;
};

static int
by_key(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;
	int c;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	c = rw_str_cmp(x->row.value, y->row.value);
	if (c != 0)
		return c;
	return x->row.index < y->row.index ? -1 : x->row.index > y->row.index;
}

bool
rw_store_key_merge(struct rw_log *l, struct rw_error *err)
{
	rw_autofree struct moved *all = NULL;
	rw_auto_stmt sqlite3_stmt *s = NULL;
	size_t n = 0;

	if (!rw_log_writable(l, err) || !load_recent(l, err))
		return false;
	for (size_t f = 0; f < RW_KEY_MAX; f++)
		n += l->recent.field[f].n;
	all = calloc(n + 1, sizeof(*all));
	if (all == NULL)
		return rw_fail_nomem(err);
	n = 0;
	for (size_t f = 0; f < RW_KEY_MAX; f++) {
		for (size_t i = 0; i < l->recent.field[f].n; i++)
			all[n++] = (struct moved){ (unsigned)f, l->recent.field[f].row[i] };
	}
	qsort(all, n, sizeof(*all), by_key);
	for (size_t i = 0; i < n; i++) {
		if (!insert_row(l, all[i].field, all[i].row.value, all[i].row.index, err))
			return false;
	}
	s = rw_db_stmt(&l->db, "DELETE FROM key_recent", err);
	l->recent.valid = false;
	return s != NULL && rw_db_run(&l->db, s, err);
}

bool
rw_store_keys_settle(struct rw_log *l, struct rw_error *err)
{
	uint64_t first;

	if (!rw_store_keys_flush(l, err))
		return false;
	{
		rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
		    "SELECT coalesce((SELECT max(idx) FROM key_recent) - (SELECT min(idx) FROM key_recent), 0)", err);

		if (s == NULL || !rw_db_u64(&l->db, s, &first, err))
			return false;
	}
	return first < RECENT_ENTRIES || rw_store_key_merge(l, err);
}

bool
rw_store_key_erase(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = NULL;

	if (!rw_store_key_merge(l, err))
		return false;
	s = rw_db_stmt(&l->db, "DELETE FROM entry_key WHERE field = ?1 AND value = ?2 AND idx = ?3", err);
	if (s == NULL)
		return false;
	(void)sqlite3_bind_int(s, 1, (int)f);
	rw_db_bind_str(s, 2, value);
	rw_db_bind_u64(s, 3, index);
	return rw_db_run(&l->db, s, err);
}

/* ---- reading ---- */

bool
rw_store_key_seek(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t index, bool descending,
    uint64_t *ret, struct rw_error *err)
{
	static const char up[] =
	    "SELECT idx FROM entry_key WHERE field = ?1 AND value = ?2 AND idx >= ?3 ORDER BY idx LIMIT 1";
	static const char down[] =
	    "SELECT idx FROM entry_key WHERE field = ?1 AND value = ?2 AND idx <= ?3 ORDER BY idx DESC LIMIT 1";
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, descending ? down : up, err);
	uint64_t recent;
	bool row;

	if (s == NULL || !load_recent(l, err))
		return false;
	recent = seek_recent(&l->recent.field[f], value, index, descending);
	(void)sqlite3_bind_int(s, 1, (int)f);
	rw_db_bind_str(s, 2, value);
	rw_db_bind_u64(s, 3, index);
	if (!rw_db_row(&l->db, s, &row, err))
		return false;
	*ret = row ? (uint64_t)sqlite3_column_int64(s, 0) : UINT64_MAX;
	if (recent != UINT64_MAX && (*ret == UINT64_MAX || (descending ? recent > *ret : recent < *ret)))
		*ret = recent;
	return true;
}

bool
rw_store_key_count(struct rw_log *l, enum rw_key_field f, struct rw_str value, uint64_t limit, uint64_t *ret,
    struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT count(*) FROM (SELECT 1 FROM entry_key WHERE field = ?1 AND value = ?2 LIMIT ?3)", err);

	if (s == NULL || !load_recent(l, err))
		return false;
	(void)sqlite3_bind_int(s, 1, (int)f);
	rw_db_bind_str(s, 2, value);
	rw_db_bind_u64(s, 3, limit);
	if (!rw_db_u64(&l->db, s, ret, err))
		return false;
	for (size_t i = 0; i < l->recent.field[f].n && *ret < limit; i++)
		*ret += rw_str_eq(l->recent.field[f].row[i].value, value);
	return true;
}

struct values {
	struct rw_arena *a;
	struct rw_str *item;
	size_t n, cap, limit;
};

static bool
put_value(struct values *v, struct rw_str value)
{
	struct rw_str *slot;

	for (size_t i = 0; i < v->n; i++) {
		if (rw_str_eq(v->item[i], value))
			return true;
	}
	slot = rw_arena_push(v->a, &v->item, &v->n, &v->cap);
	if (slot != NULL)
		*slot = rw_arena_str(v->a, value);
	return slot != NULL;
}

static bool
begins(struct rw_str s, struct rw_str prefix)
{
	return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

/* One probe a value: a value with a million rows costs no more than one with a single row. */
bool
rw_store_key_values(struct rw_log *l, struct rw_arena *a, enum rw_key_field f, struct rw_str prefix,
    size_t limit, const struct rw_str **ret, size_t *ret_n, struct rw_error *err)
{
	static const char first[] =
	    "SELECT value FROM entry_key WHERE field = ?1 AND value >= ?2 ORDER BY value LIMIT 1";
	static const char next[] =
	    "SELECT value FROM entry_key WHERE field = ?1 AND value > ?2 ORDER BY value LIMIT 1";
	struct values v = { .a = a, .limit = limit };
	struct rw_str from = prefix;

	if (!load_recent(l, err))
		return false;
	while (v.n < limit) {
		rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db, v.n == 0 ? first : next, err);
		bool row;

		if (s == NULL)
			return false;
		(void)sqlite3_bind_int(s, 1, (int)f);
		rw_db_bind_str(s, 2, from);
		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row || !begins(rw_db_column(s, 0), prefix) || !put_value(&v, rw_db_column(s, 0)))
			break;
		from = v.item[v.n - 1];
	}
	for (size_t i = 0; i < l->recent.field[f].n && v.n < limit; i++) {
		if (begins(l->recent.field[f].row[i].value, prefix) && !put_value(&v, l->recent.field[f].row[i].value))
			break;
	}
	*ret = v.item;
	*ret_n = v.n;
	return rw_arena_ok(a, "values", err);
}

bool
rw_store_key_each(struct rw_log *l, bool (*fn)(void *ctx, enum rw_key_field f, struct rw_str value,
    uint64_t index), void *ctx, struct rw_error *err)
{
	rw_auto_stmt sqlite3_stmt *s = rw_db_stmt(&l->db,
	    "SELECT field, value, idx FROM entry_key ORDER BY field, value, idx", err);

	if (s == NULL || !load_recent(l, err))
		return false;
	for (;;) {
		bool row;

		if (!rw_db_row(&l->db, s, &row, err))
			return false;
		if (!row)
			break;
		if (!fn(ctx, (enum rw_key_field)sqlite3_column_int(s, 0), rw_db_column(s, 1),
		    (uint64_t)sqlite3_column_int64(s, 2)))
			return true;
	}
	for (size_t f = 0; f < RW_KEY_MAX; f++) {
		for (size_t i = 0; i < l->recent.field[f].n; i++) {
			if (!fn(ctx, (enum rw_key_field)f, l->recent.field[f].row[i].value, l->recent.field[f].row[i].index))
				return true;
		}
	}
	return true;
}
