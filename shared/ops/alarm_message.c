/* SPDX-License-Identifier: MIT */
#include "shared/ops/alarm_message.h"

#include "shared/io/json.h"

#include <stdbool.h>
#include <time.h>

enum { TEXT_MAX_BYTES = 16 * 1024 };

/* clang-format off */
static const struct words {
    const char *since; /* a point in time comes after it */
    const char *over;  /* a span, and what it was        */
    const char *what_to_do;
} WORDS[STUCK_LANGUAGE_COUNT] = {
    [STUCK_EN] = {"Since", "Over after", "What to do is said on the server: queuectl stuck"},
    [STUCK_RU] = {"С",     "Прошло за",  "Что делать, подскажет на сервере: queuectl stuck"},
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

static void add_item(struct buf *text, enum stuck_language language, const struct alarm_item *item)
{
    const struct words *words = &WORDS[language];
    char span[STUCK_SPAN_SIZE];

    if (text->len > 0) {
        buf_addf(text, "\n");
    }
    if (item->news == ALARM_BEGINS) {
        buf_addf(text, "%s ", stuck_cause_severity(item->cause) == STUCK_CRITICAL ? "🔴" : "🟠");
        stuck_text(text, language, item->cause, item->alarm.count);
        buf_addf(text, ".\n%s ", words->since);
        add_time(text, item->alarm.since_ms);
        buf_addf(text, ".");
        return;
    }
    buf_addf(text, "🟢 %s %s: ", words->over,
             stuck_span(language, item->alarm.entered_ms - item->alarm.since_ms, span));
    buf_addf(text, "«");
    stuck_text(text, language, item->cause, item->alarm.count);
    buf_addf(text, "».");
}

void alarm_message(int64_t admin, enum stuck_language language, const struct alarm_item items[],
                   size_t count, struct buf *out)
{
    struct json *payload = json_object();
    bool begins = false;
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        add_item(&text, language, &items[i]);
        begins = begins || items[i].news == ALARM_BEGINS;
    }
    if (begins) {
        buf_addf(&text, "\n\n%s", WORDS[language].what_to_do);
    }
    json_set_int(payload, "chat_id", admin);
    json_set_text(payload, "text", buf_text(&text));
    json_print(payload, out);
    json_free(payload);
    buf_free(&text);
}
