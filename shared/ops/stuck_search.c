/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck_search.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct stuck_finding *search_add(struct search *search, int64_t since_ms)
{
    struct stuck_finding *row = &search->spare;

    if (search->out->count == STUCK_FINDINGS_MOST) {
        search->out->left_out++;
    } else {
        row = &search->out->rows[search->out->count++];
    }
    *row = (struct stuck_finding){.cause = search->cause, .since_ms = since_ms};
    return row;
}

void search_say(char *out, size_t out_size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(out, out_size, format, args);
    va_end(args);
}

int64_t search_seconds(int64_t ms)
{
    return ms / 1000;
}

bool search_is_stopped_here(const struct search *search, const struct survey_service *service,
                            int64_t *out_pid)
{
    const char *host = json_text(service->report, "host");

    return search->options->process_state && host && search->options->host[0] != '\0' &&
           strcmp(host, search->options->host) == 0 && json_int(service->report, "pid", out_pid) &&
           search->options->process_state(*out_pid) == 'T';
}
