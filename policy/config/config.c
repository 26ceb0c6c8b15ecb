#include "refwall/config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "refwall/buf.h"
#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "refwall/strict.h"
#include "refwall/text.h"
#include "source.h"

#define LOCK_WAIT_MAX_MS	(10 * 60 * 1000)

/* One reading of one file. */
struct load {
	struct rw_strict s;
	struct rw_config *c;
	struct rw_error *err;
};

/* ---- values ---- */

/* Join with the file's directory, and drop what means nothing: "//", "/./", a '/' at the end. */
static const char *
clean_path(struct rw_arena *a, const char *dir, struct rw_str p)
{
	const char *z = p.n > 0 && p.p[0] == '/' ? rw_arena_printf(a, "%.*s", (int)p.n, p.p) :
	    rw_arena_printf(a, "%s/%.*s", dir, (int)p.n, p.p);
	char *out = z == NULL ? NULL : rw_arena_strdup(a, z);
	size_t n = 0;

	if (out == NULL)
		return NULL;
	for (const char *q = z; *q != '\0';) {
		size_t len;

		while (*q == '/')
			q++;
		len = strcspn(q, "/");
		if (len == 0 || (len == 1 && *q == '.')) {
			q += len;
			continue;
		}
		out[n++] = '/';
		memmove(out + n, q, len);
		n += len;
		q += len;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

static bool
read_path(struct load *l, const struct rw_yaml_node *n, const char *what, const char **ret)
{
	struct rw_str v;

	if (!rw_strict_str(&l->s, n, what, &v, l->err))
		return false;
	if (v.n >= RW_LIMIT_PATH_BYTES)
		return rw_strict_fail(&l->s, n, l->err, "%s: wanted a path of at most %d bytes", what,
		    RW_LIMIT_PATH_BYTES - 1);
	*ret = clean_path(l->s.arena, l->c->dir, v);
	return true;
}

static bool
only(struct rw_str s, const char *extra)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
		    (c == '\0' || strchr(extra, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* A log's origin (C2SP tlog-checkpoint): like a URL without its scheme, no blanks, no plus. */
static bool
read_origin(struct load *l, const struct rw_yaml_node *n)
{
	struct rw_str v;

	if (!rw_strict_str(&l->s, n, "origin", &v, l->err))
		return false;
	if (v.n > 255 || !only(v, ".-_/:~") || v.p[0] == '/' || v.p[v.n - 1] == '/')
		return rw_strict_fail(&l->s, n, l->err,
		    "origin: wanted a name like git.example.com/refwall, found '%s'", RW_SHOW(v));
	l->c->origin = rw_arena_strndup(l->s.arena, v.p, v.n);
	return true;
}

static bool
read_listen(struct load *l, const struct rw_yaml_node *n)
{
	struct rw_str v, host, port;
	size_t colon;
	uint64_t number;
	bool brackets;

	if (!rw_strict_str(&l->s, n, "listen", &v, l->err))
		return false;
	for (colon = v.n; colon > 0 && v.p[colon - 1] != ':'; colon--)
		;
	host = (struct rw_str){ v.p, colon == 0 ? 0 : colon - 1 };
	port = (struct rw_str){ v.p + colon, v.n - colon };
	brackets = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (brackets)
		host = (struct rw_str){ host.p + 1, host.n - 2 };
	if (host.n > 253 || !only(host, brackets ? ":." : ".-") || !rw_text_u64(port, 65535, &number))
		return rw_strict_fail(&l->s, n, l->err, "listen: wanted host:port like 127.0.0.1:8480 or [::1]:8480,"
		    " found '%s'", RW_SHOW(v));
	l->c->listen_host = rw_arena_strndup(l->s.arena, host.p, host.n);
	l->c->listen_port = rw_arena_strndup(l->s.arena, port.p, port.n);
	return true;
}

static bool
read_external_url(struct load *l, const struct rw_yaml_node *n)
{
	struct rw_str v, rest;

	if (!rw_strict_str(&l->s, n, "external-url", &v, l->err))
		return false;
	rest = v;
	if (rw_str_has_prefix(v, "https://") || rw_str_has_prefix(v, "http://")) {
		size_t skip = v.p[4] == 's' ? 8 : 7;

		rest = (struct rw_str){ v.p + skip, v.n - skip };
	} else {
		rest.n = 0;
	}
	while (rest.n > 0 && rest.p[rest.n - 1] == '/') {
		rest.n--;
		v.n--;
	}
	if (v.n > RW_LIMIT_URL_BYTES || !only(rest, ".-_~/:[]%") || rest.p[0] == '/')
		return rw_strict_fail(&l->s, n, l->err, "external-url: wanted a URL like https://git.example.com,"
		    " found '%s'", RW_SHOW(v));
	l->c->external_url = rw_arena_strndup(l->s.arena, v.p, v.n);
	return true;
}

static bool
read_duration(struct load *l, const struct rw_yaml_node *n, const char *what, int64_t min, int64_t max,
    int64_t *ret)
{
	if (!rw_strict_duration(&l->s, n, what, ret, l->err))
		return false;
	if (*ret < min || *ret > max)
		return rw_strict_fail(&l->s, n, l->err, "%s: wanted a duration from %lldms to %llds, found '%s'",
		    what, (long long)min, (long long)(max / 1000), RW_SHOW(n->value));
	return true;
}

static bool
read_networks(struct load *l, const struct rw_yaml_node *n, const char *what, const struct rw_network **ret,
    size_t *ret_n)
{
	const struct rw_str *text;
	struct rw_network *list;
	size_t count;

	if (!rw_strict_strs(&l->s, n, what, 0, &text, &count, l->err))
		return false;
	list = rw_arena_array(l->s.arena, count == 0 ? 1 : count, sizeof(*list));
	for (size_t i = 0; list != NULL && i < count; i++)
		if (!rw_network_parse(text[i], &list[i]))
			return rw_strict_fail(&l->s, n->kind == RW_YAML_SEQ ? n->item[i] : n, l->err,
			    "%s: wanted a network like 10.0.0.0/8 or fd00::/8 (no bits set behind its length),"
			    " found '%s'", what, RW_SHOW(text[i]));
	*ret = list;
	*ret_n = count;
	return true;
}

/* ---- maps ---- */

static bool
read_repositories(struct load *l, const struct rw_yaml_node *n)
{
	enum { ROOT, FROM, N };
	static const struct rw_strict_key keys[N] = { [ROOT] = { "root", false }, [FROM] = { "from", false } };
	const struct rw_yaml_node *v[N];

	if (!rw_strict_map(&l->s, n, "repositories", keys, N, v, l->err))
		return false;
	if (v[ROOT] == NULL && v[FROM] == NULL)
		return rw_strict_fail(&l->s, n, l->err,
		    "repositories: wanted 'root' or 'from', so that they have names");
	return (v[ROOT] == NULL || read_path(l, v[ROOT], "repositories.root", &l->c->repositories_root)) &&
	    (v[FROM] == NULL || rw_sources_read(&l->s, v[FROM], "repositories.from", &l->c->repository_from,
	    &l->c->n_repository_from, l->err));
}

static bool
read_accounts(struct load *l, const struct rw_yaml_node *n)
{
	static const struct rw_strict_key keys[] = { { "from", true } };
	const struct rw_yaml_node *v[1];

	return rw_strict_map(&l->s, n, "accounts", keys, 1, v, l->err) &&
	    rw_sources_read(&l->s, v[0], "accounts.from", &l->c->account_from, &l->c->n_account_from, l->err);
}

static bool
read_delivery(struct load *l, const struct rw_yaml_node *n)
{
	enum { ALLOW, DENY, N };
	static const struct rw_strict_key keys[N] = { [ALLOW] = { "allow", false }, [DENY] = { "deny", false } };
	const struct rw_yaml_node *v[N];

	return rw_strict_map(&l->s, n, "delivery", keys, N, v, l->err) &&
	    (v[ALLOW] == NULL || read_networks(l, v[ALLOW], "delivery.allow", &l->c->allow, &l->c->n_allow)) &&
	    (v[DENY] == NULL || read_networks(l, v[DENY], "delivery.deny", &l->c->deny, &l->c->n_deny));
}

static bool
read_file(struct load *l, const struct rw_yaml_node *root)
{
	enum { FORMAT, ORIGIN, POLICY, LOG, SERVE, LISTEN, URL, REPOSITORIES, ACCOUNTS, DELIVERY, LOCK, CHAINED,
	    N };
	static const struct rw_strict_key keys[N] = {
		[FORMAT] = { "version", true }, [ORIGIN] = { "origin", true }, [POLICY] = { "policy", false },
		[LOG] = { "log", false }, [SERVE] = { "serve", false }, [LISTEN] = { "listen", false },
		[URL] = { "external-url", false }, [REPOSITORIES] = { "repositories", false },
		[ACCOUNTS] = { "accounts", false }, [DELIVERY] = { "delivery", false },
		[LOCK] = { "lock-wait", false }, [CHAINED] = { "chained-timeout", false },
	};
	const struct rw_yaml_node *v[N];
	struct rw_config *c = l->c;
	uint64_t version;

	if (!rw_strict_map(&l->s, root, "the configuration", keys, N, v, l->err) ||
	    !rw_strict_u64(&l->s, v[FORMAT], "version", 1, 1, &version, l->err) ||
	    !read_origin(l, v[ORIGIN]) ||
	    (v[POLICY] != NULL && !read_path(l, v[POLICY], "policy", &c->policy)) ||
	    (v[LOG] != NULL && !read_path(l, v[LOG], "log", &c->log_dir)) ||
	    (v[SERVE] != NULL && !read_path(l, v[SERVE], "serve", &c->serve_dir)) ||
	    (v[LISTEN] != NULL && !read_listen(l, v[LISTEN])) ||
	    (v[URL] != NULL && !read_external_url(l, v[URL])) ||
	    (v[REPOSITORIES] != NULL && !read_repositories(l, v[REPOSITORIES])) ||
	    (v[ACCOUNTS] != NULL && !read_accounts(l, v[ACCOUNTS])) ||
	    (v[DELIVERY] != NULL && !read_delivery(l, v[DELIVERY])) ||
	    (v[LOCK] != NULL &&
	    !read_duration(l, v[LOCK], "lock-wait", 100, LOCK_WAIT_MAX_MS, &c->lock_wait_ms)) ||
	    (v[CHAINED] != NULL && !read_duration(l, v[CHAINED], "chained-timeout", 100,
	    RW_LIMIT_HOOK_WALL_SECONDS * 1000, &c->chained_timeout_ms)))
		return false;
	/* who can write the log must not reach tokens and secrets */
	if (c->log_dir != NULL && c->serve_dir != NULL && strcmp(c->log_dir, c->serve_dir) == 0)
		return rw_strict_fail(&l->s, v[SERVE] != NULL ? v[SERVE] : root, l->err,
		    "serve: wanted another directory than log");
	return true;
}

/* ---- the file ---- */

static bool
parse(struct rw_arena *a, const char *shown, const char *path, struct rw_str bytes, struct rw_config *ret,
    struct rw_error *err)
{
	struct load l = { .s = { shown, a, RW_E_CONFIG }, .c = ret, .err = err };
	const struct rw_yaml_node *root;
	const char *slash = strrchr(path, '/');
	uint8_t digest[RW_SHA256_LEN];

	memset(ret, 0, sizeof(*ret));
	if (path[0] != '/')
		return rw_fail(err, RW_E_USAGE, "%s: the path of a configuration must be absolute", shown);
	if (bytes.n > RW_LIMIT_CONFIG_BYTES)
		return rw_fail(err, RW_E_LIMIT, "%s: larger than %u bytes", shown, RW_LIMIT_CONFIG_BYTES);
	ret->path = rw_arena_strdup(a, path);
	ret->dir = slash == path ? "/" : rw_arena_strndup(a, path, (size_t)(slash - path));
	if (!rw_arena_ok(a, shown, err))
		return false;
	ret->policy = clean_path(a, ret->dir, RW_STR_LIT("policy.yaml"));
	ret->log_dir = clean_path(a, ret->dir, RW_STR_LIT("log"));
	ret->serve_dir = clean_path(a, ret->dir, RW_STR_LIT("serve"));
	ret->listen_host = "127.0.0.1";
	ret->listen_port = "8480";
	ret->lock_wait_ms = RW_LIMIT_LOCK_WAIT_MS;
	ret->chained_timeout_ms = RW_LIMIT_CHAINED_SECONDS * 1000;
	rw_sha256(bytes, digest);
	(void)rw_hex_encode(digest, sizeof(digest), ret->digest);
	return rw_strict_load(&l.s, bytes, &root, err) && read_file(&l, root) && rw_arena_ok(a, shown, err);
}

bool
rw_config_parse(struct rw_arena *a, const char *path, struct rw_str bytes, struct rw_config *ret,
    struct rw_error *err)
{
	return parse(a, path, path, bytes, ret, err);
}

bool
rw_config_load(struct rw_arena *a, const char *path, struct rw_config *ret, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_CONFIG_BYTES);
	char cwd[PATH_MAX];
	const char *full = path;

	if (!rw_file_read(AT_FDCWD, path, &b, err))
		return false;
	if (path[0] != '/') {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return rw_fail_errno(err, "cannot find the working directory");
		full = rw_arena_printf(a, "%s/%s", cwd, path);
		if (full == NULL)
			return rw_arena_ok(a, path, err);
	}
	return parse(a, path, full, rw_buf_str(&b), ret, err);
}
