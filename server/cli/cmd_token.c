/* refwall token create, list, revoke. A token is shown once; the store keeps its SHA-256. */
#include <stdio.h>

#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

#define RW_TOKEN_BYTES 32

/* A change to the tokens, and the fields that record it. */
struct change {
	struct rw_serve *serve;
	struct rw_log *log;
	rw_time now;
	const struct rw_token *add;	/* NULL: revoke */
	int64_t id;
	struct rw_audit_field *field;	/* the last is the token's number */
	size_t n_fields;
};

static bool
change(void *ctx, struct rw_error *err)
{
	struct change *c = ctx;
	uint64_t index;

	if (!(c->add != NULL ? rw_token_add(c->serve, c->add, &c->id, err) : rw_token_revoke(c->serve, c->id, err)))
		return false;
	c->field[c->n_fields - 1].integer = c->id;
	return rw_audit_event(c->log, RW_ENTRY_TOKEN, c->now, c->field, c->n_fields, &index, err);
}

bool
rw_cli_token(struct rw_invocation *in, struct rw_serve *serve, struct rw_log *log, int64_t wait_ms, unsigned scopes,
    const char *name, const char *repos, rw_time expires, const char **ret, struct rw_error *err)
{
	uint8_t raw[RW_TOKEN_BYTES];
	char hex[2 * RW_TOKEN_BYTES + 1];
	struct rw_token t = {
		.scopes = scopes, .name = rw_str(name), .repos = rw_str(repos), .created = in->now, .expires = expires,
	};
	rw_auto_buf struct rw_buf words = RW_BUF_INIT(1024);
	struct change c = { .serve = serve, .log = log, .now = in->now, .add = &t };
	const char *text;

	if (!rw_random(raw, sizeof(raw), err))
		return false;
	text = rw_arena_printf(in->arena, "rwt_%s", rw_hex_encode(raw, sizeof(raw), hex));
	rw_wipe(raw, sizeof(raw));
	rw_wipe(hex, sizeof(hex));
	if (text == NULL)
		return rw_fail_nomem(err);
	rw_sha256(rw_str(text), t.hash);
	for (unsigned i = 0; i < RW_SCOPE_BITS; i++) {
		if ((scopes & 1u << i) != 0)
			rw_buf_printf(&words, "%s%s", words.len > 0 ? " " : "", rw_scope_name(i));
	}
	if (!rw_buf_ok(&words, "scopes", err))
		return false;
	struct rw_audit_field f[] = {
		{ "action", RW_FIELD_STR, rw_str("created"), 0 },
		{ "name", RW_FIELD_STR, t.name, 0 },
		{ "repos", RW_FIELD_STR, t.repos, 0 },
		{ "scopes", RW_FIELD_STR, rw_buf_str(&words), 0 },
		{ "token", RW_FIELD_INT, { NULL, 0 }, 0 },
	};

	c.field = f;
	c.n_fields = RW_ARRAY_LEN(f);
	if (!rw_stores_change(serve, log, wait_ms, change, &c, err))
		return false;
	*ret = text;
	return true;
}

static bool
open_both(struct rw_invocation *in, struct rw_config *c, struct rw_log **log, struct rw_serve **serve, struct rw_error *err)
{
	return rw_cli_config(in, c, err) && rw_log_open(c->log_dir, RW_STORE_WRITE, log, err) &&
	    rw_serve_open(c->serve_dir, RW_STORE_WRITE, serve, err);
}

static int
create(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_serve struct rw_serve *serve = NULL;
	struct rw_config c;
	unsigned scopes = 0, flag;
	const char *token, *repos = rw_given(in, "repos"), *name = rw_given(in, "name"), *expires = rw_given(in, "expires");
	rw_time until = RW_TIME_NONE;

	for (size_t i = 0; i < in->n_given; i++) {
		if (strcmp(in->given[i].option->name, "scope") != 0)
			continue;
		if (!rw_scope_parse(rw_str(in->given[i].value), &flag))
			return rw_usage(err, "there is no scope \"%s\"; scopes are audit:read, subscriptions:read, "
			    "subscriptions:write, metrics:read, admin", in->given[i].value);
		scopes |= flag;
	}
	if (!rw_cli_glob(in, "repos", err))
		return RW_EXIT_USAGE;
	if (expires != NULL && (!rw_time_parse(rw_str(expires), &until) || until <= in->now))
		return rw_usage(err, "--expires wants a time to come, such as 2030-01-01T00:00:00Z");
	if (!open_both(in, &c, &log, &serve, err))
		return RW_EXIT_FAILED;
	if (!rw_cli_token(in, serve, log, c.lock_wait_ms, scopes, name == NULL ? "" : name, repos == NULL ? "" : repos, until,
	    &token, err))
		return RW_EXIT_FAILED;
	puts(token);
	return RW_EXIT_OK;
}

static int
list(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_serve struct rw_serve *serve = NULL;
	const struct rw_token *t;
	struct rw_config c;
	size_t n;

	if (!rw_cli_config(in, &c, err) || !rw_serve_open(c.serve_dir, RW_STORE_READ, &serve, err) ||
	    !rw_token_list(serve, in->arena, &t, &n, err))
		return RW_EXIT_FAILED;
	for (size_t i = 0; i < n; i++) {
		char made[RW_TIME_LEN], ends[RW_TIME_LEN] = "never";

		(void)rw_time_format(t[i].created, made);
		if (t[i].expires != RW_TIME_NONE)
			(void)rw_time_format(t[i].expires, ends);
		printf("%lld  %s  created %s  expires %s ", (long long)t[i].id, t[i].revoked ? "revoked" : "active ", made, ends);
		for (unsigned b = 0; b < RW_SCOPE_BITS; b++) {
			if ((t[i].scopes & 1u << b) != 0)
				printf(" %s", rw_scope_name(b));
		}
		if (t[i].repos.n > 0)
			printf("  repos %s", RW_SHOW(t[i].repos));
		if (t[i].name.n > 0)
			printf("  (%s)", RW_SHOW(t[i].name));
		putchar('\n');
	}
	return RW_EXIT_OK;
}

static int
revoke(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_log struct rw_log *log = NULL;
	rw_auto_serve struct rw_serve *serve = NULL;
	struct rw_config config;
	struct change c;
	uint64_t id;

	if (!rw_text_u64(rw_str(in->arg[0]), INT64_MAX, &id))
		return rw_usage(err, "a token is named by its number, as refwall token list shows it");
	if (!open_both(in, &config, &log, &serve, err))
		return RW_EXIT_FAILED;
	struct rw_audit_field f[] = {
		{ "action", RW_FIELD_STR, rw_str("revoked"), 0 },
		{ "token", RW_FIELD_INT, { NULL, 0 }, 0 },
	};

	c = (struct change){
		.serve = serve, .log = log, .now = in->now, .id = (int64_t)id, .field = f, .n_fields = RW_ARRAY_LEN(f),
	};
	if (!rw_stores_change(serve, log, config.lock_wait_ms, change, &c, err))
		return RW_EXIT_FAILED;
	printf("token %llu is revoked\n", (unsigned long long)id);
	return RW_EXIT_OK;
}

static const struct rw_option create_options[] = {
	RW_OPTION_CONFIG,
	{ "scope", "SCOPE", "audit:read, subscriptions:read, subscriptions:write, metrics:read or admin", true, true },
	{ "repos", "GLOB", "limit the token to these repositories", false, false },
	{ "name", "TEXT", "what it is for", false, false },
	{ "expires", "TIME", "RFC 3339; without it the token stays valid", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct rw_option config_options[] = { RW_OPTION_CONFIG, { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_token_create = {
	"token create", "", "make an API token; it is shown once, on standard output", create_options, 0, 0, create,
};
const struct rw_command rw_cmd_token_list = {
	"token list", "", "list API tokens (not their text)", config_options, 0, 0, list,
};
const struct rw_command rw_cmd_token_revoke = {
	"token revoke", "NUMBER", "make a token invalid", config_options, 1, 1, revoke,
};
