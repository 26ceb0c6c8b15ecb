#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/fanout.h"
#include "refwall/hash.h"
#include "refwall/text.h"

#define PARSE_ARENA	(16u << 20)
#define MESSAGE_CHARS	4000

static const char zero_id[] = "0000000000000000000000000000000000000000";

/*
 * What the notice of an entry says, checked: `listed` only when every path can be written as a JSON
 * string.
 */
struct wire {
	struct rw_str commit_id, message, timestamp, name, email;
	const struct rw_json_value *added, *modified, *removed;
	bool listed, forced;
	struct rw_str default_branch;	/* empty: not recorded */
};

static bool
is_id(struct rw_str s)
{
	if (s.n != 40)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	}
	return true;
}

/*
 * Members of an array of strings, added to *n; false when one is no string ({"b64":...}: bytes that are
 * not UTF-8).
 */
static bool
all_strings(const struct rw_json_value *v, size_t *n)
{
	if (v == NULL || v->kind != RW_JSON_ARRAY)
		return false;
	for (const struct rw_json_value *e = v->first; e != NULL; e = e->next) {
		if (e->kind != RW_JSON_STR)
			return false;
	}
	*n += v->n;
	return true;
}

static void
read_notice(struct rw_arena *a, struct rw_str notice, struct wire *w)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_json_value *root, *commit, *author, *paths, *forced;
	size_t n = 0;

	/* an absent or odd notice makes a poorer message, never a lost one */
	if (notice.n == 0 || !rw_json_parse(a, notice, &root, &ignored))
		return;
	commit = rw_json_get(root, "commit");
	author = rw_json_get(commit, "author");
	paths = rw_json_get(root, "paths");
	forced = rw_json_get(root, "forced");
	w->forced = forced != NULL && forced->kind == RW_JSON_BOOL && forced->boolean;
	w->default_branch = rw_json_get_str(a, root, "default_branch");
	w->commit_id = rw_json_get_str(a, commit, "id");
	w->message = rw_json_get_str(a, commit, "message");
	w->timestamp = rw_json_get_str(a, commit, "timestamp");
	w->name = rw_json_get_str(a, author, "name");
	w->email = rw_json_get_str(a, author, "email");
	w->added = rw_json_get(paths, "added");
	w->modified = rw_json_get(paths, "modified");
	w->removed = rw_json_get(paths, "removed");
	w->listed = all_strings(w->added, &n) && all_strings(w->modified, &n) &&
	    all_strings(w->removed, &n) && n <= RW_LIMIT_NOTICE_PATHS;
}

/* Readers of the notice have typed fields: always a string. Bytes that are not UTF-8 are written as \xHH. */
static void
put_text(struct rw_json *j, const char *key, struct rw_str s, const char *otherwise)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(64u << 10);

	rw_json_key(j, key);
	if (s.n == 0) {
		rw_json_strz(j, otherwise);
	} else if (rw_text_utf8(s)) {
		rw_json_str(j, s);
	} else {
		rw_text_put_printable(&b, s, MESSAGE_CHARS);
		rw_json_str(j, b.failed ? RW_STR_LIT("?") : rw_buf_str(&b));
	}
}

static void
put_paths(struct rw_json *j, const char *key, const struct rw_json_value *v, bool listed)
{
	rw_json_key(j, key);
	rw_json_array(j);
	if (listed) {
		for (const struct rw_json_value *e = v->first; e != NULL; e = e->next)
			rw_json_str(j, e->str);
	}
	rw_json_end(j);
}

/*
 * One commit that stands for the whole difference. An empty list of files means "anything": never a part
 * of them.
 */
static void
put_commit(struct rw_json *j, const struct rw_audit_applied *e, const struct wire *w, const char *url,
    bool listed)
{
	struct rw_str id = is_id(w->commit_id) ? w->commit_id : e->new_id;
	char when[RW_TIME_LEN];
	rw_time t;

	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_str(j, id);
	rw_json_key(j, "distinct");
	rw_json_bool(j, true);
	put_text(j, "message", w->message, "");
	rw_json_key(j, "timestamp");
	rw_json_strz(j, rw_time_format(rw_time_parse(w->timestamp, &t) ? t : e->time, when));
	rw_json_key(j, "url");
	rw_json_strz(j, url);
	for (int i = 0; i < 2; i++) {
		rw_json_key(j, i == 0 ? "author" : "committer");
		rw_json_object(j);
		put_text(j, "name", w->name, "unknown");
		put_text(j, "email", w->email, "");
		rw_json_end(j);
	}
	put_paths(j, "added", w->added, listed);
	put_paths(j, "removed", w->removed, listed);
	put_paths(j, "modified", w->modified, listed);
	rw_json_end(j);
}

/* A stable number for readers that want one: 48 bits of the repository's id. */
static int64_t
number_of(struct rw_str repo_id)
{
	uint8_t d[RW_SHA256_LEN];
	int64_t v = 0;

	rw_sha256(repo_id, d);
	for (int i = 0; i < 6; i++)
		v = v << 8 | d[i];
	return v;
}

/* RFC 3986 path: what is not unreserved is escaped, '/' stays. */
static void
put_escaped(struct rw_buf *b, struct rw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("-._~/", c) != NULL);

		if (plain)
			rw_buf_putc(b, (char)c);
		else
			rw_buf_printf(b, "%%%02X", c);
	}
}

/* Host of an URL without its port, for git@host:path. */
static struct rw_str
host_of(const char *url)
{
	const char *p = strstr(url, "://");
	struct rw_str s;

	p = p == NULL ? url : p + 3;
	s = (struct rw_str){ p, strcspn(p, "/") };
	if (s.n > 0 && s.p[0] == '[') {
		const char *end = memchr(s.p, ']', s.n);

		return end == NULL ? s : (struct rw_str){ s.p, (size_t)(end - s.p) + 1 };
	}
	s.n = strcspn(p, "/:");
	return s;
}

/* created_at and pushed_at stay out: their types differ between forges and break typed readers. */
static void
put_repository(struct rw_json *j, struct rw_str id, struct rw_str name, const struct rw_notice_options *o,
    struct rw_str default_branch, const char *url, const char *clone, const char *ssh)
{
	const char *slash = memrchr(name.p, '/', name.n);
	struct rw_str base = name, owner = name;

	if (slash != NULL) {
		base = (struct rw_str){ slash + 1, name.n - (size_t)(slash + 1 - name.p) };
		owner = (struct rw_str){ name.p,
		    (size_t)((const char *)memchr(name.p, '/', name.n) - name.p) };
	}
	rw_json_object(j);
	rw_json_key(j, "id");
	rw_json_int(j, number_of(id));
	rw_json_key(j, "name");
	rw_json_str(j, base);
	rw_json_key(j, "full_name");
	rw_json_str(j, name);
	rw_json_key(j, "html_url");
	rw_json_strz(j, url);
	rw_json_key(j, "url");
	rw_json_strz(j, url);
	rw_json_key(j, "clone_url");
	rw_json_strz(j, clone);
	rw_json_key(j, "ssh_url");
	rw_json_strz(j, ssh);
	put_text(j, "default_branch", default_branch, o->default_branch == NULL ? "main" : o->default_branch);
	rw_json_key(j, "owner");
	rw_json_object(j);
	rw_json_key(j, "name");
	rw_json_str(j, owner);
	rw_json_key(j, "login");
	rw_json_str(j, owner);
	rw_json_end(j);
	rw_json_end(j);
}

static bool
put_push(const struct rw_audit_applied *e, struct rw_str before, const struct rw_notice_options *o,
    const struct wire *w, bool listed, struct rw_buf *body, struct rw_error *err)
{
	rw_auto_buf struct rw_buf url = RW_BUF_INIT(16u << 10);
	rw_auto_buf struct rw_buf clone = RW_BUF_INIT(16u << 10);
	rw_auto_buf struct rw_buf ssh = RW_BUF_INIT(16u << 10);
	const char *base = o->external_url == NULL ? "https://localhost" : o->external_url;
	struct rw_json j = rw_json_init(body, false);

	rw_buf_puts(&url, base);
	rw_buf_putc(&url, '/');
	put_escaped(&url, e->repo_name);
	rw_buf_put_str(&clone, rw_buf_str(&url));
	rw_buf_puts(&clone, ".git");
	rw_buf_puts(&ssh, "git@");
	rw_buf_put_str(&ssh, host_of(base));
	rw_buf_putc(&ssh, ':');
	rw_buf_put_str(&ssh, e->repo_name);
	rw_buf_puts(&ssh, ".git");
	if (!rw_buf_ok(&url, "repository URL", err) || !rw_buf_ok(&clone, "clone URL", err) ||
	    !rw_buf_ok(&ssh, "ssh URL", err))
		return false;

	rw_json_object(&j);
	rw_json_key(&j, "ref");
	rw_json_str(&j, e->ref);
	rw_json_key(&j, "before");
	rw_json_str(&j, before);
	rw_json_key(&j, "after");
	rw_json_str(&j, e->new_id);
	rw_json_key(&j, "created");
	rw_json_bool(&j, rw_str_eqz(before, zero_id));
	rw_json_key(&j, "deleted");
	rw_json_bool(&j, rw_str_eqz(e->new_id, zero_id));
	rw_json_key(&j, "forced");
	rw_json_bool(&j, w->forced);
	rw_json_key(&j, "base_ref");
	rw_json_null(&j);
	rw_json_key(&j, "compare");
	rw_json_strz(&j, "");
	rw_json_key(&j, "repository");
	put_repository(&j, e->repo_id, e->repo_name, o, w->default_branch, rw_buf_cstr(&url),
	    rw_buf_cstr(&clone), rw_buf_cstr(&ssh));
	rw_json_key(&j, "pusher");
	rw_json_object(&j);
	put_text(&j, "name", e->account, "unknown");
	rw_json_end(&j);
	rw_json_key(&j, "sender");
	rw_json_object(&j);
	put_text(&j, "login", e->account, "unknown");
	rw_json_end(&j);
	rw_json_key(&j, "head_commit");
	if (rw_str_eqz(e->new_id, zero_id))
		rw_json_null(&j);
	else
		put_commit(&j, e, w, rw_buf_cstr(&url), listed);
	rw_json_key(&j, "commits");
	rw_json_array(&j);
	if (!rw_str_eqz(e->new_id, zero_id))
		put_commit(&j, e, w, rw_buf_cstr(&url), listed);
	rw_json_end(&j);
	rw_json_end(&j);
	return rw_json_ok(&j, "notice", err);
}

bool
rw_notice_push(const struct rw_audit_applied *e, const char *before_hex, const struct rw_notice_options *o,
    struct rw_buf *body, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(PARSE_ARENA);
	struct rw_str before = rw_str(before_hex);
	struct wire w = { 0 };

	if (a == NULL)
		return rw_fail_nomem(err);
	if (!rw_text_utf8(e->ref) || !rw_text_utf8(e->repo_name) || e->ref.n == 0 || e->repo_name.n == 0)
		return rw_fail(err, RW_E_PARSE,
		    "ref %s of %s: a notice cannot carry a name that is not UTF-8", RW_SHOW(e->ref),
		    RW_SHOW(e->repo_name));
	if (!is_id(before) || !is_id(e->new_id))
		return rw_fail(err, RW_E_PARSE, "ref %s of %s: the recorded object id is malformed",
		    RW_SHOW(e->ref), RW_SHOW(e->repo_name));
	read_notice(a, e->notice, &w);
	/* the recorded files are those of old_id..new_id; of a longer way nothing is known */
	if (!rw_str_eq(before, e->old_id))
		w.listed = false;
	rw_buf_clear(body);
	if (w.listed) {
		struct rw_error first = RW_ERROR_INIT;

		if (put_push(e, before, o, &w, true, body, &first))
			return true;
		rw_buf_clear(body);
	}
	return put_push(e, before, o, &w, false, body, err);
}

bool
rw_notice_ping(struct rw_str repo_name, int64_t subscription, struct rw_buf *body, struct rw_error *err)
{
	struct rw_json j = rw_json_init(body, false);

	rw_buf_clear(body);
	rw_json_object(&j);
	rw_json_key(&j, "zen");
	rw_json_strz(&j, "Nothing reaches a runtime that Git has not let through.");
	rw_json_key(&j, "hook_id");
	rw_json_int(&j, subscription);
	rw_json_key(&j, "hook");
	rw_json_object(&j);
	rw_json_key(&j, "type");
	rw_json_strz(&j, "Repository");
	rw_json_key(&j, "id");
	rw_json_int(&j, subscription);
	rw_json_key(&j, "name");
	rw_json_strz(&j, "web");
	rw_json_key(&j, "active");
	rw_json_bool(&j, true);
	rw_json_key(&j, "events");
	rw_json_array(&j);
	rw_json_strz(&j, "push");
	rw_json_end(&j);
	rw_json_end(&j);
	if (repo_name.n > 0) {
		rw_json_key(&j, "repository");
		rw_json_object(&j);
		put_text(&j, "full_name", repo_name, "");
		rw_json_end(&j);
	}
	rw_json_end(&j);
	return rw_json_ok(&j, "ping", err);
}

static bool
is_token(const char *z)
{
	size_t n = strlen(z);

	return n > 0 && n <= 64 &&
	    strspn(z, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

bool
rw_notice_headers(const char *event, const char *uuid, struct rw_str secret, struct rw_str body, rw_time now,
    struct rw_buf *headers, struct rw_error *err)
{
	uint8_t mac[RW_SHA256_LEN];
	char hex[2 * RW_SHA256_LEN + 1], seconds[32];
	struct rw_str standard[5];

	/*
	 * '.' separates the parts of what Standard Webhooks signs, so an id must not hold one; nor may a
	 * line end
	 */
	if (!is_token(event) || !is_token(uuid))
		return rw_fail(err, RW_E_INTERNAL,
		    "notice: event and id must be made of letters, digits, '-' and '_'");
	rw_buf_clear(headers);
	rw_buf_puts(headers, "Content-Type: application/json\n");
	rw_buf_puts(headers, "User-Agent: Refwall/" PACKAGE_VERSION "\n");
	rw_buf_printf(headers, "X-GitHub-Event: %s\n", event);
	rw_buf_printf(headers, "X-GitHub-Delivery: %s\n", uuid);
	rw_hmac(RW_SHA256, secret, &body, 1, mac);
	(void)rw_hex_encode(mac, sizeof(mac), hex);
	rw_buf_printf(headers, "X-Hub-Signature-256: sha256=%s\n", hex);
	rw_buf_printf(headers, "X-Signature: sha256=%s\n", hex);
	(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)(now / 1000));
	standard[0] = rw_str(uuid);
	standard[1] = RW_STR_LIT(".");
	standard[2] = rw_str(seconds);
	standard[3] = RW_STR_LIT(".");
	standard[4] = body;
	rw_hmac(RW_SHA256, secret, standard, RW_ARRAY_LEN(standard), mac);
	rw_buf_printf(headers, "webhook-id: %s\nwebhook-timestamp: %s\nwebhook-signature: v1,", uuid,
	    seconds);
	rw_base64_encode(headers, (struct rw_str){ (const char *)mac, sizeof(mac) });
	rw_buf_putc(headers, '\n');
	return rw_buf_ok(headers, "request headers", err);
}
