/* refwall policy import-signers: an allowed_signers file of OpenSSH as identities of a policy. */
#include <fcntl.h>
#include <stdio.h>

#include "refwall/buf.h"
#include "refwall/signers.h"
#include "refwall/text.h"
#include "server/cli/cli.h"

#define NAME_MAX_BYTES 128		/* of an identity */

struct owner {
	char *name;
	struct rw_str *principal;	/* all that its lines name */
	size_t n, cap;
};

struct line {
	struct rw_signer signer;
	struct owner *owner;
	unsigned long number;
};

struct import {
	struct rw_invocation *in;
	const char *file;
	struct owner **owner;
	size_t n_owners, owner_cap;
	struct line *line;
	size_t n_lines, line_cap;
	unsigned long n_faults;
};

static bool
owner_has(const struct owner *o, struct rw_str principal)
{
	for (size_t i = 0; i < o->n; i++)
		if (rw_str_eq(o->principal[i], principal))
			return true;
	return false;
}

/* Of the identity that already has one of the principals; more than one is a fault, for it would be two people. */
static bool
owner_find(const struct import *m, const struct rw_signer *s, struct owner **ret, struct rw_error *err)
{
	*ret = NULL;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < m->n_owners; k++) {
			if (!owner_has(m->owner[k], s->principal[i]) || m->owner[k] == *ret)
				continue;
			if (*ret != NULL)
				return rw_fail(err, RW_E_PARSE, "its principals stand for \"%s\" and \"%s\" before, who would become one",
				    (*ret)->name, m->owner[k]->name);
			*ret = m->owner[k];
		}
	return true;
}

static bool
name_taken(const struct import *m, const char *name)
{
	for (size_t i = 0; i < m->n_owners; i++)
		if (strcmp(m->owner[i]->name, name) == 0)
			return true;
	return false;
}

/* The first principal, as the name of an identity may be. */
static char *
name_make(const struct import *m, struct rw_str principal)
{
	struct rw_arena *a = m->in->arena;
	char *base = rw_arena_strndup(a, principal.p, principal.n < NAME_MAX_BYTES - 8 ? principal.n : NAME_MAX_BYTES - 8);
	char *name = base;

	for (char *p = base; p != NULL && *p != '\0'; p++) {
		bool alnum = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');

		if (!alnum && (p == base || strchr("._-@+", *p) == NULL))
			*p = p == base ? 'x' : '-';
	}
	for (unsigned n = 2; name != NULL && name_taken(m, name); n++)
		name = rw_arena_printf(a, "%s-%u", base, n);
	return name;
}

static bool
owner_add(struct import *m, struct rw_str principal, struct owner **ret, struct rw_error *err)
{
	struct owner *o = rw_arena_alloc(m->in->arena, sizeof(*o));
	struct owner **slot = rw_arena_push(m->in->arena, &m->owner, &m->n_owners, &m->owner_cap);

	if (o == NULL || slot == NULL)
		return rw_arena_ok(m->in->arena, "identities", err);
	m->n_owners--;				/* its own name is not taken by itself */
	o->name = name_make(m, principal);
	m->n_owners++;
	*slot = *ret = o;
	return o->name != NULL || rw_arena_ok(m->in->arena, "identities", err);
}

/* A policy has each key once, and each principal of a CA. */
static bool
is_new(const struct import *m, const struct rw_signer *s, struct rw_error *err)
{
	for (size_t i = 0; i < m->n_lines; i++) {
		const struct rw_signer *t = &m->line[i].signer;

		if (t->ca != s->ca || !rw_str_eq(t->key.blob, s->key.blob))
			continue;
		for (size_t k = 0; k < s->n; k++)
			for (size_t l = 0; l < t->n; l++)
				if (!s->ca || rw_str_eq(s->principal[k], t->principal[l]))
					return rw_fail(err, RW_E_EXISTS, "the key stands in line %lu already; a policy has each "
					    "key once", m->line[i].number);
	}
	return true;
}

static bool
take(struct import *m, const struct rw_signer *s, unsigned long number, struct rw_error *err)
{
	struct rw_arena *a = m->in->arena;
	struct owner *o;
	struct line *line;

	if (m->n_lines == RW_LIMIT_POLICY_KEYS)
		return rw_fail(err, RW_E_LIMIT, "more than %d keys", RW_LIMIT_POLICY_KEYS);
	if (!is_new(m, s, err) || !owner_find(m, s, &o, err) ||
	    (o == NULL && !owner_add(m, s->principal[0], &o, err)))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		struct rw_str *slot;

		if (owner_has(o, s->principal[i]))
			continue;
		slot = rw_arena_push(a, &o->principal, &o->n, &o->cap);
		if (slot == NULL)
			return rw_arena_ok(a, "identities", err);
		*slot = s->principal[i];
	}
	line = rw_arena_push(a, &m->line, &m->n_lines, &m->line_cap);
	if (line == NULL)
		return rw_arena_ok(a, "identities", err);
	*line = (struct line){ *s, o, number };
	return true;
}

static bool
read_lines(struct import *m, struct rw_str text, struct rw_error *err)
{
	for (unsigned long number = 1; text.n > 0; number++) {
		const char *end = memchr(text.p, '\n', text.n);
		struct rw_str line = { text.p, end == NULL ? text.n : (size_t)(end - text.p) };
		struct rw_error why = RW_ERROR_INIT;
		struct rw_signer s;
		bool empty;

		text.n -= line.n + (end != NULL);
		text.p += line.n + (end != NULL);
		if (rw_signer_parse(m->in->arena, line, &s, &empty, &why) && (empty || take(m, &s, number, &why)))
			continue;
		if (why.code == RW_E_NOMEM || why.code == RW_E_INTERNAL) {
			*err = why;
			return false;
		}
		fprintf(stderr, "%s:%lu: %s\n", m->file, number, why.msg);
		m->n_faults++;
	}
	return true;
}

/* ---- what is printed ---- */

static void
put_quoted(struct rw_str s)
{
	putchar('"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			putchar('\\');
		putchar(s.p[i]);
	}
	putchar('"');
}

static void
put_list(const struct rw_str *v, size_t n, bool (*which)(struct rw_str))
{
	bool any = false;

	putchar('[');
	for (size_t i = 0; i < n; i++) {
		if (which != NULL && !which(v[i]))
			continue;
		if (any)
			fputs(", ", stdout);
		put_quoted(v[i]);
		any = true;
	}
	putchar(']');
}

static bool
is_email(struct rw_str s)
{
	const char *at = memchr(s.p, '@', s.n);

	if (at == NULL || at == s.p || at + 1 == s.p + s.n || memchr(at + 1, '@', (size_t)(s.p + s.n - at - 1)) != NULL)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" <>,;\"", s.p[i]) != NULL)
			return false;
	return true;
}

static void
put_key(const struct rw_signer *s)
{
	char at[RW_TIME_LEN];

	fputs(s->ca ? "      - {ssh-ca: " : "      - {ssh: ", stdout);
	put_quoted(s->line);
	if (s->ca) {
		fputs(", principals: ", stdout);
		put_list(s->principal, s->n, NULL);
	}
	if (s->key.since != RW_TIME_NONE)
		printf(", since: \"%s\"", rw_time_format(s->key.since, at));
	if (s->key.until != RW_TIME_NONE)
		printf(", until: \"%s\"", rw_time_format(s->key.until, at));
	fputs("}\n", stdout);
}

static void
put_identities(const struct import *m)
{
	printf("# Made from %s. Look at the names, add the accounts, and include it in the policy.\n", m->file);
	if (m->n_owners > 0)
		fputs("identities:\n", stdout);
	for (size_t i = 0; i < m->n_owners; i++) {
		const struct owner *o = m->owner[i];
		bool mail = false;

		for (size_t k = 0; k < o->n; k++)
			mail = mail || is_email(o->principal[k]);
		fputs("  ", stdout);
		put_quoted(rw_str(o->name));
		fputs(":\n", stdout);
		if (mail) {
			fputs("    emails: ", stdout);
			put_list(o->principal, o->n, is_email);
			putchar('\n');
		}
		fputs("    keys:\n", stdout);
		for (size_t k = 0; k < m->n_lines; k++)
			if (m->line[k].owner == o)
				put_key(&m->line[k].signer);
	}
	if (m->n_faults > 0)
		printf("# %lu line%s could not be taken over.\n", m->n_faults, m->n_faults == 1 ? "" : "s");
}

static int
import(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	struct import m = { .in = in };

	m.file = rw_arena_strdup(in->arena, RW_SHOW(rw_str(in->arg[0])));
	if (m.file == NULL || !rw_file_read(AT_FDCWD, in->arg[0], &text, err) || !read_lines(&m, rw_buf_str(&text), err))
		return err->code == RW_E_NONE ? (rw_fail_nomem(err), RW_EXIT_FAILED) : RW_EXIT_FAILED;
	put_identities(&m);
	return m.n_faults > 0 ? RW_EXIT_FINDING : RW_EXIT_OK;
}

static const struct rw_option options[] = { { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_policy_import_signers = {
	"policy import-signers", "FILE", "print an allowed_signers file as identities, and what is wrong with it", options, 1, 1,
	import,
};
