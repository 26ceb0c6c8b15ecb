#include "tree.h"

#include <math.h>
#include <stdio.h>

/*
 * Plain scalars as sigs.k8s.io/yaml reads them: the resolver of go-yaml v2, which is YAML 1.1 without
 * sexagesimals and with Go's ParseInt(base 0). Every row was measured against it.
 */

static const struct word {
	const char *text;
	enum rw_scalar_type type;
	bool boolean;
} words[] = {
	{ "y", RW_SCALAR_BOOL, true }, { "Y", RW_SCALAR_BOOL, true },
	{ "yes", RW_SCALAR_BOOL, true }, { "Yes", RW_SCALAR_BOOL, true }, { "YES", RW_SCALAR_BOOL, true },
	{ "on", RW_SCALAR_BOOL, true }, { "On", RW_SCALAR_BOOL, true }, { "ON", RW_SCALAR_BOOL, true },
	{ "true", RW_SCALAR_BOOL, true }, { "True", RW_SCALAR_BOOL, true }, { "TRUE", RW_SCALAR_BOOL, true },
	{ "n", RW_SCALAR_BOOL, false }, { "N", RW_SCALAR_BOOL, false },
	{ "no", RW_SCALAR_BOOL, false }, { "No", RW_SCALAR_BOOL, false }, { "NO", RW_SCALAR_BOOL, false },
	{ "off", RW_SCALAR_BOOL, false }, { "Off", RW_SCALAR_BOOL, false }, { "OFF", RW_SCALAR_BOOL, false },
	{ "false", RW_SCALAR_BOOL, false }, { "False", RW_SCALAR_BOOL, false }, { "FALSE", RW_SCALAR_BOOL, false },
	{ "~", RW_SCALAR_NULL, false },
	{ "null", RW_SCALAR_NULL, false }, { "Null", RW_SCALAR_NULL, false }, { "NULL", RW_SCALAR_NULL, false },
};

static const struct { const char *text, *key; } odd_floats[] = {
	{ ".inf", ".inf" }, { ".Inf", ".inf" }, { ".INF", ".inf" },
	{ "+.inf", ".inf" }, { "+.Inf", ".inf" }, { "+.INF", ".inf" },
	{ "-.inf", "-.inf" }, { "-.Inf", "-.inf" }, { "-.INF", "-.inf" },
	{ ".nan", ".nan" }, { ".NaN", ".nan" }, { ".NAN", ".nan" },
};

static const char *
odd_float(struct rw_str v)
{
	if (v.n < 4 || v.n > 5)
		return NULL;
	for (size_t i = 0; i < RW_ARRAY_LEN(odd_floats); i++)
		if (rw_str_eqz(v, odd_floats[i].text))
			return odd_floats[i].key;
	return NULL;
}

bool
rw_scalar_not_finite(struct rw_str value)
{
	return odd_float(value) != NULL;
}

/* ---- numbers; '_' is skipped wherever it stands ---- */

struct cursor {
	const char *p, *end;
};

/* The next character that is no '_', or 0. */
static char
peek(struct cursor *c)
{
	while (c->p < c->end && *c->p == '_')
		c->p++;
	return c->p < c->end ? *c->p : '\0';
}

static char
take(struct cursor *c)
{
	char ch = peek(c);

	if (c->p < c->end)
		c->p++;
	return ch;
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Digits to the end of the text; at least `min` of them. */
static bool
digits(struct cursor c, unsigned base, size_t min, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	while (peek(&c) != '\0') {
		unsigned d = (unsigned)digit_value(take(&c));

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
		n++;
	}
	*ret = v;
	return c.p == c.end && n >= min;
}

struct integer {
	bool negative;
	uint64_t magnitude;
};

/* Go's ParseInt(s, 0, 64), then ParseUint(s, 0, 64). */
static bool
parse_int(struct rw_str s, struct integer *ret)
{
	static const struct { char letter; unsigned base; } prefixes[] = {
		{ 'b', 2 }, { 'o', 8 }, { 'x', 16 },
	};
	struct cursor c = { s.p, s.p + s.n }, rest;
	unsigned base = 10;
	char sign = peek(&c);
	size_t min = 1;
	bool prefixed = false;

	if (sign == '+' || sign == '-')
		(void)take(&c);
	else
		sign = '\0';
	rest = c;
	if (peek(&c) == '0') {
		(void)take(&rest);
		base = 8;
		min = 0;
		for (size_t i = 0; i < RW_ARRAY_LEN(prefixes); i++)
			if ((peek(&rest) | 0x20) == prefixes[i].letter) {
				struct cursor after = rest;

				(void)take(&after);
				if (digits(after, prefixes[i].base, 1, &ret->magnitude)) {
					prefixed = true;
					break;
				}
				/* go-yaml's own branch for "0b" takes a sign behind the prefix */
				if (sign == '\0' && prefixes[i].letter == 'b' && *rest.p == 'b' &&
				    (peek(&after) == '+' || peek(&after) == '-')) {
					sign = take(&after);
					if (digits(after, 2, 1, &ret->magnitude)) {
						prefixed = true;
						break;
					}
				}
				return false;
			}
	}
	if (!prefixed && !digits(rest, base, min, &ret->magnitude))
		return false;
	ret->negative = sign == '-';
	/* only ParseUint takes more than 2^63 - 1, and it takes no sign */
	if (sign == '-')
		return ret->magnitude <= (UINT64_C(1) << 63);
	return sign == '\0' || ret->magnitude <= INT64_MAX;
}

/*
 * ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$, then the value. False also for a number
 * that no double can hold: Go calls that a range error and the scalar stays a string.
 */
static bool
parse_float(struct rw_str s, double *ret)
{
	struct cursor c = { s.p, s.p + s.n };
	char buf[96];
	size_t n = 0, whole = 0, fraction = 0;
	long exponent = 0, e = 0;
	bool negative = false, point = false, e_negative = false;

	if (peek(&c) == '+' || peek(&c) == '-')
		negative = take(&c) == '-';
	buf[n++] = '.';
	while (true) {
		char ch = peek(&c);

		if (ch == '.' && !point) {
			point = true;
		} else if (ch >= '0' && ch <= '9') {
			if (point)
				fraction++;
			else
				whole++;
			/* 64 digits decide every rounding that matters; then only the exponent moves */
			if (n == 1 && ch == '0')
				exponent -= point;
			else if (n <= 64) {
				buf[n++] = ch;
				exponent += !point;
			} else
				exponent += !point;
		} else {
			break;
		}
		(void)take(&c);
	}
	if (whole + fraction == 0 || (point && whole == 0 && fraction == 0))
		return false;
	if ((peek(&c) | 0x20) == 'e') {
		size_t k = 0;

		(void)take(&c);
		if (peek(&c) == '+' || peek(&c) == '-')
			e_negative = take(&c) == '-';
		for (; peek(&c) >= '0' && peek(&c) <= '9'; k++) {
			int d = take(&c) - '0';

			if (e < 10000000)
				e = e * 10 + d;
		}
		if (k == 0)
			return false;
	}
	if (peek(&c) != '\0' || c.p != c.end)
		return false;
	if (n == 1) {
		*ret = negative ? -0.0 : 0.0;
		return true;
	}
	exponent += e_negative ? -e : e;
	(void)snprintf(buf + n, sizeof(buf) - n, "e%ld", exponent);
	*ret = strtod(buf, NULL);
	if (isinf(*ret))
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

enum rw_scalar_type
rw_yaml_resolve(struct rw_str value, bool *ret_bool)
{
	struct integer i;
	double d;

	*ret_bool = false;
	if (value.n == 0)
		return RW_SCALAR_NULL;
	switch (value.p[0]) {
	case 'y': case 'Y': case 'n': case 'N': case 't': case 'T': case 'f': case 'F': case 'o': case 'O':
	case '~':
		if (value.n > 5)
			return RW_SCALAR_STRING;
		for (size_t w = 0; w < RW_ARRAY_LEN(words); w++)
			if (words[w].text[0] == value.p[0] && rw_str_eqz(value, words[w].text)) {
				*ret_bool = words[w].boolean;
				return words[w].type;
			}
		return RW_SCALAR_STRING;
	case '.':
		if (odd_float(value) != NULL)
			return RW_SCALAR_FLOAT;
		/* here Go's ParseFloat sees the text as it is */
		if (memchr(value.p, '_', value.n) != NULL)
			return RW_SCALAR_STRING;
		return parse_float(value, &d) ? RW_SCALAR_FLOAT : RW_SCALAR_STRING;
	case '+': case '-':
		if (odd_float(value) != NULL)
			return RW_SCALAR_FLOAT;
		/* fall through */
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		if (parse_int(value, &i))
			return RW_SCALAR_INT;
		return parse_float(value, &d) ? RW_SCALAR_FLOAT : RW_SCALAR_STRING;
	default:
		return RW_SCALAR_STRING;
	}
}

/* Go's FormatFloat(f, 'g', -1, 32): the fewest digits, an exponent below 1e-4 and from 1e6 on. */
static void
format_float(double d, char out[RW_SCALAR_KEY_LEN])
{
	float f = (float)d;
	char e[32] = "";
	int n = 0, x;

	if (isinf(f)) {
		(void)snprintf(out, RW_SCALAR_KEY_LEN, "%s", f < 0 ? "-.inf" : ".inf");
		return;
	}
	for (int precision = 0; precision < 9; precision++) {
		(void)snprintf(e, sizeof(e), "%.*e", precision, (double)f);
		if (strtof(e, NULL) == f)
			break;
	}
	x = (int)strtol(strchr(e, 'e') + 1, NULL, 10);
	for (const char *p = e; *p != 'e'; p++)
		n += *p >= '0' && *p <= '9';
	if (x < -4 || x >= 6)
		(void)snprintf(out, RW_SCALAR_KEY_LEN, "%s", e);
	else
		(void)snprintf(out, RW_SCALAR_KEY_LEN, "%.*f", n - 1 - x > 0 ? n - 1 - x : 0, (double)f);
}

const char *
rw_scalar_key(enum rw_scalar_type type, struct rw_str value, char out[RW_SCALAR_KEY_LEN])
{
	struct integer i;
	double d;
	bool b;

	out[0] = '\0';
	switch (type) {
	case RW_SCALAR_BOOL:
		(void)rw_yaml_resolve(value, &b);
		(void)snprintf(out, RW_SCALAR_KEY_LEN, "%s", b ? "true" : "false");
		break;
	case RW_SCALAR_INT:
		if (parse_int(value, &i))
			(void)snprintf(out, RW_SCALAR_KEY_LEN, "%s%llu", i.negative && i.magnitude != 0 ? "-" : "",
			    (unsigned long long)i.magnitude);
		break;
	case RW_SCALAR_FLOAT:
		if (odd_float(value) != NULL)
			(void)snprintf(out, RW_SCALAR_KEY_LEN, "%s", odd_float(value));
		else if (parse_float(value, &d))
			format_float(d, out);
		break;
	case RW_SCALAR_STRING:
	case RW_SCALAR_NULL:
		break;
	}
	return out;
}
