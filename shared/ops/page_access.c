/* SPDX-License-Identifier: MIT */
#include "shared/ops/page_access.h"

#include "shared/base/listen_address.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { SECRET_SIZE = LISTEN_TOKEN_SIZE * 2 };

bool page_host_is_loopback(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : host + strcspn(host, ":");
    char name[LISTEN_HOST_SIZE];
    size_t len;

    host += host[0] == '[' ? 1 : 0;
    if (!end || (size_t)(end - host) >= sizeof(name)) {
        return false;
    }
    len = (size_t)(end - host);
    memcpy(name, host, len);
    name[len] = '\0';
    end += *end == ']' ? 1 : 0;
    if (*end == ':') {
        end += 1 + strspn(end + 1, "0123456789");
    }
    return *end == '\0' && (listen_host_is_loopback(name) || strcasecmp(name, "localhost") == 0);
}

/* Takes as long for any `given` of one length: how far it was right cannot be measured. */
static bool is_same(const char *given, const char *token)
{
    size_t given_len = strlen(given);
    size_t len = strlen(token);
    unsigned differs = given_len != len;

    for (size_t i = 0; i < given_len; i++) {
        differs |= (unsigned char)given[i] ^ (unsigned char)token[len > 0 ? i % len : 0];
    }
    return differs == 0 && len > 0;
}

static int base64_value(char letter)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = letter != '\0' ? strchr(LETTERS, letter) : NULL;

    return at ? (int)(at - LETTERS) : -1;
}

/* "user:password" out of base64. False for what is none, or too long. */
static bool read_base64(const char *text, char out[SECRET_SIZE])
{
    size_t letters = strcspn(text, "=");
    size_t len = letters * 6 / 8;
    uint32_t bits = 0;

    if (len >= SECRET_SIZE || text[letters + strspn(text + letters, "=")] != '\0') {
        return false;
    }
    for (size_t i = 0; i < letters; i++) {
        int value = base64_value(text[i]);
        size_t spare = (i + 1) * 6 % 8; /* bits behind the last whole byte */

        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        if (spare < 6) {
            out[(i + 1) * 6 / 8 - 1] = (char)(bits >> spare & 0xff);
        }
    }
    out[len] = '\0';
    return true;
}

/* What follows the name of a scheme, or NULL for another one. */
static const char *after_scheme(const char *authorization, const char *scheme)
{
    size_t len = strlen(scheme);

    if (!authorization || strncasecmp(authorization, scheme, len) != 0 ||
        authorization[len] != ' ') {
        return NULL;
    }
    return authorization + len + strspn(authorization + len, " ");
}

/* The token that the request brings: *out_bearer says how. Into `out`; "" for none. */
static void find_token(const char *authorization, char out[SECRET_SIZE], bool *out_bearer)
{
    const char *bearer = after_scheme(authorization, "Bearer");
    const char *basic = after_scheme(authorization, "Basic");
    char pair[SECRET_SIZE] = "";
    const char *colon;

    out[0] = '\0';
    *out_bearer = bearer != NULL;
    if (bearer && strlen(bearer) < SECRET_SIZE) {
        memcpy(out, bearer, strlen(bearer) + 1);
    }
    if (basic && read_base64(basic, pair)) {
        colon = strchr(pair, ':');
        if (colon) {
            memcpy(out, colon + 1, strlen(colon + 1) + 1);
        }
    }
}

enum page_access page_access_of(const struct page_rules *rules, enum page_need need,
                                const char *host, const char *authorization)
{
    char token[SECRET_SIZE] = "";
    bool bearer;
    bool may_change;

    if (rules->loopback && (!host || !page_host_is_loopback(host))) {
        return PAGE_WRONG_HOST;
    }
    if (need == PAGE_OPEN || (need == PAGE_READ && rules->token[0] == '\0')) {
        return PAGE_ALLOWED;
    }
    if (need == PAGE_CHANGE && rules->change_token[0] == '\0') {
        return PAGE_READ_ONLY;
    }
    find_token(authorization, token, &bearer);
    may_change = is_same(token, rules->change_token);
    if (need == PAGE_CHANGE) {
        return bearer && may_change ? PAGE_ALLOWED : PAGE_NO_TOKEN;
    }
    return is_same(token, rules->token) || may_change ? PAGE_ALLOWED : PAGE_NO_TOKEN;
}
