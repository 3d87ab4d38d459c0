/* SPDX-License-Identifier: MIT */
/* Any text as an update's payload. The first byte chooses the kind of the update. */
#include "worker/chat/incoming.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct update *update)
{
    struct incoming incoming = {.update = NULL};
    struct err err = ERR_INIT;

    if (!incoming_read(update, &incoming, &err)) {
        assert(err.kind == ERR_REJECT && !incoming.update);
        return;
    }
    assert(incoming.update == update);
    assert(incoming.language >= 0 && incoming.language < LANGUAGE_COUNT);
    assert(strlen(incoming.callback_id) < INCOMING_CALLBACK_ID_SIZE);
    assert(strlen(incoming.member_status) < INCOMING_STATUS_SIZE);
    assert((incoming.callback_id[0] != '\0') == (update->kind == UPDATE_CALLBACK));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct update update = {.update_id = 5, .chat_id = 7, .user = "", .text = ""};
    char *text;

    if (size == 0) {
        return 0;
    }
    text = malloc(size); /* exact: one byte too far is seen */
    assert(text);
    (void)memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    update.kind = (enum update_kind)(bytes[0] % (UPDATE_REQUEST + 1));
    update.chat_id = bytes[0] & 0x80 ? -100 : 7;
    update.payload = text;
    check(&update);
    free(text);
    return 0;
}
