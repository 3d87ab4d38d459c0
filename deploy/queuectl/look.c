/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/look.h"

#include "shared/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOST_SIZE = 65, STAT_SIZE = 512 };

/* The letter behind "(name)" in /proc/<pid>/stat; a name may have brackets itself. */
static char process_state(int64_t pid)
{
    char path[64];
    char text[STAT_SIZE] = "";
    const char *end;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
    file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    if (!fgets(text, sizeof(text), file)) {
        text[0] = '\0';
    }
    (void)fclose(file);
    end = strrchr(text, ')');
    if (!end || end[1] != ' ') {
        return '\0';
    }
    return end[2];
}

struct look *look_new(struct session *session, struct err *err)
{
    struct look *look = xcalloc(1, sizeof(*look)); /* 200 KB */
    char host[HOST_SIZE] = "";

    if (!queue_survey(session->queue, &look->survey, err)) {
        free(look);
        return NULL;
    }
    if (gethostname(host, sizeof(host) - 1) != 0) {
        host[0] = '\0';
    }
    stuck_find(&look->survey,
               &(struct stuck_options){
                   .patience_ms = options_ms(session->options, OPTION_OLDER, STUCK_PATIENCE_MS),
                   .prefix = session->settings->queue_prefix,
                   .host = host,
                   .process_state = process_state,
               },
               &look->findings);
    return look;
}

void look_free(struct look *look)
{
    if (look) {
        survey_free(&look->survey);
        free(look);
    }
}
