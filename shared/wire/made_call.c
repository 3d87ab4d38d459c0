/* SPDX-License-Identifier: MIT */
#include "shared/wire/made_call.h"

#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- printing ---- */

/* The bytes of `text` that fit, and end with a whole character; blanks and control characters go.
 */
static void copy_word(const char *text, char out[], size_t size)
{
    size_t len = utf8_fit_bytes(text, strlen(text), size - 1);

    for (size_t i = 0; i < len; i++) {
        bool parts = (unsigned char)text[i] <= ' ' || text[i] == 0x7f;

        out[i] = text[i];
        if (parts) {
            out[i] = '_';
        }
    }
    out[len] = '\0';
}

struct line {
    char *out;
    size_t used;
};

static void add_text(struct line *line, const char *name, const char *value, size_t value_size)
{
    char word[MADE_CALL_TARGET_SIZE];
    int len;

    if (value[0] == '\0') {
        return;
    }
    copy_word(value, word, value_size);
    len = snprintf(line->out + line->used, MADE_CALL_SIZE - line->used, "%s%s=%s",
                   line->used > 0 ? " " : "", name, word);
    line->used += len > 0 && line->used + (size_t)len < MADE_CALL_SIZE ? (size_t)len : 0;
}

static void add_number(struct line *line, const char *name, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    add_text(line, name, text, sizeof(text));
}

static void add_number_above(struct line *line, const char *name, int64_t number, int64_t usual)
{
    if (number > usual) {
        add_number(line, name, number);
    }
}

void made_call_print(const struct made_call *call, char out[MADE_CALL_SIZE])
{
    struct line line = {.out = out};

    out[0] = '\0';
    add_text(&line, "method", call->method, MADE_CALL_WORD_SIZE);
    add_text(&line, "target", call->target, MADE_CALL_TARGET_SIZE);
    add_text(&line, "outcome", call->outcome, MADE_CALL_WORD_SIZE);
    add_number(&line, "took_ms", call->took_ms);
    add_number_above(&line, "waited_ms", call->waited_ms, 0);
    if (call->tries != 1 && !call->cached) {
        add_number(&line, "tries", call->tries);
    }
    add_number_above(&line, "http", call->http_status, 0);
    add_text(&line, "cached", call->cached ? "yes" : "", MADE_CALL_WORD_SIZE);
    add_number(&line, "at_ms", call->at_ms);
}

/* ---- reading ---- */

/* The value behind `name` in `line`; false when it is not there, and `out` is then "". */
static bool find(const char *line, const char *name, char out[], size_t size)
{
    size_t name_len = strlen(name);

    for (const char *word = line; *word != '\0';) {
        size_t len = strcspn(word, " ");

        if (len > name_len && word[name_len] == '=' && strncmp(word, name, name_len) == 0) {
            (void)snprintf(out, size, "%.*s", (int)(len - name_len - 1), word + name_len + 1);
            return true;
        }
        word += len + strspn(word + len, " ");
    }
    out[0] = '\0';
    return false;
}

static int64_t find_number(const char *line, const char *name, int64_t otherwise)
{
    char text[MADE_CALL_WORD_SIZE];

    return find(line, name, text, sizeof(text)) ? (int64_t)strtoimax(text, NULL, 10) : otherwise;
}

bool made_call_read(const char *line, struct made_call_texts *texts, struct made_call *out)
{
    char word[MADE_CALL_WORD_SIZE];
    struct made_call call = {
        .method = texts->method,
        .target = texts->target,
        .outcome = texts->outcome,
        .at_ms = find_number(line, "at_ms", 0),
        .took_ms = find_number(line, "took_ms", 0),
        .waited_ms = find_number(line, "waited_ms", 0),
        .http_status = (int)find_number(line, "http", 0),
        .cached = find(line, "cached", word, sizeof(word)),
    };

    call.tries = find_number(line, "tries", call.cached ? 0 : 1);
    if (!find(line, "method", texts->method, sizeof(texts->method))) {
        return false;
    }
    (void)find(line, "target", texts->target, sizeof(texts->target));
    (void)find(line, "outcome", texts->outcome, sizeof(texts->outcome));
    *out = call;
    return true;
}
