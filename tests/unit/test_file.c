#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refwall/buf.h"

/* A directory of its own below the working directory, entered for each test. */
static char dir[] = "test_file.XXXXXX";
static int home = -1;

static int
enter(void **state)
{
	(void)state;
	home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return home < 0 || mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static size_t
for_each_name(bool remove)
{
	DIR *d = opendir(".");
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (remove && unlink(e->d_name) != 0)
			(void)rmdir(e->d_name);
	}
	closedir(d);
	return n;
}

static int
leave(void **state)
{
	int bad;

	(void)state;
	(void)for_each_name(true);
	bad = fchdir(home) != 0 || rmdir(dir) != 0;
	rw_closep(&home);
	return bad;
}

static void
put(const char *path, const char *text, size_t n)
{
	struct rw_error e = RW_ERROR_INIT;

	assert_true(rw_file_write(path, (struct rw_str){ text, n }, 0644, false, &e));
}

static void
reads_regular_files(void **state)
{
	static char big[100000];
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(sizeof(big));
	struct rw_error e = RW_ERROR_INIT;
	rw_autoclose int sub = -1;

	(void)state;
	memset(big, 'x', sizeof(big));
	put("empty", "", 0);
	put("small", "a\0b", 3);
	put("big", big, sizeof(big));
	assert_int_equal(mkdir("sub", 0700), 0);
	put("sub/inner", "inner", 5);
	assert_true(rw_file_read(AT_FDCWD, "big", &b, &e));
	assert_int_equal(b.len, sizeof(big));
	assert_true(rw_file_read(AT_FDCWD, "small", &b, &e));
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	assert_true(rw_file_read(AT_FDCWD, "empty", &b, &e));
	assert_int_equal(b.len, 0);
	sub = open("sub", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(rw_file_read(sub, "inner", &b, &e));
	assert_str(rw_buf_str(&b), "inner");
	assert_int_equal(unlink("sub/inner"), 0);
}

static void
bound(void **state)
{
	rw_auto_buf struct rw_buf fits = RW_BUF_INIT(5), over = RW_BUF_INIT(4), none = RW_BUF_INIT(0);
	struct rw_error e = RW_ERROR_INIT;

	(void)state;
	put("f", "12345", 5);
	assert_true(rw_file_read(AT_FDCWD, "f", &fits, &e));
	assert_false(rw_file_read(AT_FDCWD, "f", &over, &e));
	assert_int_equal(e.code, RW_E_LIMIT);
	assert_string_equal(e.msg, "f: more than 4 bytes");
	assert_int_equal(over.len, 0);
	put("empty", "", 0);
	assert_true(rw_file_read(AT_FDCWD, "empty", &none, &e));
}

static void
refuses_what_is_not_a_file(void **state)
{
	static const struct { const char *path; enum rw_error_code code; const char *msg; } rows[] = {
		{ "missing", RW_E_NOT_FOUND, "missing: no such file" },
		{ "link", RW_E_IO, "link: is a symbolic link, wanted a regular file" },
		{ "dangling", RW_E_IO, "dangling: is a symbolic link, wanted a regular file" },
		{ "fifo", RW_E_IO, "fifo: is not a regular file" },
		{ "sub", RW_E_IO, "sub: is not a regular file" },
		{ "/dev/null", RW_E_IO, "/dev/null: is not a regular file" },
		{ "f/x", RW_E_IO, "f/x: cannot open: Not a directory" },
		{ "bad\x1b[1m", RW_E_NOT_FOUND, "bad\\x1b[1m: no such file" },
	};

	(void)state;
	put("f", "text", 4);
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("sub", 0700), 0);
	for (size_t i = 0; i < RW_ARRAY_LEN(rows); i++) {
		rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);
		struct rw_error e = RW_ERROR_INIT;

		print_message("# %zu\n", i);
		assert_false(rw_file_read(AT_FDCWD, rows[i].path, &b, &e));
		assert_string_equal(e.msg, rows[i].msg);
		assert_int_equal(e.code, rows[i].code);
	}
}

static void
descriptors(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(6), small = RW_BUF_INIT(5);
	struct rw_error e = RW_ERROR_INIT;
	int p[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(p), 0);
		assert_true(rw_fd_write_all(p[1], "pipe", RW_STR_LIT("abcdef"), &e));
		rw_closep(&p[1]);
		if (i == 0) {
			assert_true(rw_fd_read_all(p[0], "pipe", &b, &e));
			assert_str(rw_buf_str(&b), "abcdef");
		} else {
			assert_false(rw_fd_read_all(p[0], "pipe", &small, &e));
			assert_int_equal(e.code, RW_E_LIMIT);
		}
		rw_closep(&p[0]);
	}
	assert_false(rw_fd_read_all(-1, "gone", &b, &e));
	assert_string_equal(e.msg, "gone: cannot read: Bad file descriptor");
	assert_int_equal(b.len, 0);
	assert_false(rw_fd_write_all(-1, "gone", RW_STR_LIT("x"), &e));
	assert_int_equal(e.code, RW_E_IO);
}

static void
replaces(void **state)
{
	rw_auto_buf struct rw_buf b = RW_BUF_INIT(100);
	struct rw_error e = RW_ERROR_INIT;
	struct stat st;

	(void)state;
	assert_true(rw_file_write("f", RW_STR_LIT("one"), 0600, true, &e));
	assert_false(rw_file_write("f", RW_STR_LIT("two"), 0600, true, &e));
	assert_int_equal(e.code, RW_E_EXISTS);
	assert_true(rw_file_read(AT_FDCWD, "f", &b, &e));
	assert_str(rw_buf_str(&b), "one");
	assert_true(rw_file_write("./f", RW_STR_LIT("two"), 0640, false, &e));
	assert_true(rw_file_read(AT_FDCWD, "f", &b, &e));
	assert_str(rw_buf_str(&b), "two");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* A link in its place is replaced, not followed. */
	put("target", "safe", 4);
	assert_int_equal(symlink("target", "link"), 0);
	assert_false(rw_file_write("link", RW_STR_LIT("x"), 0600, true, &e));
	assert_true(rw_file_write("link", RW_STR_LIT("x"), 0600, false, &e));
	assert_true(rw_file_read(AT_FDCWD, "link", &b, &e));
	assert_true(rw_file_read(AT_FDCWD, "target", &b, &e));
	assert_str(rw_buf_str(&b), "safe");
	/* No temporary file stays, after failures neither. */
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_false(rw_file_write("sub", RW_STR_LIT("x"), 0600, false, &e));
	assert_false(rw_file_write("none/f", RW_STR_LIT("x"), 0600, false, &e));
	assert_false(rw_file_write("sub/", RW_STR_LIT("x"), 0600, false, &e));
	assert_int_equal(for_each_name(false), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_regular_files, enter, leave),
		cmocka_unit_test_setup_teardown(bound, enter, leave),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_a_file, enter, leave),
		cmocka_unit_test_setup_teardown(descriptors, enter, leave),
		cmocka_unit_test_setup_teardown(replaces, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
