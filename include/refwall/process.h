/*
 * process.h: who holds a ref update in hand, and is it still there?
 *
 * An accepted push moves its refs some time after the hook has ended: git-receive-pack, the hook's
 * parent, does it. A pending accept whose process is gone and whose ref did not move will never be
 * applied. A pid alone says nothing (it is used again), so the start time of the process and the boot are
 * kept with it.
 *
 * Both functions read /proc of this machine. Thread-safe.
 */
#ifndef REFWALL_PROCESS_H
#define REFWALL_PROCESS_H

#include "refwall/audit.h"

/* A process whose /proc entry is hidden from us (hidepid) counts as alive until it is that old. */
#define RW_PROCESS_BLIND_MS	(10 * 60 * 1000)

/*
 * Fill in what identifies a running process: call it with getppid() in a hook. What cannot be read stays
 * zero or empty; rw_process_alive() then decides by what is left. Fails for a pid below 1 (RW_E_USAGE) or
 * one that is not there (RW_E_NOT_FOUND); ret then holds zeros.
 */
rw_must_check bool rw_process_capture(int64_t pid, struct rw_audit_process *ret, struct rw_error *err);

/*
 * May that process still act? False when it is surely gone: another boot, no such pid, the pid belongs to
 * a process that started at another time, or it is a zombie. When that cannot be seen the answer is true
 * for RW_PROCESS_BLIND_MS from its start, then false. A pid below 1 is not a process.
 */
bool rw_process_alive(const struct rw_audit_process *p);

#endif
