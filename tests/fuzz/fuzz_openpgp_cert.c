/* fuzz_openpgp_cert.c: hostile certificates. What is made of one can be read, and is made of it again. */
#include "refwall/hash.h"
#include "refwall/keytable.h"
#include "refwall/text.h"

#define NOW ((rw_time)1800000000 * 1000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	rw_auto_buf struct rw_buf table = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES), notes =
	    RW_BUF_INIT(1u << 20);
	struct rw_openpgp_file file = { "input", { (const char *)data, size } };
	struct rw_openpgp_import how = { NOW, (size & 1) != 0 };
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key_table t;

	if (a == NULL || (!ready && !rw_crypto_init(&err)))
		abort();
	ready = true;
	if (!rw_openpgp_import(&file, 1, &how, &table, &notes, &err)) {
		if (err.msg[0] == '\0' || !rw_text_utf8(rw_str(err.msg)))
			abort();
		return 0;
	}
	if (!rw_key_table_read(a, rw_buf_str(&table), &t, &err) || !rw_text_utf8(rw_buf_str(&notes)))
		abort();
	for (size_t i = 0; i < t.n; i++)
		if (t.row[i].key.openpgp->created > NOW + RW_LIMIT_SIGNATURE_AHEAD_MS &&
		    t.row[i].key.openpgp->revoked == 0)
			abort();
	return 0;
}
