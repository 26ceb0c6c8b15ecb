/*
 * Every claim of rw_audit_verify(), held against a log that somebody edited behind its back.
 */
#include <fcntl.h>
#include <sqlite3.h>

#include "refwall/encoding.h"
#include "refwall/store_entry.h"
#include "server/audit/append.h"
#include "tests/unit/log_fixture.h"

static bool
tip_b(void *ctx, const struct rw_audit_repo *repo, struct rw_str ref, char ret_hex[41])
{
	(void)repo;
	(void)ref;
	set_id(ret_hex, *(const char *)ctx);
	return true;
}

static bool
nobody_alive(void *ctx, const struct rw_audit_process *p)
{
	(void)ctx;
	(void)p;
	return false;
}

static void
settle_at(struct fixture *f, char tip)
{
	struct rw_settle s = { .now = f->now++, .by = "hook", .ctx = &tip, .tip = tip_b, .alive = nobody_alive };

	begin(f);
	must(rw_audit_settle(f->l, &s, err));
	commit(f);
}

/*
 * 0 baseline main=a; 1 push a->b, with all that a push can have; 2 applied; 3 push b->c; 4 applied; 5
 * refused; 6 push c->d; 7 not-applied; 8 config; 9 push c->e, pending.
 */
static int
story_setup(void **state)
{
	static const struct rw_str rule = RW_STR_LIT("signed"), path = RW_STR_LIT("apps/web.yaml");
	static const struct rw_str signer = RW_STR_LIT("bob");
	struct rw_audit_ref r;
	struct rw_audit_push p;
	struct rw_str id;
	struct fixture *f;

	(void)fixture_setup(state);
	f = *state;
	(void)baseline_one(f, "refs/heads/main", 'a');
	r = ref_update("refs/heads/main", 'a', 'b');
	r.notice = RW_STR_LIT("{\"commit\":{},\"paths\":null}");
	r.tainted_by = &rule;
	r.n_tainted_by = 1;
	id = rw_str(r.new_id);
	p = simple_push(f, &r, true);
	p.findings = RW_STR_LIT("[{\"rule\":\"signed\"}]");
	p.n_findings = 1;
	p.rule = &rule;
	p.n_rules = 1;
	p.path = &path;
	p.n_paths = 1;
	p.signer = &signer;
	p.n_signers = 1;
	p.new_commit = &id;
	p.n_new_commits = 1;
	begin(f);
	must(rw_audit_push(f->l, &p, &f->index, err));
	commit(f);
	settle_at(f, 'b');
	(void)push_one(f, "refs/heads/main", 'b', 'c', true);
	settle_at(f, 'c');
	(void)push_one(f, "refs/heads/main", 'c', 'd', false);
	(void)push_one(f, "refs/heads/main", 'c', 'd', true);
	settle_at(f, 'c');
	begin(f);
	must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now++, NULL, 0, &f->index, err));
	commit(f);
	assert_int_equal(push_one(f, "refs/heads/main", 'c', 'e', true), 9);
	/* All but the newest index rows are where the edits below look for them. */
	begin(f);
	must(rw_store_key_merge(f->l, err));
	commit(f);
	return 0;
}

static void
verify(struct fixture *f, struct rw_audit_report *r)
{
	must(rw_audit_verify(f->l, f->a, r, err));
	for (size_t i = 0; i < r->n_problems; i++)
		print_message("# %llu: %s\n", (unsigned long long)r->problem[i].index, r->problem[i].text);
}

static void
good_log_verifies(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_report r;
	uint8_t root[32];

	verify(f, &r);
	assert_int_equal(r.n_problems, 0);
	assert_int_equal(r.entries, 10);
	assert_int_equal(r.pending, 1);
	assert_int_equal(r.erased, 0);
	/* Openings of five accounts and a signer, one list of findings, one notice. */
	assert_int_equal(r.side_records, 5 + 1 + 1 + 1);
	must(rw_audit_root(f->l, 10, root, err));
	assert_memory_equal(r.root, root, 32);
}

static void
empty_log_verifies(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_report r;
	uint8_t none[32];

	rw_sha256(RW_STR_LIT(""), none);
	verify(f, &r);
	assert_int_equal(r.n_problems, 0);
	assert_int_equal(r.entries, 0);
	assert_memory_equal(r.root, none, 32);
}

/* Run by hand in the file, with the triggers out of the way. */
static void
tamper(struct fixture *f, const char *sql)
{
	static const char *const triggers[] = { "meta_no_UPDATE", "meta_no_DELETE", "entry_no_UPDATE", "entry_no_DELETE",
		"entry_dense", "node_no_UPDATE", "node_no_DELETE", "side_no_UPDATE", "side_erase", "erased_no_UPDATE",
		"erased_no_DELETE", "entry_key_no_UPDATE", "entry_key_erase" };
	char path[128], drop[128];
	sqlite3 *db;
	char *msg = NULL;

	rw_log_closep(&f->l);
	(void)snprintf(path, sizeof(path), "%s/log.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < RW_ARRAY_LEN(triggers); i++) {
		(void)snprintf(drop, sizeof(drop), "DROP TRIGGER %s", triggers[i]);
		if (sqlite3_exec(db, drop, NULL, NULL, &msg) != SQLITE_OK)
			fail_msg("%s: %s", drop, msg);
	}
	if (sqlite3_exec(db, sql, NULL, NULL, &msg) != SQLITE_OK)
		fail_msg("%s: %s", sql, msg);
	assert_true(sqlite3_changes(db) > 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	must(rw_log_open(f->dir, RW_STORE_WRITE, &f->l, err));
}

#define BODY(from, to) "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), '" from "', '" to "') AS BLOB)"

static const struct row {
	const char *name, *sql;
	uint64_t index;
	const char *words;
} rows[] = {
	{ "changed body", BODY("refuse", "accept") " WHERE idx = 5", 5, "body was changed" },
	{ "a body that is not canonical", BODY("\"v\":1", "\"v\": 1") " WHERE idx = 8", 8, "byte" },
	{ "a body with a member more", BODY("\"v\":1", "\"v\":1,\"x\":0") " WHERE idx = 2", 2, "not known" },
	{ "a body with a member less", BODY("\"by\":\"hook\",", "") " WHERE idx = 2", 2, "by is missing" },
	{ "deleted row", "DELETE FROM entry WHERE idx = 5", 5, "missing" },
	{ "deleted last row", "DELETE FROM entry WHERE idx = 9", 9, "not there" },
	{ "changed leaf", "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 4", 4, "leaf" },
	{ "swapped bodies", "UPDATE entry SET body = (SELECT body FROM entry AS o WHERE o.idx = 8 - entry.idx)"
	    " WHERE idx IN (3, 5)", 3, "body was changed" },
	{ "changed time column", "UPDATE entry SET time = time + 1 WHERE idx = 6", 6, "time column" },
	{ "changed kind column", "UPDATE entry SET kind = 'config' WHERE idx = 6", 6, "kind column" },
	{ "changed node", "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND idx = 2", 5, "tree node 1/2" },
	{ "swapped nodes", "UPDATE node SET hash = (SELECT hash FROM node AS o WHERE o.level = 1 AND o.idx = 3 - node.idx)"
	    " WHERE level = 1 AND idx IN (1, 2)", 3, "tree node 1/1" },
	{ "deleted node", "DELETE FROM node WHERE level = 2 AND idx = 1", 7, "tree node 2/1 is missing" },
	{ "a node too much", "INSERT INTO node VALUES(1, 5, zeroblob(32), 0, 0)", 10, "nodes that no entry" },
	{ "changed times of a node", "UPDATE node SET tmin = 0 WHERE level = 3", 7, "times" },
	{ "removed side record", "DELETE FROM side WHERE idx = 3", 3, "is missing" },
	{ "removed findings", "DELETE FROM side WHERE idx = 1 AND kind = 3", 1, "is missing" },
	{ "changed side record", "UPDATE side SET content = x'5b5d' WHERE idx = 1 AND kind = 3", 1, "digest" },
	{ "side record too much", "INSERT INTO side VALUES(8, zeroblob(32), 3, x'5b5d')", 8, "side records are not" },
	{ "side record of nothing", "INSERT INTO side VALUES(12, zeroblob(32), 3, x'5b5d')", 12, "not there" },
	{ "side record of another kind", "UPDATE side SET kind = 2 WHERE idx = 1 AND kind = 3", 1, "side records are not" },
	{ "forged index row", "INSERT INTO entry_key VALUES(5, CAST('refs/heads/other' AS BLOB), 3)", 3, "index rows" },
	{ "forged account row", "INSERT INTO entry_key VALUES(3, CAST('mallory' AS BLOB), 3)", 3, "index rows" },
	{ "index row beyond the end", "INSERT INTO entry_key VALUES(1, CAST('push' AS BLOB), 11)", 11, "not there" },
	{ "removed index row", "DELETE FROM entry_key WHERE field = 6 AND idx = 5", 5, "index rows" },
	{ "changed index row", "UPDATE entry_key SET value = CAST('accept' AS BLOB) WHERE field = 6 AND idx = 5", 5,
	    "index rows" },
	{ "forged recent rows", "INSERT INTO key_recent VALUES(3, x'050000000178')", 3, "index rows" },
	{ "a settled accept made pending", "INSERT INTO pending SELECT 3, ref, repo, name, old, new, pid, start, boot"
	    " FROM pending", 3, "pending" },
	{ "a pending accept removed", "DELETE FROM pending", 9, "neither settled nor pending" },
	{ "a pending accept changed", "UPDATE pending SET new = old", 9, "pending" },
	{ "changed tip", "UPDATE tip SET value = CAST('dddddddddddddddddddddddddddddddddddddddd' AS BLOB)", 4, "tips" },
	{ "removed tip", "DELETE FROM tip", 4, "tips" },
	{ "a tip too much", "INSERT INTO tip SELECT repo, x'41', value, 2 FROM tip", 2, "tips" },
	{ "removed taint", "DELETE FROM taint", 10, "taints" },
	{ "a taint too much", "INSERT INTO taint SELECT repo, ref, rule, 3 FROM taint", 3, "taints" },
	{ "earlier first sight", "UPDATE first_seen SET time = time - 1", 1, "first-seen" },
	{ "removed first sight", "DELETE FROM first_seen", 1, "first accepts" },
	{ "forged first sight", "INSERT INTO first_seen SELECT repo, zeroblob(20), time, 3 FROM first_seen", 3, "first-seen" },
	{ "changed repository", "UPDATE repo SET path = x'2f'", 0, "repositories" },
	{ "removed repository", "DELETE FROM repo", 10, "repositories" },
};

static void
used_certificates_are_held_against_their_table(void **state)
{
	static const struct { const char *name, *sql; } edits[] = {
		{ "a row removed", "DELETE FROM push_certificate" },
		{ "a row of another push", "UPDATE push_certificate SET idx = 0" },
	};
	static const uint8_t payload[32] = { 7 };

	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(edits); i++) {
		struct rw_audit_report r;
		struct rw_audit_ref ref = ref_update("refs/heads/main", 'c', 'e');
		struct rw_audit_push p;
		struct fixture *f;
		void *own = NULL;

		print_message("# %s\n", edits[i].name);
		(void)story_setup(&own);
		f = own;
		p = simple_push(f, &ref, false);
		p.certificate = RW_STR_LIT("certificate version 0.1\n");
		p.certificate_payload = payload;
		begin(f);
		must(rw_audit_push(f->l, &p, &f->index, err));
		commit(f);
		verify(f, &r);
		assert_int_equal(r.n_problems, 0);
		tamper(f, edits[i].sql);
		verify(f, &r);
		assert_int_equal(r.n_problems, 1);
		assert_int_equal(r.problem[0].index, 11);
		assert_non_null(strstr(r.problem[0].text, "used a push certificate"));
		(void)fixture_teardown(&own);
	}
}

/* Tampering that the store itself would not stop is found, and the entry is named. */
static void
tampering_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		struct rw_audit_report r;
		struct fixture *f;
		void *own = NULL;
		bool found = false;

		print_message("# %s\n", rows[i].name);
		(void)story_setup(&own);
		f = own;
		tamper(f, rows[i].sql);
		verify(f, &r);
		for (size_t k = 0; k < r.n_problems; k++)
			found = found || (r.problem[k].index == rows[i].index &&
			    strstr(r.problem[k].text, rows[i].words) != NULL);
		assert_true(found);
		(void)fixture_teardown(&own);
	}
}

/*
 * A forger who hashes everything anew leaves no wrong leaf. What the entries say must then still hold
 * together: written here by the store's own means, so that tree and index are right and only the story is
 * not.
 */
static const struct story {
	const char *name, *body;
	const char *words;
} stories[] = {
	{ "applied out of order", "{\"by\":\"hook\",\"kind\":\"applied\",\"new\":\"E\",\"old\":\"A\",\"push\":9,"
	    "\"ref\":\"refs/heads/main\",\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}", "starts from" },
	{ "applied otherwise than accepted", "{\"by\":\"hook\",\"kind\":\"applied\",\"new\":\"D\",\"old\":\"C\",\"push\":9,"
	    "\"ref\":\"refs/heads/main\",\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}", "otherwise" },
	{ "settled twice", "{\"by\":\"hook\",\"kind\":\"not-applied\",\"new\":\"D\",\"old\":\"C\",\"push\":6,"
	    "\"ref\":\"refs/heads/main\",\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}",
	    "settled before" },
	{ "settled what was refused", "{\"by\":\"hook\",\"kind\":\"applied\",\"new\":\"D\",\"old\":\"C\",\"push\":5,"
	    "\"ref\":\"refs/heads/main\",\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}",
	    "did not accept" },
	{ "settled the future", "{\"by\":\"hook\",\"kind\":\"applied\",\"new\":\"D\",\"old\":\"C\",\"push\":50,"
	    "\"ref\":\"refs/heads/main\",\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}",
	    "did not accept" },
	{ "a bypass from elsewhere", "{\"by\":\"x\",\"kind\":\"bypass\",\"new\":\"D\",\"old\":\"A\",\"ref\":\"refs/heads/main\","
	    "\"repo\":{\"id\":\"r1\",\"name\":\"shop\"},\"time\":\"T\",\"v\":1}", "starts from" },
	{ "a false clock", "{\"kind\":\"clock\",\"previous\":\"2001-01-01T00:00:00.000Z\",\"time\":\"T\",\"v\":1}", "clock" },
	{ "a silent step of the clock", "{\"kind\":\"config\",\"time\":\"2026-01-01T00:00:00.000Z\",\"v\":1}", "steps back" },
};

/* A is forty 'a', T the fixture's time. */
static struct rw_str
fill(struct fixture *f, const char *body)
{
	struct rw_buf b = RW_BUF_INIT(4096);
	char t[RW_TIME_LEN];
	struct rw_str s;

	for (const char *p = body; *p != '\0'; p++) {
		bool alone = p > body && p[-1] == '"' && p[1] == '"';

		if (alone && *p == 'T')
			rw_buf_puts(&b, rw_time_format(f->now, t));
		for (int i = 0; alone && *p >= 'A' && *p <= 'F' && i < 40; i++)
			rw_buf_putc(&b, (char)(*p - 'A' + 'a'));
		if (!alone || (*p != 'T' && !(*p >= 'A' && *p <= 'F')))
			rw_buf_putc(&b, *p);
	}
	s = rw_arena_str(f->a, rw_buf_str(&b));
	rw_buf_release(&b);
	return s;
}

static void
false_stories_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < RW_ARRAY_LEN(stories); i++) {
		struct rw_audit_report r;
		struct rw_draft none = { .n = 0 };
		struct rw_entry parsed;
		struct fixture *f;
		struct rw_str body;
		void *own = NULL;
		bool found = false;

		print_message("# %s\n", stories[i].name);
		(void)story_setup(&own);
		f = own;
		body = fill(f, stories[i].body);
		must(rw_entry_parse(f->a, body, &parsed, err));
		if (strstr(stories[i].name, "silent") != NULL) {
			/* The appender itself would say so; put a good entry in and change it, hashes and all. */
			uint8_t leaf[32];
			struct rw_store_entry e = { .index = 10, .time = parsed.time, .kind = RW_STR_LIT("config"), .body = body };

			rw_merkle_leaf(body, leaf);
			memcpy(e.leaf, leaf, 32);
			begin(f);
			must(rw_store_entry_add(f->l, &e, err));
			must(rw_store_key_add(f->l, RW_KEY_KIND, e.kind, 10, err));
			commit(f);
		} else {
			begin(f);
			must(rw_append(f->l, &none, f->now, body, &f->index, err));
			commit(f);
		}
		verify(f, &r);
		for (size_t k = 0; k < r.n_problems; k++)
			found = found || (r.problem[k].index == 10 && strstr(r.problem[k].text, stories[i].words) != NULL);
		assert_true(found);
		(void)fixture_teardown(&own);
	}
}

static void
erasure_breaks_no_proof(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_filter filter = RW_AUDIT_FILTER_INIT;
	const struct rw_audit_entry *found;
	struct rw_audit_report r, after;
	rw_auto_buf struct rw_buf out = RW_BUF_INIT(1 << 20);
	struct rw_audit_entry e;
	uint64_t n;
	size_t n_found;
	bool more;

	verify(f, &r);
	begin(f);
	must(rw_audit_erase(f->l, f->now, RW_STR_LIT("bob"), &n, err));
	assert_int_equal(n, 1);
	must(rw_audit_erase(f->l, f->now, RW_STR_LIT("bob"), &n, err));
	assert_int_equal(n, 0);
	must(rw_audit_erase(f->l, f->now, RW_STR_LIT("alice"), &n, err));
	assert_int_equal(n, 5);
	commit(f);
	verify(f, &after);
	assert_int_equal(after.n_problems, 0);
	assert_int_equal(after.erased, 6);
	assert_int_equal(after.side_records, r.side_records - 6);
	assert_memory_equal(after.root, r.root, 32);
	filter.account = RW_STR_LIT("alice");
	must(rw_audit_list(f->l, f->a, &filter, &found, &n_found, &more, err));
	assert_int_equal(n_found, 0);
	must(rw_audit_get(f->l, f->a, 1, &e, err));
	must(rw_audit_expand(f->l, &e, &out, err));
	assert_non_null(strstr(rw_buf_cstr(&out), "\"opened\":{\"account\":null,\"signers\":[null]}"));
	/* An opening that comes back, or a row that was forgotten, is found. */
	tamper(f, "INSERT INTO entry_key VALUES(3, CAST('alice' AS BLOB), 3)");
	verify(f, &r);
	assert_int_equal(r.n_problems, 1);
	assert_int_equal(r.problem[0].index, 3);
}

/* The triggers: what an honest program could do by mistake. */
static void
record_is_append_only(void **state)
{
	static const char *const attempts[] = {
		"UPDATE entry SET time = 0", "DELETE FROM entry", "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE idx = 3",
		"UPDATE node SET hash = hash", "DELETE FROM node", "INSERT OR REPLACE INTO node SELECT * FROM node",
		"UPDATE side SET kind = kind", "DELETE FROM side", "INSERT OR REPLACE INTO side SELECT * FROM side",
		"DELETE FROM erased", "UPDATE erased SET time = 0", "UPDATE entry_key SET idx = idx",
		"DELETE FROM entry_key WHERE field = 3", "DELETE FROM entry_key WHERE field = 1",
		"INSERT OR REPLACE INTO entry_key SELECT * FROM entry_key", "UPDATE meta SET value = x'00'", "DELETE FROM meta",
		"INSERT INTO entry SELECT 20, time, kind, leaf, body FROM entry WHERE idx = 3",
		"INSERT INTO erased SELECT idx, digest, kind, 0 FROM side WHERE kind = 2;"
		" DELETE FROM side WHERE kind = 3",
	};
	struct fixture *f = *state;
	char path[128];
	sqlite3 *db;

	begin(f);
	must(rw_audit_erase(f->l, f->now, RW_STR_LIT("bob"), &f->index, err));
	commit(f);
	(void)snprintf(path, sizeof(path), "%s/log.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA recursive_triggers=ON", NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < RW_ARRAY_LEN(attempts); i++) {
		print_message("# %s\n", attempts[i]);
		assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
problems_are_counted_beyond_the_first_hundred(void **state)
{
	struct fixture *f = *state;
	struct rw_audit_report r;

	begin(f);
	for (int i = 0; i < 150; i++)
		must(rw_audit_event(f->l, RW_ENTRY_CONFIG, f->now++, NULL, 0, &f->index, err));
	commit(f);
	verify(f, &r);
	assert_int_equal(r.n_problems, 0);
	tamper(f, "UPDATE entry SET kind = 'token' WHERE kind = 'config'");
	must(rw_audit_verify(f->l, f->a, &r, err));
	assert_int_equal(r.n_problems, 100);
	assert_int_equal(r.n_dropped, 51);
}

/* The examples of contrib/doc/entry-format.md: entries, leaves and root are what the text says. */
static void
the_document_is_right(void **state)
{
	const char *src = getenv("RW_SRCDIR");
	rw_auto_buf struct rw_buf doc = RW_BUF_INIT(1 << 20);
	rw_auto_arena struct rw_arena *a = NULL;
	uint8_t leaf[3][32], node01[32], root[32];
	char path[512], hex[65], want[80];
	struct rw_error e = RW_ERROR_INIT;
	const char *at;
	size_t n = 0;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/contrib/doc/entry-format.md", src == NULL ? "." : src);
	must(rw_crypto_init(err));
	if (!rw_file_read(AT_FDCWD, path, &doc, &e))
		skip();
	a = rw_arena_new(1 << 20);
	assert_non_null(a);
	for (at = rw_buf_cstr(&doc); n < 3 && (at = strstr(at, "\n```\n{")) != NULL; n++) {
		const char *end = strstr(at += 5, "\n```\n");
		rw_auto_buf struct rw_buf body = RW_BUF_INIT(4096);
		struct rw_entry parsed;

		assert_non_null(end);
		for (; at < end; at++) {
			if (*at != '\n')
				rw_buf_putc(&body, *at);
		}
		must(rw_entry_parse(a, rw_buf_str(&body), &parsed, err));
		rw_merkle_leaf(rw_buf_str(&body), leaf[n]);
		(void)snprintf(want, sizeof(want), "leaf `%s`", rw_hex_encode(leaf[n], 32, hex));
		assert_non_null(strstr(rw_buf_cstr(&doc), want));
	}
	assert_int_equal(n, 3);
	rw_merkle_node(leaf[0], leaf[1], node01);
	rw_merkle_node(node01, leaf[2], root);
	assert_non_null(strstr(rw_buf_cstr(&doc), rw_hex_encode(node01, 32, hex)));
	(void)snprintf(want, sizeof(want), "the root of the three is `%s`", rw_hex_encode(root, 32, hex));
	assert_non_null(strstr(rw_buf_cstr(&doc), want));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_is_right),
		cmocka_unit_test_setup_teardown(empty_log_verifies, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(good_log_verifies, story_setup, fixture_teardown),
		cmocka_unit_test(used_certificates_are_held_against_their_table),
		cmocka_unit_test(tampering_is_found),
		cmocka_unit_test(false_stories_are_found),
		cmocka_unit_test_setup_teardown(erasure_breaks_no_proof, story_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(record_is_append_only, story_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(problems_are_counted_beyond_the_first_hundred, story_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
