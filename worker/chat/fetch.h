/* SPDX-License-Identifier: MIT */
/* Fills a scene with what its screen needs, from the cache or the hosting API. */
#ifndef WORKER_CHAT_FETCH_H
#define WORKER_CHAT_FETCH_H

#include "shared/base/err.h"
#include "shared/queue/state.h"
#include "worker/beget/client.h"
#include "worker/chat/scene.h"

#include <stdbool.h>
#include <stdint.h>

/* Why something could not be fetched. */
struct fetch_failure {
    enum beget_failure failure; /* BEGET_OK: nothing failed             */
    char text[BEGET_TEXT_SIZE]; /* what the API said; "" for nothing    */
};

/*
 * Fetches `needs` (of enum screen_needs), stopping at the first failure, which
 * *out_failure then holds. `update_id` and `options` as for beget_call().
 * Release the scene with scene_free() in every case.
 * Returns false only for Redis and shutdown: fails as beget_call().
 */
MUST_CHECK bool scene_fetch(struct scene *scene, unsigned needs, struct beget_client *beget,
                            int64_t update_id, const struct beget_call_options *options,
                            struct fetch_failure *out_failure, struct err *err);

/*
 * Reads from Redis what scene_fetch() will look for there, and `more` with it, in one round trip:
 * see state_read_ahead(). At most six of `more`. Fails as redis_run().
 */
MUST_CHECK bool scene_read_ahead(unsigned needs, const struct state_read more[], size_t more_count,
                                 struct queue *queue, struct err *err);

void scene_free(struct scene *scene);

#endif
