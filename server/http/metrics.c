#include "server/http/call.h"

/* OpenMetrics 1.0 text. */
void
rw_api_metrics(struct rw_call *c)
{
	struct rw_error err = RW_ERROR_INIT;
	uint64_t counts[RW_DELIVERY_DEAD + 1], size, cursor;
	size_t pending;

	if (!rw_audit_size(c->log, &size, &err) ||
	    !rw_audit_pending(c->log, (struct rw_str){ NULL, 0 }, &pending, &err) ||
	    !rw_delivery_counts(c->serve, counts, &err) || !rw_delivery_cursor(c->serve, &cursor, &err)) {
		rw_call_error(c, &err);
		return;
	}
	rw_buf_printf(&c->out, "# TYPE refwall_build info\n"
	    "# HELP refwall_build The program.\n"
	    "refwall_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
	rw_buf_printf(&c->out, "# TYPE refwall_log_entries gauge\n"
	    "# HELP refwall_log_entries Entries in the log.\n"
	    "refwall_log_entries %llu\n", (unsigned long long)size);
	rw_buf_printf(&c->out, "# TYPE refwall_pending_refs gauge\n"
	    "# HELP refwall_pending_refs Accepted ref updates that are not settled yet.\n"
	    "refwall_pending_refs %zu\n", pending);
	rw_buf_printf(&c->out, "# TYPE refwall_fanout_unread_entries gauge\n"
	    "# HELP refwall_fanout_unread_entries Entries of the log that fan-out has not looked at yet.\n"
	    "refwall_fanout_unread_entries %llu\n", (unsigned long long)(cursor < size ? size - cursor : 0));
	rw_buf_puts(&c->out, "# TYPE refwall_deliveries gauge\n"
	    "# HELP refwall_deliveries Deliveries by state: one per subscription, repository and ref.\n");
	for (unsigned i = 0; i < RW_ARRAY_LEN(counts); i++)
		rw_buf_printf(&c->out, "refwall_deliveries{state=\"%s\"} %llu\n",
		    rw_delivery_state_name((enum rw_delivery_state)i), (unsigned long long)counts[i]);
	rw_http_count_put(c->shared, &c->out);
	if (c->o->metrics != NULL)
		c->o->metrics(c->o->ctx, &c->out);
	rw_buf_puts(&c->out, "# EOF\n");
	rw_call_done(c, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8");
}
