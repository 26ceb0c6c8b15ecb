/* revocation.c: what is revoked: read from files, put in order, asked. */
#include "policy/signature/revocation.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

/* ---- collecting ---- */

struct rw_revoking *
rw_revocations_begin(struct rw_arena *scratch)
{
	struct rw_revoking *l = rw_arena_alloc(scratch, sizeof(*l));

	if (l != NULL)
		l->arena = scratch;
	return l;
}

static bool
no_room(struct rw_revoking *l, struct rw_error *err)
{
	return rw_arena_ok(l->arena, "revocation list", err) ? rw_fail_nomem(err) : false;
}

static bool
count(struct rw_revoking *l, struct rw_error *err)
{
	if (l->n_items == RW_LIMIT_REVOKED)
		return rw_fail(err, RW_E_LIMIT, "more than %d revoked keys, serial numbers and key ids", RW_LIMIT_REVOKED);
	l->n_items++;
	return true;
}

bool
rw_revoking_digest(struct rw_revoking *l, struct rw_str digest, struct rw_error *err)
{
	void *slot;

	if (!count(l, err))
		return false;
	if (digest.n == RW_SHA256_LEN)
		slot = rw_arena_push(l->arena, &l->sha256, &l->n_sha256, &l->sha256_cap);
	else
		slot = rw_arena_push(l->arena, &l->sha1, &l->n_sha1, &l->sha1_cap);
	if (slot == NULL)
		return no_room(l, err);
	memcpy(slot, digest.p, digest.n == RW_SHA256_LEN ? sizeof(*l->sha256) : sizeof(*l->sha1));
	return true;
}

bool
rw_revoking_blob(struct rw_revoking *l, struct rw_str plain, struct rw_error *err)
{
	uint8_t digest[RW_SHA256_LEN];

	rw_sha256(plain, digest);
	return rw_revoking_digest(l, (struct rw_str){ (const char *)digest, sizeof(digest) }, err);
}

struct rw_revoking_certs *
rw_revoking_certs_of(struct rw_revoking *l, struct rw_str ca_blob)
{
	struct rw_revoking_certs *c;
	uint8_t digest[RW_SHA256_LEN] = { 0 };

	if (ca_blob.n > 0)
		rw_sha256(ca_blob, digest);
	for (c = l->certs; c != NULL; c = c->next)
		if (c->any_ca == (ca_blob.n == 0) && memcmp(c->ca, digest, sizeof(digest)) == 0)
			return c;
	c = rw_arena_alloc(l->arena, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->any_ca = ca_blob.n == 0;
	memcpy(c->ca, digest, sizeof(digest));
	c->next = l->certs;
	l->certs = c;
	return c;
}

bool
rw_revoking_serials(struct rw_revoking *l, struct rw_revoking_certs *c, uint64_t lo, uint64_t hi, struct rw_error *err)
{
	struct rw_serials *r;

	/* 0 is what certificates have that were given no number. */
	if (lo == 0 || lo > hi)
		return rw_fail(err, RW_E_PARSE, "serial number 0, or a range that ends before it begins");
	if (!count(l, err))
		return false;
	r = rw_arena_push(l->arena, &c->range, &c->n_ranges, &c->range_cap);
	if (r == NULL)
		return no_room(l, err);
	*r = (struct rw_serials){ lo, hi };
	return true;
}

bool
rw_revoking_id(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_str id, struct rw_error *err)
{
	struct rw_str *slot;

	if (!count(l, err))
		return false;
	slot = rw_arena_push(l->arena, &c->id, &c->n_ids, &c->id_cap);
	if (slot == NULL)
		return no_room(l, err);
	*slot = rw_arena_str(l->arena, id);
	return slot->p != NULL || id.n == 0 || no_room(l, err);
}

/* ---- the text form ---- */

static struct rw_str
word(struct rw_str *rest)
{
	struct rw_str w;

	while (rest->n > 0 && (*rest->p == ' ' || *rest->p == '\t' || *rest->p == '\r')) {
		rest->p++;
		rest->n--;
	}
	w = (struct rw_str){ rest->p, 0 };
	while (w.n < rest->n && memchr(" \t\r", rest->p[w.n], 3) == NULL)
		w.n++;
	rest->p += w.n;
	rest->n -= w.n;
	return w;
}

static bool
fingerprint_line(struct rw_revoking *l, struct rw_str w, struct rw_error *err)
{
	rw_auto_buf struct rw_buf text = RW_BUF_INIT(64), digest = RW_BUF_INIT(64);

	rw_buf_put(&text, w.p + strlen("SHA256:"), w.n - strlen("SHA256:"));
	rw_buf_putc(&text, '=');
	if (text.failed || !rw_base64_decode(&digest, rw_buf_str(&text)) || digest.len != RW_SHA256_LEN)
		return rw_fail(err, RW_E_PARSE, "\"%s\" is no fingerprint, wanted one as ssh-keygen -l prints it", RW_SHOW(w));
	return rw_revoking_digest(l, rw_buf_str(&digest), err);
}

/* Any type of key may be revoked, also one that we would never trust; of a certificate, the key in it is. */
static bool
key_line(struct rw_revoking *l, struct rw_str type, struct rw_str base64, struct rw_error *err)
{
	rw_auto_buf struct rw_buf blob = RW_BUF_INIT(RW_LIMIT_KEY_BYTES), plain = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	struct rw_reader r;
	struct rw_cert c;

	if (base64.n == 0 || !rw_base64_decode(&blob, base64))
		return rw_fail(err, RW_E_PARSE, "wanted a public key, \"type base64\", or a fingerprint, SHA256:...");
	r = rw_reader_init(rw_buf_str(&blob));
	if (!rw_str_eq(rw_reader_string32(&r), type) || r.bad || r.left == 0)
		return rw_fail(err, RW_E_PARSE, "the key is not of the type %s that it is said to be", RW_SHOW(type));
	if (!rw_cert_is(rw_buf_str(&blob)))
		return rw_revoking_blob(l, rw_buf_str(&blob), err);
	if (!rw_cert_read(rw_buf_str(&blob), &c, err))
		return false;
	rw_cert_put_plain(&c, &plain);
	return rw_buf_ok(&plain, "key", err) && rw_revoking_blob(l, rw_buf_str(&plain), err);
}

static bool
text_read(struct rw_revoking *l, struct rw_str bytes, struct rw_error *err)
{
	unsigned long n = 0;

	while (bytes.n > 0) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		struct rw_str line = { bytes.p, end == NULL ? bytes.n : (size_t)(end - bytes.p) }, w;
		size_t used = line.n + (end != NULL);

		n++;
		bytes.p += used;
		bytes.n -= used;
		w = word(&line);
		if (w.n == 0 || w.p[0] == '#')
			continue;
		if (rw_str_has_prefix(w, "SHA256:") ? !fingerprint_line(l, w, err) : !key_line(l, w, word(&line), err))
			return rw_fail_prefix(err, "line %lu", n);
	}
	return true;
}

bool
rw_revocations_read(struct rw_revoking *l, struct rw_str bytes, struct rw_error *err)
{
	struct rw_str magic = { RW_KRL_MAGIC, sizeof(RW_KRL_MAGIC) - 1 };

	if (bytes.n >= magic.n && memcmp(bytes.p, magic.p, magic.n) == 0)
		return rw_krl_read(l, bytes, err);
	return text_read(l, bytes, err);
}

/* ---- putting in order ---- */

static int
digest256_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rw_digest256));
}

static int
digest1_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rw_digest1));
}

static int
serials_cmp(const void *a, const void *b)
{
	const struct rw_serials *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

static int
id_cmp(const void *a, const void *b)
{
	return rw_str_cmp(*(const struct rw_str *)a, *(const struct rw_str *)b);
}

/* Sorted and each once, as bytes one after another. */
static struct rw_str
pack(struct rw_arena *a, void *items, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	char *p = items, *kept = NULL;
	size_t k = 0;

	if (n == 0)
		return (struct rw_str){ NULL, 0 };
	qsort(items, n, size, cmp);
	kept = rw_arena_array(a, n, size);
	for (size_t i = 0; kept != NULL && i < n; i++)
		if (k == 0 || memcmp(kept + (k - 1) * size, p + i * size, size) != 0)
			memcpy(kept + k++ * size, p + i * size, size);
	return (struct rw_str){ kept, k * size };
}

static void
put_u64(char *p, uint64_t v)
{
	for (size_t i = 8; i > 0; i--, v >>= 8)
		p[i - 1] = (char)v;
}

static uint64_t
get_u64(const char *p)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* Ranges that touch become one. */
static struct rw_str
pack_serials(struct rw_arena *a, struct rw_serials *v, size_t n)
{
	char *p = rw_arena_array(a, n, 16);
	size_t k = 0;

	if (n == 0 || p == NULL)
		return (struct rw_str){ NULL, 0 };
	qsort(v, n, sizeof(*v), serials_cmp);
	for (size_t i = 0; i < n; i++) {
		if (k > 0 && (v[k - 1].hi == UINT64_MAX || v[i].lo <= v[k - 1].hi + 1)) {
			if (v[i].hi > v[k - 1].hi)
				v[k - 1].hi = v[i].hi;
		} else {
			v[k++] = v[i];
		}
	}
	for (size_t i = 0; i < k; i++) {
		put_u64(p + 16 * i, v[i].lo);
		put_u64(p + 16 * i + 8, v[i].hi);
	}
	return (struct rw_str){ p, 16 * k };
}

bool
rw_revocations_finish(struct rw_revoking *l, struct rw_arena *a, struct rw_revocations *ret, struct rw_error *err)
{
	struct rw_revoked_certs *certs;
	size_t n = 0, i = 0;

	memset(ret, 0, sizeof(*ret));
	for (struct rw_revoking_certs *c = l->certs; c != NULL; c = c->next)
		n++;
	certs = rw_arena_array(a, n, sizeof(*certs));
	for (struct rw_revoking_certs *c = l->certs; c != NULL && certs != NULL; c = c->next, i++) {
		struct rw_str *id = rw_arena_array(a, c->n_ids, sizeof(*id));

		certs[i].any_ca = c->any_ca;
		memcpy(certs[i].ca, c->ca, sizeof(c->ca));
		certs[i].ranges = pack_serials(a, c->range, c->n_ranges);
		if (c->n_ids > 1)
			qsort(c->id, c->n_ids, sizeof(*c->id), id_cmp);
		for (size_t k = 0; id != NULL && k < c->n_ids; k++)
			id[k] = rw_arena_str(a, c->id[k]);
		certs[i].id = id;
		certs[i].n_ids = c->n_ids;
	}
	ret->certs = certs;
	ret->n_certs = n;
	ret->sha256 = pack(a, l->sha256, l->n_sha256, sizeof(*l->sha256), digest256_cmp);
	ret->sha1 = pack(a, l->sha1, l->n_sha1, sizeof(*l->sha1), digest1_cmp);
	return rw_arena_ok(a, "revocation list", err);
}

bool
rw_revocations_ok(const struct rw_revocations *r)
{
	if (r->sha256.n % sizeof(struct rw_digest256) != 0 || r->sha1.n % sizeof(struct rw_digest1) != 0)
		return false;
	for (size_t i = 0; i < r->n_certs; i++)
		if (r->certs[i].ranges.n % 16 != 0)
			return false;
	return true;
}

/* ---- asking ---- */

static bool
holds(struct rw_str packed, const void *digest, size_t size, int (*cmp)(const void *, const void *))
{
	return packed.n > 0 && bsearch(digest, packed.p, packed.n / size, size, cmp) != NULL;
}

bool
rw_revocations_have(const struct rw_revocations *r, struct rw_str blob)
{
	struct rw_digest256 d;
	struct rw_digest1 e;

	if (r->sha256.n > 0) {
		rw_sha256(blob, d.b);
		if (holds(r->sha256, &d, sizeof(d), digest256_cmp))
			return true;
	}
	if (r->sha1.n == 0)
		return false;
	rw_hash(RW_SHA1, &blob, 1, e.b);
	return holds(r->sha1, &e, sizeof(e), digest1_cmp);
}

static bool
serial_in(struct rw_str ranges, uint64_t serial)
{
	size_t lo = 0, hi = ranges.n / 16;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const char *p = ranges.p + 16 * mid;

		if (serial < get_u64(p))
			hi = mid;
		else if (serial > get_u64(p + 8))
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

static bool
certificate_in(const struct rw_revocations *r, const struct rw_cert *c)
{
	uint8_t ca[RW_SHA256_LEN];

	if (r->n_certs == 0)
		return false;
	rw_sha256(c->ca_blob, ca);
	for (size_t i = 0; i < r->n_certs; i++) {
		const struct rw_revoked_certs *v = &r->certs[i];

		if (!v->any_ca && memcmp(v->ca, ca, sizeof(ca)) != 0)
			continue;
		if (serial_in(v->ranges, c->serial) ||
		    (v->n_ids > 0 && bsearch(&c->id, v->id, v->n_ids, sizeof(*v->id), id_cmp) != NULL))
			return true;
	}
	return false;
}

const char *
rw_revoked(const struct rw_revocations *r, struct rw_str plain, const struct rw_cert *cert)
{
	if (r == NULL)
		return NULL;
	if (rw_revocations_have(r, plain))
		return "key";
	if (cert == NULL)
		return NULL;
	if (rw_revocations_have(r, cert->ca_blob))
		return "CA";
	return certificate_in(r, cert) ? "certificate" : NULL;
}
