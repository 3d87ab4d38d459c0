/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/dead.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"
#include "shared/wire/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PAGE[] = "200"; /* letters that Redis is asked for at once */

/* ---- one letter ---- */

static const char *text_of(const struct field fields[], size_t count, const char *name)
{
    const char *text = fields_find(fields, count, name);

    return text ? text : "";
}

static int64_t number_of(const struct field fields[], size_t count, const char *name)
{
    struct err ignored = ERR_INIT;
    int64_t number = 0;

    return fields_int(fields, count, name, &number, &ignored) ? number : 0;
}

void dead_read(const char *id, const struct field fields[], size_t count, struct dead_letter *out)
{
    const char *method = fields_find(fields, count, "method");

    *out = (struct dead_letter){
        .id = id,
        .kind = method ? "reply" : text_of(fields, count, "kind"),
        .chat_id = text_of(fields, count, "chat_id"),
        .update_id = text_of(fields, count, method ? "ref" : "update_id"),
        .user = text_of(fields, count, "user"),
        .text = method ? method : text_of(fields, count, "text"),
        .reason = text_of(fields, count, "reason"),
        .died_ms = number_of(fields, count, "died_ms"),
        .deliveries = number_of(fields, count, "deliveries"),
        .fields = fields,
        .field_count = count,
    };
}

/* True when `wanted` is in `text`, in capital or small letters. */
static bool has_text(const char *text, const char *wanted)
{
    char *small_text = xstrdup(text);
    char *small_wanted = xstrdup(wanted);
    bool found;

    utf8_lower(small_text);
    utf8_lower(small_wanted);
    found = strstr(small_text, small_wanted) != NULL;
    free(small_text);
    free(small_wanted);
    return found;
}

bool dead_is_meant(const struct dead_filter *filter, const struct dead_letter *letter,
                   int64_t now_ms)
{
    if (filter->older_ms > 0 && now_ms - letter->died_ms < filter->older_ms) {
        return false;
    }
    if (filter->kind && strcmp(filter->kind, letter->kind) != 0) {
        return false;
    }
    return !filter->match || has_text(letter->reason, filter->match) ||
           has_text(letter->text, filter->match);
}

struct dead_filter dead_filter_of(const struct options *options)
{
    return (struct dead_filter){
        .older_ms = options_ms(options, OPTION_OLDER, 0),
        .kind = options_text(options, OPTION_KIND),
        .match = options_text(options, OPTION_MATCH),
    };
}

/* ---- all of them ---- */

struct walk {
    const struct dead_filter *filter;
    dead_visit *visit;
    void *context;
    int64_t now_ms;
    char from[REDIS_ID_SIZE + 1]; /* "-", or "(" and the last ID */
    bool done;
};

static void visit_entry(struct walk *walk, const struct redis_reply *entry)
{
    const char *id = redis_reply_text(redis_reply_item(entry, 0), NULL);
    const struct redis_reply *list = redis_reply_item(entry, 1);
    size_t count = redis_reply_count(list) / 2;
    struct field *fields = xcalloc(count + 1, sizeof(*fields));
    struct dead_letter letter;

    for (size_t i = 0; i < count; i++) {
        fields[i].name = redis_reply_text(redis_reply_item(list, 2 * i), NULL);
        fields[i].value = redis_reply_text(redis_reply_item(list, 2 * i + 1), &fields[i].value_len);
    }
    dead_read(id ? id : "", fields, count, &letter);
    (void)snprintf(walk->from, sizeof(walk->from), "(%.47s", letter.id);
    if (dead_is_meant(walk->filter, &letter, walk->now_ms)) {
        walk->done = !walk->visit(walk->context, &letter);
    }
    free(fields);
}

bool dead_each(struct session *session, const struct dead_filter *filter, dead_visit *visit,
               void *context, struct err *err)
{
    char key[QUEUE_KEY_SIZE];
    struct walk walk = {.filter = filter, .visit = visit, .context = context, .from = "-"};

    if (!session_now(session, &walk.now_ms, err)) {
        return false;
    }
    while (!walk.done) {
        struct redis_reply *page = NULL;

        if (!ASK_REDIS(session, &page, err, "XRANGE", session_key(session, KEY_DEAD, key),
                       walk.from, "+", "COUNT", PAGE)) {
            return false;
        }
        walk.done = redis_reply_count(page) == 0;
        for (size_t i = 0; i < redis_reply_count(page) && !walk.done; i++) {
            visit_entry(&walk, redis_reply_item(page, i));
        }
        redis_reply_free(page);
    }
    return true;
}
