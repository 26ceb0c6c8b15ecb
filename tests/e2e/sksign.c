/*
 * A security key in software that git can sign with (gpg.ssh.program):
 *
 *	sksign gen ed25519|ecdsa FILE			FILE and FILE.pub
 *	sksign -Y sign -n NAMESPACE -f PUB PAYLOAD	PAYLOAD.sig; PUB is FILE, FILE.pub or FILE-cert.pub
 *
 * SK_FLAGS (1: touched, 4: PIN) and SK_COUNTER say what the key says of itself.
 */
#include <fcntl.h>
#include <stdio.h>

#include "refwall/hash.h"
#include "tests/unit/sk_tool.h"

static int
die(const char *msg)
{
	fprintf(stderr, "sksign: %s\n", msg);
	return 1;
}

static unsigned long
number(const char *name, unsigned long otherwise)
{
	const char *z = getenv(name);

	return z == NULL ? otherwise : strtoul(z, NULL, 10);
}

static void
strip(char *path, const char *end)
{
	size_t n = strlen(path), k = strlen(end);

	if (n > k && strcmp(path + n - k, end) == 0)
		path[n - k] = '\0';
}

static int
sign(const char *ns, const char *pub, const char *payload)
{
	rw_auto_buf struct rw_buf line = RW_BUF_INIT(16384), what = RW_BUF_INIT(1u << 20), sig = RW_BUF_INIT(65536);
	char file[4096], given[4200], out[4200];
	struct rw_error err = RW_ERROR_INIT;

	(void)snprintf(file, sizeof(file), "%s", pub);
	strip(file, ".pub");
	(void)snprintf(given, sizeof(given), "%s.pub", file);
	strip(file, "-cert");
	(void)snprintf(out, sizeof(out), "%s.sig", payload);
	if (!rw_file_read(AT_FDCWD, given, &line, &err) || !rw_file_read(AT_FDCWD, payload, &what, &err) ||
	    !sk_sign(file, rw_buf_str(&line), ns, (uint8_t)number("SK_FLAGS", SK_TOUCHED),
		(uint32_t)number("SK_COUNTER", 0), rw_buf_str(&what), &sig, &err) ||
	    !rw_file_write(out, rw_buf_str(&sig), 0600, false, &err))
		return die(err.msg);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *ns = NULL, *key = NULL, *payload = NULL;
	struct rw_error err = RW_ERROR_INIT;

	if (!rw_crypto_init(&err))
		return die(err.msg);
	if (argc == 4 && strcmp(argv[1], "gen") == 0)
		return sk_generate(argv[3], strcmp(argv[2], "ecdsa") == 0, &err) ? 0 : die(err.msg);
	if (argc < 3 || strcmp(argv[1], "-Y") != 0 || strcmp(argv[2], "sign") != 0)
		return die("only gen and -Y sign");
	for (int i = 3; i < argc; i++) {
		if (i + 1 < argc && strcmp(argv[i], "-n") == 0)
			ns = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "-f") == 0)
			key = argv[++i];
		else if (argv[i][0] != '-')
			payload = argv[i];
	}
	if (ns == NULL || key == NULL || payload == NULL)
		return die("wanted -n, -f and a file");
	return sign(ns, key, payload);
}
