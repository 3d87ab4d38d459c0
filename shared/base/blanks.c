/* SPDX-License-Identifier: MIT */
#include "shared/base/blanks.h"

#include <string.h>

char *blanks_skip(char *text)
{
    return text + strspn(text, " \t");
}

void blanks_cut_end(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && strchr(" \t\r", text[len - 1])) {
        text[--len] = '\0';
    }
}
