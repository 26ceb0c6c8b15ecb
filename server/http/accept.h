/*
 * accept.h: content negotiation (RFC 9110 section 12.5.1). Pure.
 */
#ifndef REFWALL_SERVER_HTTP_ACCEPT_H
#define REFWALL_SERVER_HTTP_ACCEPT_H

#include "refwall/base.h"

/*
 * Which of the n media types does the Accept header like best? The first of equals. An absent or empty
 * header likes all; an element that is malformed counts as not there. -1: none is acceptable.
 */
int rw_accept_choose(struct rw_str header, const char *const *types, size_t n);

/* The media type of a Content-Type header is `type`, whatever its parameters. */
bool rw_media_type_is(struct rw_str header, const char *type);

#endif
