/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/durations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MOST = 1000 }; /* looked at: about 300 updates */

static int compare(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;

    return (*left > *right) - (*left < *right);
}

/* The smallest of the values that `percent` of them do not pass. */
static int64_t percentile(const int64_t sorted[], size_t count, size_t percent)
{
    size_t rank = (count * percent + 99) / 100;

    return sorted[rank > 0 ? rank - 1 : 0];
}

struct durations durations_of(int64_t ms[], size_t count)
{
    if (count == 0) {
        return (struct durations){.count = 0};
    }
    qsort(ms, count, sizeof(*ms), compare);
    return (struct durations){
        .count = count, .half_ms = percentile(ms, count, 50), .most_ms = percentile(ms, count, 95)};
}

/* The text of a field in a flat list of names and values, or NULL. */
static const struct redis_reply *field_of(const struct redis_reply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < redis_reply_count(fields); i += 2) {
        const char *found = redis_reply_text(redis_reply_item(fields, i), NULL);

        if (found && strcmp(found, name) == 0) {
            return redis_reply_item(fields, i + 1);
        }
    }
    return NULL;
}

/* Takes the number `name` over from a step of that kind. */
static void take(const struct redis_reply *fields, const char *step, const char *name,
                 int64_t out[], size_t *count)
{
    const char *found = redis_reply_text(field_of(fields, "step"), NULL);

    if (found && strcmp(found, step) == 0 &&
        redis_reply_int(field_of(fields, name), &out[*count])) {
        (*count)++;
    }
}

bool durations_read(struct session *session, struct durations_lately *out, struct err *err)
{
    int64_t wait_ms[STEPS_MOST];
    int64_t run_ms[STEPS_MOST];
    size_t waits = 0;
    size_t runs = 0;
    char key[QUEUE_KEY_SIZE];
    char most[16];
    struct redis_reply *reply = NULL;
    struct err failed = ERR_INIT;

    (void)snprintf(most, sizeof(most), "%d", STEPS_MOST);
    *out = (struct durations_lately){.wait = {.count = 0}};
    if (!ASK_REDIS(session, &reply, &failed, "XREVRANGE", session_key(session, "trace", key), "+",
                   "-", "COUNT", most)) {
        if (failed.kind == ERR_REJECT) { /* something else is in its place, and is let be */
            return true;
        }
        *err = failed;
        return false;
    }
    for (size_t i = 0; i < redis_reply_count(reply) && i < STEPS_MOST; i++) {
        const struct redis_reply *fields = redis_reply_item(redis_reply_item(reply, i), 1);

        take(fields, "taken", "waited_ms", wait_ms, &waits);
        take(fields, "done", "run_ms", run_ms, &runs);
    }
    redis_reply_free(reply);
    *out = (struct durations_lately){durations_of(wait_ms, waits), durations_of(run_ms, runs)};
    return true;
}
