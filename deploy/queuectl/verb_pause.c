/* SPDX-License-Identifier: MIT */
/* pause, resume and drain. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/clock.h"
#include "shared/base/stop.h"
#include "shared/queue/keys.h"

#include <inttypes.h>
#include <string.h>

enum { DRAIN_WAIT_MS = 60000, LOOK_EVERY_MS = 200 };

enum ending verb_pause(struct session *session, struct err *err)
{
    return act_run(session, "Pause the queue", &(struct act){.function = "bq_pause", .subject = ""},
                   1, err);
}

enum ending verb_resume(struct session *session, struct err *err)
{
    return act_run(session, "Let the workers go on",
                   &(struct act){.function = "bq_resume", .subject = ""}, 1, err);
}

/* ---- drain ---- */

static const struct column LEFT_COLUMNS[] = {
    {"running", NULL, CELL_NUMBER},
    {"replies", NULL, CELL_NUMBER},
    {"drained", NULL, CELL_TRUTH},
    {"text", NULL, CELL_TEXT},
};

struct left {
    int64_t running; /* updates at workers             */
    int64_t replies; /* that are not sent              */
};

/* Entries that consumers of the group hold, without those of the queue itself. */
static int64_t count_held(const struct redis_reply *pending)
{
    const struct redis_reply *consumers = redis_reply_item(pending, 3);
    int64_t sum = 0;

    for (size_t i = 0; i < redis_reply_count(consumers); i++) {
        const struct redis_reply *consumer = redis_reply_item(consumers, i);
        const char *name = redis_reply_text(redis_reply_item(consumer, 0), NULL);
        int64_t held = 0;

        if (name && name[0] != '_' && redis_reply_int(redis_reply_item(consumer, 1), &held)) {
            sum += held;
        }
    }
    return sum;
}

static bool look(struct session *session, struct left *out, struct err *err)
{
    char key[QUEUE_KEY_SIZE];
    struct redis_reply *pending = NULL;
    struct redis_reply *length = NULL;
    bool ok = ASK_REDIS(session, &pending, err, "XPENDING", session_key(session, KEY_UPDATES, key),
                        GROUP_WORKERS) &&
              ASK_REDIS(session, &length, err, "XLEN", session_key(session, KEY_REPLIES, key)) &&
              (redis_reply_int(length, &out->replies) ||
               err_set(err, ERR_FATAL, "XLEN: answered with something else"));

    if (ok) {
        out->running = count_held(pending);
    }
    redis_reply_free(pending);
    redis_reply_free(length);
    return ok;
}

static void show_left(struct session *session, const struct left *left)
{
    bool drained = left->running == 0 && left->replies == 0;

    listing_begin(session->listing, "drain", LEFT_COLUMNS,
                  sizeof(LEFT_COLUMNS) / sizeof(LEFT_COLUMNS[0]));
    listing_number(session->listing, left->running);
    listing_number(session->listing, left->replies);
    listing_number(session->listing, drained);
    if (drained) {
        listing_text(session->listing,
                     "drained: nothing runs, all replies are sent;"
                     " queuectl resume lets the workers go on");
    } else {
        listing_textf(session->listing,
                      "not drained: updates that run: %" PRId64
                      ", replies that are not sent: %" PRId64 "; the queue stays paused",
                      left->running, left->replies);
        listing_tone(session->listing, TONE_BAD);
    }
    listing_row(session->listing);
}

enum ending verb_drain(struct session *session, struct err *err)
{
    int64_t until_ms =
        clock_monotonic_ms() + options_ms(session->options, OPTION_WAIT, DRAIN_WAIT_MS);
    struct left left = {.running = 0};
    enum ending ending = act_run(session, "Pause the queue and wait until nothing runs",
                                 &(struct act){.function = "bq_pause", .subject = ""}, 1, err);

    if (ending != ENDING_OK || options_has(session->options, OPTION_DRY_RUN)) {
        return ending;
    }
    do {
        if (!look(session, &left, err)) {
            return ENDING_FAILED;
        }
        if (left.running == 0 && left.replies == 0) {
            break;
        }
    } while (clock_monotonic_ms() < until_ms && !stop_wait_ms(LOOK_EVERY_MS));
    show_left(session, &left);
    return left.running == 0 && left.replies == 0 ? ENDING_OK : ENDING_PARTIAL;
}
