/* SPDX-License-Identifier: MIT */
/*
 * One line per event on stderr, as logfmt or as JSON.
 *
 * An event is a fixed dotted name ("poll.failed") and named fields:
 *
 *     log_warn("poll.failed", LOG_TEXT("why", err.message), LOG_INT("wait_ms", wait));
 *
 * Levels, by what is asked of whoever reads:
 *
 *     error  a person must act: without them it stays as it is
 *     warn   something went wrong and is being dealt with
 *     info   what happened; a few lines for an update at most
 *     debug  what one looks for when the rest does not explain it
 *
 * Every event has a row in docs/operations.md, which tests/lint/check_log_events.py
 * holds against the code. A line that belongs to an update has its update_id.
 *
 * Errors and warnings that repeat collapse: beyond 20 lines of one event in
 * 10 s the others are counted in one line, `<event> repeated=<count>`
 * (log_flood.h). What a line looks like, and what no value can do to it: log_line.h.
 *
 * Only the services log. Code in shared/ reports through struct err and lets
 * its caller decide, so one failure gives one line. What has nobody to report
 * to, such as a thread of its own, is handed the service's log: a log_sink.
 */
#ifndef SHARED_BASE_LOG_H
#define SHARED_BASE_LOG_H

#include "shared/base/compiler.h"

#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

/* The values of LOG_LEVEL and LOG_FORMAT, in the order of the enums; for settings tables. */
#define LOG_LEVEL_CHOICES  "error|warn|info|debug"
#define LOG_FORMAT_CHOICES "logfmt|json"

enum log_kind { LOG_KIND_TEXT, LOG_KIND_INT };

struct log_field {
    const char *name;   /* NULL ends the list            */
    enum log_kind kind; /* which of the two below counts */
    const char *text;   /* UTF-8; NULL is written as ""  */
    int64_t number;
};

#define LOG_TEXT(name_, text_)  ((struct log_field){(name_), LOG_KIND_TEXT, (text_), 0})
#define LOG_INT(name_, number_) ((struct log_field){(name_), LOG_KIND_INT, NULL, (number_)})
#define LOG_END                 ((struct log_field){NULL, LOG_KIND_INT, NULL, 0})

/* `service` is static text. Call once, before any thread starts. */
void log_init(const char *service, enum log_level threshold, enum log_format format);

/* Writes one line. `event` is static text, `fields` ends with LOG_END. Thread-safe. */
void log_event(enum log_level level, const char *event, const struct log_field *fields);

/* Whoever takes lines as that does; all is borrowed for the call. */
typedef void log_sink(enum log_level level, const char *event, const struct log_field *fields);

/* The same for an event that collapses although it is no failure: whom we do not know causes it. */
void log_event_capped(enum log_level level, const char *event, const struct log_field *fields);

/*
 * From here on every line of the calling thread belongs to this update and says
 * so, whoever writes it; 0 ends that. A field `update_id` of a line comes before it.
 */
void log_about_update(int64_t update_id);

/*
 * Tells what has collapsed in windows that have ended. Each line does that
 * first; called besides by a thread that wakes every few seconds, for when nothing else is said.
 */
void log_tick(void);

/* Tells all that has collapsed. Before the process ends. */
void log_flush(void);

/* Each takes the event's name and at least one field. */
#define log_error(event, ...) LOG_AT(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  LOG_AT(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  LOG_AT(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) LOG_AT(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
#define log_info_capped(event, ...) \
    log_event_capped(LOG_LEVEL_INFO, (event), (const struct log_field[]){__VA_ARGS__, LOG_END})
#define LOG_AT(level, event, ...) LOG_TO(log_event, level, event, __VA_ARGS__)

/* The same to a log_sink. */
#define LOG_TO(sink, level, event, ...) \
    (sink)((level), (event), (const struct log_field[]){__VA_ARGS__, LOG_END})

#endif
