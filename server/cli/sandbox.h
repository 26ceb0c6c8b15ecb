/* sandbox.h: a process that computes and answers, and can do nothing else. Private to server/cli. */
#ifndef RW_SERVER_CLI_SANDBOX_H
#define RW_SERVER_CLI_SANDBOX_H

#include "refwall/buf.h"
#include "refwall/error.h"

/*
 * Run work(arg) in a child and return what it wrote to its buffer, at most ret->max bytes. The child has no
 * files but a pipe to here, cannot open any, starts nothing, gains no privileges (those of root are given
 * up), and has bounds of memory and processor time; where the kernel can filter system calls, it has only
 * those for memory and for its answer. A child that ends badly is RW_E_DENIED; a failure of the work comes
 * back as it was.
 */
rw_must_check bool rw_sandbox_run(bool (*work)(void *arg, struct rw_buf *answer, struct rw_error *err),
    void *arg,
    struct rw_buf *ret, struct rw_error *err);

#endif
