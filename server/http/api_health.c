#include "server/http/call.h"

/*
 * The process answers: nothing else is asked, so that a broken store does not make a supervisor restart
 * it for ever.
 */
void
rw_api_healthz(struct rw_call *c)
{
	rw_buf_puts(&c->out, "ok\n");
	rw_call_done(c, 200, "text/plain; charset=utf-8");
}

void
rw_api_readyz(struct rw_call *c)
{
	rw_auto_buf struct rw_buf why = RW_BUF_INIT(1024);
	struct rw_error err = RW_ERROR_INIT;
	uint64_t size;

	/* that the stores open was seen to before; that the log can be read is seen to here */
	if (!rw_audit_size(c->log, &size, &err)) {
		rw_call_problem(c, 503, "the log cannot be read");
		return;
	}
	if (c->o->ready != NULL && !c->o->ready(c->o->ctx, &why)) {
		rw_call_problem(c, 503, "%s", rw_buf_cstr(&why));
		return;
	}
	rw_buf_puts(&c->out, "ready\n");
	rw_call_done(c, 200, "text/plain; charset=utf-8");
}
