/* refwall key import, key list: OpenPGP certificates to the key tables that a policy names. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "refwall/keytable.h"
#include "refwall/reader.h"
#include "refwall/text.h"
#include "server/cli/cli.h"
#include "server/cli/sandbox.h"

#define TABLE_MODE 0644
#define FILES_MAX 1000
#define NOTES_MAX (64u << 10)

struct import {
	const struct rw_openpgp_file *files;
	size_t n;
	struct rw_openpgp_import how;
};

/* In the child: the notes with their length before them, then the table. */
static bool
work(void *arg, struct rw_buf *answer, struct rw_error *err)
{
	const struct import *i = arg;
	rw_auto_buf struct rw_buf table = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES),
	    notes = RW_BUF_INIT(NOTES_MAX);

	if (!rw_openpgp_import(i->files, i->n, &i->how, &table, &notes, err))
		return false;
	rw_buf_put_string32(answer, rw_buf_str(&notes));
	rw_buf_put_str(answer, rw_buf_str(&table));
	return true;
}

static bool
files_read(struct rw_invocation *in, struct rw_openpgp_file *files, struct rw_error *err)
{
	size_t sum = 0;

	for (size_t i = 0; i < in->n_args; i++) {
		rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(2 * RW_LIMIT_CERT_BYTES);
		bool standard = strcmp(in->arg[i], "-") == 0;

		files[i].name = standard ? "standard input" :
		    rw_arena_strdup(in->arena, RW_SHOW(rw_str(in->arg[i])));
		if (!(standard ? rw_fd_read_all(STDIN_FILENO, "standard input", &bytes, err) :
		    rw_file_read(AT_FDCWD, in->arg[i], &bytes, err)))
			return false;
		sum += bytes.len;
		if (sum > 2 * RW_LIMIT_CERT_BYTES)
			return rw_fail(err, RW_E_LIMIT, "more than %u bytes of certificates",
			    2 * RW_LIMIT_CERT_BYTES);
		files[i].bytes = rw_arena_str(in->arena, rw_buf_str(&bytes));
	}
	return rw_arena_ok(in->arena, "certificates", err);
}

/* Printed as it is: the child is not believed to have made its words printable. */
static void
show_notes(struct rw_str notes)
{
	struct rw_reader r = rw_reader_init(notes);

	while (r.left > 0) {
		struct rw_str line = rw_reader_line(&r);

		if (r.bad)
			return;
		fprintf(stderr, "refwall: note: %s\n", RW_SHOW(line));
	}
}

static int
import(struct rw_invocation *in, struct rw_error *err)
{
	struct rw_openpgp_file *files = rw_arena_array(in->arena, in->n_args, sizeof(*files));
	rw_auto_buf struct rw_buf answer = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES + NOTES_MAX + 4);
	const char *out = rw_given(in, "out");
	struct import i = { files, in->n_args, { in->now, rw_given_flag(in, "allow-sha1") } };
	struct rw_key_table table;
	struct rw_reader r;
	struct rw_str notes, text;

	if (files == NULL)
		(void)rw_fail_nomem(err);
	if (files == NULL || !files_read(in, files, err))
		return RW_EXIT_FAILED;
	if (!rw_sandbox_run(work, &i, &answer, err))
		return err->code == RW_E_PARSE || err->code == RW_E_UNSUPPORTED || err->code == RW_E_LIMIT ?
		    RW_EXIT_FINDING :
		    RW_EXIT_FAILED;
	r = rw_reader_init(rw_buf_str(&answer));
	notes = rw_reader_string32(&r);
	text = (struct rw_str){ r.p, r.left };
	/* What came out of a process that read hostile bytes is read with the eyes of a policy. */
	if (r.bad || !rw_key_table_read(in->arena, text, &table, err)) {
		(void)rw_fail_prefix(err, "the importing process made no table");
		return RW_EXIT_FAILED;
	}
	show_notes(notes);
	if (out == NULL) {
		fwrite(text.p, 1, text.n, stdout);
		return RW_EXIT_OK;
	}
	if (!rw_file_write(out, text, TABLE_MODE, false, err))
		return RW_EXIT_FAILED;
	printf("%s: %zu key%s\n", out, table.n, table.n == 1 ? "" : "s");
	return RW_EXIT_OK;
}

static void
list_key(const struct rw_key_table_row *row, rw_time now)
{
	const struct rw_key *k = &row->key;
	const struct rw_key_openpgp *o = k->openpgp;
	char created[RW_TIME_LEN], until[RW_TIME_LEN], at[RW_TIME_LEN], shown[256];
	bool primary = memcmp(o->fingerprint, o->primary, sizeof(o->primary)) == 0;

	printf("%s  %-7s  %s  ", k->fingerprint, primary ? "primary" : "subkey", row->algorithm);
	if (o->revoked != RW_REVOKED_NOT)
		printf("revoked at %s: %s%s", rw_time_format(o->revoked_at, at), rw_revocation_name(o),
		    o->revoked == RW_REVOKED_HARD ? " (for all time)" : "");
	else if (o->until != RW_TIME_NONE)
		printf("%s %s", o->until <= now ? "expired" : "until", rw_time_format(o->until, until));
	else
		printf("without end");
	printf("  from %s  %s\n", rw_time_format(o->created, created),
	    rw_text_printable(row->user_id, shown, sizeof(shown)));
}

static int
list(struct rw_invocation *in, struct rw_error *err)
{
	rw_auto_buf struct rw_buf bytes = RW_BUF_INIT(RW_LIMIT_KEY_TABLE_BYTES);
	struct rw_key_table table;

	if (!rw_file_read(AT_FDCWD, in->arg[0], &bytes, err))
		return RW_EXIT_FAILED;
	if (!rw_key_table_read(in->arena, rw_buf_str(&bytes), &table, err)) {
		(void)rw_fail_prefix(err, "%s", RW_SHOW(rw_str(in->arg[0])));
		return RW_EXIT_FINDING;
	}
	for (size_t i = 0; i < table.n; i++)
		list_key(&table.row[i], in->now);
	return RW_EXIT_OK;
}

static const struct rw_option import_options[] = {
	{ "out", "FILE", "where the key table goes; standard output when not given", false, false },
	{ "allow-sha1", NULL, "take self-signatures over SHA-1, as old certificates have", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct rw_option no_options[] = { { NULL, NULL, NULL, false, false } };

const struct rw_command rw_cmd_key_import = {
	"key import", "CERT...", "make a key table of OpenPGP certificates, for a policy", import_options, 1,
	    FILES_MAX, import,
};
const struct rw_command rw_cmd_key_list = {
	"key list", "FILE", "show the keys of a key table", no_options, 1, 1, list,
};
