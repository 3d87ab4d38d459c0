/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/html_link.h"

#include "shared/base/compiler.h"

#include <stddef.h>
#include <string.h>

static const char *const APP_SCHEMES[] = {"tg://", "ton://", "tonsite://"};
static const char *const WEB_SCHEMES[] = {"http://", "https://"};

/* The scheme in `schemes` that `url` begins with, or NULL. */
static const char *find_scheme(const char *url, const char *const schemes[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0) {
            return schemes[i];
        }
    }
    return NULL;
}

/* Blanks are written as %20, other bytes as they are. */
static void add_path(const char *path, struct buf *out)
{
    if (*path != '/') {
        buf_add(out, "/", 1);
    }
    for (; *path != '\0'; path++) {
        buf_add(out, *path == ' ' ? "%20" : path, *path == ' ' ? 3 : 1);
    }
}

bool html_link(const char *url, struct buf *out)
{
    const char *scheme = find_scheme(url, WEB_SCHEMES, ARRAY_LEN(WEB_SCHEMES));
    const char *host = scheme ? url + strlen(scheme) : url;
    size_t host_len = strcspn(host, "/?#");

    if (find_scheme(url, APP_SCHEMES, ARRAY_LEN(APP_SCHEMES))) {
        buf_addf(out, "%s", url);
        return true;
    }
    if (!memchr(host, '.', host_len) || strcspn(host, " \t\r\n()") < host_len) {
        return false;
    }
    buf_addf(out, "%s", scheme ? scheme : WEB_SCHEMES[0]);
    for (size_t i = 0; i < host_len; i++) {
        static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";
        bool upper = host[i] >= 'A' && host[i] <= 'Z';

        buf_add(out, upper ? &LETTERS[host[i] - 'A'] : &host[i], 1);
    }
    add_path(host + host_len, out);
    return true;
}
