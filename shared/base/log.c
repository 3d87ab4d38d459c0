/* SPDX-License-Identifier: MIT */
#include "shared/base/log.h"

#include "shared/base/clock.h"
#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_SIZE = 2048 };

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

/* Written once by log_init() before any thread starts, read-only afterwards. */
static const char *service_name = "?";
static enum log_level max_level = LOG_LEVEL_INFO;
static enum log_format line_format = LOG_FORMAT_LOGFMT;

/* The closing quote, brace and newline have room behind whatever else a line holds. */
enum { LINE_FULL = LINE_SIZE - 3 };

/* A line being written. What does not fit is cut; the line itself stays well-formed. */
struct line {
    char text[LINE_SIZE];
    size_t len;
};

void log_init(const char *service, enum log_level threshold, enum log_format format)
{
    service_name = service;
    max_level = threshold;
    line_format = format;
}

/* Adds all of `bytes` or nothing. */
static bool add(struct line *line, const char *bytes, size_t len)
{
    if (line->len + len > LINE_FULL) {
        return false;
    }
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
    return true;
}

/*
 * The code point of a well-formed character that a terminal or a log reader
 * would act on instead of showing it, else 0: controls, and what ends a line.
 */
static unsigned acts(const char *character, size_t size)
{
    const unsigned char *byte = (const unsigned char *)character;

    if (size == 1 && (byte[0] < ' ' || byte[0] == 0x7f)) {
        return byte[0];
    }
    if (size == 2 && byte[0] == 0xc2 && byte[1] < 0xa0) {
        return byte[1]; /* U+0080 to U+009F */
    }
    if (size == 3 && byte[0] == 0xe2 && byte[1] == 0x80 && (byte[2] == 0xa8 || byte[2] == 0xa9)) {
        return 0x2000u + (byte[2] & 0x3fu); /* U+2028, U+2029 */
    }
    return 0;
}

/* JSON's escapes; logfmt readers understand the same ones. */
static void add_escaped(struct line *line, const char *text)
{
    size_t len = strlen(text);
    size_t size;

    for (size_t at = 0; at < len; at += size) {
        const char *character = text + at;
        char escape[8] = "";

        size = utf8_prefix_bytes(character, len - at, 1);
        if (*character == '"' || *character == '\\') {
            (void)snprintf(escape, sizeof(escape), "\\%c", *character);
        } else if (!utf8_valid(character, size)) {
            (void)snprintf(escape, sizeof(escape), "\\ufffd");
        } else if (acts(character, size) > 0) {
            (void)snprintf(escape, sizeof(escape), "\\u%04x", acts(character, size));
        }
        if (!(escape[0] != '\0' ? add(line, escape, strlen(escape)) : add(line, character, size))) {
            return;
        }
    }
}

static bool needs_quotes(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || strchr("=\"\\", *c)) {
            return true;
        }
    }
    return *text == '\0';
}

static void add_text(struct line *line, const char *name, const char *text)
{
    bool json = line_format == LOG_FORMAT_JSON;
    bool quoted = json || needs_quotes(text);
    char head[128];

    (void)snprintf(head, sizeof(head), json ? ",\"%s\":\"" : quoted ? " %s=\"" : " %s=", name);
    if (!add(line, head, strlen(head))) {
        return;
    }
    add_escaped(line, text);
    if (quoted) {
        line->text[line->len++] = '"';
    }
}

static void add_number(struct line *line, const char *name, int64_t number)
{
    char text[128];

    (void)snprintf(text, sizeof(text),
                   line_format == LOG_FORMAT_JSON ? ",\"%s\":%" PRId64 : " %s=%" PRId64, name,
                   number);
    (void)add(line, text, strlen(text));
}

static void add_head(struct line *line, enum log_level level, const char *event)
{
    int64_t now_ms = clock_unix_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    char stamp[64];
    char head[256];
    struct tm utc;

    (void)gmtime_r(&seconds, &utc);
    (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(
        head, sizeof(head),
        line_format == LOG_FORMAT_JSON
            ? "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"service\":\"%s\",\"event\":\"%s\""
            : "%s.%03dZ %s %s %s",
        stamp, (int)(now_ms % 1000), LEVEL_NAMES[level], service_name, event);
    (void)add(line, head, strlen(head));
}

void log_event(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line = {.len = 0};

    if (level > max_level) {
        return;
    }
    add_head(&line, level, event);
    for (const struct log_field *field = fields; field->name; field++) {
        if (field->kind == LOG_KIND_TEXT) {
            add_text(&line, field->name, field->text ? field->text : "");
        } else {
            add_number(&line, field->name, field->number);
        }
    }
    if (line_format == LOG_FORMAT_JSON) {
        line.text[line.len++] = '}';
    }
    line.text[line.len++] = '\n';
    (void)fwrite(line.text, 1, line.len, stderr); /* one call, so lines of threads do not mix */
}
