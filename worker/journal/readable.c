/* SPDX-License-Identifier: MIT */
#include "worker/journal/readable.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <stdlib.h>
#include <string.h>

void bind_readable(struct sqlite_statement *statement, int index, const char *text)
{
    char *readable;

    if (!text || utf8_valid(text, strlen(text))) {
        sqlite_bind_text(statement, index, text);
        return;
    }
    readable = xstrdup(text);
    for (char *byte = readable; *byte != '\0'; byte++) {
        if ((unsigned char)*byte >= 0x80) {
            *byte = '?';
        }
    }
    sqlite_bind_text(statement, index, readable);
    free(readable);
}
