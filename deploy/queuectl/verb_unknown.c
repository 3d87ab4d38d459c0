/* SPDX-License-Identifier: MIT */
/* unknown ls and unknown settle. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/entry_name.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

static const struct column COLUMNS[] = {
    {"update_id", "UPDATE", CELL_TEXT}, {"ms", NULL, CELL_TIME},     {"age_ms", "AGE", CELL_AGE},
    {"chat_id", "CHAT", CELL_NUMBER},   {"what", "WHAT", CELL_TEXT}, {"before", NULL, CELL_TEXT},
};

static void show(struct session *session, const char *update_id, const char *text, int64_t now_ms)
{
    struct listing *listing = session->listing;
    struct err ignored = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &ignored);
    const char *what = json_text(json, "what");
    int64_t ms = 0;
    int64_t chat_id = 0;

    listing_text(listing, update_id);
    if (json_int(json, "ms", &ms)) {
        listing_number(listing, ms);
        listing_number(listing, now_ms - ms);
    } else {
        listing_none(listing);
        listing_none(listing);
    }
    if (json_int(json, "chat_id", &chat_id)) {
        listing_number(listing, chat_id);
    } else {
        listing_none(listing);
    }
    listing_text(listing, what ? what : text);
    listing_text(listing, json_text(json, "before"));
    listing_row(listing);
    json_free(json);
}

enum ending verb_unknown_ls(struct session *session, struct err *err)
{
    struct redis_reply *reply = NULL;
    char key[QUEUE_KEY_SIZE];
    int64_t now_ms = 0;

    if (!session_now(session, &now_ms, err) ||
        !ASK_REDIS(session, &reply, err, "HGETALL", session_key(session, KEY_UNKNOWN, key))) {
        return ENDING_FAILED;
    }
    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; i + 1 < redis_reply_count(reply); i += 2) {
        const char *update_id = redis_reply_text(redis_reply_item(reply, i), NULL);
        const char *text = redis_reply_text(redis_reply_item(reply, i + 1), NULL);

        show(session, update_id, text ? text : "", now_ms);
    }
    redis_reply_free(reply);
    if (listing_rows(session->listing) == 0) {
        listing_note(session->listing, "every outcome is known");
    } else {
        listing_note(session->listing,
                     "Look at the hosting account, then:"
                     " queuectl unknown settle u<UPDATE> done|not-done --why ...");
    }
    return ENDING_OK;
}

enum ending verb_unknown_settle(struct session *session, struct err *err)
{
    const char *update_id = entry_update_id(session->arguments[0]);
    const char *verdict = session->arguments[1];
    char question[128];

    if (!update_id || (strcmp(verdict, "done") != 0 && strcmp(verdict, "not-done") != 0)) {
        (void)err_set(err, ERR_REJECT, "say u<update_id>, and done or not-done");
        return ENDING_USAGE;
    }
    (void)snprintf(question, sizeof(question), "Settle update %.24s as %s", update_id, verdict);
    return act_run(
        session, question,
        &(struct act){.function = "bq_settle", .subject = update_id, .words = {update_id, verdict}},
        1, err);
}
