/*
 * yaml_json.h: a tree as JSON, as sigs.k8s.io/yaml and encoding/json would write it, so that trees can be
 * compared with text. For tests.
 */
#ifndef RW_TESTS_YAML_JSON_H
#define RW_TESTS_YAML_JSON_H

#include "refwall/buf.h"
#include "refwall/manifest.h"

void yaml_json(struct rw_buf *b, const struct rw_yaml_node *n);

/* "duplicate-key 3:1 spec.a", one a line. */
void yaml_problems(struct rw_buf *b, const struct rw_yaml *y);

#endif
