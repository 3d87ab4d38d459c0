/* SPDX-License-Identifier: MIT */
/* For administrators with a phone: how everything stands, and what is stuck. */
#include "worker/chat/screens.h"

#include "shared/base/compiler.h"
#include "shared/ops/readings.h"
#include "shared/ops/stuck_service.h"
#include "shared/ops/stuck_text.h"
#include "worker/chat/when.h"

#include <string.h>

enum { SHOWN = 3 /* causes of being stuck; the others are counted */ };

_Static_assert((int)STUCK_EN == (int)LANGUAGE_EN && (int)STUCK_RU == (int)LANGUAGE_RU &&
                   (int)STUCK_LANGUAGE_COUNT == (int)LANGUAGE_COUNT,
               "the languages of shared/ops are those of the chat");

/* clang-format off */
static const enum text_id CAUSES[STUCK_CAUSE_COUNT] = {
#define TEXT(cause, en, ru) [cause] = TEXT_##cause,
#include "shared/ops/stuck_texts.def"
#undef TEXT
};
/* clang-format on */

/* Room for the values of a line. */
struct room {
    struct text_number numbers[3];
    char span[STUCK_SPAN_SIZE];
    char quote[TEXT_QUOTE_SIZE];
};

static const char *span(struct room *room, const struct page *page, int64_t ms)
{
    return stuck_span((enum stuck_language)page->language, ms, room->span);
}

/* ---- the eight lines ---- */

/* The request that this answers is at work, too: that is not counted. */
static void draw_updates(const struct status_view *view, struct page *page)
{
    const struct survey *survey = &view->survey;
    int64_t running = survey->updates.running > 0 ? survey->updates.running - 1 : 0;
    int64_t since_ms = reading_unbegun_since_ms(survey);
    struct room room;

    page_line(page, since_ms > 0 ? TEXT_STATUS_UPDATES_OLD : TEXT_STATUS_UPDATES,
              TEXT_ARGS({"waiting", text_number(&room.numbers[0], reading_waiting(survey))},
                        {"running", text_number(&room.numbers[1], running)},
                        {"parked", text_number(&room.numbers[2], survey->updates.parked)},
                        {"span", span(&room, page, survey->now_ms - since_ms)}));
}

static void draw_replies(const struct status_view *view, struct page *page)
{
    const struct survey *survey = &view->survey;
    struct room room;

    page_line(page, survey->replies.length > 0 ? TEXT_STATUS_REPLIES_OLD : TEXT_STATUS_REPLIES,
              TEXT_ARGS({"count", text_number(&room.numbers[0], survey->replies.length)},
                        {"span", span(&room, page, survey->now_ms - survey->replies.oldest.ms)}));
}

static bool is_alive(const struct survey *survey, const struct survey_service *service,
                     const char *role)
{
    return stuck_has_role(service, role) && stuck_is_alive(survey, service);
}

static bool is_busy(const struct status_view *view, const struct survey_service *service)
{
    for (size_t i = 0; i < view->survey.consumer_count; i++) {
        const char *name = view->survey.consumers[i].name;

        if (strcmp(name, view->asker) != 0 && stuck_service_of(&view->survey, name) == service) {
            return true;
        }
    }
    return false;
}

static void draw_workers(const struct status_view *view, struct page *page)
{
    const struct survey *survey = &view->survey;
    struct room room;
    int64_t busy = 0;

    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];

        busy += is_alive(survey, service, "worker") && is_busy(view, service) ? 1 : 0;
    }
    page_line(page, TEXT_STATUS_WORKERS,
              TEXT_ARGS({"alive", text_number(&room.numbers[0], reading_workers(survey))},
                        {"busy", text_number(&room.numbers[1], busy)}));
}

static void draw_gateway(const struct status_view *view, struct page *page)
{
    bool on_duty = view->survey.lease_holder[0] != '\0';
    int64_t alive = reading_gateways(&view->survey);
    struct room room;

    page_line(page, on_duty ? TEXT_STATUS_GATEWAY : TEXT_STATUS_GATEWAY_NONE,
              TEXT_ARGS({"reserve",
                         text_number(&room.numbers[0], on_duty && alive > 0 ? alive - 1 : alive)}));
}

/* What those who are alive say of a check: the first that is not well, else one that is; or NULL.
 */
static const struct json *find_check(const struct survey *survey, const char *role,
                                     const char *name, bool *out_ok)
{
    const struct json *well = NULL;

    *out_ok = true;
    for (size_t i = 0; i < survey->service_count; i++) {
        const struct survey_service *service = &survey->services[i];
        const struct json *check = stuck_check(survey, service, name, out_ok);

        if (!check || !is_alive(survey, service, role)) {
            continue;
        }
        if (!*out_ok) {
            return check;
        }
        well = check;
    }
    *out_ok = true;
    return well;
}

/* A line of a check: it is well, it is not, nobody says. */
static void draw_check(const struct json *check, bool ok, const enum text_id texts[3],
                       struct page *page)
{
    const char *why = json_text(check, "why");
    struct room room;

    if (!why || why[0] == '\0') {
        why = text_template(page->language, TEXT_NO_REASON);
    }
    page_line(page,
              check && ok ? texts[0]
              : check     ? texts[1]
                          : texts[2],
              TEXT_ARGS({"why", text_quote(why, strlen(why), room.quote)}));
}

static void draw_beget(const struct status_view *view, struct page *page)
{
    static const enum text_id TEXTS[] = {TEXT_STATUS_BEGET, TEXT_STATUS_BEGET_TROUBLE,
                                         TEXT_STATUS_BEGET_UNKNOWN};
    const struct survey *survey = &view->survey;
    const struct json *check;
    struct room room;
    bool ok;

    for (size_t i = 0; i < survey->limit_count; i++) {
        int64_t left_ms = survey->limits[i].until_ms - survey->now_ms;

        if (left_ms > 0) {
            page_line(page, TEXT_STATUS_BEGET_LIMIT,
                      TEXT_ARGS({"span", span(&room, page, left_ms)}));
            return;
        }
    }
    check = find_check(survey, "worker", "beget", &ok);
    draw_check(check, ok, TEXTS, page);
}

static void draw_telegram(const struct status_view *view, struct page *page)
{
    static const enum text_id TEXTS[] = {TEXT_STATUS_TELEGRAM, TEXT_STATUS_TELEGRAM_TROUBLE,
                                         TEXT_STATUS_TELEGRAM_UNKNOWN};
    bool ok;
    const struct json *check = find_check(&view->survey, "gateway", "telegram", &ok);

    draw_check(check, ok, TEXTS, page);
}

static void draw_log_line(const struct status_view *view, struct page *page)
{
    struct room room;

    page_line(page, view->survey.events.length > 0 ? TEXT_STATUS_LOG_WAITS : TEXT_STATUS_LOG,
              TEXT_ARGS({"count", text_number(&room.numbers[0], view->survey.events.length)}));
}

static void draw_redis(const struct status_view *view, struct page *page)
{
    const struct survey *survey = &view->survey;
    int64_t limit = survey->memory_limit;
    int64_t percent = reading_memory_percent(survey);
    struct room room;

    page_line(page, limit > 0 ? TEXT_STATUS_REDIS : TEXT_STATUS_REDIS_NO_LIMIT,
              TEXT_ARGS({"percent", text_number(&room.numbers[0], percent)},
                        {"count", text_number(&room.numbers[1], survey->memory_used >> 20)}));
}

/* ---- what is stuck ---- */

static void draw_stuck(const struct status_view *view, struct page *page)
{
    enum stuck_cause worst[SHOWN];
    size_t shown = stuck_worst(&view->stuck, worst, SHOWN);
    size_t causes = stuck_causes(&view->stuck);
    struct room room;

    if (causes == 0) {
        page_line(page, TEXT_STATUS_WELL, NULL);
        return;
    }
    for (size_t i = 0; i < shown; i++) {
        const struct stuck_count *found = &view->stuck.of[worst[i]];
        bool critical = stuck_cause_severity(worst[i]) == STUCK_CRITICAL;

        buf_addf(&page->text, "\n%s ", critical ? "🔴" : "🟠");
        text_html(&page->text, page->language, CAUSES[worst[i]],
                  TEXT_ARGS({"count", text_number(&room.numbers[0], found->count)}));
        if (found->since_ms > 0) {
            buf_addf(&page->text, " (%s)",
                     span(&room, page, view->survey.now_ms - found->since_ms));
        }
    }
    if (causes > shown) {
        page_line(page, TEXT_STATUS_MORE,
                  TEXT_ARGS({"count", text_number(&room.numbers[0], (int64_t)(causes - shown))}));
    }
    page_gap(page);
    page_line(page, TEXT_STATUS_WHAT_TO_DO, NULL);
}

void draw_status(const struct scene *scene, struct page *page)
{
    static void (*const LINES[])(const struct status_view *view, struct page *page) = {
        draw_updates, draw_replies,  draw_workers,  draw_gateway,
        draw_beget,   draw_telegram, draw_log_line, draw_redis,
    };
    struct target back = target_to(SCREEN_ADMIN);
    const struct status_view *view = &scene->status;
    char when[WHEN_SIZE];

    if (view->trouble[0] != '\0') {
        page_line(page, TEXT_STATUS_CANNOT_BE_SEEN, TEXT_ARGS({"why", view->trouble}));
    } else {
        page_line(page, TEXT_STATUS,
                  TEXT_ARGS({"time", when_text(view->survey.now_ms, WHEN_SECONDS, when)}));
        page_gap(page);
        for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
            LINES[i](view, page);
        }
        page_gap(page);
        draw_stuck(view, page);
    }
    page_button(page, TEXT_BUTTON_REFRESH, NULL, &scene->target, true);
    draw_way_back(page, &back);
}
