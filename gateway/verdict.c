/* SPDX-License-Identifier: MIT */
#include "gateway/verdict.h"

#include "shared/base/compiler.h"

#include <string.h>
#include <strings.h>

enum {
    FLOOD_DEFAULT_MS = 5000, /* a 429 that does not say how long */
    HOPELESS_ATTEMPTS = 10,
    HOPELESS_OTHERS = 10,
};

struct row {
    int code; /* error_code; 0: any */
    enum verdict_kind kind;
    const char *method; /* first letters of the method; "": any       */
    const char *text;   /* part of the description, any case; "": any */
};

/* For codes from 400 to 499; the first row that fits decides. */
/* clang-format off */
static const struct row ROWS[] = {
    /* code verdict             method                   description contains */
    {400, VERDICT_DELIVERED,    "edit",                  "message is not modified"},
    {400, VERDICT_PLAIN,        "",                      "can't parse entities"},
    {400, VERDICT_UNTHREADED,   "",                      "message thread not found"},
    {400, VERDICT_UNQUOTED,     "",                      "message to be replied not found"},
    {400, VERDICT_UNQUOTED,     "",                      "replied message not found"},
    {400, VERDICT_SEND_INSTEAD, "editMessageText",       "message to edit not found"},
    {400, VERDICT_SEND_INSTEAD, "editMessageText",       "message can't be edited"},
    {400, VERDICT_SEND_INSTEAD, "editMessageText",       "MESSAGE_ID_INVALID"},
    {400, VERDICT_SEND_INSTEAD, "editMessageText",       "no text in the message to edit"},
    {400, VERDICT_DROP,         "edit",                  "message to edit not found"},
    {400, VERDICT_DROP,         "edit",                  "message can't be edited"},
    {400, VERDICT_DROP,         "edit",                  "MESSAGE_ID_INVALID"},
    {400, VERDICT_DROP,         "delete",                "message to delete not found"},
    {400, VERDICT_DROP,         "delete",                "message can't be deleted"},
    {400, VERDICT_DROP,         "answerCallbackQuery",   "query is too old"},
    {400, VERDICT_DROP,         "answerCallbackQuery",   "query ID is invalid"},
    {401, VERDICT_STOP_ALL,     "",                      ""},
    {421, VERDICT_STOP_ALL,     "",                      ""},
    {408, VERDICT_AGAIN,        "",                      ""},
    {409, VERDICT_AGAIN,        "",                      ""},
    {429, VERDICT_FLOOD,        "",                      ""},
    {0,   VERDICT_DROP,         "setMyCommands",         ""},
    {0,   VERDICT_DEAD,         "answerCallbackQuery",   ""},
    {403, VERDICT_GONE,         "",                      ""},
    {400, VERDICT_GONE,         "",                      "chat not found"},
    {400, VERDICT_GONE,         "",                      "PEER_ID_INVALID"},
    {0,   VERDICT_DEAD,         "",                      ""},
};
/* clang-format on */

/* First letters of the methods whose repetition changes nothing. */
static const char *const REPEATABLE[] = {
    "answer", "delete", "edit", "pin", "sendChatAction", "set", "unpin",
};

static bool starts_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool contains(const char *text, const char *part)
{
    size_t len = strlen(part);

    for (const char *at = text; strlen(at) >= len; at++) {
        if (strncasecmp(at, part, len) == 0) {
            return true;
        }
    }
    return false;
}

static enum verdict_kind look_up(const char *method, const struct telegram_answer *answer)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        const struct row *row = &ROWS[i];

        if ((row->code == 0 || row->code == answer->error_code) &&
            starts_with(method, row->method) && contains(answer->description, row->text)) {
            return row->kind;
        }
    }
    return VERDICT_DEAD;
}

struct verdict verdict_on(const char *method, const struct telegram_answer *answer)
{
    struct verdict verdict = {.kind = VERDICT_AGAIN};

    if (answer->ok) {
        verdict.kind = VERDICT_DELIVERED;
        return verdict;
    }
    if (!answer->sent) {
        verdict.everyone = true;
        return verdict;
    }
    if (answer->error_code < 400 || answer->error_code > 499) {
        verdict.ambiguous = true; /* nothing, half an answer, or a server in trouble */
        return verdict;
    }
    if (answer->migrate_to_chat_id != 0) {
        verdict.kind = VERDICT_MIGRATE;
        verdict.new_chat_id = answer->migrate_to_chat_id;
        return verdict;
    }
    verdict.kind = look_up(method, answer);
    if (verdict.kind == VERDICT_FLOOD) {
        verdict.wait_ms =
            answer->retry_after_s > 0 ? answer->retry_after_s * 1000 : FLOOD_DEFAULT_MS;
    }
    return verdict;
}

bool verdict_method_repeatable(const char *method)
{
    for (size_t i = 0; i < ARRAY_LEN(REPEATABLE); i++) {
        if (starts_with(method, REPEATABLE[i])) {
            return true;
        }
    }
    return false;
}

bool verdict_hopeless(int64_t attempts, int64_t others_delivered)
{
    return attempts >= HOPELESS_ATTEMPTS && others_delivered >= HOPELESS_OTHERS;
}
