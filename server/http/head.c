#include <strings.h>

#include "server/http/head.h"

struct reading {
	struct rw_call *c;
	struct rw_head *head;
	bool twice, malformed;
};

/*
 * RFC 9110 section 5.1: what is no token was taken for another header by somebody else on the way, or for
 * none.
 */
static bool
is_token(const char *z, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)z[i];

		if (b <= ' ' || b >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", b) != NULL)
			return false;
	}
	return n > 0;
}

static enum MHD_Result
on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
    size_t value_n)
{
	struct reading *h = cls;
	struct { const char *name; struct rw_str *to; } wanted[] = {
		{ "Authorization", &h->c->authorization },
		{ "Accept", &h->c->accept },
		{ "Content-Type", &h->c->content_type },
		{ "Content-Length", &h->head->length },
		{ "Transfer-Encoding", &h->head->coding },
	};

	(void)kind;
	h->malformed = h->malformed || !is_token(key, key_n);
	for (size_t i = 0; i < RW_ARRAY_LEN(wanted); i++) {
		if (strlen(wanted[i].name) != key_n || strcasecmp(wanted[i].name, key) != 0)
			continue;
		/* of Accept the first line is used, of the others there is one */
		if (wanted[i].to->p != NULL)
			h->twice = h->twice || i != 1;
		else
			*wanted[i].to = (struct rw_str){ value == NULL ? "" : value,
			    value == NULL ? 0 : value_n };
	}
	return MHD_YES;
}

/*
 * Where does the body end? A proxy in front must have read it as we do, or a second request hides in it
 * (RFC 9112 section 11.2): one length, or one "chunked", and never both. The library takes the first of
 * several.
 */
bool
rw_head_read(struct rw_call *c, struct MHD_Connection *m, struct rw_head *ret)
{
	struct reading h = { .c = c, .head = ret };
	bool chunked;

	memset(ret, 0, sizeof(*ret));
	(void)MHD_get_connection_values_n(m, MHD_HEADER_KIND, on_header, &h);
	chunked = ret->coding.n == 7 && strncasecmp(ret->coding.p, "chunked", 7) == 0;
	if (!h.twice && !h.malformed && (ret->coding.p == NULL || (chunked && ret->length.p == NULL)))
		return true;
	rw_call_header(c, "Connection", "close");
	rw_call_problem(c, 400, "%s", h.malformed ? "a header's name is malformed" :
	    h.twice ? "a header that may come once came twice" : "the length of the body is ambiguous");
	return false;
}
