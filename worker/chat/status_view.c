/* SPDX-License-Identifier: MIT */
#include "worker/chat/status_view.h"

#include <stdio.h>

bool status_fetch(struct status_view *view, struct queue *queue, const char *asker, struct err *err)
{
    struct err why = ERR_INIT;

    view->asker = asker;
    if (queue_survey(queue, &view->survey, &why)) {
        view->stuck = stuck_count(&view->survey);
        return true;
    }
    if (why.kind == ERR_RETRY || why.kind == ERR_STOPPED) {
        *err = why;
        return false;
    }
    (void)snprintf(view->trouble, sizeof(view->trouble), "%s", why.message);
    return true;
}

void status_free(struct status_view *view)
{
    survey_free(&view->survey);
}
