/*
 * ssh_tool.h: keys and signatures for tests, made while they run by the real ssh-keygen.
 * Functions that fail end the test (cmocka assertions).
 */
#ifndef REFWALL_TESTS_SSH_TOOL_H
#define REFWALL_TESTS_SSH_TOOL_H

#include "refwall/buf.h"

/* Is ssh-keygen on PATH? Else skip, and say so. */
bool ssh_tool_present(void);

/* A fresh directory below $TMPDIR; ssh_dir_remove() empties and removes it, and frees the string. */
char *ssh_dir_make(void);
void ssh_dir_remove(char *dir);

/* Run a program, wait, and require exit status 0. Its standard output goes to out, if given. */
void ssh_run(const char *const argv[], struct rw_buf *out);

/* DIR/NAME and DIR/NAME.pub. type as of ssh-keygen -t; bits NULL: its default. */
void ssh_key_make(const char *dir, const char *name, const char *type, const char *bits);

/* The line of DIR/NAME.pub. */
void ssh_key_line(const char *dir, const char *name, struct rw_buf *ret);

/* ssh-keygen -Y sign; hash NULL: its default. The armour goes to ret. */
void ssh_sign(const char *dir, const char *name, const char *ns, const char *hash, struct rw_str payload,
    struct rw_buf *ret);

/* Directory of published vectors ("sshsig", ...), or NULL; static storage. */
const char *ssh_corpus(const char *name);

#endif
