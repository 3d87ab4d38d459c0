/* SPDX-License-Identifier: MIT */
#include "worker/chat/log_csv.h"

#include "shared/io/idn.h"
#include "worker/chat/when.h"

#include <inttypes.h>
#include <string.h>

static const char HEAD[] =
    "\xef\xbb\xbf"
    "id,time,chat_id,user_id,user,action,target,name,result,before,after\r\n";

static bool begins_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

/* Quoted where it has to be; quotes inside are doubled. */
static void add_text(struct buf *out, const char *text)
{
    const char *apostrophe = begins_formula(text) ? "'" : "";

    if (text[strcspn(text, "\",\r\n")] == '\0') {
        buf_addf(out, ",%s%s", apostrophe, text);
        return;
    }
    buf_addf(out, ",\"%s", apostrophe);
    for (size_t len; *text != '\0'; text += len) {
        len = strcspn(text, "\"");
        buf_add(out, text, len);
        if (text[len] == '"') {
            buf_add(out, "\"\"", 2);
            len++;
        }
    }
    buf_add(out, "\"", 1);
}

/* An id is no formula, negative or not. */
static void add_id(struct buf *out, int64_t id)
{
    if (id != 0) {
        buf_addf(out, ",%" PRId64, id);
    } else {
        buf_add(out, ",", 1);
    }
}

static void add_row(struct buf *out, const struct log_row *row)
{
    char time[WHEN_SIZE];
    char name[IDN_UNICODE_SIZE];

    idn_to_unicode(row->target, name);
    buf_addf(out, "%" PRId64 ",%s", row->id, when_text(row->ms, WHEN_SECONDS, time));
    add_id(out, row->chat_id);
    add_id(out, row->user_id);
    add_text(out, row->user);
    add_text(out, row->action);
    add_text(out, row->target);
    add_text(out, name);
    add_text(out, row->result);
    add_text(out, row->before);
    add_text(out, row->after);
    buf_add(out, "\r\n", 2);
}

size_t log_csv(const struct log_row rows[], size_t count, struct buf *out)
{
    size_t written = 0;

    buf_addf(out, "%s", HEAD);
    while (written < count) {
        struct buf line;
        bool fits;

        buf_init(&line, out->max);
        add_row(&line, &rows[written]);
        fits = buf_ok(&line) && out->len + line.len <= out->max;
        if (fits) {
            buf_add(out, line.data, line.len);
        }
        buf_free(&line);
        if (!fits) {
            break;
        }
        written++;
    }
    return written;
}
