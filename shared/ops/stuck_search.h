/* SPDX-License-Identifier: MIT */
/*
 * What the functions that find causes share; for the cause_*.c alone. Each looks into the survey
 * for its cause and adds a finding for each time it is there:
 *
 *   struct stuck_finding *row = search_add(search, since_ms);
 *
 *   SUBJECT(row, "chat %s", chat_id);
 *   WHAT(row, "a sentence");
 *   COMMAND(row, "queuectl show %s", id);
 *
 * What comes from Redis is put into a command through shell_word() (next_command.h).
 */
#ifndef SHARED_OPS_STUCK_SEARCH_H
#define SHARED_OPS_STUCK_SEARCH_H

#include "shared/base/compiler.h"
#include "shared/ops/stuck.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct search {
    const struct survey *survey;
    const struct stuck_options *options;
    struct stuck_findings *out;
    enum stuck_cause cause;     /* of the function that runs */
    struct stuck_finding spare; /* for what has no room      */
};

/* One for each row of stuck_causes.def. */
#define CAUSE(cause, name, severity, find, counter, help) void find(struct search *search);
#include "shared/ops/stuck_causes.def"
#undef CAUSE

/* A finding of the cause, to be filled in; it is counted and forgotten when there is no room. */
struct stuck_finding *search_add(struct search *search, int64_t since_ms);

/* Each formats its member of a finding, cut when it is too long. */
#define SUBJECT(row, ...) search_say((row)->subject, sizeof((row)->subject), __VA_ARGS__)
#define WHAT(row, ...)    search_say((row)->what, sizeof((row)->what), __VA_ARGS__)
#define COMMAND(row, ...) search_say((row)->command, sizeof((row)->command), __VA_ARGS__)

void search_say(char *out, size_t out_size, const char *format, ...) PRINTF_LIKE(3, 4);

int64_t search_seconds(int64_t ms);

/*
 * True for a process of the host where commands are typed that somebody has stopped (SIGSTOP), with
 * its number in `out_pid`.
 */
bool search_is_stopped_here(const struct search *search, const struct survey_service *service,
                            int64_t *out_pid);

#endif
