/* SPDX-License-Identifier: MIT */
#include "shared/base/log.h"

#include "shared/base/clock.h"
#include "shared/base/log_flood.h"
#include "shared/base/log_line.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

/* Written once by log_init() before any thread starts, read-only afterwards. */
static const char *service_name = "?";
static enum log_level max_level = LOG_LEVEL_INFO;
static enum log_format line_format = LOG_FORMAT_LOGFMT;

static _Thread_local int64_t about_update_id; /* 0: no update's */

static pthread_mutex_t flood_lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_flood flood; /* under flood_lock */

void log_init(const char *service, enum log_level threshold, enum log_format format)
{
    service_name = service;
    max_level = threshold;
    line_format = format;
    (void)pthread_mutex_lock(&flood_lock);
    flood = (struct log_flood){.count = 0};
    (void)pthread_mutex_unlock(&flood_lock);
}

void log_about_update(int64_t update_id)
{
    about_update_id = update_id;
}

static void write_line(const struct log_head *head, const struct log_field *fields)
{
    char line[LOG_LINE_SIZE];
    size_t len = log_line_write(line_format, head, fields, line);

    (void)fwrite(line, 1, len, stderr); /* one call, so lines of threads do not mix */
}

/* One line for all that was left out in a window. */
static void write_sum(const struct log_flood_row *sum)
{
    const struct log_head head = {.service = service_name,
                                  .level = sum->level,
                                  .event = sum->event,
                                  .unix_ms = clock_unix_ms()};

    write_line(&head, (const struct log_field[]){
                          LOG_INT("repeated", sum->left_out),
                          LOG_TEXT("why", "so many lines more of this event were not written"),
                          LOG_END,
                      });
}

/* Under flood_lock, also while it writes: a line that follows cannot overtake it. */
static void write_due(int64_t now_ms)
{
    struct log_flood_row sum;

    while (log_flood_take_due(&flood, now_ms, &sum)) {
        write_sum(&sum);
    }
}

/* Tells what is due, then whether a line may be written that collapses. */
static bool passes(enum log_level level, const char *event)
{
    int64_t now_ms = clock_monotonic_ms();
    bool written;

    (void)pthread_mutex_lock(&flood_lock);
    write_due(now_ms);
    written = log_flood_passes(&flood, event, level, now_ms);
    (void)pthread_mutex_unlock(&flood_lock);
    return written;
}

static void write_event(enum log_level level, const char *event, const struct log_field *fields)
{
    const struct log_head head = {.service = service_name,
                                  .level = level,
                                  .event = event,
                                  .unix_ms = clock_unix_ms(),
                                  .update_id = about_update_id};

    write_line(&head, fields);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level > max_level) {
        return;
    }
    if (level <= LOG_LEVEL_WARN) {
        log_event_capped(level, event, fields);
        return;
    }
    log_tick();
    write_event(level, event, fields);
}

void log_event_capped(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level <= max_level && passes(level, event)) {
        write_event(level, event, fields);
    }
}

void log_tick(void)
{
    int64_t now_ms = clock_monotonic_ms();

    (void)pthread_mutex_lock(&flood_lock);
    write_due(now_ms);
    (void)pthread_mutex_unlock(&flood_lock);
}

void log_flush(void)
{
    (void)pthread_mutex_lock(&flood_lock);
    write_due(INT64_MAX);
    (void)pthread_mutex_unlock(&flood_lock);
}
