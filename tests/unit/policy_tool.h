/*
 * policy_tool.h: policies for tests. In every text @KEY1@ .. @KEY4@ stand for lines of Ed25519 keys made for this
 * run, and @FP1@ .. @FP4@ for their fingerprints.
 */
#ifndef REFWALL_TESTS_POLICY_TOOL_H
#define REFWALL_TESTS_POLICY_TOOL_H

#include "refwall/policy.h"

#define POLICY_KEYS 4

/* Group fixtures: the library is made ready, and keys are made. */
int policy_tool_setup(void **state);
int policy_tool_teardown(void **state);

/* The text with its keys filled in; free() it. */
char *policy_text(const char *text);

/* Parse from memory as "p.yaml"; the policy, or NULL and err. */
struct rw_policy *policy_parse(const char *text, struct rw_error *err);
/* The same, which must succeed. */
struct rw_policy *policy_good(const char *text);

/* A fresh directory; policy_dir_remove() removes it with all that is below it. */
char *policy_dir_make(void);
void policy_dir_remove(char *dir);
/* DIR/NAME with this text, keys filled in; folders on the way are made. */
void policy_file(const char *dir, const char *name, const char *text);

#endif
