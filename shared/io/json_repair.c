/* SPDX-License-Identifier: MIT */
#include "shared/io/json_repair.h"

#include "shared/base/utf8.h"

#include <string.h>

enum {
    DEPTH_MAX = 100,  /* lists and objects inside one another */
    ESCAPE_BYTES = 6, /* of \uXXXX                            */
};

static const char REPLACEMENT[] = "\xef\xbf\xbd"; /* U+FFFD in UTF-8 */

/* A copy of the document in the making, with everything replaced that cJSON cannot take. */
struct repair {
    const char *bytes; /* the document, borrowed                   */
    size_t len;        /* of the document                          */
    size_t at;         /* the next byte to look at                 */
    size_t copied;     /* everything before this is in `out`       */
    int depth;         /* lists and objects that are open          */
    bool in_text;      /* between two quotes                       */
    bool refused;      /* the byte at `at` cannot be in a document */
    struct buf *out;   /* the copy, borrowed                       */
};

static void flush_copy(struct repair *repair)
{
    buf_add(repair->out, repair->bytes + repair->copied, repair->at - repair->copied);
    repair->copied = repair->at;
}

/* Writes `text` in place of the next `len` bytes. */
static void replace(struct repair *repair, size_t len, const char *text)
{
    flush_copy(repair);
    buf_add(repair->out, text, strlen(text));
    repair->at += len;
    repair->copied = repair->at;
}

/* The value of the \uXXXX at `at`, or -1 when there is none. */
static int escape_value(const struct repair *repair, size_t at)
{
    int value = 0;

    if (repair->len - at < ESCAPE_BYTES || memcmp(repair->bytes + at, "\\u", 2) != 0) {
        return -1;
    }
    for (size_t i = at + 2; i < at + ESCAPE_BYTES; i++) {
        static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = memchr(DIGITS, repair->bytes[i], sizeof(DIGITS) - 1);

        if (!digit) {
            return -1;
        }
        value = value * 16 + (int)(digit - DIGITS) % 16;
    }
    return value;
}

/* NUL is not: it ends C text. */
static bool is_ascii(char byte)
{
    return byte != '\0' && ((unsigned char)byte & 0x80u) == 0;
}

static bool is_surrogate(int value, int first)
{
    return value >= first && value < first + 0x400;
}

static void pass_escape(struct repair *repair)
{
    int value = escape_value(repair, repair->at);

    if (value == 0 || is_surrogate(value, 0xdc00)) {
        replace(repair, ESCAPE_BYTES, "\\ufffd");
    } else if (is_surrogate(value, 0xd800)) {
        size_t low = repair->at + ESCAPE_BYTES;

        if (is_surrogate(escape_value(repair, low), 0xdc00)) {
            repair->at += (size_t)2 * ESCAPE_BYTES;
        } else {
            replace(repair, ESCAPE_BYTES, "\\ufffd");
        }
    } else {
        /* The escaped character must not be taken for a quote. A wrong one is left to cJSON. */
        size_t next = repair->at + 1;

        repair->at += next < repair->len && is_ascii(repair->bytes[next]) ? 2 : 1;
    }
}

/* One character; a byte that belongs to none becomes U+FFFD. */
static void pass_character(struct repair *repair)
{
    const char *next = repair->bytes + repair->at;
    size_t size = utf8_prefix_bytes(next, repair->len - repair->at, 1);

    if (size == 1 && !is_ascii(*next)) {
        replace(repair, 1, REPLACEMENT);
    } else {
        repair->at += size;
    }
}

static void pass_in_text(struct repair *repair)
{
    char next = repair->bytes[repair->at];

    repair->in_text = next != '"';
    if (next == '\\') {
        pass_escape(repair);
    } else {
        pass_character(repair);
    }
}

static void pass_between(struct repair *repair)
{
    unsigned char next = (unsigned char)repair->bytes[repair->at];

    repair->in_text = next == '"';
    repair->depth += next == '{' || next == '[';
    repair->depth -= next == '}' || next == ']';
    /* cJSON takes any control character for a blank, and NUL for the end. */
    repair->refused =
        repair->depth > DEPTH_MAX || (next < ' ' && next != '\t' && next != '\r' && next != '\n');
    repair->at += repair->refused ? 0 : 1;
}

/* Copies until the end, a refused byte, or `max_out` bytes of copy. */
static void repair_run(struct repair *repair, size_t max_out)
{
    while (repair->at < repair->len && !repair->refused &&
           repair->out->len + (repair->at - repair->copied) < max_out) {
        if (repair->in_text) {
            pass_in_text(repair);
        } else {
            pass_between(repair);
        }
    }
    flush_copy(repair);
}

struct json_repair json_repair(const char *bytes, size_t len, struct buf *out)
{
    struct repair repair = {.bytes = bytes, .len = len, .out = out};
    struct json_repair result = {.outcome = JSON_REPAIR_DONE};

    repair_run(&repair, (size_t)-1);
    if (repair.refused) {
        result.outcome =
            repair.depth > DEPTH_MAX ? JSON_REPAIR_TOO_DEEP : JSON_REPAIR_CONTROL_CHARACTER;
    }
    result.at = repair.at;
    result.in_text = repair.in_text;
    return result;
}

size_t json_repair_source(const char *bytes, size_t len, size_t copy_at)
{
    struct buf out;
    struct repair repair = {.bytes = bytes, .len = len, .out = &out};

    buf_init(&out, json_repair_max(len));
    repair_run(&repair, copy_at);
    buf_free(&out);
    return repair.at;
}

void json_repair_utf8(const char *text, struct buf *out)
{
    struct repair repair = {.bytes = text, .len = strlen(text), .out = out};

    while (repair.at < repair.len) {
        pass_character(&repair);
    }
    flush_copy(&repair);
}

size_t json_repair_max(size_t len)
{
    return len * 3 + 1; /* one malformed byte becomes three of U+FFFD */
}
