/* Bytes as refwall.yaml: what is accepted is complete. */
#include "refwall/config.h"
#include "refwall/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
lookup(void *ctx, const char *name)
{
	(void)name;
	return ctx;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	rw_auto_arena struct rw_arena *a = rw_arena_new(8u << 20);
	struct rw_str in = { (const char *)data, size }, name;
	struct rw_error e = RW_ERROR_INIT;
	struct rw_config c;

	if (!ready && !rw_crypto_init(&e))
		abort();
	ready = true;
	if (!rw_config_parse(a, "/etc/refwall.yaml", in, &c, &e)) {
		if (e.code == RW_E_NONE || e.msg[0] == '\0')
			abort();
		return 0;
	}
	if (c.path == NULL || c.origin == NULL || c.policy == NULL || c.policy[0] != '/' || c.log_dir[0] != '/' ||
	    c.serve_dir[0] != '/' || c.listen_host == NULL || c.listen_port == NULL || c.lock_wait_ms <= 0 ||
	    c.chained_timeout_ms <= 0 || strlen(c.digest) != 64)
		abort();
	for (size_t i = 0; i < c.n_account_from; i++)
		if (strstr(c.account_from[i].as, "%s") == NULL)
			abort();
	for (size_t i = 0; i < c.n_allow; i++)
		if (!rw_network_contains(&c.allow[i], c.allow[i].addr))
			abort();
	if (rw_source_resolve(a, c.account_from, c.n_account_from, lookup, (void *)(uintptr_t)"a", &name, &e) &&
	    name.n > 256)
		abort();
	return 0;
}
