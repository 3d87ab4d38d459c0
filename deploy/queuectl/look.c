/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/look.h"

#include "shared/base/mem.h"
#include "shared/base/process_name.h"
#include "shared/base/process_state.h"

#include <stdlib.h>

struct look *look_new(struct session *session, struct err *err)
{
    struct look *look = xcalloc(1, sizeof(*look)); /* 200 KB */
    struct process_name here;

    if (!queue_survey(session->queue, &look->survey, err)) {
        free(look);
        return NULL;
    }
    process_name_read(&here);
    stuck_find(&look->survey,
               &(struct stuck_options){
                   .patience_ms = options_ms(session->options, OPTION_OLDER, STUCK_PATIENCE_MS),
                   .prefix = session->settings->queue_prefix,
                   .host = here.host,
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
