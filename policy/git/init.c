#include "policy/git/internal.h"

/* Trees of many entries are met again and again while paths are compared; files are not. */
#define CACHE_BYTES		(16 << 20)
#define CACHE_COMMIT_BYTES	(16u << 10)
#define CACHE_TREE_BYTES	(64u << 10)

/* Of pack files, mapped into memory. */
#define WINDOW_BYTES		(32u << 20)
#define WINDOWS_BYTES		(256u << 20)
#define WINDOW_FILES		128

#define SET(what, ...) opt(git_libgit2_opts(__VA_ARGS__), what, err)

static bool
opt(int code, const char *what, struct rw_error *err)
{
	const git_error *e = git_error_last();

	if (code >= 0)
		return true;
	return rw_fail(err, RW_E_INTERNAL, "libgit2: cannot set %s: %s", what,
	    e == NULL ? "no reason given" : e->message);
}

bool
rw_git_init(struct rw_error *err)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
		GIT_CONFIG_LEVEL_PROGRAMDATA };

	/* Before libgit2 starts: it takes the allocator that it finds. */
	if (!rw_git_memory_install(err))
		return false;
	if (git_libgit2_init() < 0)
		return rw_fail(err, RW_E_INTERNAL, "libgit2: cannot start");
	for (size_t i = 0; i < RW_ARRAY_LEN(levels); i++)
		if (!SET("search path", GIT_OPT_SET_SEARCH_PATH, levels[i], ""))
			return false;
	return SET("hash verification", GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1) &&
	    SET("owner validation", GIT_OPT_SET_OWNER_VALIDATION, 0) &&
	    SET("caching", GIT_OPT_ENABLE_CACHING, 1) &&
	    SET("cache", GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES) &&
	    SET("cache", GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_COMMIT, (size_t)CACHE_COMMIT_BYTES) &&
	    SET("cache", GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)CACHE_TREE_BYTES) &&
	    SET("windows", GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES) &&
	    SET("windows", GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)WINDOWS_BYTES) &&
	    SET("windows", GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)WINDOW_FILES);
}
