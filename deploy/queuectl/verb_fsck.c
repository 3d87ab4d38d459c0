/* SPDX-License-Identifier: MIT */
/* fsck: a call of bq_fsck for each part of the queue, so that none is slow. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/base/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CURSOR_SIZE = 600 };

static const struct column COLUMNS[] = {
    {"repaired", NULL, CELL_TRUTH},
    {"text", NULL, CELL_TEXT},
};

static const struct column SUM_COLUMNS[] = {
    {"found", NULL, CELL_NUMBER},
    {"repaired", NULL, CELL_NUMBER},
    {"complete", NULL, CELL_TRUTH},
    {"text", NULL, CELL_TEXT},
};

struct progress {
    bool repair;
    char cursor[CURSOR_SIZE]; /* "0" to begin with, and at the end */
    int64_t found;
    int64_t repaired;
};

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void show(struct session *session, struct progress *progress, const char *finding)
{
    bool repaired = ends_with(finding, ": repaired");

    progress->found++;
    progress->repaired += repaired;
    listing_number(session->listing, repaired);
    listing_text(session->listing, finding);
    listing_tone(session->listing, repaired ? TONE_GOOD : TONE_BAD);
    listing_row(session->listing);
}

/* One part. */
static bool look(struct session *session, struct progress *progress, struct err *err)
{
    struct redis_command *command = redis_command_new("FCALL");
    struct redis_reply *reply = NULL;
    const char *cursor;
    char key[QUEUE_KEY_SIZE];

    redis_add_text(command, "bq_fsck");
    redis_add_int(command, 1);
    (void)snprintf(key, sizeof(key), "{%s}", session->settings->queue_prefix);
    redis_add_text(command, key);
    redis_add_text(command, progress->repair ? "repair" : "check");
    redis_add_text(command, progress->cursor);
    if (progress->repair) {
        redis_add_text(command, session->who);
        redis_add_text(command, session->why);
    }
    if (!redis_run(queue_redis(session->queue), command, &reply, err)) {
        return false;
    }
    cursor = redis_reply_text(redis_reply_item(reply, 0), NULL);
    (void)snprintf(progress->cursor, sizeof(progress->cursor), "%s", cursor ? cursor : "0");
    for (size_t i = 1; i < redis_reply_count(reply); i++) {
        const char *finding = redis_reply_text(redis_reply_item(reply, i), NULL);

        show(session, progress, finding ? finding : "");
    }
    redis_reply_free(reply);
    return true;
}

static void sum_up(struct session *session, const struct progress *progress, bool complete)
{
    listing_begin(session->listing, "fsck-sum", SUM_COLUMNS, ARRAY_LEN(SUM_COLUMNS));
    listing_number(session->listing, progress->found);
    listing_number(session->listing, progress->repaired);
    listing_number(session->listing, complete);
    if (!complete) {
        listing_text(session->listing, "stopped before the end");
    } else if (progress->found == 0) {
        listing_text(session->listing, "all is well");
    } else {
        listing_textf(session->listing, "%" PRId64 " found, %" PRId64 " repaired%s",
                      progress->found, progress->repaired,
                      progress->repair ? "" : "; --repair repairs them, and loses nothing");
    }
    listing_row(session->listing);
}

enum ending verb_fsck(struct session *session, struct err *err)
{
    struct progress progress = {.cursor = "0"};
    enum ending ending = ENDING_FAILED;
    bool complete = false;

    if (options_has(session->options, OPTION_REPAIR) &&
        !act_allowed(session, "Repair what is found", "what fsck has found", &ending, err)) {
        return ending;
    }
    progress.repair = options_has(session->options, OPTION_REPAIR) &&
                      !options_has(session->options, OPTION_DRY_RUN);
    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    while (!complete && !stop_requested()) {
        if (!look(session, &progress, err)) {
            return ENDING_FAILED;
        }
        complete = strcmp(progress.cursor, "0") == 0;
    }
    sum_up(session, &progress, complete);
    return complete && progress.found == progress.repaired ? ENDING_OK : ENDING_PARTIAL;
}
