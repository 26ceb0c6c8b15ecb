/*
 * What the pusher reads:
 *
 *	refwall: refused refs/heads/main of shop (2 findings, log entry 1042)
 *
 *	signed: commit 3f2a9c1 "fix port" by Alice is not signed
 *	  wanted  a signature by one of: maintainers, image-bot
 *	  mend    git rebase --exec 'git commit --amend --no-edit -S' origin/main
 *
 *	try again without pushing: refwall check --policy FILE --repo . origin/main..HEAD
 *
 * A finding is written whole or not at all; what does not fit is counted.
 */
#include <inttypes.h>

#include "policy/rules/judgement.h"
#include "refwall/text.h"

#define TAIL_BYTES	1024		/* kept free for the last lines */

struct report {
	struct rw_buf *out;
	const char *prefix;
	size_t max;
};

static void
line(struct report *r, struct rw_buf *b, const char *indent, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	rw_buf_printf(b, "%s%s%s%s\n", r->prefix, indent, label, text);
}

static void
blank(struct report *r, struct rw_buf *b)
{
	rw_buf_printf(b, "%s\n", r->prefix);
}

/* "apps/web.yaml:14:26 spec.replicas: text" */
static void
put_head(struct rw_buf *b, const struct rw_finding *f)
{
	bool place = f->path.n > 0;

	rw_buf_printf(b, "%s%s:", f->warn ? "warning: " : "", f->check);
	if (place) {
		rw_buf_putc(b, ' ');
		rw_text_put_printable(b, f->path, 300);
		if (f->line > 0)
			rw_buf_printf(b, ":%" PRIu32, f->line);
		if (f->line > 0 && f->col > 0)
			rw_buf_printf(b, ":%" PRIu32, f->col);
	}
	if (f->field != NULL && f->field[0] != '\0')
		rw_buf_printf(b, " %s", f->field);
	if (f->text != NULL && f->text[0] != '\0')
		rw_buf_printf(b, "%s %s", place ? ":" : "", f->text);
}

static void
put_finding(struct report *r, struct rw_buf *b, const struct rw_finding *f, bool name_ref)
{
	char ref[512], rule[256];

	blank(r, b);
	rw_buf_puts(b, r->prefix);
	put_head(b, f);
	rw_buf_putc(b, '\n');
	if (name_ref && f->ref.n > 0)
		line(r, b, "  ", "ref     ", rw_text_printable(f->ref, ref, sizeof(ref)));
	line(r, b, "  ", "found   ", f->found);
	line(r, b, "  ", "wanted  ", f->wanted);
	line(r, b, "  ", "mend    ", f->mend);
	if (!rw_str_eqz(f->rule, f->check))
		line(r, b, "  ", "rule    ", rw_text_printable(f->rule, rule, sizeof(rule)));
	line(r, b, "  ", "note    ", f->message);
	line(r, b, "  ", "help    ", f->help);
}

/* Append the finding if it fits. */
static bool
append(struct report *r, const struct rw_finding *f, bool name_ref)
{
	rw_auto_buf struct rw_buf one = RW_BUF_INIT(16 << 10);

	put_finding(r, &one, f, name_ref);
	if (one.failed || r->out->len + one.len + TAIL_BYTES > r->max)
		return false;
	rw_buf_put_str(r->out, rw_buf_str(&one));
	return true;
}

/* "refs/heads/main", "refs/heads/main and 2 more refs" */
static void
put_refs(struct rw_buf *b, const struct rw_verdict *v)
{
	struct rw_str first = { NULL, 0 };
	size_t i, n = 0;

	for (i = 0; i < v->n_updates; i++) {
		if (!v->accepted && !v->update[i].refused)
			continue;
		if (n++ == 0)
			first = v->update[i].update->name;
	}
	if (n == 0) {
		rw_buf_puts(b, v->n_updates == 0 ? "files" : "the push");
		return;
	}
	rw_text_put_printable(b, first, 200);
	if (n > 1)
		rw_buf_printf(b, " and %zu more ref%s", n - 1, n == 2 ? "" : "s");
}

static void
put_count(struct rw_buf *b, size_t n, const char *word, bool *any)
{
	if (n > 0)
		rw_buf_printf(b, "%s%zu %s%s", *any ? ", " : "", n, word, n == 1 ? "" : "s");
	*any = *any || n > 0;
}

static void
put_first(struct report *r, const struct rw_verdict *v, const struct rw_report_options *o, size_t enforced,
    size_t warnings)
{
	rw_auto_buf struct rw_buf in = RW_BUF_INIT(256);
	struct rw_buf *b = r->out;
	bool any = false;

	put_count(&in, enforced, "finding", &any);
	put_count(&in, warnings, "warning", &any);
	if (o->entry >= 0)
		rw_buf_printf(&in, "%slog entry %" PRId64, any ? ", " : "", o->entry);
	rw_buf_printf(b, "%srefwall: %s ", r->prefix, v->accepted ? "accepted" : "refused");
	put_refs(b, v);
	if (o->repo_name.n > 0) {
		rw_buf_puts(b, " of ");
		rw_text_put_printable(b, o->repo_name, 100);
	}
	if (in.len > 0)
		rw_buf_printf(b, " (%s)", rw_buf_cstr(&in));
	rw_buf_putc(b, '\n');
}

static bool
several_refs(const struct rw_verdict *v)
{
	size_t i;

	for (i = 1; i < v->n; i++) {
		if (!rw_str_eq(v->finding[i].ref, v->finding[0].ref))
			return true;
	}
	return false;
}

void
rw_report_text(const struct rw_verdict *v, const struct rw_report_options *o, struct rw_buf *b)
{
	struct report r = { b, o->gitlab ? "GL-HOOK-ERR: " : "",
		b->max < RW_LIMIT_REPORT_BYTES ? b->max : RW_LIMIT_REPORT_BYTES };
	size_t i, pass, shown = 0, enforced = 0, total = v->n + v->n_dropped;
	bool full = false, names = several_refs(v);

	for (i = 0; i < v->n; i++)
		enforced += !v->finding[i].warn;
	/* what was not kept counts as what makes the push refused, if that was the case */
	put_first(&r, v, o, v->accepted ? 0 : enforced + v->n_dropped,
	    v->n - enforced + (v->accepted ? v->n_dropped : 0));
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < v->n && !full; i++) {
			if (v->finding[i].warn != (pass == 1))
				continue;
			full = shown == RW_LIMIT_FINDINGS_SHOWN || !append(&r, &v->finding[i], names);
			shown += !full;
		}
	}
	if (total > shown) {
		blank(&r, b);
		rw_buf_printf(b, "%sand %zu more finding%s\n", r.prefix, total - shown,
		    total - shown == 1 ? "" : "s");
	}
	if (!v->accepted && o->check_range != NULL) {
		blank(&r, b);
		rw_buf_printf(b, "%stry again without pushing: refwall check --policy FILE --repo . %s\n", r.prefix,
		    RW_SHOW(rw_str(o->check_range)));
	}
}
