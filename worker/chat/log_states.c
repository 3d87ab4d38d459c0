/* SPDX-License-Identifier: MIT */
#include "worker/chat/log_states.h"

#include "shared/base/utf8.h"
#include "shared/io/json.h"

#include <string.h>

enum { DEPTH_MOST = 8 };

/* ---- JSON to lines ---- */

struct lines {
    struct buf *out;
    size_t count;
    const char *path[DEPTH_MOST]; /* names of the members above */
    size_t depth;
};

static void add_scalar(const struct json *node, struct buf *line)
{
    const char *text = json_text(node, "");

    if (text && json_type(node) == JSON_TEXT) {
        buf_addf(line, "%s", text);
    } else {
        json_print(node, line);
    }
}

static bool is_scalar(const struct json *node)
{
    return json_type(node) != JSON_LIST && json_type(node) != JSON_OBJECT;
}

/* What is in `node`, in one line. */
static void add_inline(const struct json *node, struct buf *line)
{
    const char *blank = "";

    if (is_scalar(node)) {
        add_scalar(node, line);
        return;
    }
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        buf_addf(line, "%s", blank);
        if (is_scalar(member)) {
            add_scalar(member, line);
        } else {
            json_print(member, line);
        }
        blank = " ";
    }
}

static void add_line(struct lines *lines, const char *text, size_t len)
{
    size_t cut = utf8_fit_bytes(text, len, LOG_STATE_LINE_SIZE - 1);

    if (lines->count >= LOG_STATE_LINES || len == 0) {
        return;
    }
    lines->count++;
    for (size_t i = 0; i < cut; i++) {
        buf_add(lines->out, (unsigned char)text[i] < ' ' ? " " : text + i, 1);
    }
    buf_add(lines->out, "\n", 1);
}

/* The line of an item: the names above it, then what is in it. */
static void add_item(struct lines *lines, const struct json *node)
{
    struct buf line;

    buf_init(&line, (size_t)8 * LOG_STATE_LINE_SIZE);
    for (size_t i = 0; i < lines->depth; i++) {
        buf_addf(&line, "%s ", lines->path[i]);
    }
    add_inline(node, &line);
    add_line(lines, buf_text(&line), line.len);
    buf_free(&line);
}

/* An object is taken apart member by member, a list item by item. */
static void add_node(struct lines *lines, const struct json *node) /* NOLINT(misc-no-recursion) */
{
    if (is_scalar(node) || lines->depth == DEPTH_MOST) {
        add_item(lines, node);
        return;
    }
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        const char *name = json_name(member);

        if (json_type(node) == JSON_LIST || !name) {
            add_item(lines, member);
            continue;
        }
        lines->path[lines->depth++] = name;
        add_node(lines, member);
        lines->depth--;
    }
}

void log_state_lines(const char *state, struct buf *out)
{
    struct lines lines = {.out = out};
    struct err ignored = ERR_INIT;
    struct json *json = json_parse(state, strlen(state), &ignored);

    if (json) {
        add_node(&lines, json);
    } else {
        add_line(&lines, state, strlen(state));
    }
    json_free(json);
}

/* ---- what differs ---- */

static bool has_line(const char *lines, const char *line, size_t len)
{
    while (*lines != '\0') {
        size_t have = strcspn(lines, "\n");

        if (have == len && strncmp(lines, line, len) == 0) {
            return true;
        }
        lines += have + (lines[have] == '\n');
    }
    return false;
}

static void add_missing(const char *from, const char *in, const char *sign, struct buf *out)
{
    while (*from != '\0') {
        size_t len = strcspn(from, "\n");

        if (!has_line(in, from, len)) {
            buf_addf(out, "%s %.*s\n", sign, (int)len, from);
        }
        from += len + (from[len] == '\n');
    }
}

void log_state_diff(const char *before, const char *after, struct buf *out)
{
    add_missing(before, after, "−", out);
    add_missing(after, before, "+", out);
}
