/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/mask.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <string.h>

void mask_text(struct buf *out, const char *text, bool shown)
{
    if (shown) {
        buf_addf(out, "%s", text);
    } else if (*text != '\0') {
        buf_addf(out, "(%zu characters)", utf8_count(text, strlen(text)));
    }
}

bool mask_is_private(const char *field)
{
    static const char *const PRIVATE[] = {"text", "payload"};

    for (size_t i = 0; i < ARRAY_LEN(PRIVATE); i++) {
        if (strcmp(field, PRIVATE[i]) == 0) {
            return true;
        }
    }
    return false;
}
