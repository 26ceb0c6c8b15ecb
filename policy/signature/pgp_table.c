/* pgp_table.c: the key table, written and read. */
#include <stdio.h>

#include "policy/signature/openpgp.h"
#include "refwall/encoding.h"
#include "refwall/text.h"

#define FIRST "refwall-keys 1"
#define USER_ID_CHARS 200

static const struct {
	int reason;
	const char *name;
	enum rw_revocation is;
} reasons[] = {
	{ 0, "no-reason", RW_REVOKED_HARD }, { 1, "superseded", RW_REVOKED_SOFT },
	{ 2, "compromised", RW_REVOKED_HARD }, { 3, "retired", RW_REVOKED_SOFT },
	{ 32, "user-id", RW_REVOKED_SOFT }, { 255, "other", RW_REVOKED_HARD },
};

enum rw_revocation
rw_revocation_of(int reason)
{
	for (size_t i = 0; i < RW_ARRAY_LEN(reasons); i++)
		if (reasons[i].reason == reason)
			return reasons[i].is;
	return RW_REVOKED_HARD;
}

const char *
rw_revocation_name(const struct rw_key_openpgp *k)
{
	if (k->revoked == RW_REVOKED_NOT)
		return "good";
	for (size_t i = 0; i < RW_ARRAY_LEN(reasons); i++)
		if (reasons[i].reason == k->reason)
			return reasons[i].name;
	return "other";
}

/* ---- writing ---- */

void
rw_key_table_begin(struct rw_buf *b)
{
	rw_buf_puts(b, FIRST "\n");
}

void
rw_key_table_cert(struct rw_buf *b, const uint8_t primary[RW_OPENPGP_FINGERPRINT_LEN], struct rw_str user_id)
{
	char hex[RW_PGP_HEX_LEN];

	rw_buf_printf(b, "cert %s ", rw_pgp_hex(primary, RW_OPENPGP_FINGERPRINT_LEN, hex));
	if (user_id.n == 0)
		rw_buf_puts(b, "-");
	else
		rw_text_put_printable(b, user_id, USER_ID_CHARS);
	rw_buf_puts(b, "\n");
}

void
rw_key_table_key(struct rw_buf *b, struct rw_str body, const struct rw_key_parts *parts,
    const struct rw_key_openpgp *k)
{
	char hex[RW_PGP_HEX_LEN], created[RW_TIME_LEN], until[RW_TIME_LEN], at[RW_TIME_LEN], algorithm[32];
	bool primary = memcmp(k->fingerprint, k->primary, sizeof(k->primary)) == 0;

	rw_buf_printf(b, "key %s %s %s %s %s %s %s ", primary ? "primary" : "subkey",
	    rw_pgp_hex(k->fingerprint, sizeof(k->fingerprint), hex), rw_pgp_key_algorithm(parts, algorithm).p,
	    rw_time_format(k->created, created), rw_time_format(k->until, until), rw_revocation_name(k),
	    rw_time_format(k->revoked_at, at));
	rw_base64_encode(b, body);
	rw_buf_puts(b, "\n");
}

void
rw_key_table_end(struct rw_buf *b, size_t begin)
{
	uint8_t sum[RW_SHA256_LEN];
	char hex[2 * RW_SHA256_LEN + 1];

	if (b->failed || b->data == NULL || b->len < begin)
		return;
	rw_sha256((struct rw_str){ b->data + begin, b->len - begin }, sum);
	rw_buf_printf(b, "sha256 %s\n", rw_hex_encode(sum, sizeof(sum), hex));
}

/* ---- reading ---- */

struct reading {
	struct rw_arena *arena;
	struct rw_key_table *table;
	size_t cap;
	unsigned line;
	uint8_t primary[RW_OPENPGP_FINGERPRINT_LEN];
	struct rw_str user_id;
	bool in_cert;
	struct rw_error *err;
};

static bool
bad(const struct reading *r, const char *what)
{
	return rw_fail(r->err, RW_E_PARSE, "line %u: %s", r->line, what);
}

static bool
fingerprint(struct rw_str hex, uint8_t out[RW_OPENPGP_FINGERPRINT_LEN])
{
	char again[RW_PGP_HEX_LEN];

	return rw_hex_decode(hex, out, RW_OPENPGP_FINGERPRINT_LEN) &&
	    rw_str_eqz(hex, rw_pgp_hex(out, RW_OPENPGP_FINGERPRINT_LEN, again));
}

static bool
time_read(struct rw_str s, rw_time *ret)
{
	char again[RW_TIME_LEN];

	*ret = RW_TIME_NONE;
	return rw_str_eqz(s, "-") || (rw_time_parse(s, ret) && rw_str_eqz(s, rw_time_format(*ret, again)));
}

static bool
state_read(struct rw_str name, struct rw_key_openpgp *k)
{
	k->revoked = RW_REVOKED_NOT;
	if (rw_str_eqz(name, "good"))
		return k->revoked_at == RW_TIME_NONE;
	for (size_t i = 0; i < RW_ARRAY_LEN(reasons); i++) {
		if (!rw_str_eqz(name, reasons[i].name))
			continue;
		k->reason = (uint8_t)reasons[i].reason;
		k->revoked = reasons[i].is;
		return k->revoked_at != RW_TIME_NONE;
	}
	return false;
}

static bool
cert_line(struct reading *r, struct rw_reader *in)
{
	struct rw_str hex = rw_reader_until(in, ' '), user_id = { in->p, in->left };

	if (in->bad || !fingerprint(hex, r->primary) || user_id.n == 0)
		return bad(r, "wanted 'cert FINGERPRINT USER-ID'");
	if (!rw_text_utf8(user_id))
		return bad(r, "the user id is not UTF-8");
	r->user_id = rw_arena_str(r->arena, user_id);
	r->in_cert = true;
	return r->user_id.p != NULL || rw_arena_ok(r->arena, "key table", r->err);
}

static bool
body_read(struct reading *r, struct rw_str base64, const struct rw_key_openpgp *o, struct rw_str algorithm,
    struct rw_key_table_row *row)
{
	rw_auto_buf struct rw_buf body = RW_BUF_INIT(RW_LIMIT_KEY_BYTES);
	uint8_t is[RW_OPENPGP_FINGERPRINT_LEN];
	struct rw_error inner = RW_ERROR_INIT;
	struct rw_key_parts parts;

	if (!rw_base64_decode(&body, base64))
		return rw_buf_ok(&body, "key table", r->err) && bad(r, "the key is not base64");
	if (!rw_pgp_key_read(rw_buf_str(&body), &parts, &inner) ||
	    !rw_key_parts_check(rw_crypto_default(), &parts, &inner))
		return rw_fail(r->err, inner.code, "line %u: %s", r->line, inner.msg);
	rw_pgp_key_fingerprint(rw_buf_str(&body), is);
	if (memcmp(is, o->fingerprint, sizeof(is)) != 0 ||
	    rw_pgp_key_created(rw_buf_str(&body)) != o->created ||
	    !rw_str_eq(rw_pgp_key_algorithm(&parts, row->algorithm), algorithm))
		return bad(r, "the fingerprint, algorithm or time is not that of the key");
	row->key.type = parts.type;
	row->key.blob = rw_arena_str(r->arena, rw_buf_str(&body));
	return row->key.blob.p != NULL || rw_arena_ok(r->arena, "key table", r->err);
}

static bool
key_line(struct reading *r, struct rw_reader *in)
{
	struct rw_str role = rw_reader_until(in, ' '), hex = rw_reader_until(in, ' '),
	    algorithm = rw_reader_until(in, ' '), created = rw_reader_until(in, ' '),
	    until = rw_reader_until(in, ' '), state = rw_reader_until(in, ' '), at = rw_reader_until(in, ' '),
	    base64 = { in->p, in->left };
	struct rw_key_openpgp *o = rw_arena_alloc(r->arena, sizeof(*o));
	struct rw_key_table_row *row;
	bool primary;

	if (r->table->n == RW_LIMIT_KEY_TABLE_KEYS)
		return rw_fail(r->err, RW_E_LIMIT, "line %u: more than %d keys", r->line,
		    RW_LIMIT_KEY_TABLE_KEYS);
	row = rw_arena_push(r->arena, &r->table->row, &r->table->n, &r->cap);
	if (o == NULL || row == NULL)
		return rw_arena_ok(r->arena, "key table", r->err);
	if (in->bad || !fingerprint(hex, o->fingerprint) || !time_read(created, &o->created) ||
	    o->created == RW_TIME_NONE || !time_read(until, &o->until) || !time_read(at, &o->revoked_at))
		return bad(r, "wanted 'key ROLE FINGERPRINT ALGORITHM CREATED UNTIL STATE AT BODY'");
	if (!state_read(state, o))
		return bad(r, "the state is not known, or has no time");
	if (!r->in_cert)
		return bad(r, "a key without a 'cert' line before it");
	memcpy(o->primary, r->primary, sizeof(o->primary));
	primary = memcmp(o->primary, o->fingerprint, sizeof(o->primary)) == 0;
	if (!rw_str_eqz(role, primary ? "primary" : "subkey"))
		return bad(r, "the key's role is not that of its fingerprint, wanted primary or subkey");
	row->key = (struct rw_key){ .openpgp = o, .since = RW_TIME_NONE, .until = RW_TIME_NONE };
	(void)rw_pgp_hex(o->fingerprint, sizeof(o->fingerprint), row->key.fingerprint);
	row->user_id = r->user_id;
	return body_read(r, base64, o, algorithm, row);
}

static bool
sum_check(struct rw_str bytes, size_t n, struct rw_str hex, struct rw_error *err)
{
	uint8_t sum[RW_SHA256_LEN];
	char is[2 * RW_SHA256_LEN + 1];

	rw_sha256((struct rw_str){ bytes.p, n }, sum);
	return rw_str_eqz(hex, rw_hex_encode(sum, sizeof(sum), is)) || rw_fail(err, RW_E_PARSE,
	    "is damaged or was edited: its checksum is not that of its content; "
	    "make it again with refwall key import");
}

bool
rw_key_table_read(struct rw_arena *a, struct rw_str bytes, struct rw_key_table *ret, struct rw_error *err)
{
	struct reading r = { .arena = a, .table = ret, .err = err };
	struct rw_reader in = rw_reader_init(bytes);
	struct rw_str line;

	memset(ret, 0, sizeof(*ret));
	if (bytes.n > RW_LIMIT_KEY_TABLE_BYTES)
		return rw_fail(err, RW_E_LIMIT, "key table is larger than %u bytes",
		    RW_LIMIT_KEY_TABLE_BYTES);
	if (!rw_reader_skip(&in, FIRST "\n"))
		return rw_fail(err, rw_reader_skip(&in, "refwall-keys ") ? RW_E_UNSUPPORTED : RW_E_PARSE,
		    "line 1: wanted '" FIRST "': a table that refwall key import made");
	for (r.line = 2;; r.line++) {
		size_t before = bytes.n - in.left;
		struct rw_reader l = rw_reader_init(rw_reader_line(&in));

		if (in.bad)
			return rw_fail(err, RW_E_PARSE, "is cut short: the last line is no checksum");
		if (rw_reader_skip(&l, "sha256 ")) {
			line = (struct rw_str){ l.p, l.left };
			if (in.left > 0)
				return bad(&r, "bytes behind the checksum");
			if (!sum_check(bytes, before, line, err))
				return false;
			break;
		}
		if (!(rw_reader_skip(&l, "cert ") ? cert_line(&r, &l) :
		    rw_reader_skip(&l, "key ") ? key_line(&r, &l) : bad(&r, "wanted cert, key or sha256")))
			return false;
	}
	return ret->n > 0 || rw_fail(err, RW_E_PARSE, "holds no key");
}
