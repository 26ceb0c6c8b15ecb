/* Bytes as an image reference: what is accepted says the same once it is written out in full. */
#include "refwall/buf.h"
#include "refwall/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8192);
	struct rw_image_ref r, again;

	if (!rw_image_parse(a, (struct rw_str){ (const char *)data, size }, &r))
		return 0;
	rw_buf_put_str(&b, r.registry);
	rw_buf_putc(&b, '/');
	rw_buf_put_str(&b, r.repository);
	if (r.tag.n > 0) {
		rw_buf_putc(&b, ':');
		rw_buf_put_str(&b, r.tag);
	}
	if (r.digest.n > 0) {
		rw_buf_putc(&b, '@');
		rw_buf_put_str(&b, r.digest);
	}
	if (b.len > 1024)		/* a short one may just pass the bound once it is long */
		return 0;
	/* "Host/x" names a registry by its capital alone, which is written small */
	if (memchr(r.registry.p, '.', r.registry.n) == NULL && memchr(r.registry.p, ':', r.registry.n) == NULL &&
	    !rw_str_eqz(r.registry, "localhost"))
		return 0;
	if (!rw_image_parse(a, rw_buf_str(&b), &again) || !rw_str_eq(r.registry, again.registry) ||
	    !rw_str_eq(r.repository, again.repository) || !rw_str_eq(r.tag, again.tag) ||
	    !rw_str_eq(r.digest, again.digest))
		abort();
	return 0;
}
