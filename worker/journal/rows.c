/* SPDX-License-Identifier: MIT */
#include "worker/journal/rows.h"

#include "shared/base/utf8.h"
#include "shared/wire/event.h"

#include <inttypes.h>
#include <string.h>

enum { RAW_VALUE_MAX_BYTES = 1024 };

static const char *text_or_null(const char *text)
{
    return text && text[0] != '\0' ? text : NULL;
}

/* When the entry was added, by Redis' clock: the first half of "<ms>-<sequence>". */
static int64_t entry_ms(const char *id)
{
    intmax_t ms = strtoimax(id, NULL, 10);

    return ms > 0 ? (int64_t)ms : 0;
}

/* Appends what there is room for, cut between characters. */
static void add_cut(struct buf *out, const char *text, size_t len)
{
    buf_add(out, text, utf8_fit_bytes(text, len, out->max - out->len));
}

static void read_unreadable(const struct queue_entry *entry, struct buf *details,
                            struct journal_row *out)
{
    struct err ignored = ERR_INIT;

    *out = (struct journal_row){.action = ROW_UNREADABLE, .ms = entry_ms(entry->id)};
    if (!fields_int(entry->fields, entry->field_count, "chat_id", &out->chat_id, &ignored)) {
        out->chat_id = 0;
    }
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct field *field = &entry->fields[i];
        size_t shown = utf8_fit_bytes(field->value, field->value_len, RAW_VALUE_MAX_BYTES);

        add_cut(details, i > 0 ? "\n" : "", i > 0 ? 1 : 0);
        add_cut(details, field->name, strlen(field->name));
        add_cut(details, "=", 1);
        add_cut(details, field->value, shown);
    }
    for (size_t i = 0; i < details->len; i++) {
        if (details->data[i] == '\0') {
            details->data[i] = '?'; /* would end the text for SQLite */
        }
    }
    out->details = buf_text(details);
}

bool journal_row_read(const struct queue_entry *entry, struct buf *details, struct journal_row *out,
                      struct err *err)
{
    struct err why = ERR_INIT;
    struct event event;

    if (!event_decode(entry->fields, entry->field_count, &event, &why)) {
        if (why.kind == ERR_RETRY) {
            *err = why;
            return err_prefix(err, "event %s", entry->id);
        }
        read_unreadable(entry, details, out);
        return true;
    }
    *out = (struct journal_row){
        .chat_id = event.chat_id,
        .user_id = event.user_id,
        .username = text_or_null(event.user[0] == '@' ? event.user + 1 : event.user),
        .action = event.action,
        .ref = event.ref,
        .target = text_or_null(event.target),
        .result = event_result_name(event.result),
        .before = text_or_null(event.before),
        .after = text_or_null(event.after),
        .ms = event.ms > 0 ? event.ms : entry_ms(entry->id),
    };
    if (out->target) {
        add_cut(details, out->target, strlen(out->target));
        add_cut(details, ": ", 2);
    }
    add_cut(details, out->result, strlen(out->result));
    out->details = buf_text(details);
    return true;
}
