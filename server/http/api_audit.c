#include <stdio.h>

#include "refwall/glob.h"
#include "refwall/text.h"
#include "server/http/accept.h"
#include "server/http/call.h"

#define SCAN_MAX 20000		/* entries looked at for one page of a limited token */

/* name of the format in audit.h, media type */
static const struct { const char *name, *type; } formats[] = {
	{ "json", "application/json" },
	{ "ndjson", "application/x-ndjson" },
	{ "csv", "text/csv" },
};

struct listing {
	struct rw_audit_filter filter;
	const struct rw_audit_format *format;
	const char *format_name;
	const struct rw_glob *limit;	/* of the token; NULL: none, or the filter says it already */
	size_t wanted, shown, scanned;
	bool more;
	uint64_t next;			/* cursor of the next page */
};

/* The repository that an entry is about; empty when it is about none. */
static struct rw_str
repo_of(struct rw_arena *a, const struct rw_audit_entry *e)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_json_value *root, *repo;

	if (!rw_json_parse(a, e->body, &root, &ignored))
		return (struct rw_str){ NULL, 0 };
	repo = rw_json_get(root, "repo");
	return repo != NULL && repo->kind == RW_JSON_OBJECT && repo->n == 2 &&
	    rw_json_get(repo, "name") != NULL ?
	    rw_json_get_str(a, repo, "name") : rw_json_get_str(a, root, "repo");
}

static bool
choose_format(struct rw_call *c, struct listing *l)
{
	const char *types[RW_ARRAY_LEN(formats)];
	struct rw_str asked = rw_target_param(&c->target, "format");
	int at = -1;

	for (size_t i = 0; i < RW_ARRAY_LEN(formats); i++) {
		types[i] = formats[i].type;
		if (asked.p != NULL && rw_str_eqz(asked, formats[i].name))
			at = (int)i;
	}
	if (asked.p != NULL && at < 0) {
		rw_call_problem(c, 400, "parameter \"format\": \"%s\" is none of json, ndjson and csv",
		    RW_SHOW(asked));
		return false;
	}
	if (asked.p == NULL)
		at = rw_accept_choose(c->accept, types, RW_ARRAY_LEN(types));
	if (at < 0) {
		rw_call_problem(c, 406, "entries come as application/json, application/x-ndjson or text/csv");
		return false;
	}
	l->format_name = formats[at].name;
	l->format = rw_audit_format_find(rw_str(formats[at].name));
	if (l->format == NULL) {
		rw_call_problem(c, 500, "the format %s is missing", formats[at].name);
		return false;
	}
	return true;
}

static bool
read_filter(struct rw_call *c, struct listing *l)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_str cursor = rw_target_param(&c->target, "cursor");
	uint64_t at;

	for (size_t i = 0; i < c->target.n_params; i++) {
		struct rw_str name = c->target.param[i].name;

		if (rw_str_eqz(name, "format") || rw_str_eqz(name, "cursor"))
			continue;
		if (!rw_audit_filter_set(c->arena, &l->filter, name, c->target.param[i].value, &err)) {
			rw_call_error(c, &err);
			return false;
		}
	}
	if (cursor.p == NULL)
		return true;
	if (!rw_text_u64(cursor, RW_JSON_INT_MAX, &at)) {
		rw_call_problem(c, 400, "parameter \"cursor\": it is not what \"next\" of an earlier answer said");
		return false;
	}
	if (l->filter.descending)
		l->filter.before = at < l->filter.before ? at : l->filter.before;
	else
		l->filter.after = at > l->filter.after ? at : l->filter.after;
	return true;
}

/*
 * A limited token sees the entries of its repositories only. One that asks for a repository must be
 * allowed to; for one that does not, the entries are looked through.
 */
static bool
apply_limit(struct rw_call *c, struct listing *l)
{
	struct rw_error err = RW_ERROR_INIT;
	const struct rw_audit_repo *repos;
	size_t n;

	if (c->token.repos.n == 0)
		return true;
	l->limit = rw_glob_compile(c->arena, c->token.repos, &err);
	if (l->limit == NULL) {
		rw_call_problem(c, 403, "the token's limit to repositories is malformed");
		return false;
	}
	if (l->filter.repo.n == 0) {
		if (rw_glob_literal(l->limit))
			l->filter.repo = c->token.repos;
		return true;
	}
	if (rw_glob_match(l->limit, l->filter.repo, NULL))
		return true;
	if (!rw_audit_repos(c->log, c->arena, &repos, &n, &err)) {
		rw_call_error(c, &err);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (rw_str_eq(repos[i].id, l->filter.repo) && rw_glob_match(l->limit, repos[i].name, NULL))
			return true;
	}
	rw_call_problem(c, 403, "the token is limited to repositories that match %s",
	    RW_SHOW(c->token.repos));
	return false;
}

/* One page of the store into the answer. False: failed. */
static bool
put_page(struct rw_call *c, struct listing *l, bool *ret_end, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_CALL_ARENA);
	const struct rw_audit_entry *e;
	bool more;
	size_t n;

	if (a == NULL)
		return rw_fail_nomem(err);
	/* asking for it bounds the work: no choice of filters holds a thread for long */
	l->filter.ret_next = &l->next;
	if (!rw_audit_list(c->log, a, &l->filter, &e, &n, &more, err))
		return false;
	*ret_end = true;
	for (size_t i = 0; i < n; i++) {
		l->scanned++;
		if (l->limit == NULL || rw_glob_match(l->limit, repo_of(a, &e[i]), NULL)) {
			if (!l->format->entry(c->log, &e[i], l->shown == 0, &c->out, err))
				return false;
			l->shown++;
		}
		if (l->shown == l->wanted || c->out.len > RW_CALL_BODY_SOFT || l->scanned >= SCAN_MAX) {
			l->more = more || i + 1 < n;
			l->next = l->filter.descending ? e[i].index : e[i].index + 1;
			return true;
		}
	}
	/* a short page of which there is more: the search was stopped, so this answer is */
	l->more = more;
	*ret_end = !more || n < l->filter.limit;
	if (l->filter.descending)
		l->filter.before = l->next;
	else
		l->filter.after = l->next;
	return true;
}

/* RFC 8288: the same query with another cursor. */
static void
link_next(struct rw_call *c, const char *next)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(900);
	struct rw_str q = c->target.query;

	while (q.n > 0) {
		const char *end = memchr(q.p, '&', q.n);
		struct rw_str part = { q.p, end == NULL ? q.n : (size_t)(end - q.p) };
		bool odd = part.n == 0 || memchr(part.p, '"', part.n) != NULL ||
		    memchr(part.p, '>', part.n) != NULL;

		if (!odd && !rw_str_has_prefix(part, "cursor=")) {
			rw_buf_put_str(&b, part);
			rw_buf_putc(&b, '&');
		}
		q = (struct rw_str){ q.p + part.n, q.n - part.n };
		if (q.n > 0)
			q = (struct rw_str){ q.p + 1, q.n - 1 };
	}
	/* one that would be cut short is left out: "next" says it too */
	if (!b.failed)
		rw_call_header(c, "Link", "</v1/audit?%scursor=%s>; rel=\"next\"", rw_buf_cstr(&b), next);
}

void
rw_api_audit_list(struct rw_call *c)
{
	struct listing l = { .filter = RW_AUDIT_FILTER_INIT };
	struct rw_error err = RW_ERROR_INIT;
	bool end = false, json;
	char next[32];

	if (!choose_format(c, &l) || !read_filter(c, &l) || !apply_limit(c, &l))
		return;
	l.wanted = l.filter.limit;
	json = strcmp(l.format_name, "json") == 0;
	if (json)
		rw_buf_puts(&c->out, "{\"entries\":");
	l.format->begin(&c->out);
	while (!end) {
		if (!put_page(c, &l, &end, &err)) {
			rw_call_error(c, &err);
			return;
		}
	}
	l.format->end(&c->out);
	(void)snprintf(next, sizeof(next), "%llu", (unsigned long long)l.next);
	if (l.more)
		link_next(c, next);
	if (json && l.more)
		rw_buf_printf(&c->out, ",\"next\":\"%s\"}\n", next);
	else if (json)
		rw_buf_puts(&c->out, ",\"next\":null}\n");
	rw_call_done(c, 200, l.format->content_type);
}

void
rw_api_audit_get(struct rw_call *c)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_audit_entry e;

	if (c->target.n_params > 0) {
		rw_call_problem(c, 400, "unknown parameter \"%s\"; there is none here",
		    RW_SHOW(c->target.param[0].name));
		return;
	}
	if (!rw_audit_get(c->log, c->arena, c->id, &e, &err)) {
		if (err.code == RW_E_NOT_FOUND)
			rw_call_problem(c, 404, "there is no entry %llu", (unsigned long long)c->id);
		else
			rw_call_error(c, &err);
		return;
	}
	if (!rw_auth_repo(c, repo_of(c->arena, &e))) {
		rw_call_problem(c, 403, "the token is limited to repositories that match %s",
		    RW_SHOW(c->token.repos));
		return;
	}
	if (!rw_audit_expand(c->log, &e, &c->out, &err)) {
		rw_call_error(c, &err);
		return;
	}
	rw_buf_putc(&c->out, '\n');
	rw_call_done(c, 200, "application/json");
}
