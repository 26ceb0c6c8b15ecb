/*
 * source.h (private to policy/config): the rows of accounts.from and repositories.from.
 */
#ifndef RW_CONFIG_SOURCE_H
#define RW_CONFIG_SOURCE_H

#include "refwall/config.h"
#include "refwall/strict.h"

rw_must_check bool rw_sources_read(const struct rw_strict *s, const struct rw_yaml_node *n, const char *what,
    const struct rw_source **ret, size_t *ret_n, struct rw_error *err);

#endif
