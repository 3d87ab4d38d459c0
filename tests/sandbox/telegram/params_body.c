/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/params.h"

#include "shared/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARY_MAX_BYTES = 70 };

static char *copy_bytes(const char *bytes, size_t len)
{
    char *copy = xcalloc(len + 1, 1);

    memcpy(copy, bytes, len);
    return copy;
}

/* ---- application/json: only the outermost object is taken apart ---- */

struct scan {
    const char *text; /* NUL-terminated */
    size_t at;
};

static char peek(const struct scan *scan)
{
    return scan->text[scan->at];
}

static void skip_blanks(struct scan *scan)
{
    scan->at += strspn(scan->text + scan->at, " \t\r\n");
}

/* Passes a string; false when it has no end. */
static bool skip_string(struct scan *scan)
{
    scan->at++;
    while (peek(scan) != '"') {
        scan->at += peek(scan) == '\\';
        if (peek(scan) == '\0') {
            return false;
        }
        scan->at++;
    }
    scan->at++;
    return true;
}

/* Passes a value of any kind up to the comma, brace or blank behind it. */
static bool skip_value(struct scan *scan)
{
    size_t depth = 0;

    while (depth > 0 || !strchr(",}] \t\r\n", peek(scan))) { /* finds the NUL as well */
        char c = peek(scan);

        if (c == '\0') {
            return false;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (c != '"') {
            scan->at++;
        } else if (!skip_string(scan)) {
            return false;
        }
    }
    return true;
}

/* The text of the JSON string in [from, scan->at), to be freed; NULL when it is malformed. */
static char *decode_string(const struct scan *scan, size_t from)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(scan->text + from, scan->at - from, &err);
    const char *text = json_text(json, "");
    char *copy = text ? xstrdup(text) : NULL;

    json_free(json);
    return copy;
}

/* The value that begins at scan->at, to be freed; NULL when it is malformed. */
static char *take_value(struct scan *scan, enum param_form *out_form)
{
    size_t from = scan->at;
    struct err err = ERR_INIT;
    struct json *json;

    *out_form = peek(scan) == '"' ? PARAM_TEXT : PARAM_RAW;
    if (*out_form == PARAM_TEXT) {
        return skip_string(scan) ? decode_string(scan, from) : NULL;
    }
    if (!skip_value(scan)) {
        return NULL;
    }
    json = json_parse(scan->text + from, scan->at - from, &err);
    if (!json) {
        return NULL;
    }
    json_free(json);
    return copy_bytes(scan->text + from, scan->at - from);
}

/* One `"name": value`; false at the first fault. */
static bool take_member(struct scan *scan, struct params *params)
{
    size_t from = scan->at;
    enum param_form form = PARAM_RAW;
    char *name = NULL;
    char *value = NULL;

    if (peek(scan) != '"' || !skip_string(scan)) {
        return false;
    }
    name = decode_string(scan, from);
    skip_blanks(scan);
    if (name && peek(scan) == ':') {
        scan->at++;
        skip_blanks(scan);
        value = take_value(scan, &form);
    }
    if (!value) {
        free(name);
        return false;
    }
    params_add_owned(params, (struct param){.name = name, .value = value, .form = form});
    return true;
}

static bool read_json(struct params *params, const char *body)
{
    struct scan scan = {.text = body};

    skip_blanks(&scan);
    if (peek(&scan) != '{') {
        return false;
    }
    scan.at++;
    skip_blanks(&scan);
    while (peek(&scan) != '}') {
        if (!take_member(&scan, params)) {
            return false;
        }
        skip_blanks(&scan);
        if (peek(&scan) == ',') {
            scan.at++;
            skip_blanks(&scan);
        } else if (peek(&scan) != '}') {
            return false;
        }
    }
    scan.at++;
    skip_blanks(&scan);
    return peek(&scan) == '\0';
}

/* ---- application/x-www-form-urlencoded ---- */

static int hex_value(char c)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *digit = c == '\0' ? NULL : strchr(DIGITS, c);

    return digit ? (int)(digit - DIGITS) % 16 : -1;
}

/* The byte that "%41" stands for, or -1. */
static int escaped_byte(const char *text, size_t len)
{
    int high = len > 2 && text[0] == '%' ? hex_value(text[1]) : -1;
    int low = high >= 0 ? hex_value(text[2]) : -1;

    return low >= 0 ? high * 16 + low : -1;
}

static char *decode_form(const char *text, size_t len)
{
    char *out = xcalloc(len + 1, 1);
    size_t size = 0;

    for (size_t i = 0; i < len; i++) {
        int byte = escaped_byte(text + i, len - i);
        unsigned char plain = text[i] == '+' ? ' ' : (unsigned char)text[i];

        out[size++] = (char)(byte >= 0 ? (unsigned char)byte : plain);
        i += byte >= 0 ? 2 : 0;
    }
    return out;
}

static void read_form(struct params *params, const char *body)
{
    while (*body != '\0') {
        size_t len = strcspn(body, "&");
        const char *equals = memchr(body, '=', len);
        size_t name_len = equals ? (size_t)(equals - body) : len;

        if (name_len > 0) {
            struct param param = {.name = decode_form(body, name_len)};

            param.value = equals ? decode_form(equals + 1, len - name_len - 1) : xstrdup("");
            params_add_owned(params, param);
        }
        body += len;
        body += *body == '&';
    }
}

/* ---- multipart/form-data ---- */

static const char *find_bytes(const char *text, size_t len, const char *wanted, size_t wanted_len)
{
    for (size_t i = 0; i + wanted_len <= len; i++) {
        if (memcmp(text + i, wanted, wanted_len) == 0) {
            return text + i;
        }
    }
    return NULL;
}

/* The quoted value behind `key` in the headers of a part, to be freed; NULL when absent. */
static char *part_attribute(const char *headers, const char *key)
{
    const char *at = strstr(headers, key);
    const char *end = at ? strchr(at + strlen(key), '"') : NULL;

    return end ? copy_bytes(at + strlen(key), (size_t)(end - at) - strlen(key)) : NULL;
}

static void add_file(struct params *params, const char *name, const char *file, const char *content,
                     size_t len)
{
    struct param param = {.name = xstrdup(name), .value = xstrdup(file), .form = PARAM_FILE};

    buf_init(&param.content, len + 1);
    buf_add(&param.content, content, len);
    params_add_owned(params, param);
}

static void read_part(struct params *params, const char *part, size_t len)
{
    const char *end = find_bytes(part, len, "\r\n\r\n", 4);
    char *headers = end ? copy_bytes(part, (size_t)(end - part)) : NULL;
    char *name = headers ? part_attribute(headers, " name=\"") : NULL;
    char *file = headers ? part_attribute(headers, "filename=\"") : NULL;

    if (!name) {
        params->problem = "a part of the multipart body has no name";
    } else if (file) {
        add_file(params, name, file, end + 4, len - (size_t)(end + 4 - part));
    } else {
        char *value = copy_bytes(end + 4, len - (size_t)(end + 4 - part));

        params_add(params, name, value, PARAM_PLAIN);
        free(value);
    }
    free(name);
    free(file);
    free(headers);
}

static bool read_multipart(struct params *params, const char *content_type, const char *body,
                           size_t len)
{
    const char *boundary = strstr(content_type, "boundary=");
    char line[BOUNDARY_MAX_BYTES + 5] = "\r\n--";
    const char *at = body;
    size_t size;

    if (!boundary) {
        return false;
    }
    boundary += strlen("boundary=");
    boundary += *boundary == '"';
    size = strcspn(boundary, "\";");
    if (size == 0 || size > BOUNDARY_MAX_BYTES) {
        return false;
    }
    memcpy(line + 4, boundary, size);
    size += 4;
    if (len < size || memcmp(body, line + 2, size - 2) != 0) {
        return false;
    }
    at += size - 2;
    for (;;) { /* `at` is behind a boundary line's name */
        size_t left = len - (size_t)(at - body);
        const char *next = find_bytes(at, left, line, size);

        if (left >= 2 && memcmp(at, "--", 2) == 0) {
            return true;
        }
        if (!next) {
            return false;
        }
        read_part(params, at, (size_t)(next - at));
        at = next + size;
    }
}

void params_read_body(struct params *params, const char *content_type, const char *body,
                      size_t body_len)
{
    if (body_len == 0) {
        return;
    }
    if (strncasecmp(content_type, "application/json", strlen("application/json")) == 0) {
        if (!read_json(params, body)) {
            params->problem = "the body is not one JSON object: what follows the fault is ignored";
        }
    } else if (strstr(content_type, "urlencoded")) {
        read_form(params, body);
    } else if (strstr(content_type, "multipart/form-data")) {
        if (!read_multipart(params, content_type, body, body_len)) {
            params->problem = "the multipart body is malformed";
        }
    } else {
        params->problem = "the body is ignored because of its content type";
    }
}
