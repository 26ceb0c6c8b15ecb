/*
 * buf.h: the one bounded writer. A buffer has a hard maximum from birth; the
 * first write that would pass it, or that memory refuses, makes the buffer
 * "failed": its content is released, every later write does nothing, and
 * rw_buf_ok() says so. Check once, at the end.
 *
 *	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_ENTRY_BYTES);
 *
 *	rw_buf_puts(&b, "hello ");
 *	rw_buf_printf(&b, "%d", 7);
 *	if (!rw_buf_ok(&b, "greeting", err))
 *		return false;
 *
 * data is NUL-terminated after len bytes whenever it is not NULL. Not thread-safe.
 */
#ifndef REFWALL_BUF_H
#define REFWALL_BUF_H

#include "refwall/base.h"
#include "refwall/error.h"

struct rw_buf {
	char *data;		/* owned; NULL while nothing was written */
	size_t len;
	size_t cap;
	size_t max;		/* bytes that may be written at most */
	bool failed;
	bool nomem;		/* failed because memory was refused, not the bound */
};

#define RW_BUF_INIT(max_bytes)	{ NULL, 0, 0, (max_bytes), false, false }

void rw_buf_release(struct rw_buf *b);	/* back to RW_BUF_INIT(max), not failed */
#define rw_auto_buf		rw_cleanup(rw_buf_release)

void rw_buf_clear(struct rw_buf *b);	/* len = 0, memory kept, failure forgotten */
void rw_buf_reserve(struct rw_buf *b, size_t n);	/* room for n more bytes, no more than that; fails like a write */
void rw_buf_put(struct rw_buf *b, const void *p, size_t n);
void rw_buf_puts(struct rw_buf *b, const char *z);
void rw_buf_putc(struct rw_buf *b, char c);
void rw_buf_put_str(struct rw_buf *b, struct rw_str s);
void rw_buf_put_u8(struct rw_buf *b, uint8_t v);
void rw_buf_put_u32(struct rw_buf *b, uint32_t v);	/* big endian */
void rw_buf_put_u64(struct rw_buf *b, uint64_t v);	/* big endian */
void rw_buf_put_string32(struct rw_buf *b, struct rw_str s);	/* u32 length + bytes (RFC 4251 "string") */
void rw_buf_printf(struct rw_buf *b, const char *fmt, ...) rw_printf_like(2, 3);

/* Shorten to n bytes; n > len is a no-op. */
void rw_buf_truncate(struct rw_buf *b, size_t n);

/* True when every write fitted; else sets RW_E_LIMIT or RW_E_NOMEM naming `what`. */
rw_must_check bool rw_buf_ok(const struct rw_buf *b, const char *what, struct rw_error *err);

/* A view of the content; valid until the next write. */
static inline struct rw_str
rw_buf_str(const struct rw_buf *b)
{
	struct rw_str s = { b->data, b->len };

	return s;
}

/* Content as a C string ("" when empty or failed). */
static inline const char *
rw_buf_cstr(const struct rw_buf *b)
{
	return b->data == NULL ? "" : b->data;
}

/* Hand the allocated string to the caller (NULL when failed; "" is allocated when empty). */
char *rw_buf_detach(struct rw_buf *b);

/*
 * Read a whole regular file, at most max bytes. dirfd as for openat(2).
 * O_NOFOLLOW|O_CLOEXEC|O_NONBLOCK are always set; a symlink, a directory, a FIFO
 * or a device is refused, as is a file larger than the bound (RW_E_LIMIT). A missing file
 * is RW_E_NOT_FOUND. What the buffer held before is gone, here and in rw_fd_read_all().
 */
rw_must_check bool rw_file_read(int dirfd, const char *path, struct rw_buf *ret, struct rw_error *err);

/* Read a descriptor to its end, at most ret->max bytes (RW_E_LIMIT beyond). EINTR is retried. */
rw_must_check bool rw_fd_read_all(int fd, const char *name, struct rw_buf *ret, struct rw_error *err);

/* Write all of it; EINTR and short writes are continued. */
rw_must_check bool rw_fd_write_all(int fd, const char *name, struct rw_str s, struct rw_error *err);

/*
 * Replace `path` atomically: a temporary file beside it is written, synced,
 * given `mode`, and renamed over it. With excl, an existing file is RW_E_EXISTS.
 */
rw_must_check bool rw_file_write(const char *path, struct rw_str content, unsigned mode, bool excl,
    struct rw_error *err);

#endif
