/* SPDX-License-Identifier: MIT */
#include "shared/io/redis_url.h"

#include <string.h>

enum { PORT_MAX = 65535, DB_MAX = 65535 };

/* A stretch of the URL being read. */
struct span {
    const char *start;
    const char *end; /* one past the last byte */
};

static bool wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_FATAL, "redis URL: %s", what);
}

static const char *find(struct span span, char wanted)
{
    for (const char *at = span.start; at < span.end; at++) {
        if (*at == wanted) {
            return at;
        }
    }
    return NULL;
}

static const char *find_last(struct span span, char wanted)
{
    for (const char *at = span.end; at > span.start; at--) {
        if (at[-1] == wanted) {
            return at - 1;
        }
    }
    return NULL;
}

/* Value of a hexadecimal digit, or -1. */
static int hex_value(char digit)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = digit == '\0' ? NULL : strchr(DIGITS, digit);

    return at ? (int)((at - DIGITS) % 16) : -1;
}

/* One byte of percent-encoded text, moving *at behind it; -1 for a bad escape or %00. */
static int decode_byte(const char **at, const char *end)
{
    int high;
    int low;

    if (**at != '%') {
        return (unsigned char)*(*at)++;
    }
    if (end - *at < 3) {
        return -1;
    }
    high = hex_value((*at)[1]);
    low = hex_value((*at)[2]);
    *at += 3;
    return high < 0 || low < 0 || high + low == 0 ? -1 : high * 16 + low;
}

/* Percent-decodes a whole span; false for a bad escape or when it does not fit. */
static bool decode(struct span span, char out[], size_t out_size)
{
    size_t len = 0;

    for (const char *at = span.start; at < span.end;) {
        int byte = decode_byte(&at, span.end);

        if (byte < 0 || len + 1 >= out_size) {
            return false;
        }
        out[len++] = (char)byte;
    }
    out[len] = '\0';
    return true;
}

/* A decimal number of digits alone, from `least` to `most`. */
static bool parse_number(struct span span, int least, int most, int *out)
{
    int number = 0;

    if (span.start == span.end) {
        return false;
    }
    for (const char *at = span.start; at < span.end; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        number = number * 10 + (*at - '0');
        if (number > most) {
            return false;
        }
    }
    *out = number;
    return number >= least;
}

/* "user:password@": takes it off the front of *rest. A password may hold '@' unencoded. */
static bool parse_login(struct span *rest, struct redis_url *url, struct err *err)
{
    const char *at = find_last(*rest, '@');
    const char *colon;

    if (!at) {
        return true;
    }
    colon = find((struct span){rest->start, at}, ':');
    if (!colon || colon + 1 == at) {
        return wrong(err, "a user needs a password: user:password@host, or :password@host");
    }
    if (!decode((struct span){rest->start, colon}, url->user, sizeof(url->user)) ||
        !decode((struct span){colon + 1, at}, url->password, sizeof(url->password))) {
        return wrong(err, "user or password is too long or has a bad %-escape");
    }
    rest->start = at + 1;
    return true;
}

static bool copy_host(struct span span, struct redis_place *place, struct err *err)
{
    size_t len = (size_t)(span.end - span.start);

    if (len == 0) {
        return wrong(err, "no host: redis://127.0.0.1:6379/0");
    }
    if (len >= sizeof(place->host)) {
        return wrong(err, "the host is too long");
    }
    memcpy(place->host, span.start, len);
    place->host[len] = '\0';
    return true;
}

/* "host", "host:port", "[v6]" or "[v6]:port"; place->port is the default. */
static bool parse_place(struct span span, struct redis_place *place, struct err *err)
{
    struct span host = span;
    const char *after; /* where the host ends */

    if (span.start < span.end && *span.start == '[') {
        host.end = find(span, ']');
        if (!host.end) {
            return wrong(err, "the IPv6 address has no closing bracket");
        }
        host.start++;
        after = host.end + 1;
    } else {
        const char *colon = find(span, ':');

        if (colon && find_last(span, ':') != colon) {
            return wrong(err, "an IPv6 address stands in brackets: redis://[::1]:6379");
        }
        host.end = colon ? colon : span.end;
        after = host.end;
    }
    if (after < span.end && (*after != ':' || !parse_number((struct span){after + 1, span.end}, 1,
                                                            PORT_MAX, &place->port))) {
        return wrong(err, "the port must be 1 to 65535");
    }
    return copy_host(host, place, err);
}

static bool parse_db(struct span span, struct redis_url *url, struct err *err)
{
    if (!parse_number(span, 0, DB_MAX, &url->db)) {
        return wrong(err, "the database must be a number");
    }
    return true;
}

/* The slash behind the hosts, or NULL. A password may hold '/' unencoded. */
static const char *find_slash(struct span rest)
{
    const char *login_end = find_last(rest, '@');

    return find((struct span){login_end ? login_end : rest.start, rest.end}, '/');
}

static bool parse_tcp(struct span rest, struct redis_url *url, struct err *err)
{
    const char *slash = find_slash(rest);

    if (slash && slash + 1 < rest.end && !parse_db((struct span){slash + 1, rest.end}, url, err)) {
        return false;
    }
    rest.end = slash ? slash : rest.end;
    url->place.port = REDIS_DEFAULT_PORT;
    return parse_login(&rest, url, err) && parse_place(rest, &url->place, err);
}

/* "host:port,host:port" */
static bool parse_sentinels(struct span rest, struct redis_url *url, struct err *err)
{
    while (url->sentinel_count < ARRAY_LEN(url->sentinels)) {
        struct redis_place *place = &url->sentinels[url->sentinel_count];
        const char *comma = find(rest, ',');

        place->port = REDIS_SENTINEL_PORT;
        if (!parse_place((struct span){rest.start, comma ? comma : rest.end}, place, err)) {
            return false;
        }
        url->sentinel_count++;
        if (!comma) {
            return true;
        }
        rest.start = comma + 1;
    }
    return wrong(err, "nine sentinels are enough");
}

/* "master" or "master/db" */
static bool parse_master(struct span rest, struct redis_url *url, struct err *err)
{
    const char *slash = find(rest, '/');

    if (slash && slash + 1 < rest.end && !parse_db((struct span){slash + 1, rest.end}, url, err)) {
        return false;
    }
    rest.end = slash ? slash : rest.end;
    if (!decode(rest, url->master, sizeof(url->master))) {
        return wrong(err, "the master's name is too long or has a bad %-escape");
    }
    return url->master[0] != '\0' ||
           wrong(err, "no master: sentinel://host1:26379,host2:26379/name/0");
}

static bool parse_sentinel(struct span rest, struct redis_url *url, struct err *err)
{
    const char *slash = find_slash(rest);
    struct span hosts = {rest.start, slash ? slash : rest.end};
    struct span master = {slash ? slash + 1 : rest.end, rest.end};

    return parse_login(&hosts, url, err) && parse_sentinels(hosts, url, err) &&
           parse_master(master, url, err);
}

static bool parse_unix(struct span rest, struct redis_url *url, struct err *err)
{
    static const char DB_QUERY[] = "db=";
    const char *query;

    if (rest.start < rest.end && *rest.start != '/' && !parse_login(&rest, url, err)) {
        return false;
    }
    if (rest.start == rest.end || *rest.start != '/') {
        return wrong(err, "a socket needs an absolute path: unix:///run/redis/redis.sock");
    }
    query = find(rest, '?');
    if (query) {
        struct span db = {query + sizeof(DB_QUERY), rest.end};

        if ((size_t)(rest.end - query) < sizeof(DB_QUERY) ||
            memcmp(query + 1, DB_QUERY, sizeof(DB_QUERY) - 1) != 0) {
            return wrong(err, "after ? only db=n is understood");
        }
        if (!parse_db(db, url, err)) {
            return false;
        }
        rest.end = query;
    }
    if (!decode(rest, url->path, sizeof(url->path))) {
        return wrong(err, "the socket's path is too long or has a bad %-escape");
    }
    return true;
}

/* clang-format off */
static const struct scheme {
    const char *prefix;
    bool tls;
    bool (*parse)(struct span rest, struct redis_url *url, struct err *err);
} SCHEMES[] = {
    {"redis://",     false, parse_tcp},
    {"rediss://",    true,  parse_tcp},
    {"sentinel://",  false, parse_sentinel},
    {"sentinels://", true,  parse_sentinel},
    {"unix://",      false, parse_unix},
};
/* clang-format on */

static const struct scheme *find_scheme(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(SCHEMES); i++) {
        if (strncmp(text, SCHEMES[i].prefix, strlen(SCHEMES[i].prefix)) == 0) {
            return &SCHEMES[i];
        }
    }
    return NULL;
}

bool redis_url_parse(const char *text, struct redis_url *out, struct err *err)
{
    const struct scheme *scheme = find_scheme(text);
    struct redis_url url = {.db = 0};
    struct span rest;

    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at <= ' ' || *at == '\x7f') {
            return wrong(err, "blanks and control characters are not allowed");
        }
    }
    if (!scheme) {
        return wrong(err,
                     "must begin with redis://, rediss://, unix://, sentinel:// or sentinels://");
    }
    url.tls = scheme->tls;
    rest = (struct span){text + strlen(scheme->prefix), text + strlen(text)};
    if (!scheme->parse(rest, &url, err)) {
        return false;
    }
    *out = url;
    return true;
}
