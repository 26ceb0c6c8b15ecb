#include <strings.h>

#include "refwall/glob.h"
#include "refwall/hash.h"
#include "server/http/call.h"

#define TOKEN_MAX 512

/* RFC 6750 section 2.1: "Bearer" and a b68 token. */
static struct rw_str
bearer(struct rw_str header)
{
	static const struct rw_str none;
	size_t i = 7;

	if (header.n < 8 || strncasecmp(header.p, "Bearer ", 7) != 0)
		return none;
	while (i < header.n && header.p[i] == ' ')
		i++;
	header = (struct rw_str){ header.p + i, header.n - i };
	while (header.n > 0 && header.p[header.n - 1] == ' ')
		header.n--;
	if (header.n == 0 || header.n > TOKEN_MAX)
		return none;
	for (i = 0; i < header.n; i++) {
		if (header.p[i] == '\0' ||
		    strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=",
		    header.p[i]) == NULL)
			return none;
	}
	return header;
}

/*
 * A good token always passes: only failures are counted, so that strangers behind the same address (a
 * proxy) can lock nobody out. Guessing is hopeless anyway; the bound keeps it from being loud.
 */
static bool
refuse(struct rw_call *c, const char *detail)
{
	int64_t wait = rw_http_auth_failed(c->shared, c->peer, rw_time_monotonic());

	if (wait > 0) {
		rw_call_header(c, "Retry-After", "%lld", (long long)((wait + 999) / 1000));
		rw_call_problem(c, 429, "too many requests from your address failed to authenticate");
		return false;
	}
	rw_call_header(c, "WWW-Authenticate", "Bearer realm=\"refwall\"%s",
	    c->authorization.p == NULL ? "" : ", error=\"invalid_token\"");
	rw_call_problem(c, 401, "%s", detail);
	return false;
}

bool
rw_auth_check(struct rw_call *c)
{
	struct rw_error err = RW_ERROR_INIT;
	uint8_t hash[RW_SHA256_LEN];
	struct rw_str text;

	if (c->route->scopes == 0)
		return true;
	if (c->authorization.p == NULL)
		return refuse(c, "a token is wanted: Authorization: Bearer TOKEN (refwall token create makes one)");
	text = bearer(c->authorization);
	if (text.n == 0)
		return refuse(c, "the Authorization header is not of the form: Bearer TOKEN");
	rw_sha256(text, hash);
	if (!rw_token_by_hash(c->serve, c->arena, hash, &c->token, &err)) {
		memset(&c->token, 0, sizeof(c->token));
		if (err.code == RW_E_NOT_FOUND)
			return refuse(c, "the token is unknown or revoked");
		rw_call_error(c, &err);
		return false;
	}
	if (c->token.revoked)
		return refuse(c, "the token is unknown or revoked");
	if (c->token.expires != RW_TIME_NONE && c->token.expires <= c->now)
		return refuse(c, "the token has expired");
	if ((c->token.scopes & (c->route->scopes | RW_SCOPE_ADMIN)) != 0)
		return true;
	for (unsigned i = 0; i < RW_SCOPE_BITS; i++) {
		if ((c->route->scopes & 1u << i) == 0)
			continue;
		rw_call_header(c, "WWW-Authenticate",
		    "Bearer realm=\"refwall\", error=\"insufficient_scope\", scope=\"%s\"",
		    rw_scope_name((enum rw_scope_bit)i));
		rw_call_problem(c, 403, "the token lacks the scope %s", rw_scope_name((enum rw_scope_bit)i));
		break;
	}
	return false;
}

bool
rw_auth_repo(struct rw_call *c, struct rw_str repo)
{
	struct rw_error ignored = RW_ERROR_INIT;
	const struct rw_glob *g;

	if (c->token.repos.n == 0)
		return true;
	g = rw_glob_compile(c->arena, c->token.repos, &ignored);
	return g != NULL && rw_glob_match(g, repo, NULL);
}
