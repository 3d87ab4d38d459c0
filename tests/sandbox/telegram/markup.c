/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/markup.h"

#include <string.h>

enum { BUTTONS_MAX = 100, CALLBACK_DATA_MAX_BYTES = 64 };

/* What a button does; exactly one is needed. */
static const char *const ACTIONS[] = {
    "url",           "callback_data",
    "web_app",       "login_url",
    "copy_text",     "switch_inline_query",
    "pay",           "switch_inline_query_current_chat",
    "callback_game", "switch_inline_query_chosen_chat",
};

static bool refuse_button(struct err *err, const char *problem)
{
    return err_set(err, ERR_REJECT, "can't parse inline keyboard button: %s", problem);
}

static bool check_action(const struct json *button, struct err *err)
{
    const char *data = json_text(button, "callback_data");
    const char *url = json_text(button, "url");
    bool found = false;

    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        const struct json *action = json_at(button, ACTIONS[i]);
        const char *text = json_text(action, "");

        /* An empty text counts only for the inline queries. */
        if (action && (!text || *text != '\0' || strncmp(ACTIONS[i], "switch", 6) == 0)) {
            found = true;
        }
    }
    if (!found) {
        return refuse_button(err, "Text buttons are unallowed in the inline keyboard");
    }
    if (data && strlen(data) > CALLBACK_DATA_MAX_BYTES) {
        return err_set(err, ERR_REJECT, "BUTTON_DATA_INVALID");
    }
    if (url && *url != '\0' && (strpbrk(url, " \n") || !strpbrk(url, ".:"))) {
        return err_set(err, ERR_REJECT,
                       "inline keyboard button URL '%.100s' is invalid: Wrong HTTP URL", url);
    }
    return true;
}

static bool check_button(const struct json *button, struct err *err)
{
    const char *text = json_text(button, "text");

    if (json_type(button) != JSON_OBJECT) {
        return refuse_button(err, "Inline keyboard button must be an Object");
    }
    if (!json_at(button, "text")) {
        return refuse_button(err, "Can't find field \"text\"");
    }
    if (!text) {
        return refuse_button(err, "Field \"text\" must be of type String");
    }
    if (!check_action(button, err)) {
        return false;
    }
    if (*text == '\0') {
        return err_set(err, ERR_REJECT, "inline keyboard button text must be non-empty");
    }
    return true;
}

static bool check_row(const struct json *row, struct err *err)
{
    if (json_type(row) != JSON_LIST) {
        return err_set(err, ERR_REJECT,
                       "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of "
                       "Arrays");
    }
    for (const struct json *button = json_first(row); button; button = json_next(button)) {
        if (!check_button(button, err)) {
            return false;
        }
    }
    return true;
}

static bool check_inline(const struct json *rows, struct err *err)
{
    size_t buttons = 0;

    if (json_type(rows) != JSON_LIST) {
        return err_set(err, ERR_REJECT,
                       "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array");
    }
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!check_row(row, err)) {
            return false;
        }
        buttons += json_count(row);
    }
    if (buttons > BUTTONS_MAX) {
        return err_set(err, ERR_REJECT, "reply markup is too long");
    }
    return true;
}

/* A keyboard without a button is none. */
static bool has_buttons(const struct json *markup)
{
    const struct json *row = json_first(json_at(markup, "inline_keyboard"));

    while (row && json_count(row) == 0) {
        row = json_next(row);
    }
    return row != NULL;
}

bool markup_read(const char *text, struct markup *out, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct json *markup;
    const struct json *rows;
    bool ok = true;

    *out = (struct markup){.keyboard = NULL};
    if (*text == '\0') {
        return true;
    }
    markup = json_parse(text, strlen(text), &ignored);
    rows = json_at(markup, "inline_keyboard");
    if (!markup) {
        ok = err_set(err, ERR_REJECT, "can't parse reply keyboard markup JSON object");
    } else if (json_type(markup) == JSON_NULL) {
        ok = true;
    } else if (json_type(markup) != JSON_OBJECT) {
        ok = err_set(err, ERR_REJECT, "object expected as reply markup");
    } else if (rows) {
        ok = check_inline(rows, err);
    } else if (json_at(markup, "keyboard") && json_type(json_at(markup, "keyboard")) != JSON_LIST) {
        ok = err_set(err, ERR_REJECT,
                     "field \"keyboard\" of the ReplyKeyboardMarkup must be an Array");
    }
    if (ok && rows && has_buttons(markup)) {
        out->keyboard = markup;
        return true;
    }
    out->other = ok && !rows && json_count(markup) > 0;
    json_free(markup);
    return ok;
}
