#include <stdio.h>

#include "refwall/fanout.h"
#include "refwall/reader.h"
#include "refwall/text.h"

#define BASE_MS		1000	/* the wait after the first attempt */
#define FACTOR		3	/* 1 s, 3 s, 9 s, ... an hour: twenty attempts last half a day */
#define BUSY_MS		30000	/* at least, after a 429 that does not say how long */
#define JITTER_PERCENT	20

enum rw_outcome
rw_retry_outcome(int status, unsigned attempts)
{
	if (status >= 200 && status <= 299)
		return RW_OUTCOME_DONE;
	if (status == 410)
		return RW_OUTCOME_GONE;
	/*
	 * Every other answer may be mended at the other side: a Flux receiver says 404 until it is
	 * reconciled, Rancher Fleet says 500 to a wrong secret.
	 */
	return attempts >= RW_LIMIT_DELIVERY_ATTEMPTS ? RW_OUTCOME_DEAD : RW_OUTCOME_RETRY;
}

static int64_t
bounded(int64_t ms)
{
	return ms > RW_LIMIT_DELIVERY_BACKOFF_MS ? RW_LIMIT_DELIVERY_BACKOFF_MS : ms;
}

int64_t
rw_retry_delay(unsigned attempts, int status, int64_t retry_after_ms, uint32_t random)
{
	int64_t ms = BASE_MS, spread;

	for (unsigned i = 1; i < attempts && ms < RW_LIMIT_DELIVERY_BACKOFF_MS; i++)
		ms *= FACTOR;
	if (status == 429 && retry_after_ms <= 0 && ms < BUSY_MS)
		ms = BUSY_MS;
	ms = bounded(ms);
	/* uniform in [-20 %, +20 %] */
	spread = ms * JITTER_PERCENT / 100;
	ms += spread * 2 * (int64_t)(random >> 1) / (INT32_MAX) - spread;
	/* asked to wait: never earlier than that, and not all at that very moment */
	retry_after_ms = bounded(retry_after_ms);
	if (retry_after_ms > ms)
		ms = retry_after_ms + retry_after_ms / 10 * (int64_t)(random >> 1) / INT32_MAX;
	return bounded(ms);
}

struct date { uint64_t year, day, hour, min, sec; unsigned month; };

static bool
month(struct rw_str s, unsigned *ret)
{
	static const char *const names[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};

	for (unsigned i = 0; i < RW_ARRAY_LEN(names); i++) {
		if (rw_str_eqz(s, names[i])) {
			*ret = i + 1;
			return true;
		}
	}
	return false;
}

/* Exactly n digits, leading zeros and all. */
static bool
digits(struct rw_reader *r, size_t n, uint64_t *ret)
{
	struct rw_str s = rw_reader_bytes(r, n);

	*ret = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.n == n;
}

static bool
clock_of_day(struct rw_reader *r, struct date *d)
{
	return digits(r, 2, &d->hour) && rw_reader_skip(r, ":") && digits(r, 2, &d->min) &&
	    rw_reader_skip(r, ":") && digits(r, 2, &d->sec);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool
imf_fixdate(struct rw_str s, rw_time now, struct date *d)
{
	struct rw_reader r = rw_reader_init(s);

	(void)now;
	return rw_reader_until(&r, ',').n == 3 && rw_reader_skip(&r, " ") && digits(&r, 2, &d->day) &&
	    rw_reader_skip(&r, " ") && month(rw_reader_bytes(&r, 3), &d->month) && rw_reader_skip(&r, " ") &&
	    digits(&r, 4, &d->year) && rw_reader_skip(&r, " ") && clock_of_day(&r, d) &&
	    rw_reader_skip(&r, " GMT") && rw_reader_done(&r);
}

/* Sunday, 06-Nov-94 08:49:37 GMT; a year that seems over fifty years ahead is in the past. */
static bool
rfc850_date(struct rw_str s, rw_time now, struct date *d)
{
	struct rw_reader r = rw_reader_init(s);
	char z[RW_TIME_LEN];
	uint64_t year;
	struct rw_reader y;

	if (!(rw_reader_until(&r, ',').n >= 6 && rw_reader_skip(&r, " ") && digits(&r, 2, &d->day) &&
	    rw_reader_skip(&r, "-") && month(rw_reader_bytes(&r, 3), &d->month) && rw_reader_skip(&r, "-") &&
	    digits(&r, 2, &d->year) && rw_reader_skip(&r, " ") && clock_of_day(&r, d) &&
	    rw_reader_skip(&r, " GMT") && rw_reader_done(&r)))
		return false;
	y = rw_reader_init(rw_str(rw_time_format(now, z)));
	if (!digits(&y, 4, &year))
		return false;
	d->year += year / 100 * 100;
	if (d->year > year + 50)
		d->year -= 100;
	return true;
}

/* Sun Nov  6 08:49:37 1994 */
static bool
asctime_date(struct rw_str s, rw_time now, struct date *d)
{
	struct rw_reader r = rw_reader_init(s);
	bool ok;

	(void)now;
	if (rw_reader_until(&r, ' ').n != 3 || !month(rw_reader_until(&r, ' '), &d->month))
		return false;
	ok = rw_reader_skip(&r, " ") ? digits(&r, 1, &d->day) : digits(&r, 2, &d->day);
	return ok && rw_reader_skip(&r, " ") && clock_of_day(&r, d) && rw_reader_skip(&r, " ") &&
	    digits(&r, 4, &d->year) && rw_reader_done(&r);
}

static bool
http_date(struct rw_str s, rw_time now, rw_time *ret)
{
	static bool (*const forms[])(struct rw_str, rw_time, struct date *) = { imf_fixdate, rfc850_date,
	    asctime_date };
	char z[128];

	for (size_t i = 0; i < RW_ARRAY_LEN(forms); i++) {
		struct date d = { 0 };

		if (!forms[i](s, now, &d))
			continue;
		snprintf(z, sizeof(z), "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)d.year, d.month,
		    (unsigned)d.day, (unsigned)d.hour, (unsigned)d.min, (unsigned)d.sec);
		return rw_time_parse(rw_str(z), ret);
	}
	return false;
}

int64_t
rw_retry_after(struct rw_str value, rw_time now)
{
	rw_time then;
	uint64_t seconds = 0;
	size_t i = 0;

	while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t'))
		value = (struct rw_str){ value.p + 1, value.n - 1 };
	while (value.n > 0 && strchr(" \t\r\n", value.p[value.n - 1]) != NULL && value.p[value.n - 1] != '\0')
		value.n--;
	for (; i < value.n && value.p[i] >= '0' && value.p[i] <= '9'; i++) {
		if (seconds <= RW_LIMIT_DELIVERY_BACKOFF_MS)
			seconds = seconds * 10 + (uint64_t)(value.p[i] - '0');
	}
	if (value.n > 0 && i == value.n)
		return seconds > RW_LIMIT_DELIVERY_BACKOFF_MS / 1000 ?
		    RW_LIMIT_DELIVERY_BACKOFF_MS : (int64_t)seconds * 1000;
	if (value.n > 64 || !http_date(value, now, &then) || then <= now)
		return 0;
	return bounded(then - now);
}
