/* SPDX-License-Identifier: MIT */
/* limits get, limits set and limits clear. */
#include "deploy/queuectl/act.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct column COLUMNS[] = {
    {"subject", "WHO", CELL_TEXT},        {"limits", "LIMITS", CELL_TEXT},
    {"room", "ROOM", CELL_TEXT},          {"until_ms", NULL, CELL_TIME},
    {"wait_ms", "WAITS STILL", CELL_AGE},
};

/* ---- whose ---- */

struct names {
    char **texts;
    size_t count;
};

static void add_name(struct names *names, const char *text)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->texts[i], text) == 0) {
            return;
        }
    }
    names->texts = xreallocarray(names->texts, names->count + 1, sizeof(*names->texts));
    names->texts[names->count++] = xstrdup(text);
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->texts[i]);
    }
    free(names->texts);
}

/* Adds the ends of the keys that begin with `beginning`, a page of keys at a time. */
static bool scan(struct session *session, const char *beginning, struct names *names,
                 struct err *err)
{
    char start[QUEUE_KEY_SIZE];
    char pattern[QUEUE_KEY_SIZE + 1];
    char cursor[24] = "0";

    (void)session_key(session, beginning, start);
    (void)snprintf(pattern, sizeof(pattern), "%s*", start);
    do {
        struct redis_reply *reply = NULL;
        const char *next;

        if (!ASK_REDIS(session, &reply, err, "SCAN", cursor, "MATCH", pattern, "COUNT", "1000")) {
            return false;
        }
        next = redis_reply_text(redis_reply_item(reply, 0), NULL);
        (void)snprintf(cursor, sizeof(cursor), "%s", next ? next : "0");
        for (size_t i = 0; i < redis_reply_count(redis_reply_item(reply, 1)); i++) {
            const char *key =
                redis_reply_text(redis_reply_item(redis_reply_item(reply, 1), i), NULL);

            add_name(names, key ? key + strlen(start) : "");
        }
        redis_reply_free(reply);
    } while (strcmp(cursor, "0") != 0);
    return true;
}

static bool add_set_limits(struct session *session, struct names *names, struct err *err)
{
    struct redis_reply *reply = NULL;
    char key[QUEUE_KEY_SIZE];

    if (!ASK_REDIS(session, &reply, err, "HKEYS", session_key(session, KEY_LIMITS, key))) {
        return false;
    }
    for (size_t i = 0; i < redis_reply_count(reply); i++) {
        const char *name = redis_reply_text(redis_reply_item(reply, i), NULL);

        add_name(names, name ? name : "");
    }
    redis_reply_free(reply);
    return true;
}

/* ---- what holds for them ---- */

/* Ends a row with until when somebody waits, if that is later than now. */
static void put_wait(struct session *session, int64_t until_ms, int64_t now_ms)
{
    if (until_ms > now_ms) {
        listing_number(session->listing, until_ms);
        listing_number(session->listing, until_ms - now_ms);
        listing_tone(session->listing, TONE_BAD);
    }
    listing_row(session->listing);
}

/* "8.5 of 60/60": what the bucket of a window had when it was written last. */
static void add_room(const char *window, const char *value, struct buf *out)
{
    int64_t calls = strtoll(window, NULL, 10);
    const char *slash = strchr(window, '/');
    int64_t window_s = slash ? strtoll(slash + 1, NULL, 10) / 1000 : 0;
    double tokens = strtod(value, NULL);

    buf_addf(out, "%s%.1f of %lld/%lld", out->len > 0 ? ", " : "", tokens, (long long)calls,
             (long long)window_s);
}

static bool show_account(struct session *session, const char *account, int64_t now_ms,
                         struct err *err)
{
    struct redis_reply *set = NULL;
    struct redis_reply *state = NULL;
    char key[QUEUE_KEY_SIZE];
    int64_t until_ms = 0;
    struct buf room;
    const char *limits;

    if (!ASK_REDIS(session, &set, err, "HGET", session_key(session, KEY_LIMITS, key), account)) {
        return false;
    }
    (void)queue_key(session->queue, KEY_LIMIT, account, key, sizeof(key));
    if (!ASK_REDIS(session, &state, err, "HGETALL", key)) {
        redis_reply_free(set);
        return false;
    }
    buf_init(&room, 4096);
    for (size_t i = 0; i + 1 < redis_reply_count(state); i += 2) {
        const char *name = redis_reply_text(redis_reply_item(state, i), NULL);
        const char *value = redis_reply_text(redis_reply_item(state, i + 1), NULL);

        if (name && strcmp(name, "until_ms") == 0) {
            (void)redis_reply_int(redis_reply_item(state, i + 1), &until_ms);
        } else if (name && value) {
            add_room(name, value, &room);
        }
    }
    limits = redis_reply_text(set, NULL);
    listing_textf(session->listing, "%s", account);
    listing_text(session->listing, limits ? limits : "the worker's own");
    listing_text(session->listing, room.len > 0 ? buf_text(&room) : NULL);
    put_wait(session, until_ms, now_ms);
    buf_free(&room);
    redis_reply_free(set);
    redis_reply_free(state);
    return true;
}

static bool show_chat(struct session *session, const char *chat, int64_t now_ms, struct err *err)
{
    struct redis_reply *reply = NULL;
    char key[QUEUE_KEY_SIZE];
    int64_t until_ms = 0;

    (void)queue_key(session->queue, KEY_FLOOD, chat, key, sizeof(key));
    if (!ASK_REDIS(session, &reply, err, "GET", key)) {
        return false;
    }
    if (redis_reply_int(reply, &until_ms) && until_ms > now_ms) {
        listing_textf(session->listing, "chat:%s", chat);
        listing_text(session->listing, "Telegram's");
        listing_none(session->listing);
        put_wait(session, until_ms, now_ms);
    }
    redis_reply_free(reply);
    return true;
}

enum ending verb_limits_get(struct session *session, struct err *err)
{
    struct names accounts = {.count = 0};
    struct names chats = {.count = 0};
    int64_t now_ms = 0;
    bool ok;

    if (session->settings->beget_login[0] != '\0') {
        add_name(&accounts, session->settings->beget_login);
    }
    ok = session_now(session, &now_ms, err) && add_set_limits(session, &accounts, err) &&
         scan(session, KEY_LIMIT, &accounts, err) && scan(session, KEY_FLOOD, &chats, err);
    listing_begin(session->listing, session->schema, COLUMNS, ARRAY_LEN(COLUMNS));
    for (size_t i = 0; ok && i < accounts.count; i++) {
        ok = show_account(session, accounts.texts[i], now_ms, err);
    }
    for (size_t i = 0; ok && i < chats.count; i++) {
        ok = show_chat(session, chats.texts[i], now_ms, err);
    }
    free_names(&accounts);
    free_names(&chats);
    if (ok && listing_rows(session->listing) == 0) {
        listing_note(session->listing, "nobody has called yet, and no limits are set");
    }
    return ok ? ENDING_OK : ENDING_FAILED;
}

/* ---- changing ---- */

enum ending verb_limits_set(struct session *session, struct err *err)
{
    const char *account = session->arguments[0];
    const char *limits = strcmp(session->arguments[1], "own") == 0 ? "" : session->arguments[1];
    char question[256];

    (void)snprintf(question, sizeof(question), "Set the limits of %.60s to %.100s", account,
                   session->arguments[1]);
    return act_run(
        session, question,
        &(struct act){.function = "bq_set_limits", .subject = account, .words = {account, limits}},
        1, err);
}

enum ending verb_limits_clear(struct session *session, struct err *err)
{
    const char *what = session->arguments[0];
    char question[256];

    (void)snprintf(question, sizeof(question), "End the wait of %.60s before its time", what);
    return act_run(session, question,
                   &(struct act){.function = "bq_clear_wait", .subject = what, .words = {what}}, 1,
                   err);
}
