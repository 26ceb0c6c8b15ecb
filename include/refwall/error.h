/*
 * error.h: the one error object. The caller owns it and passes it as the last
 * argument; a function that can fail returns bool (or a pointer), and
 *
 *	return rw_fail(err, RW_E_IO, "%s: cannot open: %s", path, strerror(errno));
 *
 * sets it and returns false, so a path that reports an error cannot return
 * success. A zeroed result is always the failing one.
 *
 * Messages read "where: what is wrong, what was wanted", complete enough to be
 * shown as they are. They may quote hostile bytes only through rw_text_*().
 * The object is untouched when nothing failed. err is never NULL.
 */
#ifndef REFWALL_ERROR_H
#define REFWALL_ERROR_H

#include "refwall/base.h"

/* code, name in machine-readable output */
#define RW_ERROR_CODES(X)						\
	X(RW_E_NONE,		"none")		/* nothing failed */	\
	X(RW_E_USAGE,		"usage")	/* the caller was wrong (CLI exit 2) */	\
	X(RW_E_NOMEM,		"no-memory")				\
	X(RW_E_IO,		"io")		/* a system call failed */	\
	X(RW_E_NOT_FOUND,	"not-found")				\
	X(RW_E_EXISTS,		"exists")				\
	X(RW_E_PARSE,		"parse")	/* foreign bytes are malformed */	\
	X(RW_E_LIMIT,		"limit")	/* a bound of limits.h was met */	\
	X(RW_E_UNSUPPORTED,	"unsupported")	/* understood, not supported */	\
	X(RW_E_CONFIG,		"config")	/* refwall.yaml is wrong */	\
	X(RW_E_POLICY,		"policy")	/* the policy is wrong */	\
	X(RW_E_BUSY,		"busy")		/* a lock was not had in time */	\
	X(RW_E_CORRUPT,		"corrupt")	/* the store contradicts itself */	\
	X(RW_E_DENIED,		"denied")	/* not permitted */	\
	X(RW_E_INTERNAL,	"internal")	/* a bug of ours */

#define RW_ERROR_ENUM(code, name) code,
enum rw_error_code { RW_ERROR_CODES(RW_ERROR_ENUM) RW_E_MAX };
#undef RW_ERROR_ENUM

struct rw_error {
	enum rw_error_code code;
	char msg[1024];			/* terminated, printable, never ends in newline */
};

#define RW_ERROR_INIT { RW_E_NONE, "" }

/* Set the error and return false. An overlong message is cut at a character. */
bool rw_fail(struct rw_error *err, enum rw_error_code code, const char *fmt, ...)
    rw_printf_like(3, 4);

/* The same with ": strerror(errno)" appended and code RW_E_IO. */
bool rw_fail_errno(struct rw_error *err, const char *fmt, ...) rw_printf_like(2, 3);

/* rw_fail(err, RW_E_NOMEM, "out of memory"). */
bool rw_fail_nomem(struct rw_error *err);

/* Put "prefix: " before the message of an error that is already set; returns false. */
bool rw_fail_prefix(struct rw_error *err, const char *fmt, ...) rw_printf_like(2, 3);

/* "io", "parse", ...; never NULL. */
const char *rw_error_name(enum rw_error_code code);

#endif
