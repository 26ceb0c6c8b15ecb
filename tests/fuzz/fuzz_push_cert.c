#include "refwall/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8u << 20);
	struct rw_str in = { (const char *)data, size };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_push_cert c;

	if (a == NULL || !rw_push_cert_parse(a, in, &c, &err))
		return 0;
	/* Payload and signature are the whole; what was accepted says nothing else when it is written again. */
	if (c.payload.p != in.p || c.payload.p + c.payload.n != c.signature.p || c.payload.n + c.signature.n != size ||
	    c.push.n == 0)
		abort();
	rw_buf_puts(&b, "certificate version 0.1\npusher ");
	rw_buf_put_str(&b, c.pusher);
	/* time and zone stand between: they are not kept as they were written */
	if (!rw_str_has_prefix(in, b.data))
		abort();
	rw_buf_clear(&b);
	if (c.pushee.n > 0)
		rw_buf_printf(&b, "pushee %.*s\n", (int)c.pushee.n, c.pushee.p);
	if (c.nonce.n > 0)
		rw_buf_printf(&b, "nonce %.*s\n", (int)c.nonce.n, c.nonce.p);
	for (size_t i = 0; i < c.n_options; i++)
		rw_buf_printf(&b, "push-option %.*s\n", (int)c.option[i].n, c.option[i].p);
	rw_buf_puts(&b, "\n");
	for (size_t i = 0; i < c.push.n; i++)
		rw_buf_printf(&b, "%s %s %s\n", RW_OID(&c.push.update[i].old_id), RW_OID(&c.push.update[i].new_id),
		    c.push.update[i].name.p);
	if (b.len > c.payload.n || memcmp(c.payload.p + c.payload.n - b.len, b.data, b.len) != 0)
		abort();
	return 0;
}
