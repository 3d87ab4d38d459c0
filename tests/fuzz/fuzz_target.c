/* SPDX-License-Identifier: MIT */
/* Any text as a button's target: what is read is printed as it was. */
#include "worker/chat/target.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */
    struct target target;
    struct err err = ERR_INIT;
    struct buf printed;

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    if (target_parse(text, &target, &err)) {
        buf_init(&printed, sizeof(struct target));
        target_print(&target, &printed);
        assert(strcmp(buf_text(&printed), text) == 0);
        buf_free(&printed);
    } else {
        assert(err.kind == ERR_REJECT);
    }
    free(text);
    return 0;
}
