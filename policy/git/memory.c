/*
 * libgit2 reads objects whole, and the delta bases that it needs for them: a pack of 400 KB can make it
 * allocate 400 MiB for a file of 51 bytes, and no size in a header tells. So everything that it allocates is
 * counted, and refused beyond RW_LIMIT_GIT_MEMORY; libgit2 passes the refusal on as an error.
 */
#include <git2/sys/alloc.h>

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>

#include "policy/git/internal.h"

struct block {
	size_t size;
	alignas(max_align_t) char data[];
};

static atomic_size_t used, peak;
static _Thread_local bool refused;

static bool
reserve(size_t n)
{
	size_t now = atomic_load_explicit(&used, memory_order_relaxed);
	size_t top;

	do {
		if (n > RW_LIMIT_GIT_MEMORY - now) {
			refused = true;
			return false;
		}
	} while (!atomic_compare_exchange_weak_explicit(&used, &now, now + n, memory_order_relaxed,
	    memory_order_relaxed));
	top = atomic_load_explicit(&peak, memory_order_relaxed);
	while (now + n > top &&
	    !atomic_compare_exchange_weak_explicit(&peak, &top, now + n, memory_order_relaxed,
		memory_order_relaxed))
		;
	return true;
}

static void
unreserve(size_t n)
{
	atomic_fetch_sub_explicit(&used, n, memory_order_relaxed);
}

static struct block *
block_of(void *p)
{
	return (struct block *)(void *)((char *)p - offsetof(struct block, data));
}

static void *
block_new(size_t n, bool zeroed)
{
	struct block *b;
	size_t total;

	if (__builtin_add_overflow(n, offsetof(struct block, data), &total) || !reserve(n))
		return NULL;
	b = zeroed ? calloc(1, total) : malloc(total);
	if (b == NULL) {
		unreserve(n);
		return NULL;
	}
	b->size = n;
	return b->data;
}

static void
rw_gfree(void *p)
{
	struct block *b;

	if (p == NULL)
		return;
	b = block_of(p);
	unreserve(b->size);
	free(b);
}

static void *
rw_gmalloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return block_new(n, false);
}

static void *
rw_grealloc(void *p, size_t n, const char *file, int line)
{
	struct block *b, *moved;
	size_t old, total;

	if (p == NULL)
		return rw_gmalloc(n, file, line);
	b = block_of(p);
	old = b->size;
	if (__builtin_add_overflow(n, offsetof(struct block, data), &total) || (n > old && !reserve(n - old)))
		return NULL;
	moved = realloc(b, total);
	if (moved == NULL) {
		if (n > old)
			unreserve(n - old);
		return NULL;
	}
	if (n < old)
		unreserve(old - n);
	moved->size = n;
	return moved->data;
}

#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6

static void *
rw_gcalloc(size_t count, size_t size, const char *file, int line)
{
	size_t n;

	(void)file;
	(void)line;
	return __builtin_mul_overflow(count, size, &n) ? NULL : block_new(n, true);
}

static char *
rw_gsubstrdup(const char *z, size_t n, const char *file, int line)
{
	char *copy;

	(void)file;
	(void)line;
	if (n == SIZE_MAX)
		return NULL;
	copy = block_new(n + 1, false);
	if (copy == NULL)
		return NULL;
	memcpy(copy, z, n);
	copy[n] = '\0';
	return copy;
}

static char *
rw_gstrdup(const char *z, const char *file, int line)
{
	return rw_gsubstrdup(z, strlen(z), file, line);
}

static char *
rw_gstrndup(const char *z, size_t n, const char *file, int line)
{
	return rw_gsubstrdup(z, strnlen(z, n), file, line);
}

static void *
rw_greallocarray(void *p, size_t count, size_t size, const char *file, int line)
{
	size_t n;

	return __builtin_mul_overflow(count, size, &n) ? NULL : rw_grealloc(p, n, file, line);
}

static void *
rw_gmallocarray(size_t count, size_t size, const char *file, int line)
{
	return rw_greallocarray(NULL, count, size, file, line);
}

static git_allocator allocator = {
	.gmalloc = rw_gmalloc,
	.gcalloc = rw_gcalloc,
	.gstrdup = rw_gstrdup,
	.gstrndup = rw_gstrndup,
	.gsubstrdup = rw_gsubstrdup,
	.grealloc = rw_grealloc,
	.greallocarray = rw_greallocarray,
	.gmallocarray = rw_gmallocarray,
	.gfree = rw_gfree,
};

#else

static git_allocator allocator = { .gmalloc = rw_gmalloc, .grealloc = rw_grealloc, .gfree = rw_gfree };

#endif

bool
rw_git_memory_install(struct rw_error *err)
{
	if (git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator) < 0)
		return rw_fail(err, RW_E_INTERNAL, "libgit2: cannot bound its memory");
	return true;
}

size_t
rw_git_memory_used(void)
{
	return atomic_load_explicit(&used, memory_order_relaxed);
}

size_t
rw_git_memory_peak(void)
{
	return atomic_load_explicit(&peak, memory_order_relaxed);
}

bool
rw_git_memory_refused(void)
{
	bool was = refused;

	refused = false;
	return was;
}
