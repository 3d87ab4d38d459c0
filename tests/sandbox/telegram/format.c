/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/format.h"

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"
#include "tests/sandbox/telegram/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    RAW_MAX_BYTES = 32768,
    ESCAPED_MAX_BYTES = RAW_MAX_BYTES * 5, /* "&amp;" for every byte */
    COMMAND_MAX_BYTES = 64,
};

const struct format_limits FORMAT_MESSAGE = {4096, false, "message is too long"};
const struct format_limits FORMAT_CAPTION = {1024, true, "message caption is too long"};

void formatted_free(struct formatted *formatted)
{
    free(formatted->text);
    free(formatted->html);
    json_free(formatted->entities);
    *formatted = (struct formatted){.text = NULL};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           ((unsigned char)c & 0x80u) != 0;
}

static size_t utf16_units(const char *text, size_t bytes)
{
    size_t units = 0;

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte & 0xc0u) != 0x80u) {
            units += byte >= 0xf0 ? 2 : 1;
        }
    }
    return units;
}

void format_add_commands(const char *text, struct json *entities)
{
    for (size_t at = 0; text[at] != '\0'; at++) {
        size_t end = at + 1;
        struct json *entity;

        if (text[at] != '/' || (at > 0 && (is_word(text[at - 1]) || strchr("/<>", text[at - 1])))) {
            continue;
        }
        while (is_word(text[end]) || text[end] == '@') {
            end++;
        }
        if (end == at + 1 || end - at > COMMAND_MAX_BYTES || text[end] == '/' ||
            utf16_units(text + at, end - at) != end - at) {
            continue;
        }
        entity = json_add(entities, json_object());
        json_set_text(entity, "type", "bot_command");
        json_set_int(entity, "offset", (int64_t)utf16_units(text, at));
        json_set_int(entity, "length", (int64_t)(end - at));
    }
}

/* Adds the argument of an entity under the name the Bot API has for it. */
static void set_argument(struct json *out, const struct html_entity *entity)
{
    static const struct {
        const char *type;
        const char *name;
        bool number;
    } NAMES[] = {
        {"text_link", "url", false},
        {"pre", "language", false},
        {"custom_emoji", "custom_emoji_id", false},
        {"date_time", "unix_time", true},
    };
    int64_t number = strtoimax(entity->argument, NULL, 10);

    for (size_t i = 0; entity->argument[0] != '\0' && i < ARRAY_LEN(NAMES); i++) {
        if (strcmp(NAMES[i].type, entity->type) != 0) {
            continue;
        }
        if (NAMES[i].number) {
            json_set_int(out, NAMES[i].name, number);
        } else {
            json_set_text(out, NAMES[i].name, entity->argument);
        }
    }
    if (strcmp(entity->type, "text_mention") == 0) {
        struct json *user = json_object();

        json_set_int(user, "id", number);
        json_set(out, "user", user);
    }
}

/* The entities that are left of [from, to) in UTF-16 units, counted from `from`. */
static struct json *entities_json(const struct html_text *parsed, size_t from, size_t to)
{
    struct json *list = json_list();

    for (size_t i = 0; i < parsed->count; i++) {
        const struct html_entity *entity = &parsed->entities[i];
        size_t end = entity->offset_utf16 + entity->length_utf16;
        struct json *row;

        end = end > to ? to : end;
        if (entity->offset_utf16 >= end) {
            continue; /* nothing but the blanks that were trimmed */
        }
        row = json_add(list, json_object());
        json_set_text(row, "type", entity->type);
        json_set_int(row, "offset", (int64_t)(entity->offset_utf16 - from));
        json_set_int(row, "length", (int64_t)(end - entity->offset_utf16));
        set_argument(row, entity);
    }
    return list;
}

/* Blanks at the end go, and at the beginning up to the first entity; control characters too. */
static void trim(const struct html_text *parsed, struct formatted *out)
{
    const char *text = buf_text(&parsed->text);
    size_t len = parsed->text.len;
    size_t first = parsed->count > 0 ? parsed->entities[0].offset_utf16 : len;
    size_t skip = 0;

    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    while (skip < len && skip < first && is_blank(text[skip])) {
        skip++;
    }
    out->text = xcalloc(len - skip + 1, 1);
    memcpy(out->text, text + skip, len - skip);
    for (char *c = out->text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' && *c != '\n') {
            *c = ' ';
        }
    }
    out->entities = entities_json(parsed, skip, utf16_units(text, len));
}

/* Reads `raw` as `parse_mode` says; `out` is to be freed whatever the result. */
static bool parse(const char *raw, const char *parse_mode, struct html_text *out, struct err *err)
{
    if (strcasecmp(parse_mode, "html") == 0) {
        return html_parse(raw, out, err) || err_prefix(err, "can't parse entities");
    }
    *out = (struct html_text){.count = 0};
    buf_init(&out->text, RAW_MAX_BYTES);
    if (strncasecmp(parse_mode, "markdown", strlen("markdown")) == 0) {
        return err_set(err, ERR_REJECT, "can't parse entities: the sandbox reads HTML only");
    }
    if (*parse_mode != '\0' && strcasecmp(parse_mode, "none") != 0) {
        return err_set(err, ERR_REJECT, "unsupported parse_mode");
    }
    buf_add(&out->text, raw, strlen(raw));
    return true;
}

static char *keep_html(const char *raw, bool is_html)
{
    struct buf escaped;
    char *html;

    if (is_html) {
        return xstrdup(raw);
    }
    buf_init(&escaped, ESCAPED_MAX_BYTES);
    html_escape(raw, &escaped);
    html = xstrdup(buf_text(&escaped));
    buf_free(&escaped);
    return html;
}

bool format_text(const char *raw, const char *parse_mode, const struct json *entities,
                 const struct format_limits *limits, struct formatted *out, struct err *err)
{
    bool is_html = strcasecmp(parse_mode, "html") == 0;
    struct html_text parsed;
    bool ok = false;

    *out = (struct formatted){.text = NULL};
    if (strlen(raw) > RAW_MAX_BYTES) {
        return err_set(err, ERR_REJECT, "text is too long");
    }
    if (!parse(raw, parse_mode, &parsed, err)) {
        goto out;
    }
    trim(&parsed, out);
    out->html = keep_html(raw, is_html);
    if (!is_html && json_type(entities) == JSON_LIST) {
        json_free(out->entities);
        out->entities = json_copy(entities);
    }
    if (*out->text == '\0' && !limits->may_be_empty) {
        (void)err_set(err, ERR_REJECT, "message text is empty");
        goto out;
    }
    if (utf8_count(out->text, strlen(out->text)) > limits->max_points) {
        (void)err_set(err, ERR_REJECT, "%s", limits->too_long);
        goto out;
    }
    format_add_commands(out->text, out->entities);
    ok = true;
out:
    html_text_free(&parsed);
    if (!ok) {
        formatted_free(out);
    }
    return ok;
}
