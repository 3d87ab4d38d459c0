/* SPDX-License-Identifier: MIT */
#include "shared/base/plain_url.h"

#include "shared/base/listen_address.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char SCHEME[] = "http://";

bool url_is_plain(const char *url)
{
    return strncasecmp(url, SCHEME, strlen(SCHEME)) == 0;
}

/* Copies the host out of [user@]host[:port][/path], without the brackets of IPv6. */
static bool read_host(const char *text, char out[LISTEN_HOST_SIZE])
{
    const char *end = text + strcspn(text, "/?#\\");
    size_t len;

    for (const char *c = text; c < end; c++) {
        if (*c == '@') {
            text = c + 1; /* the last one counts: before it may be anything */
        }
    }
    if (*text == '[') {
        text++;
        len = strcspn(text, "]");
    } else {
        len = strcspn(text, ":");
    }
    len = len < (size_t)(end - text) ? len : (size_t)(end - text);
    if (len >= LISTEN_HOST_SIZE) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

bool url_can_be_overheard(const char *url)
{
    char host[LISTEN_HOST_SIZE];

    return url_is_plain(url) &&
           !(read_host(url + strlen(SCHEME), host) && listen_host_is_loopback(host));
}
