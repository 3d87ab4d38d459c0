/* SPDX-License-Identifier: MIT */
#include "shared/base/log.h"

#include "shared/base/clock.h"

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

/* A line being written. What does not fit is cut; the line itself stays well-formed. */
struct line {
    char text[LINE_SIZE];
    size_t len;
};

/* Enough for the closing quote, brace and newline of a line that was cut. */
enum { LINE_RESERVE = 4 };

void log_init(const char *service, enum log_level threshold, enum log_format format)
{
    service_name = service;
    max_level = threshold;
    line_format = format;
}

static bool add(struct line *line, const char *text)
{
    size_t len = strlen(text);

    if (len > sizeof(line->text) - LINE_RESERVE - line->len) {
        return false;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
    return true;
}

/* JSON's escapes; logfmt readers understand the same ones. */
static void add_escaped(struct line *line, const char *text)
{
    char one[8];

    for (const char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;

        if (byte == '"' || byte == '\\') {
            (void)snprintf(one, sizeof(one), "\\%c", *c);
        } else if (byte < ' ' || byte == 0x7f) {
            (void)snprintf(one, sizeof(one), "\\u%04x", (unsigned)byte);
        } else {
            (void)snprintf(one, sizeof(one), "%c", *c);
        }
        if (!add(line, one)) {
            return;
        }
    }
}

static bool needs_quotes(const char *text)
{
    return *text == '\0' || strpbrk(text, " =\"\\\t\r\n") != NULL;
}

static void add_text(struct line *line, const char *name, const char *text)
{
    bool json = line_format == LOG_FORMAT_JSON;
    bool quoted = json || needs_quotes(text);

    if (!add(line, json ? ",\"" : " ") || !add(line, name) || !add(line, json ? "\":" : "=")) {
        return;
    }
    if (quoted) {
        line->text[line->len++] = '"';
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
    (void)add(line, text);
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
    (void)add(line, head);
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
