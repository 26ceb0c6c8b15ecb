/*
 * Loading a policy of 500 rules and 2,000 identities: through its compiled copy, from its files, and what
 * libyaml's events alone take for the same bytes. Processor time, median of many runs, in one process, side by side.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

#include "refwall/buf.h"
#include "refwall/encoding.h"
#include "refwall/hash.h"
#include "refwall/policy.h"
#include "tests/bench/row.h"

#define IDENTITIES 2000
#define PER_FILE 100
#define RULES 500
#define RUNS 101

static void
die(const struct rw_error *err)
{
	fprintf(stderr, "bench_policy: %s\n", err->msg);
	exit(1);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Every other string of 32 bytes is a point of the curve. */
static void
put_key(struct rw_buf *b, struct rw_error *err)
{
	for (;;) {
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 20);
		rw_auto_buf struct rw_buf blob = RW_BUF_INIT(1024), line = RW_BUF_INIT(1024);
		struct rw_key key;
		char point[32];

		if (!rw_random(point, sizeof(point), err))
			die(err);
		rw_buf_put_string32(&blob, RW_STR_LIT("ssh-ed25519"));
		rw_buf_put_string32(&blob, (struct rw_str){ point, sizeof(point) });
		rw_buf_puts(&line, "ssh-ed25519 ");
		rw_base64_encode(&line, rw_buf_str(&blob));
		if (!rw_key_parse(a, rw_buf_str(&line), &key, err))
			continue;
		rw_buf_put_str(b, rw_buf_str(&line));
		return;
	}
}

static void
write_file(const char *dir, const char *name, struct rw_buf *b, struct rw_buf *all, struct rw_error *err)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!rw_buf_ok(b, path, err) || !rw_file_write(path, rw_buf_str(b), 0600, false, err))
		die(err);
	rw_buf_put_str(all, rw_buf_str(b));
	rw_buf_puts(all, "---\n");
	rw_buf_clear(b);
}

static void
make_policy(const char *dir, struct rw_buf *all, struct rw_error *err)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES);
	char name[64];

	for (int i = 0; i < IDENTITIES; i++) {
		if (i % PER_FILE == 0)
			rw_buf_puts(&b, "identities:\n");
		rw_buf_printf(&b, "  user%04d:\n    accounts: [user%04d]\n    emails: [user%04d@example.com]\n"
		    "    keys:\n      - ssh: ", i, i, i);
		put_key(&b, err);
		rw_buf_puts(&b, "\n        until: 2040-01-01T00:00:00Z\n");
		if (i % PER_FILE < PER_FILE - 1)
			continue;
		rw_buf_puts(&b, "groups:\n");
		rw_buf_printf(&b, "  team-%d: [", i / PER_FILE);
		for (int k = i - PER_FILE + 1; k <= i; k++)
			rw_buf_printf(&b, "%suser%04d", k > i - PER_FILE + 1 ? ", " : "", k);
		rw_buf_puts(&b, "]\n");
		(void)snprintf(name, sizeof(name), "identities/team-%02d.yaml", i / PER_FILE);
		write_file(dir, name, &b, all, err);
	}
	rw_buf_puts(&b, "version: 1\ninclude: [identities/*.yaml]\nrefs: [refs/heads/**, refs/tags/v*]\n"
	    "scope: {refs: [refs/heads/main]}\nrules:\n");
	for (int i = 0; i < RULES; i++)
		rw_buf_printf(&b, "  - name: who may change application %d\n    repos: [\"group-%d/*\"]\n"
		    "    paths: [\"apps/app-%d/**\", \"!apps/app-%d/README.md\"]\n"
		    "    changed-by: [{who: team-%d}, {who: [user%04d, user%04d]}]\n"
		    "    help: ask in the channel of application %d\n", i, i % 40, i, i,
		    i % (IDENTITIES / PER_FILE), i, IDENTITIES - 1 - i, i);
	write_file(dir, "policy.yaml", &b, all, err);
}

static int
double_cmp(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), double_cmp);
	return v[n / 2];
}

static double
bare_libyaml(struct rw_str s)
{
	double begin = now_ms();
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (yaml_parser_initialize(&parser) == 0)
		exit(1);
	yaml_parser_set_input_string(&parser, (const unsigned char *)s.p, s.n);
	while (more) {
		if (yaml_parser_parse(&parser, &event) == 0) {
			fprintf(stderr, "bench_policy: %s\n", parser.problem);
			exit(1);
		}
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return now_ms() - begin;
}

static double
load(const char *path, const char *cache, bool want_cache, struct rw_error *err)
{
	double begin = now_ms(), took;
	struct rw_policy *p;

	if (!(cache == NULL ? rw_policy_load(path, &p, err) : rw_policy_load_cached(path, cache, &p, err)))
		die(err);
	took = now_ms() - begin;
	if (p->from_cache != want_cache || p->n_rules != RULES || p->n_identities != IDENTITIES)
		exit(1);
	rw_policy_free(p);
	return took;
}

int
main(void)
{
	char dir[] = "/tmp/bench_policy.XXXXXX", path[512], sub[512];
	rw_auto_buf struct rw_buf all = RW_BUF_INIT(16u << 20);
	double yaml[RUNS], full[RUNS], cached[RUNS], y, f, c;
	struct rw_error err = RW_ERROR_INIT;
	struct stat st;

	if (!rw_crypto_init(&err))
		die(&err);
	if (mkdtemp(dir) == NULL || snprintf(sub, sizeof(sub), "%s/identities", dir) < 0 || mkdir(sub, 0700) != 0) {
		perror(dir);
		return 1;
	}
	make_policy(dir, &all, &err);
	(void)snprintf(path, sizeof(path), "%s/policy.yaml", dir);
	(void)load(path, dir, false, &err);
	for (size_t i = 0; i < RUNS; i++) {
		yaml[i] = bare_libyaml(rw_buf_str(&all));
		cached[i] = load(path, dir, true, &err);
		full[i] = i % 10 == 0 ? load(path, NULL, false, &err) : full[i - 1];
	}
	y = median(yaml, RUNS);
	f = median(full, RUNS);
	c = median(cached, RUNS);
	(void)snprintf(sub, sizeof(sub), "%s/policy.cache", dir);
	(void)stat(sub, &st);
	printf("policy: %d rules, %d identities, %zu bytes of YAML, %lld bytes compiled\n", RULES, IDENTITIES, all.len,
	    (long long)st.st_size);
	bench_row("policy from its files / libyaml's events of the same bytes", f, y, "ms", 0);
	bench_row("policy from its compiled copy / 1.5 ms", c, 1.5, "ms", 1);
	bench_row("policy from its compiled copy / from its files", c, f, "ms", 0);
	(void)snprintf(sub, sizeof(sub), "rm -r %s", dir);
	return system(sub) == 0 ? 0 : 1;
}
