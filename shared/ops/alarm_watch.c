/* SPDX-License-Identifier: MIT */
#include "shared/ops/alarm_watch.h"

#include "shared/base/clock.h"
#include "shared/base/crash_point.h"
#include "shared/base/mem.h"
#include "shared/base/outage.h"
#include "shared/base/stop.h"
#include "shared/ops/alarm_message.h"
#include "shared/queue/alarm.h"
#include "shared/queue/state.h"
#include "shared/queue/survey.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    EVERY_MS = 10000,
    LOOKS_WITHIN_AFTER = 3, /* when that is shorter, so often within after_ms            */
    MISSED_TIMES = 2,       /* no look for so many times after_ms: nobody was there      */
    PAYLOAD_MAX_BYTES = 64 * 1024,
    ALARM_MAX_BYTES = 1024,
};

struct alarm_watch {
    struct alarm_watch_options options;
    struct queue *queue; /* owned */
    struct outage outage;
    pthread_t thread;
};

/* ---- one look: what every cause was, and becomes ---- */

struct round {
    struct buf texts[STUCK_CAUSE_COUNT]; /* what is written of it                  */
    struct queue_alarm_change changes[STUCK_CAUSE_COUNT];
    size_t change_count;
    struct alarm_item items[STUCK_CAUSE_COUNT];
    size_t item_count;
    struct state_hash *was; /* owned */
};

static void round_free(struct round *round)
{
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        buf_free(&round->texts[i]);
    }
    state_hash_free(round->was);
}

static void add_cause(struct round *round, enum stuck_cause cause, const struct stuck_count *found,
                      const struct alarm_look *look)
{
    const char *name = stuck_cause_name(cause);
    const char *stored = state_hash_find(round->was, name);
    struct alarm was = alarm_read(stored ? stored : "");
    struct alarm becomes = alarm_next(cause, &was, found, look);
    enum alarm_news news = alarm_news(&was, &becomes);
    struct buf *text = &round->texts[cause];

    alarm_print(&becomes, text);
    if (strcmp(buf_text(text), stored ? stored : "") == 0) {
        return;
    }
    round->changes[round->change_count++] = (struct queue_alarm_change){
        .cause = name, .was = stored ? stored : "", .becomes = buf_text(text)};
    if (news != ALARM_NO_NEWS) {
        round->items[round->item_count++] =
            (struct alarm_item){.cause = cause,
                                .news = news,
                                .alarm = news == ALARM_ENDS ? was : becomes,
                                .untold = alarm_untold(&was, found)};
    }
}

static bool round_make(struct round *round, struct alarm_watch *watch,
                       const struct queue_alarm_turn *turn, struct err *err)
{
    const struct alarm_look look = {.now_ms = turn->now_ms,
                                    .after_ms = watch->options.after_ms,
                                    .missed = turn->now_ms - turn->looked_ms >
                                              watch->options.after_ms * MISSED_TIMES};
    struct survey survey = {.tree = NULL};
    struct stuck_counts found;

    if (!state_hgetall(watch->queue, KEY_ALARMS, "", &round->was, err) ||
        !queue_survey(watch->queue, &survey, err)) {
        return false;
    }
    found = stuck_count(&survey);
    survey_free(&survey);
    for (size_t cause = 0; cause < STUCK_CAUSE_COUNT; cause++) {
        add_cause(round, (enum stuck_cause)cause, &found.of[cause], &look);
    }
    return true;
}

/* ---- telling ---- */

/*
 * The language that the administrator has chosen, Russian without a choice, as in word of
 * others' changes: what Telegram says of a person comes with an update only.
 */
static bool read_language(struct queue *queue, int64_t admin, enum stuck_language *out,
                          struct err *err)
{
    char person[24];
    bool found = false;
    struct buf chosen;
    bool ok;

    buf_init(&chosen, 64);
    (void)snprintf(person, sizeof(person), "%" PRId64, admin);
    ok = state_get(queue, KEY_LANGUAGE, person, &found, &chosen, err);
    *out = found && strncasecmp(buf_text(&chosen), "en", 2) == 0 ? STUCK_EN : STUCK_RU;
    buf_free(&chosen);
    return ok;
}

static bool add_reply(const struct alarm_watch *watch, const struct round *round, int64_t admin,
                      int64_t now_ms, struct queue_outcome *outcome, struct err *err)
{
    enum stuck_language language = STUCK_RU;
    char slot[64]; /* a repeated delivery edits the message */
    struct buf payload;

    if (!read_language(watch->queue, admin, &language, err)) {
        return false;
    }
    buf_init(&payload, PAYLOAD_MAX_BYTES);
    alarm_message(admin, language, round->items, round->item_count, &payload);
    (void)snprintf(slot, sizeof(slot), "a%" PRId64 ":%" PRId64, now_ms, admin);
    queue_outcome_reply(outcome, &(struct reply){.chat_id = admin,
                                                 .method = "sendMessage",
                                                 .slot = slot,
                                                 .payload = buf_text(&payload)});
    buf_free(&payload);
    return true;
}

static bool add_replies(const struct alarm_watch *watch, const struct round *round, int64_t now_ms,
                        struct queue_outcome *outcome, struct err *err)
{
    const struct setting_ids *admins = watch->options.admins;
    bool ok = true;

    for (size_t i = 0; i < admins->count && round->item_count > 0 && ok; i++) {
        ok = add_reply(watch, round, admins->ids[i], now_ms, outcome, err);
    }
    return ok;
}

static enum log_level level_of(enum stuck_cause cause)
{
    return stuck_cause_severity(cause) == STUCK_CRITICAL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN;
}

static void log_item(log_sink *log, const struct alarm_item *item)
{
    const char *name = stuck_cause_name(item->cause);

    if (item->news == ALARM_ENDS) {
        LOG_TO(log, LOG_LEVEL_INFO, "alarm.over", LOG_TEXT("cause", name));
    } else if (item->news == ALARM_MORE) {
        LOG_TO(log, level_of(item->cause), "alarm.more", LOG_TEXT("cause", name),
               LOG_INT("new", item->untold));
    } else {
        LOG_TO(log, level_of(item->cause), "alarm.begun", LOG_TEXT("cause", name));
    }
}

static bool tell(struct alarm_watch *watch, const struct round *round, int64_t now_ms,
                 struct err *err)
{
    struct queue_outcome *outcome = queue_outcome_new();
    bool done = false;
    bool ok = add_replies(watch, round, now_ms, outcome, err);

    if (ok && round->item_count > 0) {
        CRASH_POINT("alarms.telling");
    }
    ok = ok && queue_alarm(watch->queue, round->changes, round->change_count, outcome, &done, err);
    if (ok && round->item_count > 0) {
        CRASH_POINT("alarms.told");
    }
    for (size_t i = 0; ok && done && i < round->item_count; i++) {
        log_item(watch->options.log, &round->items[i]);
    }
    queue_outcome_free(outcome);
    return ok;
}

/* ---- the thread ---- */

static int64_t every_ms(const struct alarm_watch *watch)
{
    int64_t often_ms = watch->options.after_ms / LOOKS_WITHIN_AFTER;

    return often_ms < EVERY_MS ? often_ms : EVERY_MS;
}

static bool look(struct alarm_watch *watch, struct err *err)
{
    struct round round = {.change_count = 0};
    struct queue_alarm_turn turn;
    bool ok;

    if (!queue_alarm_turn(watch->queue, every_ms(watch), &turn, err)) {
        return false;
    }
    if (!turn.ours) {
        return true;
    }
    for (size_t i = 0; i < STUCK_CAUSE_COUNT; i++) {
        buf_init(&round.texts[i], ALARM_MAX_BYTES);
    }
    ok = round_make(&round, watch, &turn, err) &&
         (round.change_count == 0 || tell(watch, &round, turn.now_ms, err));
    round_free(&round);
    return ok;
}

static void *run(void *context)
{
    struct alarm_watch *watch = context;

    while (!stop_wait_ms(every_ms(watch))) {
        struct err why = ERR_INIT;
        int64_t number;

        if (look(watch, &why)) {
            (void)outage_over(&watch->outage, clock_monotonic_ms(), &number);
        } else if (why.kind != ERR_STOPPED &&
                   outage_failed(&watch->outage, clock_monotonic_ms(), &number)) {
            LOG_TO(watch->options.log, LOG_LEVEL_WARN, "alarms.waiting",
                   LOG_TEXT("why", why.message), LOG_INT("failures", number));
        }
    }
    return NULL;
}

struct alarm_watch *alarm_watch_start(const struct alarm_watch_options *options, struct err *err)
{
    struct alarm_watch *watch = xcalloc(1, sizeof(*watch));

    *watch = (struct alarm_watch){.options = *options, .outage = OUTAGE_INIT};
    watch->queue = queue_new(&options->queue, err);
    if (watch->queue && pthread_create(&watch->thread, NULL, run, watch) == 0) {
        return watch;
    }
    if (watch->queue) {
        (void)err_set(err, ERR_FATAL, "cannot start the thread that watches for alarms");
    }
    queue_free(watch->queue);
    free(watch);
    return NULL;
}

void alarm_watch_end(struct alarm_watch *watch)
{
    if (!watch) {
        return;
    }
    (void)pthread_join(watch->thread, NULL);
    queue_free(watch->queue);
    free(watch);
}
