#include <arpa/inet.h>
#include <strings.h>

#include "refwall/fanout.h"
#include "refwall/reader.h"
#include "refwall/text.h"

#define HOST_MAX 253		/* RFC 1035 section 2.3.4, without the root's dot */
#define LABEL_MAX 63

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986: unreserved, sub-delims and what else may stand in a path or a query. */
static bool
is_url_char(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("-._~!$&'()*+,;=:@/?", c) != NULL);
}

static bool
check_rest(struct rw_str s, struct rw_error *err)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '#')
			return rw_fail(err, RW_E_USAGE, "url: a fragment (#...) is never sent, leave it out");
		if (s.p[i] == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]))
				return rw_fail(err, RW_E_USAGE,
				    "url: '%%' must be followed by two hexadecimal digits");
			i += 2;
		} else if (!is_url_char(s.p[i])) {
			return rw_fail(err, RW_E_USAGE, "url: the character '%c' must be written as %%%02X",
			    s.p[i], (unsigned)(unsigned char)s.p[i]);
		}
	}
	return true;
}

/*
 * A name whose last label is a number is an IPv4 address to some resolvers and a name to others (0x7f.1,
 * 127.1, 2130706433): such a host must be the one form that all read alike.
 */
static bool
check_name(struct rw_str host, struct rw_error *err)
{
	struct rw_reader r = rw_reader_init(host);
	struct rw_str label = { NULL, 0 };
	bool numeric;

	if (host.n == 0)
		return rw_fail(err, RW_E_USAGE, "url: the host is missing");
	if (host.n > HOST_MAX)
		return rw_fail(err, RW_E_USAGE, "url: the host is longer than %d bytes", HOST_MAX);
	while (r.left > 0) {
		const char *dot = memchr(r.p, '.', r.left);

		label = dot == NULL ? rw_reader_bytes(&r, r.left) : rw_reader_until(&r, '.');
		if (label.n == 0 || (dot != NULL && r.left == 0))
			return rw_fail(err, RW_E_USAGE, "url: host '%s' has an empty label", RW_SHOW(host));
		if (label.n > LABEL_MAX)
			return rw_fail(err, RW_E_USAGE, "url: host '%s' has a label longer than %d bytes",
			    RW_SHOW(host), LABEL_MAX);
		for (size_t i = 0; i < label.n; i++) {
			if (!is_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
				return rw_fail(err, RW_E_USAGE,
				    "url: host '%s' is not a name of letters, digits and '-'", RW_SHOW(host));
		}
		if (label.p[0] == '-' || label.p[label.n - 1] == '-')
			return rw_fail(err, RW_E_USAGE,
			    "url: host '%s' has a label that starts or ends with '-'", RW_SHOW(host));
	}
	numeric = rw_str_has_prefix(label, "0x") || rw_str_has_prefix(label, "0X");
	for (size_t i = 0; i < label.n && !numeric; i++) {
		if (!is_digit(label.p[i]))
			return true;
	}
	return rw_fail(err, RW_E_USAGE, "url: host '%s' looks like an IPv4 address but is not four decimal numbers",
	    RW_SHOW(host));
}

static bool
check_host(struct rw_str host, bool bracketed, struct rw_error *err)
{
	char z[INET6_ADDRSTRLEN + 1];
	uint8_t addr[16];

	if (host.n < sizeof(z) && host.n > 0) {
		memcpy(z, host.p, host.n);
		z[host.n] = '\0';
		if (inet_pton(bracketed ? AF_INET6 : AF_INET, z, addr) == 1)
			return true;
	}
	if (bracketed)
		return rw_fail(err, RW_E_USAGE, "url: '[%s]' is not an IPv6 address", RW_SHOW(host));
	return check_name(host, err);
}

static bool
scheme(struct rw_str url, bool *ret_tls, struct rw_str *ret_rest)
{
	static const struct { const char *z; size_t n; bool tls; } schemes[] = {
		{ "http://", 7, false },
		{ "https://", 8, true },
	};

	for (size_t i = 0; i < RW_ARRAY_LEN(schemes); i++) {
		if (url.n >= schemes[i].n && strncasecmp(url.p, schemes[i].z, schemes[i].n) == 0) {
			*ret_tls = schemes[i].tls;
			*ret_rest = (struct rw_str){ url.p + schemes[i].n, url.n - schemes[i].n };
			return true;
		}
	}
	return false;
}

/* authority = host [ ":" port ]; the host without brackets, the port empty when absent. */
static bool
split_authority(struct rw_str auth, struct rw_str *ret_host, bool *ret_bracketed, struct rw_str *ret_port,
    struct rw_error *err)
{
	const char *end;
	size_t used;

	if (auth.n > 0 && auth.p[0] == '[') {
		end = memchr(auth.p, ']', auth.n);
		if (end == NULL)
			return rw_fail(err, RW_E_USAGE, "url: ']' is missing after the IPv6 address");
		*ret_bracketed = true;
		*ret_host = (struct rw_str){ auth.p + 1, (size_t)(end - auth.p) - 1 };
		used = (size_t)(end - auth.p) + 1;
	} else {
		end = memchr(auth.p, ':', auth.n);
		*ret_bracketed = false;
		used = end == NULL ? auth.n : (size_t)(end - auth.p);
		*ret_host = (struct rw_str){ auth.p, used };
	}
	*ret_port = (struct rw_str){ NULL, 0 };
	if (used == auth.n)
		return true;
	*ret_port = (struct rw_str){ auth.p + used + 1, auth.n - used - 1 };
	if (auth.p[used] != ':')
		return rw_fail(err, RW_E_USAGE, "url: unexpected text after the IPv6 address");
	return true;
}

static struct rw_str
lower(struct rw_arena *a, struct rw_str s)
{
	char *z = rw_arena_strndup(a, s.p, s.n);

	if (z == NULL)
		return (struct rw_str){ NULL, 0 };
	for (size_t i = 0; i < s.n; i++) {
		if (z[i] >= 'A' && z[i] <= 'Z')
			z[i] = (char)(z[i] + ('a' - 'A'));
	}
	return (struct rw_str){ z, s.n };
}

bool
rw_url_check(struct rw_arena *a, struct rw_str url, bool *ret_tls, struct rw_str *ret_host,
    struct rw_str *ret_port, struct rw_error *err)
{
	struct rw_str rest, auth, host, port;
	bool tls = false, bracketed = false;
	uint64_t number;

	if (url.n == 0)
		return rw_fail(err, RW_E_USAGE, "url: it is empty");
	if (url.n > RW_LIMIT_URL_BYTES)
		return rw_fail(err, RW_E_USAGE, "url: it is longer than %d bytes", RW_LIMIT_URL_BYTES);
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return rw_fail(err, RW_E_USAGE, "url: byte %zu is not a printable ASCII character",
			    i + 1);
	}
	if (!scheme(url, &tls, &rest))
		return rw_fail(err, RW_E_USAGE, "url: it must start with http:// or https://");
	auth = rest;
	auth.n = 0;
	while (auth.n < rest.n && strchr("/?#", rest.p[auth.n]) == NULL)
		auth.n++;
	if (auth.n > 0 && memchr(auth.p, '@', auth.n) != NULL)
		return rw_fail(err, RW_E_USAGE, "url: it must not hold a user or a password");
	if (!split_authority(auth, &host, &bracketed, &port, err) || !check_host(host, bracketed, err))
		return false;
	if (port.p == NULL)
		port = tls ? RW_STR_LIT("443") : RW_STR_LIT("80");
	else if (!rw_text_u64(port, 65535, &number) || number == 0)
		return rw_fail(err, RW_E_USAGE, "url: port '%s' is not a number from 1 to 65535",
		    RW_SHOW(port));
	rest = (struct rw_str){ rest.p + auth.n, rest.n - auth.n };
	if (!check_rest(rest, err))
		return false;
	host = lower(a, host);
	port = rw_arena_str(a, port);
	if (host.p == NULL || port.p == NULL)
		return rw_fail_nomem(err);
	*ret_tls = tls;
	*ret_host = host;
	*ret_port = port;
	return true;
}
