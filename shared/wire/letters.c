/* SPDX-License-Identifier: MIT */
#include "shared/wire/letters.h"

#include <stddef.h>
#include <string.h>

void letters_read(const char *text, char out[LETTERS_SIZE])
{
    size_t count = 0;

    for (const char *letter = LETTERS; *letter != '\0'; letter++) {
        if (strchr(text, *letter)) {
            out[count++] = *letter;
        }
    }
    out[count] = '\0';
}
