/* SPDX-License-Identifier: MIT */
#include "worker/chat/grantee.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "worker/chat/rights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUE_MAX_BYTES = 64 * 1024 };

/* The field of the chat in one hash; what it holds is appended to `value`. */
static bool read_field(const struct grantee *grantee, const char *key, struct queue *queue,
                       bool *out_found, struct buf *value, struct err *err)
{
    return state_hget(queue, key, "", grantee->chat, out_found, value, err);
}

static bool read_fields(struct grantee *grantee, struct queue *queue, struct err *err)
{
    struct buf flag;
    struct buf note;
    bool ok;

    buf_init(&flag, VALUE_MAX_BYTES);
    buf_init(&note, VALUE_MAX_BYTES);
    ok = read_field(grantee, KEY_ACCESS, queue, &grantee->allowed, &note, err) &&
         read_field(grantee, KEY_MEMBERS, queue, &grantee->members_act, &flag, err);
    grantee->note = xstrdup(buf_text(&note));
    buf_free(&note);
    buf_free(&flag);
    return ok;
}

bool grantee_fetch(struct grantee *grantee, const struct target *target,
                   const struct setting_ids *admins, struct queue *queue, struct err *err)
{
    const struct state_read reads[] = {
        {.key = KEY_ACCESS, .tail = "", .field = grantee->chat},
        {.key = KEY_MEMBERS, .tail = "", .field = grantee->chat},
        {.key = KEY_GRANTS, .tail = grantee->chat, .hash = true},
    };
    char word[CHAT_ID_SIZE];

    about_chat(target, word);
    if (!chat_id_read(word, grantee->chat)) {
        return true;
    }
    grantee->admin = rights_is_admin(admins, strtoimax(grantee->chat, NULL, 10));
    return state_read_ahead(queue, reads, ARRAY_LEN(reads), err) &&
           read_fields(grantee, queue, err) &&
           state_hgetall(queue, KEY_GRANTS, grantee->chat, &grantee->grants, err);
}

void grantee_free(struct grantee *grantee)
{
    free(grantee->note);
    state_hash_free(grantee->grants);
    *grantee = (struct grantee){0};
}

const char *grantee_title(const struct grantee *grantee, char out[CHAT_TITLE_SIZE])
{
    return chat_title(grantee->note ? grantee->note : "", grantee->chat, out);
}

const char *grantee_letters(const struct grantee *grantee, const char *name)
{
    return grantee->grants ? state_hash_find(grantee->grants, name) : NULL;
}
