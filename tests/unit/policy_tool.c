/* policy_tool.c: policies for tests. */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "refwall/hash.h"
#include "policy/rules/builder.h"
#include "tests/unit/policy_tool.h"
#include "tests/unit/ssh_tool.h"

static struct {
	char *line;
	char fingerprint[RW_FINGERPRINT_LEN];
} keys[POLICY_KEYS];

int
policy_tool_setup(void **state)
{
	struct rw_error err = RW_ERROR_INIT;
	char *dir;

	(void)state;
	assert_true(rw_crypto_init(&err));
	if (!ssh_tool_present())
		return 0;		/* policies without keys are tested all the same */
	dir = ssh_dir_make();
	for (int i = 0; i < POLICY_KEYS; i++) {
		rw_auto_buf struct rw_buf line = RW_BUF_INIT(4096);
		rw_auto_arena struct rw_arena *a = rw_arena_new(1u << 16);
		char name[16];
		struct rw_key key;

		(void)snprintf(name, sizeof(name), "key%d", i);
		ssh_key_make(dir, name, "ed25519", NULL);
		ssh_key_line(dir, name, &line);
		while (line.len > 0 && line.data[line.len - 1] == '\n')
			rw_buf_truncate(&line, line.len - 1);
		assert_true(rw_key_parse(a, rw_buf_str(&line), &key, &err));
		memcpy(keys[i].fingerprint, key.fingerprint, sizeof(key.fingerprint));
		keys[i].line = rw_buf_detach(&line);
	}
	ssh_dir_remove(dir);
	return 0;
}

int
policy_tool_teardown(void **state)
{
	(void)state;
	for (int i = 0; i < POLICY_KEYS; i++)
		rw_freep(&keys[i].line);
	return 0;
}

char *
policy_text(const char *text)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(RW_LIMIT_POLICY_BYTES + 1024);

	while (*text != '\0') {
		bool key = strncmp(text, "@KEY", 4) == 0, print = strncmp(text, "@FP", 3) == 0;
		int i = key ? text[4] - '1' : print ? text[3] - '1' : -1;

		if (i < 0 || i >= POLICY_KEYS) {
			rw_buf_putc(&b, *text++);
			continue;
		}
		if (keys[i].line == NULL) {
			print_message("# skipped: needs ssh-keygen\n");
			skip();
		}
		rw_buf_puts(&b, key ? keys[i].line : keys[i].fingerprint);
		text += key ? 6 : 5;
	}
	return rw_buf_detach(&b);
}

struct rw_policy *
policy_parse(const char *text, struct rw_error *err)
{
	rw_autofree char *filled = policy_text(text);
	struct rw_policy *p;

	assert_non_null(filled);
	return rw_policy_parse("p.yaml", rw_str(filled), &p, err) ? p : NULL;
}

struct rw_policy *
policy_good(const char *text)
{
	struct rw_error err = RW_ERROR_INIT;
	struct rw_policy *p = policy_parse(text, &err);

	if (p == NULL)
		print_message("# %s\n", err.msg);
	assert_non_null(p);
	return p;
}

char *
policy_dir_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = NULL;

	assert_true(asprintf(&dir, "%s/rw-policy-XXXXXX", tmp == NULL ? "/tmp" : tmp) > 0);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void
policy_dir_remove(char *dir)
{
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(dir);
}

void
policy_file(const char *dir, const char *name, const char *text)
{
	rw_autofree char *filled = policy_text(text), *path = NULL;
	struct rw_error err = RW_ERROR_INIT;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	if (!rw_file_write(path, rw_str(filled), 0600, false, &err))
		fail_msg("%s", err.msg);
}
