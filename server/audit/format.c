/* Formats of a list of entries. */
#include "refwall/text.h"
#include "server/audit/opened.h"

#define CELL_CHARS 2000			/* of one column; what is longer ends in "..." */

/* What the line formats show of an entry, whatever its kind. */
struct line {
	struct rw_arena *a;
	struct rw_log *l;
	const struct rw_audit_entry *e;
	struct rw_entry parsed;
	struct rw_entry_source src;
	struct rw_entry_walk w;
};

typedef bool column_fn(struct line *x, struct rw_buf *out, struct rw_error *err);

static const struct rw_json_value *
member(const struct line *x, const char *name)
{
	return rw_json_get(x->parsed.body, name);
}

static void
put_text(struct line *x, const struct rw_json_value *v, struct rw_buf *out)
{
	struct rw_str s = rw_entry_text(x->a, v);

	if (s.p != NULL)
		rw_buf_put_str(out, s);
}

static bool
column_index(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	(void)err;
	rw_buf_printf(out, "%llu", (unsigned long long)x->e->index);
	return true;
}

static bool
column_time(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	char z[RW_TIME_LEN];

	(void)err;
	rw_buf_puts(out, rw_time_format(x->parsed.time, z));
	return true;
}

static bool
column_kind(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	(void)err;
	rw_buf_puts(out, rw_entry_kind_name(x->parsed.kind));
	return true;
}

static bool
column_verdict(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	(void)err;
	if (x->parsed.kind == RW_ENTRY_PUSH)
		put_text(x, member(x, "verdict"), out);
	return true;
}

static bool
column_repo(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	const struct rw_json_value *repo = member(x, "repo");

	(void)err;
	if (repo != NULL)
		put_text(x, repo->kind == RW_JSON_STR ? repo : rw_json_get(repo, "name"), out);
	return true;
}

static bool
column_account(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	struct rw_str s;

	if (!rw_entry_open(x->l, x->a, x->e->index, member(x, "account"), &s, err))
		return false;
	rw_buf_put_str(out, s);
	return true;
}

static bool
column_signers(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	const struct rw_json_value *const *items;
	size_t n;

	if (x->parsed.kind != RW_ENTRY_PUSH)
		return true;
	if (!rw_entry_list(&x->w, member(x, "signers"), RW_ITEM_COMMITMENT, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct rw_str s;

		if (!rw_entry_open(x->l, x->a, x->e->index, items[i], &s, err))
			return false;
		if (i > 0)
			rw_buf_putc(out, ' ');
		rw_buf_put_str(out, s);
	}
	return true;
}

/* Of each ref of a push, else of the one ref that the entry is about. */
static bool
put_refs(struct line *x, const char *of_push, const char *of_other, struct rw_buf *out, struct rw_error *err)
{
	const struct rw_json_value *const *items;
	size_t n;

	if (x->parsed.kind != RW_ENTRY_PUSH) {
		put_text(x, member(x, of_other), out);
		return true;
	}
	if (!rw_entry_list(&x->w, member(x, "refs"), RW_ITEM_REF, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			rw_buf_putc(out, ' ');
		put_text(x, rw_json_get(items[i], of_push), out);
	}
	return true;
}

static bool
column_ref(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	return put_refs(x, "name", "ref", out, err);
}

static bool
column_old(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	return put_refs(x, "old", "old", out, err);
}

static bool
column_new(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	return put_refs(x, "new", "new", out, err);
}

static bool
column_rules(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	const struct rw_json_value *rules = rw_json_get(member(x, "findings"), "rules"), *const *items;
	size_t n;

	if (x->parsed.kind != RW_ENTRY_PUSH || rules == NULL)
		return true;
	if (!rw_entry_list(&x->w, rules, RW_ITEM_TEXT, &items, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			rw_buf_puts(out, ", ");
		put_text(x, items[i], out);
	}
	return true;
}

static bool
column_push(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	const struct rw_json_value *push = member(x, "push");

	(void)err;
	if (push != NULL && push->kind == RW_JSON_INT)
		rw_buf_printf(out, "%lld", (long long)push->integer);
	return true;
}

static bool
column_by(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	(void)err;
	put_text(x, member(x, "by"), out);
	return true;
}

static bool
column_error(struct line *x, struct rw_buf *out, struct rw_error *err)
{
	(void)err;
	put_text(x, member(x, "error"), out);
	return true;
}

static const struct {
	const char *name;
	column_fn *put;
} columns[] = {
	{ "index", column_index }, { "time", column_time }, { "kind", column_kind }, { "verdict", column_verdict },
	{ "repo", column_repo }, { "ref", column_ref }, { "old", column_old }, { "new", column_new },
	{ "account", column_account }, { "signers", column_signers }, { "rules", column_rules }, { "push", column_push },
	{ "by", column_by }, { "error", column_error },
};

static bool
line_open(struct line *x, struct rw_log *l, const struct rw_audit_entry *e, struct rw_arena *a,
    struct rw_error *err)
{
	x->a = a;
	x->l = l;
	x->e = e;
	x->src = (struct rw_entry_source){ l, a, e->index };
	x->w = rw_entry_walk_log(&x->src);
	return a != NULL ? rw_entry_parse(a, e->body, &x->parsed, err) : rw_fail_nomem(err);
}

/* A spreadsheet runs what begins like a formula, also behind blanks; an apostrophe says that it is text. */
static void
put_cell(struct rw_buf *out, struct rw_str raw)
{
	rw_auto_buf struct rw_buf cell = RW_BUF_INIT(CELL_CHARS * 16 + 64);
	size_t skip = 0;

	rw_text_put_printable(&cell, raw, CELL_CHARS);
	while (skip < cell.len && cell.data[skip] == ' ')
		skip++;
	rw_buf_putc(out, '"');
	/*
	 * A control character was written as \xHH, so that the tab and the line break of the usual list
	 * cannot occur.
	 */
	if (skip < cell.len && strchr("=+-@", cell.data[skip]) != NULL)
		rw_buf_putc(out, '\'');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			rw_buf_putc(out, '"');
		rw_buf_putc(out, cell.data[i]);
	}
	rw_buf_putc(out, '"');
}

static bool
csv_entry(struct rw_log *l, const struct rw_audit_entry *e, bool first, struct rw_buf *out,
    struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 16);
	rw_auto_buf struct rw_buf raw = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	struct line x;

	(void)first;
	if (!line_open(&x, l, e, a, err))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(columns); i++) {
		rw_buf_clear(&raw);
		if (!columns[i].put(&x, &raw, err) || !rw_buf_ok(&raw, columns[i].name, err))
			return false;
		if (i > 0)
			rw_buf_putc(out, ',');
		put_cell(out, rw_buf_str(&raw));
	}
	rw_buf_puts(out, "\r\n");	/* RFC 4180 section 2 */
	return rw_buf_ok(out, "list", err);
}

static void
csv_begin(struct rw_buf *out)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(columns); i++)
		rw_buf_printf(out, "%s%s", i > 0 ? "," : "", columns[i].name);
	rw_buf_puts(out, "\r\n");
}

static bool
text_entry(struct rw_log *l, const struct rw_audit_entry *e, bool first, struct rw_buf *out,
    struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new((size_t)RW_LIMIT_SIDE_BYTES * 16);
	rw_auto_buf struct rw_buf raw = RW_BUF_INIT(RW_LIMIT_SIDE_BYTES);
	struct line x;
	bool any = false;

	(void)first;
	if (!line_open(&x, l, e, a, err))
		return false;
	for (size_t i = 0; i < RW_ARRAY_LEN(columns); i++) {
		bool id = columns[i].put == column_old || columns[i].put == column_new;

		rw_buf_clear(&raw);
		if (!columns[i].put(&x, &raw, err) || !rw_buf_ok(&raw, columns[i].name, err))
			return false;
		if (raw.len == 0)
			continue;
		if (any)
			rw_buf_putc(out, ' ');
		if (i >= 8)
			rw_buf_printf(out, "%s=", columns[i].name);
		/* Ids are for people here; whoever wants them whole takes another format. */
		rw_text_put_printable(out, id && raw.len == 40 ? (struct rw_str){ raw.data, 12 } : rw_buf_str(&raw), 200);
		any = true;
	}
	rw_buf_putc(out, '\n');
	return rw_buf_ok(out, "list", err);
}

static bool
ndjson_entry(struct rw_log *l, const struct rw_audit_entry *e, bool first, struct rw_buf *out,
    struct rw_error *err)
{
	(void)first;
	if (!rw_audit_expand(l, e, out, err))
		return false;
	rw_buf_putc(out, '\n');
	return rw_buf_ok(out, "list", err);
}

static bool
json_entry(struct rw_log *l, const struct rw_audit_entry *e, bool first, struct rw_buf *out,
    struct rw_error *err)
{
	if (!first)
		rw_buf_puts(out, ",\n");
	return rw_audit_expand(l, e, out, err) && rw_buf_ok(out, "list", err);
}

static void
json_begin(struct rw_buf *out)
{
	rw_buf_putc(out, '[');
}

static void
json_end(struct rw_buf *out)
{
	rw_buf_puts(out, "]\n");
}

static void
nothing(struct rw_buf *out)
{
	(void)out;
}

static const struct rw_audit_format formats[] = {
	{ "text", "text/plain; charset=utf-8", nothing, text_entry, nothing },
	{ "json", "application/json", json_begin, json_entry, json_end },
	{ "ndjson", "application/x-ndjson", nothing, ndjson_entry, nothing },
	{ "csv", "text/csv; charset=utf-8; header=present", csv_begin, csv_entry, nothing },
};

const struct rw_audit_format *
rw_audit_format_find(struct rw_str name)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(formats); i++) {
		if (rw_str_eqz(name, formats[i].name))
			return &formats[i];
	}
	return NULL;
}
