#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "refwall/error.h"

#define MSG_SIZE sizeof(((struct rw_error *)0)->msg)

/*
 * vsnprintf cuts at a byte. Give back the bytes of a character that was cut in
 * two, and trailing newlines, which a message never has.
 */
static void
trim(char *msg, bool cut)
{
	size_t n = strlen(msg);

	if (cut) {
		size_t tail = 0;

		while (tail < 3 && tail < n && ((unsigned char)msg[n - 1 - tail] & 0xc0) == 0x80)
			tail++;
		if (tail < n) {
			unsigned char lead = (unsigned char)msg[n - 1 - tail];
			size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

			if (want > tail + 1)
				n -= tail + 1;
		}
	}
	while (n > 0 && msg[n - 1] == '\n')
		n--;
	msg[n] = '\0';
}

/* Formats beside the message first: the arguments may point into it. */
static rw_printf_like(3, 0) void
set(struct rw_error *err, enum rw_error_code code, const char *fmt, va_list ap, const char *tail)
{
	char msg[MSG_SIZE];
	size_t n;
	int made, added = 0;

	msg[0] = '\0';
	made = vsnprintf(msg, sizeof(msg), fmt, ap);
	n = strlen(msg);
	if (tail != NULL)
		added = snprintf(msg + n, sizeof(msg) - n, ": %s", tail);
	trim(msg, made < 0 || (size_t)made + (size_t)added >= sizeof(msg));
	memcpy(err->msg, msg, sizeof(msg));
	err->code = code;
}

bool
rw_fail(struct rw_error *err, enum rw_error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(err, code, fmt, ap, NULL);
	va_end(ap);
	return false;
}

bool
rw_fail_errno(struct rw_error *err, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	set(err, RW_E_IO, fmt, ap, strerror(saved));
	va_end(ap);
	errno = saved;
	return false;
}

bool
rw_fail_nomem(struct rw_error *err)
{
	return rw_fail(err, RW_E_NOMEM, "out of memory");
}

bool
rw_fail_prefix(struct rw_error *err, const char *fmt, ...)
{
	char old[MSG_SIZE];
	va_list ap;

	memcpy(old, err->msg, sizeof(old));
	va_start(ap, fmt);
	set(err, err->code, fmt, ap, old);
	va_end(ap);
	return false;
}

const char *
rw_error_name(enum rw_error_code code)
{
#define NAME(code, name) [code] = name,
	static const char *const names[RW_E_MAX] = { RW_ERROR_CODES(NAME) };
#undef NAME

	return (unsigned)code < RW_E_MAX ? names[code] : "unknown";
}
