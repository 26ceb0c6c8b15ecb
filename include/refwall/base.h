/*
 * base.h: what every file may use. Included first, by every header.
 *
 * Ownership is declared at the variable: a local that owns something carries
 * rw_cleanup(destructor) and hands it over with rw_steal(). Destructors accept
 * NULL and half-built objects.
 *
 *	rw_autofree char *name = NULL;
 *	...
 *	*ret_name = rw_steal(&name);
 */
#ifndef REFWALL_BASE_H
#define REFWALL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define rw_cleanup(fn)		__attribute__((cleanup(fn)))
#define rw_must_check		__attribute__((warn_unused_result))
#define rw_printf_like(f, a)	__attribute__((format(printf, f, a)))
#define RW_ARRAY_LEN(a)		(sizeof(a) / sizeof((a)[0]))

/* free() what a pointer variable points to when it leaves its scope. */
static inline void
rw_freep(void *pp)
{
	void **p = (void **)pp;

	free(*p);
	*p = NULL;
}
#define rw_autofree		rw_cleanup(rw_freep)

/* Take the value out of a variable that owns it, and leave NULL there. */
static inline void *
rw_steal_ptr(void *pp)
{
	void **p = (void **)pp;
	void *v = *p;

	*p = NULL;
	return v;
}
#define rw_steal(pp)		((__typeof__(*(pp)))rw_steal_ptr(pp))

/* Close a descriptor that leaves its scope; -1 means "none". errno is kept. */
void rw_closep(int *fd);
#define rw_autoclose		rw_cleanup(rw_closep)

/*
 * A view of bytes that somebody else owns. Not terminated, may hold NUL, may be
 * empty (p may then be NULL). Git paths and every hostile string travel as this.
 */
struct rw_str {
	const char *p;
	size_t n;
};

#define RW_STR_LIT(s)		((struct rw_str){ (s), sizeof(s) - 1 })

static inline struct rw_str
rw_str(const char *z)
{
	struct rw_str s = { z, z == NULL ? 0 : strlen(z) };

	return s;
}

static inline bool
rw_str_eq(struct rw_str a, struct rw_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
rw_str_eqz(struct rw_str a, const char *z)
{
	return rw_str_eq(a, rw_str(z));
}

static inline bool
rw_str_has_prefix(struct rw_str a, const char *z)
{
	size_t n = strlen(z);

	return n == 0 || (a.n >= n && memcmp(a.p, z, n) == 0);
}

static inline bool
rw_str_has_suffix(struct rw_str a, const char *z)
{
	size_t n = strlen(z);

	return n == 0 || (a.n >= n && memcmp(a.p + (a.n - n), z, n) == 0);
}

/* Order of memcmp, a shorter prefix first. */
int rw_str_cmp(struct rw_str a, struct rw_str b);

#endif
