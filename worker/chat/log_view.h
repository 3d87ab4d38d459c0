/* SPDX-License-Identifier: MIT */
/*
 * Which part of the log a target shows.
 *
 * The text of its targets is the filter as typed; the word "all" before it adds
 * those who only looked. Pages are found by the id of an entry, so that they
 * stay while entries are added:
 *
 *   logs 1 - shop               the newest
 *   logs 500 - all shop         those older than entry 500
 *   logs_newer 500 - shop       those just newer
 *   logs_file 1 - shop          the newest, as many as a file may have
 *   log 499 - 512 all shop      entry 499, and the way back to "logs 512 - all shop"
 */
#ifndef WORKER_CHAT_LOG_VIEW_H
#define WORKER_CHAT_LOG_VIEW_H

#include "worker/chat/scene.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LOG_VIEW_FILTER_MAX_BYTES = 63,
    LOG_VIEW_FILE_ROWS = 5000,
};

/* A plain value; borrows from the target. */
struct log_view {
    const char *text;   /* all of it, as in the target's text        */
    const char *filter; /* without the word "all"                    */
    bool all;           /* with those who only looked                */
    int64_t back;       /* of an entry: the page of the list it is on */
};

/* Pure. */
void log_view_read(const struct target *target, struct log_view *out);

/* What to ask the log for. Pure. */
struct log_query log_view_query(const struct target *target, const struct log_view *view);

/* Reads what the scene's target shows into the scene, or why it cannot be read. */
void log_view_fetch(struct log_reader *reader, struct scene *scene);

#endif
