/* opened.h: an entry with what stands beside it. Private to server/audit. */
#ifndef REFWALL_AUDIT_OPENED_H
#define REFWALL_AUDIT_OPENED_H

#include "server/audit/entry.h"

/* Value behind a commitment of entry `index`: {NULL, 0} when it was erased. */
rw_must_check bool rw_entry_open(struct rw_log *l, struct rw_arena *a, uint64_t index,
    const struct rw_json_value *v, struct rw_str *ret, struct rw_error *err);

#endif
