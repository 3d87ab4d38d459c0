/* SPDX-License-Identifier: MIT */
/*
 * One update from being taken to being answered: understand, check rights,
 * ask the hosting API, draw. What comes out is an outcome that the caller
 * finishes the update with in one call, so a crash on the way repeats the step
 * and changes nothing else.
 */
#ifndef WORKER_CHAT_STEP_H
#define WORKER_CHAT_STEP_H

#include "shared/base/err.h"
#include "shared/base/settings.h"
#include "shared/queue/queue.h"
#include "worker/beget/client.h"

#include <stdbool.h>

struct log_reader; /* worker/journal/log_reader.h */

/* What a step works with; borrowed, of one thread. */
struct step_tools {
    struct queue *queue;
    struct beget_client *beget;
    struct log_reader *log;
    const struct setting_ids *admins;
    const char *consumer; /* this thread's name in the queue                             */
    int lost_fd;          /* readable once another worker may have the update; 0: never  */
};

/*
 * Works out the answer to `update` of job `job_id` and adds it to `outcome`.
 *
 * Fails: ERR_RETRY   Redis; nothing was done that a repetition would do twice
 *        ERR_REJECT  the update's payload cannot be read: finish it as unreadable
 *        ERR_STOPPED shutdown: give the update back. Or lost_fd has become readable
 */
MUST_CHECK bool step_answer(const struct step_tools *tools, const char *job_id,
                            const struct update *update, struct queue_outcome *outcome,
                            struct err *err);

#endif
