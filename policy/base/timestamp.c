#include <stdio.h>
#include <time.h>

#include "refwall/timestamp.h"

#define DAY_MS		(24 * 60 * 60 * INT64_C(1000))
#define LAST_MS		INT64_C(253402300799999)	/* 9999-12-31T23:59:59.999Z */
#define TEN_YEARS_MS	(3650 * DAY_MS)

/* Reads n digits at *at; false when there are fewer. */
static bool
digits(struct rw_str s, size_t *at, size_t n, int *ret)
{
	int v = 0;

	if (n > s.n - *at)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[*at + i];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	*at += n;
	*ret = v;
	return true;
}

static bool
byte(struct rw_str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year));
}

/* Days from 0001-01-01 to the first of January of a year. */
static int64_t
days_before_year(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400;
}

static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t n = days_before_year(year) - days_before_year(1970);

	for (int m = 1; m < month; m++)
		n += month_days(year, m);
	return n + day - 1;
}

static bool
parse_date(struct rw_str s, size_t *at, int64_t *ret_ms)
{
	int year, month, day;

	if (!digits(s, at, 4, &year) || !byte(s, at, '-') || !digits(s, at, 2, &month) || !byte(s, at, '-') ||
	    !digits(s, at, 2, &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	*ret_ms = days_since_epoch(year, month, day) * DAY_MS;
	return true;
}

/* ".5" is 500 ms; what is finer than a millisecond is cut. */
static bool
parse_fraction(struct rw_str s, size_t *at, int *ret_ms)
{
	int scale = 100, n = 0, d;

	*ret_ms = 0;
	if (!byte(s, at, '.'))
		return true;
	while (digits(s, at, 1, &d)) {
		*ret_ms += d * scale;
		scale /= 10;
		n++;
	}
	return n >= 1 && n <= 9;
}

static bool
parse_offset(struct rw_str s, size_t *at, int64_t *ret_ms)
{
	int hours, minutes;
	bool east;

	*ret_ms = 0;
	if (byte(s, at, 'Z'))
		return true;
	east = byte(s, at, '+');
	if (!east && !byte(s, at, '-'))
		return false;
	if (!digits(s, at, 2, &hours) || !byte(s, at, ':') || !digits(s, at, 2, &minutes))
		return false;
	*ret_ms = (hours * 60 + minutes) * INT64_C(60000) * (east ? 1 : -1);
	return hours <= 23 && minutes <= 59;
}

bool
rw_time_parse(struct rw_str s, rw_time *ret)
{
	int hour, minute, second, fraction;
	int64_t t, offset;
	size_t at = 0;

	if (!parse_date(s, &at, &t))
		return false;
	if (at == s.n) {
		*ret = t;
		return true;
	}
	if (!byte(s, &at, 'T') || !digits(s, &at, 2, &hour) || !byte(s, &at, ':') ||
	    !digits(s, &at, 2, &minute) || !byte(s, &at, ':') || !digits(s, &at, 2, &second) || !parse_fraction(s, &at, &fraction) ||
	    !parse_offset(s, &at, &offset) || at != s.n)
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	t += ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + fraction - offset;
	if (t < 0 || t > LAST_MS)
		return false;
	*ret = t;
	return true;
}

const char *
rw_time_format(rw_time t, char out[RW_TIME_LEN])
{
	int64_t days;
	unsigned ms;
	int year, month = 1;

	if (t == RW_TIME_NONE) {
		memcpy(out, "-", 2);
		return out;
	}
	t = t < 0 ? 0 : t > LAST_MS ? LAST_MS : t;
	days = t / DAY_MS;
	ms = (unsigned)(t % DAY_MS);
	year = 1970 + (int)(days / 366);	/* never too late, at most 22 years too early */
	while (days_before_year(year + 1) - days_before_year(1970) <= days)
		year++;
	days -= days_before_year(year) - days_before_year(1970);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	(void)snprintf(out, RW_TIME_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year % 10000,
	    (unsigned)month % 100, (unsigned)(days + 1) % 100, ms / 3600000 % 100, ms / 60000 % 60,
	    ms / 1000 % 60, ms % 1000);
	return out;
}

bool
rw_duration_parse(struct rw_str s, int64_t *ret_ms)
{
	static const struct { const char *name; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", DAY_MS },
	};
	size_t at = 0;
	int64_t v = 0;
	int d;

	while (digits(s, &at, 1, &d)) {
		v = v * 10 + d;
		if (v > TEN_YEARS_MS)
			return false;
	}
	if (at == 0 || (at > 1 && s.p[0] == '0'))
		return false;
	s.p += at;
	s.n -= at;
	for (size_t i = 0; i < RW_ARRAY_LEN(units); i++) {
		if (!rw_str_eqz(s, units[i].name))
			continue;
		if (v > TEN_YEARS_MS / units[i].ms)
			return false;
		*ret_ms = v * units[i].ms;
		return true;
	}
	return false;
}

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

rw_time
rw_time_now(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
rw_time_monotonic(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}
