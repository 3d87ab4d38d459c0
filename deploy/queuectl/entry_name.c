/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/entry_name.h"

#include "deploy/queuectl/dead.h"

#include <stdio.h>
#include <string.h>

static bool is_digits(const char *text, size_t len)
{
    return len > 0 && len < 20 && strspn(text, "0123456789") >= len;
}

const char *entry_update_id(const char *word)
{
    const char *digits = *word == 'u' ? word + 1 : word;

    return is_digits(digits, strlen(digits)) ? digits : NULL;
}

bool entry_is_id(const char *word)
{
    size_t ms = strcspn(word, "-");

    return word[ms] == '-' && is_digits(word, ms) &&
           is_digits(word + ms + 1, strlen(word + ms + 1));
}

/* True when `id` ends with "-" and the update's number. */
static bool is_of(const char *id, const char *update_id)
{
    const char *dash = strchr(id, '-');

    return dash && strcmp(dash + 1, update_id) == 0;
}

static bool find_running(struct session *session, const char *update_id, char out[REDIS_ID_SIZE],
                         bool *out_found, struct err *err)
{
    char key[QUEUE_KEY_SIZE];
    struct redis_reply *reply = NULL;

    if (!ASK_REDIS(session, &reply, err, "HVALS", session_key(session, KEY_BUSY, key))) {
        return false;
    }
    for (size_t i = 0; i < redis_reply_count(reply) && !*out_found; i++) {
        const char *id = redis_reply_text(redis_reply_item(reply, i), NULL);

        if (id && is_of(id, update_id)) {
            (void)snprintf(out, REDIS_ID_SIZE, "%s", id);
            *out_found = true;
        }
    }
    redis_reply_free(reply);
    return true;
}

struct search {
    const char *update_id;
    char *out;
    bool found;
};

static bool is_it(void *context, const struct dead_letter *letter)
{
    struct search *search = context;

    search->found = strcmp(letter->update_id, search->update_id) == 0;
    if (search->found) {
        (void)snprintf(search->out, REDIS_ID_SIZE, "%s", letter->id);
    }
    return !search->found;
}

bool entry_find(struct session *session, const char *word, char out[REDIS_ID_SIZE], bool *out_found,
                struct err *err)
{
    const char *update_id = entry_update_id(word);
    struct search search = {.update_id = update_id, .out = out};
    const struct dead_filter everything = {.kind = NULL};

    *out_found = entry_is_id(word);
    if (*out_found) {
        (void)snprintf(out, REDIS_ID_SIZE, "%s", word);
        return true;
    }
    if (!update_id) {
        return err_set(err, ERR_REJECT,
                       "%.60s: neither the ID of an entry nor an update, u<number>", word);
    }
    if (!find_running(session, update_id, out, out_found, err)) {
        return false;
    }
    if (!*out_found) {
        if (!dead_each(session, &everything, is_it, &search, err)) {
            return false;
        }
        *out_found = search.found;
    }
    return true;
}
