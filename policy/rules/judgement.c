#include <stdarg.h>
#include <stdio.h>

#include "policy/rules/index.h"
#include "policy/rules/judgement.h"
#include "refwall/text.h"

/* ---- findings ---- */

static const char *
rule_text(struct rw_judgement *j, struct rw_str s)
{
	return s.n == 0 ? NULL : rw_judgement_show(j, s, 300);
}

static void
note_warning(struct rw_judgement *j, struct rw_judged_update *u, struct rw_str rule)
{
	struct rw_str *grown;
	size_t i;

	for (i = 0; i < u->n_warned; i++) {
		if (rw_str_eq(u->warned[i], rule))
			return;
	}
	grown = rw_arena_array(j->out, u->n_warned + 1, sizeof(*grown));
	if (grown == NULL)
		return;
	if (u->n_warned > 0)
		memcpy(grown, u->warned, u->n_warned * sizeof(*grown));
	grown[u->n_warned] = rw_arena_str(j->out, rule);
	u->warned = grown;
	u->n_warned++;
}

static struct rw_finding *
add(struct rw_judgement *j, const struct rw_rule *r, bool warn, const char *check, const struct rw_update_view *u)
{
	struct rw_finding *f = NULL;

	if (!warn)
		j->refused = true;
	if (u != NULL && u->judged != NULL) {
		if (!warn)
			u->judged->refused = true;
		else if (r != NULL)
			note_warning(j, u->judged, r->name);
	}
	if (j->n_findings < RW_LIMIT_FINDINGS)
		f = rw_arena_push(j->out, &j->finding, &j->n_findings, &j->cap_findings);
	j->dropping = f == NULL;
	if (f == NULL) {
		j->n_dropped++;
		f = &j->dropped;
		memset(f, 0, sizeof(*f));
	}
	f->check = check;
	f->warn = warn;
	f->rule = rw_str(check);
	f->text = "";
	if (u != NULL)
		f->ref = u->name;
	if (r != NULL && !j->dropping) {
		f->rule = rw_arena_str(j->out, r->name);
		f->message = rule_text(j, r->message);
		f->help = rule_text(j, r->help);
	}
	return f;
}

struct rw_finding *
rw_judgement_find(struct rw_judgement *j, const struct rw_rule *r, const char *check,
    const struct rw_update_view *u)
{
	return add(j, r, r != NULL && r->warn, check, u);
}

struct rw_finding *
rw_judgement_warn(struct rw_judgement *j, const char *check, const struct rw_update_view *u)
{
	return add(j, NULL, true, check, u);
}

const char *
rw_judgement_text(struct rw_judgement *j, const char *fmt, ...)
{
	char one[4096];
	const char *z;
	va_list ap;

	if (j->dropping)
		return "";
	va_start(ap, fmt);
	(void)vsnprintf(one, sizeof(one), fmt, ap);
	va_end(ap);
	z = rw_arena_strdup(j->out, one);
	return z == NULL ? "" : z;
}

const char *
rw_judgement_show(struct rw_judgement *j, struct rw_str s, size_t max)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(16384);
	const char *z;

	if (j->dropping)
		return "";
	rw_text_put_printable(&b, s, max);
	z = rw_arena_strdup(j->out, rw_buf_cstr(&b));
	return z == NULL ? "" : z;
}

const char *
rw_judgement_word(struct rw_judgement *j, struct rw_str s)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@:=+-";
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(8192);
	const char *z;
	size_t i, bare = 0;

	if (j->dropping)
		return "";
	for (i = 0; i < s.n && s.p[i] != '\0' && strchr(plain, s.p[i]) != NULL; i++)
		bare++;
	if (bare == s.n && s.n > 0)
		return rw_judgement_show(j, s, 600);
	rw_buf_putc(&b, '\'');
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			rw_buf_puts(&b, "'\\''");
		else
			rw_buf_putc(&b, s.p[i]);
	}
	rw_buf_putc(&b, '\'');
	z = rw_judgement_show(j, rw_buf_str(&b), 600);
	return z;
}

void
rw_judgement_put_who(const struct rw_who *w, const struct rw_glob_captures *captures, struct rw_buf *b)
{
	char name[RW_NAME_MAX];
	size_t i, n;

	for (i = 0; i < w->n_text; i++) {
		rw_buf_puts(b, i == 0 ? "" : ", ");
		if (captures != NULL && rw_who_fill(w->text[i], captures, name, &n))
			rw_buf_put(b, name, n);
		else
			rw_buf_put_str(b, w->text[i]);
	}
}

const char *
rw_judgement_who(struct rw_judgement *j, const struct rw_who *w, const struct rw_glob_captures *captures)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(1u << 20);

	if (j->dropping)
		return "";
	rw_judgement_put_who(w, captures, &b);
	return rw_judgement_show(j, rw_buf_str(&b), 300);
}

const char *
rw_judgement_identity(struct rw_judgement *j, uint32_t identity)
{
	if (identity >= j->policy->n_identities)
		return "nobody that the policy names";
	return rw_judgement_show(j, j->policy->identity[identity].name, 80);
}

const char *
rw_judgement_account(struct rw_judgement *j)
{
	struct rw_str account = j->in != NULL ? j->in->account : (struct rw_str){ NULL, 0 };

	if (account.n == 0)
		return "no account";
	return rw_judgement_text(j, "account %s", rw_judgement_show(j, account, 80));
}

void
rw_finding_commit(struct rw_judgement *j, struct rw_finding *f, const struct rw_oid *id,
    const struct rw_commit *c, const char *what)
{
	f->commit = *id;
	f->neutral = rw_judgement_text(j, "commit %.7s %s", RW_OID(id), what);
	f->text = rw_judgement_text(j, "commit %.7s \"%s\" by %s %s", RW_OID(id),
	    rw_judgement_show(j, c->subject, 50), rw_judgement_show(j, c->author.name, 40), what);
}

void
rw_finding_path(struct rw_judgement *j, struct rw_finding *f, struct rw_str path)
{
	if (!j->dropping)
		f->path = rw_arena_str(j->out, path);
}

void
rw_finding_content(struct rw_judgement *j, struct rw_finding *f, const struct rw_content *c,
    const struct rw_yaml_node *at, const char *field)
{
	rw_finding_path(j, f, c->path);
	f->commit = c->commit;
	if (at != NULL) {
		f->line = at->line;
		f->col = at->col;
	}
	if (field != NULL && field[0] != '\0' && !j->dropping)
		f->field = rw_judgement_show(j, rw_str(field), 200);
}

unsigned
rw_judgement_mark(struct rw_judgement *j, const char *what, const void *owner, const struct rw_update_view *u,
    struct rw_str path, const struct rw_oid *id, unsigned mark)
{
	const struct rw_str parts[] = {
		rw_str(what), { (const char *)&owner, sizeof(owner) }, { (const char *)&u, sizeof(u) }, path,
		{ id == NULL ? NULL : (const char *)id->b, id == NULL ? 0 : sizeof(id->b) }
	};
	struct rw_oid key = rw_oid_map_key(parts, RW_ARRAY_LEN(parts));
	uintptr_t was = (uintptr_t)rw_oid_map_get(&j->marks, &key);

	/* when the arena has failed the end notices */
	if ((was | mark) != was && !rw_oid_map_put(&j->marks, &key, (void *)(was | mark)))
		return 0;
	return (unsigned)was;
}

/* ---- start and end ---- */

bool
rw_judgement_init(struct rw_judgement *j, struct rw_arena *out, const struct rw_policy *p,
    struct rw_str repo_name, struct rw_error *err)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
	j->policy = p;
	j->repo_name = repo_name;
	j->budget = rw_budget_default();
	j->net_budget = rw_budget_default();
	j->pusher = RW_IDENTITY_NONE;
	j->scratch = rw_arena_new(RW_LIMIT_JUDGE_ARENA);
	if (j->scratch == NULL)
		return rw_fail_nomem(err);
	j->commits.arena = j->trees.arena = j->marks.arena = j->scopes.arena = j->scratch;
	j->signer = rw_arena_array(j->scratch, p->n_identities + 1, sizeof(*j->signer));
	return j->signer != NULL || rw_fail_nomem(err);
}

void
rw_judgement_release(struct rw_judgement *j)
{
	rw_arena_freep(&j->scratch);
}

static void
collect_signers(const struct rw_judgement *j, struct rw_verdict *ret)
{
	uint32_t *signer;
	size_t i, n = 0;

	for (i = 0; i < j->policy->n_identities; i++)
		n += j->signer[i];
	signer = rw_arena_array(j->out, n, sizeof(*signer));
	if (signer == NULL)
		return;
	for (i = 0, n = 0; i < j->policy->n_identities; i++) {
		if (j->signer[i])
			signer[n++] = (uint32_t)i;
	}
	ret->signer = signer;
	ret->n_signers = n;
}

static void
collect_commits(const struct rw_judgement *j, struct rw_verdict *ret)
{
	struct rw_oid *list;
	size_t i, n = 0;

	list = rw_arena_array(j->out, j->commits.n, sizeof(*list));
	if (list == NULL)
		return;
	for (i = 0; i < j->commits.cap; i++) {
		const struct rw_commit_info *c = j->commits.value[i];

		if (c != NULL && c->demanded && !c->failed)
			list[n++] = c->id;
	}
	ret->new_commit = list;
	ret->n_new_commits = n;
}

bool
rw_judgement_finish(struct rw_judgement *j, struct rw_verdict *ret, struct rw_error *err)
{
	struct rw_judged_update *updates = rw_arena_array(j->out, j->n_updates, sizeof(*updates));
	size_t i;

	for (i = 0; updates != NULL && i < j->n_updates; i++)
		updates[i] = *j->update[i].judged;
	rw_judgement_counters(j, ret);
	ret->update = updates;
	ret->n_updates = j->n_updates;
	ret->finding = j->finding;
	ret->n = j->n_findings;
	ret->n_dropped = j->n_dropped;
	ret->pusher = j->pusher;
	ret->certificate_used = j->certificate_used;
	memcpy(ret->certificate_payload, j->certificate_payload, sizeof(ret->certificate_payload));
	collect_signers(j, ret);
	collect_commits(j, ret);
	ret->memo = j->memo;
	ret->n_memos = j->n_memos;
	ret->n_recalled = j->n_recalled;
	memcpy(ret->key_set, j->key_set, sizeof(ret->key_set));
	if (!rw_arena_ok(j->scratch, "judging the push", err) || !rw_arena_ok(j->out, "the verdict", err)) {
		memset(ret, 0, sizeof(*ret));
		return false;
	}
	ret->accepted = !j->refused;
	return true;
}
