/* SPDX-License-Identifier: MIT */
#include "shared/base/log_line.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

enum {
    LINE_FULL = LOG_LINE_SIZE - 3, /* the closing quote, brace and newline have room behind it */
    MARK_SIZE = 32,                /* of "…(+123)"                                             */
};

/* A line being written. What does not fit is cut; the line itself stays well-formed. */
struct line {
    enum log_format format;
    char *text;
    size_t len;
};

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

/* ---- texts ---- */

/* Code points that are not shown but acted on; all of them in the first plane. */
static const struct {
    uint32_t first;
    uint32_t last;
} ACTING[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, /* controls                                       */
    {0x061c, 0x061c}, {0x200e, 0x200f}, /* marks of direction                             */
    {0x2028, 0x202e},                   /* ends of line and paragraph, embedded direction */
    {0x2060, 0x206f},                   /* isolated direction, and what is not seen       */
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, /* byte order, annotations                        */
};

/* Of a well-formed character. */
static uint32_t code_point(const char *character, size_t size)
{
    static const unsigned char LEAD[] = {0x7f, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *byte = (const unsigned char *)character;
    uint32_t point = byte[0] & LEAD[size];

    for (size_t i = 1; i < size; i++) {
        point = point << 6 | (byte[i] & 0x3fu);
    }
    return point;
}

static bool acts(uint32_t point)
{
    for (size_t i = 0; i < ARRAY_LEN(ACTING); i++) {
        if (point >= ACTING[i].first && point <= ACTING[i].last) {
            return true;
        }
    }
    return false;
}

/* JSON's escapes, which readers of logfmt understand as well; "" when `character` stands as it is.
 */
static void escape(const char *character, size_t size, char out[8])
{
    out[0] = '\0';
    if (*character == '"' || *character == '\\') {
        (void)snprintf(out, 8, "\\%c", *character);
    } else if (!utf8_valid(character, size)) {
        (void)snprintf(out, 8, "\\ufffd");
    } else if (acts(code_point(character, size))) {
        (void)snprintf(out, 8, "\\u%04x", (unsigned)code_point(character, size));
    }
}

/* Adds as much of `text` as a value may have, and says how many bytes it had more. */
static void add_escaped(struct line *line, const char *text)
{
    size_t len = strlen(text);
    size_t most = line->len + LOG_VALUE_BYTES;
    size_t size;

    if (most > LINE_FULL - MARK_SIZE) {
        most = LINE_FULL - MARK_SIZE;
    }
    for (size_t at = 0; at < len; at += size) {
        const char *shown = text + at;
        char escaped[8];
        size_t shown_len;

        size = utf8_prefix_bytes(text + at, len - at, 1);
        escape(text + at, size, escaped);
        shown = escaped[0] != '\0' ? escaped : shown;
        shown_len = escaped[0] != '\0' ? strlen(escaped) : size;
        if (line->len + shown_len > most) {
            char mark[MARK_SIZE];

            (void)snprintf(mark, sizeof(mark), "…(+%zu)", len - at);
            (void)add(line, mark, strlen(mark));
            return;
        }
        (void)add(line, shown, shown_len);
    }
}

static bool needs_quotes(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || strchr("=\"\\", *c)) {
            return true;
        }
    }
    return *text == '\0' || strlen(text) > LOG_VALUE_BYTES;
}

/* ---- fields ---- */

static void add_text(struct line *line, const char *name, const char *text)
{
    bool json = line->format == LOG_FORMAT_JSON;
    bool quoted = json || needs_quotes(text);
    char head[128];

    (void)snprintf(head, sizeof(head), json ? ",\"%s\":\"" : quoted ? " %s=\"" : " %s=", name);
    if (line->len + strlen(head) > LINE_FULL - MARK_SIZE || !add(line, head, strlen(head))) {
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
                   line->format == LOG_FORMAT_JSON ? ",\"%s\":%" PRId64 : " %s=%" PRId64, name,
                   number);
    (void)add(line, text, strlen(text));
}

static bool names(const struct log_field *fields, const char *name)
{
    for (; fields->name; fields++) {
        if (strcmp(fields->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_head(struct line *line, const struct log_head *head)
{
    time_t seconds = (time_t)(head->unix_ms / 1000);
    char stamp[64];
    char text[256];
    struct tm utc;

    (void)gmtime_r(&seconds, &utc);
    (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(
        text, sizeof(text),
        line->format == LOG_FORMAT_JSON
            ? "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"service\":\"%s\",\"event\":\"%s\""
            : "%s.%03dZ %s %s %s",
        stamp, (int)(head->unix_ms % 1000), LEVEL_NAMES[head->level], head->service, head->event);
    (void)add(line, text, strlen(text));
}

size_t log_line_write(enum log_format format, const struct log_head *head,
                      const struct log_field *fields, char out[LOG_LINE_SIZE])
{
    struct line line = {.format = format};

    line.text = out;
    add_head(&line, head);
    if (head->update_id != 0 && !names(fields, "update_id")) {
        add_number(&line, "update_id", head->update_id);
    }
    for (const struct log_field *field = fields; field->name; field++) {
        if (field->kind == LOG_KIND_TEXT) {
            add_text(&line, field->name, field->text ? field->text : "");
        } else {
            add_number(&line, field->name, field->number);
        }
    }
    if (format == LOG_FORMAT_JSON) {
        line.text[line.len++] = '}';
    }
    line.text[line.len++] = '\n';
    return line.len;
}
