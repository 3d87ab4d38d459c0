/* SPDX-License-Identifier: MIT */
/*
 * A getUpdates batch, from Telegram's JSON to what travels to the worker.
 *
 * Nothing in one update may hold up the others: what this program does not
 * know is left out, and what it cannot read is reported, and both are
 * confirmed with the rest. An update counts as readable when it has an
 * update_id, is of a kind that is asked for, and names its chat: without a
 * chat there is no right to check and nobody to answer. Everything else in it
 * may be missing. Pure.
 */
#ifndef GATEWAY_UPDATE_READER_H
#define GATEWAY_UPDATE_READER_H

#include "shared/base/buf.h"
#include "shared/io/json.h"
#include "shared/wire/update.h"

#include <stdint.h>

enum {
    UPDATE_BATCH_MAX = 100,        /* what getUpdates gives at most                */
    UPDATE_USER_MAX_POINTS = 64,   /* a name longer than this is cut               */
    UPDATE_TITLE_MAX_POINTS = 128, /* Telegram's own limit of a group's title      */
    UPDATE_TEXT_MAX_POINTS = 4096, /* Telegram's own limit of a text               */
    UPDATE_PAYLOAD_MAX = 1024 * 1024,
    UPDATE_ASKING_MAX = 16 * 1024, /* five names and their escapes                 */
    CALLBACK_ID_SIZE = 64,
};

enum update_reading {
    UPDATE_READ,       /* goes to the worker                                          */
    UPDATE_UNKNOWN,    /* of a kind that is not asked for: skip                       */
    UPDATE_UNREADABLE, /* of a known kind, but without a chat: skip and say so        */
};

/* Owns the texts of one update. Starts zeroed. */
struct update_storage {
    struct buf user;
    struct buf text;
    struct buf payload;
    struct buf asking; /* {"request":{"chat":{…},"from":{…}}}: who it is, should the chat be a */
    /* stranger's; "" when it would not ask for anything                          */
    char callback_id[CALLBACK_ID_SIZE]; /* of a button press, to answer it; else "" */
};

/*
 * Reads one update. Fills *out only for UPDATE_READ; its texts are borrowed
 * from `storage`. Sets *out_update_id for every outcome, 0 when there is none.
 */
enum update_reading update_read(const struct json *node, struct update_storage *storage,
                                struct update *out, int64_t *out_update_id);

void update_storage_free(struct update_storage *storage);

#endif
