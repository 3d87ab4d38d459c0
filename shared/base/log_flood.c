/* SPDX-License-Identifier: MIT */
#include "shared/base/log_flood.h"

#include <string.h>

/* The event's row, a new one if need be; NULL when there is no room. */
static struct log_flood_row *find_row(struct log_flood *flood, const char *event, int64_t now_ms)
{
    for (size_t i = 0; i < flood->count; i++) {
        if (strcmp(flood->rows[i].event, event) == 0) {
            return &flood->rows[i];
        }
    }
    if (flood->count == LOG_FLOOD_EVENTS) {
        return NULL;
    }
    flood->rows[flood->count] = (struct log_flood_row){.event = event, .began_ms = now_ms};
    return &flood->rows[flood->count++];
}

static bool has_ended(const struct log_flood_row *row, int64_t now_ms)
{
    return now_ms >= row->began_ms + LOG_FLOOD_WINDOW_MS;
}

bool log_flood_passes(struct log_flood *flood, const char *event, enum log_level level,
                      int64_t now_ms)
{
    struct log_flood_row *row = find_row(flood, event, now_ms);

    if (!row) {
        return true;
    }
    if (has_ended(row, now_ms)) {
        row->began_ms = now_ms;
        row->lines = 0;
    }
    if (row->lines < LOG_FLOOD_LINES) {
        row->lines++;
        return true;
    }
    row->level = row->left_out == 0 || level < row->level ? level : row->level;
    row->left_out++;
    return false;
}

bool log_flood_take_due(struct log_flood *flood, int64_t now_ms, struct log_flood_row *out)
{
    for (size_t i = 0; i < flood->count; i++) {
        struct log_flood_row *row = &flood->rows[i];

        if (row->left_out > 0 && has_ended(row, now_ms)) {
            *out = *row;
            row->left_out = 0;
            return true;
        }
    }
    return false;
}
