/* SPDX-License-Identifier: MIT */
#include "shared/base/listen_address.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

enum { PORT_MAX = 65535, PORT_DIGITS = 5 };

static bool read_port(const char *text, int *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > PORT_DIGITS || text[digits] != '\0' ||
        strtoimax(text, NULL, 10) > PORT_MAX) {
        return false;
    }
    *out = (int)strtoimax(text, NULL, 10);
    return true;
}

bool listen_address_read(const char *text, struct listen_address *out)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    int port;

    if (!colon || !read_port(colon + 1, &port)) {
        return false;
    }
    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    } else if (memchr(text, ':', len)) {
        return false;
    }
    if (len == 0 || len >= LISTEN_HOST_SIZE) {
        return false;
    }
    memcpy(out->host, text, len);
    out->host[len] = '\0';
    out->port = port;
    return true;
}

/* A name may begin with 127 as well: "127.evil.example" is none of ours. */
bool listen_host_is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0');
}

const char *listen_host_to_ask(const char *host)
{
    if (strcmp(host, "0.0.0.0") == 0) {
        return "127.0.0.1";
    }
    return strcmp(host, "::") == 0 ? "::1" : host;
}

static bool is_numeric(const char *host)
{
    struct in6_addr ignored;

    return inet_pton(AF_INET, host, &ignored) == 1 || inet_pton(AF_INET6, host, &ignored) == 1;
}

const char *listen_address_check(const char *text)
{
    struct listen_address address;

    return *text == '\0' || (listen_address_read(text, &address) && is_numeric(address.host))
               ? NULL
               : "must be an IP address and a port, as 127.0.0.1:9101 or [::1]:9101; empty is off";
}

const char *listen_token_check(const char *text)
{
    size_t len = strlen(text);
    bool plain = true;

    for (size_t i = 0; i < len; i++) {
        plain = plain && text[i] > ' ' && text[i] <= '~';
    }
    return len == 0 || (len >= LISTEN_TOKEN_MIN && plain)
               ? NULL
               : "must have 16 characters or more, without blanks: openssl rand -hex 16";
}

bool listen_check_together(const char *listen, const char *token, struct buf *problems)
{
    struct listen_address address;

    if (token[0] != '\0' || !listen_address_read(listen, &address) ||
        listen_host_is_loopback(address.host)) {
        return true;
    }
    buf_addf(problems,
             "HTTP_TOKEN: must be set when HTTP_LISTEN is not an address of this machine "
             "alone: openssl rand -hex 16, or listen on 127.0.0.1\n");
    return false;
}
