/* identities: people and machines, with the accounts, e-mails and keys by which they are known. */
#include "refwall/keytable.h"
#include "refwall/text.h"
#include "policy/rules/builder.h"

struct reading {
	struct rw_policy_builder *b;
	struct rw_identity *identity;
	size_t n, cap;
	struct key_read {
		struct rw_key key;
		const struct rw_str *principal;	/* of a CA, else NULL */
		size_t n_principals;
		struct rw_pos pos;
	} *key;
	size_t n_keys, key_cap;
	size_t n_tables;
	struct rw_named_list accounts, emails, blobs, grants;
	struct rw_error *err;
};

static bool
name_byte(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return !first && strchr("._-@+", c) != NULL && c != '\0';
}

static bool
name_valid(struct rw_str s)
{
	if (s.n == 0 || s.n > RW_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!name_byte(s.p[i], i == 0))
			return false;
	return true;
}

/* An identity or a group: the key of a map. */
static bool
name_add(struct rw_policy_builder *b, uint32_t source, const struct rw_yaml_node *key,
    const struct rw_yaml_node *value, bool is_group, uint32_t owner, struct rw_error *err)
{
	struct rw_named *m;

	if (!name_valid(key->value))
		return rw_strict_fail(&b->strict, key, err,
		    "'%s' cannot be the name of an identity or group, wanted letters, digits and . _ - @ +",
		    RW_SHOW(key->value));
	m = rw_named_add(b, &b->names, rw_builder_keep(b, key->value), key);
	if (m == NULL)
		return rw_builder_ok(b, err);
	m->is_group = is_group;
	m->owner = owner;
	m->node = value;
	m->source = source;
	return rw_builder_ok(b, err);
}

static bool
is_map(struct rw_policy_builder *b, const struct rw_yaml_node *n, const char *what, struct rw_error *err)
{
	return n->kind == RW_YAML_MAP || rw_strict_fail(&b->strict, n, err, "%s: wanted a map of names", what);
}

static struct rw_str
lower(struct rw_arena *a, struct rw_str s)
{
	char *z = rw_arena_strndup(a, s.p, s.n);
	struct rw_str r = { z, s.n };

	for (size_t i = 0; z != NULL && i < s.n; i++)
		if (z[i] >= 'A' && z[i] <= 'Z')
			z[i] = (char)(z[i] - 'A' + 'a');
	return r;
}

static bool
email_valid(struct rw_str s)
{
	const char *at = memchr(s.p, '@', s.n);
	struct rw_str host = { at == NULL ? NULL : at + 1, at == NULL ? 0 : (size_t)(s.p + s.n - at - 1) };

	if (at == NULL || at == s.p || host.n == 0 || memchr(host.p, '@', host.n) != NULL)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" <>,;\"", s.p[i]) != NULL)
			return false;
	return true;
}

/* Accounts or e-mails: kept with the identity, and collected to find those that two share. */
static bool
handles(struct reading *r, const struct rw_yaml_node *n, bool email, const struct rw_str **ret, size_t *ret_n)
{
	const char *what = email ? "emails" : "accounts";
	struct rw_policy_builder *b = r->b;

	if (n == NULL)
		return true;
	if (!rw_builder_strs(b, n, what, 1, ret, ret_n, r->err))
		return false;
	for (size_t i = 0; i < *ret_n; i++) {
		const struct rw_yaml_node *at = n->kind == RW_YAML_SEQ ? n->item[i] : n;
		struct rw_str s = (*ret)[i];
		struct rw_named *m;

		if (email && !email_valid(s))
			return rw_strict_fail(&b->strict, at, r->err,
			    "emails: '%s' is no e-mail address, wanted one like alice@example.com", RW_SHOW(s));
		m = rw_named_add(b, email ? &r->emails : &r->accounts, email ? lower(b->scratch, s) : s, at);
		if (m == NULL)
			return rw_builder_ok(b, r->err);
		m->owner = (uint32_t)r->n - 1;
		m->item = (uint32_t)i;
	}
	return rw_builder_ok(b, r->err);
}

static bool
key_times(struct reading *r, const struct rw_yaml_node *since, const struct rw_yaml_node *until, struct rw_key *key)
{
	struct rw_policy_builder *b = r->b;

	key->since = key->until = RW_TIME_NONE;
	if (since != NULL && !rw_strict_time(&b->strict, since, "since", &key->since, r->err))
		return false;
	if (until != NULL && !rw_strict_time(&b->strict, until, "until", &key->until, r->err))
		return false;
	if (since != NULL && until != NULL && key->until <= key->since)
		return rw_strict_fail(&b->strict, until, r->err, "until: the key would end before it begins");
	return true;
}

/* A key is known by its bytes, a CA by its bytes and a principal: neither may stand twice. */
static bool
key_collect(struct reading *r, const struct key_read *k, const struct rw_yaml_node *at)
{
	struct rw_policy_builder *b = r->b;

	for (size_t i = 0; i < (k->principal == NULL ? 1 : k->n_principals); i++) {
		struct rw_str name = k->key.blob;
		struct rw_named *m;

		if (k->principal != NULL) {
			char *p = rw_arena_alloc(b->scratch, name.n + k->principal[i].n);

			if (p == NULL)
				return rw_builder_ok(b, r->err);
			memcpy(p, name.p, name.n);
			memcpy(p + name.n, k->principal[i].p, k->principal[i].n);
			name = (struct rw_str){ p, name.n + k->principal[i].n };
		}
		m = rw_named_add(b, k->principal == NULL ? &r->blobs : &r->grants, name, at);
		if (m == NULL)
			return rw_builder_ok(b, r->err);
		m->owner = k->key.owner;
		m->item = (uint32_t)r->n_keys - 1;
	}
	return true;
}

static bool
key_line(struct reading *r, const struct rw_yaml_node *n, const char *what, struct rw_key *ret)
{
	struct rw_policy_builder *b = r->b;
	struct rw_error inner = RW_ERROR_INIT;
	struct rw_str line;

	if (!rw_strict_str(&b->strict, n, what, &line, r->err))
		return false;
	if (rw_key_parse(b->arena, line, ret, &inner))
		return true;
	if (inner.code == RW_E_NOMEM || !rw_builder_ok(b, r->err))
		return rw_fail_nomem(r->err);
	return rw_strict_fail(&b->strict, n, r->err, "%s: %s", what, inner.msg);
}

/* Room for one more key of the identity being read; NULL when there is none, and err says why. */
static struct key_read *
key_push(struct reading *r, const struct rw_yaml_node *n)
{
	struct rw_policy_builder *b = r->b;
	struct key_read *k;

	if (r->n_keys == RW_LIMIT_POLICY_KEYS) {
		(void)rw_strict_fail(&b->strict, n, r->err, "a policy has at most %d keys", RW_LIMIT_POLICY_KEYS);
		return NULL;
	}
	k = rw_arena_push(b->scratch, &r->key, &r->n_keys, &r->key_cap);
	if (k == NULL) {
		if (rw_builder_ok(b, r->err))
			(void)rw_fail_nomem(r->err);
		return NULL;
	}
	k->key.owner = (uint32_t)r->n - 1;
	k->pos = rw_builder_pos(b, n);
	return k;
}

/* openpgp: FILE. A key table, and all keys in it. */
static bool
table_read(struct reading *r, const struct rw_yaml_node *n, const struct rw_yaml_node *const *v)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES);
	struct rw_policy_builder *b = r->b;
	struct rw_error inner = RW_ERROR_INIT;
	struct rw_key times;
	struct rw_key_table table;
	struct rw_str name;

	if (!rw_strict_str(&b->strict, v[3], "openpgp", &name, r->err) || !key_times(r, v[1], v[2], &times))
		return false;
	if (r->n_tables++ == RW_LIMIT_POLICY_KEY_TABLES)
		return rw_strict_fail(&b->strict, v[3], r->err, "openpgp: a policy names at most %d key tables",
		    RW_LIMIT_POLICY_KEY_TABLES);
	if (!rw_builder_file(b, v[3], "openpgp", name, &bytes, r->err))
		return false;
	if (!rw_key_table_read(b->arena, rw_buf_str(&bytes), &table, &inner)) {
		if (inner.code == RW_E_NOMEM || !rw_builder_ok(b, r->err))
			return rw_fail_nomem(r->err);
		return rw_strict_fail(&b->strict, v[3], r->err, "openpgp: %s: %s", RW_SHOW(name), inner.msg);
	}
	for (size_t i = 0; i < table.n; i++) {
		struct key_read *k = key_push(r, n);

		if (k == NULL)
			return false;
		table.row[i].key.owner = k->key.owner;
		k->key = table.row[i].key;
		k->key.since = times.since;
		k->key.until = times.until;
		if (!key_collect(r, k, v[3]))
			return false;
	}
	return true;
}

static bool
key_read(struct reading *r, const struct rw_yaml_node *n)
{
	static const struct rw_builder_key keys[] = {
		{ "ssh", RW_KEY_OPTIONAL }, { "since", RW_KEY_OPTIONAL }, { "until", RW_KEY_OPTIONAL },
		{ "openpgp", RW_KEY_OPTIONAL }, { "ssh-ca", RW_KEY_OPTIONAL }, { "principals", RW_KEY_OPTIONAL },
		{ "x509", RW_KEY_LATER }
	};
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_policy_builder *b = r->b;
	struct key_read *k;
	bool ca;

	if (!rw_builder_map(b, n, "a key", keys, RW_ARRAY_LEN(keys), v, r->err))
		return false;
	ca = v[4] != NULL;
	if (v[3] != NULL && (v[0] != NULL || ca || v[5] != NULL))
		return rw_strict_fail(&b->strict, n, r->err, "a key is either 'ssh', 'ssh-ca' or 'openpgp', wanted two keys");
	if (v[3] != NULL)
		return table_read(r, n, v);
	if (v[0] == NULL && !ca)
		return rw_strict_fail(&b->strict, n, r->err,
		    "a key lacks 'ssh', wanted ssh: ssh-ed25519 AAAA..., or openpgp: keys/alice.keys");
	if (v[0] != NULL && ca)
		return rw_strict_fail(&b->strict, rw_yaml_get_key(n, "ssh-ca"), r->err,
		    "a key is either 'ssh' or 'ssh-ca', wanted two keys");
	if (ca && v[5] == NULL)
		return rw_strict_fail(&b->strict, n, r->err,
		    "a key with 'ssh-ca' lacks 'principals', wanted the names in its certificates, like [alice]");
	if (!ca && v[5] != NULL)
		return rw_strict_fail(&b->strict, rw_yaml_get_key(n, "principals"), r->err,
		    "principals: wanted only with 'ssh-ca'");
	k = key_push(r, n);
	if (k == NULL)
		return false;
	if (!key_line(r, ca ? v[4] : v[0], ca ? "ssh-ca" : "ssh", &k->key) ||
	    (ca && !rw_builder_strs(b, v[5], "principals", 1, &k->principal, &k->n_principals, r->err)))
		return false;
	return key_collect(r, k, ca ? v[5] : v[0]) && key_times(r, v[1], v[2], &k->key);
}

static bool
identity_read(struct reading *r, uint32_t source, const struct rw_yaml_node *key, const struct rw_yaml_node *n)
{
	static const struct rw_builder_key keys[] = {
		{ "accounts", RW_KEY_OPTIONAL }, { "emails", RW_KEY_OPTIONAL }, { "machine", RW_KEY_OPTIONAL },
		{ "keys", RW_KEY_OPTIONAL }
	};
	const struct rw_yaml_node *v[RW_ARRAY_LEN(keys)];
	struct rw_policy_builder *b = r->b;
	struct rw_identity *i;

	if (r->n == RW_LIMIT_POLICY_IDENTITIES)
		return rw_strict_fail(&b->strict, key, r->err, "a policy has at most %d identities",
		    RW_LIMIT_POLICY_IDENTITIES);
	i = rw_arena_push(b->scratch, &r->identity, &r->n, &r->cap);
	if (i == NULL)
		return rw_builder_ok(b, r->err);
	if (!name_add(b, source, key, n, false, (uint32_t)r->n - 1, r->err) ||
	    !rw_builder_map(b, n, "an identity", keys, RW_ARRAY_LEN(keys), v, r->err))
		return false;
	i->name = b->names.v[b->names.n - 1].name;
	i->pos = rw_builder_pos(b, key);
	if (!handles(r, v[0], false, &i->account, &i->n_accounts) || !handles(r, v[1], true, &i->email, &i->n_emails))
		return false;
	if (v[2] != NULL && !rw_strict_bool(&b->strict, v[2], "machine", &i->machine, r->err))
		return false;
	if (v[0] == NULL && v[1] == NULL && v[3] == NULL)
		rw_builder_note(b, i->pos, "%s has no account, e-mail or key: nobody can be recognised as %s", i->name.p,
		    i->name.p);
	if (v[3] == NULL)
		return true;
	if (v[3]->kind != RW_YAML_SEQ || v[3]->n == 0)
		return rw_strict_fail(&b->strict, v[3], r->err, "keys: wanted a list of keys, like [{ssh: ssh-ed25519 AAAA...}]");
	for (size_t k = 0; k < v[3]->n; k++)
		if (!key_read(r, v[3]->item[k]))
			return false;
	return true;
}

/* ---- over all files ---- */

static bool
shared(struct reading *r, struct rw_named_list *l, const char *what)
{
	const struct rw_named *first = NULL, *twin = rw_named_sort(l, &first);
	const char *name, *other;
	struct rw_shown shown;

	if (twin == NULL)
		return true;
	if (l == &r->grants)
		shown = rw_text_show((struct rw_str){ twin->name.p + r->key[twin->item].key.blob.n,
		    twin->name.n - r->key[twin->item].key.blob.n });
	else
		shown = rw_text_show(twin->name);
	name = l == &r->blobs ? r->key[twin->item].key.fingerprint : shown.z;
	other = r->identity[first->owner].name.p;
	if (first->owner == twin->owner)
		return rw_builder_fail_at(twin->pos, r->err, "%s %s stands twice, first at %s:%u:%u", what, name,
		    first->pos.file, first->pos.line, first->pos.col);
	return rw_builder_fail_at(twin->pos, r->err, "%s %s belongs to %s already, at %s:%u:%u", what, name, other,
	    first->pos.file, first->pos.line, first->pos.col);
}

static const struct rw_policy_handle *
handle_table(struct rw_policy_builder *b, const struct rw_named_list *l)
{
	struct rw_policy_handle *h = rw_arena_array(b->arena, l->n, sizeof(*h));

	for (size_t i = 0; h != NULL && i < l->n; i++)
		h[i] = (struct rw_policy_handle){ l->v[i].owner, l->v[i].item };
	return h;
}

/* rw_key_parse() has checked the keys, and shared() that they differ. */
static bool
keyring_make(struct reading *r)
{
	struct rw_policy_builder *b = r->b;
	struct rw_policy_key *key = rw_arena_array(b->arena, r->n_keys, sizeof(*key));
	struct rw_keyring *k = rw_keyring_new(b->arena);

	if (k == NULL || key == NULL)
		return rw_builder_ok(b, r->err);
	for (size_t i = 0; i < r->n_keys; i++) {
		const struct key_read *from = &r->key[i];

		if (from->principal == NULL ? !rw_keyring_add_checked(k, &from->key, &key[i].key, r->err) :
		    !rw_keyring_add_ca(k, &from->key, from->principal, from->n_principals, &key[i].key, r->err))
			return false;
		key[i].principal = from->principal;
		key[i].n_principals = from->n_principals;
		key[i].pos = from->pos;
		if (rw_revocations_have(&b->index->revoked, from->key.blob))
			rw_builder_note(b, from->pos, "key %s of %s is revoked", from->key.fingerprint,
			    r->identity[from->key.owner].name.p);
	}
	rw_keyring_revoke(k, &b->index->revoked);
	b->policy->keyring = k;
	b->index->key = key;
	b->index->n_keys = r->n_keys;
	return rw_keyring_seal(k, r->err);
}

static bool
identities_finish(struct reading *r)
{
	struct rw_policy_builder *b = r->b;
	struct rw_identity *identity = rw_arena_array(b->arena, r->n, sizeof(*identity));

	if (!shared(r, &r->accounts, "account") || !shared(r, &r->emails, "e-mail") || !shared(r, &r->blobs, "key") ||
	    !shared(r, &r->grants, "principal of a CA"))
		return false;
	b->index->by_account = handle_table(b, &r->accounts);
	b->index->by_email = handle_table(b, &r->emails);
	if (identity == NULL || !rw_builder_ok(b, r->err))
		return rw_builder_ok(b, r->err);
	if (r->n > 0)
		memcpy(identity, r->identity, r->n * sizeof(*identity));
	b->policy->identity = identity;
	b->policy->n_identities = r->n;
	b->index->n_accounts = r->accounts.n;
	b->index->n_emails = r->emails.n;
	return keyring_make(r);
}

bool
rw_builder_identities(struct rw_policy_builder *b, struct rw_error *err)
{
	struct reading r = { .b = b, .err = err };
	uint32_t n_groups = 0;

	for (uint32_t s = 0; s < b->n_sources; s++) {
		const struct rw_yaml_node *ids = b->source[s].top[RW_TOP_IDENTITIES];
		const struct rw_yaml_node *groups = b->source[s].top[RW_TOP_GROUPS];

		rw_builder_enter(b, s);
		if ((ids != NULL && !is_map(b, ids, "identities", err)) ||
		    (groups != NULL && !is_map(b, groups, "groups", err)))
			return false;
		for (size_t i = 0; ids != NULL && i < ids->n; i++)
			if (!identity_read(&r, s, ids->key[i], ids->item[i]))
				return false;
		for (size_t i = 0; groups != NULL && i < groups->n; i++) {
			if (n_groups == RW_LIMIT_POLICY_GROUPS)
				return rw_strict_fail(&b->strict, groups->key[i], err,
				    "a policy has at most %d groups", RW_LIMIT_POLICY_GROUPS);
			if (!name_add(b, s, groups->key[i], groups->item[i], true, n_groups++, err))
				return false;
		}
	}
	return identities_finish(&r);
}
