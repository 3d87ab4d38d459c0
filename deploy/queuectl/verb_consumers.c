/* SPDX-License-Identifier: MIT */
/* consumers ls and consumers rm. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/ops/stuck_service.h"

#include <stdio.h>
#include <string.h>

static const struct column COLUMNS[] = {
    {"name", "NAME", CELL_TEXT},         {"pending", "HAS", CELL_NUMBER},
    {"idle_ms", "IDLE", CELL_AGE},       {"alive", "ALIVE", CELL_TRUTH},
    {"seen_age_ms", "HEARD", CELL_AGE},  {"entry", "WORKS ON", CELL_TEXT},
    {"entry_age_ms", "SINCE", CELL_AGE},
};

/* The value behind `name` in a flat list as XINFO answers. */
static const struct redis_reply *value_of(const struct redis_reply *list, const char *name)
{
    for (size_t i = 0; i + 1 < redis_reply_count(list); i += 2) {
        const char *found = redis_reply_text(redis_reply_item(list, i), NULL);

        if (found && strcmp(found, name) == 0) {
            return redis_reply_item(list, i + 1);
        }
    }
    return NULL;
}

static int64_t number_of(const struct redis_reply *list, const char *name)
{
    int64_t number = 0;

    return redis_reply_int(value_of(list, name), &number) ? number : 0;
}

/* What the thread says that it does. */
static const struct json *doing_of(const struct survey_service *service, const char *consumer)
{
    const struct json *doing = service ? json_at(service->report, "doing") : NULL;

    for (const struct json *row = json_first(doing); row; row = json_next(row)) {
        const char *thread = json_text(row, "thread");

        if (thread && strcmp(thread, consumer) == 0) {
            return row;
        }
    }
    return NULL;
}

static void show_report(struct session *session, const struct survey *survey, const char *name)
{
    struct listing *listing = session->listing;
    const struct survey_service *service = stuck_service_of(survey, name);
    const struct json *doing = doing_of(service, name);
    const char *entry = json_text(doing, "entry");
    int64_t since_ms = 0;

    if (!service) {
        return; /* the queue's own, or one that nobody has heard of within a day */
    }
    listing_number(listing, stuck_is_alive(survey, service));
    listing_tone(listing, stuck_is_alive(survey, service) ? TONE_GOOD : TONE_BAD);
    listing_number(listing, survey->now_ms - service->seen_ms);
    if (entry && entry[0] != '\0' && json_int(doing, "since_ms", &since_ms)) {
        listing_text(listing, entry);
        listing_number(listing, survey->now_ms - since_ms);
    }
}

enum ending verb_consumers_ls(struct session *session, struct err *err)
{
    struct survey survey = {.tree = NULL};
    struct redis_reply *reply = NULL;
    char key[QUEUE_KEY_SIZE];
    bool ok = queue_survey(session->queue, &survey, err) &&
              ASK_REDIS(session, &reply, err, "XINFO", "CONSUMERS",
                        session_key(session, KEY_UPDATES, key), GROUP_WORKERS);

    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; ok && i < redis_reply_count(reply); i++) {
        const struct redis_reply *consumer = redis_reply_item(reply, i);
        const char *name = redis_reply_text(value_of(consumer, "name"), NULL);

        listing_text(session->listing, name);
        listing_number(session->listing, number_of(consumer, "pending"));
        listing_number(session->listing, number_of(consumer, "idle"));
        show_report(session, &survey, name ? name : "");
        listing_row(session->listing);
    }
    redis_reply_free(reply);
    survey_free(&survey);
    return ok ? ENDING_OK : ENDING_FAILED;
}

enum ending verb_consumers_rm(struct session *session, struct err *err)
{
    const char *name = session->arguments[0];
    char question[160];

    (void)snprintf(question, sizeof(question), "Remove the consumer %.100s", name);
    return act_run(session, question,
                   &(struct act){.function = "bq_rm_consumer", .subject = name, .words = {name}}, 1,
                   err);
}
