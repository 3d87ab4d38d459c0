/* SPDX-License-Identifier: MIT */
#include "shared/ops/alarm_message.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

enum { TEXT_MAX_BYTES = 16 * 1024 };

/* clang-format off */
static const struct words {
    const char *since; /* a point in time comes after it */
    const char *fresh; /* how many, and of how many      */
    const char *over;  /* a span, and what it was        */
    const char *what_to_do;
} WORDS[STUCK_LANGUAGE_COUNT] = {
    [STUCK_EN] = {"Since", "New",   "Over after", "What to do is said on the server: queuectl stuck"},
    [STUCK_RU] = {"С",     "Новых", "Прошло за",  "Что делать, подскажет на сервере: queuectl stuck"},
};
/* clang-format on */

/* In UTC: a gateway knows no other zone. */
static void add_time(struct buf *text, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    char shown[48];
    struct tm parts;

    if (gmtime_r(&seconds, &parts) &&
        strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M UTC", &parts) > 0) {
        buf_addf(text, "%s", shown);
    }
}

static void add_begun(struct buf *text, enum stuck_language language, const struct alarm_item *item)
{
    stuck_text(text, language, item->cause, item->alarm.count);
    buf_addf(text, ".\n%s ", WORDS[language].since);
    add_time(text, item->alarm.since_ms);
    buf_addf(text, ".");
}

static void add_more(struct buf *text, enum stuck_language language, const struct alarm_item *item)
{
    buf_addf(text, "%s: %" PRId64 ". ", WORDS[language].fresh, item->untold);
    stuck_text(text, language, item->cause, item->alarm.count);
    buf_addf(text, ".");
}

static void add_over(struct buf *text, enum stuck_language language, const struct alarm_item *item)
{
    char span[STUCK_SPAN_SIZE];

    buf_addf(text, "%s %s: «", WORDS[language].over,
             stuck_span(language, item->alarm.entered_ms - item->alarm.since_ms, span));
    stuck_text(text, language, item->cause, item->alarm.count);
    buf_addf(text, "».");
}

static void add_item(struct buf *text, enum stuck_language language, const struct alarm_item *item)
{
    static void (*const ADDERS[])(struct buf *, enum stuck_language, const struct alarm_item *) = {
        [ALARM_BEGINS] = add_begun, [ALARM_MORE] = add_more, [ALARM_ENDS] = add_over};
    const char *trouble = stuck_cause_severity(item->cause) == STUCK_CRITICAL ? "🔴" : "🟠";

    buf_addf(text, "%s%s ", text->len > 0 ? "\n" : "", item->news == ALARM_ENDS ? "🟢" : trouble);
    ADDERS[item->news](text, language, item);
}

void alarm_message(int64_t admin, enum stuck_language language, const struct alarm_item items[],
                   size_t count, struct buf *out)
{
    struct json *payload = json_object();
    bool to_do = false;
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        add_item(&text, language, &items[i]);
        to_do = to_do || items[i].news != ALARM_ENDS;
    }
    if (to_do) {
        buf_addf(&text, "\n\n%s", WORDS[language].what_to_do);
    }
    json_set_int(payload, "chat_id", admin);
    json_set_text(payload, "text", buf_text(&text));
    json_print(payload, out);
    json_free(payload);
    buf_free(&text);
}
