/* sshkrl.c: key revocation lists in the binary form of ssh-keygen -k. */
#include "policy/signature/revocation.h"
#include "refwall/text.h"

enum section {
	SECTION_CERTIFICATES = 1, SECTION_EXPLICIT_KEY = 2, SECTION_SHA1 = 3, SECTION_SIGNATURE = 4, SECTION_SHA256 = 5,
	SECTION_EXTENSION = 255
};
enum subsection {
	SUB_SERIAL_LIST = 0x20, SUB_SERIAL_RANGE = 0x21, SUB_SERIAL_BITMAP = 0x22, SUB_KEY_ID = 0x23, SUB_EXTENSION = 0x39
};

static bool
malformed(struct rw_error *err, const char *what)
{
	return rw_fail(err, RW_E_PARSE, "%s", what);
}

static bool
serial_list(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err)
{
	while (!r->bad && r->left > 0) {
		uint64_t serial = rw_reader_u64(r);

		if (!r->bad && !rw_revoking_serials(l, c, serial, serial, err))
			return false;
	}
	return !r->bad || malformed(err, "a list of serial numbers is cut short");
}

static bool
serial_range(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err)
{
	uint64_t lo = rw_reader_u64(r), hi = rw_reader_u64(r);

	if (!rw_reader_done(r))
		return malformed(err, "a range of serial numbers is not two numbers");
	return rw_revoking_serials(l, c, lo, hi, err);
}

/* Bit n, counted from the end, stands for offset + n. Runs of bits become ranges. */
static bool
serial_bitmap(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err)
{
	uint64_t offset = rw_reader_u64(r), bits, start = 0;
	struct rw_str map = rw_reader_mpint(r);
	bool in = false;

	if (!rw_reader_done(r))
		return malformed(err, "a bitmap of serial numbers is not a number and a bitmap");
	bits = (uint64_t)map.n * 8;
	if (bits > 0 && offset > UINT64_MAX - bits)
		return malformed(err, "a bitmap of serial numbers goes beyond the last one");
	for (uint64_t i = 0; i <= bits; i++) {
		bool set = i < bits && ((unsigned char)map.p[map.n - 1 - (size_t)(i / 8)] >> i % 8 & 1) != 0;

		if (set && !in)
			start = i;
		else if (!set && in && !rw_revoking_serials(l, c, offset + start, offset + i - 1, err))
			return false;
		in = set;
	}
	return true;
}

static bool
key_ids(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err)
{
	while (!r->bad && r->left > 0) {
		struct rw_str id = rw_reader_string32(r);

		if (!r->bad && !rw_revoking_id(l, c, id, err))
			return false;
	}
	return !r->bad || malformed(err, "a list of key ids is cut short");
}

/* Something of a later version: what is critical may not be passed over. */
static bool
extension(struct rw_reader *r, struct rw_error *err)
{
	struct rw_str name = rw_reader_string32(r);
	uint8_t critical = rw_reader_u8(r);

	(void)rw_reader_string32(r);
	if (!rw_reader_done(r))
		return malformed(err, "an extension is cut short, or has bytes left over");
	return critical == 0 || rw_fail(err, RW_E_UNSUPPORTED, "the critical extension \"%s\" is not known", RW_SHOW(name));
}

static bool
sub_extension(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err)
{
	(void)l;
	(void)c;
	return extension(r, err);
}

static bool
certificates(struct rw_revoking *l, struct rw_reader *r, struct rw_error *err)
{
	static const struct {
		enum subsection type;
		bool (*read)(struct rw_revoking *l, struct rw_revoking_certs *c, struct rw_reader *r, struct rw_error *err);
	} table[] = {
		{ SUB_SERIAL_LIST, serial_list }, { SUB_SERIAL_RANGE, serial_range }, { SUB_SERIAL_BITMAP, serial_bitmap },
		{ SUB_KEY_ID, key_ids }, { SUB_EXTENSION, sub_extension },
	};
	struct rw_str ca = rw_reader_string32(r);
	struct rw_revoking_certs *c;

	(void)rw_reader_string32(r);		/* reserved; to be ignored */
	if (r->bad)
		return malformed(err, "a section of certificates is cut short");
	c = rw_revoking_certs_of(l, ca);
	if (c == NULL)
		return rw_arena_ok(l->arena, "revocation list", err) ? rw_fail_nomem(err) : false;
	while (r->left > 0) {
		uint8_t type = rw_reader_u8(r);
		struct rw_reader sub = rw_reader_init(rw_reader_string32(r));
		size_t i = 0;

		if (r->bad)
			return malformed(err, "a section of certificates is cut short");
		while (i < RW_ARRAY_LEN(table) && table[i].type != type)
			i++;
		if (i == RW_ARRAY_LEN(table))
			return rw_fail(err, RW_E_UNSUPPORTED, "a section of certificates of unknown kind 0x%02x", type);
		if (!table[i].read(l, c, &sub, err))
			return false;
	}
	return true;
}

static bool
explicit_keys(struct rw_revoking *l, struct rw_reader *r, struct rw_error *err)
{
	while (!r->bad && r->left > 0) {
		struct rw_str blob = rw_reader_string32(r);

		if (r->bad || blob.n == 0)
			return malformed(err, "a list of keys is cut short, or holds nothing");
		if (!rw_revoking_blob(l, blob, err))
			return false;
	}
	return true;
}

static bool
digests(struct rw_revoking *l, struct rw_reader *r, size_t length, struct rw_error *err)
{
	while (!r->bad && r->left > 0) {
		struct rw_str d = rw_reader_string32(r);

		if (r->bad || d.n != length)
			return malformed(err, "a list of digests is cut short, or a digest has another length");
		if (!rw_revoking_digest(l, d, err))
			return false;
	}
	return true;
}

static bool
section_read(struct rw_revoking *l, uint8_t type, struct rw_str content, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(content);

	switch (type) {
	case SECTION_CERTIFICATES:
		return certificates(l, &r, err);
	case SECTION_EXPLICIT_KEY:
		return explicit_keys(l, &r, err);
	case SECTION_SHA1:
		return digests(l, &r, 20, err);
	case SECTION_SHA256:
		return digests(l, &r, RW_SHA256_LEN, err);
	case SECTION_EXTENSION:
		return extension(&r, err);
	default:
		return rw_fail(err, RW_E_UNSUPPORTED, "a section of unknown kind %u", type);
	}
}

/*
 * Signatures are optional: the file lies where the policy does. But one that is there must be right, for a wrong one
 * tells of a list that was changed.
 */
static bool
signature_check(struct rw_str before, struct rw_str key, struct rw_str sig, struct rw_error *err)
{
	struct rw_key_parts parts;
	struct rw_ssh_value v;

	if (!rw_key_parts_read(key, &parts, err) || !rw_key_parts_check(rw_crypto_default(), &parts, err) ||
	    !rw_ssh_value_read(sig, &parts, &v, err))
		return rw_fail_prefix(err, "its signature");
	return rw_ssh_value_verify(rw_crypto_default(), &parts, &v, before) ||
	    malformed(err, "its signature does not verify");
}

bool
rw_krl_read(struct rw_revoking *l, struct rw_str bytes, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(bytes);
	struct rw_str magic = rw_reader_bytes(&r, sizeof(RW_KRL_MAGIC) - 1);
	uint32_t version = rw_reader_u32(&r);
	bool ending = false;

	if (r.bad || memcmp(magic.p, RW_KRL_MAGIC, magic.n) != 0)
		return malformed(err, "is no key revocation list");
	if (version != 1)
		return rw_fail(err, RW_E_UNSUPPORTED, "key revocation list of version %lu, wanted 1", (unsigned long)version);
	for (int i = 0; i < 3; i++)
		(void)rw_reader_u64(&r);	/* number of the list, time of its making, flags: none is defined */
	(void)rw_reader_string32(&r);		/* reserved */
	(void)rw_reader_string32(&r);		/* comment */
	while (!r.bad && r.left > 0) {
		uint8_t type = rw_reader_u8(&r);
		struct rw_str content = rw_reader_string32(&r), sig;
		struct rw_str before = { bytes.p, r.bad ? 0 : (size_t)(r.p - bytes.p) };

		if (r.bad)
			break;
		if (type == SECTION_SIGNATURE) {
			ending = true;
			sig = rw_reader_string32(&r);
			if (!r.bad && !signature_check(before, content, sig, err))
				return false;
		} else if (ending) {
			return malformed(err, "key revocation list goes on behind its signature");
		} else if (!section_read(l, type, content, err)) {
			return rw_fail_prefix(err, "key revocation list");
		}
	}
	return !r.bad || malformed(err, "key revocation list is cut short");
}
