/* SPDX-License-Identifier: MIT */
#include "shared/ops/alarm.h"

#include "shared/base/compiler.h"
#include "shared/io/json.h"

#include <string.h>

static const char *const STATES[] = {
    [ALARM_PENDING] = "pending", [ALARM_ON] = "on", [ALARM_ENDING] = "ending"};

void alarm_print(const struct alarm *alarm, struct buf *out)
{
    struct json *json;

    if (alarm->state == ALARM_NONE) {
        return;
    }
    json = json_object();
    json_set_text(json, "state", STATES[alarm->state]);
    json_set_int(json, "entered_ms", alarm->entered_ms);
    json_set_int(json, "since_ms", alarm->since_ms);
    json_set_int(json, "count", alarm->count);
    if (alarm->told > 0) {
        json_set_int(json, "told", alarm->told);
    }
    json_print(json, out);
    json_free(json);
}

static enum alarm_state state_of(const char *name)
{
    for (size_t state = ALARM_PENDING; name && state < ARRAY_LEN(STATES); state++) {
        if (strcmp(STATES[state], name) == 0) {
            return (enum alarm_state)state;
        }
    }
    return ALARM_NONE;
}

struct alarm alarm_read(const char *text)
{
    struct err ignored = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &ignored);
    struct alarm alarm = {.state = state_of(json_text(json, "state"))};

    if (alarm.state != ALARM_NONE &&
        (!json_int(json, "entered_ms", &alarm.entered_ms) ||
         !json_int(json, "since_ms", &alarm.since_ms) || !json_int(json, "count", &alarm.count))) {
        alarm = (struct alarm){.state = ALARM_NONE};
    } else {
        (void)json_int(json, "told", &alarm.told);
    }
    json_free(json);
    return alarm;
}

/* ---- one look ---- */

static struct alarm enter(enum alarm_state state, const struct alarm *from, int64_t now_ms)
{
    struct alarm alarm = *from;

    alarm.state = state;
    alarm.entered_ms = now_ms;
    return alarm;
}

/* What a state lasts; the clock may have been set back. */
static int64_t lasted_ms(const struct alarm *alarm, int64_t now_ms)
{
    return now_ms > alarm->entered_ms ? now_ms - alarm->entered_ms : 0;
}

static struct alarm begin(const struct stuck_count *found, int64_t now_ms)
{
    bool known = found->since_ms > 0 && found->since_ms < now_ms;

    return (struct alarm){.state = ALARM_PENDING,
                          .entered_ms = now_ms,
                          .since_ms = known ? found->since_ms : now_ms,
                          .count = found->count};
}

/* Administrators are told of all that is there. */
static struct alarm tell(const struct alarm *from, const struct stuck_count *found, int64_t now_ms)
{
    struct alarm alarm = enter(ALARM_ON, from, now_ms);

    alarm.count = found->count;
    alarm.told = found->ever;
    return alarm;
}

/*
 * What an earlier version has written does not say how many there had ever been: then only more of
 * them at once is news.
 */
int64_t alarm_untold(const struct alarm *alarm, const struct stuck_count *found)
{
    int64_t more = alarm->told > 0 ? found->ever - alarm->told : found->count - alarm->count;

    if (found->ever == 0 || more <= 0) {
        return 0;
    }
    return more < found->count ? more : found->count;
}

static struct alarm next_of_on(const struct alarm *alarm, const struct stuck_count *found,
                               int64_t now_ms, int64_t after_ms)
{
    bool rested = lasted_ms(alarm, now_ms) >= after_ms ||
                  now_ms < alarm->entered_ms; /* the clock was set back */
    struct alarm next = *alarm;

    if (alarm_untold(alarm, found) == 0) {
        next.told = found->ever;
    } else if (rested) {
        next = tell(alarm, found, now_ms);
    }
    return next;
}

static struct alarm next_of_found(enum stuck_cause cause, const struct alarm *alarm,
                                  const struct stuck_count *found, const struct alarm_look *look)
{
    bool critical = stuck_cause_severity(cause) == STUCK_CRITICAL;
    int64_t after_ms = critical ? look->after_ms : look->after_ms * ALARM_WARNING_TIMES;

    if (alarm->state == ALARM_NONE ||
        (alarm->state == ALARM_PENDING &&
         (look->missed || look->now_ms < alarm->entered_ms))) { /* or the clock was set back */
        return begin(found, look->now_ms);
    }
    if (alarm->state == ALARM_ON) {
        return next_of_on(alarm, found, look->now_ms, after_ms);
    }
    if (alarm->state == ALARM_ENDING) {
        return enter(ALARM_ON, alarm, look->now_ms);
    }
    return lasted_ms(alarm, look->now_ms) >= after_ms ? tell(alarm, found, look->now_ms) : *alarm;
}

static struct alarm next_of_nothing(const struct alarm *alarm, const struct alarm_look *look)
{
    bool stays = alarm->state == ALARM_ENDING && lasted_ms(alarm, look->now_ms) < look->after_ms;

    if (alarm->state == ALARM_ENDING && look->now_ms < alarm->entered_ms) {
        return enter(ALARM_ENDING, alarm, look->now_ms);
    }
    if (alarm->state == ALARM_ON) {
        return enter(ALARM_ENDING, alarm, look->now_ms);
    }
    return stays ? *alarm : (struct alarm){.state = ALARM_NONE};
}

struct alarm alarm_next(enum stuck_cause cause, const struct alarm *alarm,
                        const struct stuck_count *found, const struct alarm_look *look)
{
    return found->count > 0 ? next_of_found(cause, alarm, found, look)
                            : next_of_nothing(alarm, look);
}

enum alarm_news alarm_news(const struct alarm *was, const struct alarm *becomes)
{
    if (was->state == ALARM_PENDING && becomes->state == ALARM_ON) {
        return ALARM_BEGINS;
    }
    if (was->state == ALARM_ON && becomes->state == ALARM_ON &&
        was->entered_ms != becomes->entered_ms) {
        return ALARM_MORE;
    }
    return was->state == ALARM_ENDING && becomes->state == ALARM_NONE ? ALARM_ENDS : ALARM_NO_NEWS;
}
