/* SPDX-License-Identifier: MIT */
#include "shared/base/process_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STAT_SIZE = 512 };

char process_state(int64_t pid)
{
    char path[64];
    char text[STAT_SIZE] = "";
    const char *end;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
    file = fopen(path, "re");
    if (!file) {
        return '\0';
    }
    if (!fgets(text, sizeof(text), file)) {
        text[0] = '\0';
    }
    (void)fclose(file);
    end = strrchr(text, ')'); /* the name before it may have brackets itself */
    if (!end || end[1] != ' ') {
        return '\0';
    }
    return end[2];
}
