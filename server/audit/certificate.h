/* certificate.h: the entry beside a push that keeps its certificate. Private to server/audit. */
#ifndef REFWALL_AUDIT_CERTIFICATE_H
#define REFWALL_AUDIT_CERTIFICATE_H

#include "server/audit/entry.h"

/* Append it right behind the entry of the push, in the same transaction; nothing when there is none. */
rw_must_check bool rw_certificate_append(struct rw_log *l, const struct rw_audit_push *p, uint64_t push, struct rw_error *err);

/* The certificate of a push entry, in the arena; {NULL, 0}: there is none, or it was erased. */
rw_must_check bool rw_certificate_of(struct rw_log *l, struct rw_arena *a, uint64_t push, struct rw_str *ret,
    struct rw_error *err);

/* Does the table of used certificates say what the entry says? */
rw_must_check bool rw_certificate_listed(struct rw_log *l, const struct rw_entry *e, bool *ret, struct rw_error *err);

#endif
