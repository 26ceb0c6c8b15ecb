#include <stdarg.h>
#include <stdio.h>

#include "refwall/json.h"
#include "refwall/text.h"
#include "server/http/call.h"

const char *
rw_status_title(unsigned status)
{
	static const struct { unsigned status; const char *title; } titles[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 409, "Conflict" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(titles); i++) {
		if (titles[i].status == status)
			return titles[i].title;
	}
	return "Error";
}

void
rw_call_header(struct rw_call *c, const char *name, const char *fmt, ...)
{
	char value[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (c->n_headers == RW_CALL_HEADERS)
		return;
	c->header[c->n_headers].value = rw_arena_strdup(c->arena, value);
	if (c->header[c->n_headers].value == NULL)
		return;
	c->header[c->n_headers].name = name;
	c->n_headers++;
}

void
rw_call_problem(struct rw_call *c, unsigned status, const char *fmt, ...)
{
	struct rw_error ignored = RW_ERROR_INIT;
	struct rw_json j;
	char detail[1200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	rw_buf_clear(&c->out);
	j = rw_json_init(&c->out, false);
	rw_json_object(&j);
	rw_json_key(&j, "type");
	rw_json_strz(&j, "about:blank");
	rw_json_key(&j, "title");
	rw_json_strz(&j, rw_status_title(status));
	rw_json_key(&j, "status");
	rw_json_int(&j, status);
	rw_json_key(&j, "detail");
	rw_json_strz(&j, rw_text_utf8(rw_str(detail)) ? detail : rw_status_title(status));
	rw_json_end(&j);
	if (!rw_json_ok(&j, "problem", &ignored))
		rw_buf_clear(&c->out);
	rw_buf_putc(&c->out, '\n');
	c->status = status;
	c->content_type_out = "application/problem+json";
}

void
rw_call_error(struct rw_call *c, const struct rw_error *err)
{
	static const struct { enum rw_error_code code; unsigned status; } map[] = {
		{ RW_E_USAGE, 400 },
		{ RW_E_PARSE, 400 },
		{ RW_E_NOT_FOUND, 404 },
		{ RW_E_EXISTS, 409 },
		{ RW_E_DENIED, 403 },
		{ RW_E_LIMIT, 507 },
		{ RW_E_BUSY, 503 },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(map); i++) {
		if (map[i].code != err->code)
			continue;
		if (err->code == RW_E_BUSY)
			rw_call_header(c, "Retry-After", "1");
		rw_call_problem(c, map[i].status, "%s", err->msg);
		return;
	}
	(void)snprintf(c->log_note, sizeof(c->log_note), "%s", err->msg);
	rw_call_problem(c, 500, "the service could not do this; its log says why");
}

void
rw_call_done(struct rw_call *c, unsigned status, const char *content_type)
{
	struct rw_error err = RW_ERROR_INIT;

	if (c->out.len > 0 && c->out.data[c->out.len - 1] != '\n')
		rw_buf_putc(&c->out, '\n');
	if (!rw_buf_ok(&c->out, "answer", &err)) {
		rw_call_error(c, &err);
		return;
	}
	c->status = status;
	c->content_type_out = content_type;
}
