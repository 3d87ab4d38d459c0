/* SPDX-License-Identifier: MIT */
/* One getUpdates answer, read and told in the log. */
#ifndef GATEWAY_UPDATE_BATCH_H
#define GATEWAY_UPDATE_BATCH_H

#include "gateway/update_reader.h"
#include "shared/io/json.h"
#include "shared/wire/update.h"

#include <stddef.h>
#include <stdint.h>

/* Owns the texts of its updates. Starts zeroed. */
struct update_batch {
    struct update updates[UPDATE_BATCH_MAX];          /* the readable ones                */
    struct update_storage storages[UPDATE_BATCH_MAX]; /* of updates[] with the same index */
    const char *asking[UPDATE_BATCH_MAX];             /* who is behind them, or ""; of storages[] */
    size_t count;                                     /* readable                         */
    int64_t ids[UPDATE_BATCH_MAX];                    /* of all, 0 for an unreadable one  */
    size_t id_count;
};

/* Replaces what was in it by the first UPDATE_BATCH_MAX updates of the list. */
void update_batch_read(struct update_batch *batch, const struct json *list);

void update_batch_empty(struct update_batch *batch);

#endif
