/* The whole policy as bytes, and back. */
#include "policy/rules/codec.h"
#include "policy/rules/index.h"
#include "policy/rules/rule.h"

/* Shorthand of the lists below: the count, and when reading the memory. Items are then handled one by one. */
static void *
list(struct rw_codec *c, size_t *n, size_t min_bytes, size_t size)
{
	void *v;

	rw_codec_count(c, n, min_bytes);
	if (rw_codec_writing(c))
		return NULL;
	v = rw_codec_array(c, *n, size);
	if (v == NULL)
		*n = 0;
	return v;
}

static void
sources(struct rw_codec *c, struct rw_policy_index *x)
{
	struct rw_policy_source *v = list(c, &x->n_sources, 2 + RW_SHA256_LEN, sizeof(*v));
	const char **file = rw_codec_writing(c) ? NULL : rw_codec_array(c, x->n_sources, sizeof(*file));

	for (size_t i = 0; i < x->n_sources; i++) {
		struct rw_policy_source s = { "", { 0 } };
		struct rw_str name = { NULL, 0 };

		if (rw_codec_writing(c)) {
			s = x->source[i];
			name = rw_str(s.name);
		}
		rw_codec_str(c, &name);
		rw_codec_bytes(c, s.sha256, sizeof(s.sha256));
		if (rw_codec_writing(c))
			continue;
		if (name.n == 0 || memchr(name.p, '\0', name.n) != NULL || file == NULL) {
			rw_codec_fail(c);
			return;
		}
		s.name = file[i] = name.p;
		v[i] = s;
	}
	if (!rw_codec_writing(c)) {
		x->source = v;
		x->file = file;
		if (x->n_sources == 0)
			rw_codec_fail(c);
	}
	c->file = x->file;
	c->n_files = (uint32_t)x->n_sources;
}

static void
includes(struct rw_codec *c, struct rw_policy_index *x)
{
	struct rw_policy_include *v = list(c, &x->n_includes, 4, sizeof(*v));

	for (size_t i = 0; i < x->n_includes; i++) {
		struct rw_policy_include s = { 0, { NULL, 0 }, NULL, 0 };

		if (rw_codec_writing(c))
			s = x->include[i];
		rw_codec_u32(c, &s.source);
		rw_codec_str(c, &s.pattern);
		rw_codec_rising(c, &s.result, &s.n, c->n_files);
		if (rw_codec_writing(c))
			continue;
		if (s.source >= c->n_files)
			rw_codec_fail(c);
		v[i] = s;
	}
	if (!rw_codec_writing(c))
		x->include = v;
}

static void
identities(struct rw_codec *c, struct rw_policy *p)
{
	struct rw_identity *v = list(c, &p->n_identities, 8, sizeof(*v));

	for (size_t i = 0; i < p->n_identities; i++) {
		struct rw_identity s = { .machine = false };

		if (rw_codec_writing(c))
			s = p->identity[i];
		rw_codec_str(c, &s.name);
		rw_codec_bool(c, &s.machine);
		rw_codec_strs(c, &s.account, &s.n_accounts);
		rw_codec_strs(c, &s.email, &s.n_emails);
		rw_codec_pos(c, &s.pos);
		if (!rw_codec_writing(c))
			v[i] = s;
	}
	if (!rw_codec_writing(c))
		p->identity = v;
	c->n_identities = (uint32_t)p->n_identities;
}

static void
sets(struct rw_codec *c, struct rw_policy_index *x)
{
	struct rw_policy_set *v = list(c, &x->n_sets, 1, sizeof(*v));

	for (size_t i = 0; i < x->n_sets; i++) {
		struct rw_policy_set s = { NULL, 0 };

		if (rw_codec_writing(c))
			s = x->set[i];
		rw_codec_rising(c, &s.identity, &s.n, c->n_identities);
		if (!rw_codec_writing(c))
			v[i] = s;
	}
	if (!rw_codec_writing(c))
		x->set = v;
	c->set = x->set;
	c->n_sets = (uint32_t)x->n_sets;
}

static void
groups(struct rw_codec *c, struct rw_policy_index *x)
{
	struct rw_policy_group *v = list(c, &x->n_groups, 6, sizeof(*v));

	for (size_t i = 0; i < x->n_groups; i++) {
		struct rw_policy_group s = { .n = 0 };

		if (rw_codec_writing(c))
			s = x->group[i];
		rw_codec_str(c, &s.name);
		rw_codec_pos(c, &s.pos);
		rw_codec_set(c, &s.member, &s.n);
		if (rw_codec_writing(c))
			continue;
		if (i > 0 && rw_str_cmp(v[i - 1].name, s.name) >= 0)
			rw_codec_fail(c);
		v[i] = s;
	}
	if (!rw_codec_writing(c))
		x->group = v;
}

/* The order is part of what is decoded: binary search over another order would miss. */
static void
names(struct rw_codec *c, const struct rw_policy *p, struct rw_policy_index *x)
{
	uint32_t *v = rw_codec_writing(c) ? NULL : rw_codec_array(c, p->n_identities, sizeof(*v));

	for (size_t i = 0; i < p->n_identities; i++) {
		uint32_t n = rw_codec_writing(c) ? x->by_name[i] : 0;

		rw_codec_u32(c, &n);
		if (rw_codec_writing(c))
			continue;
		if (n >= p->n_identities || v == NULL ||
		    (i > 0 && rw_str_cmp(p->identity[v[i - 1]].name, p->identity[n].name) >= 0)) {
			rw_codec_fail(c);
			return;
		}
		v[i] = n;
	}
	if (!rw_codec_writing(c))
		x->by_name = v;
}

static struct rw_str
handle_text(const struct rw_policy *p, struct rw_policy_handle h, bool email)
{
	const struct rw_identity *i = &p->identity[h.identity];

	return email ? i->email[h.item] : i->account[h.item];
}

static void
handles(struct rw_codec *c, const struct rw_policy *p, bool email, const struct rw_policy_handle **ret, size_t *n)
{
	struct rw_policy_handle *v = list(c, n, 2, sizeof(*v));

	for (size_t i = 0; i < *n; i++) {
		struct rw_policy_handle h = { 0, 0 };

		if (rw_codec_writing(c))
			h = (*ret)[i];
		rw_codec_u32(c, &h.identity);
		rw_codec_u32(c, &h.item);
		if (rw_codec_writing(c))
			continue;
		if (h.identity >= p->n_identities ||
		    h.item >= (email ? p->identity[h.identity].n_emails : p->identity[h.identity].n_accounts)) {
			rw_codec_fail(c);
			return;
		}
		v[i] = h;
		if (i > 0) {
			struct rw_str a = handle_text(p, v[i - 1], email), b = handle_text(p, h, email);

			if ((email ? rw_email_cmp(a, b) : rw_str_cmp(a, b)) >= 0)
				rw_codec_fail(c);
		}
	}
	if (!rw_codec_writing(c))
		*ret = v;
}

/* What the table said of an OpenPGP key. */
static void
openpgp(struct rw_codec *c, struct rw_key *k)
{
	bool is = k->openpgp != NULL;
	struct rw_key_openpgp o = { .reason = 0 }, *kept;
	unsigned revoked;

	rw_codec_bool(c, &is);
	if (!is)
		return;
	if (rw_codec_writing(c))
		o = *k->openpgp;
	revoked = o.revoked;
	rw_codec_bytes(c, o.fingerprint, sizeof(o.fingerprint));
	rw_codec_bytes(c, o.primary, sizeof(o.primary));
	rw_codec_time(c, &o.created);
	rw_codec_time(c, &o.until);
	rw_codec_unsigned(c, &revoked, RW_REVOKED_HARD);
	rw_codec_u8(c, &o.reason);
	rw_codec_time(c, &o.revoked_at);
	o.revoked = revoked;
	if (rw_codec_writing(c))
		return;
	kept = rw_codec_array(c, 1, sizeof(*kept));
	if (kept != NULL)
		*kept = o;
	else
		rw_codec_fail(c);
	k->openpgp = kept;
}

static void
revoked(struct rw_codec *c, struct rw_revocations *r)
{
	struct rw_revoked_certs *v;

	rw_codec_str(c, &r->sha256);
	rw_codec_str(c, &r->sha1);
	v = list(c, &r->n_certs, 3 + RW_SHA256_LEN, sizeof(*v));
	for (size_t i = 0; i < r->n_certs; i++) {
		struct rw_revoked_certs s = { .any_ca = false };

		if (rw_codec_writing(c))
			s = r->certs[i];
		rw_codec_bool(c, &s.any_ca);
		rw_codec_bytes(c, s.ca, sizeof(s.ca));
		rw_codec_str(c, &s.ranges);
		rw_codec_strs(c, &s.id, &s.n_ids);
		if (!rw_codec_writing(c))
			v[i] = s;
	}
	if (rw_codec_writing(c))
		return;
	r->certs = v;
	if (!rw_revocations_ok(r))
		rw_codec_fail(c);
}

static void
key(struct rw_codec *c, struct rw_key *k)
{
	unsigned type = k->type;

	rw_codec_unsigned(c, &type, RW_KEY_TYPE_LAST);
	k->type = type;
	rw_codec_str(c, &k->blob);
	rw_codec_bytes(c, k->fingerprint, sizeof(k->fingerprint));
	rw_codec_time(c, &k->since);
	rw_codec_time(c, &k->until);
	rw_codec_u32(c, &k->owner);
	openpgp(c, k);
}

static void
keys(struct rw_codec *c, struct rw_policy *p, struct rw_policy_index *x)
{
	struct rw_policy_key *v = list(c, &x->n_keys, 10 + RW_FINGERPRINT_LEN, sizeof(*v));
	struct rw_keyring *ring = rw_codec_writing(c) ? NULL : rw_keyring_new(c->arena);
	struct rw_error ignored = RW_ERROR_INIT;

	for (size_t i = 0; i < x->n_keys; i++) {
		struct rw_key k = { .since = RW_TIME_NONE, .until = RW_TIME_NONE };
		struct rw_policy_key line = { .n_principals = 0 };
		bool added;

		if (rw_codec_writing(c)) {
			line = x->key[i];
			k = *line.key;
		}
		key(c, &k);
		rw_codec_strs(c, &line.principal, &line.n_principals);
		rw_codec_pos(c, &line.pos);
		if (rw_codec_writing(c))
			continue;
		if (k.owner >= p->n_identities || k.fingerprint[RW_FINGERPRINT_LEN - 1] != '\0' || ring == NULL ||
		    !rw_codec_ok(c)) {
			rw_codec_fail(c);
			return;
		}
		added = line.n_principals == 0 ? rw_keyring_add_checked(ring, &k, &line.key, &ignored) :
		    rw_keyring_add_ca(ring, &k, line.principal, line.n_principals, &line.key, &ignored);
		if (!added) {
			rw_codec_fail(c);
			return;
		}
		v[i] = line;
	}
	if (rw_codec_writing(c))
		return;
	x->key = v;
	if (ring == NULL || !rw_keyring_seal(ring, &ignored))
		rw_codec_fail(c);
	if (ring != NULL)
		rw_keyring_revoke(ring, &x->revoked);
	p->keyring = ring;
}

static void
check(struct rw_codec *c, struct rw_check *k)
{
	_Alignas(max_align_t) unsigned char copy[RW_RULE_CONF_MAX];
	uint8_t type = 0;
	uint8_t n_types = 0;
	void *conf = copy;

	while (rw_rule_types[n_types] != NULL)
		n_types++;
	if (rw_codec_writing(c)) {
		while (type < n_types && rw_rule_types[type] != k->type)
			type++;
		if (type == n_types || k->type->conf_size > sizeof(copy)) {
			rw_codec_fail(c);
			return;
		}
		memcpy(copy, k->conf, k->type->conf_size);	/* a codec takes what it may change */
	}
	rw_codec_u8(c, &type);
	rw_codec_pos(c, &k->pos);
	if (!rw_codec_writing(c)) {
		k->type = type < n_types ? rw_rule_types[type] : NULL;
		conf = k->type == NULL ? NULL : rw_codec_array(c, 1, k->type->conf_size);
		if (conf == NULL) {
			rw_codec_fail(c);
			return;
		}
		k->conf = conf;
	}
	k->type->codec(c, conf);
}

static void
rule(struct rw_codec *c, struct rw_rule *r)
{
	struct rw_check *v;

	rw_codec_str(c, &r->name);
	rw_codec_pos(c, &r->pos);
	rw_codec_scope(c, &r->scope);
	rw_codec_bool(c, &r->warn);
	rw_codec_str(c, &r->message);
	rw_codec_str(c, &r->help);
	v = list(c, &r->n_checks, 4, sizeof(*v));
	for (size_t i = 0; i < r->n_checks; i++) {
		struct rw_check k = { .type = NULL };

		if (rw_codec_writing(c))
			k = r->check[i];
		check(c, &k);
		if (!rw_codec_writing(c))
			v[i] = k;
	}
	if (rw_codec_writing(c))
		return;
	r->check = v;
	if (r->n_checks == 0)
		rw_codec_fail(c);
}

static void
rules(struct rw_codec *c, struct rw_policy *p)
{
	struct rw_rule *v = list(c, &p->n_rules, 18, sizeof(*v));

	for (size_t i = 0; i < p->n_rules; i++) {
		struct rw_rule r = { .warn = false };

		if (rw_codec_writing(c))
			r = p->rule[i];
		rule(c, &r);
		if (!rw_codec_writing(c))
			v[i] = r;
	}
	if (!rw_codec_writing(c))
		p->rule = v;
}

static void
notes(struct rw_codec *c, struct rw_policy_index *x)
{
	struct rw_lint *v = list(c, &x->n_notes, 5, sizeof(*v));

	for (size_t i = 0; i < x->n_notes; i++) {
		struct rw_lint l = { { "", 0, 0 }, "" };
		struct rw_str text = { NULL, 0 };

		if (rw_codec_writing(c)) {
			l = x->note[i];
			text = rw_str(l.text);
		}
		rw_codec_pos(c, &l.pos);
		rw_codec_str(c, &text);
		if (rw_codec_writing(c))
			continue;
		l.text = text.p == NULL ? "" : text.p;
		v[i] = l;
	}
	if (!rw_codec_writing(c))
		x->note = v;
}

/* Both directions; p and x are copies of the policy's own structs when writing. */
static void
policy(struct rw_codec *c, struct rw_policy *p, struct rw_policy_index *x)
{
	sources(c, x);
	includes(c, x);
	rw_codec_bytes(c, p->digest, sizeof(p->digest));
	identities(c, p);
	sets(c, x);
	groups(c, x);
	names(c, p, x);
	handles(c, p, false, &x->by_account, &x->n_accounts);
	handles(c, p, true, &x->by_email, &x->n_emails);
	revoked(c, &x->revoked);
	keys(c, p, x);
	rw_codec_globs(c, &p->refs);
	rules(c, p);
	notes(c, x);
}

/* The patterns stand in front of all else, each once: many rules share them, and compiling them is what takes time. */
bool
rw_policy_encode(const struct rw_policy *p, struct rw_buf *b, struct rw_error *err)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(RW_LIMIT_POLICY_ARENA);
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(RW_LIMIT_POLICY_ARENA);
	struct rw_policy_index index = *p->index;
	struct rw_policy copy = *p;
	struct rw_codec c, front;

	if (a == NULL)
		return rw_fail_nomem(err);
	c = rw_codec_writer(a, &body);
	policy(&c, &copy, &index);
	front = rw_codec_writer(a, b);
	rw_codec_strs(&front, &c.pattern, &c.n_patterns);
	rw_buf_put_str(b, rw_buf_str(&body));
	if (!rw_arena_ok(a, "compiled policy", err) || !rw_buf_ok(&body, "compiled policy", err) ||
	    !rw_buf_ok(b, "compiled policy", err))
		return false;
	return rw_codec_ok(&c) || rw_fail(err, RW_E_INTERNAL, "compiled policy: cannot be written");
}

bool
rw_policy_decode(char *bytes, size_t at, size_t n, struct rw_policy **ret, struct rw_error *err)
{
	struct rw_policy_index *index;
	rw_auto_policy struct rw_policy *p = NULL;
	rw_autofree char *own = bytes;
	struct rw_codec c;

	*ret = NULL;
	p = rw_policy_new(&index);
	if (p == NULL)
		return rw_fail_nomem(err);
	index->bytes = rw_steal(&own);
	c = rw_codec_reader(p->arena, (struct rw_str){ bytes + at, n - at });
	rw_codec_patterns(&c);
	policy(&c, p, index);
	if (!rw_arena_ok(p->arena, "compiled policy", err))
		return false;
	if (!rw_codec_ok(&c) || !rw_reader_done(&c.in) || p->refs.n == 0 || p->digest[sizeof(p->digest) - 1] != '\0')
		return rw_fail(err, RW_E_PARSE, "compiled policy: is damaged");
	*ret = rw_steal(&p);
	return true;
}
