/*
 * pgpverify.c: what Refwall says of a detached OpenPGP signature, for scripts that ask others, too.
 * Usage: pgpverify TABLE (PAYLOAD SIGNATURE)...; a line for each: the state, or "fault N" when a good one is
 * out of its time, and the reason.
 */
#include <fcntl.h>
#include <stdio.h>

#include "refwall/hash.h"
#include "refwall/keytable.h"

static void
die(const char *what)
{
	fprintf(stderr, "pgpverify: %s\n", what);
	exit(3);
}

int
main(int argc, char **argv)
{
	rw_auto_arena struct rw_arena *a = rw_arena_new(16u << 20);
	rw_auto_buf struct rw_buf table = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES);
	struct rw_error err = RW_ERROR_INIT;
	struct rw_key_table keys;
	struct rw_keyring *k;
	rw_time now = rw_time_now();

	if (argc < 4 || argc % 2 != 0)
		die("usage: pgpverify TABLE (PAYLOAD SIGNATURE)...");
	if (a == NULL || !rw_crypto_init(&err) || !rw_file_read(AT_FDCWD, argv[1], &table, &err) ||
	    !rw_key_table_read(a, rw_buf_str(&table), &keys, &err))
		die(err.msg);
	k = rw_keyring_new(a);
	if (k == NULL)
		die("out of memory");
	for (size_t i = 0; i < keys.n; i++)
		if (!rw_keyring_add(k, &keys.row[i].key, &err))
			die(err.msg);
	if (!rw_keyring_seal(k, &err))
		die(err.msg);
	for (int i = 2; i < argc; i += 2) {
		rw_auto_buf struct rw_buf payload = RW_BUF_INIT(1u << 20), armour = RW_BUF_INIT(1u << 20);
		struct rw_sig_result r;

		if (!rw_file_read(AT_FDCWD, argv[i], &payload, &err) || !rw_file_read(AT_FDCWD, argv[i + 1],
		    &armour, &err))
			die(err.msg);
		rw_signature_verify(k, rw_buf_str(&payload), rw_buf_str(&armour), &r);
		if (r.state == RW_SIG_GOOD && rw_sig_fault_at(&r, now, now) != RW_SIG_FAULT_NONE)
			printf("fault %u\n", (unsigned)rw_sig_fault_at(&r, now, now));
		else
			printf("%s %s\n", rw_sig_state_name(r.state), r.detail);
	}
	return 0;
}
