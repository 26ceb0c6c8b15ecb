/* refwall audit list, show, verify. */
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

#define RW_LIST_CHUNK (8u << 20)

/* Filters stand as options (--repo shop) and as words (repo=shop): one table in audit does both. */
static bool
take_filters(struct rw_invocation *in, struct rw_audit_filter *f, struct rw_error *err)
{
	for (size_t i = 0; i < in->n_given; i++) {
		const char *name = in->given[i].option->name;

		if (strcmp(name, "config") == 0 || strcmp(name, "format") == 0)
			continue;
		if (!rw_audit_filter_set(in->arena, f, rw_str(name), rw_str(in->given[i].value), err))
			return false;
	}
	for (size_t i = 0; i < in->n_args; i++) {
		const char *eq = strchr(in->arg[i], '=');
		struct rw_str name = { in->arg[i], eq == NULL ? 0 : (size_t)(eq - in->arg[i]) };

		if (eq == NULL)
			return rw_fail(err, RW_E_USAGE, "\"%s\" is no filter; filters read name=value", in->arg[i]);
		if (!rw_audit_filter_set(in->arena, f, name, rw_str(eq + 1), err))
			return false;
	}
	return true;
}

static bool
print(struct rw_buf *b, struct rw_error *err)
{
	if (!rw_buf_ok(b, "the list", err))
		return false;
	if (b->len > 0 && fwrite(b->data, 1, b->len, stdout) != b->len)
		return rw_fail_errno(err, "standard output");
	rw_buf_clear(b);
	return true;
}

static bool
list_pages(struct rw_log *log, struct rw_audit_filter *f, const struct rw_audit_format *format, bool all, struct rw_error *err)
{
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIST_CHUNK);
	bool first = true, more = true;

	format->begin(&out);
	while (more) {
		rw_auto_arena struct rw_arena *page = rw_arena_new(RW_LIMIT_CLI_ARENA);
		const struct rw_audit_entry *e;
		size_t n;

		if (page == NULL)
			return rw_fail_nomem(err);
		if (!rw_audit_list(log, page, f, &e, &n, &more, err))
			return false;
		for (size_t i = 0; i < n; i++) {
			if (!format->entry(log, &e[i], first, &out, err) || !print(&out, err))
				return false;
			first = false;
		}
		if (n == 0 || !all)
			break;
		if (f->descending)
			f->before = e[n - 1].index;
		else
			f->after = e[n - 1].index + 1;
	}
	format->end(&out);
	return print(&out, err);
}

static int
list(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	struct rw_audit_filter f = RW_AUDIT_FILTER_INIT;
	const char *name = rw_given(in, "format");
	const struct rw_audit_format *format = rw_audit_format_find(rw_str(name == NULL ? "text" : name));
	bool all = rw_given(in, "limit") == NULL;
	struct rw_config c;

	if (format == NULL)
		return rw_usage(err, "--format is text, json, ndjson or csv");
	f.limit = RW_LIMIT_PAGE;
	if (!take_filters(in, &f, err))
		return RW_EXIT_USAGE;
	if (!rw_cli_config(in, &c, err) || !rw_log_open(c.log_dir, RW_STORE_READ, &log, err) ||
	    !list_pages(log, &f, format, all, err))
		return RW_EXIT_FAILED;
	return RW_EXIT_OK;
}

static int
show(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(RW_LIST_CHUNK);
	struct rw_audit_entry e;
	struct rw_config c;
	uint64_t index;

	if (!rw_text_u64(rw_str(in->arg[0]), INT64_MAX, &index))
		return rw_usage(err, "an entry is named by its index");
	if (!rw_cli_config(in, &c, err) || !rw_log_open(c.log_dir, RW_STORE_READ, &log, err) ||
	    !rw_audit_get(log, in->arena, index, &e, err) || !rw_audit_expand(log, &e, &out, err))
		return RW_EXIT_FAILED;
	rw_buf_putc(&out, '\n');
	return print(&out, err) ? RW_EXIT_OK : RW_EXIT_FAILED;
}

static int
verify(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	struct rw_audit_report r;
	struct rw_config c;
	char root[65];

	if (!rw_cli_config(in, &c, err) || !rw_log_open(c.log_dir, RW_STORE_READ, &log, err) ||
	    !rw_audit_verify(log, in->arena, &r, err))
		return RW_EXIT_FAILED;
	for (size_t i = 0; i < r.n_problems; i++)
		printf("entry %llu: %s\n", (unsigned long long)r.problem[i].index, r.problem[i].text);
	if (r.n_dropped > 0)
		printf("and %zu more\n", r.n_dropped);
	printf("%s: %llu entries, %llu side records, %llu erased, %llu pending, root %s\n",
	    r.n_problems == 0 ? "verified" : "NOT VERIFIED", (unsigned long long)r.entries, (unsigned long long)r.side_records,
	    (unsigned long long)r.erased, (unsigned long long)r.pending, rw_hex_encode(r.root, sizeof(r.root), root));
	return r.n_problems == 0 ? RW_EXIT_OK : RW_EXIT_FINDING;
}

static const struct rw_option list_options[] = {
	RW_OPTION_CONFIG,
	{ "format", "FORMAT", "text, json, ndjson or csv", false, false },
	{ "kind", "KIND", "baseline, push, applied, not-applied, bypass, policy, token, subscription, config, clock, certificate", false, false },
	{ "repo", "NAME", "name or id of a repository", false, false },
	{ "ref", "REF", "full name of a ref", false, false },
	{ "account", "ACCOUNT", "who pushed", false, false },
	{ "signer", "NAME", "whose signature was found good", false, false },
	{ "verdict", "VERDICT", "accept or refuse", false, false },
	{ "rule", "NAME", "a rule that found something", false, false },
	{ "path", "PATH", "a path that was changed or found fault with", false, false },
	{ "commit", "ID", "a commit, or seven and more digits of it", false, false },
	{ "since", "TIME", "not before, RFC 3339", false, false },
	{ "until", "TIME", "before, RFC 3339", false, false },
	{ "after", "INDEX", "from this index on", false, false },
	{ "before", "INDEX", "below this index", false, false },
	{ "order", "ORDER", "asc or desc", false, false },
	{ "limit", "N", "at most that many; without it, all", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct rw_option config_options[] = { RW_OPTION_CONFIG, { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_audit_list = {
	"audit list", "[NAME=VALUE...]", "list entries of the log", list_options, 0, 32, list,
};
const struct rw_command rw_cmd_audit_show = {
	"audit show", "INDEX", "show one entry with its findings and opened commitments", config_options, 1, 1, show,
};
const struct rw_command rw_cmd_audit_verify = {
	"audit verify", "", "prove the log: entries, side records, tree, ref history", config_options, 0, 0, verify,
};
