/* SPDX-License-Identifier: MIT */
#include "worker/journal/right_change.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/io/json.h"
#include "shared/wire/event.h"
#include "shared/wire/letters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the words of it ---- */

bool right_chat(const char *text, int64_t *out)
{
    char again[24];
    intmax_t number;

    errno = 0;
    number = strtoimax(text, NULL, 10);
    (void)snprintf(again, sizeof(again), "%" PRIdMAX, number);
    if (errno != 0 || number == 0 || strcmp(again, text) != 0) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool right_name(const char *name, char out[IDN_UNICODE_SIZE])
{
    char ascii[IDN_ASCII_SIZE];
    char again[IDN_ASCII_SIZE];
    char shown[IDN_UNICODE_SIZE];
    struct err ignored = ERR_INIT;

    if (!idn_to_ascii(name, ascii, &ignored)) {
        return false;
    }
    if (!strstr(ascii, "xn--")) { /* shown as it is, which most names are */
        (void)snprintf(out, IDN_UNICODE_SIZE, "%s", ascii);
        return true;
    }
    idn_to_unicode(ascii, shown);
    if (idn_to_ascii(shown, again, &ignored) && strcmp(again, ascii) == 0) {
        (void)snprintf(out, IDN_UNICODE_SIZE, "%s", shown);
    } else {
        (void)snprintf(out, IDN_UNICODE_SIZE, "%s", ascii); /* there is no way back */
    }
    return true;
}

/* ---- events ---- */

static bool read_allow(const struct journal_row *row, const struct json *after,
                       struct right_change *out)
{
    const char *note = json_text(after, "note");
    const struct json *grants = json_at(after, "grants");

    if (json_type(grants) == JSON_OBJECT && json_count(grants) == 0) {
        out->kind = RIGHT_ADMIT;
    }
    out->value = xstrdup(note ? note : "");
    return right_chat(row->target, &out->chat_id);
}

static bool read_chat(const struct journal_row *row, const struct json *after,
                      struct right_change *out)
{
    (void)after;
    return right_chat(row->target, &out->chat_id);
}

static bool read_set(const struct journal_row *row, const struct json *after,
                     struct right_change *out)
{
    const char *letters = json_text(after, "rights");
    char ordered[LETTERS_SIZE];

    letters_read(letters ? letters : "", ordered);
    out->value = xstrdup(ordered);
    return letters && json_int(after, "chat_id", &out->chat_id) &&
           right_name(row->target, out->name);
}

static bool read_unset(const struct journal_row *row, const struct json *after,
                       struct right_change *out)
{
    return json_int(after, "chat_id", &out->chat_id) && right_name(row->target, out->name);
}

static bool read_add(const struct journal_row *row, const struct json *after,
                     struct right_change *out)
{
    if (!json_int(after, "subject", &out->chat_id)) {
        out->chat_id = row->chat_id;
    }
    return right_name(row->target, out->name);
}

static bool read_del(const struct journal_row *row, const struct json *after,
                     struct right_change *out)
{
    (void)after;
    return right_name(row->target, out->name);
}

/* clang-format off */
static const struct action_row {
    const char *action;
    enum right_change_kind kind;
    bool (*read)(const struct journal_row *row, const struct json *after, struct right_change *out);
} ACTIONS[] = {
    {EVENT_ACCESS_ALLOW, RIGHT_ALLOW,       read_allow},
    {EVENT_ACCESS_DENY,  RIGHT_DENY,        read_chat },
    {EVENT_GRANTS_SET,   RIGHT_SET,         read_set  },
    {EVENT_GRANTS_UNSET, RIGHT_UNSET,       read_unset},
    {EVENT_MEMBERS_ON,   RIGHT_MEMBERS_ON,  read_chat },
    {EVENT_MEMBERS_OFF,  RIGHT_MEMBERS_OFF, read_chat },
    {EVENT_SUB_ADD,      RIGHT_ADD,         read_add  },
    {EVENT_SUB_DEL,      RIGHT_DEL,         read_del  },
};
/* clang-format on */

static const struct action_row *find_action(const struct journal_row *row)
{
    if (!row->result || strcmp(row->result, event_result_name(EVENT_OK)) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        if (strcmp(row->action, ACTIONS[i].action) == 0) {
            return &ACTIONS[i];
        }
    }
    return NULL;
}

bool right_change_read(const struct journal_row *row, struct right_change *out, bool *out_any,
                       struct err *err)
{
    const struct action_row *action = find_action(row);
    struct right_change change = {.by = row->username ? row->username : "?", .ms = row->ms};
    struct err ignored =
        ERR_INIT; /* without `after` its members are missing, which is said below */
    struct json *after;
    bool ok;

    *out_any = action != NULL;
    if (!action) {
        return true;
    }
    change.kind = action->kind;
    after = row->after ? json_parse(row->after, strlen(row->after), &ignored) : NULL;
    ok = row->target && action->read(row, after, &change);
    json_free(after);
    if (!ok) {
        right_change_free(&change);
        return err_set(err, ERR_REJECT, "%s: target or after do not say what it changes",
                       action->action);
    }
    if (!change.value) {
        change.value = xstrdup("");
    }
    *out = change;
    return true;
}

void right_change_free(struct right_change *change)
{
    free(change->value);
    change->value = NULL;
}
