/*
 * timestamp.h: times are milliseconds since 1970-01-01T00:00:00Z, UTC, as int64_t.
 * The library never asks for the time: the program reads the clock once and passes it
 * down, so that every judgement of a push sees the same "now" and tests can choose it.
 */
#ifndef REFWALL_TIMESTAMP_H
#define REFWALL_TIMESTAMP_H

#include "refwall/base.h"

typedef int64_t rw_time;		/* ms since the epoch */
#define RW_TIME_NONE	INT64_MIN	/* "no bound", "not set" */
#define RW_TIME_LEN	25		/* "2026-11-22T08:30:37.123Z" and a NUL */

/*
 * RFC 3339 with "Z" or an offset, years 1970 to 9999, seconds 0 to 59, at most nine
 * digits of fraction (cut to ms). A plain date "2027-01-01" is midnight UTC. Pure.
 */
bool rw_time_parse(struct rw_str s, rw_time *ret);

/*
 * "2026-11-22T08:30:37.123Z"; always UTC, always three digits of fraction. RW_TIME_NONE
 * is "-"; a time outside the years 1970 to 9999 is shown as the nearest inside.
 */
const char *rw_time_format(rw_time t, char out[RW_TIME_LEN]);

/* "30s", "15m", "24h", "7d", "500ms": one number, one unit; result in ms, at most ten years. */
bool rw_duration_parse(struct rw_str s, int64_t *ret_ms);

/* The wall clock, and a clock that is never set, in ms. For programs, not for the library. */
rw_time rw_time_now(void);
int64_t rw_time_monotonic(void);

#endif
