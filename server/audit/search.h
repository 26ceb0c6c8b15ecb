/* search.h: streams of entry indexes. Private to server/audit. */
#ifndef REFWALL_AUDIT_SEARCH_H
#define REFWALL_AUDIT_SEARCH_H

#include "server/audit/entry.h"

#define RW_SEARCH_NONE UINT64_MAX
#define RW_SEARCH_STREAMS 16

struct rw_stream {
	enum rw_key_field field;
	const struct rw_str *value;	/* any of these */
	size_t n;
	uint64_t rows;			/* bounded count */
	bool by_time;			/* the entries of since..until instead */
};

struct rw_search {
	struct rw_log *l;
	uint64_t size, low, high;	/* low <= index < high */
	rw_time since, until;
	bool descending;
	struct rw_stream stream[RW_SEARCH_STREAMS];
	size_t n;
	uint64_t probes, probes_max;	/* 0: no bound */
	bool stopped;			/* probes are used up */
	uint64_t stopped_at;		/* nothing before this (in search order) was missed */
};

/* Nearest index of the stream at or beyond `at`, RW_SEARCH_NONE when there is none. */
rw_must_check bool rw_stream_seek(struct rw_search *s, const struct rw_stream *st, uint64_t at, uint64_t *ret,
    struct rw_error *err);

#endif
